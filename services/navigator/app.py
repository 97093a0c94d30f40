"""The navigator's HTTP API, and its process."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, FastAPI, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from shapely.geometry import shape

import routing
from routing.errors import PlaceError, RoutingError
from services.kit.health import Readiness
from services.kit.http import Process, create_app
from services.kit.problems import Problem
from services.kit.settings import Settings
from services.navigator.answers import Ground, HazardMapZone
from services.navigator.live import Live
from services.navigator.render import render, render_place
from streams.broker import Broker
from streams.clock import Clock
from streams.events.base import Hazard
from streams.world import World

NEAR_LIMIT = 20
SiteHazard = Literal[
    "flood", "landslide", "storm_surge", "earthquake", "tsunami", "fire", "inland_flood", "volcano"
]
ProfileName = Literal["adult", "slow", "child", "stroller", "wheelchair"]


class Place(BaseModel):
    """A place in degrees of WGS 84."""

    model_config = ConfigDict(extra="forbid")
    lat: float = Field(description="Latitude, -90 to 90.", examples=[34.5])
    lon: float = Field(description="Longitude, -180 to 180.", examples=[135.23])


class RouteRequest(BaseModel):
    """Where somebody is, and how they walk."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    origin: Place = Field(alias="from")
    profile: ProfileName = "adult"
    hazards: list[SiteHazard] = Field(default=[], max_length=8, description="Also flee from these.")
    language: Literal["ja", "en"] = "ja"


def load_ground(area: Path) -> Ground:
    """Opens an area folder.

    Raises:
        RoutingError: it is not one; says how to build it.
    """
    network = routing.Network.load(area / "network.mio")
    zones_file = area / "zones.geojson"
    features = json.loads(zones_file.read_text(encoding="utf-8"))["features"] if zones_file.exists() else []
    zones = [
        HazardMapZone(
            id=f"{number}-{feature['properties']['hazard']}",
            hazard=Hazard(feature["properties"]["hazard"]),
            name=feature["properties"].get("name", ""),
            shape=shape(feature["geometry"]),
        )
        for number, feature in enumerate(features)
    ]
    return Ground(network, zones)


def make_app(live: Live, readiness: Readiness, *, world: World, clock: Clock) -> FastAPI:
    """The app over a living state."""
    app = create_app(
        "navigator", readiness, description="Ways to the place that suits what is happening now."
    )
    app.include_router(_routes(live, world, clock))
    return app


def _routes(live: Live, world: World, clock: Clock) -> APIRouter:
    routes = APIRouter(prefix="/v1", tags=["routes"])

    @routes.post("/routes", response_class=Response, responses={200: {"content": {"application/json": {}}}})
    def post_route(request: RouteRequest) -> Response:
        """The way to safety, or why to stay; see docs/reference/routes.md."""
        moment = live.moment
        extra = frozenset(Hazard(h) for h in request.hazards)
        lat, lon = request.origin.lat, request.origin.lon
        try:
            answer = moment.answer(lat, lon, profile=request.profile, extra=extra)
        except PlaceError as error:
            raise Problem("no-such-place", status=422, detail=str(error), field="from") from None
        except RoutingError as error:
            raise Problem("cannot-route", status=422, detail=str(error)) from None
        body = render(
            answer,
            moment,
            profile=request.profile,
            language=request.language,
            world=world,
            now_ms=clock.now_ms(),
        )
        return Response(orjson.dumps(body), media_type="application/json")

    @routes.get("/shelters/near")
    def list_near(
        lat: Annotated[float, Query(ge=-90, le=90)],
        lon: Annotated[float, Query(ge=-180, le=180)],
        limit: Annotated[int, Query(ge=1, le=NEAR_LIMIT)] = 5,
    ) -> dict[str, Any]:
        """Places near by in a straight line, of both layers, whatever their state; unknown is null."""
        placed = [p for p in live.moment.world.places.values() if p.lat is not None and p.lon is not None]
        placed.sort(key=lambda p: ((p.lat or 0) - lat) ** 2 + ((p.lon or 0) - lon) ** 2)
        return {"world": str(world), "shelters": [render_place(p) for p in placed[:limit]]}

    return routes


async def start(settings: Settings, broker: Broker, readiness: Readiness) -> Process:
    """Opens the area, builds the first field and begins to follow."""
    clock = settings.make_clock()
    ground = await asyncio.to_thread(load_ground, settings.area)
    live = Live(ground, clock)
    await asyncio.to_thread(live.moment.field, ("adult", frozenset()))
    await live.follow(broker)
    readiness.require("states read", lambda: live.caught_up)
    return Process(make_app(live, readiness, world=settings.world, clock=clock), (live.run,))
