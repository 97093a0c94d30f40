"""A change while people ask: answers come from the former moment until the next one stands whole."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import routing
from services.navigator.answers import Moment
from services.navigator.live import KINDS, Live
from services.navigator.state import World
from streams.broker import Message
from streams.broker_memory import MemoryBroker
from streams.clock import ManualClock
from streams.codec import encode
from streams.events.sources import Says, SourceHealth
from streams.topics import CLOSURES, SHELTERS, SOURCES
from streams.world import World as WorldName
from tests.unit.navigator.situations import at, by_id, closure, site, source_of, street

PATIENCE_S = 10


@pytest.fixture
async def broker() -> AsyncIterator[MemoryBroker]:
    broker = MemoryBroker(WorldName.DRILL, ManualClock(1_000))
    await broker.ensure_topics([topic for topic, _ in KINDS])
    await broker.publish(SHELTERS, [Message(p.id.encode(), encode(p)) for p in (site(1), site(4))])
    yield broker
    await broker.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_000)


@pytest.fixture
async def live(broker: MemoryBroker, clock: ManualClock) -> AsyncIterator[Live]:
    live = Live(street(), clock)
    await live.follow(broker)
    running = asyncio.create_task(live.run())
    yield live
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def goal(moment: Moment, index: float) -> str | None:
    found = moment.answer(*at(index), profile="adult").route
    return found.target if isinstance(found, routing.Route) else found.reason


async def until(live: Live, index: float, expected: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not live.is_ready or goal(live.moment, index) != expected:
            await asyncio.sleep(0.01)


async def test_prices_and_closures_reach_the_next_moment(live: Live, broker: MemoryBroker) -> None:
    await until(live, 2.3, "E1")
    live.set_prices({"E1": 9_000})
    await until(live, 2.3, "E4")
    live.set_prices({})
    await until(live, 2.3, "E1")
    closed = closure(1.5)
    await broker.publish(CLOSURES, [Message(closed.id.encode(), encode(closed))])
    await until(live, 2.3, "E4")


async def tell(broker: MemoryBroker, source: SourceHealth) -> None:
    await broker.publish(SOURCES, [Message(source.id.encode(), encode(source))])


async def silent_since(live: Live, expected: list[int | None]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while [silence.since_ms for silence in live.moment.world.silences] != expected:
            await asyncio.sleep(0.01)


async def test_a_source_falls_silent_by_the_clock_alone_and_is_heard_again(
    live: Live, broker: MemoryBroker, clock: ManualClock
) -> None:
    await until(live, 2.3, "E1")
    await tell(broker, source_of(Says.CLOSURES))
    clock.advance(61)
    await silent_since(live, [1_000])
    await tell(broker, source_of(Says.CLOSURES, heard_ms=clock.now_ms()))
    await silent_since(live, [])


async def test_a_source_that_goes_on_being_heard_makes_no_moment(
    live: Live, broker: MemoryBroker, clock: ManualClock
) -> None:
    await until(live, 2.3, "E1")
    before = live.moment
    for second in range(5):
        await tell(broker, source_of(Says.CLOSURES, heard_ms=clock.now_ms() + second))
    await tell(broker, source_of(Says.ALERTS, id="jma", expected_s=None))
    live.set_prices({"E1": 1})
    async with asyncio.timeout(PATIENCE_S):
        while live.moment is before:
            await asyncio.sleep(0.01)
    made = live.moment
    await tell(broker, source_of(Says.CLOSURES, heard_ms=clock.now_ms() + 9))
    await asyncio.sleep(0)
    assert live.moment is made


async def test_a_moment_is_made_ready_before_anybody_is_answered_from_it(
    live: Live, broker: MemoryBroker
) -> None:
    await until(live, 2.3, "E1")
    prepared: list[tuple[Moment, Moment]] = []
    live.prepare_with(lambda moment: prepared.append((moment, live.moment)))
    live.set_prices({"E1": 9_000})
    await until(live, 2.3, "E4")
    (moment, answering) = prepared[0]
    assert goal(answering, 2.3) == "E1"
    assert moment is not answering
    assert live.moment in [moment for moment, _ in prepared]


def test_whoever_asks_during_a_change_is_answered_from_the_former_moment() -> None:
    ground = street()
    places = by_id(site(1), site(4), site(9))
    first = Moment.of(ground, World(places=places))
    told = first.answer(*at(2.2), profile="adult")
    worlds = [World(places=places, closures=by_id(closure(i + 0.5))) for i in range(10)]

    def change() -> None:
        former = first
        for _ in range(20):
            for world in worlds:
                former = Moment.of(ground, world, former=former)

    with ThreadPoolExecutor(1) as pool:
        changing, asked = pool.submit(change), 0
        while not changing.done():
            assert first.answer(*at(2.2), profile="adult") == told
            asked += 1
        changing.result()
    assert asked > 0
