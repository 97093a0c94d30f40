"""The steps of the worker against the oracle, as values: every format's documents, twice, in any order. No Kafka."""

import random
from dataclasses import dataclass, field

import pytest

from streams.adapters.registry import FORMATS
from streams.broker import Message
from streams.cells import Gazetteer
from streams.topics import CLOSURE_REPORTS, SHELTER_REPORTS, SITE_REPORTS, TELEGRAMS, WHOLE_LISTS, Topic
from streams.worker.steps import Context, TakeStep, step_closure, step_place, step_telegram, step_whole_list
from streams.world import World
from tests.faults.worker.documents import list_documents
from tests.faults.worker.oracle import Rows, end_state
from tests.faults.worker.orders import Order, shuffled, straight, stuttering, twice
from tests.faults.worker.recorded import Recorded, record
from tests.integration.worker.city import AREAS

TABLES: dict[Topic, tuple[str, TakeStep]] = {
    TELEGRAMS: ("series", step_telegram),
    SITE_REPORTS: ("places", step_place),
    SHELTER_REPORTS: ("places", step_place),
    CLOSURE_REPORTS: ("closures", step_closure),
    WHOLE_LISTS: ("lists", step_whole_list),
}


@dataclass
class Steps:
    """One worker's tables, and what it emitted."""

    context: Context
    tables: dict[tuple[str, bytes], bytes] = field(default_factory=dict)
    states: dict[Topic, Rows] = field(default_factory=dict)

    def take(self, topic: Topic, message: Message) -> None:
        if topic not in TABLES:
            self.states.setdefault(topic, {})[message.key.decode()] = message.value
            return
        table, step = TABLES[topic]
        taken = step(self.context, self.tables.get((table, message.key)), message.key, message.value)
        self.tables[table, message.key] = taken.row
        for following, emitted in taken.messages:
            self.take(following, emitted)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(AREAS)


@pytest.mark.parametrize("order", [straight, twice, stuttering, shuffled])
@pytest.mark.parametrize("seed", range(3))
def test_the_steps_end_where_the_oracle_does(gazetteer: Gazetteer, order: Order, seed: int) -> None:
    recorded = record(seed, "t1")
    steps = Steps(Context(World.DRILL, gazetteer))
    for topic, message in order(recorded.sent, random.Random(seed)):
        steps.take(topic, message)
    assert steps.states == end_state(recorded.told, gazetteer)


def test_the_mix_has_events_of_every_format_that_has_any(gazetteer: Gazetteer) -> None:
    assert record(0, "t1").formats.keys() == {f.name for f in FORMATS} - {"gpx"}


def test_the_end_has_tombstones_and_states_of_every_kind(gazetteer: Gazetteer) -> None:
    found = end_state(record(0, "t1").told, gazetteer)
    for topic, rows in found.items():
        assert any(rows.values()), topic.name
    assert None in found[next(t for t in found if t.name == "closures")].values()
    assert (
        sum(
            b'"cells"' in (row or b"")
            for row in found[next(t for t in found if t.name == "hazards")].values()
        )
        > 2
    )


def test_the_same_seed_is_the_same_day_and_another_is_not() -> None:
    def bodies(seed: int) -> list[bytes]:
        return [document.body for document in list_documents(seed, "t1")]

    assert bodies(1) == bodies(1) != bodies(2)


def test_real_documents_end_where_the_oracle_does(gazetteer: Gazetteer, real_mix: Recorded) -> None:
    steps = Steps(Context(World.DRILL, gazetteer))
    for topic, message in stuttering(real_mix.sent, random.Random(5)):
        steps.take(topic, message)
    assert len(real_mix.sent) > 1000
    assert steps.states == end_state(real_mix.told, gazetteer)
