"""What the folds emit: published in batches by an idempotent producer, and only then acknowledged to Faust."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from streams.broker import Message, Publisher
from streams.dead_letters import DeadLetter, bury
from streams.topics import Topic

BATCH = 500
"""Emissions published together: what waits while the former batch is under way."""


@dataclass(frozen=True)
class Emission:
    """What one event led to. `event` is acknowledged when all of it is on the broker."""

    event: Any  # a Faust event
    messages: tuple[tuple[Topic, Message], ...] = ()
    letters: tuple[tuple[Topic, DeadLetter], ...] = field(default=())

    @property
    def origin(self) -> tuple[str, int]:
        return (self.event.message.topic, self.event.message.partition)


class Outbox:
    """Emissions in order. A failure to publish is not the event's fault: it ends the process through `fail`."""

    def __init__(self, publisher: Publisher, *, fail: Callable[[BaseException], None]) -> None:
        self._publisher = publisher
        self._fail = fail
        self._waiting: list[Emission] = []
        self._awake = asyncio.Event()

    def add(self, emission: Emission) -> None:
        """Takes an emission; the publishing task is woken."""
        self._waiting.append(emission)
        self._awake.set()

    def forget(self, partitions: Iterable[tuple[str, int]]) -> None:
        """Somebody else owns these partitions now: nothing more of them is emitted or acknowledged."""
        gone = set(partitions)
        self._waiting = [e for e in self._waiting if e.origin not in gone]

    async def run(self) -> None:
        """Publishes until cancelled."""
        try:
            while True:
                await self._awake.wait()
                batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                if not self._waiting:
                    self._awake.clear()
                await self._publish(batch)
                for emission in batch:
                    emission.event.ack()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001
            self._fail(error)

    async def _publish(self, batch: list[Emission]) -> None:
        messages: dict[Topic, list[Message]] = {}
        letters: dict[Topic, list[DeadLetter]] = {}
        for emission in batch:
            for topic, message in emission.messages:
                messages.setdefault(topic, []).append(message)
            for topic, letter in emission.letters:
                letters.setdefault(topic, []).append(letter)
        await asyncio.gather(
            *(self._publisher.publish(topic, group) for topic, group in messages.items()),
            *(bury(self._publisher, topic, group) for topic, group in letters.items()),
        )
