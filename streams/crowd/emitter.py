"""Rows of people per cell onto `cell-partials`, in whole record batches. Knows nothing of positions or groups."""

import asyncio
import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.broker import BrokerUnavailableError
from streams.clock import SystemClock
from streams.crowd import kernels
from streams.crowd.partition import Rows
from streams.crowd.record_batch import RowBatch
from streams.folds.cells import KEYS, VALUES
from streams.topics import CELL_PARTIALS
from streams.world import World

ACKNOWLEDGED_WITHIN_MS = 15_000
BATCH_ROWS = 16_384
"""Half a megabyte."""


class Emitter:
    """Its own idempotent producer: record batches are handed over whole."""

    def __init__(self, bootstrap: str, world: World) -> None:
        self._topic = CELL_PARTIALS.full_name(world)
        self._wall = SystemClock()
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            acks="all",
            enable_idempotence=True,
            request_timeout_ms=ACKNOWLEDGED_WITHIN_MS,
        )

    async def start(self) -> None:
        """Finds the broker.

        Raises:
            BrokerUnavailableError: none answers.
        """
        try:
            await self._producer.start()
        except KafkaError as error:
            raise BrokerUnavailableError(f"{self._topic}: {error!r}") from error

    async def stop(self) -> None:
        await self._producer.stop()

    async def emit(self, rows: Sequence[Rows]) -> int:
        """Returns how many rows were written, when all are acknowledged.

        Raises:
            BrokerUnavailableError: some may be on the topic; they are absolute, so the next owner writes over them.
        """
        sent: list[asyncio.Future[object]] = []
        written = 0
        try:
            # the broker's times are the wall's, whatever the time of this world
            for target, batch in batches_of(rows, at_ms=self._wall.now_ms()):
                written += batch.record_count()
                sent.append(await self._producer.send_batch(batch, self._topic, partition=target))
            await asyncio.gather(*sent)
        except KafkaError as error:
            raise BrokerUnavailableError(f"{self._topic}: {error!r}") from error
        return written


def batches_of(rows: Sequence[Rows], *, at_ms: int) -> Iterator[tuple[int, RowBatch]]:
    """Record batches by the partition of `cell-partials` that they are for; `at_ms`: the broker's time of the records."""
    keys, values = pack(rows)
    target = targets_of(np.concatenate([part.cell for part in rows])) if rows else np.empty(0, np.uint8)
    key_bytes, value_bytes, told = _bytes_of(keys), _bytes_of(values), values["count"] > 0
    order = np.argsort(target, kind="stable")
    starts = np.searchsorted(target[order], np.arange(CELL_PARTIALS.partitions + 1))
    for number, (start, stop) in enumerate(itertools.pairwise(starts.tolist())):
        for at in range(start, stop, BATCH_ROWS):
            mine = order[at : min(at + BATCH_ROWS, stop)]
            yield number, RowBatch(key_bytes, value_bytes, told, rows=mine, at_ms=at_ms)


def targets_of(cell: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    """The partition of `cell-partials` for each cell: by the cell alone, so that all its partials meet in one."""
    target: npt.NDArray[np.uint64] = kernels.mix_many(cell) % np.uint64(CELL_PARTIALS.partitions)
    return target.astype(np.uint8)


def pack(rows: Sequence[Rows]) -> tuple[npt.NDArray[np.void], npt.NDArray[np.void]]:
    """Keys and values as `streams.folds.cells` reads them."""
    count = sum(len(part) for part in rows)
    keys, values = np.empty(count, KEYS), np.empty(count, VALUES)
    at = 0
    for part in rows:
        window = slice(at, at + len(part))
        keys["cell"][window], keys["partition"][window] = part.cell, part.partition
        for name in VALUES.names or ():
            values[name][window] = getattr(part, name)
        at += len(part)
    return keys, values


def _bytes_of(packed: npt.NDArray[np.void]) -> npt.NDArray[np.uint8]:
    return packed.view(np.uint8).reshape(len(packed), packed.itemsize)
