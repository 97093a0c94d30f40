"""Rows of partial counts: one layout, read row by row or as columns; nothing else is taken for a row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.codec import CodecError
from streams.folds.cells import KEY, KEYS, VALUE, VALUES, Partial, decode_partial

CELL = 0x89FFFFFFFFFFFFF
partials = st.builds(
    Partial,
    st.just(CELL),
    st.integers(0, 11),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**62),
)


@given(partials)
def test_a_row_is_read_as_it_was_written(row: Partial) -> None:
    assert (
        decode_partial(KEY.pack(row.cell, row.partition), VALUE.pack(row.count, row.key_sum, row.as_of_ms))
        == row
    )


@given(partials)
def test_columns_have_the_layout_of_the_row(row: Partial) -> None:
    keys, values = np.zeros(1, KEYS), np.zeros(1, VALUES)
    keys["cell"], keys["partition"] = row.cell, row.partition
    values["count"], values["key_sum"], values["as_of_ms"] = row.count, row.key_sum, row.as_of_ms
    assert decode_partial(keys.tobytes(), values.tobytes()) == row


def test_a_tombstone_is_a_count_of_zero() -> None:
    assert decode_partial(KEY.pack(CELL, 3), None) == Partial(CELL, 3, 0, 0, 0)


@given(st.binary(max_size=40), st.none() | st.binary(max_size=40))
def test_bytes_of_another_length_are_refused(key: bytes, value: bytes | None) -> None:
    if len(key) == KEY.size and (value is None or len(value) == VALUE.size):
        decode_partial(key, value)
    else:
        with pytest.raises(CodecError, match="cell-partials"):
            decode_partial(key, value)
