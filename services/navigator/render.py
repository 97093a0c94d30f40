"""An answer as the JSON that apps read: the way, why this place, what comes second, and the age and source of everything."""

from typing import Any

import routing
from services.navigator.answers import Answer, Moment
from services.navigator.polyline import encode_polyline6
from services.navigator.state import ActiveHazard, newest
from services.navigator.words import say
from streams.events.shelters import ShelterState
from streams.world import World as WorldName

UNKNOWN_SURFACE = 0.2
"""From this share on, an answer for wheels says how much of the way has no surface data."""
WHEELS = frozenset({"wheelchair", "stroller"})


def render(
    answer: Answer, moment: Moment, *, profile: str, language: str, world: WorldName, now_ms: int
) -> dict[str, Any]:
    """The body of a route answer; see docs/reference/routes.md."""
    body: dict[str, Any] = {
        "world": str(world),
        "drill": world is WorldName.DRILL,
        "notice": "訓練" if world is WorldName.DRILL else None,
        "profile": profile,
        "now_ms": now_ms,
        "hazards": [_hazard(a) for a in answer.active],
        "as_of": _ages(answer, moment),
    }
    names = tuple(sorted(str(h) for h in answer.hazards))
    if isinstance(answer.route, routing.Stay):
        return body | _stay(answer.route, moment, names, language)
    return body | _route(answer, answer.route, moment, names, profile, language)


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


def _stay(stay: routing.Stay, moment: Moment, names: tuple[str, ...], language: str) -> dict[str, Any]:
    key = f"stay-{stay.reason}"
    nearest = render_place(moment.get_place(stay.nearest_target)) if stay.nearest_target else None
    return {
        "kind": "stay",
        "reason": stay.reason,
        "why": {"key": key, "hazards": names, "text": say(key, language, hazards=names)},
        "nearest_in_a_straight_line": nearest,
        "warnings": [],
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


def _ages(answer: Answer, moment: Moment) -> dict[str, Any]:
    world = answer.world
    return {
        "state_ms": world.at_ms,
        "hazards_ms": newest(h.issued_at_ms for h in world.hazards.values()),
        "shelters_ms": newest(p.reported_as_of_ms for p in world.places.values()),
        "shelter_list_ms": newest(p.listed_as_of_ms for p in world.places.values()),
        "closures_ms": newest(c.as_of_ms for c in world.closures.values()),
        "network": {
            "attribution": moment.ground.network.attribution,
            "hash": moment.ground.network.content_hash[:12],
        },
    }


def _step(step: routing.Step, name: str, language: str) -> dict[str, Any]:
    return {
        "key": step.key,
        "street": step.street,
        "length_m": round(step.length_m),
        "at": step.at,
        "text": say(step.key, language, street=step.street, name=name),
    }


def _warnings(answer: Answer, route: routing.Route, profile: str, language: str) -> list[dict[str, Any]]:
    found: list[tuple[str, dict[str, object]]] = []
    if route.starts_on_closed:
        found.append(("warn-closed", {}))
    if route.starts_in_zone:
        found.append(("warn-zone", {}))
    if not route.snap.is_near:
        found.append(
            ("warn-far", {"metres": round(route.snap.distance_m), "direction": route.snap.direction})
        )
    if profile in WHEELS and route.unknown_surface_share >= UNKNOWN_SURFACE:
        found.append(("warn-surface", {"percent": round(route.unknown_surface_share * 100)}))
    if answer.unplaced_closures:
        found.append(("warn-unplaced", {"count": len(answer.unplaced_closures)}))
    return [{"key": key, "arguments": args, "text": say(key, language, **args)} for key, args in found]
