"""The questions and answers of `POST /v1/what-if` as documented models, with their bounds. Null is unknown, never zero."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.navigator.models import AtMs, ProfileName, SiteHazard, SourceAgeBody

MOST_CLOSURES = 200
MOST_PLACES = 500
MOST_POSITIONS = 10_000
"""Of all shapes of one question together."""
MOST_CELLS = 5_000

Ident = Annotated[str, Field(min_length=1, max_length=200)]
Position = Annotated[list[float], Field(min_length=2, max_length=3, description="[lon, lat] in degrees.")]
Ring = Annotated[list[Position], Field(min_length=4, max_length=MOST_POSITIONS)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PointShape(_Body):
    """GeoJSON: closes the nearest link within 30 m."""

    type: Literal["Point"]
    coordinates: Position


class LineShape(_Body):
    """GeoJSON: closes links that run along it."""

    type: Literal["LineString"]
    coordinates: Annotated[list[Position], Field(min_length=2, max_length=MOST_POSITIONS)]


class PolygonShape(_Body):
    """GeoJSON: closes what lies on the ground in it."""

    type: Literal["Polygon"]
    coordinates: Annotated[list[Ring], Field(min_length=1, max_length=100)]


Shape = Annotated[PointShape | LineShape | PolygonShape, Field(discriminator="type")]


class SupposedClosure(_Body):
    """Closed to walkers, as if a feed had said so. An id in force is replaced."""

    id: Ident
    geometry: Shape
    structure: Literal["unknown", "surface", "bridge", "tunnel"] = "unknown"


class SupposedOpening(_Body):
    """A known place that would open, close or fill. Full and closed places are nobody's target."""

    id: Ident
    opening: Literal["not_open", "open", "full", "closed"]


class SupposedPlace(_Body):
    """One more site, suitable for what is named."""

    id: Ident
    name: str = Field(default="", max_length=200)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    suits: list[SiteHazard] = Field(default=[], max_length=8)


class SupposedHazardBody(_Body):
    """A hazard as if in force: in an area, or everywhere."""

    model_config = ConfigDict(extra="forbid", title="SupposedHazard")
    hazard: SiteHazard
    area: PolygonShape | None = Field(default=None, description="Null: everywhere.")


class WhatIfRequest(_Body):
    """What to suppose on top of what is in force now. Nothing of it is kept."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "profile": "adult",
                    "closures": [
                        {"id": "bridge", "geometry": {"type": "Point", "coordinates": [135.23, 34.5]}}
                    ],
                    "shelters": [],
                    "hazards": [{"hazard": "tsunami"}],
                }
            ]
        },
    )
    profile: ProfileName = "adult"
    closures: list[SupposedClosure] = Field(default=[], max_length=MOST_CLOSURES)
    reopened: list[Ident] = Field(
        default=[], max_length=MOST_CLOSURES, description="Closures in force that would end."
    )
    shelters: list[SupposedOpening] = Field(default=[], max_length=MOST_PLACES)
    places: list[SupposedPlace] = Field(default=[], max_length=MOST_PLACES)
    hazards: list[SupposedHazardBody] = Field(default=[], max_length=8)
    lifted: list[SiteHazard] = Field(
        default=[], max_length=8, description="Hazards that would end everywhere."
    )
    limit: int = Field(
        default=500, ge=1, le=MOST_CELLS, description="Cells in the answer, the gravest first."
    )


class MoveBody(BaseModel):
    """Crossings that would go elsewhere; null is nowhere."""

    model_config = ConfigDict(title="Move", populate_by_name=True)
    before: str | None
    after: str | None
    nodes: int


class CellChangeBody(BaseModel):
    """One H3 cell of resolution 9. Counts are of crossings of the network, not of people."""

    model_config = ConfigDict(title="CellChange")
    cell: str = Field(examples=["892e61c8803ffff"])
    lat: float
    lon: float
    nodes: int = Field(description="Crossings in the cell.")
    moved: int = Field(description="Would go to another place.")
    cut_off: int = Field(description="Have a way now and would have none.")
    reconnected: int = Field(description="Have no way now and would have one.")
    minutes_mean: float | None = Field(
        description="How much longer; negative: shorter; null: none has a way both times."
    )
    minutes_most: float | None
    moves: list[MoveBody]


class SupposedClosures(BaseModel):
    """What became of the closures of the question, by id."""

    links: dict[str, int] = Field(description="How many links of the network each closes.")
    unplaced: list[str] = Field(description="Lie here, but no way is near enough.")
    outside: list[str] = Field(description="Lie in another area.")


class WhatIfAsOf(BaseModel):
    """How old the state is that everything was supposed on top of."""

    state_ms: int
    heard_ms: AtMs
    sources: list[SourceAgeBody]
    network: dict[str, Any]


class WhatIfAnswer(BaseModel):
    """What would change. Nothing was changed."""

    world: Literal["real", "drill"]
    drill: bool
    notice: str | None = Field(description="訓練 in the drill world.")
    supposed: Literal[True] = Field(description="This is no report of what is in force.")
    profile: ProfileName
    now_ms: int
    as_of: WhatIfAsOf
    nodes: int = Field(description="Crossings that this profile can start from.")
    moved: int
    cut_off: int
    reconnected: int
    cells_total: int = Field(description="Cells with any change; `cells` holds the gravest `limit` of them.")
    cells: list[CellChangeBody]
    places: dict[str, str] = Field(description="Names of the places that occur in `cells`, by id.")
    closures: SupposedClosures
