"""The loops of `kernels.others` against labels of each target by itself; also run by `infra/mutate.py`, not compiled."""

from collections.abc import Sequence

import numpy as np

from routing.kernels.others import Notes, nearest_others, others_from, others_of_all
from tests.unit.routing.graphs import CLOSED, INF, for_cases
from tests.unit.routing.ground import (
    End,
    Town,
    draw_streets,
    draw_town,
    lines_of,
    streets_of,
    town_of,
)

Start = tuple[int, int, int]
"""(node, cost, time)"""
Found = tuple[int, int, int]
"""(cost, target, time)"""

CASES = 60
UNTOUCHED = -7


def notes_for(town: Town) -> Notes:
    columns = (np.zeros(town.streets.graph.nodes, np.int32) for _ in range(4))
    return Notes(np.zeros(1, np.int32), np.zeros(1, np.int32), *columns)


def draw_starts(rng: np.random.Generator, town: Town) -> list[Start]:
    rows = rng.integers(0, (town.streets.graph.nodes, 5, 5), (int(rng.integers(0, 4)), 3))
    return [(int(node), int(cost), int(time)) for node, cost, time in rows]


def table_of_starts(starts: Sequence[Start]) -> np.ndarray:
    return np.array(starts, np.int64).reshape(-1, 3)


def search(town: Town, starts: Sequence[Start], count: int, notes: Notes) -> list[Found]:
    """What is found; the rest of the table is left alone."""
    graph, table = town.streets.graph, np.full((count, 3), UNTOUCHED, np.int64)
    got = nearest_others(table_of_starts(starts), graph.out_start, graph.out_edge, town.forest, notes, table)
    assert (table[got:] == UNTOUCHED).all()
    return [(cost, target, time) for cost, target, time in table[:got].tolist()]


def quickest(town: Town, target: int) -> list[tuple[int, int]]:
    """The least (cost, time) from each node to one target, asked of every edge until nothing changes."""
    best = [(INF, INF)] * town.streets.graph.nodes
    for seed, time in zip(town.seeds, town.times, strict=True):
        if seed.target == target:
            best[seed.node] = min(best[seed.node], (seed.cost, time))
    for _ in best:
        for e, (tail, head, *_) in enumerate(town.streets.edges):
            if town.cost[e] < CLOSED and best[head][0] < INF:
                best[tail] = min(best[tail], (best[head][0] + town.cost[e], best[head][1] + town.free[e]))
    return best


def nearest(town: Town, starts: Sequence[Start], count: int) -> list[Found]:
    found = []
    for target in {seed.target for seed in town.seeds}:
        best = quickest(town, target)
        ways = [
            (cost + best[node][0], time + best[node][1]) for node, cost, time in starts if best[node][0] < INF
        ]
        found += [(cost, target, time) for cost, time in sorted(ways)[:1]]
    return sorted(found)[:count]


@for_cases(CASES)
def test_the_nearest_targets_are_those_of_each_by_itself_and_of_equal_ways_the_quicker(case: int) -> None:
    rng = np.random.default_rng(case)
    town = draw_town(rng, draw_streets(rng))
    notes = notes_for(town)
    for _ in range(4):  # with the notes of the search before
        starts, count = draw_starts(rng, town), int(rng.integers(1, 5))
        assert search(town, starts, count, notes) == nearest(town, starts, count)


@for_cases(10)
def test_searches_go_on_when_their_numbers_have_run_out(case: int) -> None:
    rng = np.random.default_rng(case)
    town = draw_town(rng, draw_streets(rng))
    notes = notes_for(town)
    notes.round[0] = INF - 1
    for column in (notes.seen, notes.done):
        column[:] = rng.integers(0, 3, len(column))  # numbers of old, with the least cost that there can be
    for _ in range(3):
        starts = draw_starts(rng, town)
        assert search(town, starts, 3, notes) == nearest(town, starts, 3)
    assert 0 < notes.round[0] < 3


