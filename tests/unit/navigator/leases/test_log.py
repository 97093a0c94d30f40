"""The log of leases: nobody waits for a broker that is away, and the newest statement is sent when it is back."""

import asyncio
from collections.abc import Sequence

import pytest

from services.navigator.leases import log as log_module
from services.navigator.leases.gather import Gather
from services.navigator.leases.keeper import places_of, why_not
from services.navigator.leases.log import FORGET_MS, LeaseLog
from services.navigator.leases.port import Places
from streams.broker import BrokerUnavailableError, Message
from streams.broker_memory import MemoryBroker
from streams.clock import ManualClock
from streams.codec import decode, encode
from streams.events.leases import BookOpened, Lease, LeaseEvent, Stage, Why
from streams.events.shelters import Opening
from streams.folds.leases import fold_lease
from streams.topics import LEASE_EVENTS, Topic
from streams.world import World
from tests.unit.navigator.leases.desks import shelter, until

NOW = 1_000_000


class Moody(MemoryBroker):
    """A broker that can be away."""

    away = False

    async def publish(self, topic: Topic, messages: Sequence[Message]) -> None:
        if self.away:
            raise BrokerUnavailableError("away")
        await super().publish(topic, messages)


def event(
    name: str, seq: int, stage: Stage = Stage.WALKING, book: str = "b1", until_ms: int = NOW + 9
) -> LeaseEvent:
    return LeaseEvent(why=Why.TAKEN, lease=Lease(name, seq, stage, "A", 1, until_ms, NOW, book))


async def started() -> tuple[LeaseLog, Moody, ManualClock, asyncio.Task[None]]:
    clock = ManualClock(NOW)
    broker = Moody(World.DRILL, clock)
    log = LeaseLog(broker, clock)
    task = asyncio.create_task(log.run())
    await until(lambda: log.has_read_all)
    return log, broker, clock, task


async def end(broker: Moody, task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await broker.close()


async def test_a_written_event_is_acknowledged_and_read_back() -> None:
    log, broker, _, task = await started()
    assert await log.write([event("w", 1)])
    await until(lambda: "w" in log.leases)
    assert await log.write([])
    await end(broker, task)


async def test_while_the_broker_is_away_nobody_waits_and_later_the_newest_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log_module, "RETRY_S", 0.01)
    log, broker, _, task = await started()
    broker.away = True
    assert not await log.write([event("w", 1), event("v", 1)])
    assert not log.is_reached
    assert not await log.write([event("w", 3)])
    assert not await log.write([event("w", 2)])
    broker.away = False
    await until(lambda: log.is_reached)
    sent = [decode(r.value or b"", LeaseEvent).lease for r in broker.records(LEASE_EVENTS)]
    assert sorted((x.id, x.seq) for x in sent) == [("v", 1), ("w", 3)]
    assert await log.write([event("w", 4)])
    await end(broker, task)


async def test_what_comes_after_a_new_book_from_a_former_one_is_late() -> None:
    log, broker, _, task = await started()
    await log.begin_book("b1")
    await log.write([event("w", 1)])
    await log.begin_book("b2")
    assert log.take_late() == []
    await log.write([event("w", 2), event("v", 1, book="b2"), event("old", 1), event("old", 2, book="b2")])
    await until(lambda: "v" in log.leases)
    assert [(x.id, x.seq) for x in log.take_late()] == [("w", 2)]
    assert log.take_late() == []
    await end(broker, task)


async def test_a_book_is_not_begun_before_the_log_was_read_or_while_the_broker_is_away() -> None:
    clock = ManualClock(NOW)
    fresh = LeaseLog(MemoryBroker(World.DRILL, clock), clock)
    with pytest.raises(BrokerUnavailableError, match="not read yet"):
        await fresh.begin_book("b1")
    log, broker, _, task = await started()
    broker.away = True
    with pytest.raises(BrokerUnavailableError):
        await log.begin_book("b1")
    await end(broker, task)


async def test_an_event_that_cannot_be_read_is_left_out_and_the_next_is_read() -> None:
    log, broker, _, task = await started()
    await broker.publish(
        LEASE_EVENTS, [Message(b"A", b"{}"), Message(b"A", None), Message(b"A", encode(event("w", 1)))]
    )
    await until(lambda: "w" in log.leases)
    await end(broker, task)


async def test_leases_that_are_long_over_are_forgotten() -> None:
    log, broker, clock, task = await started()
    await log.write([event("w", 1), event("over", 1, Stage.ENDED), event("in", 1, Stage.ARRIVED)])
    await until(lambda: len(log.leases) == 3)
    assert {x.id for x in log.list_counting()} == {"w", "in"}
    clock.advance(1)
    assert {x.id for x in log.list_counting()} == {"in"}
    assert len(log.leases) == 3
    clock.advance(FORGET_MS / 1000)
    assert log.list_counting() == [log.leases["in"]]
    assert list(log.leases) == ["in"]
    await end(broker, task)


def test_of_two_statements_the_higher_number_stands_whichever_came_first() -> None:
    one, two = event("w", 1).lease, event("w", 2, Stage.ENDED).lease
    assert fold_lease(fold_lease(None, one), two) == fold_lease(fold_lease(None, two), one) == two


def test_events_and_books_are_told_apart_in_one_topic() -> None:
    opened = BookOpened(book="b", at_ms=1)
    assert decode(encode(opened), LeaseEvent | BookOpened) == opened  # type: ignore[arg-type]
    assert decode(encode(event("w", 1)), LeaseEvent | BookOpened) == event("w", 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "places", "reason"),
    [
        (shelter("A", 10, headcount=3, reported_as_of_ms=7), Places("A", 1, 7, 7), "full"),
        (shelter("A", 10, headcount=30, reported_as_of_ms=7), Places("A", 1, -20, 7), "full"),
        (shelter("A", 10), Places("A", 1, 10), "full"),
        (shelter("A", None, headcount=3), Places("A", 1, None), "capacity-unknown"),
        (shelter("A", 10, opening=Opening.FULL), Places("A", 1, None), "full"),
        (shelter("A", None, opening=Opening.FULL), Places("A", 1, None), "full"),
        (shelter("A", None, opening=Opening.CLOSED), Places("A", 1, None), "closed"),
        (None, Places("A", 1, None), "no-such-place"),
    ],
)
def test_room_is_capacity_without_the_people_inside_and_unknown_stays_unknown(
    state: object, places: Places, reason: str
) -> None:
    assert places_of("A", 1, state) == places  # type: ignore[arg-type]
    assert why_not(state) == reason  # type: ignore[arg-type]


async def test_questions_of_one_moment_go_in_few_calls_and_each_gets_its_own_answer() -> None:
    calls: list[int] = []

    async def call(questions: Sequence[int]) -> list[int]:
        calls.append(len(questions))
        await asyncio.sleep(0)
        if 13 in questions:
            raise ValueError("13")
        return [q * q for q in questions]

    gather: Gather[int, int] = Gather(call, limit=10)
    assert await asyncio.gather(*(gather.ask(n) for n in range(12))) == [n * n for n in range(12)]
    assert calls == [10, 2]
    told = await asyncio.gather(gather.ask(13), gather.ask(14), return_exceptions=True)
    assert all(isinstance(each, ValueError) for each in told)
    assert await gather.ask(3) == 9
