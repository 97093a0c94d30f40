"""The loops of `kernels.depart` against rules in words, on multigraphs full of ties; also run by `infra/mutate.py`, not compiled."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from routing.kernels.depart import NEVER, latest_along, survivable_labels, targets_in_time
from tests.unit.routing.graphs import (
    CLOSED,
    Graph,
    Ints,
    Seed,
    best_labels,
    draw_graph,
    for_cases,
    forest_of,
    graph_of,
)

CASES = 80
LAST = int(NEVER)
HORIZON = 30


class Label(NamedTuple):
    """A way on from a node. end: the node's next label in time, or ~seed where the way ends."""

    time: int
    latest: int
    target: int
    edge: int
    end: int


class Seeds(NamedTuple):
    """Ways in to targets, as columns: int32[seeds] each."""

    node: Ints
    time: Ints
    latest: Ints
    target: Ints


class Danger(NamedTuple):
    """What ends when. time, fails: int32[edges]; arrival: int32[nodes]."""

    time: Ints
    fails: Ints
    arrival: Ints


def seeds_of(rows: Sequence[tuple[int, int, int, int]]) -> Seeds:
    """From (node, time, latest, target)."""
    return Seeds(*np.array(rows, np.int32).reshape(-1, 4).T.copy())


def draw_moments(rng: np.random.Generator, count: int, *, never: float = 0.3) -> Ints:
    """Some never come, some have come already."""
    moments = rng.integers(-1, HORIZON, count)
    return np.where(rng.random(count) < never, NEVER, moments).astype(np.int32)


def draw_danger(rng: np.random.Generator, graph: Graph) -> Danger:
    time = rng.integers(1, int(rng.choice([3, 8])), graph.edges)
    time[rng.random(graph.edges) < 0.1] = rng.choice([CLOSED, CLOSED + 1])
    often = float(rng.choice([0.2, 0.9]))
    return Danger(
        time.astype(np.int32),
        draw_moments(rng, graph.edges, never=often),
        draw_moments(rng, graph.nodes, never=0.7),
    )


def draw_seeds(rng: np.random.Generator, nodes: int) -> Seeds:
    """Several of one target, several at one node, some that it is too late for."""
    count = int(rng.integers(0, 6))
    rows = rng.integers(0, (nodes, 7, 1, 4), (count, 4))
    rows[:, 2] = draw_moments(rng, count)
    if count:
        rows[rng.integers(count)] = rows[rng.integers(count)]  # seeds that nothing tells apart
    return seeds_of([(int(v), int(t), int(m), int(k)) for v, t, m, k in rows])


def last_moment(latest: int, fails: int, time: int) -> int:
    """When to enter an edge at the latest, to leave it before it fails and be in time at its end."""
    until = min(latest, fails)
    return LAST if until == LAST else until - time


def labels_in_words(graph: Graph, danger: Danger, seeds: Seeds) -> list[list[Label]]:
    """Each node's labels by time: of the ways of one time the best, if it may be left by later than each shorter one.

    Asked of every edge until nothing changes.
    """
    labels: list[list[Label]] = [[] for _ in range(graph.nodes)]
    while True:
        offers: list[list[Label]] = [[] for _ in range(graph.nodes)]
        for i, (node, time, latest, target) in enumerate(zip(*(c.tolist() for c in seeds), strict=True)):
            offers[node].append(Label(time, latest, target, -1, ~i))
        for e, (tail, head) in enumerate(
            zip(graph.edge_tail.tolist(), graph.edge_head.tolist(), strict=True)
        ):
            for after in labels[head] if danger.time[e] < CLOSED else ():
                passed = last_moment(after.latest, int(danger.fails[e]), int(danger.time[e]))
                latest = min(passed, int(danger.arrival[tail]))
                offers[tail].append(
                    Label(after.time + int(danger.time[e]), latest, after.target, e, after.time)
                )
        found = [best_of(ways) for ways in offers]
        if found == labels:
            return found
        labels = found


def best_of(ways: list[Label]) -> list[Label]:
    kept: list[Label] = []
    for way in sorted(ways, key=lambda w: (w.time, -w.latest, w.target, w.edge, ~w.end)):
        if way.latest > max([-1, *(label.latest for label in kept)]):
            kept.append(way)
    return kept


