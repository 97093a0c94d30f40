"""The topic `repairs` says what the newest repair list says, whoever writes it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import pytest

from services.navigator.answers import Moment
from services.navigator.repair_notes import RepairNotes
from services.navigator.state import World
from streams.broker import BrokerUnavailableError, Message, Record
from streams.broker_memory import MemoryBroker
from streams.clock import ManualClock
from streams.codec import decode, encode
from streams.events.closures import ClosureRepair, ClosureState, Misplacement
from streams.topics import REPAIRS, Topic
from streams.world import World as WorldName
from tests.unit.navigator.situations import by_id, closure, site, street

GROUND = street(names=("大通り",) * 10)


def moment(*closures: ClosureState) -> Moment:
    return Moment.of(GROUND, World(places=by_id(site(3)), closures=by_id(*closures), at_ms=1_000))


class Topics:
    """What a reader of the topic knows now."""

    def __init__(self, broker: MemoryBroker) -> None:
        self.broker = broker
        self.rows: dict[str, Misplacement] = {}
        self.written = 0

    async def follow(self) -> "Topics":
        await self.broker.ensure_topics([REPAIRS])
        await self.broker.follow(REPAIRS, self._apply)
        return self

    def _apply(self, records: Sequence[Record]) -> None:
        for record in records:
            self.written += 1
            if record.value is None:
                self.rows.pop(record.key.decode(), None)
            else:
                row = decode(record.value, ClosureRepair)
                self.rows[row.id] = row.why


async def until(holds: Callable[[], object], timeout_s: float = 15) -> None:
    async with asyncio.timeout(timeout_s):
        while not holds():
            await asyncio.sleep(0.005)


class Stage:
    """Navigators that stand on the moments given here."""

    def __init__(self, broker: MemoryBroker, *moments: Moment | None) -> None:
        self.broker = broker
        self.moments = list(moments)
        self.looks = 0

    def find(self, number: int) -> Moment | None:
        self.looks += 1
        return self.moments[number]

    async def let_all_look(self) -> None:
        """Returns when each of them has looked at its moment, and done what it does about it."""
        enough = self.looks + 4 * len(self.moments)
        await until(lambda: self.looks >= enough)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        parts = [RepairNotes(partial(self.find, number), self.broker) for number in range(len(self.moments))]
        tasks = [asyncio.create_task(part.run()) for part in parts]
        yield
        for task in tasks:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(each, asyncio.CancelledError) for each in done), done


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.navigator.repair_notes.TICK_S", 0.005)


@pytest.fixture
async def broker() -> AsyncIterator[MemoryBroker]:
    broker = MemoryBroker(WorldName.DRILL, ManualClock(1_000))
    yield broker
    await broker.close()


UNDRAWN = closure(None)
NAMED = ClosureState(id="named", source="roads", as_of_ms=500, road_names=("大通り",), modes=UNDRAWN.modes)


async def test_closures_without_a_place_are_written_with_the_reason_and_taken_away_when_over(
    broker: MemoryBroker,
) -> None:
    topic = await Topics(broker).follow()
    stage = Stage(broker, moment(UNDRAWN, NAMED, closure(4.5)))
    async with stage.running():
        await until(lambda: len(topic.rows) == 2)
        assert topic.rows == {UNDRAWN.id: Misplacement.NOT_DRAWN, "named": Misplacement.BY_NAME}
        stage.moments[0] = moment(NAMED)
        await until(lambda: topic.rows == {"named": Misplacement.BY_NAME})


async def test_what_is_there_is_not_written_again_and_what_a_former_run_left_is_taken_away(
    broker: MemoryBroker,
) -> None:
    topic = await Topics(broker).follow()
    for key in ("named", "old"):
        row = encode(ClosureRepair(id=key, why=Misplacement.BY_NAME))
        await broker.publish(REPAIRS, [Message(key.encode(), row)])
    async with Stage(broker, moment(NAMED)).running():
        await until(lambda: set(topic.rows) == {"named"})
    assert topic.written == 3


async def test_a_replica_that_lags_takes_nothing_away(broker: MemoryBroker) -> None:
    topic = await Topics(broker).follow()
    stage = Stage(broker, moment(), moment())
    async with stage.running():
        stage.moments[0] = moment(NAMED)
        await until(lambda: "named" in topic.rows)
        stage.moments[1] = moment(closure(4.5))
        await stage.let_all_look()
        assert "named" in topic.rows
        stage.moments[1] = moment(NAMED)
        stage.moments[0] = stage.moments[1] = moment()
        await until(lambda: not topic.rows)


class Away(MemoryBroker):
    """A broker that does not take the first two writings."""

    refusals = 2

    async def publish(self, topic: Topic, messages: Sequence[Message]) -> None:
        if self.refusals:
            self.refusals -= 1
            raise BrokerUnavailableError("away")
        await super().publish(topic, messages)


async def test_while_the_broker_is_away_the_list_waits() -> None:
    broker = Away(WorldName.DRILL, ManualClock(1_000))
    topic = await Topics(broker).follow()
    async with Stage(broker, moment(UNDRAWN)).running():
        await until(lambda: topic.rows)
    assert broker.refusals == 0
    await broker.close()


async def test_nothing_is_written_before_the_first_whole_reading(broker: MemoryBroker) -> None:
    topic = await Topics(broker).follow()
    stage = Stage(broker, None)
    async with stage.running():
        await stage.let_all_look()
        assert topic.written == 0
        stage.moments[0] = moment(UNDRAWN)
        await until(lambda: topic.rows)
