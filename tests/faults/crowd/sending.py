"""Sends a made-up crowd while it is folded, and folds it again afterwards as one process that never died would."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from streams.broker import Message, Publisher
from streams.codec import decode_positions, encode_positions
from streams.crowd.lattice import Lattice
from streams.crowd.partition import PartitionFold
from streams.crowd.rules import TTL_MS
from streams.folds.cells import Partial
from streams.topics import POSITION_PARTITIONS, POSITIONS
from tests.faults.crowd.crowds import Offsets, Oracle, batches_of, read_records
from tests.unit.crowd.made import partials_of

POSITIONS_SENT = 1_000_000
AHEAD = 150


async def until(condition: Callable[[], Awaitable[bool]], timeout_s: float = 120) -> None:
    async with asyncio.timeout(timeout_s):
        while not await condition():
            await asyncio.sleep(0.05)


@dataclass
class Sender:
    """Sends everything, at most `AHEAD` records before what the crowd has committed: the log grows as it is folded.

    `most`: records that it may send for now.
    """

    publisher: Publisher
    offsets: Offsets
    oracle: Oracle = field(default_factory=Oracle)
    sent: int = 0
    most: int = 1 << 30

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
        return self.sent < self.most and self.sent - await self.offsets.committed() < AHEAD

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


async def reached(offsets: Offsets, wanted: int) -> bool:
    return await offsets.committed() >= wanted


async def done(offsets: Offsets) -> bool:
    return await offsets.committed() == await offsets.end()
