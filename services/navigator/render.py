"""An answer as the JSON that apps read: the way, why this place, what comes second, and the age and source of everything."""

from typing import Any

import routing
from services.navigator.answers import Answer, Moment
from services.navigator.polyline import encode_polyline6
from services.navigator.state import ActiveHazard, World
from services.navigator.words import say
from streams.events.shelters import ShelterState
from streams.world import World as WorldName

UNKNOWN_SURFACE = 0.2
"""From this share on, an answer for wheels says how much of the way has no surface data."""
WHEELS = frozenset({"wheelchair", "stroller"})


def render(
    answer: Answer,
    moment: Moment,
    *,
    profile: str,
    language: str,
    world: WorldName,
    now_ms: int,
    heard_ms: int | None,
) -> dict[str, Any]:
    """The body of a route answer: `models.RouteAnswer` or `models.StayAnswer`; see docs/reference/routes.md."""
    body: dict[str, Any] = {
        **world_marks(world),
        "profile": profile,
        "now_ms": now_ms,
        "hazards": [_hazard(a) for a in answer.active],
        "as_of": _ages(answer.world, moment, heard_ms),
    }
    names = tuple(sorted(str(h) for h in answer.hazards))
    if isinstance(answer.route, routing.Stay):
        return body | _stay(answer, answer.route, moment, names, language)
    return body | _route(answer, answer.route, moment, names, profile, language)


def world_marks(world: WorldName) -> dict[str, Any]:
    """What every answer says first: whether it is meant."""
    drill = world is WorldName.DRILL
    return {"world": str(world), "drill": drill, "notice": "訓練" if drill else None}


def _route(
    answer: Answer, route: routing.Route, moment: Moment, names: tuple[str, ...], profile: str, language: str
) -> dict[str, Any]:
    place = moment.get_place(route.target)
    why = "why-suits" if names else "why-nearest"
    return {
        "kind": "route",
        "shelter": render_place(place),
        "why": {"key": why, "hazards": names, "text": say(why, language, hazards=names)},
        "length_m": round(route.length_m),
        "minutes": round(route.seconds / 60, 1),
        "geometry": {
            "type": "LineString",
            "coordinates": [[round(lon, 6), round(lat, 6)] for lat, lon in route.points],
        },
        "polyline6": encode_polyline6(route.points),
        "steps": [_step(step, place.name, language) for step in route.steps],
        "alternatives": [
            {
                "shelter": render_place(moment.get_place(other.target)),
                "minutes": round(other.seconds / 60, 1),
                "why_second": say(
                    "second", language, minutes=max(1, round((other.seconds - route.seconds) / 60))
                ),
            }
            for other in route.alternatives
        ],
        "warnings": _warnings(answer, route, profile, language),
    }


def _stay(
    answer: Answer, stay: routing.Stay, moment: Moment, names: tuple[str, ...], language: str
) -> dict[str, Any]:
    key = f"stay-{stay.reason}" if names or stay.reason != "no-target" else "stay-no-site"
    nearest = render_place(moment.get_place(stay.nearest_target)) if stay.nearest_target else None
    return {
        "kind": "stay",
        "reason": stay.reason,
        "why": {"key": key, "hazards": names, "text": say(key, language, hazards=names)},
        "nearest_in_a_straight_line": nearest,
        "warnings": [_warning(*found, language) for found in _unplaced(answer)],
    }


def render_place(place: ShelterState) -> dict[str, Any]:
    """A site or shelter; null is unknown."""
    return {
        "id": place.id,
        "name": place.name,
        "layer": str(place.layer),
        "lat": place.lat,
        "lon": place.lon,
        "suits": [str(h) for h in place.suits],
        "opening": str(place.opening),
        "capacity": place.capacity,
        "headcount": place.headcount,
        "listed": {"source": place.listed_source, "as_of_ms": place.listed_as_of_ms},
        "reported": {"source": place.reported_source, "as_of_ms": place.reported_as_of_ms},
    }


def _hazard(active: ActiveHazard) -> dict[str, Any]:
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
    }


def _ages(world: World, moment: Moment, heard_ms: int | None) -> dict[str, Any]:
    network = moment.ground.network
    return {
        "state_ms": world.at_ms,
        "heard_ms": heard_ms,
        "sources": [{"kind": s.kind, "source": s.source, "as_of_ms": s.as_of_ms} for s in world.sources],
        "network": {"attribution": network.attribution, "hash": network.content_hash[:12]},
    }


def _step(step: routing.Step, name: str, language: str) -> dict[str, Any]:
    return {
        "key": step.key,
        "street": step.street,
        "length_m": round(step.length_m),
        "at": step.at,
        "text": say(step.key, language, street=step.street, name=name),
    }


Found = tuple[str, dict[str, object]]


def _warnings(answer: Answer, route: routing.Route, profile: str, language: str) -> list[dict[str, Any]]:
    found: list[Found] = []
    if route.closed_by:
        found.append(("warn-closed", {"closures": ", ".join(route.closed_by)}))
    if route.starts_in_zone:
        found.append(("warn-zone", {}))
    if not route.snap.is_near:
        found.append(
            ("warn-far", {"metres": round(route.snap.distance_m), "direction": route.snap.direction})
        )
    if profile in WHEELS and route.unknown_surface_share >= UNKNOWN_SURFACE:
        found.append(("warn-surface", {"percent": round(route.unknown_surface_share * 100)}))
    return [_warning(*each, language) for each in (*found, *_unplaced(answer))]


def _unplaced(answer: Answer) -> list[Found]:
    count = len(answer.unplaced_closures)
    return [("warn-unplaced", {"count": count})] if count else []


def _warning(key: str, arguments: dict[str, object], language: str) -> dict[str, Any]:
    return {"key": key, "arguments": arguments, "text": say(key, language, **arguments)}
