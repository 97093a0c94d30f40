"""The navigator's HTTP API, and its process."""

import asyncio
from typing import Annotated, Any

import h3
import msgspec
import numpy as np
from fastapi import APIRouter, FastAPI, Query, Response
from starlette.routing import Route

from routing import Field, Membrane, Overlay, Target, find_route
from routing.batch import Reader
from routing.geo import distance_m
from services.area.folder import read_area
from services.kit.health import Readiness
from services.kit.http import Process, create_app
from services.kit.problems import Problem
from services.kit.settings import Settings
from services.navigator.answers import NONE, Moment
from services.navigator.batch_models import BatchAnswer, BatchRequest
from services.navigator.crew import OTHERS, Crew
from services.navigator.field_routes import field_routes
from services.navigator.fields import FieldFiles
from services.navigator.ground import load_ground
from services.navigator.guides import warm_ways
from services.navigator.lane import Lane, Lanes
from services.navigator.leases.room import open_leases
from services.navigator.live import Live
from services.navigator.models import RouteAnswer, RouteRequest, StayAnswer
from services.navigator.pace import keep_pace
from services.navigator.questions import Office, Question, Questions
from services.navigator.render import world_marks
from services.navigator.repair_list import repair_routes
from services.navigator.repair_notes import RepairNotes
from services.navigator.trips_routes import trip_routes
from services.navigator.uses import NearAnswer, render_near
from services.navigator.what_if_routes import what_if_routes
from streams.broker import Broker
from streams.clock import Clock
from streams.events.base import Hazard
from streams.events.shelters import ShelterState
from streams.world import World

__all__ = ["load_ground", "make_app", "start"]

NEAR_LIMIT = 20
NEAR_RESOLUTION = 9
NEAR_KEPT_S = 10
"""So long may anybody keep the list of a cell: it holds nothing about a person."""
NEAR_CELL = "H3 cell of resolution 9 (about 300 m across), worked out on the device: a position never stands in an address."
NEAR_HAZARD = "Also say whether each place can be used in this hazard; those in force are always said."
ROUTES, BATCH = "/v1/routes", "/v1/routes/batch"


def make_app(live: Live, readiness: Readiness, *, world: World, clock: Clock, area: str = "") -> FastAPI:
    """The app over a living state. area: its name, for files that leave the house."""
    app = create_app(
        "navigator", readiness, description="Ways to the place that suits what is happening now."
    )
    office = Office(live, world=world, clock=clock)
    app.include_router(_described(office))
    app.include_router(_near(live, office, world))
    app.include_router(what_if_routes(live, world, clock))
    app.include_router(repair_routes(live, office.require_ready, world))
    files = FieldFiles(live, clock, area=area, notice=world_marks(world)["notice"] or "")
    app.include_router(field_routes(files, office.require_ready))
    app.include_router(trip_routes(live, office.require_ready, world=world, clock=clock))
    _open_lanes(app, office)
    return app


def _described(office: Office) -> APIRouter:
    """Routes as OpenAPI tells of them; questions that are well-formed take the lanes."""
    routes = APIRouter(prefix="/v1", tags=["routes"])

    @routes.post("/routes", response_model=RouteAnswer | StayAnswer)
    async def post_route(request: RouteRequest) -> Response:
        """The way to safety, or why to stay; see docs/reference/routes.md."""
        question = msgspec.convert(request.model_dump(by_alias=True), Question)
        return Response(await office.answer(question), media_type="application/json")

    @routes.post("/routes/batch", response_model=BatchAnswer)
    async def post_routes(request: BatchRequest) -> Response:
        """Ways for up to 10,000 places, in columns; see docs/reference/routes.md."""
        questions = msgspec.convert(request.model_dump(), Questions)
        return Response(await asyncio.to_thread(office.answer_all, questions), media_type="application/json")

    return routes


def _open_lanes(app: FastAPI, office: Office) -> None:
    async def answer_all(questions: Questions) -> bytes:
        return await asyncio.to_thread(office.answer_all, questions)

    lanes = [Lane(ROUTES, Question, office.answer), Lane(BATCH, Questions, answer_all)]
    app.add_middleware(Lanes, lanes=lanes)


