"""Reads event topics from an offset to their present end, as the archive and the replay need them. Belongs to no group, commits nothing."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from streams.broker import BrokerUnavailableError, Record
from streams.broker_admin import start_whole
from streams.topics import Topic
from streams.world import World

FETCH_BYTES = 8 << 20


@asynccontextmanager
async def reading(bootstrap: str, world: World) -> AsyncIterator["TopicReader"]:
    """A reader of one world's topics.

    Raises:
        BrokerUnavailableError: no broker answers there.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=FETCH_BYTES,
    )
    try:
        await start_whole(consumer.start())
        yield TopicReader(consumer, world)
    except KafkaError as error:
        raise BrokerUnavailableError(f"no broker at {bootstrap}: {error!r}") from error
    finally:
        await consumer.stop()


class TopicReader:
    """Reads partitions of one world's topics."""

    def __init__(self, consumer: Any, world: World) -> None:  # noqa: ANN401 - aiokafka has no types
        self._consumer = consumer
        self.world = world

    async def ends(self, topic: Topic) -> list[int]:
        """The offset behind the last record of each partition."""
        partitions = self._partitions(topic)
        ends = await self._consumer.end_offsets(partitions)
        return [int(ends[partition]) for partition in partitions]

    async def read(
        self, topic: Topic, partition: int, *, begin: int, end: int, take: Callable[[Sequence[Record]], None]
    ) -> None:
        """Hands out the records from `begin` (or the oldest that is kept) up to before `end`, in order."""
        where = self._partitions(topic)[partition]
        self._consumer.assign([where])
        self._consumer.seek(where, max(begin, (await self._consumer.beginning_offsets([where]))[where]))
        while await self._consumer.position(where) < end:
            found = (await self._consumer.getmany(where, timeout_ms=500)).get(where, [])
            records = [r for r in found if r.offset < end]
            if records:
                take(
                    [
                        Record(partition, r.offset, r.timestamp, r.key, r.value, tuple(r.headers))
                        for r in records
                    ]
                )

    def _partitions(self, topic: Topic) -> list[TopicPartition]:
        return [TopicPartition(topic.full_name(self.world), number) for number in range(topic.partitions)]
