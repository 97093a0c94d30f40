"""All feeds and a crowd, every message twice and shuffled, while workers, crowd, broker and Redis die: the end is the oracle's, byte for byte."""

import random
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from services.local.kafka import LocalKafka
from services.local.ports import free_port
from services.local.redis import LocalRedis
from streams.broker_kafka import KafkaBroker
from streams.cells import Gazetteer
from streams.topics import TELEGRAMS, dead_letters
from tests.faults.crowd.crowds import batches_of
from tests.faults.worker.documents import list_documents
from tests.faults.worker.oracle import end_state
from tests.faults.worker.orders import Sending, shuffled
from tests.faults.worker.recorded import Recorded
from tests.faults.worker.storm import (
    CHUNKS,
    FAULTS,
    Fault,
    Storm,
    kill_both,
    kill_broker,
    kill_crowd,
    kill_one,
    rebalance,
    wipe,
)
from tests.integration.worker.city import AREAS, tail

pytestmark = pytest.mark.kafka
SIZE = 1000
ROUND_S = 4.0
EVERY_FAULT: tuple[tuple[Fault, ...], ...] = (
    (kill_one, wipe, kill_crowd),
    (rebalance, kill_both),
    (kill_broker, kill_one, wipe),
)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[LocalRedis]:
    server = LocalRedis(tmp_path / "redis", port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def storm(
    server: LocalKafka, redis: LocalRedis, tmp_path: Path, broker: KafkaBroker
) -> AsyncIterator[Storm]:
    storm = await Storm.begin(server, redis, tmp_path, broker)
    yield storm
    await storm.end()


@pytest.mark.timeout(400)
async def test_the_end_is_the_oracles_whatever_dies(storm: Storm) -> None:
    await _weather(storm, EVERY_FAULT, people=60)


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_the_end_is_the_oracles_after_twenty_rounds_and_a_million_positions(storm: Storm) -> None:
    dice = random.Random(20)
    await _weather(storm, [dice.sample(FAULTS, 3) for _ in range(20)], people=1000)


async def _weather(storm: Storm, rounds: Sequence[Sequence[Fault]], *, people: int) -> None:
    """`people`: batches of a thousand positions."""
    recorded, gazetteer = Recorded(), Gazetteer.load(AREAS)
    letters = await tail(storm.broker, dead_letters(TELEGRAMS))
    batches = batches_of(positions=people * SIZE, devices=2_000, span_ms=600_000, size=SIZE)
    for number, faults in enumerate(rounds):
        dice = random.Random(number)
        more = storm.more_people(batches, people // len(rounds))
        sending = _round(recorded, number, dice=dice, people=more)
        moments = dict(zip(dice.sample(range(CHUNKS), len(faults)), faults, strict=True))
        await storm.play(sending, seconds=ROUND_S, faults=moments, dice=dice)
        await storm.until_right(end_state(recorded.told, gazetteer))
    assert not letters.rows


def _round(recorded: Recorded, number: int, *, dice: random.Random, people: list[Sending]) -> list[Sending]:
    """Another town's day, every message twice and shuffled; and more people, who come in order."""
    before = len(recorded.sent)
    for document in list_documents(number, f"t{number}"):
        recorded.take(document)
    sending = list(shuffled(recorded.sent[before:], dice))
    for place in sorted((dice.randint(0, len(sending)) for _ in people), reverse=True):
        sending.insert(place, people.pop())
    return sending
