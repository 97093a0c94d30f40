"""The broker's double for tests of logic: same port, same suite as the real one, no network."""

import asyncio
import inspect
from collections import defaultdict
from collections.abc import Sequence

from aiokafka.partitioner import murmur2

from streams.broker import Apply, BrokerError, Message, Record
from streams.clock import Clock
from streams.topics import Topic
from streams.world import World


class MemoryBroker:
    """One world's topics in lists."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world = world
        self.clock = clock
        self._logs: dict[str, list[list[Record]]] = {}
        self._followers: dict[str, list[MemoryFollower]] = defaultdict(list)
        self._tasks: list[asyncio.Task[None]] = []

    async def ensure_topics(self, topics: Sequence[Topic]) -> None:
        for topic in topics:
            self._logs.setdefault(topic.full_name(self.world), [[] for _ in range(topic.partitions)])

    async def publisher(self) -> "MemoryBroker":
        return self

    async def publish(self, topic: Topic, messages: Sequence[Message]) -> None:
        log = self._log(topic)
        for message in messages:
            partition = message.partition
            if partition is None:
                partition = (murmur2(message.key) & 0x7FFFFFFF) % topic.partitions
            record = Record(
                partition,
                len(log[partition]),
                self.clock.now_ms(),
                message.key,
                message.value,
                message.headers,
            )
            log[partition].append(record)
        for follower in self._followers[topic.name]:
            follower.wake()

    async def follow(self, topic: Topic, apply: Apply) -> "MemoryFollower":
        follower = MemoryFollower(self._log(topic), apply, self.clock)
        self._followers[topic.name].append(follower)
        self._tasks.append(asyncio.create_task(follower.run()))
        return follower

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def records(self, topic: Topic) -> list[Record]:
        """All records of a topic, partition by partition; for assertions."""
        return [record for partition in self._log(topic) for record in partition]

    def _log(self, topic: Topic) -> list[list[Record]]:
        try:
            return self._logs[topic.full_name(self.world)]
        except KeyError:
            raise BrokerError(
                f"topic {topic.full_name(self.world)} does not exist: call ensure_topics"
            ) from None


class MemoryFollower:
    """Applies what is there, then what comes."""

    def __init__(self, log: list[list[Record]], apply: Apply, clock: Clock) -> None:
        self._log = log
        self._apply = apply
        self._clock = clock
        self._next = [0] * len(log)
        self._awake = asyncio.Event()
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

    def wake(self) -> None:
        """There is something new."""
        self._awake.set()

    async def run(self) -> None:
        """Until cancelled. An exception of `apply` ends it, and is raised to waiters."""
        try:
            while True:
                self._awake.clear()
                await self._take_fresh()
                self.heard_at_ms = self._clock.now_ms()
                self._caught_up.set()
                await self._awake.wait()
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self.failure = error
            self._caught_up.set()
            raise

    async def _take_fresh(self) -> None:
        for partition, records in enumerate(self._log):
            fresh = records[self._next[partition] :]
            if fresh:
                self._next[partition] += len(fresh)
                done = self._apply(fresh)
                if inspect.isawaitable(done):
                    await done
