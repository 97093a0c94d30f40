"""What the logs themselves may do to the crowd: compaction in earnest, offsets without records, checkpoints that were torn."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from services.local.kafka import LocalKafka
from services.local.ports import free_port
from streams.broker import Message
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.codec import encode_positions
from streams.crowd.checkpoint_log import CheckpointLog
from streams.crowd.checkpoints import encode_snapshot, split
from streams.crowd.lattice import Lattice
from streams.crowd.partition import PartitionFold
from streams.topics import MANIFEST, POSITION_CHECKPOINTS, POSITIONS
from streams.world import World
from tests.faults.crowd.crowds import Offsets, read_records, start_crowd
from tests.faults.crowd.given import at, message, people


class EagerKafka(LocalKafka):
    """Its cleaner looks for work all the time, where others look every 15 seconds."""

    def _write_settings(self) -> None:
        super()._write_settings()
        with (self.folder / "server.properties").open("a", encoding="utf-8") as file:
            file.write("log.cleaner.backoff.ms=50\n")


@pytest.fixture
def eager_kafka(tmp_path: Path) -> Iterator[LocalKafka]:
    server = EagerKafka(tmp_path / "kafka", port=free_port(), controller_port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def eager_broker(eager_kafka: LocalKafka) -> AsyncIterator[KafkaBroker]:
    broker = KafkaBroker(eager_kafka.bootstrap, World.DRILL, SystemClock())
    await broker.ensure_topics(MANIFEST)
    yield broker
    await broker.close()


async def set_checkpoints(bootstrap: str, **settings: str) -> None:
    """Other settings of the checkpoints' topic than the manifest's; without any, the manifest's again."""
    name = POSITION_CHECKPOINTS.full_name(World.DRILL)
    wanted = POSITION_CHECKPOINTS.config() | {key.replace("_", "."): value for key, value in settings.items()}
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=wanted)])
    finally:
        await admin.close()


async def write_many(log: CheckpointLog, fold: PartitionFold, count: int) -> None:
    """A checkpoint after each of so many devices, which are in no topic: only a checkpoint can tell of them."""
    for number in range(count):
        fold.fold([at(fold.devices + 1)], offset=number)
        await log.write(0, fold.snapshot())


@pytest.mark.kafka
async def test_the_newest_checkpoint_survives_a_compaction_that_took_everything_else(
    eager_kafka: LocalKafka, eager_broker: KafkaBroker, tmp_path: Path
) -> None:
    publisher, fold = await eager_broker.publisher(), PartitionFold(0, Lattice())
    await publisher.publish(POSITIONS, [message(at(1))] * 30)
    # each record rolls the segment before it, and what is rolled is compacted at once, tombstones too
    await set_checkpoints(
        eager_kafka.bootstrap,
        segment_ms="1",
        min_cleanable_dirty_ratio="0.0001",
        delete_retention_ms="0",
    )
    await write_many(CheckpointLog(eager_kafka.bootstrap, World.DRILL, publisher), fold, 30)
    async with asyncio.timeout(120):
        # two checkpoints of two records, and whatever the newest segment still holds
        while len(await read_records(eager_kafka.bootstrap, POSITION_CHECKPOINTS)) > 12:
            await publisher.publish(POSITION_CHECKPOINTS, [Message(b"X", b"", partition=0)])
            await asyncio.sleep(0.1)
    await set_checkpoints(eager_kafka.bootstrap)
    crowd = start_crowd(eager_kafka.bootstrap, tmp_path)
    try:
        await people(eager_kafka, 30)
        await publisher.publish(POSITIONS, [message(at(31, minute=1))])
        await people(eager_kafka, 31)
    finally:
        crowd.stop()


@pytest.mark.kafka
async def test_offsets_that_never_had_a_record_are_passed_over_and_said(
    own_kafka: LocalKafka, broker: KafkaBroker, tmp_path: Path
) -> None:
    publisher = await broker.publisher()
    await publisher.publish(POSITIONS, [message(at(1))])
    # the mark of a transaction takes an offset and is no record
    stranger = AIOKafkaProducer(bootstrap_servers=own_kafka.bootstrap, transactional_id="stranger")
    await stranger.start()
    async with stranger.transaction():
        await stranger.send_and_wait(POSITIONS.full_name(World.DRILL), encode_positions(at(2)), partition=0)
    await stranger.stop()
    async with Offsets(own_kafka.bootstrap) as offsets, asyncio.timeout(60):
        while await offsets.end() < 3:  # the mark comes when it comes
            await asyncio.sleep(0.05)
    await publisher.publish(POSITIONS, [message(at(3)), message(at(4))])
    crowd = start_crowd(own_kafka.bootstrap, tmp_path)
    try:
        await people(own_kafka, 4)
        async with Offsets(own_kafka.bootstrap) as offsets, asyncio.timeout(60):
            while await offsets.committed() < 5:
                await asyncio.sleep(0.1)
        assert crowd.running
        assert "the log has a gap" in crowd.last_words()
    finally:
        crowd.stop()


@pytest.mark.kafka
async def test_a_torn_checkpoint_is_passed_over_for_the_whole_one_before_it(
    own_kafka: LocalKafka, broker: KafkaBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.crowd.checkpoints.CHUNK_BYTES", 40)  # several chunks
    publisher = await broker.publisher()
    # in three partitions a chunk is cut short, missing, another's
    for partition in range(3):
        fold, log = (
            PartitionFold(partition, Lattice()),
            CheckpointLog(own_kafka.bootstrap, World.DRILL, publisher),
        )
        fold.fold([at(1, 2, 3)], offset=0)
        await log.write(partition, fold.snapshot())
        fold.fold([at(4)], offset=1)
        later = split(encode_snapshot(fold.snapshot()), offset=1, partition=partition)
        first, second, *rest = later.chunks
        short, foreign = (second.value or b"")[:-1], first.value
        torn = [[Message(second.key, short, partition=0)], [], [Message(second.key, foreign, partition=2)]]
        await publisher.publish(POSITION_CHECKPOINTS, [first, *torn[partition], *rest, later.manifest])
    loaded = await CheckpointLog(own_kafka.bootstrap, World.DRILL, publisher).load(range(3))
    assert {p: (s.offset, s.device.tolist()) for p, s in loaded.items()} == dict.fromkeys(
        range(3), (0, [1, 2, 3])
    )
