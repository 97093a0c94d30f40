"""One partition's people: batches of positions in, rows of `cell-partials` out. A pure function of the partition's log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from streams.codec import PositionColumns
from streams.crowd import kernels
from streams.crowd.lattice import Lattice
from streams.crowd.rules import AHEAD_MS

UInt8s = npt.NDArray[np.uint8]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
UInt64s = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Rows:
    """Absolute partial counts of one partition; all columns have one length. A count of zero means: nobody any more."""

    partition: int
    cell: UInt64s
    count: npt.NDArray[np.int32]
    key_sum: npt.NDArray[np.uint32]
    as_of_ms: Int64s

    def __len__(self) -> int:
        return len(self.cell)


@dataclass(frozen=True)
class Snapshot:
    """All that a partition knows after `offset`; `at` numbers `cells` (-1: forgotten). Copies: the fold may go on."""

    offset: int
    watermark_ms: int
    cutoff_ms: int
    device: UInt64s
    at: Int32s
    heard_ms: Int64s
    doubts: UInt8s
    cells: UInt64s
    as_of_ms: Int64s


FULLEST = 0.75
"""Share of a hash table's slots in use; beyond it a table twice as large is filled."""
COUNTED: Mapping[str, int] = {
    "accepted": kernels.ACCEPTED,
    "late": kernels.LATE,
    "repeated": kernels.REPEATED,
    "ahead": kernels.AHEAD,
    "no-place": kernels.NO_PLACE,
    "jumped": kernels.JUMPED,
    "forgotten": kernels.FORGETS,
    "expired": kernels.EXPIRED,
}
"""What happened to positions, by the name under which it is told."""


