"""A supporter's tour as the JSON that apps read: `tours_models.TourAnswer` or `tours_models.NoTourAnswer`."""

from typing import Any

import routing
from routing.tours import Leg
from services.navigator.reasons import Said, list_hurry, list_warnings
from services.navigator.render import render_said
from services.navigator.tours import LeftOut, Moved, Round
from services.navigator.trips import names_of
from services.navigator.trips_render import Page
from services.navigator.words import say


def render_tour(tour: Round, page: Page) -> dict[str, Any]:
    """The body of an answer."""
    head = page.head(tour.active, tour.hurry)
    left = [_left(each, page) for each in tour.left]
    unknown = page.open_questions()
    if tour.instead is not None:
        return head | {
            "kind": "stay",
            "why": page.why("why-no-tour", tour.hazards),
            "left": left,
            "warnings": page.say_all(unknown),
            "instead": page.instead(tour.instead),
        }
    legs, seconds = [], 0.0
    for number, (leg, route) in enumerate(tour.legs):
        legs.append(
            _leg(leg, route, page, is_first=number == 0) | {"starts_after_min": round(seconds / 60, 1)}
        )
        seconds += route.seconds
    return head | {
        "kind": "tour",
        "why": page.why("why-tour-part" if left else "why-tour", tour.hazards),
        "minutes": round(seconds / 60, 1),
        "length_m": round(sum(route.length_m for _, route in tour.legs)),
        "bring_to": page.shelf.place(tour.common) if tour.common else None,
        "legs": legs,
        "left": left,
        "moved": [_moved(each, page) for each in tour.moved],
        "warnings": page.say_all([*list_hurry(tour.hurry, page.shelf), *unknown]),
    }


def _leg(leg: Leg, route: routing.Route, page: Page, *, is_first: bool) -> dict[str, Any]:
    ref, places = next(iter(leg.picked), None), page.shelf.moment.world.places
    place = None if ref is not None else places.get(leg.goal.id)
    name = say("stop-pick-up", page.language) if ref is not None else None
    told = [s for s in list_warnings(route, page.shelf, page.profile) if is_first or s.key != "warn-far"]
    return {
        "to": {
            "lat": leg.goal.lat,
            "lon": leg.goal.lon,
            "ref": ref,
            "shelter": page.shelf.place(place.id) if place else None,
        },
        "picks_up": leg.picked,
        "drops": leg.dropped,
        "aboard": leg.aboard,
        **page.way(route, name or (place.name if place else say("goal-yours", page.language))),
        "warnings": page.say_all(told),
    }


def _left(left: LeftOut, page: Page) -> dict[str, Any]:
    said = Said(str(left.why), {"hazards": names_of(left.hazards)})
    return {"ref": left.ref, "reason": render_said(said, page.language)}


def _moved(moved: Moved, page: Page) -> dict[str, Any]:
    said = Said(
        f"refused-{moved.refused.why}",
        {"name": page.name(moved.wish), "hazards": names_of(moved.refused.hazards)},
    )
    return {"ref": moved.ref, "reason": render_said(said, page.language)}
