"""The loops of `kernels.forest` against obvious ones, on multigraphs full of ties; also run by `infra/mutate.py`, not compiled."""

import numpy as np

from routing.kernels.forest import RING, build_forest, follow, label_components, nearest_targets, settle_many
from tests.unit.routing.graphs import (
    CLOSED,
    INF,
    Graph,
    Ints,
    Seed,
    best_labels,
    columns,
    draw_graph,
    for_cases,
    forest_of,
    graph_of,
)

CASES = 60


def draw_costs(rng: np.random.Generator, edges: int, largest: int = 9) -> Ints:
    """Small costs, so that ties abound; some ways are closed, some more than closed."""
    cost = rng.integers(1, largest + 1, edges)
    cost[rng.random(edges) < 0.2] = rng.choice([CLOSED, CLOSED + 1])
    return cost.astype(np.int32)


def draw_seeds(rng: np.random.Generator, nodes: int, *, most: int = 6, largest: int = 9) -> list[Seed]:
    """In the order of targets; several of one target, several at one node."""
    rows = rng.integers(0, (4, nodes, largest + 1), (int(rng.integers(0, most + 1)), 3))
    return [Seed(int(t), int(v), int(c)) for t, v, c in sorted(rows.tolist())]


def built(graph: Graph, cost: Ints, seeds: list[Seed], buckets: int = 0) -> tuple[Ints, Ints, Ints]:
    """buckets: as many as the largest cost asks for when none are named."""
    made = tuple(np.full(graph.nodes, 77, np.int32) for _ in range(3))
    finite = cost[cost < CLOSED]
    largest = max(int(finite.max(initial=1)), *(s.cost for s in seeds), 0)
    buckets = buckets or 1 << largest.bit_length()
    build_forest(graph.in_start, graph.edge_tail, cost, *columns(seeds), *made, buckets)
    return made[0], made[1], made[2]


@for_cases(CASES)
def test_a_forest_has_the_least_label_at_each_node(case: int) -> None:
    rng = np.random.default_rng(case)
    graph = draw_graph(rng, edges=int(rng.choice([0, 5, 24, 24])))
    cost, seeds = (
        draw_costs(rng, graph.edges, largest=int(rng.choice([2, 7, 40]))),
        draw_seeds(rng, graph.nodes),
    )
    if case % 3 == 0:
        seeds.reverse()  # the order of seeds decides nothing
    expected = forest_of(best_labels(graph, cost, seeds))
    for buckets in (0, 1, 4):  # where there are few, costs go round more than once
        for made, column in zip(built(graph, cost, seeds, buckets), expected, strict=True):
            assert made.tolist() == column.tolist()


@for_cases(CASES)
def test_what_got_nearer_is_told_to_those_behind_it(case: int) -> None:
    """From a forest on, in which some nodes have a better label than it had."""
    rng = np.random.default_rng(case)
    graph = draw_graph(rng)
    cost, seeds, more = (
        draw_costs(rng, graph.edges),
        draw_seeds(rng, graph.nodes),
        draw_seeds(rng, graph.nodes),
    )
    before = best_labels(graph, cost, seeds)
    given = list(before)
    for seed in more:
        given[seed.node] = min(given[seed.node], (seed.cost, seed.target, -1))
    nearer = [node for node in range(graph.nodes) if given[node] != before[node]]
    dist, next_edge, target = forest_of(given)
    settle_many(graph.in_start, graph.edge_tail, cost, dist, next_edge, target, np.array(nearer, np.int32))
    expected = forest_of(best_labels(graph, cost, [*seeds, *more]))
    for made, column in zip((dist, next_edge, target), expected, strict=True):
        assert made.tolist() == column.tolist()


def test_what_is_farther_than_there_are_buckets_is_told_in_its_turn() -> None:
    graph = graph_of([(1, 0), (2, 0), (2, 1)], 3)
    cost, far = np.array([RING + 3, 2 * RING + 9, RING + 4], np.int32), np.array([7, INF, INF], np.int32)
    next_edge, target = np.full(3, -1, np.int32), np.array([0, -1, -1], np.int32)
    settle_many(graph.in_start, graph.edge_tail, cost, far, next_edge, target, np.array([0], np.int32))
    assert far.tolist() == [7, RING + 10, 2 * RING + 14]
    assert (next_edge.tolist(), target.tolist()) == ([-1, 0, 2], [0, 0, 0])


def test_the_most_offers_that_there_can_be_have_room() -> None:
    """Each seed is better than the one before, and so is each edge: as many entries as seeds and edges."""
    graph = graph_of([(1, 0)] * 12, 2)
    cost, seeds = np.arange(12, 0, -1, dtype=np.int32), [Seed(0, 0, 5 - k) for k in range(5)]
    dist, next_edge, _ = built(graph, cost, seeds)
    assert (dist.tolist(), next_edge.tolist()) == ([1, 2], [-1, 11])


