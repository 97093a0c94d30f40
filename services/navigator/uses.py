"""Whether places near by can be used now, for what is in force at each, and why. Leads nobody anywhere."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, Field

from services.navigator.models import Shelter
from services.navigator.places import render_place
from services.navigator.state import World
from streams.events.base import SITE_HAZARDS, Hazard
from streams.events.shelters import ShelterState
from streams.usability import Reason, Verdict, judge_use


class HazardUse(BaseModel):
    """For one hazard."""

    hazard: Hazard
    in_force: bool = Field(description="Whether it is in force where the place is.")
    verdict: Verdict = Field(description="Unknown is never yes.")
    reasons: list[Reason] = Field(description="All that were weighed; those that decided first.")


class NearShelter(Shelter):
    """A place, and whether it can be used now."""

    uses: list[HazardUse] = Field(
        description="For each hazard of the lists that is in force there, or that was asked for. Not whether a way leads there."
    )


class NearAnswer(BaseModel):
    """Places near by, nearest first."""

    world: Literal["real", "drill"]
    drill: bool
    notice: str | None
    state_ms: int
    shelters: list[NearShelter]


def render_near(place: ShelterState, world: World, asked: Iterable[Hazard]) -> dict[str, Any]:
    """A place of the list with its uses."""
    in_force = (
        frozenset[Hazard]()
        if place.lat is None or place.lon is None
        else frozenset(active.hazard for active in world.list_active(place.lat, place.lon))
    )
    wanted = [hazard for hazard in SITE_HAZARDS if hazard in in_force or hazard in set(asked)]
    uses = (judge_use(place, hazard, in_force=in_force, now_ms=world.at_ms) for hazard in wanted)
    return {
        **render_place(place),
        "uses": [
            {
                "hazard": str(use.hazard),
                "in_force": use.hazard in in_force,
                "verdict": str(use.verdict),
                "reasons": [str(reason) for reason in use.reasons],
            }
            for use in uses
        ],
    }
