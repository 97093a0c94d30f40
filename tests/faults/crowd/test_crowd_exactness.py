"""A million positions, crowd and counts killed twice on the way: partials and cells are the oracle's, to the last person."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from services.local.child import Child
from services.local.kafka import LocalKafka
from streams.broker import Message, Publisher
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.codec import decode, decode_positions, encode_positions
from streams.crowd.lattice import Lattice
from streams.crowd.partition import PartitionFold
from streams.crowd.rules import TTL_MS
from streams.events.cells import CellCount
from streams.folds.cells import Partial
from streams.topics import CELLS, MANIFEST, POSITION_PARTITIONS, POSITIONS
from streams.world import World
from tests.faults.crowd.crowds import (
    Offsets,
    Oracle,
    Partials,
    batches_of,
    counts,
    read_partial_rows,
    read_records,
    start_counts,
    start_crowd,
)
from tests.unit.crowd.made import partials_of

POSITIONS_SENT = 1_000_000
AHEAD = 150


async def until(condition: Callable[[], Awaitable[bool]], timeout_s: float = 40) -> None:
    async with asyncio.timeout(timeout_s):
        while not await condition():
            await asyncio.sleep(0.05)


@dataclass
class Sender:
    """Sends everything, at most `AHEAD` records before what the crowd has committed: the log grows as it is folded."""

    publisher: Publisher
    offsets: Offsets
    oracle: Oracle = field(default_factory=Oracle)
    sent: int = 0

    async def run(self) -> None:
        flight: list[Message] = []
        for partition, columns in batches_of(
            positions=POSITIONS_SENT, devices=60_000, span_ms=2 * TTL_MS, seed=11
        ):
            self.oracle.add(partition, columns)
            flight.append(Message(b"", encode_positions(columns), partition=partition))
            if len(flight) == 50:
                await until(self._has_room)
                await self._send(flight)
                flight = []
        await self._send(flight)

    async def _has_room(self) -> bool:
        return self.sent - await self.offsets.committed() < AHEAD

    async def _send(self, flight: list[Message]) -> None:
        await self.publisher.publish(POSITIONS, flight)
        self.sent += len(flight)


async def fold_again(bootstrap: str) -> list[Partial]:
    """What one fold that never died makes of the same log, `as_of` included."""
    folds = [PartitionFold(number, Lattice()) for number in range(POSITION_PARTITIONS)]
    for record in await read_records(bootstrap, POSITIONS):
        folds[record.partition].fold([decode_positions(record.value)], offset=record.offset)
    rows = (row for _, row in partials_of([fold.take_touched() for fold in folds]))
    return sorted((row for row in rows if row.count), key=lambda row: (row.cell, row.partition))


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
                await until(lambda wanted=wanted: _reached(offsets, wanted))  # type: ignore[misc]
                crowd.kill()
                counting.kill()
                assert await offsets.committed() < await offsets.end()
                assert not sending.done()
                crowd, counting = _start_both(own_kafka.bootstrap, tmp_path)
            await sending
            await until(lambda: _done(offsets))
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


async def _reached(offsets: Offsets, wanted: int) -> bool:
    return await offsets.committed() >= wanted


async def _done(offsets: Offsets) -> bool:
    return await offsets.committed() == await offsets.end()
