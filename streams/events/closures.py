"""Road closures: reports of every format, and what is closed now."""

from enum import StrEnum

import msgspec

from streams.events.base import Action, Event, Status
from streams.events.repairs import Repaired


class Mode(StrEnum):
    """Who may not pass. A closure for cars says nothing about walkers."""

    FOOT = "foot"
    CAR = "car"


class Structure(StrEnum):
    """Where the closure lies: a bridge over a closed area is not in it."""

    UNKNOWN = "unknown"
    SURFACE = "surface"
    BRIDGE = "bridge"
    TUNNEL = "tunnel"


class Geometry(msgspec.Struct, frozen=True):
    """A point, line or polygon as (lat, lon) parts: points have one position each, polygons one ring each."""

    kind: str  # point | line | polygon
    parts: tuple[tuple[tuple[float, float], ...], ...]


class Misplacement(StrEnum):
    """Why a closure has no place of its own on the network."""

    BY_NAME = "by-name"  # no usable drawing: the whole road of that name is closed
    NOT_DRAWN = "not-drawn"  # no usable drawing, and no road of that name
    NO_ROAD_THERE = "no-road-there"  # drawn in this area, where no way is


class ClosureReport(Event, frozen=True, kw_only=True, tag="closure-report"):
    """One statement about one closure. The newest `as_of_ms` of an id wins; `CANCEL` reopens."""

    id: str
    source: str
    as_of_ms: int
    action: Action = Action.ISSUE
    modes: tuple[Mode, ...] = ()  # empty: the feed does not say; the fold closes for cars only and says so
    cause: str = ""  # the feed's own word
    description: str = ""
    road_names: tuple[str, ...] = ()
    geometry: Geometry | None = None
    misdrawn: str = ""  # why its drawing cannot be used: a reason's code, such as coordinates-swapped
    structure: Structure = Structure.UNKNOWN
    starts_at_ms: int | None = None
    ends_at_ms: int | None = None
    status: Status = Status.ACTUAL


class Saying(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a report says of where and from when it is."""

    geometry: Geometry | None = None
    road_names: tuple[str, ...] = ()
    starts_at_ms: int | None = None


class ClosureRepair(Event, frozen=True, kw_only=True, tag="closure-repair"):
    """Topic `closure-repairs`, key = closure id: somebody placed a closure, or took that back (`CANCEL`). The newest stands.

    by: a desk or a role, never a person's name. said: what the report said of its place and beginning; once it says something
    else, the repair is over. geometry, or else the whole road of one of road_names.
    """

    id: str
    at_ms: int
    by: str
    said: Saying
    action: Action = Action.ISSUE
    geometry: Geometry | None = None
    road_names: tuple[str, ...] = ()
    candidate: str = ""  # the road that was chosen; empty: a point on the map


class ClosureSnapshot(Event, frozen=True, kw_only=True, tag="closure-snapshot"):
    """A feed's whole list at one moment. What the newest one of a list does not name has ended, whatever was reported before."""

    id: str  # which list: the source, and the part of it that the document is whole for
    source: str
    as_of_ms: int
    closures: tuple[str, ...] = ()  # ids of all that is closed, or was and is not said to be open; sorted
    status: Status = Status.ACTUAL


class ClosureState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """State topic `closures`, key = id; a tombstone means: not closed any more."""

    id: str
    source: str
    as_of_ms: int
    modes: tuple[Mode, ...] = ()
    modes_assumed: bool = False
    cause: str = ""
    description: str = ""
    road_names: tuple[str, ...] = ()
    geometry: Geometry | None = None
    misdrawn: str = ""
    repaired: Repaired | None = None  # somebody placed it
    said: Saying | None = None  # where it was repaired: what its report says itself
    structure: Structure = Structure.UNKNOWN
    starts_at_ms: int | None = None
    ends_at_ms: int | None = None
