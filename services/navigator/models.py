"""The HTTP API's questions and answers as documented models. Null is unknown, never zero."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

SiteHazard = Literal[
    "flood", "landslide", "storm_surge", "earthquake", "tsunami", "fire", "inland_flood", "volcano"
]
ProfileName = Literal["adult", "slow", "child", "stroller", "wheelchair"]
TravellerName = Literal["adult", "slow", "child", "stroller", "wheelchair", "car"]
"""Also by car: turn restrictions and one-ways are kept, closures are those for cars."""
Language = Literal["ja", "ja-easy", "en", "zh", "ko", "vi"]
Latitude = Annotated[
    float, Field(description="Degrees of WGS 84, -90 to 90.", examples=[34.5], allow_inf_nan=False)
]
Longitude = Annotated[
    float, Field(description="Degrees of WGS 84, -180 to 180.", examples=[135.23], allow_inf_nan=False)
]
AtMs = Annotated[int | None, Field(description="Milliseconds since 1970; null is unknown.")]


class Origin(BaseModel):
    """A place in degrees of WGS 84."""

    model_config = ConfigDict(extra="forbid")
    lat: Latitude
    lon: Longitude


class RouteRequest(BaseModel):
    """Where somebody is, and how they walk."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={
            "examples": [{"from": {"lat": 34.5, "lon": 135.23}, "profile": "adult", "hazards": ["tsunami"]}]
        },
    )
    origin: Origin = Field(alias="from")
    profile: TravellerName = "adult"
    hazards: list[SiteHazard] = Field(default=[], max_length=8, description="Also flee from these.")
    language: Language = "ja"


class Listed(BaseModel):
    """Where a statement comes from and how old it is."""

    source: str
    as_of_ms: AtMs


class Shelter(BaseModel):
    """A site (flee there from a hazard) or a shelter (live there after)."""

    id: str
    name: str
    layer: Literal["site", "shelter"]
    lat: float | None
    lon: float | None
    suits: list[SiteHazard] = Field(description="Hazards it is designated for; any other is unknown or no.")
    opening: Literal["unknown", "not_open", "open", "full", "closed"]
    capacity: int | None
    headcount: int | None
    listed: Listed
    reported: Listed


class ActiveHazardBody(BaseModel):
    """A hazard in force at the origin, and the telegram that says so."""

    model_config = ConfigDict(title="ActiveHazard")
    hazard: str
    name: str
    level: int | None = Field(description="警戒レベル相当 1-5; null where the issuer gives none.")
    level_is_lower_bound: bool
    severity: str
    area: str
    source: str
    title: str
    issued_at_ms: int
    arrives_at_ms: AtMs = Field(description="When its first wave is forecast to arrive; null is unknown.")


class SourceAgeBody(BaseModel):
    """The newest time that a source speaks of."""

    model_config = ConfigDict(title="SourceAge")
    kind: Literal["alerts", "shelter list", "shelter status", "closures"]
    source: str
    as_of_ms: AtMs


class SilentSource(BaseModel):
    """A source that should have been heard by now: what it speaks of may have changed."""

    source: str
    name: str
    says: list[Literal["alerts", "closures", "shelter_reports", "shelter_lists"]]
    since_ms: AtMs = Field(description="When it was last heard; null: never yet.")


class NetworkAge(BaseModel):
    """Whose streets these are, and which version."""

    attribution: str
    hash: str


class AsOf(BaseModel):
    """How old everything is that the answer was decided from."""

    state_ms: int = Field(description="When the state was put together.")
    heard_ms: AtMs = Field(
        description="When the event log last answered; much older than now: treat with care."
    )
    sources: list[SourceAgeBody]
    silent: list[SilentSource]
    network: NetworkAge


class Why(BaseModel):
    """The reason as a message key, its hazards, and a sentence."""

    key: str
    hazards: list[str]
    text: str


class StepBody(BaseModel):
    """One instruction; `at` indexes the polyline."""

    model_config = ConfigDict(title="Step")
    key: str
    street: str
    length_m: int
    at: int
    text: str


class Reason(BaseModel):
    """A sentence, with the message key and arguments that it was made from."""

    key: str
    arguments: dict[str, str | int | list[str]]
    text: str


class AlternativeBody(BaseModel):
    """Another place, and why it came second."""

    model_config = ConfigDict(title="Alternative")
    shelter: Shelter
    minutes: float
    why_second: str = Field(description="The reasons in one sentence.")
    reasons: list[Reason]


class PassedOver(BaseModel):
    """A site that is nearer in a straight line, and why nobody is sent there."""

    shelter: Shelter
    reason: Reason


class MinutesByProfile(BaseModel):
    """Walking minutes along this way; null where a profile cannot use it, or where nobody knows."""

    adult: float | None
    slow: float | None
    child: float | None
    stroller: float | None
    wheelchair: float | None


class WarningBody(Reason):
    """Something to know before walking."""

    model_config = ConfigDict(title="Warning")


class Hurry(BaseModel):
    """How long one may wait. Null: no danger whose time is known binds the way, or there is no way."""

    leave_within_min: int | None = Field(description="Whole minutes, rounded down; by the way that is told.")
    margin_min: float | None = Field(description="The same to a tenth, rounded down.")
    leave_by_ms: AtMs


class DepartureBody(Hurry):
    """Leaving in time; see docs/reference/routes.md."""

    model_config = ConfigDict(title="Departure")
    instead_of: Shelter | None = Field(
        description="Where the nearest way leads, which does not survive leaving now."
    )
    arrivals: list[ActiveHazardBody] = Field(
        description="Dangers here whose time is known, and who says so; `arrives_at_ms`: when each begins."
    )


class Line(BaseModel):
    """GeoJSON; positions are [lon, lat]."""

    type: Literal["LineString"]
    coordinates: list[tuple[float, float]]


class AnswerHead(BaseModel):
    """What every answer says, whatever it advises."""

    world: Literal["real", "drill"]
    drill: bool
    notice: str | None = Field(description="訓練 in the drill world.")
    profile: TravellerName
    now_ms: int
    hazards: list[ActiveHazardBody]
    as_of: AsOf
    departure: DepartureBody | None = Field(description="Null: no danger in force has a known time.")
    why: Why
    warnings: list[WarningBody]


class RouteAnswer(AnswerHead):
    """Go there, this way."""

    kind: Literal["route"]
    shelter: Shelter
    length_m: int
    minutes: float
    minutes_by_profile: MinutesByProfile
    unknown: dict[Literal["surface", "incline", "width", "kerb"], float] = Field(
        description="Share of the way's length of which nobody has written it down; empty for those who walk."
    )
    geometry: Line
    polyline6: str
    steps: list[StepBody]
    alternatives: list[AlternativeBody]
    passed_over: list[PassedOver] = Field(description="At most one: the nearest of them.")


class StayAnswer(AnswerHead):
    """There is no way that may be recommended: stay, and why. too-late: no way survives leaving now."""

    kind: Literal["stay"]
    reason: Literal["no-target", "cut-off", "too-late"]
    nearest_in_a_straight_line: Shelter | None