def _near(live: Live, office: Office, world: World) -> APIRouter:
    routes = APIRouter(prefix="/v1", tags=["routes"])

    @routes.get("/shelters/near", response_model=NearAnswer)
    def list_near(
        response: Response,
        cell: Annotated[str, Query(description=NEAR_CELL, examples=["892e6154c6bffff"], max_length=16)],
        limit: Annotated[int, Query(ge=1, le=NEAR_LIMIT)] = 5,
        hazard: Annotated[list[Hazard] | None, Query(description=NEAR_HAZARD, max_length=8)] = None,
    ) -> dict[str, Any]:
        """Places near a cell's middle in a straight line, of both layers, whatever their state, and whether each can be used now."""
        office.require_ready()
        lat, lon = parse_cell(cell)
        state = live.moment.world
        near = nearest_places(list(state.places.values()), lat, lon)[:limit]
        response.headers["Cache-Control"] = f"public, max-age={NEAR_KEPT_S}"
        return {
            **world_marks(world),
            "state_ms": state.at_ms,
            "shelters": [render_near(place, state, hazard or ()) for place in near],
        }

    return routes


def parse_cell(cell: str) -> tuple[float, float]:
    """The middle of a cell.

    Raises:
        Problem: it is none, or finer or coarser than what may stand in an address.
    """
    if not h3.is_valid_cell(cell) or h3.get_resolution(cell) != NEAR_RESOLUTION:
        raise Problem(
            "invalid-request", status=422, field="cell", detail=f"{cell!r} is not an H3 cell of resolution {NEAR_RESOLUTION}",
            remedy=f"work it out on the device: latLngToCell(lat, lon, {NEAR_RESOLUTION}); never send the position itself",
        )  # fmt: skip
    lat, lon = h3.cell_to_latlng(cell)
    return float(lat), float(lon)


def nearest_places(places: list[ShelterState], lat: float, lon: float) -> list[ShelterState]:
    """Those on the map, nearest first."""
    placed = [(p, p.lat, p.lon) for p in places if p.lat is not None and p.lon is not None]
    lats, lons = np.array([p[1] for p in placed], float), np.array([p[2] for p in placed], float)
    away = distance_m(np.full_like(lats, lat), np.full_like(lons, lon), lats, lons)
    return [placed[i][0] for i in np.argsort(away, kind="stable")]


async def start(settings: Settings, broker: Broker, readiness: Readiness) -> Process:
    """Opens the area, builds the first field and begins to follow."""
    clock = settings.make_clock()
    ground = await asyncio.to_thread(load_ground, settings.area)
    live = Live(ground, clock)
    await asyncio.to_thread(warm, live)
    keep_pace()
    await live.follow(broker)
    readiness.require("states read", lambda: live.is_ready)
    info = await asyncio.to_thread(read_area, settings.area)
    app = make_app(live, readiness, world=settings.world, clock=clock, area=info.name)

    def find_moment() -> Moment | None:
        return live.moment if live.is_ready else None

    leases = open_leases(settings, broker, find_moment, set_prices=live.set_prices, clock=clock)
    notes = RepairNotes(find_moment, broker)
    app.include_router(leases.router)
    if settings.navigator_workers == 1:
        return Process(app, (live.run, leases.run, notes.run))
    crew = await Crew.join(settings.navigator_workers)
    readiness.require(OTHERS, crew.others_ready)
    app.router.routes.insert(0, Route("/metrics", crew.tell_metrics, include_in_schema=False))
    return Process(app, (live.run, leases.run, notes.run, *crew.parts(readiness)), shares_port=True)


def warm(live: Live) -> None:
    """Compiles the kernels, by each kind of answer to somebody who stands where a street begins and wants to go to its end, and by repairs."""
    moment = live.moment
    walking = moment.ground.walking("adult")
    links = np.flatnonzero(walking.usable)
    moment.field(("adult", NONE))
    if len(links) == 0:
        return
    network = moment.ground.network
    lat, lon = network.shape_of(int(links[0]))
    target = Target("", float(lat[-1]), float(lon[-1]))
    field = Field.build(walking, [target], moment.overlay)
    reader = Reader(moment.ground.streets(moment.ground.snapper), field)
    reader.find(float(lat[0]), float(lon[0]))
    reader.make_table()
    reader.find(float(lat[0]), float(lon[0]))
    reader.find_all(lat[:1].copy(), lon[:1].copy()).columns()
    find_route(field, float(lat[0]), float(lon[0]))
    warm_ways(moment, Target("", float(lat[0]), float(lon[0])), target)
    zone = Membrane(np.zeros(network.node_count, bool), np.zeros(network.link_count, bool))
    field.repair(overlay=Overlay(network, {"warm": links[-1:].astype(np.int32)}, {"warm": zone}))
    field.repair([])
