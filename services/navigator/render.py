"""An answer as the JSON that apps read: the way, why this place, what comes second, and the age and source of everything."""

from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

import routing
from services.navigator.answers import Answer, Moment
from services.navigator.departure import Hurry
from services.navigator.places import render_place
from services.navigator.polyline import encode_polyline6
from services.navigator.reasons import (
    MINUTE_DS,
    Said,
    find_passed,
    list_hurry,
    list_silent,
    list_stay_warnings,
    list_unknown_of,
    list_warnings,
    minutes_by_profile,
    why_chosen,
    why_second,
)
from services.navigator.shelf import Shelf
from services.navigator.state import ActiveHazard
from services.navigator.timetable import DS_MS
from services.navigator.words import KEPT_SENTENCES, say
from streams.world import World as WorldName

__all__ = [
    "render",
    "render_ages",
    "render_departure",
    "render_hazard",
    "render_place",
    "render_said",
    "render_way",
    "say_open_questions",
    "world_marks",
]


def render(
    answer: Answer,
    shelf: Shelf,
    *,
    profile: str,
    language: str,
    world: WorldName,
    now_ms: int,
    heard_ms: int | None,
    way: "WayRenderer | None" = None,
) -> dict[str, Any]:
    """The body of a route answer: `models.RouteAnswer` or `models.StayAnswer`; see docs/reference/routes.md. way: None is `render_way`."""
    body: dict[str, Any] = {
        **world_marks(world),
        "profile": profile,
        "now_ms": now_ms,
        "hazards": [render_hazard(a) for a in answer.active],
        "as_of": render_ages(shelf.moment, heard_ms),
        "departure": answer.hurry and render_departure(answer.hurry, shelf, now_ms),
    }
    names = tuple(sorted(str(h) for h in answer.hazards))
    if isinstance(answer.route, routing.Stay):
        return body | _stay(
            answer, answer.route, shelf, names, profile=profile, language=language, now_ms=now_ms
        )
    return body | _route(
        answer,
        answer.route,
        shelf,
        names,
        profile=profile,
        language=language,
        way=way or render_way,
        now_ms=now_ms,
    )


def world_marks(world: WorldName) -> dict[str, Any]:
    """What every answer says first: whether it is meant."""
    drill = world is WorldName.DRILL
    return {"world": str(world), "drill": drill, "notice": "訓練" if drill else None}


class WayRenderer(Protocol):
    """Renders a way to a place of that name, as `render_way` does."""

    def __call__(
        self, route: routing.Route, network: routing.Network, *, name: str, profile: str, language: str
    ) -> dict[str, Any]: ...


def _route(
    answer: Answer,
    route: routing.Route,
    shelf: Shelf,
    names: tuple[str, ...],
    *,
    profile: str,
    language: str,
    way: WayRenderer,
    now_ms: int,
) -> dict[str, Any]:
    name = shelf.moment.get_place(route.target).name
    why = why_chosen(route, shelf, answer.hurry, profile=profile, in_force=bool(names))
    passed, network = find_passed(route, shelf, answer.hazards, answer.hurry), shelf.moment.ground.network
    return {
        "kind": "route",
        "shelter": shelf.place(route.target),
        "why": {"key": why, "hazards": names, "text": say(why, language, hazards=names)},
        **way(route, network, name=name, profile=profile, language=language),
        "unknown": list_unknown_of(route, network, profile),
        "alternatives": [_alternative(route, other, shelf, language) for other in route.alternatives],
        "passed_over": [{"shelter": shelf.place(passed[0]), "reason": render_said(passed[1], language)}]
        if passed
        else [],
        "warnings": [
            render_said(said, language)
            for said in (
                *list_hurry(answer.hurry, shelf),
                *list_warnings(route, shelf, profile),
                *say_open_questions(shelf.moment, answer.unplaced_closures, now_ms),
            )
        ],
    }


def render_way(
    route: routing.Route, network: routing.Network, *, name: str, profile: str, language: str
) -> dict[str, Any]:
    """A way to a place of that name: length, minutes, line and steps."""
    points = np.array(route.points)
    return {
        **measures(route, network, profile),
        "geometry": {"type": "LineString", "coordinates": _positions(points)},
        "polyline6": encode_polyline6(points),
        "steps": [_step(step, name, language) for step in route.steps],
    }


def measures(route: routing.Route, network: routing.Network, profile: str) -> dict[str, Any]:
    """Its length and minutes."""
    return {
        "length_m": round(route.length_m),
        "minutes": round(route.seconds / 60, 1),
        "minutes_by_profile": minutes_by_profile(route, profile, network),
    }


