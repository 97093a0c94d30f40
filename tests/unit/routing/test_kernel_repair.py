"""The loops of `kernels.repair` against obvious ones, on multigraphs full of ties; also run by `infra/mutate.py`, not compiled."""

from collections.abc import Sequence

import numpy as np

from routing.kernels.compare import find_moved_roots, renumbered, shifted
from routing.kernels.forest import settle_many
from routing.kernels.repair import (
    CUT_TOO_MUCH,
    SAMPLE,
    SURELY_FEW,
    cut_off,
    repair_forest,
    seems_dear,
)
from tests.unit.routing.changes import UNIVERSE, Change, Moment, draw_change
from tests.unit.routing.graphs import (
    CLOSED,
    INF,
    Graph,
    Ints,
    Seed,
    columns,
    for_cases,
    forest_of,
    graph_of,
)

CASES = 150


def moved_roots(change: Change, shift: Ints | None = None) -> Ints:
    """shift: by how much each old target is dearer, to be taken for the same."""
    dist, next_edge, target = forest_of(change.labels()[0])
    order, node, cost, number, rest = change.old.by_node()
    if shift is not None:
        dist, cost = shifted(dist, target, shift), cost + shift[number]
    return np.asarray(
        find_moved_roots(
            next_edge, dist, target, change.renumber, order, node, cost, number, rest, *change.new.by_node()
        )
    )


def cut(change: Change, limit: int, shift: Ints | None = None) -> tuple[int, np.ndarray, Ints]:
    state, work = np.zeros(change.graph.nodes, np.uint8), np.full(change.graph.nodes, -7, np.int32)
    _, next_edge, _ = forest_of(change.labels()[0])
    graph, moved = change.graph, moved_roots(change, shift)
    count = cut_off(
        *graph[:2], graph.edge_head, change.new.cost, *change.worsened(), moved, next_edge, state, work, limit
    )
    return count, state, work


@for_cases(CASES)
def test_what_hung_on_a_worsened_edge_or_a_moved_root_is_cut_off(case: int) -> None:
    change = draw_change(case)
    before, _ = change.labels()
    moved, expected = change.moved(before), []
    for node in range(change.graph.nodes):
        at, hangs = node, node in moved
        while before[at][2] >= 0:
            edge = before[at][2]
            hangs |= bool(change.new.cost[edge] > change.old.cost[edge])
            at = int(change.graph.edge_head[edge])
            hangs |= at in moved
        if hangs:
            expected.append(node)
    count, state, work = cut(change, len(expected))
    assert sorted(work[:count].tolist()) == expected
    assert np.flatnonzero(state).tolist() == expected
    assert (work[count:] == -7).all()
    if expected:
        assert cut(change, len(expected) - 1)[0] == CUT_TOO_MUCH


def repair(change: Change, many: int, shift: Ints | None = None) -> tuple[int, Ints]:
    """(what repair_forest returns, work), once the forest is that of the new state."""
    before, after = change.labels()
    count, state, work = cut(change, change.graph.nodes, shift)
    dist, next_edge, target = forest_of(before)
    dist = dist if shift is None else shifted(dist, target, shift)
    target, graph, cost = renumbered(target, change.renumber), change.graph, change.new.cost
    count = repair_forest(
        *graph[:2], graph.edge_head, graph.out_start, graph.out_edge, cost, *change.worsened(),
        np.int32(cost[cost < CLOSED].max(initial=1)), *columns(change.new.seeds), dist, next_edge, target, state, work, count,
        many, shift is not None,
    )  # fmt: skip
    if count < 0:
        settle_many(*graph[:2], cost, dist, next_edge, target, work[:~count])
    for made, expected in zip((dist, next_edge, target), forest_of(after), strict=True):
        assert made.tolist() == expected.tolist()
    return count, work


