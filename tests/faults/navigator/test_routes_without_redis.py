"""Redis dies under a navigator: every route is answered, no lease is, and both are said; when it is back the leases are too."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.area.show import read_sites
from services.kit.health import Readiness
from services.kit.settings import Settings
from services.local.ports import free_port
from services.local.redis import LocalRedis
from services.navigator.app import start
from streams.broker import Message
from streams.broker_memory import MemoryBroker
from streams.clock import SystemClock
from streams.codec import encode
from streams.folds.shelters import Place, shelter_state
from streams.topics import CLOSURES, HAZARDS, LEASE_EVENTS, SHELTERS, SOURCES
from streams.world import World

ORIGIN = {"lat": 34.5, "lon": 135.205}


@dataclass
class Town:
    """A whole navigator, its Redis, and a client."""

    client: httpx.AsyncClient
    redis: LocalRedis

    async def ask(self, method: str, path: str, **body: object) -> tuple[int, Any]:
        response = await self.client.request(method, path, json=body)
        return response.status_code, response.json() if response.content else None

    async def route(self) -> Any:  # noqa: ANN401
        status, body = await self.ask("POST", "/v1/routes", **{"from": ORIGIN})
        assert (status, body["kind"]) == (200, "route")
        return body

    async def take(self, party: int) -> Any:  # noqa: ANN401
        status, body = await self.ask("POST", "/v1/leases", party=party, start={"from": ORIGIN})
        assert status == 200
        return body

    async def until_kind(self, kind: str) -> Any:  # noqa: ANN401
        async with asyncio.timeout(20):
            while (body := await self.take(1))["kind"] != kind:
                await self.route()
                await asyncio.sleep(0.01)
        return body


@pytest.fixture
async def town(made_up_city: Path, tmp_path: Path) -> AsyncIterator[Town]:
    server = LocalRedis(tmp_path / "redis", port=free_port())
    await asyncio.to_thread(server.start)
    broker = MemoryBroker(World.DRILL, SystemClock())
    await broker.ensure_topics([HAZARDS, SHELTERS, CLOSURES, SOURCES, LEASE_EVENTS])
    for site in read_sites(made_up_city):
        state = shelter_state(site.id, Place(listed=site))
        assert state is not None
        await broker.publish(SHELTERS, [Message(site.id.encode(), encode(state))])
    readiness = Readiness()
    process = await start(Settings(area=made_up_city, redis=server.url), broker, readiness)
    tasks = [asyncio.create_task(part()) for part in process.background]  # type: ignore[arg-type]
    async with asyncio.timeout(30):
        while readiness.waiting_for():
            await asyncio.sleep(0.01)
    transport = httpx.ASGITransport(process.app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://navigator") as client:
        yield Town(client, server)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await broker.close()
    await asyncio.to_thread(server.stop)


async def test_routes_are_answered_without_redis_and_leases_outlive_it(town: Town) -> None:
    first = await town.until_kind("lease")
    assert first["shelter_id"] == (await town.route())["shelter"]["id"]
    await asyncio.to_thread(town.redis.kill)
    away = await town.until_kind("none")
    assert (away["reason"], away["notice"]) == ("book-away", "訓練")
    for _ in range(20):
        await town.route()
    status, problem = await town.ask("PUT", f"/v1/leases/{first['id']}")
    assert (status, problem["type"]) == (503, "urn:miotsukushi:problem:leases-away")
    await asyncio.to_thread(town.redis.start)
    await town.until_kind("lease")
    status, kept = await town.ask("PUT", f"/v1/leases/{first['id']}")
    assert (status, kept["shelter_id"], kept["stage"]) == (200, first["shelter_id"], "walking")
    assert (await town.ask("DELETE", f"/v1/leases/{first['id']}"))[0] == 204
