"""The loops of `kernels.alt` against labels that are worked out by an obvious method; also run by `infra/mutate.py`, not compiled."""

from itertools import pairwise

import numpy as np

from routing.kernels.alt import (
    ASKED,
    BOUND,
    DIST,
    NEXT,
    ROOM,
    UNKNOWN,
    Marks,
    copy_ways,
    search_back,
    wipe,
    wipe_ways,
    write_column,
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
    graph_of,
)

CASES = 80
JUNK = 7


def wiped(nodes: int) -> Ints:
    sheet = np.full((nodes, 4), JUNK, np.int32)
    sheet[:, DIST], sheet[:, NEXT] = INF, -1
    return sheet


def turned(graph: Graph, cost: Ints) -> tuple[Graph, Ints]:
    """The same with every edge the other way round."""
    back = graph_of(list(zip(graph.edge_head.tolist(), graph.edge_tail.tolist(), strict=True)), graph.nodes)
    order = np.argsort(graph.edge_tail, kind="stable")
    return back, cost[order]


def distances(graph: Graph, cost: Ints, node: int) -> Ints:
    return np.array([label[0] for label in best_labels(graph, cost, [Seed(0, node, 0)])], np.int32)


class Asked:
    """A random question with landmarks over costs that are nowhere larger."""

    def __init__(self, case: int) -> None:
        rng = np.random.default_rng(case)
        self.graph = draw_graph(rng, nodes=10, edges=int(rng.choice([12, 24, 30])))
        free = rng.choice([1, 2, 5, 9], self.graph.edges).astype(np.int32)
        dearer = free * rng.choice([1, 1, 2], self.graph.edges)
        self.cost = np.where(rng.random(self.graph.edges) < 0.15, CLOSED, dearer).astype(np.int32)
        self.quantum = int(rng.choice([1, 1, 4]))
        self.marks = Marks(self.columns(rng, free), self.quantum)
        self.seeds = [Seed(0, int(n), int(c)) for n, c in rng.integers(0, 6, (int(rng.integers(0, 5)), 2))]
        self.groups = int(rng.integers(1, 4))
        starts = [
            (int(rng.integers(10)), int(rng.integers(0, 9)), g) for g in range(self.groups) for _ in range(2)
        ]
        kept = starts if rng.random() < 0.8 else starts[1:]
        self.node, self.start_cost, self.group = np.array(kept, np.int64).T.copy()
        self.labels = best_labels(self.graph, self.cost, self.seeds)

    def columns(self, rng: np.random.Generator, free: Ints) -> np.ndarray:
        count = int(rng.integers(0, 1 + ASKED // 2))
        back, back_cost = turned(self.graph, free)
        to = [distances(self.graph, free, int(n)) for n in rng.integers(0, 10, count)]
        since = [distances(back, back_cost, int(n)) for n in rng.integers(0, 10, count)]
        made = np.empty((10, 2 * count), np.uint16)
        for k, found in enumerate([*to, *since]):
            write_column(found, self.quantum, made[:, k])
        return made

    def run(self) -> tuple[Ints, list[int], int]:
        sheet = wiped(self.graph.nodes)
        node, cost, _ = columns(self.seeds)
        touched, taken = search_back(
            self.graph.in_start, self.graph.edge_tail, self.cost, self.node, self.start_cost, self.group, self.groups,
            node, cost, self.marks, sheet,
        )  # fmt: skip
        return sheet, touched.tolist(), taken

    def bound(self, column: int, node: int) -> int | None:
        """What a column says of the way from the nearest start to a node; None: nothing."""
        here = int(self.marks.columns[node, column])
        starts = [int(self.marks.columns[n, column]) for n in self.node]
        if UNKNOWN in (here, *starts):
            return None
        sign = 1 if column >= self.marks.columns.shape[1] // 2 else -1
        q = self.quantum
        return min(int(c) + q * sign * (here - s) for c, s in zip(self.start_cost, starts, strict=True)) - (
            q - 1
        )

    def bounds(self) -> list[int]:
        """Of each node, by the columns that say anything of the seeds."""
        chosen = []
        for column in range(self.marks.columns.shape[1]):
            told = [self.bound(column, seed.node) for seed in self.seeds]
            if self.seeds and min(-1 if t is None else t for t in told) > 0:
                chosen.append(column)
        found = [[self.bound(column, node) or 0 for column in chosen] for node in range(self.graph.nodes)]
        return [max([0, *told]) for told in found]

    def limit(self) -> int:
        """The cost of the dearest of the origins' cheapest ways."""
        reached = [INF] * self.groups
        for node, cost, group in zip(self.node, self.start_cost, self.group, strict=True):
            if self.labels[node][0] < INF:
                reached[group] = min(reached[group], self.labels[node][0] + int(cost))
        return max(reached)

    def on_ways(self) -> set[int]:
        """Nodes on any cheapest way of any origin."""
        found: set[int] = set()
        for group in range(self.groups):
            rows = np.flatnonzero(self.group == group)
            costs = [self.labels[self.node[r]][0] + int(self.start_cost[r]) for r in rows]
            least = min([c for c in costs if c < INF], default=None)
            ahead = [int(self.node[r]) for r, c in zip(rows, costs, strict=True) if c == least]
            while ahead:
                node = ahead.pop()
                if node in found:
                    continue
                found.add(node)
                for edge in np.flatnonzero(self.graph.edge_tail == node):
                    head = int(self.graph.edge_head[edge])
                    if (
                        self.cost[edge] < CLOSED
                        and self.labels[head][0] + int(self.cost[edge]) == self.labels[node][0]
                    ):
                        ahead.append(head)
        return found


def label_of(sheet: Ints, node: int) -> Label:
    return int(sheet[node, DIST]), 0 if sheet[node, DIST] < INF else -1, int(sheet[node, NEXT])


@for_cases(CASES)
def test_every_node_on_a_cheapest_way_gets_its_least_label(case: int) -> None:
    asked = Asked(case)
    sheet, _, _ = asked.run()
    for node in asked.on_ways():
        assert label_of(sheet, node) == asked.labels[node], node


@for_cases(CASES)
def test_what_was_touched_is_listed_once_with_the_bound_that_landmarks_tell(case: int) -> None:
    asked = Asked(case)
    sheet, touched, _ = asked.run()
    assert sorted(touched) == np.flatnonzero(sheet[:, DIST] < INF).tolist()
    bounds = asked.bounds()
    assert all(sheet[node, BOUND] == bounds[node] for node in touched)


@for_cases(2 * CASES)
def test_no_node_is_taken_that_no_origin_needs_and_none_twice(case: int) -> None:
    asked = Asked(case)
    if asked.quantum > 1 or UNKNOWN in asked.marks.columns:
        return  # such bounds are not consistent: a node may be taken again, or not at all where no cheapest way leads
    _, _, taken = asked.run()
    limit, bounds = asked.limit(), asked.bounds()
    needed = zip(asked.labels, bounds, strict=True)
    assert taken == sum(label[0] < INF and label[0] + bound <= limit for label, bound in needed)


def bounds_of(*columns: list[int]) -> list[int]:
    """What landmarks' columns say at each node of a chain that begins at node 0, if its last node is the target."""
    nodes = len(columns[0])
    graph = graph_of([(n, n + 1) for n in range(nodes - 1)], nodes)
    marks = Marks(np.array(columns, np.uint16).T.copy(), 1)
    sheet, one, seed = wiped(nodes), np.zeros(1, np.int64), np.array([nodes - 1], np.int32)
    cost = np.full(graph.edges, 10, np.int32)
    search_back(
        graph.in_start, graph.edge_tail, cost, one, one, one, 1, seed, np.zeros(1, np.int32), marks, sheet
    )
    return [int(bound) for bound in sheet[:, BOUND]]


def test_of_many_columns_those_that_say_most_are_asked() -> None:
    """So far as is known to each landmark; the farther one says more."""
    many, nothing = ASKED + 2, [[0] * 5 for _ in range(ASKED + 2)]
    since = [[100 * n * k for n in range(5)] for k in range(1, many + 1)]
    assert bounds_of(*nothing, *since) == [100 * n * many for n in range(5)]


def test_each_column_that_says_anything_of_the_target_is_asked() -> None:
    """To two landmarks, then from two."""
    none = [0, 0, 0, 0, 0]
    assert bounds_of([500, 500, 500, 500, 498], none, [0, 0, 0, 0, 3], [0, 5, 0, 0, 1]) == [0, 5, 0, 0, 3]
    assert bounds_of([500, 497, 500, 500, 499], none, [0, 0, 4, 0, 1], [0, 0, 0, 5, 1]) == [0, 3, 4, 5, 1]
    assert bounds_of([500, 497, 500, 500, 500], none, [0, 0, 4, 0, 1], [0, 0, 0, 5, 0]) == [0, 0, 4, 0, 1]


@for_cases(20)
def test_whatever_is_nearest_is_taken_first_however_many_wait(case: int) -> None:
    """Spokes of a hub, the target; taken are the hub and all that are no farther than the origin, also where a list is just full."""
    rng = np.random.default_rng(case)
    spokes = [ROOM - 1, ROOM, ROOM + 1, 2 * ROOM][case % 4]
    graph = graph_of([(n, 0) for n in range(1, spokes + 1)], spokes + 1)
    cost = rng.permutation(np.arange(1, spokes + 1)) if case % 5 else np.arange(spokes, 0, -1)
    for origin in (spokes, *rng.integers(1, spokes + 1, 3)):
        start, zero = np.array([origin], np.int64), np.zeros(1, np.int64)
        seed, sheet = np.zeros(1, np.int32), wiped(spokes + 1)
        none = Marks(np.empty((spokes + 1, 0), np.uint16), 1)
        _, taken = search_back(
            graph.in_start, graph.edge_tail, cost.astype(np.int32), start, zero, zero, 1, seed, seed, none, sheet
        )  # fmt: skip
        assert taken == 1 + cost[origin - 1]


def test_no_closed_edge_is_used_also_where_nothing_else_leads_on() -> None:
    graph, none = graph_of([(0, 1), (0, 1), (1, 2)], 3), Marks(np.empty((3, 0), np.uint16), 1)
    seed, one = (np.array([2], np.int32), np.zeros(1, np.int32)), np.zeros(1, np.int64)
    for closed in (CLOSED, CLOSED + 1):
        sheet, cost = wiped(3), np.array([closed, closed, 5], np.int32)
        touched, taken = search_back(
            graph.in_start, graph.edge_tail, cost, one, one, one, 1, *seed, none, sheet
        )
        assert (touched.tolist(), taken, int(sheet[0, DIST])) == ([2, 1], 2, INF)


def test_lists_grow_with_a_large_search() -> None:
    """600 spokes to one hub, and a chain of 600: both lists grow more than once."""
    ends = [(n, 0) for n in range(1, 601)] + [(n, n - 1) for n in range(601, 1201)]
    graph = graph_of(ends, 1202)
    cost = (1 + np.arange(graph.edges) % 7).astype(np.int32)
    start = np.array([1200], np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64)
    seed, sheet = (np.zeros(1, np.int32), np.zeros(1, np.int32)), wiped(1202)
    empty = Marks(np.empty((1202, 0), np.uint16), 1)
    touched, taken = search_back(graph.in_start, graph.edge_tail, cost, *start, 1, *seed, empty, sheet)
    labels = best_labels(graph, cost, [Seed(0, 0, 0)])
    assert [label_of(sheet, node) for node in range(1202)] == labels
    assert (sorted(touched.tolist()), taken) == (list(range(1201)), 1201)
    dist, next_edge = np.full(1202, INF, np.int32), np.full(1202, -1, np.int32)
    copied = copy_ways(np.array([1200]), graph.edge_head, sheet, dist, next_edge)
    assert sorted(copied.tolist()) == [0, *range(600, 1201)]
    assert (np.flatnonzero(dist < INF) == np.sort(copied)).all()


@for_cases(CASES)
def test_the_ways_from_the_starts_are_copied_and_nothing_else(case: int) -> None:
    asked = Asked(case)
    sheet, touched, _ = asked.run()
    dist, next_edge = np.full(10, INF, np.int32), np.full(10, -1, np.int32)
    copied = copy_ways(asked.node, asked.graph.edge_head, sheet, dist, next_edge)
    expected: set[int] = set()
    for start in asked.node.tolist():
        node = start
        while sheet[node, DIST] < INF:
            expected.add(node)
            if sheet[node, NEXT] < 0:
                break
            node = int(asked.graph.edge_head[sheet[node, NEXT]])
    assert sorted(copied.tolist()) == sorted(expected)
    for node in range(10):
        told = (sheet[node, DIST], sheet[node, NEXT]) if node in expected else (INF, -1)
        assert (dist[node], next_edge[node]) == told
    wipe_ways(copied, dist, next_edge)
    wipe(np.array(touched, np.int32), sheet)
    assert (dist == INF).all()
    assert (next_edge == -1).all()
    assert (sheet[:, DIST] == INF).all()
    assert (sheet[:, NEXT] == -1).all()


def test_distances_are_written_in_whole_quanta_as_far_as_they_can_be() -> None:
    dist = np.array([0, 9, 10, 19, 20, 655_339, 655_350, INF - 1, INF], np.int32)
    column = np.full(len(dist), JUNK, np.uint16)
    write_column(dist, 10, column)
    assert column.tolist() == [0, 0, 1, 1, 2, 65_533, 65_535, 65_535, 65_535]
    assert all(one <= other for one, other in pairwise(column.tolist()))
