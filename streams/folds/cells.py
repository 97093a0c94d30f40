"""Rows of `cell-partials`: one partition's people in one cell, absolute. Replays replace, they never add."""

import struct
from dataclasses import dataclass

import numpy as np

from streams.codec import CodecError

KEY = struct.Struct(">QH")
VALUE = struct.Struct("<IIq")
# the same two layouts for whole columns at once
KEYS = np.dtype([("cell", ">u8"), ("partition", ">u2")])
VALUES = np.dtype([("count", "<u4"), ("key_sum", "<u4"), ("as_of_ms", "<i8")])


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
