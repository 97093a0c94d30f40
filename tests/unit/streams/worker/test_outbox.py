"""Publish, then acknowledge, in order; what is not ours any more is neither."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace

import pytest

from streams.broker import BrokerUnavailableError, Message
from streams.dead_letters import DeadLetter
from streams.topics import HAZARDS, TELEGRAMS, Topic, dead_letters
from streams.worker.outbox import BATCH, Emission, Outbox, SleptError

SESSION_S = 4.0


class Event:
    """What the outbox knows of a Faust event."""

    def __init__(self, offset: int, log: list[str], partition: int = 0) -> None:
        self.message = SimpleNamespace(topic="t", partition=partition)
        self._offset = offset
        self._log = log

    def ack(self) -> None:
        self._log.append(f"ack {self._offset}")


class Desk:
    """A publisher that waits until it is told to go on, and everything around the outbox."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.failures: list[BaseException] = []
        self.open = asyncio.Event()
        self.open.set()
        self.error: Exception | None = None
        self.now_s = 100.0
        self.batches: list[int] = []
        self.outbox = Outbox(
            self, session_s=SESSION_S, fail=self.failures.append, monotonic_s=lambda: self.now_s
        )

    async def publish(self, topic: Topic, messages: Sequence[Message]) -> None:
        self.batches.append(len(messages))
        await self.open.wait()
        if self.error:
            raise self.error
        self.log += [f"{topic.name} {m.key.decode()}" for m in messages]

    def emit(
        self, offset: int, *, partition: int = 0, written: tuple[asyncio.Future[None], ...] = ()
    ) -> None:
        message = (HAZARDS, Message(b"%d" % offset, b""))
        self.outbox.add(Emission(Event(offset, self.log, partition), messages=(message,), written=written))

    async def until(self, text: str) -> None:
        async with asyncio.timeout(2):
            while text not in self.log:
                await asyncio.sleep(0)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    running = asyncio.create_task(desk.outbox.run())
    yield desk
    running.cancel()


async def test_nothing_is_acknowledged_before_it_is_on_the_broker(desk: Desk) -> None:
    desk.open.clear()
    desk.emit(1)
    while not desk.batches:
        await asyncio.sleep(0)
    assert desk.log == []
    desk.open.set()
    await desk.until("ack 1")
    assert desk.log == ["hazards 1", "ack 1"]


async def test_nothing_is_acknowledged_before_its_row_is_in_the_changelog(desk: Desk) -> None:
    row: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    desk.emit(1, written=(row,))
    await desk.until("hazards 1")
    assert "ack 1" not in desk.log
    row.set_result(None)
    await desk.until("ack 1")


async def test_a_row_that_could_not_be_written_ends_the_process(desk: Desk) -> None:
    row: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    row.set_exception(BrokerUnavailableError("changelog"))
    desk.emit(1, written=(row,))
    async with asyncio.timeout(2):
        while not desk.failures:
            await asyncio.sleep(0)
    assert "ack 1" not in desk.log


async def test_acknowledgements_come_in_the_order_of_the_events_whatever_the_batches(desk: Desk) -> None:
    count = 2 * BATCH + 7
    for offset in range(count):
        desk.emit(offset)
    await desk.until(f"ack {count - 1}")
    assert [line for line in desk.log if line.startswith("ack")] == [f"ack {i}" for i in range(count)]
    assert max(desk.batches) == BATCH


async def test_a_failing_publisher_ends_the_process_and_acknowledges_nothing_of_the_batch(desk: Desk) -> None:
    desk.error = BrokerUnavailableError("gone")
    desk.emit(1)
    desk.emit(2)
    async with asyncio.timeout(2):
        while not desk.failures:
            await asyncio.sleep(0)
    assert desk.failures == [desk.error]
    assert desk.log == []


async def test_dead_letters_are_published_before_their_event_is_acknowledged(desk: Desk) -> None:
    letter = DeadLetter(b"k", b"x", "undecodable", "why", "t[0]@1")
    desk.outbox.add(Emission(Event(1, desk.log), letters=((TELEGRAMS, letter),)))
    await desk.until("ack 1")
    assert desk.log == [f"{dead_letters(TELEGRAMS).name} k", "ack 1"]


async def test_what_waits_for_a_lost_partition_is_neither_published_nor_acknowledged(desk: Desk) -> None:
    desk.open.clear()
    desk.emit(1)
    while not desk.batches:
        await asyncio.sleep(0)
    desk.emit(2)
    desk.emit(3, partition=1)
    losing = asyncio.create_task(desk.outbox.lose([("t", 0)]))
    await asyncio.sleep(0)
    assert not losing.done(), "a batch is under way: it may not land after the new owner's"
    desk.open.set()
    await losing
    await desk.until("ack 3")
    desk.emit(4)
    desk.outbox.own([("t", 0)])
    desk.emit(5)
    await desk.until("ack 5")
    assert desk.log == ["hazards 1", "ack 1", "hazards 3", "ack 3", "hazards 5", "ack 5"]


async def test_a_process_that_stood_still_longer_than_its_session_publishes_nothing(desk: Desk) -> None:
    desk.now_s += SESSION_S + 1
    desk.emit(1)
    async with asyncio.timeout(2):
        while not desk.failures:
            await asyncio.sleep(0)
    assert isinstance(desk.failures[0], SleptError)
    assert desk.log == []