@for_cases(CASES)
def test_following_next_edges_gives_the_way_and_its_length(case: int) -> None:
    rng = np.random.default_rng(case)
    graph = draw_graph(rng)
    cost, seeds = draw_costs(rng, graph.edges), draw_seeds(rng, graph.nodes)
    dist, next_edge, _ = forest_of(best_labels(graph, cost, seeds))
    for node in range(graph.nodes):
        out = np.full(graph.nodes, -7, np.int32)
        count = follow(node, next_edge, graph.edge_head, out)
        way, at = out[:count].tolist(), node
        for edge in way:
            assert graph.edge_tail[edge] == at
            at = int(graph.edge_head[edge])
        assert next_edge[at] == -1
        assert (out[count:] == -7).all()
        if dist[node] < INF:
            assert dist[node] - dist[at] == sum(int(cost[e]) for e in way)


@for_cases(CASES)
def test_the_nearest_targets_are_those_of_one_forest_each(case: int) -> None:
    rng = np.random.default_rng(case)
    graph = draw_graph(rng)
    cost, seeds = draw_costs(rng, graph.edges), draw_seeds(rng, graph.nodes)
    free = np.where(cost < CLOSED, cost + rng.integers(0, 2, graph.edges), cost).astype(np.int32)
    by_node = sorted(seeds, key=lambda s: s.node)
    node, seed_cost, target = columns(by_node)
    start = np.searchsorted(node, np.arange(graph.nodes + 1)).astype(np.int32)
    seed_time = rng.integers(0, 5, len(seeds)).astype(np.int32)
    far = int(rng.choice([0, 10_000_000]))  # one may begin far away
    begins = [
        (int(v), int(c) + far, int(c) + 3)
        for v, c in rng.integers(0, (graph.nodes, 6), (int(rng.integers(0, 4)), 2))
    ]
    table = np.array(begins, np.int64).reshape(-1, 3)
    found = np.full((3, 3), -9, np.int64)
    got = nearest_targets(
        graph.out_start, graph.out_edge, graph.edge_head, cost, free, table[:, 0].copy(), table[:, 1].copy(),
        table[:, 2].copy(), start, target, seed_cost, seed_time, found,
    )  # fmt: skip
    expected = []
    for one in {s.target for s in seeds}:
        labels = best_labels(graph, cost, [s for s in seeds if s.target == one])
        ways = [labels[v][0] + c for v, c, _ in begins if labels[v][0] < INF]
        if ways:
            expected.append((min(ways), one))
    assert [(int(c), int(t)) for c, t, _ in found[:got]] == sorted(expected)[:3]
    assert (found[got:] == -9).all()
    for c, t, time in found[:got].tolist():
        assert time in times_of(
            graph,
            (cost, free),
            begins,
            [(s, int(x)) for s, x in zip(by_node, seed_time, strict=True) if s.target == t],
            c,
        )


def times_of(
    graph: Graph,
    costs: tuple[Ints, Ints],
    begins: list[tuple[int, int, int]],
    seeds: list[tuple[Seed, int]],
    total: int,
) -> set[int]:
    """The times of all ways of that cost from a start to one of these seeds."""
    times: set[int] = set()
    waiting = [(c, time, v) for v, c, time in begins]
    been = set(waiting)
    while waiting:
        c, time, v = waiting.pop()
        times |= {time + more for seed, more in seeds if seed.node == v and c + seed.cost == total}
        for e in range(graph.edges):
            if graph.edge_tail[e] == v and c + costs[0][e] <= total:
                ahead = (c + int(costs[0][e]), time + int(costs[1][e]), int(graph.edge_head[e]))
                if ahead not in been:
                    been.add(ahead)
                    waiting.append(ahead)
    return times


@for_cases(CASES)
def test_nodes_have_one_label_when_any_ways_join_them(case: int) -> None:
    rng = np.random.default_rng(case)
    graph = draw_graph(rng, edges=8)
    cost = draw_costs(rng, graph.edges)
    label = label_components(
        graph.in_start, graph.edge_tail, graph.edge_head, graph.out_start, graph.out_edge, cost
    )
    piece = list(range(graph.nodes))
    for edge in np.flatnonzero(cost < CLOSED).tolist():
        one, other = piece[graph.edge_tail[edge]], piece[graph.edge_head[edge]]
        piece = [one if p == other else p for p in piece]
    numbers = list(dict.fromkeys(piece))
    assert label.tolist() == [numbers.index(p) for p in piece]
