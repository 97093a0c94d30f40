"""Alive, ready, counted."""

import httpx

from services.kit.health import Readiness, health_app
from services.kit.http import create_app


async def get(app: object, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path)


async def test_it_is_ready_when_every_check_holds_and_says_what_it_waits_for() -> None:
    readiness, caught_up = Readiness(), False
    readiness.require("states read", lambda: caught_up)
    done = readiness.require_once("tables recovered")
    answer = await get(health_app(readiness), "/readyz")
    assert (answer.status_code, answer.json()["waiting_for"]) == (503, ["states read", "tables recovered"])
    done()
    assert (await get(health_app(readiness), "/readyz")).json()["waiting_for"] == ["states read"]
    caught_up = True
    assert (await get(health_app(readiness), "/readyz")).status_code == 200


async def test_what_is_ready_can_become_unready() -> None:
    readiness, holds = Readiness(), [True]
    readiness.require("view", lambda: holds[0])
    assert (await get(health_app(readiness), "/readyz")).status_code == 200
    holds[0] = False
    assert (await get(health_app(readiness), "/readyz")).status_code == 503


async def test_alive_does_not_wait_for_ready() -> None:
    readiness = Readiness()
    readiness.require_once("never")
    assert (await get(health_app(readiness), "/healthz")).status_code == 200


async def test_requests_are_counted_by_route_template_and_never_by_path() -> None:
    app = create_app("counted", Readiness(), description="")

    @app.get("/people/{name}")
    async def person(name: str) -> str:
        return name

    await get(app, "/people/hanako")
    await get(app, "/nobody/knows/hanako")
    text = (await get(app, "/metrics")).text
    assert 'mio_requests_total{route="/people/{name}",status="200"} 1.0' in text
    assert 'route="unmatched",status="404"' in text
    assert "hanako" not in text
