"""`POST /v1/routes/to` and `POST /v1/tours`: ways to given places. Each answer comes from one moment; nothing of it is kept or logged."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from fastapi import APIRouter, Response

import routing
from routing.errors import PlaceError, RoutingError
from routing.route import snap_origin
from services.kit.problems import Problem
from services.navigator.answers import Moment
from services.navigator.guides import Guides
from services.navigator.live import Live
from services.navigator.models import Origin, SiteHazard
from services.navigator.shelf import Shelf
from services.navigator.tours import Waiting, plan_round
from services.navigator.tours_models import NoTourAnswer, TourAnswer, TourRequest
from services.navigator.tours_render import render_tour
from services.navigator.trips import YOURS, Goal, Place, Scout, find_goal, plan_trip
from services.navigator.trips_models import NoTripAnswer, ShelterRef, TripAnswer, TripRequest
from services.navigator.trips_render import Page, render_trip
from streams.clock import Clock
from streams.events.base import Hazard
from streams.world import World


def trip_routes(live: Live, require_ready: Callable[[], None], *, world: World, clock: Clock) -> APIRouter:
    """Both requests. require_ready raises a problem as long as nothing is known."""
    routes = APIRouter(prefix="/v1", tags=["routes"])
    asked = TripDesk(live, world=world, clock=clock)

    @routes.post("/routes/to", response_model=TripAnswer | NoTripAnswer)
    def post_route_to(request: TripRequest) -> Response:
        """The way to a given place, or why nobody is sent there and where to go instead; see docs/reference/routes.md."""
        require_ready()
        return Response(orjson.dumps(asked.trip(request)), media_type="application/json")

    @routes.post("/tours", response_model=TourAnswer | NoTourAnswer)
    def post_tour(request: TourRequest) -> Response:
        """In which order a supporter fetches whom, and by which ways; see docs/reference/routes.md."""
        require_ready()
        return Response(orjson.dumps(asked.tour(request)), media_type="application/json")

    return routes


class TripDesk:
    """Reads questions, and answers each from one moment."""

    def __init__(self, live: Live, *, world: World, clock: Clock) -> None:
        self._live = live
        self._world = world
        self._clock = clock
        self._guides = Guides()

    def trip(self, request: TripRequest) -> dict[str, Any]:
        """The body of an answer to `POST /v1/routes/to`.

        Raises:
            Problem: a place is none of this area's, or an id that nobody knows.
        """
        moment, page = self._open(request)
        origin, extra = place_of(request.origin), _hazards(request.hazards)
        _require_place(request.origin, "from")
        goal = _goal(moment, request.to, "to")
        scout = Scout(self._guides, moment, profile=request.profile, start=origin, extra=extra)
        _require_near(scout, [(origin, "from"), *_own(goal, "to")])
        return render_trip(plan_trip(scout, goal, now_ms=page.now_ms), page)

    def tour(self, request: TourRequest) -> dict[str, Any]:
        """The body of an answer to `POST /v1/tours`.

        Raises:
            Problem: a place is none of this area's, an id that nobody knows, or two pick-ups of one reference.
        """
        moment, page = self._open(request)
        origin, extra = place_of(request.origin), _hazards(request.hazards)
        _require_place(request.origin, "from")
        common = None if request.to is None else _goal(moment, request.to, "to")
        near = [(origin, "from"), *_own(common, "to")]
        waiting = []
        for number, each in enumerate(request.pick_ups):
            field = f"pick_ups.{number}"
            _require_place(each.place, f"{field}.place")
            wish = (
                common if each.to is None else _goal(moment, each.to, f"{field}.to", name=f"{YOURS}{number}")
            )
            near += [(place_of(each.place), f"{field}.place"), *_own(wish, f"{field}.to")]
            waiting.append(Waiting(each.ref, place_of(each.place), each.persons, wish))
        scout = Scout(self._guides, moment, profile=request.profile, start=origin, extra=extra)
        _require_near(scout, near)
        try:
            made = plan_round(scout, waiting, seats=request.seats, now_ms=page.now_ms)
        except RoutingError as error:
            raise Problem("invalid-request", status=422, detail=str(error), field="pick_ups") from None
        return render_tour(made, page)

    def _open(self, request: TripRequest | TourRequest) -> tuple[Moment, Page]:
        moment = self._live.moment
        return moment, Page(
            Shelf(moment), request.profile, request.language, self._world, self._clock.now_ms(), self._live.heard_ms
        )  # fmt: skip


def place_of(origin: Origin) -> Place:
    """Latitude and longitude."""
    return origin.lat, origin.lon


def _hazards(named: Sequence[SiteHazard]) -> frozenset[Hazard]:
    return frozenset(map(Hazard, named))


def _goal(moment: Moment, asked: Origin | ShelterRef, field: str, *, name: str = YOURS) -> Goal:
    if isinstance(asked, Origin):
        _require_place(asked, field)
        return Goal(routing.Target(name, asked.lat, asked.lon))
    try:
        goal = find_goal(moment, asked.shelter)
    except RoutingError as error:
        raise Problem(
            "unknown-id", status=422, detail=str(error), field=f"{field}.shelter",
            remedy="take ids from GET /v1/shelters/near, or give the place in degrees",
        ) from None  # fmt: skip
    if goal is None:
        raise Problem(
            "no-such-place", status=422, detail=f"the list does not say where {asked.shelter!r} is",
            field=f"{field}.shelter", remedy="give the place in degrees",
        )  # fmt: skip
    return goal


def _own(goal: Goal | None, field: str) -> list[tuple[Place, str]]:
    """A goal of the asker's own, to be looked at as any place that they name."""
    return [] if goal is None or goal.place else [((goal.target.lat, goal.target.lon), field)]


def _require_place(place: Origin, field: str) -> None:
    try:
        routing.require_place(place.lat, place.lon)
    except PlaceError as error:
        raise Problem("no-such-place", status=422, detail=str(error), field=field) from None


def _require_near(scout: Scout, places: Sequence[tuple[Place, str]]) -> None:
    """All of them lie in this area's surroundings.

    Raises:
        Problem: one does not.
    """
    for (lat, lon), field in places:
        try:
            snap_origin(scout.sites, lat, lon)
        except PlaceError as error:
            raise Problem("no-such-place", status=422, detail=str(error), field=field) from None