def labels_told(graph: Graph, danger: Danger, seeds: Seeds) -> list[list[Label]]:
    """The kernel's, with the least number of buckets; each label is told of once."""
    finite = danger.time[danger.time < CLOSED]
    largest = max(int(finite.max(initial=0)), int(seeds.time.max(initial=0)))
    table, longest = survivable_labels(
        graph.in_start, graph.edge_tail, danger.time, danger.arrival, danger.fails,
        seeds.node, seeds.time, seeds.latest, seeds.target, 1 << largest.bit_length(),
    )  # fmt: skip
    assert (table.dtype, longest.dtype) == (np.int32, np.int32)
    chains = [chain_of(table, label) for label in longest.tolist()]
    assert sorted(row for chain in chains for row in chain) == list(range(len(table)))
    assert all(
        after in chains[graph.edge_head[edge]] for _, _, edge, after, _, _ in table.tolist() if edge >= 0
    )
    return [
        [
            Label(time, latest, target, edge, int(table[after, 0]) if edge >= 0 else after)
            for time, latest, edge, after, target, _ in table[chain].tolist()
        ]
        for chain in chains
    ]


def chain_of(table: Ints, label: int) -> list[int]:
    """A node's labels, the shortest way first."""
    chain = []
    while label >= 0:
        chain.append(label)
        label = int(table[label, 5])
    assert label == -1
    return chain[::-1]


@for_cases(2 * CASES)
def test_a_node_has_each_way_that_no_other_beats_in_time_and_latest_departure(case: int) -> None:
    rng = np.random.default_rng(case)
    graph = draw_graph(rng, nodes=7, edges=int(rng.choice([0, 8, 20, 30])))
    danger, seeds = draw_danger(rng, graph), draw_seeds(rng, graph.nodes)
    assert labels_told(graph, danger, seeds) == labels_in_words(graph, danger, seeds)


def test_tables_grow_with_the_labels_of_a_node() -> None:
    """Of 40 streets between two nodes the longer is open for longer; two more lead there, and two there again."""
    graph = graph_of([(1, 0)] * 40 + [(2, 1)] * 2 + [(3, 2)] * 2, 4)
    time = np.array([*range(1, 41), 1, 2, 1, 2], np.int32)
    fails = np.array([*range(100, 900, 20), *[LAST] * 4], np.int32)
    danger = Danger(time, fails, np.full(4, LAST, np.int32))
    told = labels_told(graph, danger, seeds_of([(0, 0, LAST, 0)]))
    assert [len(labels) for labels in told] == [1, 40, 40, 40]
    assert told == labels_in_words(graph, danger, seeds_of([(0, 0, LAST, 0)]))


def test_as_many_labels_as_there_is_room_for_and_one_more() -> None:
    """With so many nodes and a label at each, or one more at the last."""
    for nodes in range(1, 10):
        for more in range(4):
            seeds = seeds_of(
                [(n, 0, 5, 0) for n in range(nodes)] + [(nodes - 1, k + 1, k + 6, 0) for k in range(more)]
            )
            graph, none = graph_of([], nodes), np.empty(0, np.int32)
            danger = Danger(none, none, np.full(nodes, LAST, np.int32))
            assert labels_told(graph, danger, seeds) == labels_in_words(graph, danger, seeds)


@for_cases(CASES)
def test_along_a_given_way_the_last_moment_is_that_of_walking_it(case: int) -> None:
    rng = np.random.default_rng(case)
    graph = draw_graph(rng)
    danger, at_end = draw_danger(rng, graph), rng.choice([-3, -1, 0, 1, 20, LAST], graph.nodes)
    seeds = [Seed(0, int(v), int(c)) for v, c in rng.integers(0, 5, (2, 2))]
    dist, next_edge, target = forest_of(best_labels(graph, danger.time, seeds))
    order = np.argsort(dist, kind="stable")
    order = order[target[order] >= 0]
    latest = np.full(graph.nodes, 77, np.int32)
    latest_along(order, next_edge, graph.edge_head, danger.time, danger.arrival, danger.fails, at_end, latest)
    for node in range(graph.nodes):
        way, at = [], node
        while next_edge[at] >= 0:
            way.append(int(next_edge[at]))
            at = int(graph.edge_head[way[-1]])
        last = max(int(at_end[at]), -1) if target[node] >= 0 else -1
        for e in reversed(way):
            passed = last_moment(last, int(danger.fails[e]), int(danger.time[e]))
            last = max(min(passed, int(danger.arrival[graph.edge_tail[e]])), -1) if last >= 0 else -1
        assert latest[node] == last, node


