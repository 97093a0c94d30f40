"""A gateway over the in-memory broker, and a client in the same process."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np

from services.gateway.app import start
from services.kit.health import Readiness
from services.kit.settings import Settings
from streams.broker import Broker, BrokerUnavailableError, Message
from streams.broker_memory import MemoryBroker
from streams.clock import Clock, ManualClock
from streams.codec import PositionColumns, decode_positions
from streams.topics import POSITIONS, Topic
from streams.world import World

NOW_MS = 1_790_000_000_000
SECRET = "a device secret for tests"
PARTNER = {"Authorization": "Bearer partner key"}
GRANTED = [{"purpose": "crowd_count", "choice": "granted"}]
REFUSED = [{"purpose": "crowd_count", "choice": "refused"}]


class Bench(MemoryBroker):
    """A broker that can be away, and that counts what it was asked to write."""

    def __init__(self) -> None:
        self.manual = ManualClock(NOW_MS)
        super().__init__(World.DRILL, self.manual)
        self.away: set[str] = set()
        self.publishes: list[int] = []
        self.hold = asyncio.Event()
        self.hold.set()

    async def publisher(self) -> "Bench":
        return self

    async def publish(self, topic: Topic, messages: Sequence[Message]) -> None:
        await self.hold.wait()
        if topic.name in self.away:
            raise BrokerUnavailableError(f"{topic.name} is away")
        if topic == POSITIONS:
            self.publishes.append(len(messages))
        await super().publish(topic, messages)

    def positions(self) -> list[PositionColumns]:
        return [decode_positions(r.value or b"") for r in self.records(POSITIONS)]

    def sent(self) -> int:
        """Positions on the topic that are places, not forgets."""
        return int(sum(np.isfinite(c.lat).sum() for c in self.positions()))

    def forgotten(self) -> list[int]:
        return [d for c in self.positions() for d in c.device[np.isnan(c.lat)].tolist()]


def settings(*, device_secret: str = SECRET, partner_key: str = "partner key") -> Settings:
    return Settings(device_secret=device_secret, partner_key=partner_key)


class ClockedSettings(Settings, frozen=True, kw_only=True):
    """Settings whose clock is the test's."""

    made_clock: Any

    def make_clock(self) -> Clock:
        return self.made_clock


@dataclass
class Client:
    """What an app on a phone, or a partner's server, would send."""

    http: httpx.AsyncClient
    clock: Clock
    headers: dict[str, str] = field(default_factory=dict)

    async def register(self, consents: list[dict[str, str]] = GRANTED) -> "Client":
        answer = await self.http.post("/v1/devices", json={"consents": consents, "notice": "2026-1"})
        assert answer.status_code == 201, answer.text
        token = answer.json()["token"]
        return Client(self.http, self.clock, {"Authorization": f"Bearer {token}"})

    async def send(
        self, *, at_ms: int | None = None, lat: float = 34.5, lon: float = 135.2
    ) -> httpx.Response:
        at_ms = self.clock.now_ms() if at_ms is None else at_ms
        return await self.post([{"at_ms": at_ms, "lat": lat, "lon": lon}])

    async def post(self, positions: list[dict[str, Any]]) -> httpx.Response:
        return await self.http.post("/v1/positions", json={"positions": positions}, headers=self.headers)

    async def choose(self, consents: list[dict[str, str]]) -> httpx.Response:
        body = {"consents": consents, "notice": "2026-2", "language": "en"}
        return await self.http.put("/v1/devices/me/consents", json=body, headers=self.headers)

    async def erase(self) -> httpx.Response:
        return await self.http.delete("/v1/devices/me", headers=self.headers)


@asynccontextmanager
async def serving(broker: Broker, clock: Clock) -> AsyncIterator[Client]:
    """A gateway that has started on any broker."""
    told = ClockedSettings(device_secret=SECRET, partner_key="partner key", made_clock=clock)
    process = await start(told, broker, Readiness())
    tasks = [asyncio.ensure_future(part()) for part in process.background]
    transport = httpx.ASGITransport(app=process.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", timeout=30) as client:
        yield Client(client, clock)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def gateway(bench: Bench) -> AsyncIterator[Client]:
    """One on a bench; several on one bench are several instances."""
    async with serving(bench, bench.manual) as client:
        yield client
