"""A broker of its own for each file: these tests leave holes and bad records in the topics."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.local.kafka import LocalKafka
from services.local.ports import free_port
from streams.broker_kafka import KafkaBroker, KafkaPublisher
from streams.clock import SystemClock
from streams.topics import MANIFEST
from streams.world import World
from tests.integration.worker.city import Worker


@pytest.fixture(scope="module")
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = LocalKafka(tmp_path_factory.mktemp("kafka"), port=free_port(), controller_port=free_port())
    server.start()
    yield server.bootstrap
    server.stop()


@pytest.fixture
async def broker(own_kafka: str) -> AsyncIterator[KafkaBroker]:
    broker = KafkaBroker(own_kafka, World.DRILL, SystemClock())
    await broker.ensure_topics(MANIFEST)
    yield broker
    await broker.close()


@pytest.fixture
async def publisher(broker: KafkaBroker) -> KafkaPublisher:
    return await broker.publisher()


@pytest.fixture
def worker(own_kafka: str, broker: KafkaBroker, tmp_path: Path) -> Iterator[Worker]:
    worker = Worker(own_kafka, tmp_path).start()
    yield worker
    worker.child.stop()