class PartitionFold:
    """Device -> cell and time, and the counts that follow. The state after an offset is the same whoever computes it."""

    def __init__(self, partition: int, lattice: Lattice) -> None:
        self.partition = partition
        self.offset = -1
        self._lattice = lattice
        self._marks = np.zeros(kernels.MARKS, np.int64)
        self._marks[[kernels.WATERMARK, kernels.CUTOFF]] = kernels.LONG_AGO_MS
        self._device = np.zeros(256, np.uint64)
        self._cell = np.zeros(256, np.int32)
        self._heard_ms = np.zeros(256, np.int64)
        self._doubts = np.zeros(256, np.uint8)
        self._slots = np.full(1024, -1, np.int32)
        self._count = np.zeros(256, np.int32)
        self._key_sum = np.zeros(256, np.uint32)
        self._as_of_ms = np.zeros(256, np.int64)
        self._dirty = np.zeros(256, np.uint8)

    @property
    def devices(self) -> int:
        """How many devices it remembers."""
        return int(self._marks[kernels.DEVICES])

    @property
    def device_bytes(self) -> int:
        """Memory of its table of devices, with the room that is still empty."""
        tables = (self._device, self._cell, self._heard_ms, self._doubts, self._slots)
        return sum(table.nbytes for table in tables)

    def tally(self) -> dict[str, int]:
        """How many positions were accepted, or refused and why, since this fold began or was restored."""
        return {name: int(self._marks[mark]) for name, mark in COUNTED.items()}

    def fold(self, batches: Sequence[PositionColumns], *, offset: int) -> None:
        """Batches in the order of the log; `offset` is that of the last record read, decodable or not."""
        self.offset = offset
        if not batches:
            return
        device, at_ms, lat, lon = (
            np.concatenate([getattr(batch, name) for batch in batches])
            for name in ("device", "at_ms", "lat", "lon")
        )
        number = self._lattice.locate(lat, lon)
        self._make_room(self.devices + len(device))
        kernels.fold_positions(
            device,
            at_ms,
            number,
            np.cumsum([len(batch) for batch in batches]),
            np.array([batch.received_at_ms + AHEAD_MS for batch in batches], np.int64),
            self._lattice.centre_m,
            self._slots,
            self._device,
            self._cell,
            self._heard_ms,
            self._doubts,
            self._count,
            self._key_sum,
            self._as_of_ms,
            self._dirty,
            self._marks,
        )

    def take_touched(self) -> Rows:
        """Rows touched since the last call.

        Touched, not different: after a crash the topic may hold what this state never saw.
        """
        touched = np.flatnonzero(self._dirty).astype(np.int32)
        self._dirty[touched] = 0
        return self._rows(touched)

    def list_rows(self, start: int, stop: int) -> Rows:
        """Rows of the cells numbered from start to stop, also those that lost their last device within the TTL.

        Emitted again now and then, they repair what a halted former owner wrote late.
        """
        return self._rows(self._told(start, stop))

    def _told(self, start: int, stop: int) -> Int32s:
        window = slice(start, stop)
        told = (self._count[window] > 0) | (self._as_of_ms[window] >= max(1, self._marks[kernels.CUTOFF]))
        return np.flatnonzero(told).astype(np.int32) + np.int32(start)

    def snapshot(self) -> Snapshot:
        """What a checkpoint holds."""
        numbers = self._told(0, len(self._count))
        place = np.full(len(self._count) + 1, kernels.FORGOTTEN, np.int32)
        place[numbers] = np.arange(len(numbers), dtype=np.int32)
        devices = self.devices
        return Snapshot(
            offset=self.offset,
            watermark_ms=int(self._marks[kernels.WATERMARK]),
            cutoff_ms=int(self._marks[kernels.CUTOFF]),
            device=self._device[:devices].copy(),
            at=place[self._cell[:devices]],
            heard_ms=self._heard_ms[:devices].copy(),
            doubts=self._doubts[:devices].copy(),
            cells=self._lattice.cells[numbers],
            as_of_ms=self._as_of_ms[numbers],
        )

    @classmethod
    def restore(cls, partition: int, lattice: Lattice, snapshot: Snapshot) -> "PartitionFold":
        """The fold that made the snapshot."""
        fold = cls(partition, lattice)
        numbers = np.append(lattice.numbers(snapshot.cells), np.int32(kernels.FORGOTTEN))
        devices = len(snapshot.device)
        fold._make_room(devices)
        fold.offset = snapshot.offset
        fold._device[:devices] = snapshot.device
        fold._cell[:devices] = numbers[snapshot.at]
        fold._heard_ms[:devices] = snapshot.heard_ms
        fold._doubts[:devices] = snapshot.doubts
        fold._as_of_ms[numbers[:-1]] = snapshot.as_of_ms
        fold._marks[kernels.DEVICES] = devices
        fold._marks[kernels.WATERMARK] = snapshot.watermark_ms
        fold._marks[kernels.CUTOFF] = snapshot.cutoff_ms
        kernels.index_devices(fold._slots, fold._device, devices)
        kernels.recount(fold._device, fold._cell, devices, fold._count, fold._key_sum)
        return fold

    def _rows(self, numbers: Int32s) -> Rows:
        return Rows(
            self.partition,
            self._lattice.cells[numbers],
            self._count[numbers],
            self._key_sum[numbers],
            self._as_of_ms[numbers],
        )

    def _make_room(self, devices: int) -> None:
        """Room for so many devices and for every cell of the lattice."""
        if devices > len(self._device):
            room = devices + devices // 8
            self._device = _grown(self._device, room)
            self._cell = _grown(self._cell, room)
            self._heard_ms = _grown(self._heard_ms, room)
            self._doubts = _grown(self._doubts, room)
        if devices > FULLEST * len(self._slots):
            self._slots = np.full(1 << int(devices / FULLEST).bit_length(), -1, np.int32)
            kernels.index_devices(self._slots, self._device, self.devices)
        if len(self._lattice) > len(self._count):
            room = 1 << len(self._lattice).bit_length()
            self._count = _grown(self._count, room)
            self._key_sum = _grown(self._key_sum, room)
            self._as_of_ms = _grown(self._as_of_ms, room)
            self._dirty = _grown(self._dirty, room)


Scalar = TypeVar("Scalar", bound=np.generic)


def _grown(column: npt.NDArray[Scalar], room: int) -> npt.NDArray[Scalar]:
    wider = np.zeros(room, column.dtype)
    wider[: len(column)] = column
    return wider
