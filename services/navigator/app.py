"""The navigator's HTTP API, and its process."""

import asyncio
from typing import Annotated, Any

import numpy as np
import orjson
from fastapi import APIRouter, FastAPI, Query, Response

from routing.errors import PlaceError, RoutingError
from routing.geo import distance_m
from services.kit.health import Readiness
from services.kit.http import Process, create_app
from services.kit.problems import Problem
from services.kit.settings import Settings
from services.navigator.ground import load_ground
from services.navigator.live import Live
from services.navigator.models import NearAnswer, RouteAnswer, RouteRequest, StayAnswer
from services.navigator.render import render, render_place, world_marks
from streams.broker import Broker
from streams.clock import Clock
from streams.events.base import Hazard
from streams.events.shelters import ShelterState
from streams.world import World

__all__ = ["load_ground", "make_app", "start"]

NEAR_LIMIT = 20
RETRY_S = 2


def make_app(live: Live, readiness: Readiness, *, world: World, clock: Clock) -> FastAPI:
    """The app over a living state."""
    app = create_app(
        "navigator", readiness, description="Ways to the place that suits what is happening now."
    )
    app.include_router(_routes(live, world, clock))
    return app


def _routes(live: Live, world: World, clock: Clock) -> APIRouter:
    routes = APIRouter(prefix="/v1", tags=["routes"])

    @routes.post("/routes", response_model=RouteAnswer | StayAnswer)
    def post_route(request: RouteRequest) -> Response:
        """The way to safety, or why to stay; see docs/reference/routes.md."""
        _require_ready(live)
        moment = live.moment
        extra = frozenset(Hazard(h) for h in request.hazards)
        try:
            answer = moment.answer(
                request.origin.lat, request.origin.lon, profile=request.profile, extra=extra
            )
        except PlaceError as error:
            raise Problem("no-such-place", status=422, detail=str(error), field="from") from None
        except RoutingError as error:
            raise Problem("cannot-route", status=422, detail=str(error)) from None
        body = render(
            answer, moment, profile=request.profile, language=request.language, world=world,
            now_ms=clock.now_ms(), heard_ms=live.heard_ms,
        )  # fmt: skip
        return Response(orjson.dumps(body), media_type="application/json")

    @routes.get("/shelters/near", response_model=NearAnswer)
    def list_near(
        lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
        lon: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
        limit: Annotated[int, Query(ge=1, le=NEAR_LIMIT)] = 5,
    ) -> dict[str, Any]:
        """Places near by in a straight line, of both layers, whatever their state."""
        _require_ready(live)
        state = live.moment.world
        near = nearest_places(list(state.places.values()), lat, lon)[:limit]
        return {
            **world_marks(world),
            "state_ms": state.at_ms,
            "shelters": [render_place(place) for place in near],
        }

    return routes


def nearest_places(places: list[ShelterState], lat: float, lon: float) -> list[ShelterState]:
    """Those on the map, nearest first."""
    placed = [(p, p.lat, p.lon) for p in places if p.lat is not None and p.lon is not None]
    lats, lons = np.array([p[1] for p in placed], float), np.array([p[2] for p in placed], float)
    away = distance_m(np.full_like(lats, lat), np.full_like(lons, lon), lats, lons)
    return [placed[i][0] for i in np.argsort(away, kind="stable")]


def _require_ready(live: Live) -> None:
    """Before the first whole reading nothing is known, and an answer would be a guess."""
    if not live.is_ready:
        raise Problem(
            "not-ready", status=503, detail="the state is still being read", retry_after_s=RETRY_S,
            remedy=f"ask again in {RETRY_S} s; /readyz says what is missing",
        )  # fmt: skip


async def start(settings: Settings, broker: Broker, readiness: Readiness) -> Process:
    """Opens the area, builds the first field and begins to follow."""
    clock = settings.make_clock()
    ground = await asyncio.to_thread(load_ground, settings.area)
    live = Live(ground, clock)
    await asyncio.to_thread(live.moment.answer, *_somewhere(live), profile="adult")  # compiles the kernels
    await live.follow(broker)
    readiness.require("states read", lambda: live.is_ready)
    return Process(make_app(live, readiness, world=settings.world, clock=clock), (live.run,))


def _somewhere(live: Live) -> tuple[float, float]:
    network = live.moment.ground.network
    return float(network.node_lat[0]), float(network.node_lon[0])
