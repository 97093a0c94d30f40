"""A whole list ends what it does not name, whatever the order in which lists and their reports arrive."""

from hypothesis import given
from hypothesis import strategies as st

from streams.events.base import Action
from streams.events.closures import ClosureReport, ClosureSnapshot
from streams.folds.closures import closure_state, fold_closure
from streams.folds.snapshots import fold_snapshot
from tests.unit.streams.given import snapshot

IDS = ("a", "b", "c")


def run(lists: list[ClosureSnapshot]) -> set[str]:
    """What is closed after these lists, each with its own reports before it."""
    known: ClosureSnapshot | None = None
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


def test_a_list_that_comes_late_is_ended_at_once() -> None:
    _, ended = fold_snapshot(snapshot(5, "b"), snapshot(4, "a", "b"))
    assert [(r.id, r.as_of_ms, r.action) for r in ended] == [("a", 4, Action.CANCEL)]


def test_the_first_list_ends_nothing() -> None:
    known, ended = fold_snapshot(None, snapshot(1, "a"))
    assert (known, ended) == (snapshot(1, "a"), ())


def test_of_two_lists_of_one_moment_neither_ends_what_the_other_names() -> None:
    before = snapshot(1, "a", "b", "c")
    for history in ([before, snapshot(2), snapshot(2, "a")], [before, snapshot(2, "a"), snapshot(2)]):
        assert run(history) == {"a"}
