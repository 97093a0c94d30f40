"""The question and answers of `POST /v1/tours` as documented models. Null is unknown, never zero."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from routing.tours import MOST_PICK_UPS
from services.navigator.models import (
    AnswerHead,
    Language,
    Origin,
    Reason,
    RouteAnswer,
    Shelter,
    SiteHazard,
    StayAnswer,
    TravellerName,
)
from services.navigator.trips_models import Destination, WayBody

MOST_PERSONS = 50

Ref = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        description="What your app calls this pick-up. No name, no telephone number: it comes back in the answer.",
    ),
]


class PickUpBody(BaseModel):
    """Who wait at a place."""

    model_config = ConfigDict(extra="forbid", title="PickUp")
    ref: Ref
    place: Origin
    persons: int = Field(default=1, ge=1, le=MOST_PERSONS)
    to: Destination | None = Field(
        default=None, description="Where they are brought; null: where the tour goes."
    )


class TourRequest(BaseModel):
    """A supporter, and whom to fetch. Nothing of it is kept or logged."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {
                    "from": {"lat": 34.5, "lon": 135.23},
                    "pick_ups": [
                        {"ref": "a", "place": {"lat": 34.503, "lon": 135.226}, "persons": 2},
                        {"ref": "b", "place": {"lat": 34.498, "lon": 135.221}},
                    ],
                    "profile": "slow",
                    "seats": 2,
                }
            ]
        },
    )
    origin: Origin = Field(alias="from")
    pick_ups: list[PickUpBody] = Field(min_length=1, max_length=MOST_PICK_UPS)
    to: Destination | None = Field(
        default=None, description="Where the tour goes; null: to the site that is best for all."
    )
    seats: int | None = Field(
        default=None,
        ge=1,
        le=MOST_PERSONS,
        description="Persons that can be taken at once, without the supporter; null: any number. When full, the tour drops in between.",
    )
    profile: TravellerName = Field(
        default="adult", description="Of the supporter with all whom they bring: the slowest; or `car`."
    )
    hazards: list[SiteHazard] = Field(default=[], max_length=8, description="Also flee from these.")
    language: Language = "ja"


class StopBody(BaseModel):
    """A stop. ref: of a pick-up, null elsewhere. shelter: null where it is none of the list."""

    model_config = ConfigDict(title="Stop")
    lat: float
    lon: float
    ref: str | None
    shelter: Shelter | None


class LegBody(WayBody):
    """From stop to stop. aboard: persons on this way, without the supporter."""

    model_config = ConfigDict(title="Leg")
    to: StopBody
    picks_up: list[str] = Field(description="References of those who join at its end.")
    drops: list[str] = Field(description="References of those who have arrived at its end.")
    aboard: int
    starts_after_min: float = Field(
        description="Since setting out; getting in and out takes no time in this."
    )
    warnings: list[Reason]


class LeftBody(BaseModel):
    """Somebody whom the tour does not fetch, and why."""

    model_config = ConfigDict(title="LeftOut")
    ref: str
    reason: Reason


class TourAnswer(AnswerHead):
    """The order in which to fetch them, and the ways."""

    kind: Literal["tour"]
    minutes: float
    length_m: int
    bring_to: Shelter | None = Field(
        description="Where all are brought who have no place of their own; null: all have."
    )
    legs: list[LegBody]
    left: list[LeftBody]
    moved: list[LeftBody] = Field(
        description="Those who are brought to `bring_to` against their wish, and why."
    )


class NoTourAnswer(AnswerHead):
    """Nobody can be fetched: why each, and the supporter's own way to safety."""

    kind: Literal["stay"]
    left: list[LeftBody]
    instead: RouteAnswer | StayAnswer
