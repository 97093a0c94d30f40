"""Positions of many requests in few records: one per partition and flush, every request answered when they are on the broker."""

import asyncio
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from streams.broker import BrokerError, BrokerUnavailableError, Message, Publisher
from streams.clock import Clock
from streams.codec import PositionColumns, encode_positions
from streams.crowd.rules import AHEAD_MS
from streams.topics import POSITION_PARTITIONS, POSITIONS

LINGER_S = 0.005
"""How long the first of a flush waits for company. While a flush is under way the next one gathers anyway."""
RECORD_POSITIONS = 5_000
"""In one record: 120 kB."""
WAITING_POSITIONS = 200_000
"""More than this waiting means that the broker does not keep up: the sender is told so at once."""


@dataclass(frozen=True)
class Positions:
    """Columns of one request, all of one length; units as in `PositionColumns`."""

    device: npt.NDArray[np.uint64]
    at_ms: npt.NDArray[np.int64]
    lat: npt.NDArray[np.float32]
    lon: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.device)


def positions_of(device: Any, at_ms: Any, lat: Any, lon: Any) -> Positions:  # noqa: ANN401
    """From sequences of numbers."""
    return Positions(
        np.asarray(device, np.uint64),
        np.asarray(at_ms, np.int64),
        np.asarray(lat, np.float32),
        np.asarray(lon, np.float32),
    )


@dataclass(frozen=True)
class _Waiting:
    positions: Positions
    done: asyncio.Future[None]


class Batcher:
    """Flushes one after the other, so that what a device said first is first in the log."""

    def __init__(self, publisher: Publisher, clock: Clock, *, linger_s: float = LINGER_S) -> None:
        self._publisher = publisher
        self._clock = clock
        self._linger_s = linger_s
        self._waiting: list[_Waiting] = []
        self._size = 0
        self._awake = asyncio.Event()

    async def add(self, positions: Positions) -> None:
        """Returns when the broker has them.

        Raises:
            BrokerUnavailableError: it has not; they may be sent again, a position counts once however often it comes.
        """
        if not len(positions):
            return
        if self._size + len(positions) > WAITING_POSITIONS:
            raise BrokerUnavailableError(
                f"{POSITIONS.name}: {self._size} positions wait already, at most {WAITING_POSITIONS}"
            )
        waiting = _Waiting(positions, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._size += len(positions)
        self._awake.set()
        await waiting.done

    async def forget(self, device: int) -> None:
        """Removes a device from every count, whatever it has sent or has on the way: positions up to `AHEAD_MS` from now."""
        nowhere = float("nan")
        await self.add(positions_of([device], [self._clock.now_ms() + AHEAD_MS], [nowhere], [nowhere]))

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self._awake.wait()
                await asyncio.sleep(self._linger_s)
                await self._flush()
        finally:
            self._answer(self._take(), BrokerUnavailableError("this gateway stops"))

    async def _flush(self) -> None:
        batch = self._take()
        error: BrokerError | None = None
        try:
            await self._publisher.publish(POSITIONS, self._messages([w.positions for w in batch]))
        except BrokerError as failed:
            error = failed
        except BaseException:
            self._answer(batch, BrokerUnavailableError("this gateway stops"))
            raise
        self._answer(batch, error)

    def _take(self) -> list[_Waiting]:
        batch, self._waiting, self._size = self._waiting, [], 0
        self._awake.clear()
        return batch

    @staticmethod
    def _answer(batch: list[_Waiting], error: BrokerError | None) -> None:
        for waiting in batch:
            if waiting.done.done():
                continue  # whoever asked has gone
            if error is None:
                waiting.done.set_result(None)
            else:
                waiting.done.set_exception(BrokerUnavailableError(str(error)))

    def _messages(self, batch: list[Positions]) -> list[Message]:
        """`received_at_ms` is now, not earlier than any request's own check of its clocks."""
        now_ms = self._clock.now_ms()
        device, at_ms, lat, lon = (
            np.concatenate([getattr(positions, name) for positions in batch])
            for name in ("device", "at_ms", "lat", "lon")
        )
        partition = device % np.uint64(POSITION_PARTITIONS)
        messages: list[Message] = []
        for number in np.unique(partition).tolist():
            mine = np.flatnonzero(partition == number)
            for start in range(0, len(mine), RECORD_POSITIONS):
                part = mine[start : start + RECORD_POSITIONS]
                columns = PositionColumns(device[part], at_ms[part], lat[part], lon[part], now_ms)
                messages.append(Message(b"%d" % number, encode_positions(columns), partition=int(number)))
        return messages
