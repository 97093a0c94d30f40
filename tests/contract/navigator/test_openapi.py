"""The navigator's OpenAPI, and what it promises: no request that it allows makes a server error or an undocumented answer."""

import asyncio
from pathlib import Path

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import validate
from schemathesis.specs.openapi.checks import positive_data_acceptance

from routing import Network
from services.area.show import read_sites
from services.kit.health import Readiness
from services.navigator.app import make_app
from services.navigator.ground import Ground
from services.navigator.live import Live
from streams.broker import Message
from streams.broker_memory import MemoryBroker
from streams.clock import ManualClock
from streams.codec import encode
from streams.folds.shelters import Place, shelter_state
from streams.topics import CLOSURES, HAZARDS, SHELTERS, SOURCES
from streams.world import World

COMPILED_S = 120
"""The first question of its kind may wait until its kernels were compiled, and on a busy machine."""


@pytest.fixture(scope="module")
async def app(made_up_city: Path) -> FastAPI:
    """A navigator that is ready, over the made-up city."""
    clock = ManualClock(1_756_700_000_000)
    broker = MemoryBroker(World.DRILL, clock)
    await broker.ensure_topics([HAZARDS, SHELTERS, CLOSURES, SOURCES])
    for site in read_sites(made_up_city):
        state = shelter_state(site.id, Place(listed=site))
        assert state is not None
        await broker.publish(SHELTERS, [Message(site.id.encode(), encode(state))])
    live = Live(Ground(Network.load(made_up_city / "network.mio"), ()), clock)
    await live.follow(broker)
    running = asyncio.create_task(live.run())
    async with asyncio.timeout(20):
        while not live.is_ready:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await broker.close()
    return make_app(live, Readiness(), world=World.DRILL, clock=clock)


async def test_the_description_is_valid_and_names_its_schemas(app: FastAPI) -> None:
    document = app.openapi()
    validate(document)
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    assert {
        "RouteRequest",
        "RouteAnswer",
        "StayAnswer",
        "Shelter",
        "NearAnswer",
        "BatchRequest",
        "BatchAnswer",
        "TripRequest",
        "TripAnswer",
        "NoTripAnswer",
        "TourRequest",
        "TourAnswer",
        "NoTourAnswer",
        "ProblemBody",
    } <= schemas.keys()
    assert schemas["RouteRequest"]["examples"]
    answer = document["paths"]["/v1/routes"]["post"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    assert [option["$ref"].rsplit("/", 1)[1] for option in answer["anyOf"]] == ["RouteAnswer", "StayAnswer"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/routes"),
        ("POST", "/v1/routes/batch"),
        ("GET", "/v1/shelters/near"),
        ("POST", "/v1/what-if"),
        ("POST", "/v1/routes/to"),
        ("POST", "/v1/tours"),
        ("GET", "/v1/repair-list"),
        ("GET", "/v1/fields/network"),
        ("GET", "/v1/fields/{profile}/{hazards}"),
    ],
)
async def test_every_answer_is_as_described(app: FastAPI, method: str, path: str) -> None:
    def run() -> None:
        operation = schemathesis.openapi.from_asgi("/openapi.json", app)[path][method]

        @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy())
        def check(case: schemathesis.Case) -> None:
            # a place in another area is well-formed, and still refused
            case.call_and_validate(excluded_checks=[positive_data_acceptance], timeout=COMPILED_S)

        check()

    await asyncio.to_thread(run)