@for_cases(CASES)
def test_the_table_of_all_has_for_each_node_what_a_search_finds(case: int) -> None:
    rng = np.random.default_rng(case)
    town = draw_town(rng, draw_streets(rng))
    count = int(rng.integers(1, 4))
    graph, largest = (
        town.streets.graph,
        max(c for c in [1, *town.cost, *(s.cost for s in town.seeds)] if c < CLOSED),
    )
    table = others_of_all(graph.in_start, graph.edge_tail, town.forest, 1 << largest.bit_length(), count)
    assert table.shape == (graph.nodes, count, 3)
    for node in range(graph.nodes):
        expected = nearest(town, [(node, 0, 0)], count)
        none = [(-1, -1, -1)] * (count - len(expected))
        assert [tuple(row) for row in table[node].tolist()] == expected + none
    for _ in range(4):
        starts, found = draw_starts(rng, town), np.full((count, 3), UNTOUCHED, np.int64)
        got = others_from(table_of_starts(starts), table, found)
        assert [tuple(row) for row in found[:got].tolist()] == nearest(town, starts, count)
        assert (found[got:] == UNTOUCHED).all()


def even(links: Sequence[tuple[int, int, str]], nodes: int, ends: Sequence[End]) -> Town:
    """Streets that all cost the same."""
    shapes = [[(0, float(u), 0), (0, float(v), 1)] for u, v, _ in links]
    streets = streets_of(links, lines_of(shapes, [1.0] * len(links)), nodes)
    ones = [1] * len(streets.edges)
    return town_of(streets, ones, ones, ends)


def test_the_table_has_room_for_all_that_wait_and_nobody_goes_on_twice() -> None:
    """A target in the middle of a loop is at its node twice, at the same cost: once for each direction."""
    town = even([(0, 0, "<>"), *((node, 0, ">") for node in range(1, 5))], 5, [End(0, 0, 0.5, 0)])
    graph = town.streets.graph
    table = others_of_all(graph.in_start, graph.edge_tail, town.forest, 2, 1)
    assert table[:, 0].tolist() == [[0, 0, 0], *[[1, 0, 1]] * 4]


def a_row(ends: Sequence[End]) -> Town:
    """A street from 0 to 11, and a way from its beginning that leads nowhere."""
    return even([*((i, i + 1, "<>") for i in range(11)), (0, 12, ">")], 13, ends)


def test_of_targets_that_are_as_near_the_first_is_found_wherever_it_lies() -> None:
    links = [*((node, node + 3, "<>") for node in (1, 2, 3)), *((0, node, "<>") for node in (1, 2, 3))]
    for targets in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        town = even(links, 7, [End(target, link, 0.0, 0) for link, target in enumerate(targets)])
        for count in (1, 2, 3):
            expected = [(1, target, 1) for target in range(count)]
            assert search(town, [(0, 0, 0)], count, notes_for(town)) == expected


def test_a_search_goes_no_farther_than_to_what_it_looks_for() -> None:
    town = a_row([End(0, 2, 0.0, 0), End(1, 4, 0.0, 0)])
    notes = notes_for(town)
    assert search(town, [(0, 0, 0)], 1, notes) == [(2, 0, 2)]
    assert notes.taken[0] == 3
    assert search(town, [(0, 0, 0)], 2, notes) == [(2, 0, 2), (4, 1, 4)]
    assert notes.taken[0] == 5
    assert notes.round[0] == 2


def test_a_search_goes_on_from_each_node_once_however_often_it_is_reached() -> None:
    town = a_row([End(0, 2, 0.0, 0)])
    notes = notes_for(town)
    assert search(town, [(0, 3, 3), (0, 0, 0), (1, 9, 9)], 2, notes) == [(2, 0, 2)]
    assert notes.taken[0] == 12
    town = even([(0, 3, ">"), (0, 1, ">"), (3, 2, ">"), (1, 2, ">"), (2, 4, ">")], 5, [End(0, 4, 1.0, 0)])
    notes = notes_for(town)  # where two ways of the same cost meet before both are gone
    assert search(town, [(0, 0, 0)], 2, notes) == [(3, 0, 3)]
    assert notes.taken[0] == 4


def test_whoever_can_go_nowhere_is_not_gone_on_from() -> None:
    town = a_row([])
    notes = notes_for(town)
    assert search(town, [(0, 0, 0)], 2, notes) == []
    assert notes.taken[0] == 0
