"""Random multigraphs as bare columns, and forests on them by an obvious method: for tests of single loops, compiled or not."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
INF = 2**31 - 1
CLOSED = 1 << 30
NONE = (INF, -1, -1)
Label = tuple[int, int, int]
"""(cost, target, next edge), compared in this order."""


def for_cases(count: int) -> Callable[[Callable[[int], None]], Callable[[], None]]:
    """A test of so many cases as one, which names the case that failed: hundreds of tests would take longer than what they test."""

    def as_one(test: Callable[[int], None]) -> Callable[[], None]:
        def all_cases() -> None:
            for case in range(count):
                try:
                    test(case)
                except Exception as error:
                    error.add_note(f"case {case}")
                    raise

        all_cases.__name__, all_cases.__doc__ = test.__name__, test.__doc__
        return all_cases

    return as_one


class Graph(NamedTuple):
    """Edges by head. in_start, out_start: int32[nodes + 1]; edge_tail, edge_head, out_edge: int32[edges]."""

    in_start: Ints
    edge_tail: Ints
    edge_head: Ints
    out_start: Ints
    out_edge: Ints

    @property
    def nodes(self) -> int:
        return len(self.in_start) - 1

    @property
    def edges(self) -> int:
        return len(self.edge_tail)


class Seed(NamedTuple):
    """A way in to a target. edge, share: what else it says."""

    target: int
    node: int
    cost: int
    edge: int = 0
    share: float = 0.5


def graph_of(ends: Sequence[tuple[int, int]], nodes: int) -> Graph:
    """From (tail, head) pairs."""
    rows = sorted(ends, key=lambda end: end[1])
    tail, head = (np.array([row[k] for row in rows], np.int32) for k in (0, 1))
    out = np.argsort(tail, kind="stable").astype(np.int32)
    starts = [np.searchsorted(column, np.arange(nodes + 1)).astype(np.int32) for column in (head, tail[out])]
    return Graph(starts[0], tail, head, starts[1], out)


def draw_graph(rng: np.random.Generator, *, nodes: int = 9, edges: int = 24) -> Graph:
    """Loops, parallel edges and islands among them; the edges out of a node are in any order."""
    graph = graph_of([(int(t), int(h)) for t, h in rng.integers(0, nodes, (edges, 2))], nodes)
    return graph._replace(out_edge=np.lexsort((rng.random(edges), graph.edge_tail)).astype(np.int32))


def columns(seeds: Sequence[Seed]) -> tuple[Ints, Ints, Ints]:
    """(node, cost, target) of seeds."""
    table = np.array([(s.node, s.cost, s.target) for s in seeds], np.int32).reshape(-1, 3)
    return table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy()


def best_labels(graph: Graph, cost: Ints, seeds: Sequence[Seed]) -> list[Label]:
    """At each node the least label of all, asked of every edge until nothing changes (Bellman 1958)."""
    labels: list[Label] = [NONE] * graph.nodes
    for seed in seeds:
        labels[seed.node] = min(labels[seed.node], (seed.cost, seed.target, -1))
    changed = True
    while changed:
        changed = False
        for edge, (tail, head) in enumerate(
            zip(graph.edge_tail.tolist(), graph.edge_head.tolist(), strict=True)
        ):
            reached = labels[head]
            if cost[edge] < CLOSED and reached[0] < INF:
                offer = (reached[0] + int(cost[edge]), reached[1], edge)
                if offer < labels[tail]:
                    labels[tail] = offer
                    changed = True
    return labels


def forest_of(labels: Sequence[Label]) -> tuple[Ints, Ints, Ints]:
    """(dist, next_edge, target) of labels."""
    table = np.array(labels, np.int32).reshape(-1, 3)
    return table[:, 0].copy(), table[:, 2].copy(), table[:, 1].copy()


def seed_at(label: Label, node: int, seeds: Sequence[Seed]) -> Seed | None:
    """The seed by which a way ends at a node: the first of its cost and target."""
    return next((s for s in seeds if (s.node, s.cost, s.target) == (node, label[0], label[1])), None)


def way_of(
    graph: Graph, labels: Sequence[Label], seeds: Sequence[Seed], node: int, ids: Sequence[int]
) -> list[object]:
    """Everything that somebody at a node is told, as far as the seed; ids: of the targets, by number."""
    told: list[object] = []
    while True:
        cost, target, edge = labels[node]
        told.append((cost, edge, ids[target] if target >= 0 else None))
        if edge < 0:
            seed = seed_at(labels[node], node, seeds)
            return [*told, seed and (seed.edge, seed.share)]
        node = int(graph.edge_head[edge])


def draw_trees(rng: np.random.Generator, *, trees: int) -> tuple[Ints, Ints]:
    """(next_edge: int32[trees, nodes], edge_head): from each node one edge to a node of a lower number, or none."""
    nodes = int(rng.integers(2, 9))
    ends = rng.permutation([(node, lower) for node in range(nodes) for lower in range(node)])
    number = {(int(node), int(lower)): edge for edge, (node, lower) in enumerate(ends)}
    next_edge = np.full((trees, nodes), -1, np.int32)
    for tree in range(trees):
        for node in range(1, nodes):
            next_edge[tree, node] = number.get((node, int(rng.integers(-1, node))), -1)
    return next_edge, ends[:, 1].astype(np.int32)
