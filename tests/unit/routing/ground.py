"""Streets with shapes, and fields on them, as bare columns: for tests of single loops, compiled or not.

Read-only like those of the product, so that the loops compiled for it are tested, and none twice. Shares are sixteenths, and degrees such that every point at a share is exact: what should be equal is equal to the bit.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from routing.kernels.columns import Forest, Lines
from routing.snap import frozen
from tests.unit.routing.graphs import CLOSED, Graph, Ints, Seed, best_labels, forest_of

EXACT = 840.0
"""Degrees that can be divided by each number of eighths, and by two."""


class End(NamedTuple):
    """Where a target hangs. price: what coming there counts for."""

    target: int
    link: int
    share: float
    price: int


class Streets(NamedTuple):
    """edges, in the order of their heads: (tail, head, link, whether it goes along the shape). edge_of: by link and direction."""

    graph: Graph
    edges: list[tuple[int, int, int, bool]]
    edge_of: dict[tuple[int, bool], int]
    lines: Lines


class Town(NamedTuple):
    """A field on streets. seeds, ends: in the order of the field's columns; times: of the seeds."""

    streets: Streets
    free: list[int]
    cost: list[int]
    seeds: list[Seed]
    times: list[int]
    ends: list[End]
    forest: Forest


def streets_of(links: Sequence[tuple[int, int, str]], lines: Lines, nodes: int) -> Streets:
    """links: (from, to, which ways one may go: ">", "<" or "<>"); lines: their shapes, `edge_metres` left out."""
    rows = [(u, v, i, True) for i, (u, v, ways) in enumerate(links) if ">" in ways]
    rows += [(v, u, i, False) for i, (u, v, ways) in enumerate(links) if "<" in ways]
    edges = sorted(rows, key=lambda row: (row[1], row[2]))
    tail, head = (np.array([row[k] for row in edges], np.int32) for k in (0, 1))
    out = np.argsort(tail, kind="stable").astype(np.int32)
    starts = [np.searchsorted(column, np.arange(nodes + 1)).astype(np.int32) for column in (head, tail[out])]
    edge_of = {(link, forward): e for e, (_, _, link, forward) in enumerate(edges)}
    metres = np.array([lines.metres[link] for _, _, link, _ in edges], float)
    graph = Graph(*map(frozen, (starts[0], tail, head, starts[1], out)))
    lines = lines._replace(edge_metres=metres)
    return Streets(graph, edges, edge_of, Lines(*map(frozen, lines)))


def lines_of(shapes: Sequence[Sequence[tuple[float, float, float]]], metres: Sequence[float]) -> Lines:
    """shapes: (lat, lon, share) of each point of each link. Plain streets without a name."""
    start = np.cumsum([0, *map(len, shapes)]).astype(np.int32)
    lat, lon, share = np.array([point for shape in shapes for point in shape], float).reshape(-1, 3).T.copy()
    count = len(shapes)
    nothing = np.zeros(count, np.int32)
    return Lines(
        start, lat, lon, share, np.array(metres, float), np.empty(0), nothing, nothing - 1, nothing,
        np.zeros(count, bool),
    )  # fmt: skip


def draw_streets(rng: np.random.Generator, *, nodes: int = 6, links: int = 12) -> Streets:
    """Loops, parallel links, one-way links and links without length among them."""
    places = rng.integers(-9, 10, (nodes, 2)) * EXACT
    shapes, metres, ends = [], [], []
    for _ in range(links):
        u, v = (int(node) for node in rng.integers(0, nodes, 2))
        shape = _draw_shape(rng, places[u], places[v])
        has_length = len({(lat, lon) for lat, lon, _ in shape}) > 1
        shapes.append(shape if has_length else [(lat, lon, 0.0) for lat, lon, _ in shape])
        metres.append(float(rng.integers(1, 40)) / 4 if has_length else 0.0)
        ends.append((u, v, str(rng.choice(["<>", "<>", "<>", ">", "<"]))))
    lines = lines_of(shapes, metres)._replace(
        kind=rng.integers(0, 4, links).astype(np.int32), name=rng.integers(-1, 3, links).astype(np.int32),
        way=(1 << rng.integers(0, 5, links)).astype(np.int32), unknown=rng.random(links) < 0.4,
    )  # fmt: skip
    return streets_of(ends, lines, nodes)


