"""The topic `repairs` says what the newest repair list says, whoever writes it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import msgspec
import pytest

from services.navigator.answers import Moment
from services.navigator.repair_notes import RepairNotes
from services.navigator.state import World
from streams.broker import BrokerUnavailableError, Message, Record
from streams.broker_memory import MemoryBroker
from streams.clock import ManualClock
from streams.codec import decode, encode
from streams.events.closures import ClosureState, Geometry, Misplacement, Saying
from streams.events.repairs import Repair, Repaired, RepairKind
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
        self.rows: dict[str, str] = {}
        self.lines: dict[str, Repair] = {}
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
                row = decode(record.value, Repair)
                assert record.key.decode() == row.key
                self.rows[row.key] = row.why
                self.lines[row.id] = row


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
        assert topic.rows == {
            f"closure/{UNDRAWN.id}": Misplacement.NOT_DRAWN,
            "closure/named": Misplacement.BY_NAME,
        }
        stage.moments[0] = moment(NAMED)
        await until(lambda: topic.rows == {"closure/named": Misplacement.BY_NAME})


async def test_what_is_there_is_not_written_again_and_what_a_former_run_left_is_taken_away(
    broker: MemoryBroker,
) -> None:
    topic = await Topics(broker).follow()
    stage = Stage(broker, moment(NAMED))
    async with stage.running():
        await until(lambda: topic.rows)
    left = (
        Repair(kind=RepairKind.CLOSURE, id="old", why=Misplacement.BY_NAME),
        Repair(kind=RepairKind.SITE, id="old", why="coordinates-missing"),
    )
    await broker.publish(REPAIRS, [Message(line.key.encode(), encode(line)) for line in left])
    await until(lambda: topic.written == 3)
    async with Stage(broker, moment(NAMED)).running():
        await until(lambda: set(topic.rows) == {"closure/named", "site/old"})
    assert topic.written == 4


async def test_roads_of_a_similar_name_are_candidates_and_the_same_name_comes_alone(
    broker: MemoryBroker,
) -> None:
    topic = await Topics(broker).follow()
    like = msgspec.structs.replace(NAMED, id="like", road_names=("大通",))
    none = msgspec.structs.replace(NAMED, id="none", road_names=("裏道",))
    async with Stage(broker, moment(NAMED, like, none)).running():
        await until(lambda: len(topic.rows) == 3)
    (same,), (similar,) = topic.lines["named"].candidates, topic.lines["like"].candidates
    assert (same.id, same.reasons, same.score) == ("大通り", ("same-name",), 0.9)
    assert (similar.id, similar.reasons, similar.source) == ("大通り", ("similar-name",), "network")
    assert (similar.lat, round(similar.lon, 3)) == (34.0, 135.01)
    assert topic.lines["none"].candidates == ()


async def test_a_closure_that_staff_placed_stays_on_the_list_so_that_it_can_be_taken_back(
    broker: MemoryBroker,
) -> None:
    topic = await Topics(broker).follow()
    done = Repaired(at_ms=5, by="防災課", candidate="network/大通り")
    chosen = msgspec.structs.replace(NAMED, repaired=done, said=Saying(road_names=("大通",)))
    stage = Stage(broker, moment(chosen))
    async with stage.running():
        await until(lambda: topic.rows == {"closure/named": "placed"})
        line = topic.lines["named"]
        assert (line.is_open, line.repaired, line.candidates[0].id) == (False, done, "大通り")
        off_road = closure(4.5, repaired=done, geometry=Geometry("point", (((34.01, 135.01),),)))
        stage.moments[0] = moment(off_road)
        await until(lambda: topic.rows == {f"closure/{off_road.id}": Misplacement.NO_ROAD_THERE})
    assert topic.lines[off_road.id].is_open


async def test_a_replica_that_lags_takes_nothing_away(broker: MemoryBroker) -> None:
    topic = await Topics(broker).follow()
    stage = Stage(broker, moment(), moment())
    async with stage.running():
        stage.moments[0] = moment(NAMED)
        await until(lambda: "closure/named" in topic.rows)
        stage.moments[1] = moment(closure(4.5))
        await stage.let_all_look()
        assert "closure/named" in topic.rows
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
