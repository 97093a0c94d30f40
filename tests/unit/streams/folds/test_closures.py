"""What is closed, whatever the order of the reports."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.events.base import Action
from streams.events.closures import ClosureReport, Mode
from streams.folds.closures import closure_state, fold_closure, in_force
from tests.unit.streams.given import closure, closures


def fold(history: Iterable[ClosureReport]) -> ClosureReport | None:
    known = None
    for one in history:
        known = fold_closure(known, one)
    return known


@given(
    st.lists(closures, min_size=1, max_size=8).flatmap(
        lambda h: st.tuples(st.just(h), st.permutations(h + h))
    )
)
def test_any_order_and_any_repeats_end_in_the_same_state(
    history: tuple[list[ClosureReport], list[ClosureReport]],
) -> None:
    straight, shuffled = history
    assert fold(straight) == fold(shuffled)


@given(st.lists(closures, min_size=1, max_size=8))
def test_no_report_is_newer_than_the_one_that_stands(history: list[ClosureReport]) -> None:
    standing = fold(history)
    assert standing in history
    assert standing is not None
    assert standing.as_of_ms == max(r.as_of_ms for r in history)


def test_a_late_report_from_before_the_withdrawal_does_not_close_the_road_again() -> None:
    standing = fold([closure(1), closure(3, action=Action.CANCEL), closure(2)])
    assert standing is not None
    assert closure_state(standing) is None


def test_a_report_after_the_withdrawal_closes_the_road_again() -> None:
    standing = fold([closure(3, action=Action.CANCEL), closure(4, cause="fire")])
    assert standing is not None
    state = closure_state(standing)
    assert state is not None
    assert state.cause == "fire"


def test_a_withdrawal_wins_over_a_report_of_the_same_moment() -> None:
    for history in (
        (closure(1), closure(1, action=Action.CANCEL)),
        (closure(1, action=Action.CANCEL), closure(1)),
    ):
        standing = fold(history)
        assert standing is not None
        assert standing.action is Action.CANCEL


@pytest.mark.parametrize(
    ("said", "modes", "assumed"),
    [
        ((), (Mode.CAR,), True),
        ((Mode.FOOT,), (Mode.FOOT,), False),
        ((Mode.FOOT, Mode.CAR), (Mode.FOOT, Mode.CAR), False),
    ],
)
def test_a_feed_that_does_not_say_for_whom_closes_for_cars_and_says_so(
    said: tuple[Mode, ...], modes: tuple[Mode, ...], *, assumed: bool
) -> None:
    state = closure_state(closure(1, modes=said))
    assert state is not None
    assert (state.modes, state.modes_assumed) == (modes, assumed)


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (None, None, [True, True, True]),
        (10, None, [False, True, True]),
        (None, 10, [True, False, False]),
        (10, 11, [False, True, False]),
        (10, 10, [False, False, False]),
    ],
)
def test_a_closure_holds_from_its_start_until_just_before_its_end(
    starts: int | None, ends: int | None, expected: list[bool]
) -> None:
    state = closure_state(closure(1, starts_at_ms=starts, ends_at_ms=ends))
    assert state is not None
    assert [in_force(state, at) for at in (9, 10, 11)] == expected
