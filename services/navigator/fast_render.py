"""The body of a route answer as bytes: what `render` makes, with its long parts written as text at once. `render` is its oracle."""

from functools import lru_cache
from typing import Any

import orjson

import routing
from routing.found import FoundRoute
from routing.kernels.polyline import draw_json
from services.navigator.places import render_place
from services.navigator.render import measures, render_way, step_text
from services.navigator.words import KEPT_SENTENCES
from streams.events.shelters import ShelterState


def place_json(place: ShelterState) -> orjson.Fragment:
    """`render_place` as text."""
    return orjson.Fragment(orjson.dumps(render_place(place)))


def fast_way(
    route: routing.Route, network: routing.Network, *, name: str, profile: str, language: str
) -> dict[str, Any]:
    """`render_way` with line and steps as text, where the loops found the route."""
    if not isinstance(route, FoundRoute):
        return render_way(route, network, name=name, profile=profile, language=language)
    coordinates, line = draw_json(route.trace.points)
    return {
        **measures(route, network, profile),
        "geometry": {"type": "LineString", "coordinates": orjson.Fragment(coordinates.tobytes())},
        "polyline6": orjson.Fragment(line.tobytes()),
        "steps": orjson.Fragment(_steps(route, name, language)),
    }


def _steps(route: FoundRoute, name: str, language: str) -> str:
    """All steps as a JSON array."""
    steps = (
        f'{_step_head(key, street, name if key == "arrive" else "", language)}{round(metres)},"at":{at}}}'
        for key, street, metres, at in route.trace.list_steps()
    )
    return f"[{','.join(steps)}]"


@lru_cache(KEPT_SENTENCES)
def _step_head(key: str, street: str, name: str, language: str) -> str:
    """A step up to its length; kept, since streets are few."""
    told = {"key": key, "street": street, "text": step_text(key, street, name, language)}
    return f'{orjson.dumps(told).decode()[:-1]},"length_m":'
