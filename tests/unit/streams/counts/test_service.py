"""The counts process on a broker in memory: nothing before all is read, then all, then what changes; it ends when it cannot tell."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import h3.api.basic_int as h3
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from streams.audit.keys import SigningKey
from streams.audit.verify import verify
from streams.broker import BrokerUnavailableError, Message
from streams.broker_memory import MemoryBroker
from streams.clock import ScenarioClock, SystemClock
from streams.codec import encode
from streams.counts.gate import PURPOSE
from streams.counts.incident import KEY as INCIDENT
from streams.counts.service import serve
from streams.events.cells import AS_OF, CountSecret, SharedCount
from streams.events.disclosures import Disclosure
from streams.folds.cells import KEY, VALUE
from streams.topics import (
    CELL_PARTIALS,
    CELLS,
    COUNT_SECRETS,
    DISCLOSURE_ROOTS,
    DISCLOSURES,
    MANIFEST,
    SHARED,
    Topic,
    dead_letters,
)
from streams.world import World
from tests.integration.worker.city import AREAS

DAY_MS = 86_400_000
SIGNING = SigningKey(Ed25519PrivateKey.generate())
HERE, SEA = h3.latlng_to_cell(34.5, 135.27, 9), h3.latlng_to_cell(30.0, 140.0, 9)


def fast() -> ScenarioClock:
    """A clock whose minutes last 10 ms."""
    return ScenarioClock(0, SystemClock().now_ms(), 6_000)


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


def figures(broker: Broker) -> list[int | None]:
    """What staff were shown of `HERE`, one after the other."""
    found = [r for r in broker.records(SHARED) if r.key == f"staff:99101|{HERE:x}".encode()]
    return [msgspec.json.decode(r.value or b"null", type=SharedCount).shown for r in found]


async def until_ready(broker: Broker, clock: ScenarioClock | None = None) -> asyncio.Task[None]:
    ready = asyncio.Event()
    serving = asyncio.create_task(
        serve(broker, AREAS, clock=clock or fast(), key=SIGNING, ready=ready.set, emit_s=0.01)
    )
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED, timeout=10)
    waiting.cancel()
    return serving


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def until_told(broker: Broker, topic: Topic, number: int) -> None:
    await until(lambda: len(broker.records(topic)) >= number)


async def test_what_the_topic_holds_is_told_once_and_whole_when_it_was_read(broker: Broker) -> None:
    await say(broker, (HERE, 0, 7), (HERE, 1, 40), (SEA, 0, 50), (HERE, 0, 8))
    serving = await until_ready(broker)
    assert rows(broker, CELLS, "count") == sorted([(f"{HERE:x}", 48), (f"{SEA:x}", 50)])
    await until_told(broker, SHARED, 2)  # the figure, and its age
    serving.cancel()
    assert [abs((shown or 0) - 48) <= 4 for shown in figures(broker)] == [True]
    assert {r.key.decode() for r in broker.records(SHARED)} == {
        f"staff:99101|{HERE:x}",
        f"staff:99101|{AS_OF}",
    }


async def test_a_fresh_process_tells_every_cell_again_and_holds_what_was_shown(broker: Broker) -> None:
    await say(broker, (HERE, 0, 57), (SEA, 0, None))
    for people in (57, 60, 55):
        await say(broker, (HERE, 0, people))
        ages = len([r for r in broker.records(SHARED) if AS_OF.encode() in r.key])
        serving = await until_ready(broker)
        await until(lambda ages=ages: sum(AS_OF.encode() in r.key for r in broker.records(SHARED)) > ages)
        serving.cancel()
    assert rows(broker, CELLS, "count") == sorted(
        [(f"{HERE:x}", 57), (f"{HERE:x}", 60), (f"{HERE:x}", 55)] + [(f"{SEA:x}", 0)] * 3,
        key=lambda row: row[0],
    )
    assert len(broker.records(COUNT_SECRETS)) == 1, "one incident, one secret"
    assert len(figures(broker)) == 1, "nobody sees that three people came and five went"


async def test_a_change_is_told_and_a_repeat_is_not(broker: Broker) -> None:
    serving = await until_ready(broker)
    await say(broker, (HERE, 0, 30))
    await until(lambda: len(figures(broker)) == 1)
    await say(broker, (HERE, 0, 30))
    await say(broker, (SEA, 0, 1))
    await until_told(broker, CELLS, 2)
    await say(broker, (HERE, 0, None))
    await until(lambda: len(figures(broker)) == 2)
    serving.cancel()
    assert [r for r in rows(broker, CELLS, "count") if r[0] == f"{HERE:x}"] == [
        (f"{HERE:x}", 30),
        (f"{HERE:x}", 0),
    ]
    first, last = figures(broker)
    assert first is not None
    assert (abs(first - 30) <= 4, last) == (True, None)


async def test_nothing_is_told_of_a_cell_where_fewer_than_ten_came_and_went(broker: Broker) -> None:
    serving = await until_ready(broker)
    for people in (1, 5, 0):
        await say(broker, (HERE, 0, people))
        await until(lambda people=people: rows(broker, CELLS, "count")[-1:] == [(f"{HERE:x}", people)])
    await say(broker, (min(h3.grid_ring(HERE, 1)), 0, 90))
    await until(lambda: any(b'"shown":' in (r.value or b"") for r in broker.records(SHARED)))
    serving.cancel()
    assert figures(broker) == []


async def test_figures_change_only_when_the_public_clock_ticks(broker: Broker) -> None:
    clock = ScenarioClock(0, SystemClock().now_ms(), 1e-9)  # stands still
    serving = await until_ready(broker, clock)
    await until_told(broker, COUNT_SECRETS, 1)
    await say(broker, (HERE, 0, 90))
    await until_told(broker, CELLS, 1)
    await say(broker, (SEA, 0, 90))
    await until_told(broker, CELLS, 2)
    serving.cancel()
    assert len(figures(broker)) <= 1
    assert clock.now_ms() < 60_000


async def test_an_old_secret_is_replaced(broker: Broker) -> None:
    old = CountSecret(secret="ab" * 32, since_ms=-31 * DAY_MS)
    await broker.publish(COUNT_SECRETS, [Message(INCIDENT, encode(old), partition=0)])
    await say(broker, (HERE, 0, 30))
    serving = await until_ready(broker)
    await until(lambda: len(figures(broker)) == 1)
    serving.cancel()
    _, new = (msgspec.json.decode(r.value or b"", type=CountSecret) for r in broker.records(COUNT_SECRETS))
    assert new.secret != old.secret
    assert (len(bytes.fromhex(new.secret)), new.secret in repr(new)) == (32, False)


async def test_what_was_decided_is_recorded_and_signed_before_anything_is_shown(broker: Broker) -> None:
    await say(broker, (HERE, 0, 30))
    for _ in range(2):
        (await until_ready(broker)).cancel()
    exported = [r.value or b"" for topic in (DISCLOSURES, DISCLOSURE_ROOTS) for r in broker.records(topic)]
    report = verify(exported, SIGNING.public)
    assert (report.is_good, report.chains, report.records, report.unsigned) == (True, 2, 2, 0)
    said = msgspec.json.decode(broker.records(DISCLOSURES)[0].value or b"", type=Disclosure)
    assert (said.recipient, said.subject, said.purpose) == ("staff:99101", "counts:99101", PURPOSE)
    assert (said.permitted, said.row, said.policy) == (True, 1, "2026-1")


async def test_nothing_is_shown_where_the_record_cannot_be_kept(broker: Broker) -> None:
    await say(broker, (HERE, 0, 30))
    broker.refused = frozenset({DISCLOSURES.name})
    with pytest.raises(BrokerUnavailableError, match="disclosures"):
        await asyncio.wait_for(await until_ready(broker), 10)
    assert broker.records(SHARED) == []


async def test_what_today_nobody_may_see_is_withdrawn(broker: Broker) -> None:
    row = SharedCount(recipient="staff:1", cell=SEA, shown=50, as_of_ms=1, fewer_than=10, policy="x", row=1)
    await broker.publish(SHARED, [Message(b"staff:1|%x" % SEA, encode(row), partition=0)])
    (await until_ready(broker)).cancel()
    assert [(r.key, r.value) for r in broker.records(SHARED)][1] == (b"staff:1|%x" % SEA, None)


async def test_a_cell_that_is_another_municipalitys_now_is_withdrawn_from_the_former_and_told_to_the_other(
    broker: Broker,
) -> None:
    row = SharedCount(
        recipient="staff:99999", cell=HERE, shown=30, as_of_ms=1, fewer_than=10, policy="x", row=1
    )
    former = b"staff:99999|%x" % HERE
    await broker.publish(SHARED, [Message(former, encode(row), partition=0)])
    await say(broker, (HERE, 0, 30))
    serving = await until_ready(broker)
    await until(lambda: len(figures(broker)) == 1)
    serving.cancel()
    assert [r.value for r in broker.records(SHARED) if r.key == former][1:] == [None]
    assert abs((figures(broker)[0] or 0) - 30) <= 4


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
    await say(broker, (HERE, 0, 30))
    with pytest.raises(BrokerUnavailableError, match=topic.name):
        await asyncio.wait_for(serving, 10)
