"""The loops of `kernels.weigh` against the rules in words; also run by `infra/mutate.py`, not compiled."""

import numpy as np

from routing.kernels.weigh import close_links, lay_zone, list_changed, weigh_links, weigh_open
from tests.unit.routing.graphs import CLOSED, draw_graph, for_cases

CASES = 40


def weighed(free: int, factor: int) -> int:
    """What an edge costs where its link is open: no way where the profile may not or a zone forbids; else dearer, but a way."""
    return CLOSED if free >= CLOSED or factor == 0 else min(free * factor, CLOSED - 1)


@for_cases(CASES)
def test_every_edge_is_weighed_by_the_rules(case: int) -> None:
    rng = np.random.default_rng(case)
    free = rng.choice([1, 2, 50, CLOSED // 2, CLOSED - 1, CLOSED, CLOSED + 1], 30).astype(np.int32)
    if case % 4 == 0:
        free[:] = CLOSED
    factor, cost = rng.choice([0, 1, 1, 2, 4, 255], 30).astype(np.uint8), np.full(30, -7, np.int32)
    largest = weigh_open(free, factor, cost)
    expected = [weighed(f, k) for f, k in zip(free.tolist(), factor.tolist(), strict=True)]
    assert cost.tolist() == expected
    assert largest == max([1, *(c for c in expected if c < CLOSED)])


class Streets:
    """Random links, of which some have one edge, or none; what their edges cost where all is open."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.there, self.back = (np.full(12, -1, np.int32) for _ in range(2))
        edges = rng.permutation(24)
        for link in range(12):
            self.there[link], self.back[link] = np.where(
                rng.random(2) < 0.8, edges[2 * link : 2 * link + 2], -1
            )
        self.open_cost = rng.choice([1, 7, CLOSED], 24).astype(np.int32)

    def expected(self, closed: np.ndarray) -> list[int]:
        cost = self.open_cost.tolist()
        for link in np.flatnonzero(closed):
            for edge in (self.there[link], self.back[link]):
                if edge >= 0:
                    cost[edge] = CLOSED
        return cost


@for_cases(CASES)
def test_both_edges_of_a_closed_link_are_no_way(case: int) -> None:
    rng = np.random.default_rng(case)
    streets, closed = Streets(rng), rng.random(12) < 0.4
    cost = streets.open_cost.copy()
    close_links(np.flatnonzero(closed), streets.there, streets.back, cost)
    assert cost.tolist() == streets.expected(closed)


@for_cases(CASES)
def test_of_links_that_close_or_open_the_edges_that_cost_another_sum_are_listed(case: int) -> None:
    rng = np.random.default_rng(case)
    streets, was_closed, closed = Streets(rng), rng.random(12) < 0.4, rng.random(12) < 0.4
    before, after = streets.expected(was_closed), streets.expected(closed)
    cost, links = np.array(before, np.int32), np.flatnonzero(closed != was_closed)
    edges, former = (np.full(2 * len(links), -7, np.int32) for _ in range(2))
    count = weigh_links(links, closed, streets.there, streets.back, streets.open_cost, cost, edges, former)
    changed = [edge for edge in range(24) if before[edge] != after[edge]]
    assert cost.tolist() == after
    assert sorted(edges[:count].tolist()) == changed
    assert former[:count].tolist() == [before[edge] for edge in edges[:count]]
    assert [*edges[count:], *former[count:]] == [-7] * (2 * (len(edges) - count))


@for_cases(CASES)
def test_edges_that_cost_another_sum_are_listed_in_order(case: int) -> None:
    rng = np.random.default_rng(case)
    former, cost = (rng.integers(1, 3, 20).astype(np.int32) for _ in range(2))
    assert list_changed(former, cost).tolist() == np.flatnonzero(former != cost).tolist()


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
