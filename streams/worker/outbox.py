"""What the folds emit: published in batches by an idempotent producer, and only then acknowledged to Faust."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from streams.broker import BrokerError, Message, Publisher
from streams.dead_letters import DeadLetter, bury
from streams.topics import Topic
from streams.worker.app import PATIENCE_S

BATCH = 500
"""Emissions published together: what waits while the former batch is under way."""


class SleptError(BrokerError):
    """The process did not run for most of a session: somebody else may own its partitions already."""


@dataclass(frozen=True)
class Emission:
    """What one event led to. `event` is acknowledged when all of it is on the broker, the table's row too."""

    event: Any  # a Faust event
    messages: tuple[tuple[Topic, Message], ...] = ()
    letters: tuple[tuple[Topic, DeadLetter], ...] = field(default=())
    written: tuple[Awaitable[object], ...] = ()

    @property
    def origin(self) -> tuple[str, int]:
        return (self.event.message.topic, self.event.message.partition)


class Outbox:
    """Emissions in order, acknowledged in order: Faust commits past a hole at the head of its list.

    A failure to publish is not the event's fault: it ends the process through `fail`.
    """

    def __init__(
        self,
        publisher: Publisher,
        *,
        session_s: float,
        fail: Callable[[BaseException], None],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._publisher = publisher
        # the broker gives our partitions away a session after the last heartbeat, and that came up to 1/6 of one ago
        self._longest_sleep_s = session_s * 2 / 3
        self._fail = fail
        self._monotonic_s = monotonic_s
        self._seen_s = monotonic_s()
        self._waiting: list[Emission] = []
        self._lost: set[tuple[str, int]] = set()
        self._awake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def add(self, emission: Emission) -> None:
        """Takes an emission; the publishing task is woken. One of a lost partition is dropped: its new owner reads it again."""
        if emission.origin in self._lost:
            return
        self._waiting.append(emission)
        self._awake.set()

    async def lose(self, partitions: Iterable[tuple[str, int]]) -> None:
        """Somebody else owns these partitions now: nothing more of them is emitted or acknowledged.

        Returns when what was under way has ended, so that it cannot land after what the new owner writes.
        """
        self._lost |= set(partitions)
        self._waiting = [e for e in self._waiting if e.origin not in self._lost]
        await self._idle.wait()

    def own(self, partitions: Iterable[tuple[str, int]]) -> None:
        """These partitions are ours."""
        self._lost -= set(partitions)

    async def run(self) -> None:
        """Publishes until cancelled."""
        ticking = asyncio.create_task(self._tick())
        try:
            while True:
                await self._awake.wait()
                self._awake.clear()
                await self._empty()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001
            self._fail(error)
        finally:
            ticking.cancel()

    async def _tick(self) -> None:
        """Notices that the whole process stood still, also while a batch was under way."""
        try:
            while True:
                await asyncio.sleep(self._longest_sleep_s / 4)
                self._check_slept()
        except SleptError as error:
            self._fail(error)

    def _check_slept(self) -> None:
        now_s = self._monotonic_s()
        slept_s, self._seen_s = now_s - self._seen_s, now_s
        if slept_s > self._longest_sleep_s:
            raise SleptError(
                f"this process stood still for {slept_s:.1f} s: after {self._longest_sleep_s:.1f} s its partitions may be another's"
            )

    async def _empty(self) -> None:
        self._idle.clear()
        while self._waiting:
            self._check_slept()
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            await self._publish(batch)
            for emission in batch:
                emission.event.ack()
        self._idle.set()

    async def _publish(self, batch: list[Emission]) -> None:
        messages: dict[Topic, list[Message]] = {}
        letters: dict[Topic, list[DeadLetter]] = {}
        for emission in batch:
            for topic, message in emission.messages:
                messages.setdefault(topic, []).append(message)
            for topic, letter in emission.letters:
                letters.setdefault(topic, []).append(letter)
        async with asyncio.timeout(PATIENCE_S + 1):
            await asyncio.gather(
                *(self._publisher.publish(topic, group) for topic, group in messages.items()),
                *(bury(self._publisher, topic, group) for topic, group in letters.items()),
                *(row for emission in batch for row in emission.written),
            )
