"""A broker of its own for each fault, and days that were recorded once for all tests of this folder."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.local.kafka import LocalKafka
from services.local.ports import free_port
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.topics import MANIFEST
from streams.world import World
from tests.faults.worker.recorded import Recorded, real_documents, record


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalKafka]:
    server = LocalKafka(tmp_path / "kafka", port=free_port(), controller_port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def broker(server: LocalKafka) -> AsyncIterator[KafkaBroker]:
    broker = KafkaBroker(server.bootstrap, World.DRILL, SystemClock(), timeout_s=5)
    await broker.ensure_topics(MANIFEST)
    yield broker
    await broker.close()


@pytest.fixture(scope="session")
def real_mix(data_dir: Path) -> Recorded:
    """Real files of every kind, re-marked as an exercise."""
    return record(0, "real", real_documents(data_dir))
