"""The forms of `POST /v1/routes/batch`: many places in columns, one answer a row. Null is unknown or none, never zero."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.navigator.models import ActiveHazardBody, AsOf, Hurry, ProfileName, Shelter, SiteHazard

MOST_PLACES = 10_000
Degrees = Annotated[float, Field(allow_inf_nan=False)]


class BatchRequest(BaseModel):
    """Places in columns: `lat[i]`, `lon[i]` is place i. All are asked for one profile."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"lat": [34.5, 34.51], "lon": [135.205, 135.21], "profile": "adult"}]
        },
    )
    lat: list[Degrees] = Field(min_length=1, max_length=MOST_PLACES, description="Degrees of WGS 84.")
    lon: list[Degrees] = Field(min_length=1, max_length=MOST_PLACES, description="As many as `lat`.")
    profile: ProfileName = "adult"
    hazards: list[SiteHazard] = Field(default=[], max_length=8, description="Also flee from these.")


class Rows(BaseModel):
    """One value for each place, in their order."""

    situation: list[int | None] = Field(
        description="Index into `situations`; null where the place is a problem."
    )
    shelter: list[int | None] = Field(description="Index into `shelters`; null where one has to stay.")
    seconds: list[float | None]
    length_m: list[int | None]
    away_m: list[int | None] = Field(description="From the place to the nearest way that may be used.")
    polyline6: list[str | None]


class SituationBody(BaseModel):
    """Hazards that are in force at some of the places."""

    model_config = ConfigDict(title="Situation")
    hazards: list[ActiveHazardBody]


class StayRow(BaseModel):
    """A place from which no way may be recommended."""

    index: int
    reason: Literal["no-target", "cut-off", "too-late"]


class DepartureRow(Hurry):
    """A place whose way a danger binds. instead_of: index into `shelters`, where the nearest way leads, which comes too late."""

    index: int
    instead_of: int | None


class WarningRow(BaseModel):
    """What to know before walking from a place; keys as in `POST /v1/routes`."""

    index: int
    keys: list[Literal["warn-closed", "warn-zone", "warn-far"]]


class ProblemRow(BaseModel):
    """A place that cannot be answered, as a problem of its own."""

    index: int
    type: Literal["urn:miotsukushi:problem:no-such-place"]
    detail: str


class BatchAnswer(BaseModel):
    """Answers in columns, from one moment."""

    world: Literal["real", "drill"]
    drill: bool
    notice: str | None = Field(description="訓練 in the drill world.")
    profile: ProfileName
    now_ms: int
    as_of: AsOf
    situations: list[SituationBody]
    shelters: list[Shelter]
    rows: Rows
    stays: list[StayRow]
    departures: list[DepartureRow]
    warnings: list[WarningRow]
    problems: list[ProblemRow]
