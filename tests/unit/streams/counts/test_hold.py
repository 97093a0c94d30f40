"""Hold: noise alone never moves a figure; too few hide at once; a cell comes back only when surely enough are there."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streams.counts.hold import HIDDEN, hold
from streams.sharing.counts import CountRules

RULES = CountRules()


def next_of(shown: int, drawn: int) -> int:
    return int(hold(np.array([shown]), np.array([drawn]), RULES, fewer_than=10)[0])


def test_a_figure_stays_until_the_draw_differs_by_more_than_the_hold() -> None:
    assert [next_of(30, drawn) for drawn in (21, 39, 20, 40)] == [30, 30, 20, 40]


def test_a_draw_below_the_least_hides_at_once_and_the_least_itself_does_not() -> None:
    assert [next_of(12, drawn) for drawn in (9, 0, 10)] == [HIDDEN, HIDDEN, 12]


def test_what_is_hidden_returns_when_surely_more_than_the_least_are_there() -> None:
    assert [next_of(HIDDEN, drawn) for drawn in (10, 13, 14)] == [HIDDEN, HIDDEN, 14]


@given(st.integers(14, 120), st.integers(-4, 4), st.integers(-4, 4))
def test_noise_alone_moves_no_figure(people: int, noise: int, other: int) -> None:
    figure = people + noise
    assert next_of(figure, people + other) in (figure, HIDDEN)


@given(st.one_of(st.just(HIDDEN), st.integers(10, 99)), st.integers(0, 120))
def test_no_number_stands_where_a_draw_was_below_the_least(shown: int, drawn: int) -> None:
    after = next_of(shown, drawn)
    assert next_of(after, drawn) == after, "a second look changes nothing"
    assert (after == HIDDEN) or (after >= 10 and drawn >= 10)
