"""The broker's port on Apache Kafka: idempotent publisher, followers that survive the broker. Topics are made in broker_admin."""

import asyncio
import inspect
from collections.abc import Sequence

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from streams.broker import Apply, BrokerUnavailableError, Message, Record
from streams.broker_admin import ensure_topics, start_whole
from streams.clock import Clock
from streams.topics import MAX_MESSAGE_BYTES, Topic
from streams.world import World

RETRY_S = 0.2
"""Pause before a follower asks a lost broker again."""

_log = structlog.get_logger(__name__)


class KafkaPublisher:
    """Idempotent, acks=all; a message is published when the broker has said so."""

    def __init__(self, producer: AIOKafkaProducer, world: World, *, timeout_s: float) -> None:
        self._producer = producer
        self._world = world
        self._timeout_s = timeout_s

    async def publish(self, topic: Topic, messages: Sequence[Message]) -> None:
        name = topic.full_name(self._world)
        try:
            async with asyncio.timeout(self._timeout_s):
                sent = [
                    await self._producer.send(
                        name, m.value, key=m.key, partition=m.partition, headers=list(m.headers)
                    )
                    for m in messages
                ]
                await asyncio.gather(*sent)
        except TimeoutError as error:
            raise BrokerUnavailableError(
                f"{name}: no acknowledgement of {len(messages)} messages within {self._timeout_s:.0f} s"
            ) from error
        except KafkaError as error:
            raise BrokerUnavailableError(f"{name}: {error!r}") from error


class KafkaFollower:
    """Reads all partitions of one state topic without a group; asks again by itself when the broker went away."""

    def __init__(self, bootstrap: str, world: World, topic: Topic, apply: Apply, clock: Clock) -> None:
        self._bootstrap = bootstrap
        self._world = world
        self._topic = topic
        self._apply = apply
        self._clock = clock
        self._next: dict[TopicPartition, int] = {}
        self._caught_up = asyncio.Event()
        self.failure: BaseException | None = None
        self.heard_at_ms: int | None = None

    @property
    def caught_up(self) -> bool:
        return self._caught_up.is_set()

    async def wait_caught_up(self) -> None:
        await self._caught_up.wait()
        if self.failure:
            raise self.failure

    async def run(self) -> None:
        """Until cancelled. An exception of `apply` is not the broker's: it ends the follower, and is raised to waiters."""
        try:
            while True:
                try:
                    await self._read()
                except KafkaError as error:
                    _log.warning(
                        "broker lost, asking again", topic=self._topic.name, error=type(error).__name__
                    )
                    await asyncio.sleep(RETRY_S)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self.failure = error
            self._caught_up.set()
            _log.exception("a follower ended: what it follows could not be applied", topic=self._topic.name)
            raise

    async def _read(self) -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=200,
            max_partition_fetch_bytes=4 << 20,
        )
        try:
            await start_whole(consumer.start())
            name = self._topic.full_name(self._world)
            partitions = [TopicPartition(name, number) for number in range(self._topic.partitions)]
            # before anything is fetched: the broker answers a connection's requests one after the other
            ends = await consumer.end_offsets(partitions)
            self.heard_at_ms = self._clock.now_ms()
            self._assign(consumer, partitions)
            polled = self._polls(consumer, partitions)
            while True:
                if not self.caught_up and await self._reached(consumer, ends):
                    self._caught_up.set()
                batches = await consumer.getmany(timeout_ms=200, max_records=5000)
                for partition, records in batches.items():
                    await self._take(partition, records)
                now_polled = self._polls(consumer, partitions)
                if all(now != before for now, before in zip(now_polled, polled, strict=True)):
                    # no records may mean that there are none, or that no broker is there: only its own answer counts
                    self.heard_at_ms, polled = self._clock.now_ms(), now_polled
        finally:
            await consumer.stop()

    def _polls(self, consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> list[int | None]:
        """When a broker last answered for each partition, on the client's own clock; None: not yet."""
        return [consumer.last_poll_timestamp(partition) for partition in partitions]

    def _assign(self, consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> None:
        """Goes on where it was; a partition never read begins at its first record (`auto_offset_reset`)."""
        consumer.assign(partitions)
        for partition in partitions:
            if partition in self._next:
                consumer.seek(partition, self._next[partition])

    async def _reached(self, consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> bool:
        return all([await consumer.position(partition) >= end for partition, end in ends.items()])

    async def _take(self, partition: TopicPartition, records: Sequence[object]) -> None:
        taken = [
            Record(r.partition, r.offset, r.timestamp, r.key, r.value, tuple(r.headers))  # type: ignore[attr-defined]
            for r in records
        ]
        done = self._apply(taken)
        if inspect.isawaitable(done):
            await done
        self._next[partition] = taken[-1].offset + 1


class KafkaBroker:
    """One world's topics on a real cluster."""

    def __init__(self, bootstrap: str, world: World, clock: Clock, *, timeout_s: float = 15) -> None:
        self.bootstrap = bootstrap
        self.world = world
        self.clock = clock
        self._timeout_s = timeout_s
        self._producers: list[AIOKafkaProducer] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def ensure_topics(self, topics: Sequence[Topic]) -> None:
        await ensure_topics(self.bootstrap, self.world, topics)

    async def publisher(self) -> KafkaPublisher:
        producer = AIOKafkaProducer(
            bootstrap_servers=self.bootstrap,
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_request_size=MAX_MESSAGE_BYTES,
            request_timeout_ms=int(self._timeout_s * 1000),
        )
        try:
            await start_whole(producer.start())
        except BaseException as error:
            await (
                producer.stop()
            )  # also when whoever asked has been cancelled: its connections would be left open
            if isinstance(error, KafkaError):
                raise BrokerUnavailableError(f"no broker at {self.bootstrap}: {error!r}") from error
            raise
        self._producers.append(producer)
        return KafkaPublisher(producer, self.world, timeout_s=self._timeout_s)

    async def follow(self, topic: Topic, apply: Apply) -> KafkaFollower:
        follower = KafkaFollower(self.bootstrap, self.world, topic, apply, self.clock)
        self._tasks.append(asyncio.create_task(follower.run(), name=f"follow {topic.name}"))
        return follower

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for producer in self._producers:
            await producer.stop()
