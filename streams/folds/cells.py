"""People per cell from absolute partials: each partition's newest row, summed. Replays replace, they never add."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from streams.codec import CodecError
from streams.events.cells import CellCount

KEY = struct.Struct(">QH")
VALUE = struct.Struct("<IIq")


@dataclass(frozen=True)
class Partial:
    """One partition's people in one cell. A count of zero is a tombstone."""

    cell: int
    partition: int
    count: int
    key_sum: int
    as_of_ms: int


def decode_partial(key: bytes, value: bytes | None) -> Partial:
    """Reads a row of `cell-partials`: big-endian cell and partition; little-endian count, key sum, as_of.

    Raises:
        CodecError: not such a row.
    """
    try:
        cell, partition = KEY.unpack(key)
        count, key_sum, as_of_ms = VALUE.unpack(value) if value is not None else (0, 0, 0)
    except struct.error as error:
        raise CodecError(f"not a row of cell-partials: {error}") from error
    return Partial(cell, partition, count, key_sum, as_of_ms)


Parts = Mapping[str, tuple[int, int, int]]
"""The worker's table, key = cell: partition (as text) -> count, key sum, as_of in ms."""


def fold_partial(known: Parts | None, partial: Partial) -> dict[str, tuple[int, int, int]]:
    """The cell's parts after this row; an empty part leaves."""
    parts = dict(known or {})
    parts.pop(str(partial.partition), None)
    if partial.count:
        parts[str(partial.partition)] = (partial.count, partial.key_sum, partial.as_of_ms)
    return parts


def cell_count(cell: int, parts: Parts) -> CellCount:
    """The sum; `as_of_ms` is the newest part's. Key sums are modulo 2^32."""
    return CellCount(
        cell=cell,
        count=sum(p[0] for p in parts.values()),
        key_sum=sum(p[1] for p in parts.values()) & 0xFFFFFFFF,
        as_of_ms=max((p[2] for p in parts.values()), default=0),
    )
