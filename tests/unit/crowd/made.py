"""Batches of positions for tests: hypothesis strategies and small factories."""

from collections.abc import Iterator, Sequence

import numpy as np
from aiokafka.record.memory_records import MemoryRecords
from hypothesis import strategies as st

from streams.codec import PositionColumns
from streams.crowd.emitter import batches_of
from streams.crowd.partition import Rows
from streams.folds.cells import Partial, decode_partial

START_MS = 1_790_000_000_000
PLACES = [
    *[(34.5, 135.2), (34.51, 135.2), (34.5, 135.22)],  # one and two kilometres apart
    *[(34.55, 135.2), (34.8, 135.2), (-89.9, 10.0)],  # five and thirty, and the end of the world
    *[(91.0, 0.0), (float("nan"), 135.2)],
]
FORGET = (float("nan"), float("nan"))

positions = st.tuples(
    st.integers(1, 6).map(lambda n: n * 0x9E3779B97F4A7C15 % 2**64),  # few devices, so that they meet
    st.one_of(st.integers(-120_000, 70_000), st.integers(-1_000_000, 1_000_000)),
    st.sampled_from([*PLACES, FORGET]),
)
batches = st.lists(
    st.tuples(st.integers(0, 40 * 60_000), st.lists(positions, max_size=8)), min_size=1, max_size=12
)


def columns_of(received_ms: int, rows: list[tuple[int, int, tuple[float, float]]]) -> PositionColumns:
    """`received_ms` after START_MS; times of the rows are relative to it."""
    now_ms = START_MS + received_ms
    return PositionColumns(
        device=np.array([d for d, _, _ in rows], np.uint64),
        at_ms=np.array([now_ms + t for _, t, _ in rows], np.int64),
        lat=np.array([p[0] for _, _, p in rows], np.float32),
        lon=np.array([p[1] for _, _, p in rows], np.float32),
        received_at_ms=now_ms,
    )


def one(device: int, *, minute: float = 0, place: tuple[float, float] = PLACES[0]) -> PositionColumns:
    """A batch of one position, told at the minute it was measured."""
    return columns_of(int(minute * 60_000), [(device, 0, place)])


def partials_of(rows: Sequence[Rows]) -> Iterator[tuple[int, Partial]]:
    """(target partition, row) of everything that would be emitted, read as the client of a broker reads it."""
    for target, batch in batches_of(rows, at_ms=START_MS):
        records = MemoryRecords(bytes(batch._build()))
        while records.has_next():
            whole = records.next_batch()
            assert whole.validate_crc()
            yield from ((target, decode_partial(record.key, record.value)) for record in whole)
