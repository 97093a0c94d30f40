"""The loops of `kernels.compare` against obvious ones, on multigraphs full of ties; also run by `infra/mutate.py`, not compiled."""

import numpy as np

from routing.kernels.compare import compare_forests, find_moved_roots, renumbered, shifted
from tests.unit.routing.changes import Change, Moment, draw_change
from tests.unit.routing.graphs import Ints, Seed, for_cases, forest_of, graph_of

CASES = 150


def moved_roots(change: Change) -> Ints:
    dist, next_edge, target = forest_of(change.labels()[0])
    return np.asarray(
        find_moved_roots(
            next_edge, dist, target, change.renumber, *change.old.by_node(), *change.new.by_node()
        )
    )


@for_cases(CASES)
def test_moved_roots_are_those_whose_seed_is_no_more(case: int) -> None:
    change = draw_change(case)
    assert moved_roots(change).tolist() == change.moved(change.labels()[0])


def check_comparison(change: Change) -> None:
    before, after = change.labels()
    old_dist, old_next, old_target = forest_of(before)
    dist, next_edge, target = forest_of(after)
    state = np.full(change.graph.nodes, 3, np.uint8)
    found = compare_forests(
        change.graph.in_start, change.graph.edge_tail, change.worsened()[0], moved_roots(change), change.renumber, old_dist, old_next, old_target,
        dist, next_edge, target, state,
    )  # fmt: skip
    assert found.tolist() == change.touched()
    assert np.flatnonzero(state).tolist() == change.touched()


@for_cases(CASES)
def test_two_forests_differ_where_a_way_does(case: int) -> None:
    check_comparison(draw_change(case))


def test_those_behind_are_told_when_one_change_makes_up_for_another() -> None:
    graph, cost = graph_of([(2, 1), (3, 2), (4, 3), (5, 0)], 6), np.ones(4, np.int32)
    dearer, other = cost.copy(), Seed(1, 0, 0)
    dearer[graph.edge_head == 1] = 2
    change = Change(
        graph, Moment([3, 4], [Seed(0, 1, 5), other], cost), Moment([3, 4], [Seed(0, 1, 4), other], dearer)
    )
    assert change.touched() == [1, 2, 3, 4]
    check_comparison(change)


def test_targets_get_their_new_numbers_and_none_stays_none() -> None:
    assert renumbered(np.array([2, 0, -1, 1], np.int32), np.array([1, -2, 0, -1], np.int32)).tolist() == [
        0,
        1,
        -1,
        -2,
    ]


def test_costs_move_by_the_price_of_each_target_and_where_is_none_stay() -> None:
    dist, target = np.array([5, 9, 2**31 - 1, 7], np.int32), np.array([1, 0, -1, 1], np.int32)
    assert shifted(dist, target, np.array([30, -2, 0], np.int32)).tolist() == [3, 39, 2**31 - 1, 5]
