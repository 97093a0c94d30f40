"""Emergency evacuation sites and evacuation shelters: what lists say, what staff report, what is known now."""

from enum import StrEnum

import msgspec

from streams.events.base import Action, Event, Hazard, Status
from streams.events.repairs import Repaired


class Layer(StrEnum):
    """Two different things: flee to the site from this hazard; live in the shelter after."""

    SITE = "site"  # 指定緊急避難場所
    SHELTER = "shelter"  # 指定避難所


class Opening(StrEnum):
    """Whether a place takes people in. Unknown is its own value."""

    UNKNOWN = "unknown"
    NOT_OPEN = "not_open"
    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"


class Listed(Event, frozen=True, kw_only=True):
    """What a row of a list of designated places says besides where it is. A hazard in neither tuple is unknown."""

    id: str
    source: str
    layer: Layer
    name: str
    suits: tuple[Hazard, ...] = ()
    unsuited: tuple[Hazard, ...] = ()
    capacity: int | None = None
    capacity_text: str = ""  # as written, such as 屋内191人／屋外0人
    name_kana: str = ""
    address: str = ""
    municipality: str = ""  # JIS X 0402, 5 digits
    also_shelter: bool | None = None  # 指定避難所との重複
    accepts: str = ""  # 受入対象者
    elevation_m: float | None = None
    status: Status = Status.ACTUAL
    as_of_ms: int | None = None  # None: the list does not say when it was made
    removed: bool = False


class SiteReport(Listed, frozen=True, kw_only=True, tag="site-report"):
    """One row of a list of designated places."""

    lat: float
    lon: float


class UnplacedSite(Listed, frozen=True, kw_only=True, tag="unplaced-site"):
    """A row that does not say where it is, or not in a way that can be used: staff must place it."""

    why: str  # the reason's stable code, such as coordinates-missing
    written: str = ""  # the position as it was written
    place: str = ""  # where it stood in its document, such as line 12


class SiteRepair(Event, frozen=True, kw_only=True, tag="site-repair"):
    """Topic `site-repairs`, key = shelter id: somebody placed a row, or took that back (`CANCEL`). The newest stands.

    by: a desk or a role, never a person's name. name, address: what the row said then; once it says something else, the repair
    is over. lat, lon: None where only the municipality was set right.
    """

    id: str
    at_ms: int
    by: str
    name: str
    address: str = ""
    action: Action = Action.ISSUE
    lat: float | None = None
    lon: float | None = None
    municipality: str = ""  # JIS X 0402, 5 digits; empty: as the row says
    candidate: str = ""  # source/id of the place that was chosen; empty: a point on the map


class ShelterReport(Event, frozen=True, kw_only=True, tag="shelter-report"):
    """What is said about one place today: open or not, how many people are in."""

    id: str
    source: str
    as_of_ms: int
    opening: Opening = Opening.UNKNOWN
    headcount: int | None = None
    households: int | None = None
    capacity: int | None = None
    name: str = ""
    status: Status = Status.ACTUAL


class ShelterSnapshot(Event, frozen=True, kw_only=True, tag="shelter-snapshot"):
    """A whole list of the shelters that are open at one moment. What the newest one does not name, and an older one did, has closed."""

    id: str  # which list: the source, and the municipality that it is whole for
    source: str
    as_of_ms: int
    shelters: tuple[str, ...] = ()  # ids of all that are open; sorted
    status: Status = Status.ACTUAL


class ShelterState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """State topic `shelters`, key = id: the list's row and the newest report, each with its age and source."""

    id: str
    layer: Layer = Layer.SITE
    name: str = ""
    lat: float | None = None  # None: reported before any list named it
    lon: float | None = None
    suits: tuple[Hazard, ...] = ()
    unsuited: tuple[Hazard, ...] = ()
    capacity: int | None = None
    municipality: str = ""
    address: str = ""
    accepts: str = ""
    repaired: Repaired | None = None  # somebody placed it; None: the list did, or nobody
    opening: Opening = Opening.UNKNOWN
    headcount: int | None = None
    listed_source: str = ""
    listed_as_of_ms: int | None = None
    reported_source: str = ""
    reported_as_of_ms: int | None = None
