"""Record batches framed at once: byte for byte what the client's own builder makes of the same records."""

import numpy as np
import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.crowd.record_batch import RowBatch

AT_MS = 1_790_000_000_000


def assert_as_the_client(count: int, widths: tuple[int, int], seed: int, told_share: float) -> None:
    random = np.random.default_rng(seed)
    keys = random.integers(0, 256, (count, widths[0]), np.uint8)
    values = random.integers(0, 256, (count, widths[1]), np.uint8)
    told, rows = random.random(count) < told_share, random.permutation(count)
    builder = DefaultRecordBatchBuilder(2, 0, False, 7, 3, 41, 1 << 22)
    for number, row in enumerate(rows.tolist()):
        value = values[row].tobytes() if told[row] else None
        assert builder.append(number, AT_MS, key=keys[row].tobytes(), value=value, headers=[])
    batch = RowBatch(keys, values, told, rows=rows, at_ms=AT_MS)
    batch._set_producer_state(7, 3, 41)
    assert bytes(batch._build()) == bytes(builder.build())
    assert batch.size() == len(batch._build())
    assert batch.record_count() == count


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 300),
    st.tuples(st.integers(1, 63), st.integers(1, 63)),
    st.integers(0, 9),
    st.sampled_from([0, 0.5, 1]),
)
def test_any_rows_are_framed_as_the_client_frames_them(
    count: int, widths: tuple[int, int], seed: int, told_share: float
) -> None:
    assert_as_the_client(count, widths, seed, told_share)


@pytest.mark.parametrize("count", [64, 65, 8192, 8193, 16_384])
def test_where_numbers_take_a_byte_more_the_frame_does_too(count: int) -> None:
    assert_as_the_client(count, (10, 16), 5, 0.8)


def test_a_batch_that_is_tried_again_is_the_same_bytes() -> None:
    one = np.zeros((1, 4), np.uint8)
    batch = RowBatch(one, one, np.ones(1, np.bool_), rows=np.zeros(1, np.int64), at_ms=AT_MS)
    assert batch.closed()
    assert batch._build() is batch._build()
