"""The counts process on a broker in memory: nothing before all is read, then all, then what changes; it ends when it cannot tell."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import h3.api.basic_int as h3
import msgspec
import pytest

from streams.broker import BrokerUnavailableError, Message
from streams.broker_memory import MemoryBroker
from streams.clock import SystemClock
from streams.counts.service import serve
from streams.folds.cells import KEY, VALUE
from streams.topics import CELL_PARTIALS, CELLS, MANIFEST, SHARED, Topic, dead_letters
from streams.world import World
from tests.integration.worker.city import AREAS

HERE, SEA = h3.latlng_to_cell(34.5, 135.27, 9), h3.latlng_to_cell(30.0, 140.0, 9)


class Broker(MemoryBroker):
    """Refuses to publish to the topics that are named."""

    refused: frozenset[str] = frozenset()

    async def publisher(self) -> "Broker":
        return self

    async def publish(self, topic: Topic, messages: Sequence[Message]) -> None:
        if topic.name in self.refused:
            raise BrokerUnavailableError(f"{topic.name}: refused for a test")
        await super().publish(topic, messages)


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    broker = Broker(World.DRILL, SystemClock())
    await broker.ensure_topics(MANIFEST)
    yield broker
    await broker.close()


async def say(broker: Broker, *rows: tuple[int, int, int | None]) -> None:
    """(cell, partition, people), None for a tombstone."""
    await broker.publish(
        CELL_PARTIALS,
        [Message(KEY.pack(c, p), None if n is None else VALUE.pack(n, 1, 100 + p), partition=0) for c, p, n in rows],
    )  # fmt: skip


def rows(broker: Broker, topic: Topic, field: str) -> list[tuple[str, int | None]]:
    """What was written, in order of each key."""
    found = [(r.key.decode(), msgspec.json.decode(r.value or b"null")[field]) for r in broker.records(topic)]
    return sorted(found, key=lambda row: row[0])


async def until_ready(broker: Broker) -> asyncio.Task[None]:
    ready = asyncio.Event()
    serving = asyncio.create_task(serve(broker, AREAS, ready=ready.set, emit_s=0.01))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED, timeout=10)
    waiting.cancel()
    return serving


async def until_told(broker: Broker, topic: Topic, number: int) -> None:
    async with asyncio.timeout(10):
        while len(broker.records(topic)) < number:
            await asyncio.sleep(0.01)


async def test_what_the_topic_holds_is_told_once_and_whole_when_it_was_read(broker: Broker) -> None:
    await say(broker, (HERE, 0, 7), (HERE, 1, 9), (SEA, 0, 50), (HERE, 0, 8))
    serving = await until_ready(broker)
    serving.cancel()
    assert rows(broker, CELLS, "count") == sorted([(f"{HERE:x}", 17), (f"{SEA:x}", 50)])
    assert rows(broker, SHARED, "shown") == [(f"staff:99101|{HERE:x}", 17)]


async def test_a_fresh_process_tells_every_cell_again(broker: Broker) -> None:
    await say(broker, (HERE, 0, 17), (SEA, 0, None))
    for _ in range(2):
        (await until_ready(broker)).cancel()
    assert rows(broker, CELLS, "count") == sorted([(f"{HERE:x}", 17)] * 2 + [(f"{SEA:x}", 0)] * 2)


async def test_a_change_is_told_and_a_repeat_is_not(broker: Broker) -> None:
    serving = await until_ready(broker)
    await say(broker, (HERE, 0, 12))
    await until_told(broker, SHARED, 1)
    await say(broker, (HERE, 0, 12))
    await say(broker, (SEA, 0, 1))
    await until_told(broker, CELLS, 2)
    await say(broker, (HERE, 0, None))
    await until_told(broker, SHARED, 2)
    serving.cancel()
    assert [r for r in rows(broker, CELLS, "count") if r[0] == f"{HERE:x}"] == [
        (f"{HERE:x}", 12),
        (f"{HERE:x}", 0),
    ]
    assert [shown for _, shown in rows(broker, SHARED, "shown")] == [12, None]


async def test_what_is_no_row_is_kept_with_its_reason_and_the_next_is_counted(broker: Broker) -> None:
    serving = await until_ready(broker)
    await broker.publish(CELL_PARTIALS, [Message(b"?", b"!", partition=0)])
    await say(broker, (HERE, 0, 12))
    await until_told(broker, CELLS, 1)
    await until_told(broker, dead_letters(CELL_PARTIALS), 1)
    serving.cancel()
    (letter,) = broker.records(dead_letters(CELL_PARTIALS))
    assert (letter.key, letter.value, dict(letter.headers)["reason"]) == (b"?", b"!", b"undecodable")


@pytest.mark.parametrize("topic", [CELLS, SHARED, dead_letters(CELL_PARTIALS)], ids=lambda t: t.name)
async def test_it_ends_when_it_cannot_tell(broker: Broker, topic: Topic) -> None:
    serving = await until_ready(broker)
    broker.refused = frozenset({topic.name})
    await broker.publish(CELL_PARTIALS, [Message(b"?", b"!", partition=0)])
    await say(broker, (HERE, 0, 12))
    with pytest.raises(BrokerUnavailableError, match=topic.name):
        await asyncio.wait_for(serving, 10)
