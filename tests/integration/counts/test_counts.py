"""The counts process on a real broker: partials in, cells and what staff see out, whole again after each start."""

import asyncio
from collections.abc import AsyncIterator

import h3.api.basic_int as h3
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from streams.audit.keys import SigningKey
from streams.broker import Message
from streams.broker_kafka import KafkaBroker
from streams.clock import ScenarioClock, SystemClock
from streams.codec import decode
from streams.counts.service import serve
from streams.events.cells import CellCount, SharedCount
from streams.folds.cells import KEY, VALUE
from streams.topics import CELL_PARTIALS, CELLS, MANIFEST, SHARED, dead_letters
from streams.world import World
from tests.integration.worker.city import AREAS, tail, until

pytestmark = pytest.mark.kafka
SIGNING = SigningKey(Ed25519PrivateKey.generate())
CELL = h3.latlng_to_cell(34.5, 135.27, 9)
NAME = f"{CELL:x}"
STAFF = f"staff:99101|{NAME}"


@pytest.fixture
async def broker(kafka: str) -> AsyncIterator[KafkaBroker]:
    broker = KafkaBroker(kafka, World.DRILL, SystemClock())
    await broker.ensure_topics(MANIFEST)
    yield broker
    await broker.close()


def minutes() -> ScenarioClock:
    """A clock whose minutes last a tenth of a second."""
    return ScenarioClock(0, SystemClock().now_ms(), 600)


async def start(broker: KafkaBroker) -> asyncio.Task[None]:
    ready = asyncio.Event()
    serving = asyncio.create_task(
        serve(broker, AREAS, clock=minutes(), key=SIGNING, ready=ready.set, emit_s=0.1)
    )
    await asyncio.wait_for(ready.wait(), 30)
    return serving


async def test_partials_become_a_cell_and_what_its_staff_may_see_of_it(broker: KafkaBroker) -> None:
    publisher = await broker.publisher()
    cells, shared = await tail(broker, CELLS), await tail(broker, SHARED)
    serving = await start(broker)
    rows = [Message(KEY.pack(CELL, p), VALUE.pack(22 - 17 * p, 1, 100 + p)) for p in (0, 1)]
    await publisher.publish(CELL_PARTIALS, rows)
    await until(lambda: b'"count":27' in (cells.rows.get(NAME) or b""))
    await until(lambda: STAFF in shared.rows)
    figure = decode(shared.rows[STAFF] or b"", SharedCount)
    assert abs((figure.shown or 0) - 27) <= 4, "a cell key moves it by four at most"
    assert decode(cells.rows[NAME] or b"", CellCount).as_of_ms == 101
    serving.cancel()
    # what was said while nobody counted is told at the next start; five can never be drawn as ten
    await publisher.publish(CELL_PARTIALS, [Message(KEY.pack(CELL, 0), None)])
    serving = await start(broker)
    await until(lambda: b'"shown":null' in (shared.rows[STAFF] or b""))
    assert decode(shared.rows[STAFF] or b"", SharedCount).fewer_than == 10
    assert decode(cells.rows[NAME] or b"", CellCount).count == 5
    serving.cancel()


async def test_what_is_no_row_is_kept_with_its_reason(broker: KafkaBroker) -> None:
    publisher = await broker.publisher()
    letters, cells = await tail(broker, dead_letters(CELL_PARTIALS)), await tail(broker, CELLS)
    serving = await start(broker)
    other = min(h3.grid_ring(CELL, 3))
    await publisher.publish(CELL_PARTIALS, [Message(b"no row", b"?", partition=2)])
    await publisher.publish(CELL_PARTIALS, [Message(KEY.pack(other, 0), VALUE.pack(3, 1, 1), partition=2)])
    await until(lambda: f"{other:x}" in cells.rows and "no row" in letters.rows)
    assert letters.headers["no row"]["reason"] == b"undecodable"
    assert letters.headers["no row"]["place"].startswith(b"cell-partials[2]@")
    serving.cancel()
