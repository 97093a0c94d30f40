"""Who gets which shelter: the auction against two other ways to find the least total, prices that spread, candidates in order."""

import hypothesis.strategies as st
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import linear_sum_assignment

import routing
from routing.assign import (
    EPSILON,
    NO_PLACE,
    costs_to_targets,
    lower_bound,
    order_candidates,
    price_targets,
    scale_places,
    settle_prices,
)
from routing.errors import RoutingError
from routing.kernels.assign import auction
from routing.kernels.forest import INF
from tests.unit.routing.oracles import as_floats, fields, scipy_distances

FAR = int(INF)


@st.composite
def markets(draw: st.DrawFn, *, ways: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Up to 12 walkers, 5 targets with places for all of them, costs with many ties; some have no way to some targets."""
    walkers, targets = draw(st.integers(1, 12)), draw(st.integers(1, 5))
    costs = st.integers(0, 400) | st.sampled_from([100, 200, *([] if ways else [FAR])])
    cost = np.array(draw(st.lists(costs, min_size=walkers * targets, max_size=walkers * targets)), np.int32)
    places = np.array(draw(st.lists(st.integers(0, 6), min_size=targets, max_size=targets)), np.int64)
    short = walkers - int(places.sum())
    places[draw(st.integers(0, targets - 1))] += max(0, short)
    return cost.reshape(walkers, targets), places


def assign(cost: np.ndarray, places: np.ndarray, epsilon: int) -> tuple[np.ndarray, np.ndarray]:
    price, chosen = np.empty(len(places), np.int64), np.empty(len(cost), np.int32)
    finite = int(cost[cost < FAR].max(initial=1))
    auction(cost, places, epsilon, (finite + epsilon + 1) * (len(places) + 2) * 2, price, chosen)
    return price, chosen


def least_by_scipy(cost: np.ndarray, places: np.ndarray) -> int:
    seats = np.repeat(np.arange(len(places)), places)
    table = cost[:, seats].astype(np.int64)
    rows, columns = linear_sum_assignment(table)
    return int(table[rows, columns].sum())


def least_by_networkx(cost: np.ndarray, places: np.ndarray) -> int:
    graph = nx.DiGraph()
    for walker in range(len(cost)):
        graph.add_node(("w", walker), demand=-1)
        for target in range(len(places)):
            graph.add_edge(("w", walker), target, weight=int(cost[walker, target]), capacity=1)
    for target, room in enumerate(places.tolist()):
        graph.add_edge(target, "out", weight=0, capacity=room)
    graph.add_node("out", demand=len(cost))
    return int(nx.min_cost_flow_cost(graph))


@settings(deadline=None, max_examples=150)
@given(markets())
def test_the_auction_finds_the_least_total_and_nobody_is_over_capacity(
    market: tuple[np.ndarray, np.ndarray],
) -> None:
    cost, places = market
    many = len(cost) + 1
    price, chosen = assign(cost * many, places, 1)  # below 1/n of a unit the result is exact (Bertsekas 1988)
    assert (chosen >= 0).all()
    assert (np.bincount(chosen, minlength=len(places)) <= places).all()
    total = int(cost[np.arange(len(cost)), chosen].sum())
    least = least_by_scipy(cost, places)
    assert total == least == least_by_networkx(cost, places)
    assert lower_bound(cost * many, places, price) <= least * many
    assert least * many - lower_bound(cost * many, places, price) <= len(cost)


@settings(deadline=None, max_examples=150)
@given(markets(ways=False), st.integers(1, 50))
def test_each_walker_has_what_the_prices_offer_within_epsilon(
    market: tuple[np.ndarray, np.ndarray], epsilon: int
) -> None:
    cost, places = market
    for walker in range(len(cost)):  # a way to every target with places, or to none
        if (cost[walker, places > 0] == FAR).any():
            cost[walker] = FAR
    price, chosen = assign(cost, places, epsilon)
    assert (price >= 0).all()
    used = np.bincount(chosen[chosen >= 0], minlength=len(places))
    assert (used <= places).all()
    assert (price[used < places] == 0).all(), "places that nobody wants cost nothing"
    for walker in range(len(cost)):
        offers = cost[walker].astype(np.int64) + price
        open_now = (places > 0) & (cost[walker] < FAR)
        assert (chosen[walker] >= 0) == open_now.any()
        if chosen[walker] >= 0:
            assert cost[walker, chosen[walker]] <= offers[open_now].min() + epsilon


def test_a_price_rises_as_free_places_shrink() -> None:
    cost = np.array([[100, 700]] * 10, np.int32)
    prices = [int(settle_prices(cost, np.array([free, 10]))[0]) for free in (10, 9, 5, 1)]
    assert prices[0] == 0
    assert all(600 - EPSILON <= p <= 600 + 2 * EPSILON for p in prices[1:])
    near_and_far = np.array([[100, 100 + 50 * i] for i in range(10)], np.int32)
    rising = [int(settle_prices(near_and_far, np.array([free, 10]))[0]) for free in range(10, 0, -1)]
    assert rising == sorted(rising)
    assert rising[-1] > rising[1] > 0


def test_what_has_no_place_has_no_price_and_scarcity_is_no_error() -> None:
    cost = np.array([[10, 20], [10, 20], [10, 20]], np.int32)
    assert settle_prices(cost, np.array([0, 5])).tolist() == [NO_PLACE, 0]
    assert settle_prices(cost, np.array([0, 0])).tolist() == [NO_PLACE, NO_PLACE]
    assert settle_prices(cost, np.array([1, 1]))[1] < NO_PLACE
    with pytest.raises(RoutingError, match="-1 places"):
        settle_prices(cost, np.array([-1, 5]))


def test_candidates_come_by_cost_and_price_and_end_where_no_way_leads() -> None:
    costs = np.array([[30, 10, FAR], [5, 5, 5], [FAR, FAR, FAR]], np.int32)
    assert order_candidates(costs).tolist() == [[1, 0, -1], [0, 1, 2], [-1, -1, -1]]
    prices = np.array([0, 50, NO_PLACE], np.int64)
    assert order_candidates(costs, prices).tolist() == [[0, 1, -1], [0, 1, -1], [-1, -1, -1]]


def test_a_sample_has_places_in_proportion_and_no_open_target_loses_its_last() -> None:
    places = np.array([100, 3, 0], np.int64)
    assert scale_places(places, 10, 100).tolist() == [10, 1, 0]
    assert scale_places(places, 10, 0).tolist() == [100, 3, 0]


@settings(deadline=None, max_examples=60)
@given(fields())
def test_the_cheapest_of_all_costs_is_the_fields_own_distance(field: routing.Field) -> None:
    nodes = np.arange(field.network.node_count, dtype=np.int32)
    costs = costs_to_targets(field, nodes)
    assert costs.shape == (len(nodes), len(field.targets))
    if len(field.targets):
        assert (as_floats(costs.min(axis=1)) == scipy_distances(field)).all()
        order = order_candidates(costs)
        assert (order[:, 0] == field.target).all()


@settings(deadline=None, max_examples=60)
@given(fields(), st.data())
def test_a_field_over_priced_targets_is_the_first_candidate_of_everybody(
    field: routing.Field, data: st.DataObject
) -> None:
    count = len(field.targets)
    nodes = np.arange(field.network.node_count, dtype=np.int32)
    price = st.integers(0, 900) | st.just(NO_PLACE)
    prices = np.array(data.draw(st.lists(price, min_size=count, max_size=count)), np.int64)
    targets = price_targets(field.targets, prices)
    priced = routing.Field.build(field.walking, targets, field.overlay)
    names = [t.id for t in priced.targets]
    told = [names[t] if t >= 0 else None for t in priced.target.tolist()]
    order = order_candidates(costs_to_targets(field, nodes), prices)
    first = [field.targets[o[0]].id if len(o) and o[0] >= 0 else None for o in order.tolist()]
    assert told == first
