"""People per cell from absolute partials: the newest row of each partition, summed; only what changed is told."""

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.broker import Record
from streams.counts.columns import CountColumns
from streams.events.cells import CellCount
from streams.folds.cells import KEY, VALUE, Partial

HERE = h3.latlng_to_cell(34.5, 135.27, 9)
TOWN = [HERE, *sorted(h3.grid_ring(HERE, 1))]
partials = st.builds(
    Partial,
    st.sampled_from(TOWN[:3]),
    st.integers(0, 11),
    st.sampled_from([0, 1, 9, 2**32 - 1]),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**62),
)


def record(row: Partial, *, tombstone: bool = False) -> Record:
    value = None if tombstone else VALUE.pack(row.count, row.key_sum, row.as_of_ms)
    return Record(1, 7, 0, KEY.pack(row.cell, row.partition), value)


def people(count: int, *, cell: int = HERE, partition: int = 0, at_ms: int = 5) -> Record:
    return record(Partial(cell, partition, count, 3, at_ms))


@given(st.lists(st.lists(partials, max_size=30), max_size=4))
def test_the_sum_is_that_of_the_newest_row_of_each_partition_however_rows_are_batched_or_repeated(
    batches: list[list[Partial]],
) -> None:
    columns, told = CountColumns(), {}
    for batch in batches:
        columns.take([record(row) for row in batch])
        columns.take([record(row) for row in batch])
        told |= {count.cell: count for count in columns.take_changed()}
    newest = {(row.cell, row.partition): row for batch in batches for row in batch}
    for cell in {row.cell for row in newest.values()}:
        rows = [row for row in newest.values() if row.cell == cell and row.count]
        assert told[cell] == CellCount(
            cell=cell,
            count=sum(row.count for row in rows),
            key_sum=sum(row.key_sum for row in rows) % 2**32,
            as_of_ms=max((row.as_of_ms for row in rows), default=0),
        )
    assert len(told) == len({cell for cell, _ in newest}) == len(columns)


def test_only_cells_that_were_touched_and_differ_are_told() -> None:
    columns = CountColumns()
    columns.take([people(4), people(5, cell=TOWN[1])])
    assert {count.count for count in columns.take_changed()} == {4, 5}
    assert columns.take_changed() == []
    columns.take([people(4), people(6, cell=TOWN[1])])
    assert [(count.cell, count.count) for count in columns.take_changed()] == [(TOWN[1], 6)]
    columns.take([people(7), people(4)])
    assert columns.take_changed() == []
    columns.take([people(4, at_ms=6)])
    assert [count.as_of_ms for count in columns.take_changed()] == [6]


@pytest.mark.parametrize("tombstone", [True, False])
def test_a_cell_that_everybody_left_is_told_once_as_zero(tombstone: bool) -> None:  # noqa: FBT001
    columns = CountColumns()
    columns.take([people(4), people(2, partition=11)])
    columns.take_changed()
    gone = [record(Partial(HERE, part, 0, 3, 9), tombstone=tombstone) for part in (0, 11)]
    columns.take(gone)
    assert columns.take_changed() == [CellCount(cell=HERE, count=0, key_sum=0, as_of_ms=0)]
    columns.take(gone)
    assert columns.take_changed() == []


def test_a_cell_that_is_empty_from_the_first_row_on_is_told_once_as_zero() -> None:
    columns = CountColumns()
    columns.take([record(Partial(HERE, 0, 0, 0, 0), tombstone=True)])
    assert [count.count for count in columns.take_changed()] == [0]


def test_the_columns_grow_with_the_cells() -> None:
    cells = sorted(h3.grid_disk(HERE, 40))
    columns = CountColumns()
    columns.take([people(number % 50 + 1, cell=cell) for number, cell in enumerate(cells)])
    told = {count.cell: count.count for count in columns.take_changed()}
    assert told == {cell: number % 50 + 1 for number, cell in enumerate(cells)}
    assert len(columns) == len(cells) > 4_000


@given(st.lists(st.tuples(st.binary(max_size=20), st.none() | st.binary(max_size=20)), max_size=20))
def test_hostile_records_come_back_whole_and_the_rest_is_folded(
    rows: list[tuple[bytes, bytes | None]],
) -> None:
    columns = CountColumns()
    hostile = [Record(2, at, 0, key, value) for at, (key, value) in enumerate(rows)]
    letters = columns.take([people(3), *hostile, people(4)])
    assert sorted((letter.key, letter.value or b"") for letter in letters) == sorted(
        (key, value or b"") for key, value in rows
    )
    assert [count.count for count in columns.take_changed()] == [4]


@pytest.mark.parametrize(
    ("key", "value", "reason", "detail"),
    [
        (b"short", VALUE.pack(3, 1, 1), "undecodable", "not a row of cell-partials"),
        (KEY.pack(HERE, 0), b"short", "undecodable", "not a row of cell-partials"),
        (KEY.pack(1, 0), VALUE.pack(3, 1, 1), "not-foldable", "1 is not an H3 cell"),
        (KEY.pack(HERE, 12), VALUE.pack(3, 1, 1), "not-foldable", "partition 12: positions have 12"),
    ],
)
def test_a_refused_record_says_why_and_where_it_was(
    key: bytes, value: bytes, reason: str, detail: str
) -> None:
    (letter,) = CountColumns().take([Record(2, 41, 0, key, value)])
    assert (letter.key, letter.value, letter.reason) == (key, value, reason)
    assert detail in letter.detail
    assert letter.place == "cell-partials[2]@41"


def test_numpy_assigns_repeated_places_in_order() -> None:
    places = np.zeros(1, [("a", "<u4"), ("b", "<i8")])
    values = np.zeros(5_000, places.dtype)
    values["a"] = np.arange(5_000)
    places[np.zeros(5_000, np.int64)] = values
    assert places["a"][0] == 4_999