def check_repair(change: Change) -> None:
    touched = change.touched()
    count, work = repair(change, len(touched))
    assert sorted(work[:count].tolist()) == touched
    assert (work[count:] == -7).all()
    for many in {0, len(touched) // 2, len(touched) - 1} if touched else ():
        assert repair(change, many)[0] < 0


@for_cases(CASES)
def test_a_repaired_forest_is_that_of_the_new_state_and_work_lists_whom_it_concerns(case: int) -> None:
    check_repair(draw_change(case))


def test_another_way_of_the_same_cost_concerns_those_behind_it_who_keep_their_label() -> None:
    graph = graph_of([(1, 0), (2, 0), (3, 1), (3, 2), (4, 3), (5, 4)], 6)
    open_cost = np.ones(graph.edges, np.int32)
    closed_cost = open_cost.copy()
    closed_cost[2] = CLOSED
    target = [Seed(0, 0, 0)]
    change = Change(graph, Moment([3], target, closed_cost), Moment([3], target, open_cost))
    assert change.touched() == [3, 4, 5]
    check_repair(change)


def test_a_door_that_opens_at_the_cost_of_the_way_there_is_taken_before_it() -> None:
    graph, cost = graph_of([(1, 0)], 2), np.array([2], np.int32)
    old = [Seed(0, 0, 0)]
    change = Change(graph, Moment([3], old, cost), Moment([3], [*old, Seed(0, 1, 2)], cost))
    assert change.touched() == [1]
    check_repair(change)


def test_those_behind_are_told_when_one_change_makes_up_for_another() -> None:
    graph, cost = graph_of([(2, 1), (3, 2), (4, 3), (5, 0)], 6), np.ones(4, np.int32)
    dearer, other = cost.copy(), Seed(1, 0, 0)
    dearer[graph.edge_head == 1] = 2
    change = Change(
        graph, Moment([3, 4], [Seed(0, 1, 5), other], cost), Moment([3, 4], [Seed(0, 1, 4), other], dearer)
    )
    assert change.touched() == [1, 2, 3, 4]
    check_repair(change)


def draw_priced(case: int) -> tuple[Change, Ints]:
    """A change of edges and targets in which those that stay are dearer or cheaper, and by how much, where that is told."""
    rng, drawn = np.random.default_rng(case), draw_change(case)
    graph, (ids, seeds, cost), new = drawn
    dearer = rng.integers(-3, 4, UNIVERSE)
    seeds = [s._replace(cost=s.cost + 3) for s in seeds]
    of_old = {i: [s for s in seeds if ids[s.target] == i] for i in ids}
    of_new = {i: [s for s in new.seeds if new.ids[s.target] == i] for i in new.ids}
    now = [
        s._replace(target=number, cost=s.cost + (int(dearer[i]) if i in of_old else 0))
        for number, i in enumerate(new.ids)
        for s in of_old.get(i, of_new[i])
    ]
    told = rng.random(UNIVERSE) < 0.8
    shift = [int(dearer[i]) if i in new.ids and told[i] else 0 for i in ids]
    return Change(graph, Moment(ids, seeds, cost), Moment(new.ids, now, new.cost)), np.array(
        [*shift, 0], np.int32
    )


@for_cases(CASES)
def test_costs_that_were_moved_with_the_prices_are_mended_at_the_borders(case: int) -> None:
    change, shift = draw_priced(case)
    for many in (0, change.graph.nodes):
        assert repair(change, many, shift)[0] < 0


def test_whoever_is_offered_better_and_better_waits_once() -> None:
    """After prices moved: three ways to the same place, each better than the one before, and no room in `work` for three."""
    graph = graph_of([(1, 0)] * 3, 2)
    cost, none = np.array([30, 20, 10], np.int32), np.empty(0, np.int32)
    dist, next_edge, target = (
        np.array([0, 100], np.int32),
        np.array([-1, -1], np.int32),
        np.array([0, 1], np.int32),
    )
    seeds = np.array([0, 1], np.int32), dist.copy(), target.copy()
    state, work = np.zeros(2, np.uint8), np.full(2, -7, np.int32)
    waiting = ~repair_forest(
        *graph[:2], graph.edge_head, graph.out_start, graph.out_edge, cost, none, none, np.int32(30), *seeds,
        dist, next_edge, target, state, work, 0, 2, True,
    )  # fmt: skip
    assert (waiting, work.tolist()) == (1, [1, -7])
    assert (dist.tolist(), next_edge.tolist(), target.tolist()) == ([0, 10], [-1, 2], [0, 0])


def concerned(change: Change, node: int) -> bool:
    """Whether an edge on the way from a node got dearer, or a better way leads off it."""
    labels, (graph, old, new) = change.labels()[0], change
    while True:
        dist, _, edge = labels[node]
        for e in np.flatnonzero((graph.edge_tail == node) & (new.cost < old.cost)).tolist():
            ahead = labels[graph.edge_head[e]][0]
            if dist == INF or (ahead < INF and ahead + new.cost[e] < dist):
                return True
        if edge < 0:
            return False
        if new.cost[edge] > old.cost[edge]:
            return True
        node = int(graph.edge_head[edge])


@for_cases(CASES)
def test_the_ways_from_some_places_tell_whom_a_change_concerns(case: int) -> None:
    change = draw_change(case)
    graph, nodes = change.graph, change.graph.nodes
    dist, next_edge, _ = forest_of(change.labels()[0])
    for places, every in ((1, 9), (2, 4), (4, 2), (9, 1), (20, 1)):
        asked = range(0, nodes, every)
        hits = sum(concerned(change, node) for node in asked)
        for limit in range(nodes + 1):
            columns = graph.out_start, graph.out_edge, graph.edge_head, change.old.cost, change.new.cost
            dear = seems_dear(*columns, dist, next_edge, places, limit)
            assert dear == (hits * nodes > limit * len(asked)), (places, limit)


def chain(nodes: int) -> tuple[Graph, Ints]:
    """Node after node to a seed at 0, and the next edge of each."""
    graph = graph_of([(node, node - 1) for node in range(1, nodes)], nodes)
    return graph, np.arange(-1, nodes - 1, dtype=np.int32)


def cut_chain(nodes: int, worsened: list[int], limit: int, *, moved: Sequence[int] = ()) -> tuple[int, int]:
    """(what cut_off returns, nodes that were seen) when these nodes' edges of a chain got worse, and these roots moved."""
    graph, next_edge = chain(nodes)
    cost, changed = np.ones(graph.edges, np.int32), np.array([next_edge[node] for node in worsened], np.int32)
    cost[changed] = CLOSED
    state, work = np.zeros(nodes, np.uint8), np.empty(nodes, np.int32)
    count = cut_off(
        *graph[:3],
        cost,
        changed,
        np.ones(len(changed), np.int32),
        np.array(moved, np.int32),
        next_edge,
        state,
        work,
        limit,
    )
    return count, int((state > 0).sum())


def test_a_sample_of_ways_tells_that_it_will_be_too_much_before_all_is_counted() -> None:
    nodes = 40 * SURELY_FEW
    assert cut_chain(nodes, [nodes // 2], limit=nodes) == (nodes // 2, nodes // 2)
    assert cut_chain(nodes, [nodes // 2], limit=nodes // 2) == (nodes // 2, nodes // 2)
    assert cut_chain(nodes, [nodes // 2], limit=nodes // 2 - 1) == (CUT_TOO_MUCH, 41)
    assert cut_chain(nodes, [], limit=nodes // 2, moved=[0]) == (CUT_TOO_MUCH, 41)
    assert cut_chain(nodes, [nodes - 30], limit=30) == (30, 30)
    assert cut_chain(nodes, [nodes - 30], limit=29) == (CUT_TOO_MUCH, 30)


def test_ways_are_sampled_at_once_when_more_got_worse_than_are_asked() -> None:
    nodes = SURELY_FEW * SAMPLE * 2
    spread = list(range(2, 2 * SAMPLE + 4, 2))
    assert cut_chain(nodes, spread, limit=nodes // 2) == (CUT_TOO_MUCH, SAMPLE + 1)
    assert cut_chain(nodes, spread[1:], limit=nodes // 2) == (CUT_TOO_MUCH, 2 * SAMPLE + 1)
    end = list(range(nodes - SAMPLE, nodes))
    assert cut_chain(nodes, end, limit=nodes // 2, moved=[0]) == (CUT_TOO_MUCH, SAMPLE + 1)
    last = list(range(nodes - 2 * SAMPLE, nodes))
    assert cut_chain(nodes, last, limit=nodes // 2) == (2 * SAMPLE, 2 * SAMPLE)
    many = list(range(nodes - 1000, nodes))  # to ask again at each of them would take minutes
    assert cut_chain(nodes, many, limit=nodes // 2) == (1000, 1000)


def test_what_a_sample_did_not_see_is_counted_all_the_same() -> None:
    """All that is cut off lies between those that are asked."""
    nodes, gap = SAMPLE * 100, 100
    hidden = [node for node in range(1, 3 * gap) if node % gap]
    ends = list(zip(hidden, [0, *hidden], strict=False)) + [
        (node, 0) for node in range(1, nodes) if node not in hidden
    ]
    graph = graph_of(ends, nodes)
    next_edge = np.full(nodes, -1, np.int32)
    next_edge[graph.edge_tail] = np.arange(graph.edges)
    cost = np.ones(graph.edges, np.int32)
    changed = next_edge[1:2].copy()
    cost[changed] = 2
    for limit, counted in ((297, 297), (250, CUT_TOO_MUCH)):
        state, work = np.zeros(nodes, np.uint8), np.empty(nodes, np.int32)
        no_roots, former = np.empty(0, np.int32), np.ones(1, np.int32)
        assert cut_off(*graph[:3], cost, changed, former, no_roots, next_edge, state, work, limit) == counted
        assert (state > 0).sum() == min(limit + 1, 297)
