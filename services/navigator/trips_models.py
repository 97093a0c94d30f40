"""The question and answers of `POST /v1/routes/to` as documented models. Null is unknown, never zero."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.navigator.models import (
    AnswerHead,
    Language,
    Line,
    MinutesByProfile,
    Origin,
    RouteAnswer,
    Shelter,
    SiteHazard,
    StayAnswer,
    StepBody,
    TravellerName,
)


class ShelterRef(BaseModel):
    """A place of the area's list, of either layer, by its id."""

    model_config = ConfigDict(extra="forbid")
    shelter: str = Field(min_length=1, max_length=200, examples=["9910100001"])


Destination = Annotated[
    Origin | ShelterRef, Field(description="A place in degrees, or one of the list by its id.")
]


class TripRequest(BaseModel):
    """Where somebody is, where they want to go, and how they walk. Nothing of it is kept or logged."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {
                    "from": {"lat": 34.5, "lon": 135.23},
                    "to": {"lat": 34.505, "lon": 135.21},
                    "profile": "adult",
                    "language": "ja",
                }
            ]
        },
    )
    origin: Origin = Field(alias="from")
    to: Destination
    profile: TravellerName = "adult"
    hazards: list[SiteHazard] = Field(default=[], max_length=8, description="Also flee from these.")
    language: Language = "ja"


class GoalBody(BaseModel):
    """Where the way was asked to. shelter: null for a place of the asker's own."""

    model_config = ConfigDict(title="Goal")
    lat: float
    lon: float
    shelter: Shelter | None


class WayBody(BaseModel):
    """A way."""

    model_config = ConfigDict(title="Way")
    length_m: int
    minutes: float
    minutes_by_profile: MinutesByProfile
    geometry: Line
    polyline6: str
    steps: list[StepBody]


class TripAnswer(AnswerHead, WayBody):
    """Go there, this way."""

    model_config = ConfigDict(title="TripAnswer")
    kind: Literal["route"]
    to: GoalBody


class NoTripAnswer(AnswerHead):
    """Nobody is sent there: why, and what to do instead."""

    kind: Literal["stay"]
    to: GoalBody
    reason: Literal[
        "goal-in-danger", "goal-full", "goal-closed", "goal-off", "through-danger", "cut-off", "too-late"
    ]
    instead: RouteAnswer | StayAnswer = Field(
        description="The way to the nearest site that suits, as `POST /v1/routes` tells it."
    )
