"""Random changes of what is in force on a small multigraph, and what must come of them by an obvious method: for tests of single loops."""

from typing import NamedTuple

import numpy as np

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
    seed_at,
    way_of,
)

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
