"""Every partition's newest row of every cell, in numpy columns: rows in, the sums that changed out. Opens nothing."""

from collections.abc import Sequence

import h3.api.basic_int as h3
import numpy as np

from streams.broker import Record
from streams.codec import CodecError
from streams.dead_letters import DeadLetter
from streams.events.cells import CellCount
from streams.folds.cells import KEY, KEYS, VALUE, VALUES, decode_partial
from streams.topics import CELL_PARTIALS, POSITION_PARTITIONS

_SUMS = np.dtype([("count", "<i8"), ("key_sum", "<u4"), ("as_of_ms", "<i8")])
_NEVER_TOLD = -1
_NOBODY = bytes(VALUE.size)
_NO_CELL = -1
_FIRST_ROOM = 1 << 10


class CountColumns:
    """The whole of `cell-partials` in memory, some 200 bytes a cell. Absolute: any repeat of a row changes nothing."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}  # cell -> its place in the columns
        self._cells: list[int] = []
        self._parts = np.zeros((_FIRST_ROOM, POSITION_PARTITIONS), VALUES)
        self._told = np.full(_FIRST_ROOM, _NEVER_TOLD, _SUMS)
        self._touched = np.zeros(_FIRST_ROOM, np.bool_)
        self.newest_ms = 0
        """The newest time of any part: until then positions were heard."""

    def __len__(self) -> int:
        """Cells that were ever heard of."""
        return len(self._cells)

    def take(self, records: Sequence[Record]) -> list[DeadLetter]:
        """Folds records in the order of their log; the newest of a cell and partition stands. Returns what are no rows."""
        fit = [len(r.key) == KEY.size and (r.value is None or len(r.value) == VALUE.size) for r in records]
        good = records if all(fit) else [r for r, fits in zip(records, fit, strict=True) if fits]
        keys = np.frombuffer(b"".join([r.key for r in good]), KEYS)
        values = np.frombuffer(b"".join([r.value or _NOBODY for r in good]), VALUES).copy()
        values[values["count"] == 0] = 0
        cells, places = np.unique(keys["cell"].astype(np.uint64), return_inverse=True)
        numbers = np.array([self._number(cell) for cell in cells.tolist()], np.int64)[places]
        parts = keys["partition"].astype(np.int64)
        known = (numbers != _NO_CELL) & (parts < POSITION_PARTITIONS)
        # of repeated places the last one stands, as numpy assigns in order
        self._parts[numbers[known], parts[known]] = values[known]
        self._touched[numbers[known]] = True
        self.newest_ms = max(self.newest_ms, int(values["as_of_ms"].max(initial=0)))
        strange = [good[at] for at in np.flatnonzero(~known).tolist()]
        unread = [] if good is records else [r for r, fits in zip(records, fit, strict=True) if not fits]
        return [_refuse(record) for record in (*unread, *strange)]

    def take_changed(self) -> list[CellCount]:
        """Sums of the cells that were touched since the last time and differ from what was told then.

        A cell that everybody left is told once, with a count of zero; `as_of_ms` is the newest part's. Key sums are
        modulo 2^32.
        """
        numbers = np.flatnonzero(self._touched)
        self._touched[numbers] = False
        parts = self._parts[numbers]
        sums = np.zeros(len(numbers), _SUMS)
        sums["count"] = parts["count"].sum(axis=1, dtype=np.int64)
        sums["key_sum"] = parts["key_sum"].sum(axis=1, dtype=np.uint64) & np.uint64(0xFFFFFFFF)
        sums["as_of_ms"] = parts["as_of_ms"].max(axis=1)
        changed = sums != self._told[numbers]
        self._told[numbers[changed]] = sums[changed]
        told = zip(numbers[changed].tolist(), sums[changed].tolist(), strict=True)
        return [
            CellCount(cell=self._cells[number], count=count, key_sum=key_sum, as_of_ms=as_of_ms)
            for number, (count, key_sum, as_of_ms) in told
        ]

    def _number(self, cell: int) -> int:
        """The cell's place in the columns, for which room is made; or that it is no cell."""
        known = self._numbers.get(cell)
        if known is not None:
            return known
        if not h3.is_valid_cell(cell):
            return _NO_CELL
        number = self._numbers[cell] = len(self._cells)
        self._cells.append(cell)
        if number == len(self._told):
            self._parts = np.concatenate([self._parts, np.zeros_like(self._parts)])
            self._told = np.concatenate([self._told, np.full_like(self._told, _NEVER_TOLD)])
            self._touched = np.concatenate([self._touched, np.zeros_like(self._touched)])
        return number


def _refuse(record: Record) -> DeadLetter:
    """Why a record is no row, with its place."""
    place = f"{CELL_PARTIALS.name}[{record.partition}]@{record.offset}"
    try:
        row = decode_partial(record.key, record.value)
    except CodecError as error:
        return DeadLetter(record.key, record.value, "undecodable", str(error), place)
    detail = (
        f"partition {row.partition}: positions have {POSITION_PARTITIONS}, counted from 0"
        if row.partition >= POSITION_PARTITIONS
        else f"{row.cell:x} is not an H3 cell"
    )
    return DeadLetter(record.key, record.value, "not-foldable", detail, place)
