"""A whole drill under a storm: two workers, a crowd and a view on a broker and a Redis of their own, and what can happen to them."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import redis.asyncio

from services.local.child import Child
from services.local.errors import PartFailedError
from services.local.kafka import LocalKafka
from services.local.redis import LocalRedis
from streams.broker import BrokerUnavailableError, Message, Publisher
from streams.broker_kafka import KafkaBroker
from streams.codec import PositionColumns, encode_positions
from streams.topics import (
    CLOSURE_REPORTS,
    CLOSURES,
    HAZARDS,
    POSITIONS,
    SHELTER_REPORTS,
    SHELTERS,
    SITE_REPORTS,
    TELEGRAMS,
    WHOLE_LISTS,
    Topic,
)
from streams.view.redis import RedisView
from streams.view.service import serve as serve_view
from streams.world import World
from tests.faults.crowd import crowds
from tests.faults.worker.oracle import Rows
from tests.integration.worker.city import Tail, Worker, committed, tail, until, written

BOUND_S = 120.0
"""Of whatever must come in the end. A worker that sees its group change while it recovers begins again after 12 s, more than once."""
SESSION_S = 3.0
SOURCES = (WHOLE_LISTS, TELEGRAMS, SITE_REPORTS, SHELTER_REPORTS, CLOSURE_REPORTS)
STATES = (HAZARDS, SHELTERS, CLOSURES)
CHUNKS = 30
Sending = tuple[Topic, Message]
Fault = Callable[["Storm", random.Random], Awaitable[None]]


@dataclass
class Storm:
    """Everything that runs. `end` ends it."""

    server: LocalKafka
    redis: LocalRedis
    folder: Path
    broker: KafkaBroker
    publisher: Publisher
    workers: list[Worker] = field(default_factory=list)
    tails: dict[Topic, Tail] = field(default_factory=dict)
    beside: list[asyncio.Task[None]] = field(default_factory=list)
    crowd: Child | None = None
    people: crowds.Oracle = field(default_factory=crowds.Oracle)
    view: RedisView = field(init=False)

    @classmethod
    async def begin(cls, server: LocalKafka, redis: LocalRedis, folder: Path, broker: KafkaBroker) -> "Storm":
        storm = cls(server, redis, folder, broker, await broker.publisher())
        storm.tails = {topic: await tail(broker, topic) for topic in STATES}
        storm.workers = [
            Worker(server.bootstrap, folder / name, name=name, session_s=SESSION_S) for name in ("one", "two")
        ]
        for worker in storm.workers:
            worker.begin()
        storm.crowd = await asyncio.to_thread(crowds.start_crowd, server.bootstrap, folder)
        storm.view = RedisView(redis.url, World.DRILL)
        for work in (
            storm._supervise(),
            storm._supervise_crowd(),
            serve_view(broker, storm.view, ready=lambda: None),
        ):
            storm.beside.append(asyncio.create_task(work))
        for worker in storm.workers:
            await until(worker.mark.exists, BOUND_S)
        return storm

    async def end(self) -> None:
        for task in self.beside:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for child in (*(worker.child for worker in self.workers), self.crowd):
            if child is not None:
                child.kill()
        await self.view.close()

    async def _supervise(self) -> None:
        """As the launcher does: whoever ended is started again."""
        while True:
            for worker in self.workers:
                if not worker.child.running:
                    worker.begin()
            await asyncio.sleep(0.05)

    async def _supervise_crowd(self) -> None:
        while True:
            if self.crowd is not None and not self.crowd.running:
                with suppress(PartFailedError):  # the broker is away: again
                    self.crowd = await asyncio.to_thread(
                        crowds.start_crowd, self.server.bootstrap, self.folder
                    )
            await asyncio.sleep(0.05)

    async def play(
        self, sent: Sequence[Sending], *, seconds: float, faults: Mapping[int, Fault], dice: random.Random
    ) -> None:
        """Sends at an even pace; after some of the chunks something happens. Waits for what happens, too."""
        size = -(-len(sent) // CHUNKS)
        happening = []
        for number in range(CHUNKS):
            if fault := faults.get(number):
                happening.append(asyncio.create_task(fault(self, dice)))
            await self._send(sent[number * size : (number + 1) * size])
            await asyncio.sleep(seconds / CHUNKS)
        await asyncio.gather(*happening)

    async def _send(self, chunk: Sequence[Sending]) -> None:
        by_topic: dict[Topic, list[Message]] = {}
        for topic, message in chunk:
            by_topic.setdefault(topic, []).append(message)
        for topic, messages in by_topic.items():
            await insist(self.publisher, topic, messages)

    async def until_right(self, wanted: Mapping[Topic, Rows]) -> None:
        """Everything is acknowledged, and then topics, page and people say what the oracle says.

        Raises:
            AssertionError: they do not; the first differences are named.
        """
        await self._settle()
        assert not [task for task in self.beside if task.done()]
        left = ["nothing was looked at"]
        with suppress(TimeoutError):
            async with asyncio.timeout(BOUND_S):
                while left := await self._differences(wanted):
                    await asyncio.sleep(0.1)
        assert not left, "\n".join(left[:20])

    async def _settle(self) -> None:
        """Returns when all that was sent, and all that followed from it, has been acknowledged by its group."""
        async with crowds.Offsets(self.server.bootstrap) as people:
            left = ["nothing was looked at"]
            with suppress(TimeoutError):
                async with asyncio.timeout(BOUND_S):
                    while left := await self._unacknowledged(people):
                        await asyncio.sleep(0.1)
        assert not left, "\n".join(left)

    async def _unacknowledged(self, people: crowds.Offsets) -> list[str]:
        bootstrap, found = self.server.bootstrap, []
        # lists first: what they end is written to the topics that are looked at after them
        for topic in SOURCES:
            wrote, done = await written(bootstrap, topic), await committed(bootstrap, topic)
            found += [f"{topic.name}: {done} of {wrote} acknowledged"] if done != wrote else []
        wrote, done = await people.end(), await people.committed()
        return found + ([f"positions: {done} of {wrote} acknowledged"] if done != wrote else [])

    async def _differences(self, wanted: Mapping[Topic, Rows]) -> list[str]:
        """Key by key, where the oracle's bytes are not there, or what it does not know is; empty when all is right."""
        found = differences(wanted, {topic: self.tails[topic].rows for topic in STATES})
        if found:
            return found
        rows = (await self.view.snapshot()).rows
        standing = {topic: {k: v for k, v in rows.items() if v is not None} for topic, rows in wanted.items()}
        found = differences(
            standing, {topic: {k: row.value for k, row in rows[topic.name].items()} for topic in STATES}
        )
        if found:
            return ["the view:", *found]
        people = crowds.counts(await crowds.read_partial_rows(self.server.bootstrap))
        return [] if people == self.people.partials() else ["people are not where they are"]

    def more_people(self, batches: Iterator[tuple[int, PositionColumns]], count: int) -> list[Sending]:
        """So many batches more, as messages; the oracle hears them."""
        sending = []
        for partition, columns in islice(batches, count):
            self.people.add(partition, columns)
            sending.append((POSITIONS, Message(b"", encode_positions(columns), partition=partition)))
        return sending


