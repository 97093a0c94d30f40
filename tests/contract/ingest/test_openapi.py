"""Ingest keeps its own description: every made-up request gets a described answer, and never a server's error."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import validate
from schemathesis.specs.openapi.checks import positive_data_acceptance

from services.ingest.app import make_app
from services.ingest.doors import Doors
from services.ingest.intake import Intake
from services.ingest.reach import make_door
from services.ingest.watch import Watch
from services.kit.health import Readiness
from streams.adapters.registry import read
from streams.broker_memory import MemoryBroker
from streams.clock import ManualClock
from streams.topics import MANIFEST
from streams.world import World
from tests.unit.ingest.declared import push

KEY, PARTNER = "a-long-key-of-the-roads-office", "partner"
OPERATIONS = [
    ("GET", "/v1/sources", ""),
    ("POST", "/v1/documents", PARTNER),
    ("POST", "/v1/sources/{source}/documents", KEY),
]


@pytest.fixture
async def app() -> AsyncIterator[FastAPI]:
    clock = ManualClock(1_764_000_000_000)
    broker = MemoryBroker(World.DRILL, clock)
    await broker.ensure_topics(MANIFEST)
    by_key, signed = push(), push(id="lalert", check="signature")
    doors = {"roads": make_door(by_key, (KEY,)), "lalert": make_door(signed, (KEY,))}
    watch = Watch([by_key, signed], broker, clock)
    intake = Intake(broker, read, clock, World.DRILL)
    yield make_app(intake, Readiness(), key=PARTNER, watch=watch, doors=Doors(doors, clock))
    await broker.close()


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize(("method", "path", "key"), OPERATIONS)
@pytest.mark.parametrize("source", ["roads", "lalert", None])
async def test_every_request_gets_a_described_answer(
    app: FastAPI, method: str, path: str, key: str, mode: schemathesis.GenerationMode, source: str | None
) -> None:
    operation = schemathesis.openapi.from_asgi("/openapi.json", app)[path][method]
    if "{source}" not in path and source is not None:
        return
    if mode is schemathesis.GenerationMode.NEGATIVE and method == "GET":
        return  # nothing can be wrong in a request that carries nothing

    def run() -> None:
        @settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy(generation_mode=mode))
        def check(case: schemathesis.Case) -> None:
            if source is not None:
                case.path_parameters = {"source": source}
            # a document that can be read by no adapter is well-formed, and still refused
            case.call_and_validate(
                headers={"Authorization": f"Bearer {key}"}, excluded_checks=[positive_data_acceptance]
            )

        check()

    await asyncio.to_thread(run)


async def test_the_description_is_openapi_31_and_every_operation_says_what_it_does(app: FastAPI) -> None:
    document = app.openapi()
    validate(document)
    assert document["openapi"].startswith("3.1")
    described = {
        (m.upper(), path): o.get("description")
        for path, methods in document["paths"].items()
        for m, o in methods.items()
    }
    assert all(described.values())
    assert {(method, path) for method, path, _ in OPERATIONS} <= set(described)
