"""A million positions, crowd and counts killed twice on the way: partials and cells are the oracle's, to the last person."""

import asyncio
from pathlib import Path

import pytest

from services.local.child import Child
from services.local.kafka import LocalKafka
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.codec import decode
from streams.events.cells import CellCount
from streams.topics import CELLS, MANIFEST
from streams.world import World
from tests.faults.crowd.crowds import (
    Offsets,
    Partials,
    counts,
    read_partial_rows,
    read_records,
    start_counts,
    start_crowd,
)
from tests.faults.crowd.sending import Sender, done, fold_again, reached, until


@pytest.mark.kafka
async def test_a_million_positions_and_two_kills_of_crowd_and_counts_leave_the_oracles_people(
    own_kafka: LocalKafka, tmp_path: Path
) -> None:
    broker = KafkaBroker(own_kafka.bootstrap, World.DRILL, SystemClock())
    await broker.ensure_topics(MANIFEST)
    crowd, counting = _start_both(own_kafka.bootstrap, tmp_path)
    try:
        async with Offsets(own_kafka.bootstrap) as offsets:
            sender = Sender(await broker.publisher(), offsets)
            sending = asyncio.create_task(sender.run())
            for wanted in (200, 600):
                await until(lambda wanted=wanted: reached(offsets, wanted))  # type: ignore[misc]
                crowd.kill()
                counting.kill()
                assert await offsets.committed() < await offsets.end()
                assert not sending.done()
                crowd, counting = _start_both(own_kafka.bootstrap, tmp_path)
            await sending
            await until(lambda: done(offsets))
        partials = sender.oracle.partials()
        await until(lambda: _cells_are(own_kafka.bootstrap, people(partials)))
    finally:
        counting.stop()
        crowd.stop()
        await broker.close()
    found = await read_partial_rows(own_kafka.bootstrap)
    assert counts(found) == partials
    assert found == await fold_again(own_kafka.bootstrap)
    assert sum(row.count for row in found) > 20_000


def _start_both(bootstrap: str, folder: Path) -> tuple[Child, Child]:
    return start_crowd(bootstrap, folder), start_counts(bootstrap, folder / "counts")


def people(partials: Partials) -> dict[int, tuple[int, int]]:
    """Cell -> count, key sum."""
    found: dict[int, tuple[int, int]] = {}
    for (cell, _), (count, key_sum) in partials.items():
        known = found.get(cell, (0, 0))
        found[cell] = (known[0] + count, (known[1] + key_sum) % 2**32)
    return found


async def _cells_are(bootstrap: str, expected: dict[int, tuple[int, int]]) -> bool:
    newest = {r.key: decode(r.value, CellCount) for r in await read_records(bootstrap, CELLS)}
    told = {state.cell: (state.count, state.key_sum) for state in newest.values() if state.count}
    return told == expected