def differences(wanted: Mapping[Topic, Rows], found: Mapping[Topic, Mapping[str, bytes | None]]) -> list[str]:
    return [
        f"{topic.name} {key}: expected {wanted[topic].get(key, 'nothing')!r}, got {found[topic].get(key, 'nothing')!r}"
        for topic in wanted
        for key in sorted(wanted[topic].keys() | found[topic].keys())
        if wanted[topic].get(key, "nothing") != found[topic].get(key, "nothing")
    ]


async def insist(publisher: Publisher, topic: Topic, messages: Sequence[Message]) -> None:
    """Until the broker has them: what was not acknowledged is sent again, whole."""
    async with asyncio.timeout(BOUND_S):
        while True:
            with suppress(BrokerUnavailableError):
                await publisher.publish(topic, messages)
                return


async def kill_one(storm: Storm, dice: random.Random) -> None:
    dice.choice(storm.workers).child.kill()


async def kill_both(storm: Storm, _dice: random.Random) -> None:
    for worker in storm.workers:
        worker.child.kill()


async def kill_crowd(storm: Storm, _dice: random.Random) -> None:
    if storm.crowd is not None:
        storm.crowd.kill()


async def kill_broker(storm: Storm, _dice: random.Random) -> None:
    await asyncio.to_thread(storm.server.kill)
    await asyncio.to_thread(storm.server.start)


async def wipe(storm: Storm, _dice: random.Random) -> None:
    client = redis.asyncio.from_url(storm.redis.url)
    await client.flushall()
    await client.aclose()


async def rebalance(storm: Storm, dice: random.Random) -> None:
    """A third worker comes and goes, again and again."""
    third = Worker(storm.server.bootstrap, storm.folder / "three", name="three", session_s=SESSION_S)
    for _ in range(2):
        third.begin()
        await until(lambda: third.mark.exists() or not third.child.running, BOUND_S)
        if dice.random() < 0.5:
            third.child.kill()
        else:
            await asyncio.to_thread(third.child.stop)


FAULTS: tuple[Fault, ...] = (kill_one, kill_both, kill_crowd, kill_broker, wipe, rebalance)
