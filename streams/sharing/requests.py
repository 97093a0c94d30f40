"""What is asked of the gates: who, which row's item, about whom, under which circumstances. Values only; nothing is a permit by default."""

from dataclasses import dataclass

import msgspec

FOREVER_MS = 1 << 53
"""An end that nobody has set; exact in JSON."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who asks. `id` is a reference, never a name."""

    id: str
    role: str
    municipality: str


@dataclass(frozen=True, slots=True)
class CountsRequest:
    """Counts per cell of one municipality, for a stated purpose."""

    municipality: str
    purpose: str
    protected: bool
    sharing: tuple[str, ...] = ()  # municipalities that share with the recipient's


class _Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class GateView(_Value, frozen=True, kw_only=True):
    """The row's gate as the decision sees it; `none` where the row has none."""

    state: str = "none"
    municipality: str = ""
    status: str = ""
    cancelled: bool = False
    two_persons: bool = False
    level: int = 0
    until_ms: int = 0


class ConsentView(_Value, frozen=True, kw_only=True):
    """The subject's standing choice for this purpose. `asked`: was told, and has not answered."""

    choice: str = "none"
    level: int = 0
    until_ms: int = 0


class Relation(_Value, frozen=True, kw_only=True):
    """What binds the recipient: agreement, inquiry, own-child, assigned, task, or none."""

    kind: str = "none"
    until_ms: int = 0


class Circumstances(_Value, frozen=True, kw_only=True):
    """The schema's `Circumstances`, field by field."""

    purpose: str = ""
    world: str = "real"
    now_ms: int = 0
    gate: GateView = GateView()
    consent: ConsentView = ConsentView()
    relation: Relation = Relation()
    regime: str = "opt-in"
    in_scope: bool = False
    identity_proved: bool = False
    plan_active: bool = False
    protection_checked: bool = False


class Person(_Value, frozen=True, kw_only=True, tag="person"):
    """Whom it is about; `subject` is a pseudonym."""

    subject: str
    municipality: str
    protection_order: bool = False
    hosts: tuple[str, ...] = ()
    minimum: bool = False


class Statistics(_Value, frozen=True, kw_only=True, tag="statistics"):
    """What is about nobody, if it is protected."""

    municipality: str
    protected: bool


class Request(_Value, frozen=True, kw_only=True):
    """One question for rows 2 to 13. Row 1 is asked with a `CountsRequest`."""

    row: int
    recipient: Recipient
    resource: Person | Statistics
    circumstances: Circumstances = Circumstances()
