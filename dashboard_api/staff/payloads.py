"""What the staff API says, as models: the OpenAPI document and the page's types come from here. No logic.

Times are milliseconds since 1970-01-01 UTC on the clock of the world. Null is unknown, never zero.
"""

from typing import Literal

from pydantic import BaseModel, Field

from streams.events.alerts import Severity
from streams.events.base import Hazard, Status
from streams.events.closures import Mode, Structure
from streams.events.repairs import RepairKind
from streams.events.shelters import Layer, Opening
from streams.events.sources import Says, Trouble
from streams.world import World

SourceKind = Literal["alerts", "shelter_lists", "shelter_reports", "closures", "counts"]


class Municipality(BaseModel):
    """One that this page serves."""

    code: str = Field(description="JIS X 0402, five digits.")
    name: str


class Sharing(BaseModel):
    """What the decision function said about the counts of one municipality."""

    municipality: str
    permitted: bool
    policy: str = Field(description="Version of the policy.")
    row: int | None = Field(description="Row of the decision table; null where refused.")
    reason: str


class Cells(BaseModel):
    """People per H3 cell (resolution 9), as columns of one length."""

    cell: list[str] = Field(description="H3 index, 15 hexadecimal digits.")
    shown: list[int | None] = Field(
        description="Protected head count: up to 4 are added or taken away, and it stays until it would move by more than "
        "9 (docs/reference/counts.md). null: fewer than `fewer_than`, perhaps nobody. A cell that is not named was "
        "never shown: the same may be true of it."
    )
    as_of_ms: list[int]
    municipality: list[str]


class Repaired(BaseModel):
    """That staff placed it."""

    at_ms: int
    by: str = Field(description="Desk or role.")
    candidate: str = Field(description="source/id of what was chosen; empty: a point on the map.")


class Shelter(BaseModel):
    """A site or shelter: the list's row, and what was last reported of it."""

    id: str
    layer: Layer
    name: str
    lat: float | None
    lon: float | None
    suits: list[Hazard]
    unsuited: list[Hazard]
    capacity: int | None
    headcount: int | None
    opening: Opening
    municipality: str
    address: str
    listed_source: str
    listed_as_of_ms: int | None
    reported_source: str
    reported_as_of_ms: int | None
    repaired: Repaired | None = Field(description="Null: its position is the list's own, or nobody knows it.")


class Closure(BaseModel):
    """A road that is closed, or will be."""

    id: str
    source: str
    as_of_ms: int
    modes: list[Mode]
    modes_assumed: bool
    cause: str
    description: str
    road_names: list[str]
    structure: Structure
    geometry: Literal["point", "line", "polygon", ""]
    parts: list[list[tuple[float, float]]] = Field(description="Positions as [lat, lon].")
    starts_at_ms: int | None
    ends_at_ms: int | None


class Repair(BaseModel):
    """A line of the repair list: a place or a closure that staff must place, or have placed."""

    key: str = Field(description="kind/id; what /v1/repairs takes.")
    kind: RepairKind
    id: str = Field(description="Of the shelter or closure.")
    why: str = Field(
        description="Of a closure: by-name: no usable drawing, so the whole road of that name is closed. not-drawn: no usable "
        "drawing, and no road of that name. no-road-there: drawn in this area, where no way is. placed. Of a place: the reason "
        "why its position cannot be used (see docs/reference/feeds.md), or municipality-unknown."
    )
    is_open: bool = Field(description="False: staff have placed it; it can be taken back.")
    written: str = Field(
        description="The position or code as it was written; of a closure why its drawing cannot be used."
    )
    place: str = Field(description="Where it stood in its document, such as line 12.")
    repaired: Repaired | None


class Zone(BaseModel):
    """One condition in one area."""

    area: str = Field(description="scheme/code, as in /area/areas.geojson.")
    area_name: str
    hazard: Hazard
    severity: Severity
    name: str = Field(description="The issuer's words.")
    level: int | None = Field(description="警戒レベル相当 1-5.")
    level_is_lower_bound: bool
    arrival_at_ms: int | None
    height_m: float | None
    cells: list[str] = Field(description="Compacted H3 cells; empty where they are the area's own.")
    widened: bool = Field(description="Its code is not known here: it counts for the whole municipality.")


class Alert(BaseModel):
    """What one series of documents says now."""

    series: str
    kind: str
    source: str
    status: Status
    title: str
    headline: str
    issuer: str
    issued_at_ms: int
    valid_until_ms: int | None
    zones: list[Zone]


class DataSource(BaseModel):
    """How fresh one source is."""

    kind: SourceKind
    source: str
    newest_ms: int | None = Field(description="Null: the source gives no time.")
    stale_after_s: int | None = Field(description="Null: it has no rhythm, so it cannot be late.")


class DeclaredSource(BaseModel):
    """One that is declared, and when it was last heard. Whether it is silent depends on the time: the page works it out."""

    id: str
    name: str
    kind: str = Field(description="How it is reached: feed, pull, folder, push.")
    says: list[Says]
    contact: str = Field(description="Whom to call.")
    declared_ms: int = Field(description="When it was first declared: the longest that it can be silent.")
    expected_s: int | None = Field(description="A contact at least so often; null: it has no rhythm.")
    news_s: int | None = Field(description="Something new at least so often; null: none is expected.")
    heard_ms: int | None = Field(description="Its last good contact; null: never yet.")
    news_ms: int | None = Field(description="Its last document that could be read; null: none yet.")
    trouble: Trouble | None
    trouble_since_ms: int | None
    detail: str = Field(description="One sentence about the trouble.")


class PageStatus(BaseModel):
    """Sent at the start of a stream of changes, every few seconds, and when something of it changes."""

    world: World
    now_ms: int = Field(description="The world's clock.")
    speed: float = Field(description="How many seconds of the world pass in one of ours.")
    view: Literal["live", "away"] = Field(description="away: what is shown is older than `view_as_of_ms`.")
    view_as_of_ms: int | None = Field(description="When the view last answered, on the world's clock.")


class Change(BaseModel):
    """What is new since the event before: whole rows, and keys that are gone."""

    id: str
    now_ms: int
    cells: Cells
    cells_gone: list[str]
    shelters: list[Shelter]
    shelters_gone: list[str]
    closures: list[Closure]
    closures_gone: list[str]
    repairs: list[Repair]
    repairs_gone: list[str] = Field(description="Keys of what has its own place now, or is over.")
    alerts: list[Alert]
    alerts_gone: list[str]
    sources: list[DataSource]
    declared: list[DeclaredSource]
    declared_gone: list[str]


class Snapshot(BaseModel):
    """Everything that the page shows."""

    id: str = Field(description="Go on from here: /v1/changes?after=<id>.")
    status: PageStatus
    area: str
    attribution: list[str]
    synthetic: bool
    bbox: tuple[float, float, float, float] = Field(description="South, west, north, east.")
    municipalities: list[Municipality]
    sharing: list[Sharing]
    fewer_than: int
    cells: Cells
    shelters: list[Shelter]
    closures: list[Closure]
    repairs: list[Repair]
    alerts: list[Alert]
    sources: list[DataSource]
    declared: list[DeclaredSource]
