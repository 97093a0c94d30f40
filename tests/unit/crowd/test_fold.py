"""The numba fold against a plain one: duplicates, reorder, late, clocks ahead, expiry, forgetting, any cut into calls."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.codec import PositionColumns
from streams.crowd.lattice import Lattice
from streams.crowd.partition import PartitionFold, Rows
from tests.unit.crowd.made import FORGET, PLACES, batches, columns_of, one
from tests.unit.crowd.plain import PlainFold

ALL = 1 << 20


def table(rows: Rows) -> dict[int, tuple[int, int, int]]:
    columns = (rows.cell, rows.count, rows.key_sum, rows.as_of_ms)
    told = zip(*(column.tolist() for column in columns), strict=True)
    return {cell: (count, key_sum, as_of) for cell, count, key_sum, as_of in told if count}


def folded(*made: PositionColumns) -> PartitionFold:
    fold = PartitionFold(0, Lattice())
    fold.fold(made, offset=len(made) - 1)
    return fold


def people(fold: PartitionFold) -> int:
    return int(fold.list_rows(0, ALL).count.sum())


@settings(max_examples=300, deadline=None)
@given(batches, st.integers(1, 5))
def test_the_kernel_does_what_the_plain_fold_does(made: list, calls: int) -> None:
    columns = [columns_of(received, rows) for received, rows in made]
    plain, fold, emitted = PlainFold(), PartitionFold(0, Lattice()), {}
    for batch in columns:
        plain.fold(batch)
    for at in range(0, len(columns), calls):
        fold.fold(columns[at : at + calls], offset=at)
        rows = fold.take_touched()
        emitted |= {int(cell): None for cell in rows.cell} | table(rows)
    assert table(fold.list_rows(0, ALL)) == plain.rows()
    assert {cell: row for cell, row in emitted.items() if row} == plain.rows()  # nothing changed untold


@settings(max_examples=100, deadline=None)
@given(batches, st.integers(0, 11))
def test_a_restored_fold_goes_on_as_if_nothing_had_happened(made: list, at: int) -> None:
    columns = [columns_of(received, rows) for received, rows in made]
    whole = folded(*columns)
    first = folded(*columns[:at])
    # another process numbers cells in another order
    lattice = Lattice()
    lattice.locate(np.array([51.5], "f4"), np.array([0.1], "f4"))
    second = PartitionFold.restore(0, lattice, first.snapshot())
    second.fold(columns[at:], offset=len(columns) - 1)
    assert table(second.list_rows(0, ALL)) == table(whole.list_rows(0, ALL))
    assert second.devices == whole.devices


@settings(max_examples=50, deadline=None)
@given(batches)
def test_every_batch_twice_changes_nothing(made: list) -> None:
    columns = [columns_of(received, rows) for received, rows in made]
    twice = folded(*(batch for batch in columns for _ in range(2)))
    assert table(twice.list_rows(0, ALL)) == table(folded(*columns).list_rows(0, ALL))


def test_somebody_not_heard_of_for_fifteen_minutes_is_no_longer_counted() -> None:
    assert people(folded(one(1), one(2, minute=15))) == 2
    fold = folded(one(1), one(2, minute=15.4))
    assert people(fold) == 1
    assert fold.tally()["expired"] == 1


def test_one_clock_an_hour_ahead_is_refused_and_expires_nobody() -> None:
    fold = folded(one(1), columns_of(0, [(2, 3_600_000, PLACES[0])]))
    assert people(fold) == 1
    assert fold.tally()["ahead"] == 1


def test_a_forgotten_device_is_not_brought_back_by_an_older_position() -> None:
    fold = folded(one(1, minute=1), one(1, minute=2, place=FORGET), one(1, minute=1.5))
    assert people(fold) == 0
    assert fold.tally()["repeated"] == 1
    fold.fold([one(1, minute=3)], offset=3)
    assert people(fold) == 1


def test_an_impossible_place_is_counted_as_refused_and_changes_nothing() -> None:
    fold = folded(one(1, place=(91.0, 0.0)), one(2, place=(float("nan"), 0.0)))
    assert people(fold) == 0
    assert fold.tally()["no-place"] == 2


FAR = (35.5, 135.2)


def test_one_fix_a_hundred_kilometres_away_moves_nobody() -> None:
    fold = folded(one(1), one(1, minute=0.2, place=FAR), one(1, minute=0.4, place=PLACES[1]))
    assert table(fold.list_rows(0, ALL)) == table(
        folded(one(1), one(1, minute=0.4, place=PLACES[1])).list_rows(0, ALL)
    )
    assert (fold.tally()["jumped"], fold.tally()["accepted"]) == (1, 2)


def test_the_third_fix_far_away_is_believed_for_then_the_first_was_wrong() -> None:
    fold = folded(*(one(1, minute=n / 5, place=FAR if n else PLACES[0]) for n in range(3)))
    assert table(fold.list_rows(0, ALL)) == table(folded(one(1)).list_rows(0, ALL))
    fold.fold([one(1, minute=0.6, place=FAR)], offset=9)
    assert people(fold) == 1
    assert sorted(fold.list_rows(0, ALL).count.tolist()) == [0, 1]
    assert (fold.tally()["jumped"], fold.tally()["accepted"]) == (2, 2)


def test_a_fix_between_ends_the_doubt() -> None:
    far_and_near = [FAR, PLACES[1]] * 5
    fold = folded(one(1), *(one(1, minute=(n + 1) / 5, place=p) for n, p in enumerate(far_and_near)))
    assert fold.tally()["jumped"] == 5


def test_whoever_travels_for_long_enough_has_not_jumped() -> None:
    fold = folded(one(1), one(1, minute=14.9, place=(34.5 + 80 / 111, 135.2)))
    assert fold.tally()["jumped"] == 0


def test_rows_that_lost_their_last_device_are_told_again_until_the_ttl_is_over() -> None:
    fold = folded(one(1), one(1, minute=1, place=PLACES[1]))
    rows = fold.list_rows(0, ALL)
    assert sorted(rows.count.tolist()) == [0, 1]
    restored = PartitionFold.restore(0, Lattice(), fold.snapshot())
    assert sorted(restored.list_rows(0, ALL).count.tolist()) == [0, 1]


def test_thousands_of_devices_and_cells_make_the_tables_grow() -> None:
    n = 20_000
    spread = columns_of(0, [(d, 0, (34 + d % 100 / 50, 135 + d // 100 / 50)) for d in range(1, n + 1)])
    fold = folded(spread)
    plain = PlainFold()
    plain.fold(spread)
    assert table(fold.list_rows(0, ALL)) == plain.rows()
    assert fold.devices == n
