"""People per cell: replays replace, they never add."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.codec import CodecError
from streams.folds.cells import KEY, VALUE, Partial, cell_count, decode_partial, fold_partial

CELL = 0x89FFFFFFFFFFFFF
partials = st.builds(
    Partial,
    st.just(CELL),
    st.integers(0, 11),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**62),
)


@given(st.lists(partials, max_size=20))
def test_the_sum_is_that_of_the_newest_row_of_each_partition(rows: list[Partial]) -> None:
    parts: dict[str, tuple[int, int, int]] = {}
    for row in rows:
        parts = fold_partial(fold_partial(parts, row), row)
    newest = [r for r in {r.partition: r for r in rows}.values() if r.count]
    count = cell_count(CELL, parts)
    assert count.count == sum(r.count for r in newest)
    assert count.key_sum == sum(r.key_sum for r in newest) % 2**32
    assert count.as_of_ms == max((r.as_of_ms for r in newest), default=0)


@given(partials)
def test_a_row_is_read_as_it_was_written(row: Partial) -> None:
    assert (
        decode_partial(KEY.pack(row.cell, row.partition), VALUE.pack(row.count, row.key_sum, row.as_of_ms))
        == row
    )


def test_a_tombstone_is_a_count_of_zero() -> None:
    assert decode_partial(KEY.pack(CELL, 3), None) == Partial(CELL, 3, 0, 0, 0)


@given(st.binary(max_size=40), st.none() | st.binary(max_size=40))
def test_bytes_of_another_length_are_refused(key: bytes, value: bytes | None) -> None:
    if len(key) == KEY.size and (value is None or len(value) == VALUE.size):
        decode_partial(key, value)
    else:
        with pytest.raises(CodecError, match="cell-partials"):
            decode_partial(key, value)
