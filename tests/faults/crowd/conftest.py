"""A broker of its own for each fault, so that no other test's positions are counted."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.local.kafka import LocalKafka
from services.local.ports import free_port
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.topics import MANIFEST
from streams.world import World


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[LocalKafka]:
    server = LocalKafka(tmp_path / "kafka", port=free_port(), controller_port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def broker(own_kafka: LocalKafka) -> AsyncIterator[KafkaBroker]:
    broker = KafkaBroker(own_kafka.bootstrap, World.DRILL, SystemClock())
    await broker.ensure_topics(MANIFEST)
    yield broker
    await broker.close()
