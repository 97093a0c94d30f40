"""The loops of `kernels.turns` by themselves, held to the rules in words; each mistake in them must show here."""

from itertools import pairwise

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings

import routing
from routing.kernels.turns import list_concerned, list_turns, settle_backs
from routing.profiles import CAR, CLOSED, edge_costs
from tests.unit.routing.turn_oracles import allowed, streets

Row = tuple[int, int, bool]


def rows_in_words(network: routing.Network, chosen: list[int]) -> list[list[Row]]:
    """(tail, street, is_back) of the edges that lead to each chosen edge's node, in order."""
    nobody = np.full(network.edge_count, int(CLOSED))
    everybody = np.zeros(network.edge_count, int)
    found = []
    for goal in chosen:
        rows: list[Row] = [(int(network.edge_tail[goal]), goal, False)]
        for place, start in enumerate(chosen):
            if network.edge_head[start] == network.edge_tail[goal]:
                always = allowed(network, everybody, start, goal)
                at_dead_ends = allowed(network, nobody, start, goal)
                same = network.edge_link[start] == network.edge_link[goal]
                named = bool(((network.turn_from == start) & network.turn_only).any())
                back = same and network.edge_tail[start] != network.edge_head[start] and not named
                if at_dead_ends:
                    rows.append((network.node_count + place, goal, back))
                assert at_dead_ends or not always
        found.append(rows)
    return found


def listed(network: routing.Network) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, ...]]:
    """(chosen edges, their numbers, what `list_turns` makes of them)."""
    chosen = np.flatnonzero(edge_costs(network, CAR) < CLOSED).astype(np.int32)
    number = np.full(network.edge_count, -1, np.int32)
    number[chosen] = np.arange(len(chosen))
    turns = list_turns(
        chosen, number, network.in_start, network.edge_link, network.edge_tail, network.edge_head,
        network.turn_start, network.turn_to, network.turn_only,
    )  # fmt: skip
    return chosen, number, turns


@settings(max_examples=100, deadline=None)
@given(streets())
def test_every_turn_that_the_rules_allow_is_a_row_and_no_other(network: routing.Network) -> None:
    chosen, _, (start, tail, street, is_back) = listed(network)
    table = list(zip(tail.tolist(), street.tolist(), is_back.tolist(), strict=True))
    assert len(start) == len(chosen) + 1
    assert start[-1] == len(table)
    expected = rows_in_words(network, chosen.tolist())
    assert [table[a:b] for a, b in pairwise(start.tolist())] == expected


def draw_costs(data: st.DataObject, network: routing.Network) -> np.ndarray:
    """int32[edges]: cars' costs, with some streets closed."""
    cost = edge_costs(network, CAR)
    closed = data.draw(st.lists(st.booleans(), min_size=len(cost), max_size=len(cost)))
    return np.where(closed, CLOSED, cost).astype(np.int32)


@settings(max_examples=100, deadline=None)
@given(streets(), st.data())
def test_a_turn_back_costs_the_street_at_a_dead_end_and_is_no_way_elsewhere(
    network: routing.Network, data: st.DataObject
) -> None:
    chosen, _, (_, tail, street, is_back) = listed(network)
    street_cost = draw_costs(data, network)
    cost = np.full(len(tail), 7, np.int32)
    rows = np.flatnonzero(is_back).astype(np.int32)
    some = rows[: data.draw(st.integers(0, len(rows)))]
    settle_backs(
        some,
        street,
        network.edge_tail,
        network.edge_link,
        network.out_start,
        network.out_edge,
        street_cost,
        cost,
    )
    for row in range(len(tail)):
        if row not in some.tolist():
            assert cost[row] == 7
            continue
        came_by = int(chosen[tail[row] - network.node_count])
        is_open = allowed(network, street_cost, came_by, int(street[row]))
        assert cost[row] == (street_cost[street[row]] if is_open else CLOSED)


@settings(max_examples=100, deadline=None)
@given(streets(), st.data())
def test_whatever_a_change_of_streets_concerns_is_listed_once(
    network: routing.Network, data: st.DataObject
) -> None:
    _, number, (start, _, street, is_back) = listed(network)
    edges = data.draw(st.lists(st.integers(0, network.edge_count - 1), max_size=6, unique=True))
    rows = np.flatnonzero(is_back)
    at = network.edge_tail[street[rows]]
    back_start = np.searchsorted(np.sort(at), np.arange(network.node_count + 1)).astype(np.int32)
    back_row = rows[np.argsort(at, kind="stable")].astype(np.int32)
    marked = np.zeros(network.node_count, bool)
    found = list_concerned(
        np.array(edges, np.int32), start, number, is_back, network.edge_tail, back_start, back_row, marked
    )
    tails = {int(network.edge_tail[e]) for e in edges}
    expected = [
        row
        for row in range(len(street))
        if (int(street[row]) in edges and not is_back[row])
        or (is_back[row] and int(network.edge_tail[street[row]]) in tails)
    ]
    assert sorted(found.tolist()) == expected
    assert not marked.any()
