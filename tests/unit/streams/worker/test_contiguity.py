"""No record may be skipped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.worker.contiguity import Contiguity, GapError


def test_records_one_after_the_other_and_seen_again_are_fine() -> None:
    contiguity = Contiguity()
    for offset in (7, 8, 9, 9, 8, 9, 10):
        contiguity.check("t", 0, offset)


@given(st.integers(0, 1000), st.integers(2, 1000))
def test_a_gap_is_named(last: int, step: int) -> None:
    contiguity = Contiguity()
    contiguity.check("t", 3, last)
    with pytest.raises(GapError, match=rf"t\[3\]: expected offset {last + 1}, got {last + step}"):
        contiguity.check("t", 3, last + step)


def test_a_gap_stays_a_gap_when_it_is_looked_at_again() -> None:
    contiguity = Contiguity()
    contiguity.check("t", 0, 1)
    for _ in range(2):
        with pytest.raises(GapError):
            contiguity.check("t", 0, 5)


def test_partitions_and_topics_are_counted_apart() -> None:
    contiguity = Contiguity()
    contiguity.check("t", 0, 1)
    contiguity.check("t", 1, 50)
    contiguity.check("u", 0, 70)


def test_a_partition_that_was_given_away_begins_anew() -> None:
    contiguity = Contiguity()
    contiguity.check("t", 0, 1)
    contiguity.check("t", 1, 1)
    contiguity.forget([("t", 0), ("never", 9)])
    contiguity.check("t", 0, 50)
    with pytest.raises(GapError):
        contiguity.check("t", 1, 50)


def test_the_first_record_of_a_partition_may_not_be_later_than_what_is_expected() -> None:
    contiguity = Contiguity()
    contiguity.expect("t", 0, 5)
    contiguity.check("t", 0, 5)
    contiguity.expect("t", 0, 5)
    contiguity.check("t", 0, 3)
    contiguity.expect("t", 0, 5)
    with pytest.raises(GapError, match="expected offset 5, got 6"):
        contiguity.check("t", 0, 6)
