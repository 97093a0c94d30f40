"""Small batches for faults of the crowd, and waiting for people to be counted."""

import asyncio

import numpy as np

from services.local.kafka import LocalKafka
from streams.broker import Message
from streams.codec import PositionColumns, encode_positions
from tests.faults.crowd.crowds import START_MS, read_partial_rows


def at(*devices: int, minute: int = 0) -> PositionColumns:
    """Positions of these devices, all at one place."""
    n = len(devices)
    now_ms = START_MS + 60_000 * minute
    return PositionColumns(
        np.array(devices, np.uint64), np.full(n, now_ms), np.full(n, 34.5, "f4"), np.full(n, 135.2, "f4"), now_ms
    )  # fmt: skip


def message(columns: PositionColumns, partition: int = 0) -> Message:
    return Message(b"", encode_positions(columns), partition=partition)


async def people(kafka: LocalKafka, wanted: int) -> None:
    """Returns when so many are counted."""
    async with asyncio.timeout(60):
        while sum(row.count for row in await read_partial_rows(kafka.bootstrap)) != wanted:
            await asyncio.sleep(0.1)