def _positions(points: npt.NDArray[np.float64]) -> list[list[float]]:
    """[lon, lat] to a millionth of a degree; points: float64[n, 2], (lat, lon)."""
    positions: list[list[float]] = (np.rint(points[:, ::-1] * 1e6) / 1e6).tolist()
    return positions


def _alternative(
    route: routing.Route, other: routing.Alternative, shelf: Shelf, language: str
) -> dict[str, Any]:
    reasons = [render_said(said, language) for said in why_second(route, other, shelf)]
    return {
        "shelter": shelf.place(other.target),
        "minutes": round(other.seconds / 60, 1),
        "why_second": say("list-separator", language).join(reason["text"] for reason in reasons),
        "reasons": reasons,
    }


def _stay(
    answer: Answer,
    stay: routing.Stay,
    shelf: Shelf,
    names: tuple[str, ...],
    *,
    profile: str,
    language: str,
    now_ms: int,
) -> dict[str, Any]:
    key = f"stay-{stay.reason}" if names or stay.reason != "no-target" else "stay-no-site"
    if not names and answer.hurry is not None:
        names = tuple(sorted({str(front.active.hazard) for front in answer.hurry.fronts}))
    nearest = shelf.place(stay.nearest_target) if stay.nearest_target else None
    return {
        "kind": "stay",
        "reason": stay.reason,
        "why": {"key": key, "hazards": names, "text": say(key, language, hazards=names)},
        "nearest_in_a_straight_line": nearest,
        "warnings": [
            render_said(said, language)
            for said in (
                *list_stay_warnings(profile),
                *say_open_questions(shelf.moment, answer.unplaced_closures, now_ms),
            )
        ],
    }


def render_hurry(hurry: Hurry, now_ms: int) -> dict[str, Any]:
    """How long one may wait; rounded down, null where no danger binds the way (or none is left)."""
    spare = hurry.spare_ds
    return {
        "leave_within_min": None if spare is None else spare // MINUTE_DS,
        "margin_min": None if spare is None else spare * 10 // MINUTE_DS / 10,
        "leave_by_ms": None if spare is None else now_ms + spare * DS_MS,
    }


def render_departure(hurry: Hurry, shelf: Shelf, now_ms: int) -> dict[str, Any]:
    """`models.DepartureBody`."""
    return render_hurry(hurry, now_ms) | {
        "instead_of": shelf.place(hurry.instead_of) if hurry.instead_of else None,
        "arrivals": [
            render_hazard(front.active) | {"arrives_at_ms": front.begins_at_ms} for front in hurry.fronts
        ],
    }


def render_hazard(active: ActiveHazard) -> dict[str, Any]:
    """A hazard in force, and the telegram that says so."""
    condition = active.condition
    return {
        "hazard": str(active.hazard),
        "name": condition.name,
        "level": condition.level,
        "level_is_lower_bound": condition.level_is_lower_bound,
        "severity": str(condition.severity),
        "area": active.area,
        "source": active.source,
        "title": active.title,
        "issued_at_ms": active.issued_at_ms,
        "arrives_at_ms": condition.arrival_at_ms,
    }


def render_ages(moment: Moment, heard_ms: int | None) -> dict[str, Any]:
    """How old everything is that an answer of this moment is decided from."""
    network, world = moment.ground.network, moment.world
    return {
        "state_ms": world.at_ms,
        "heard_ms": heard_ms,
        "sources": [{"kind": s.kind, "source": s.source, "as_of_ms": s.as_of_ms} for s in world.sources],
        "silent": [
            {
                "source": silence.source.id,
                "name": silence.source.name,
                "says": silence.source.says,
                "since_ms": silence.since_ms,
            }
            for silence in world.silences
        ],
        "network": {"attribution": network.attribution, "hash": network.content_hash[:12]},
    }


def _step(step: routing.Step, name: str, language: str) -> dict[str, Any]:
    text = step_text(step.key, step.street, name if step.key == "arrive" else "", language)
    return {
        "key": step.key,
        "street": step.street,
        "length_m": round(step.length_m),
        "at": step.at,
        "text": text,
    }


@lru_cache(KEPT_SENTENCES)
def step_text(key: str, street: str, name: str, language: str) -> str:
    """An instruction; kept, since each answer has a dozen and streets are few."""
    return say(key, language, street=street, name=name)


def render_said(said: Said, language: str) -> dict[str, Any]:
    """A sentence with its key and arguments: `models.Reason`."""
    return {"key": said.key, "arguments": said.arguments, "text": say(said.key, language, **said.arguments)}


def say_open_questions(moment: Moment, unplaced: tuple[str, ...], now_ms: int) -> list[Said]:
    """What an answer cannot know: closures without a known place, and sources that are silent."""
    count = len(unplaced)
    found = [Said("warn-unplaced", {"count": count})] if count else []
    return found + list_silent(moment.world.silences, now_ms)
