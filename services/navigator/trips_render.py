"""The way to a given place as the JSON that apps read: `trips_models.TripAnswer` or `trips_models.NoTripAnswer`."""

from dataclasses import dataclass
from typing import Any

import routing
from services.navigator.answers import Answer
from services.navigator.departure import Hurry
from services.navigator.reasons import Said, list_hurry, list_warnings
from services.navigator.render import (
    render,
    render_ages,
    render_departure,
    render_hazard,
    render_said,
    render_way,
    say_open_questions,
    world_marks,
)
from services.navigator.shelf import Shelf
from services.navigator.state import ActiveHazard
from services.navigator.trips import Goal, Hazards, Refused, Trip, names_of
from services.navigator.words import say
from streams.world import World


@dataclass(frozen=True)
class Page:
    """What all parts of one answer share."""

    shelf: Shelf
    profile: str
    language: str
    world: World
    now_ms: int
    heard_ms: int | None

    def head(self, active: tuple[ActiveHazard, ...], hurry: Hurry | None) -> dict[str, Any]:
        """`models.AnswerHead` without its reason and warnings."""
        return {
            **world_marks(self.world),
            "profile": self.profile,
            "now_ms": self.now_ms,
            "hazards": [render_hazard(a) for a in active],
            "as_of": render_ages(self.shelf.moment, self.heard_ms),
            "departure": hurry and render_departure(hurry, self.shelf, self.now_ms),
        }

    def why(self, key: str, hazards: Hazards, **arguments: str) -> dict[str, Any]:
        """`models.Why`."""
        names = names_of(hazards)
        text = say(key, self.language, hazards=names, **arguments)
        return {"key": key, "hazards": names, "text": text}

    def open_questions(self) -> list[Said]:
        """What an answer cannot know."""
        moment = self.shelf.moment
        return say_open_questions(moment, moment.unplaced_to(self.profile), self.now_ms)

    def say_all(self, said: list[Said]) -> list[dict[str, Any]]:
        return [render_said(each, self.language) for each in said]

    def way(self, route: routing.Route, name: str) -> dict[str, Any]:
        """`trips_models.WayBody`."""
        network = self.shelf.moment.ground.network
        return render_way(route, network, name=name, profile=self.profile, language=self.language)

    def instead(self, answer: Answer) -> dict[str, Any]:
        """A whole answer of another kind."""
        return render(
            answer, self.shelf, profile=self.profile, language=self.language, world=self.world,
            now_ms=self.now_ms, heard_ms=self.heard_ms,
        )  # fmt: skip

    def goal(self, goal: Goal) -> dict[str, Any]:
        """`trips_models.GoalBody`."""
        shelter = self.shelf.place(goal.place.id) if goal.place else None
        return {"lat": goal.target.lat, "lon": goal.target.lon, "shelter": shelter}

    def name(self, goal: Goal) -> str:
        """What a goal is called."""
        return goal.place.name if goal.place else say("goal-yours", self.language)


def render_trip(trip: Trip, page: Page) -> dict[str, Any]:
    """The body of an answer."""
    head = page.head(trip.active, trip.hurry) | {"to": page.goal(trip.goal)}
    unknown = page.open_questions()
    if isinstance(trip.way, Refused):
        assert trip.instead is not None  # noqa: S101
        refused = trip.way
        return head | {
            "kind": "stay",
            "reason": str(refused.why),
            "why": page.why(f"refused-{refused.why}", refused.hazards, name=page.name(trip.goal)),
            "warnings": page.say_all(unknown),
            "instead": page.instead(trip.instead),
        }
    told = [
        *trip.notes,
        *list_hurry(trip.hurry, page.shelf),
        *list_warnings(trip.way, page.shelf, page.profile),
    ]
    return head | {
        "kind": "route",
        "why": page.why("why-given", frozenset(), name=page.name(trip.goal)),
        **page.way(trip.way, page.name(trip.goal)),
        "warnings": page.say_all([*told, *unknown]),
    }
