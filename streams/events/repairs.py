"""The repair list: records that cannot be placed, where they may lie, and who placed them. Nothing about a person is in it."""

from enum import StrEnum

import msgspec


class RepairKind(StrEnum):
    """What has to be placed."""

    SITE = "site"  # a site or shelter of a list
    CLOSURE = "closure"


class Candidate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A known place, or a road of the network, that may be meant. Of a road `id` is its name, and the position its middle."""

    id: str
    name: str
    address: str = ""
    lat: float
    lon: float
    source: str
    score: float  # 0 to 1, two decimals; no probability
    reasons: tuple[str, ...] = ()
    """same-id, same-name, similar-name, same-address, same-block, same-town, other-town; swapped, metres: as it was written"""


class Repaired(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """That somebody placed it. by: a desk or a role, never a person's name. candidate: source/id of what was chosen; empty: a point."""

    at_ms: int
    by: str
    candidate: str = ""


class Repair(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """State topic `repairs`, key = kind/id: a line of the repair list. A tombstone: it has its own place now, or is over.

    is_open: nobody has placed it, or not where it has an effect. candidates: of closures only, because only the navigator knows
    the roads; those of places are worked out where the other lists are.
    """

    kind: RepairKind
    id: str
    why: (
        str  # a stable code: coordinates-missing, crs-not-wgs84, municipality-unknown, by-name, not-drawn ...
    )
    is_open: bool = True
    written: str = ""  # the position as it was written, where something was
    place: str = ""  # where it stood in its document, such as line 12
    candidates: tuple[Candidate, ...] = ()
    repaired: Repaired | None = None

    @property
    def key(self) -> str:
        """Of its topic."""
        return repair_key(self.kind, self.id)


def repair_key(kind: RepairKind, ident: str) -> str:
    """kind/id, such as closure/roads/C-12."""
    return f"{kind}/{ident}"
