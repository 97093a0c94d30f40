"""A gate as it stands at one moment: one municipality, one row of the decision table."""

from enum import StrEnum

import msgspec

from streams.events.base import Status
from streams.events.declarations import Scope


class Stand(StrEnum):
    """closed: nobody asked for it. armed: a telegram says that people should decide. expired: it was open, and ended by time."""

    CLOSED = "closed"
    ARMED = "armed"
    OPEN = "open"
    EXPIRED = "expired"


class Opening(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What holds a gate open: a telegram (then `level`), or a declaration (then two persons, a purpose and a scope)."""

    by: str  # telegram or declaration
    from_ms: int
    until_ms: int | None  # None: until it is lifted, and some hours
    status: Status
    level: int = 0
    proposed_by: str = ""
    approved_by: str = ""
    purpose: str = ""
    basis: str = ""
    scope: Scope = Scope()
    telegram: str = ""
    cancelled: bool = False  # the telegram it stands on was taken back: it opens nothing any more


class GateState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The whole truth of one gate. armed_by, armed_level: the telegram that arms it, also while it is open."""

    municipality: str
    row: int
    policy: str
    stand: Stand
    armed_by: str = ""
    armed_level: int = 0
    openings: tuple[Opening, ...] = ()

    @property
    def open_by(self) -> tuple[Opening, ...]:
        """What holds it open now."""
        return tuple(o for o in self.openings if not o.cancelled) if self.stand is Stand.OPEN else ()

    @property
    def level(self) -> int:
        """The highest level that holds it open; 0 where people do."""
        return max((o.level for o in self.open_by), default=0)
