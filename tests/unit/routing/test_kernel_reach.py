"""The loops of `kernels.reach` against sums over each way by itself; also run by `infra/mutate.py`, not compiled."""

import numpy as np
import numpy.typing as npt

from routing.kernels.reach import NO_WAY, add_loads, add_times, find_escapes
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

CASES = 40


def draw_forest(rng: np.random.Generator) -> tuple[Graph, Ints, list[Seed], Ints, Ints]:
    """(graph, costs, seeds, dist, next edges), full of ties, with closed ways and islands."""
    graph = draw_graph(rng, edges=int(rng.choice([10, 24])))
    cost = rng.integers(1, 6, graph.edges).astype(np.int32)
    cost[rng.random(graph.edges) < 0.2] = rng.choice([CLOSED, CLOSED + 1])
    seeds = [Seed(int(t), int(v), int(c)) for t, v, c in rng.integers(0, (3, graph.nodes, 6), (3, 3))]
    dist, next_edge, _ = forest_of(best_labels(graph, cost, seeds))
    return graph, cost, seeds, dist, next_edge


def way_from(node: int, graph: Graph, next_edge: Ints) -> list[int]:
    """The nodes of a way, from its first on."""
    way = [node]
    while next_edge[way[-1]] >= 0:
        way.append(int(graph.edge_head[next_edge[way[-1]]]))
    return way


def order_of(dist: Ints) -> npt.NDArray[np.int64]:
    return np.argsort(dist, kind="stable")[: int((dist != INF).sum())].astype(np.int64)


@for_cases(CASES)
def test_a_node_s_time_is_that_of_each_edge_of_its_way_and_of_its_end(case: int) -> None:
    rng = np.random.default_rng(case)
    graph, _, _, dist, next_edge = draw_forest(rng)
    free, given = (rng.integers(0, 9, n).astype(np.int32) for n in (graph.edges, graph.nodes))
    time = given.copy()
    add_times(order_of(dist), next_edge, graph.edge_head, free, time)
    for node in range(graph.nodes):
        way = way_from(node, graph, next_edge)
        assert time[node] == given[way[-1]] + sum(int(free[next_edge[v]]) for v in way[:-1])


@for_cases(CASES)
def test_whoever_starts_at_a_node_is_counted_all_along_its_way(case: int) -> None:
    rng = np.random.default_rng(case)
    graph, _, _, dist, next_edge = draw_forest(rng)
    load = rng.integers(0, 9, graph.nodes).astype(np.float64)
    expected = np.zeros(graph.nodes)
    for node in range(graph.nodes):
        expected[way_from(node, graph, next_edge)] += load[node]
    add_loads(order_of(dist), next_edge, graph.edge_head, load)
    assert load.tolist() == expected.tolist()


def escapes_of(graph: Graph, cost: Ints, seeds: list[Seed], dist: Ints, next_edge: Ints) -> list[int]:
    """Each node's by itself: of all edges and targets, those that leave whoever hangs on it."""
    ways = [way_from(node, graph, next_edge) for node in range(graph.nodes)]
    found = []
    for node in range(graph.nodes):
        outs = [int(NO_WAY)]
        for edge, (x, y) in enumerate(zip(graph.edge_tail.tolist(), graph.edge_head.tolist(), strict=True)):
            leaves = node in ways[x] and node not in ways[y] and edge != next_edge[node]
            if leaves and cost[edge] < CLOSED and dist[y] < INF:
                outs.append(int(dist[x]) + int(cost[edge]) + int(dist[y]))
        if next_edge[node] >= 0:
            outs += [int(dist[seed.node]) + seed.cost for seed in seeds if node in ways[seed.node]]
        found.append(min(outs))
    return found


@for_cases(4 * CASES)
def test_an_escape_is_the_shortest_way_round_that_leaves_all_who_hang_on_a_node(case: int) -> None:
    graph, cost, seeds, dist, next_edge = draw_forest(np.random.default_rng(case))
    node, seed_cost, _ = columns(seeds)
    escape = np.full(graph.nodes, 7, np.int64)
    find_escapes(next_edge, graph.edge_tail, graph.edge_head, cost, dist, node, seed_cost, escape)
    assert escape.tolist() == escapes_of(graph, cost, seeds, dist, next_edge)


def test_a_way_round_may_be_longer_than_a_label_can_say() -> None:
    graph, far = graph_of([(0, 1), (1, 0)], 2), 1_500_000_000
    dist, next_edge, cost = np.array([far, far], np.int32), np.full(2, -1, np.int32), np.full(2, 5, np.int32)
    escape, none = np.zeros(2, np.int64), np.empty(0, np.int32)
    find_escapes(next_edge, graph.edge_tail, graph.edge_head, cost, dist, none, none, escape)
    assert escape.tolist() == [2 * far + 5] * 2
