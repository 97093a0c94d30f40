"""Rows of people per cell onto `cell-partials`, in whole record batches. Knows nothing of positions or groups."""

import asyncio
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.broker import BrokerUnavailableError
from streams.crowd import kernels
from streams.crowd.partition import Rows
from streams.folds.cells import KEYS, VALUES
from streams.topics import CELL_PARTIALS
from streams.world import World

ACKNOWLEDGED_WITHIN_MS = 15_000
BATCH_BYTES = 1 << 19


class Emitter:
    """Its own idempotent producer: a record batch is filled row by row and handed over whole."""

    def __init__(self, bootstrap: str, world: World) -> None:
        self._topic = CELL_PARTIALS.full_name(world)
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            acks="all",
            enable_idempotence=True,
            max_batch_size=BATCH_BYTES,
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
        by_target: dict[int, list[tuple[bytes, bytes | None]]] = {}
        for part in rows:
            targets = targets_of(part.cell).tolist()
            for target, record in zip(targets, records_of(part), strict=True):
                by_target.setdefault(target, []).append(record)
        try:
            sent = [
                future
                for target, records in by_target.items()
                for future in await self._send(target, records)
            ]
            await asyncio.gather(*sent)
        except KafkaError as error:
            raise BrokerUnavailableError(f"{self._topic}: {error!r}") from error
        return sum(len(records) for records in by_target.values())

    async def _send(
        self, target: int, records: Sequence[tuple[bytes, bytes | None]]
    ) -> list[asyncio.Future[object]]:
        sent: list[asyncio.Future[object]] = []
        batch = self._producer.create_batch()
        for key, value in records:
            if batch.append(timestamp=None, key=key, value=value) is None:
                sent.append(await self._producer.send_batch(batch, self._topic, partition=target))
                batch = self._producer.create_batch()
                batch.append(timestamp=None, key=key, value=value)
        sent.append(await self._producer.send_batch(batch, self._topic, partition=target))
        return sent


def targets_of(cell: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """The partition of `cell-partials` for each cell: by the cell alone, so that all its partials meet in one."""
    target: npt.NDArray[np.int64] = kernels.mix_many(cell) % np.uint64(CELL_PARTIALS.partitions)
    return target.astype(np.int64)


def records_of(rows: Rows) -> list[tuple[bytes, bytes | None]]:
    """Key and value of each row as `streams.folds.cells` reads them; nobody any more is a tombstone."""
    keys = np.empty(len(rows), KEYS)
    keys["cell"], keys["partition"] = rows.cell, rows.partition
    values = np.empty(len(rows), VALUES)
    values["count"], values["key_sum"], values["as_of_ms"] = rows.count, rows.key_sum, rows.as_of_ms
    is_told = (rows.count > 0).tolist()
    pairs = zip(_pieces(keys), _pieces(values), is_told, strict=True)
    return [(key, value if told else None) for key, value, told in pairs]


def _pieces(packed: npt.NDArray[np.void]) -> list[bytes]:
    data, width = packed.tobytes(), packed.itemsize
    return [data[at : at + width] for at in range(0, len(data), width)]
