"""A gateway on a real broker, in this process; and one in a process of its own, for a client that speaks HTTP."""

import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from services.kit.settings import PROCESS_ORDER
from services.local.child import Child
from services.local.ports import free_port
from services.local.probe import ask_ready
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.world import World
from tests.unit.gateway.gateways import SECRET, Client, serving


@pytest.fixture
async def broker(kafka: str) -> AsyncIterator[KafkaBroker]:
    broker = KafkaBroker(kafka, World.DRILL, SystemClock())
    yield broker
    await broker.close()


@pytest.fixture
async def client(broker: KafkaBroker) -> AsyncIterator[Client]:
    async with serving(broker, SystemClock()) as client:
        yield client


@dataclass(frozen=True)
class Served:
    """Where a gateway answers, and what its partner sends."""

    url: str
    partner_key: str

    def token(self) -> str:
        """Of a new device that agreed to be counted."""
        body = {"consents": [{"purpose": "crowd_count", "choice": "granted"}], "notice": "2026-1"}
        return str(
            httpx.post(f"{self.url}/v1/devices", json=body, timeout=20).raise_for_status().json()["token"]
        )


@pytest.fixture(scope="module")
def served(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`mio run gateway`."""
    folder, port = tmp_path_factory.mktemp("gateway"), free_port()
    environment = {
        "MIO_KAFKA": kafka,
        "MIO_WORLD": "drill",
        "MIO_STATE": str(folder),
        "MIO_PORT_BASE": str(port - PROCESS_ORDER.index("gateway")),
        "MIO_DEVICE_SECRET": SECRET,
        "MIO_PARTNER_KEY": "partner key",
    }
    command = [sys.executable, "-m", "services.cli", "run", "gateway"]
    child = Child("gateway", command, log=Path(folder) / "gateway.log", env=environment)
    try:
        child.wait_ready(lambda: ask_ready(f"http://127.0.0.1:{port}").ready, timeout_s=60)
        yield Served(f"http://127.0.0.1:{port}", "partner key")
    finally:
        child.stop()