def _draw_shape(
    rng: np.random.Generator, begin: np.ndarray, end: np.ndarray
) -> list[tuple[float, float, float]]:
    """Points of one share are one place, as where a surveyor clicked twice."""
    shape = [(float(begin[0]), float(begin[1]), 0.0)]
    for eighths in sorted(rng.integers(0, 9, int(rng.integers(0, 4))).tolist()):
        if eighths / 8 > shape[-1][2]:
            lat, lon = (rng.integers(-9, 10, 2) * EXACT).tolist() if eighths < 8 else end.tolist()
        else:
            lat, lon, _ = shape[-1]
        shape.append((lat, lon, eighths / 8))
    return [*shape, (float(end[0]), float(end[1]), 1.0)]


def draw_town(
    rng: np.random.Generator, streets: Streets, *, targets: int = 4, asks: bool = False, apart: bool = False
) -> Town:
    """Some ways are closed to all, some for the time being, some are weighed dearer than they are; ties abound.

    apart: no target hangs at the end of its link.
    """
    edges, links = len(streets.edges), len(streets.lines.metres)
    free = rng.integers(1, 7, edges) * int(rng.choice([1, 3]))
    free[rng.random(edges) < 0.1] = CLOSED
    cost = np.where(free < CLOSED, free + rng.integers(0, 3, edges), free)
    cost[rng.random(edges) < 0.15] = CLOSED
    inner = (1, 16) if apart else (0, 17)
    ends = [
        End(target, int(rng.integers(0, links)), int(rng.integers(*inner)) / 16, int(rng.integers(0, 3)))
        for target in range(int(rng.integers(0, targets + 1)))
    ]
    return town_of(streets, free.tolist(), cost.tolist(), ends, asks=asks)


def town_of(
    streets: Streets, free: list[int], cost: list[int], ends: Sequence[End], *, asks: bool = False
) -> Town:
    """The field as an obvious method makes it."""
    rows: list[tuple[Seed, int]] = []
    for end in ends:
        for forward in (True, False):
            e = streets.edge_of.get((end.link, forward))
            if e is not None and cost[e] < CLOSED:
                share = end.share if forward else 1 - end.share
                seed = Seed(end.target, streets.edges[e][0], round(cost[e] * share) + end.price, e, share)
                rows.append((seed, round(free[e] * share)))
    rows.sort(key=lambda row: row[0].node)
    seeds, times = [seed for seed, _ in rows], [time for _, time in rows]
    ends = sorted(ends, key=lambda end: (end.link, end.target))
    columns = _columns(streets, free, cost, ends, asks=asks)
    dist, next_edge, target = forest_of(best_labels(streets.graph, columns.cost, seeds))
    ends_here = np.zeros(streets.graph.nodes, bool)
    ends_here[[seed.node for seed in seeds]] = True
    forest = columns._replace(
        dist=dist, next_edge=next_edge, target=target, ends_here=ends_here, seed_time=ints(times),
        seed_node=ints([s.node for s in seeds]), seed_edge=ints([s.edge for s in seeds]),
        seed_cost=ints([s.cost for s in seeds]), seed_target=ints([s.target for s in seeds]),
        seed_share=np.array([s.share for s in seeds], float),
    )  # fmt: skip
    return Town(streets, free, cost, seeds, times, list(ends), Forest(*map(frozen, forest)))


def ints(values: Sequence[int]) -> Ints:
    return np.array(values, np.int32)


def _columns(
    streets: Streets, free: Sequence[int], cost: Sequence[int], ends: Sequence[End], *, asks: bool
) -> Forest:
    """All but the labels and seeds."""
    links, none, nowhere = range(len(streets.lines.metres)), np.empty(0, np.int32), np.empty(0)
    there, back = (ints([streets.edge_of.get((i, forward), -1) for i in links]) for forward in (True, False))
    return Forest(
        there, back, streets.graph.edge_head, ints([link for _, _, link, _ in streets.edges]),
        np.array([forward for *_, forward in streets.edges], bool), ints(free), ints(cost),
        np.ones(len(links), bool), np.array([asks]), none, none, none, np.empty(0, bool),
        none, none, none, none, none, nowhere, ints([end.link for end in ends]),
        ints([end.target for end in ends]), ints([end.price for end in ends]),
        np.array([end.share for end in ends], float),
    )  # fmt: skip
