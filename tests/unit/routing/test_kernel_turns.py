"""The loops of `kernels.turns` against the rules in words, on random streets; also run by `infra/mutate.py`, not compiled."""

from itertools import pairwise

import numpy as np

from routing.kernels.turns import (
    ALWAYS,
    AT_DEAD_ENDS,
    NEVER,
    judge_turn,
    list_concerned,
    list_turns,
    settle_backs,
)
from tests.unit.routing.graphs import CLOSED, Ints, for_cases, graph_of

CASES = 120
Row = tuple[int, int, bool]


class Streets:
    """Few crossings, loops and one-ways among the links, some edges that no vehicle uses, random rules between edges that meet."""

    def __init__(self, rng: np.random.Generator) -> None:
        nodes = int(rng.integers(1, 6))
        edges: list[tuple[int, int, int]] = []
        for link in range(int(rng.integers(0, 9))):
            u, v = (int(node) for node in rng.integers(0, nodes, 2))
            edges += [(u, v, link)] if rng.random() < 0.3 else [(u, v, link), (v, u, link)]
        edges = [edges[i] for i in rng.permutation(len(edges))]
        edges.sort(key=lambda edge: edge[1])
        self.graph = graph_of([edge[:2] for edge in edges], nodes)
        self.link = np.array([edge[2] for edge in edges], np.int32)
        self.used = rng.random(len(edges)) < 0.85
        tail, head = self.graph.edge_tail.tolist(), self.graph.edge_head.tolist()
        self.meeting = [(s, g) for s in range(len(edges)) for g in range(len(edges)) if head[s] == tail[g]]
        rules = [
            (*self.meeting[k], bool(rng.random() < 0.4))
            for k in rng.integers(0, max(1, len(self.meeting)), 6 if self.meeting else 0)
        ]
        self.rules = sorted(rules, key=lambda rule: rule[0])
        self.turn_start = np.searchsorted([r[0] for r in self.rules], np.arange(len(edges) + 1))
        self.turn_to = np.array([r[1] for r in self.rules], np.int32)
        self.turn_only = np.array([r[2] for r in self.rules], bool)

    @property
    def chosen(self) -> Ints:
        return np.flatnonzero(self.used).astype(np.int32)

    @property
    def number(self) -> Ints:
        return np.where(self.used, np.cumsum(self.used) - 1, -1).astype(np.int32)

    def list_turns(self) -> tuple[Ints, Ints, Ints, np.ndarray]:
        g = self.graph
        start, tail, street, is_back = list_turns(
            self.chosen, self.number, g.in_start, self.link, g.edge_tail, g.edge_head,
            self.turn_start, self.turn_to, self.turn_only,
        )  # fmt: skip
        return start, tail, street, is_back

    def verdict(self, start: int, goal: int) -> int:
        """What the rules say of going on by an edge."""
        said = [(to, only) for one, to, only in self.rules if one == start]
        if (goal, False) in said:
            return NEVER
        if any(only for _, only in said):
            return ALWAYS if (goal, True) in said else NEVER
        is_loop = self.graph.edge_tail[start] == self.graph.edge_head[start]
        return AT_DEAD_ENDS if self.link[start] == self.link[goal] and not is_loop else ALWAYS

    def rows(self) -> list[list[Row]]:
        """(tail, street, is_back) of whatever leads to each chosen edge's node, in order."""
        found = []
        for goal in self.chosen.tolist():
            rows: list[Row] = [(int(self.graph.edge_tail[goal]), goal, False)]
            for place, start in enumerate(self.chosen.tolist()):
                if (start, goal) in self.meeting and (verdict := self.verdict(start, goal)) != NEVER:
                    rows.append((self.graph.nodes + place, goal, verdict == AT_DEAD_ENDS))
            found.append(rows)
        return found


@for_cases(CASES)
def test_whoever_comes_by_an_edge_goes_on_as_the_rules_allow(case: int) -> None:
    streets = Streets(np.random.default_rng(case))
    g = streets.graph
    for start, goal in streets.meeting:
        told = judge_turn(
            start, goal, streets.link, g.edge_tail, g.edge_head, streets.turn_start, streets.turn_to, streets.turn_only
        )  # fmt: skip
        assert told == streets.verdict(start, goal), (start, goal)


@for_cases(CASES)
def test_every_turn_that_the_rules_allow_is_a_row_and_no_other(case: int) -> None:
    streets = Streets(np.random.default_rng(case))
    start, tail, street, is_back = streets.list_turns()
    table = list(zip(tail.tolist(), street.tolist(), is_back.tolist(), strict=True))
    assert (len(start), start[-1]) == (len(streets.chosen) + 1, len(table))
    assert [table[a:b] for a, b in pairwise(start)] == streets.rows()


@for_cases(CASES)
def test_a_turn_back_costs_the_street_at_a_dead_end_and_is_no_way_elsewhere(case: int) -> None:
    rng = np.random.default_rng(case)
    streets = Streets(rng)
    _, tail, street, is_back = streets.list_turns()
    closed = rng.random(streets.graph.edges) < 0.5
    street_cost = np.where(
        closed, rng.choice([CLOSED, CLOSED + 1], len(closed)), rng.integers(1, 9, len(closed))
    ).astype(np.int32)
    some = np.flatnonzero(is_back & (rng.random(len(is_back)) < 0.8)).astype(np.int32)
    cost = np.full(len(tail), 77, np.int32)
    g = streets.graph
    settle_backs(some, street, g.edge_tail, streets.link, g.out_start, g.out_edge, street_cost, cost)
    for row, (goal, told) in enumerate(zip(street.tolist(), cost.tolist(), strict=True)):
        onward = (g.edge_tail == g.edge_tail[goal]) & (streets.link != streets.link[goal])
        is_open = not (onward & (street_cost < CLOSED)).any()
        expected = street_cost[goal] if is_open else CLOSED
        assert told == (expected if row in some else 77), row


@for_cases(CASES)
def test_whatever_a_change_of_streets_concerns_is_listed_once(case: int) -> None:
    rng = np.random.default_rng(case)
    streets = Streets(rng)
    start, _, street, is_back = streets.list_turns()
    edges = np.flatnonzero(rng.random(streets.graph.edges) < rng.choice([0.2, 1.0]))
    edges = rng.permutation(edges).astype(np.int32)
    tail, nodes = streets.graph.edge_tail, streets.graph.nodes
    rows = np.flatnonzero(is_back)
    rows = rows[np.argsort(tail[street[rows]], kind="stable")]
    back_start = np.searchsorted(tail[street[rows]], np.arange(nodes + 1)).astype(np.int32)
    marked = np.zeros(nodes, bool)
    found = list_concerned(
        edges, start, streets.number, is_back, tail, back_start, rows.astype(np.int32), marked
    )
    at = set(tail[edges].tolist())
    expected = [
        row
        for row in range(len(street))
        if (int(tail[street[row]]) in at if is_back[row] else street[row] in edges)
    ]
    assert sorted(found.tolist()) == expected
    assert not marked.any()
