"""The loops of `kernels.repair` against obvious ones, on multigraphs full of ties; also run by `infra/mutate.py`, not compiled."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from routing.kernels.repair import (
    CUT_TOO_MUCH,
    SAMPLE,
    SURELY_FEW,
    compare_forests,
    cut_off,
    find_moved_roots,
    renumbered,
    repair_forest,
)
from tests.unit.routing.graphs import (
    CLOSED,
    INF,
    Graph,
    Ints,
    Label,
    Seed,
    best_labels,
    columns,
    draw_graph,
    for_cases,
    forest_of,
    graph_of,
    seed_at,
    way_of,
)

CASES = 150
UNIVERSE = 5
"""Ids of targets; those of one moment are numbered in their order."""
GONE = -2


class Moment(NamedTuple):
    """What is in force: which targets there are, their seeds by number, what each edge costs."""

    ids: list[int]
    seeds: list[Seed]
    cost: Ints

    def by_node(self) -> tuple[np.ndarray, ...]:
        """The columns that find_moved_roots takes: order, node, cost, target, rest."""
        node, cost, target = columns(self.seeds)
        rest = np.array([(s.edge, s.share) for s in self.seeds], np.float64).reshape(-1, 2)
        return np.argsort(node, kind="stable"), node, cost, target, rest


def draw_moment(rng: np.random.Generator, graph: Graph, former: Moment | None = None) -> Moment:
    """Random, or what a change makes of the former: some edges cost another sum, some targets go, come, move, are priced."""
    ties, some, far = (
        [1, 1, 1, 2, CLOSED],
        [1, 2, 2, 3, 5, CLOSED],
        [1, 30_000, 70_000, 400_000, CLOSED, CLOSED],
    )
    costs = (ties, some, far)[graph.edges % 3]
    cost = rng.choice(costs, graph.edges).astype(np.int32)
    base = (0, 5_200_000, 0)[graph.edges % 3]  # far from everywhere
    doors = [
        Seed(i, int(rng.integers(graph.nodes)), base + int(rng.integers(6)), k, 0.5)
        for i in range(UNIVERSE)
        for k in range(2)
    ]
    if former is not None:
        kept = rng.random(graph.edges) < rng.choice([0, 0.5, 0.9, 1])
        cost = np.where(kept, former.cost, cost).astype(np.int32)
        doors = [s for s in doors if s.target not in former.ids or rng.random() < 0.2]
        restless = rng.choice([0, 0.3])
        doors += [
            draw_seed(rng, s) if rng.random() < restless else s
            for s in (s._replace(target=former.ids[s.target]) for s in former.seeds)
        ]
    ids = sorted(rng.permutation(UNIVERSE)[: rng.integers(0, UNIVERSE + 1)].tolist())
    if former is not None and rng.random() < 0.5:
        ids = former.ids
    seeds = [
        s._replace(target=ids.index(s.target))
        for s in sorted(doors, key=lambda s: s.target)
        if s.target in ids
    ]
    return Moment(ids, seeds, cost)


def draw_seed(rng: np.random.Generator, seed: Seed) -> Seed:
    """The same door, but for its price, its edge or where on that it is."""
    changes: list[dict[str, int | float]] = [
        {"cost": max(0, seed.cost + int(rng.integers(-2, 3)))},
        {"edge": 7},
        {"share": 0.25},
    ]
    return Seed(**{**seed._asdict(), **changes[rng.integers(3)]})


class Change(NamedTuple):
    """Two moments on one graph, and what must come of them."""

    graph: Graph
    old: Moment
    new: Moment

    @property
    def renumber(self) -> Ints:
        return np.array(
            [*(self.new.ids.index(i) if i in self.new.ids else GONE for i in self.old.ids), -1], np.int32
        )

    def labels(self) -> tuple[list[Label], list[Label]]:
        return best_labels(self.graph, self.old.cost, self.old.seeds), best_labels(
            self.graph, self.new.cost, self.new.seeds
        )

    def moved(self, labels: list[Label]) -> list[int]:
        """Roots of the old forest whose seed is not among the new ones, first of its kind, and whose target came no nearer."""
        found = []
        for node, label in enumerate(labels):
            if label[0] == INF or label[2] >= 0:
                continue
            seed, target = seed_at(label, node, self.old.seeds), int(self.renumber[label[1]])
            assert seed is not None
            now = seed_at((seed.cost, target, -1), node, self.new.seeds)
            is_same = now is not None and (now.edge, now.share) == (seed.edge, seed.share)
            is_better = any(
                (s.node, s.target) == (node, target) and s.cost < seed.cost for s in self.new.seeds
            )
            if not is_same and not is_better:
                found.append(node)
        return found

    def touched(self) -> list[int]:
        """Nodes where somebody is told anything else than before."""
        before, after = self.labels()
        return [
            node for node in range(self.graph.nodes)
            if way_of(self.graph, before, self.old.seeds, node, self.old.ids)
            != way_of(self.graph, after, self.new.seeds, node, self.new.ids)
        ]  # fmt: skip

    def worsened(self) -> tuple[Ints, Ints]:
        """(edges whose cost changed, what they cost)."""
        changed = np.flatnonzero(self.old.cost != self.new.cost).astype(np.int32)
        return changed[::-1].copy(), self.old.cost[changed][::-1].copy()


def draw_change(case: int) -> Change:
    rng = np.random.default_rng(case)
    graph = draw_graph(rng, edges=24 + case % 3)  # one of three: costs far apart, wide buckets
    old = draw_moment(rng, graph)
    return Change(graph, old, draw_moment(rng, graph, old))


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


def cut(change: Change, limit: int) -> tuple[int, np.ndarray, Ints]:
    state, work = np.zeros(change.graph.nodes, np.uint8), np.full(change.graph.nodes, -7, np.int32)
    _, next_edge, _ = forest_of(change.labels()[0])
    graph, worsened = change.graph, change.worsened()
    count = cut_off(
        graph.in_start,
        graph.edge_tail,
        graph.edge_head,
        change.new.cost,
        *worsened,
        moved_roots(change),
        next_edge,
        state,
        work,
        limit,
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


def check_repair(change: Change) -> None:
    before, after = change.labels()
    count, state, work = cut(change, change.graph.nodes)
    dist, next_edge, target = forest_of(before)
    target, graph, cost = renumbered(target, change.renumber), change.graph, change.new.cost
    count = repair_forest(
        *graph[:2], graph.edge_head, graph.out_start, graph.out_edge, cost, *change.worsened(),
        np.int32(cost[cost < CLOSED].max(initial=1)), *columns(change.new.seeds), dist, next_edge, target, state, work, count,
    )  # fmt: skip
    for made, expected in zip((dist, next_edge, target), forest_of(after), strict=True):
        assert made.tolist() == expected.tolist()
    assert sorted(work[:count].tolist()) == change.touched()
    assert (work[count:] == -7).all()


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
    check_repair(change)
    check_comparison(change)


def test_targets_get_their_new_numbers_and_none_stays_none() -> None:
    assert renumbered(np.array([2, 0, -1, 1], np.int32), np.array([1, -2, 0, -1], np.int32)).tolist() == [
        0,
        1,
        -1,
        -2,
    ]


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