def in_time(
    graph: Graph, danger: Danger, latest: Ints, seeds: Seeds, starts: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """(when, target) of all that can be reached, soonest first; asked of every edge until nothing changes."""
    at: dict[int, int] = {}
    offers = list(starts)
    while offers:
        node, now = offers.pop()
        if now > latest[node] or now >= at.get(node, LAST + 1):
            continue
        at[node] = now
        passable = (graph.edge_tail == node) & (danger.time < CLOSED) & (now + danger.time <= danger.fails)
        offers += [(int(graph.edge_head[e]), now + int(danger.time[e])) for e in np.flatnonzero(passable)]
    soonest: dict[int, int] = {}
    for node, time, until, target in zip(*(column.tolist() for column in seeds), strict=True):
        if node in at and at[node] <= until:
            soonest[target] = min(at[node] + time, soonest.get(target, LAST))
    return sorted((when, target) for target, when in soonest.items())


@for_cases(2 * CASES)
def test_the_first_targets_in_time_are_those_that_are_reached_before_all_ends(case: int) -> None:
    rng = np.random.default_rng(case)
    graph = draw_graph(rng, edges=int(rng.choice([8, 24])))
    danger, seeds = draw_danger(rng, graph), draw_seeds(rng, graph.nodes)
    latest = draw_moments(rng, graph.nodes, never=0.8)
    starts = [(int(v), int(t)) for v, t in rng.integers(0, (9, 12), (int(rng.integers(0, 9)), 2))]
    if case % 3 == 0:  # the same an hour later
        columns = (danger.fails, latest, seeds.latest)
        fails, latest, until = (np.where(c < NEVER, c + 36_000, NEVER).astype(np.int32) for c in columns)
        danger, seeds = danger._replace(fails=fails), seeds._replace(latest=until)
        starts = [(node, now + 36_000) for node, now in starts]
    assert (
        first_in_time(graph, danger, latest, seeds, starts, most=case % 4)
        == in_time(graph, danger, latest, seeds, starts)[: case % 4]
    )


def first_in_time(
    graph: Graph, danger: Danger, latest: Ints, seeds: Seeds, starts: list[tuple[int, int]], *, most: int
) -> list[tuple[int, int]]:
    """The kernel's."""
    rows = np.argsort(seeds.node, kind="stable")
    begin = np.searchsorted(seeds.node[rows], np.arange(graph.nodes + 1)).astype(np.int32)
    found = np.full((most, 2), -9, np.int64)
    node, at = np.array(starts, np.int64).reshape(-1, 2).T.copy()
    count = targets_in_time(
        node, at, graph.out_start, graph.out_edge, graph.edge_head, danger.time, latest, danger.fails,
        begin, rows, seeds.time, seeds.latest, seeds.target, found,
    )  # fmt: skip
    assert (found[count:] == -9).all()
    return [(int(when), int(target)) for when, target in found[:count]]


def test_at_the_last_moment_a_place_and_a_street_are_still_passed_and_a_closed_one_never() -> None:
    """A street of 7 from node 0 to node 1, where a target stands 2 on."""
    graph, seeds = graph_of([(0, 1)], 2), seeds_of([(1, 2, 17, 5)])

    def told(at: int, *, time: int = 7, fails: int = LAST, latest: int = LAST) -> list[tuple[int, int]]:
        danger = Danger(np.array([time], np.int32), np.array([fails], np.int32), np.empty(0, np.int32))
        last = np.array([latest, LAST], np.int32)
        return first_in_time(graph, danger, last, seeds, [(0, at)], most=1)

    assert (told(10), told(11)) == ([(19, 5)], [])
    assert (told(4, fails=11), told(5, fails=11)) == ([(13, 5)], [])
    assert (told(4, latest=4), told(5, latest=4)) == ([(13, 5)], [])
    assert (told(10 - CLOSED, time=CLOSED - 1), told(10 - CLOSED, time=CLOSED)) == ([(11, 5)], [])
