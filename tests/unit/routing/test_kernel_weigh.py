"""The loops of `kernels.weigh` against the rules in words; also run by `infra/mutate.py`, not compiled."""

import numpy as np

from routing.kernels.weigh import lay_zone, weigh_again, weigh_all, weigh_some
from tests.unit.routing.graphs import CLOSED, Ints, draw_graph, for_cases

CASES = 40


def weighed(free: int, factor: int, *, closed: bool) -> int:
    """What an edge costs: no way where the profile may not, a zone forbids or something closes it; else dearer, but a way."""
    return CLOSED if free >= CLOSED or factor == 0 or closed else min(free * factor, CLOSED - 1)


class Streets:
    """Random columns of 30 edges on 12 links."""

    def __init__(self, case: int) -> None:
        rng = np.random.default_rng(case)
        self.free = rng.choice([1, 2, 50, CLOSED // 2, CLOSED - 1, CLOSED, CLOSED + 1], 30).astype(np.int32)
        self.factor = rng.choice([0, 1, 1, 2, 4], 30).astype(np.uint8)
        self.closed = rng.random(12) < 0.3
        self.link = rng.integers(0, 12, 30).astype(np.int32)
        if case % 4 == 0:
            self.free[:] = CLOSED

    def expected(self) -> list[int]:
        rows = zip(self.free.tolist(), self.factor.tolist(), self.closed[self.link].tolist(), strict=True)
        return [weighed(free, factor, closed=closed) for free, factor, closed in rows]


def largest(costs: list[int]) -> int:
    return max([1, *(c for c in costs if c < CLOSED)])


@for_cases(CASES)
def test_every_edge_is_weighed_by_the_rules(case: int) -> None:
    streets, cost = Streets(case), np.full(30, -7, np.int32)
    most = weigh_all(streets.free, streets.factor, streets.closed, streets.link, cost)
    assert cost.tolist() == streets.expected()
    assert most == largest(streets.expected())


@for_cases(CASES)
def test_of_some_edges_those_that_changed_are_listed_with_what_they_cost(case: int) -> None:
    rng, streets = np.random.default_rng(case), Streets(case)
    former: Ints = np.where(rng.random(30) < 0.5, streets.expected(), rng.choice([1, 7, CLOSED], 30)).astype(
        np.int32
    )
    asked = rng.integers(0, 30, 20).astype(np.int32)  # some twice
    edges, cost, before = asked.copy(), former.copy(), np.full(20, -7, np.int32)
    count, most = weigh_some(edges, streets.free, streets.factor, streets.closed, streets.link, cost, before)
    changed = [e for e in dict.fromkeys(asked.tolist()) if streets.expected()[e] != former[e]]
    assert edges[:count].tolist() == changed
    assert before[:count].tolist() == [former[e] for e in changed]
    assert (before[count:] == -7).all()
    assert cost.tolist() == [streets.expected()[e] if e in asked else former[e] for e in range(30)]
    assert most == largest([streets.expected()[e] for e in changed])


@for_cases(CASES)
def test_weighing_all_again_lists_in_order_what_changed(case: int) -> None:
    rng, streets = np.random.default_rng(case), Streets(case)
    former: Ints = np.where(rng.random(30) < 0.5, streets.expected(), rng.choice([1, 7, CLOSED], 30)).astype(
        np.int32
    )
    cost, edges = np.full(30, -7, np.int32), np.full(30, -7, np.int32)
    count, most = weigh_again(streets.free, streets.factor, streets.closed, streets.link, former, cost, edges)
    changed = [e for e in range(30) if streets.expected()[e] != former[e]]
    assert cost.tolist() == streets.expected()
    assert edges[:count].tolist() == changed
    assert (edges[count:] == -7).all()
    assert most == largest([streets.expected()[e] for e in changed])


@for_cases(CASES)
def test_a_zone_weighs_on_edges_into_through_and_inside_it_and_the_harder_grade_holds(case: int) -> None:
    rng = np.random.default_rng(case)
    graph, inside = draw_graph(rng), rng.random(9) < 0.5
    into, within = int(rng.choice([0, 1, 2, 5])), int(rng.choice([1, 3, 4]))
    before = rng.choice([0, 1, 2, 5], graph.edges).astype(np.uint8)
    crossing = np.unique(rng.integers(0, graph.edges, 3)).astype(np.int32)
    factor = before.copy()
    lay_zone(np.flatnonzero(inside), inside, crossing, into, within, graph.in_start, graph.edge_tail, factor)
    for edge in range(graph.edges):
        laid = [int(before[edge])]
        if inside[graph.edge_head[edge]]:
            laid.append(within if inside[graph.edge_tail[edge]] else into)
        if edge in crossing:
            laid.append(into)
        assert factor[edge] == (0 if 0 in laid else max(laid)), (edge, laid)
