"""A whole list ends what it does not name, whatever the order in which lists and their reports arrive."""

from hypothesis import given
from hypothesis import strategies as st

from streams.events.base import Action
from streams.events.closures import ClosureReport, ClosureSnapshot
from streams.folds.closures import closure_state, fold_closure
from streams.folds.snapshots import KEPT, ClosureLists, fold_snapshot
from tests.unit.streams.given import snapshot

IDS = ("a", "b", "c")


def run(lists: list[ClosureSnapshot]) -> set[str]:
    """What is closed after these lists, each with its own reports before it."""
    known: ClosureLists | None = None
    standing: dict[str, ClosureReport] = {}

    def take(report: ClosureReport) -> None:
        standing[report.id] = fold_closure(standing.get(report.id), report)

    for one in lists:
        for closure in one.closures:
            take(ClosureReport(id=closure, source="feed", as_of_ms=one.as_of_ms))
        known, ended = fold_snapshot(known, one)
        for report in ended:
            take(report)
    return {closure for closure, report in standing.items() if closure_state(report) is not None}


snapshots = st.builds(
    lambda at, named: snapshot(at, *named), st.integers(0, 5), st.sets(st.sampled_from(IDS), max_size=3)
)


@given(
    st.lists(snapshots, min_size=1, max_size=6).flatmap(
        lambda lists: st.tuples(st.just(lists), st.permutations(lists + lists))
    )
)
def test_any_order_and_any_repeats_end_the_same_closures(
    history: tuple[list[ClosureSnapshot], list[ClosureSnapshot]],
) -> None:
    straight, shuffled = history
    assert run(straight) == run(shuffled)


@given(st.lists(snapshots, min_size=1, max_size=6, unique_by=lambda s: s.as_of_ms))
def test_what_is_closed_in_the_end_is_what_the_newest_list_names(lists: list[ClosureSnapshot]) -> None:
    assert run(lists) == set(max(lists, key=lambda s: s.as_of_ms).closures)


def test_a_closure_that_vanishes_for_one_list_and_comes_back_is_closed() -> None:
    assert run([snapshot(1, "a"), snapshot(2), snapshot(3, "a")]) == {"a"}
    assert run([snapshot(1, "a"), snapshot(3, "a"), snapshot(2)]) == {"a"}


def fold(*lists: ClosureSnapshot) -> list[list[tuple[str, int]]]:
    """What each list ended, and as of when."""
    known: ClosureLists | None = None
    found = []
    for one in lists:
        known, ended = fold_snapshot(known, one)
        assert all(report.action is Action.CANCEL for report in ended)
        found.append([(report.id, report.as_of_ms) for report in ended])
    return found


def test_a_list_that_comes_late_is_ended_at_once() -> None:
    assert fold(snapshot(5, "b"), snapshot(4, "a", "b")) == [[], [("a", 4)]]


def test_the_first_list_ends_nothing() -> None:
    assert fold(snapshot(1, "a")) == [[]]


def test_lists_that_are_read_again_say_again_what_they_ended_and_no_more() -> None:
    history = [snapshot(1, "a", "b"), snapshot(2, "b"), snapshot(3, "b"), snapshot(9)]
    said = [[], [("a", 1)], [], [("b", 8)]]
    assert fold(*history, *history) == said * 2
    # from anywhere on: a worker goes back to what it had acknowledged
    assert fold(*history, *history[2:], *history[1:]) == said + said[2:] + said[1:]


def test_what_a_late_list_ended_it_ends_again_the_same_though_a_newer_one_came() -> None:
    late = snapshot(4, "a", "b")
    assert fold(snapshot(5, "b"), late, snapshot(8, "b"), late) == [[], [("a", 4)], [], [("a", 4)]]


def test_another_late_part_of_a_moment_that_was_read_is_ended_too() -> None:
    assert fold(snapshot(5), snapshot(4, "a"), snapshot(4, "b")) == [[], [("a", 4)], [("b", 4)]]


def test_only_the_latest_lists_are_remembered_and_older_ones_are_ended_all_the_same() -> None:
    known: ClosureLists | None = None
    for at in range(10, 10 + KEPT * 2):
        known, _ = fold_snapshot(known, snapshot(at))
    assert known is not None
    assert len(known.ended) == KEPT
    known, ended = fold_snapshot(known, snapshot(1, "a"))
    assert [report.id for report in ended] == ["a"]
    assert len(known.ended) == KEPT


def test_of_two_lists_of_one_moment_neither_ends_what_the_other_names() -> None:
    before = snapshot(1, "a", "b", "c")
    for history in ([before, snapshot(2), snapshot(2, "a")], [before, snapshot(2, "a"), snapshot(2)]):
        assert run(history) == {"a"}
