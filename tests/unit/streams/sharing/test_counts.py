"""What is shown of an exact count."""

import pytest

from streams.sharing.counts import FEWER_THAN, shown


@pytest.mark.parametrize("count", [0, 1, FEWER_THAN - 1])
def test_fewer_than_ten_is_not_told_apart_from_nobody(count: int) -> None:
    assert shown(count) is None


@pytest.mark.parametrize("count", [FEWER_THAN, FEWER_THAN + 1, 100_000])
def test_ten_and_more_are_shown(count: int) -> None:
    assert shown(count) == count
