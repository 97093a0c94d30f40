"""Leases as OpenAPI tells of them: no request that it allows makes a server error or an undocumented answer, even with no book behind."""

import asyncio

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import validate
from schemathesis.specs.openapi.checks import positive_data_acceptance

from services.kit.health import Readiness
from services.kit.http import create_app
from services.kit.settings import Settings
from services.navigator.leases.room import open_leases
from streams.broker_memory import MemoryBroker
from streams.clock import ManualClock
from streams.world import World

REQUESTS = [
    ("/v1/leases", "POST"),
    ("/v1/leases/{lease}", "PUT"),
    ("/v1/leases/{lease}/check-in", "POST"),
    ("/v1/leases/{lease}", "DELETE"),
]


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """The routes alone, before anything was read: every lease is refused politely."""
    clock = ManualClock(1_756_700_000_000)
    app = create_app("navigator", Readiness(), description="leases alone")
    room = open_leases(
        Settings(), MemoryBroker(World.DRILL, clock), lambda: None, set_prices=lambda _: None, clock=clock
    )
    app.include_router(room.router)
    return app


def test_the_description_is_valid_and_names_its_schemas(app: FastAPI) -> None:
    document = app.openapi()
    validate(document)
    schemas = document["components"]["schemas"]
    assert {"LeaseRequest", "RenewRequest", "LeaseAnswer", "NoLeaseAnswer", "CheckedIn"} <= schemas.keys()
    assert schemas["LeaseRequest"]["examples"]


@pytest.mark.parametrize(("path", "method"), REQUESTS)
async def test_every_answer_is_as_described(app: FastAPI, path: str, method: str) -> None:
    def run() -> None:
        operation = schemathesis.openapi.from_asgi("/openapi.json", app)[path][method]

        @settings(max_examples=30, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy())
        def check(case: schemathesis.Case) -> None:
            # either candidates or a start: a rule that the schema does not say is refused with a problem of its own
            response = case.call()
            assert response.status_code != 500, response.text
            case.validate_response(response, excluded_checks=[positive_data_acceptance, *NOT_A_FAULT])

        check()

    await asyncio.to_thread(run)


NOT_A_FAULT = [schemathesis.checks.not_a_server_error]
"""503 is the promised answer here: there is no book."""
