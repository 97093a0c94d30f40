"""The staff API's OpenAPI, and what it promises: no request that it allows makes a server error or an undocumented answer."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import validate
from schemathesis.specs.openapi.checks import positive_data_acceptance

from dashboard_api.openapi import document
from tests.integration.staff.scene import KEY, Writer, serving


@pytest.fixture
async def site(area: Path, redis_url: str, writer: Writer) -> AsyncIterator[str]:
    async with serving(area, redis_url) as url:
        yield url


def test_the_description_is_valid_and_holds_what_the_events_carry() -> None:
    found = document()
    validate(found)  # type: ignore[arg-type]
    schemas = found["components"]["schemas"]  # type: ignore[index]
    assert {"Snapshot", "Change", "PageStatus", "ProblemBody"} <= schemas.keys()
    assert schemas["Cells"]["properties"]["shown"]["items"]["anyOf"][1] == {"type": "null"}


# the stream of changes has no end, so no single answer either; test_api.py reads it
@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/v1/snapshot", "GET"),
        ("/v1/changes/missed", "GET"),
        ("/v1/status", "GET"),
        ("/v1/repairs/{key}", "GET"),
        ("/v1/repairs/{key}", "POST"),
        ("/v1/shelters/{shelter}/use", "GET"),
        ("/healthz", "GET"),
        ("/readyz", "GET"),
    ],
)
async def test_every_answer_is_as_described(site: str, path: str, method: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}"} if method == "POST" else None

    def run() -> None:
        operation = schemathesis.openapi.from_url(f"{site}/openapi.json")[path][method]

        @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy())
        def check(case: schemathesis.Case) -> None:
            # a municipality or an id may be well-formed and still not be ours
            case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

        check()

    await asyncio.to_thread(run)
