"""Errors outward."""

from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import BaseModel

from services.kit.health import Readiness
from services.kit.http import create_app
from services.kit.problems import Problem
from streams.broker import BrokerUnavailableError


class Body(BaseModel):
    count: int


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = create_app("test", Readiness(), description="")

    @app.get("/own")
    async def own() -> None:
        raise Problem(
            "own-slug", status=413, detail="too much", field="x", retry_after_s=3, members={"count": 7}
        )

    @app.get("/lost")
    async def lost() -> None:
        raise BrokerUnavailableError("no acknowledgement")

    @app.post("/body")
    async def post(body: Body) -> int:
        return body.count

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def test_a_problem_carries_its_members_and_headers(client: httpx.AsyncClient) -> None:
    answer = await client.get("/own")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "3"
    assert answer.json() == {
        "type": "urn:miotsukushi:problem:own-slug",
        "title": "Request Entity Too Large",
        "status": 413,
        "detail": "too much",
        "field": "x",
        "count": 7,
    }


async def test_a_broker_that_does_not_answer_is_503_and_says_send_again(client: httpx.AsyncClient) -> None:
    answer = await client.get("/lost")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "send the same request again" in answer.json()["remedy"]
    assert "no acknowledgement" not in answer.text


async def test_a_field_that_is_wrong_is_named(client: httpx.AsyncClient) -> None:
    answer = await client.post("/body", json={"count": "many"})
    assert (answer.status_code, answer.json()["field"]) == (422, "count")


async def test_a_path_that_does_not_exist_is_a_problem_too(client: httpx.AsyncClient) -> None:
    answer = await client.get("/nowhere")
    assert answer.json()["type"] == "urn:miotsukushi:problem:not-found"
