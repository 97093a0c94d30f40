"""Emergency evacuation sites and evacuation shelters: what lists say, what staff report, what is known now."""

from enum import StrEnum

import msgspec

from streams.events.base import Event, Hazard, Status


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


class SiteReport(Event, frozen=True, kw_only=True, tag="site-report"):
    """One row of a list of designated places. A hazard in neither tuple is unknown."""

    id: str
    source: str
    layer: Layer
    name: str
    lat: float
    lon: float
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
    opening: Opening = Opening.UNKNOWN
    headcount: int | None = None
    listed_source: str = ""
    listed_as_of_ms: int | None = None
    reported_source: str = ""
    reported_as_of_ms: int | None = None
