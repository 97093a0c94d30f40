"""Leaving in time, against a network expanded over time in which one may also wait."""

from dataclasses import dataclass

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import routing
from routing.depart import Departure
from routing.errors import RoutingError
from routing.field import Seeds
from routing.kernels.depart import NEVER
from routing.profiles import CLOSED
from tests.unit.routing.oracles import BOTH, fields, network_of, networks

SLOW_ORACLE = settings(max_examples=100, deadline=None)
HORIZON = 40
"""No danger comes later than this in these tests, unless never."""
NONE = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Situation:
    """A network with times so short that each moment can be a node of its own."""

    network: routing.Network
    seeds: Seeds
    time: np.ndarray
    arrival: np.ndarray
    fails: np.ndarray
    target_fails: np.ndarray

    def depart(self) -> Departure:
        return Departure.build(
            self.network, self.seeds, time_ds=self.time, arrival_ds=self.arrival,
            edge_fails_ds=self.fails, target_fails_ds=self.target_fails,
        )  # fmt: skip


def ints(draw: st.DrawFn, count: int, values: st.SearchStrategy[int]) -> np.ndarray:
    return np.array(draw(st.lists(values, min_size=count, max_size=count)), np.int32)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    network = draw(networks())
    edges, nodes = network.edge_count, network.node_count
    moments = st.one_of(st.just(NONE), st.integers(-5, HORIZON))
    rows = draw(
        st.lists(st.tuples(st.integers(0, edges - 1), st.integers(0, 6), st.integers(0, 2)), max_size=4)
    )
    edge, time, target = np.array(rows, np.int32).reshape(-1, 3).T.copy()
    seeds = Seeds(network.edge_tail[edge], edge, time, time, target, np.zeros(len(edge)))
    return Situation(
        network, seeds, ints(draw, edges, st.one_of(st.integers(1, 9), st.just(int(CLOSED)))),
        ints(draw, nodes, moments), ints(draw, edges, st.one_of(st.just(NONE), moments)), ints(draw, 3, moments),
    )  # fmt: skip


def earliest_arrivals(situation: Situation) -> np.ndarray:
    """float64[nodes, moments]: when one who stands at a node at a moment can be at a target; inf: never. One may wait anywhere."""
    network, time = situation.network, situation.time
    last = HORIZON + 2 + 9 * (network.node_count + 1)
    best = np.full((network.node_count, last + 10), np.inf)
    ends = list(
        zip(*(c.tolist() for c in (situation.seeds.node, situation.seeds.edge, situation.seeds.time, situation.seeds.target)), strict=True)
    )  # fmt: skip
    for now in range(last, -1, -1):
        for node in range(network.node_count):
            if now > situation.arrival[node]:
                continue
            ways = [best[node, now + 1]]
            for at, edge, duration, target in ends:
                until = min(situation.fails[edge], situation.target_fails[target])
                if at == node and now + duration <= until:
                    ways.append(now + duration)
            for edge in np.flatnonzero(network.edge_tail == node):
                there = now + int(time[edge])
                if time[edge] < CLOSED and there <= situation.fails[edge]:
                    ways.append(best[network.edge_head[edge], there])
            best[node, now] = min(ways)
    return best


@SLOW_ORACLE
@given(situations())
def test_the_latest_departure_is_the_last_moment_from_which_a_target_is_still_reached(
    situation: Situation,
) -> None:
    arrivals, latest = earliest_arrivals(situation), situation.depart().latest_ds
    for node in range(situation.network.node_count):
        alive = np.flatnonzero(np.isfinite(arrivals[node, : HORIZON + 2]))
        expected = int(alive.max(initial=-1))
        assert latest[node] == (NEVER if expected == HORIZON + 1 else expected), node


@SLOW_ORACLE
@given(situations(), st.integers(0, HORIZON + 1))
def test_the_way_advised_is_the_shortest_that_survives_and_waiting_gains_nothing(
    situation: Situation, leave: int
) -> None:
    arrivals, departure = earliest_arrivals(situation), situation.depart()
    for node in range(situation.network.node_count):
        escape = departure.find_escape(node, leave)
        expected = arrivals[node, leave]
        assert (escape is None) == np.isinf(expected), node
        if escape is not None:
            assert leave + escape.time_ds == expected


@SLOW_ORACLE
@given(situations(), st.integers(0, HORIZON + 1))
def test_a_walker_who_uses_up_the_whole_margin_still_arrives_and_one_second_more_does_not(
    situation: Situation, leave: int
) -> None:
    departure = situation.depart()
    for node in range(situation.network.node_count):
        escape = departure.find_escape(node, leave)
        if escape is None:
            assert departure.way_from(node, leave) is None
            assert departure.margin_ds(node, leave) is None
            continue
        assert departure.margin_ds(node, leave) == escape.margin_ds
        assert np.array_equal(departure.way_from(node, leave), escape.edges)
        start = leave + (HORIZON + 1 if escape.margin_ds == NEVER else escape.margin_ds)
        assert walk(situation, node, start, escape.edges, escape.seed) == escape.target
        if escape.margin_ds != NEVER:
            assert walk(situation, node, start + 1, escape.edges, escape.seed) is None


def walk(situation: Situation, node: int, now: int, edges: np.ndarray, seed: int) -> int | None:
    """The target reached, or None if the danger was faster."""
    network, seeds = situation.network, situation.seeds
    for edge in edges:
        assert network.edge_tail[edge] == node
        if now > situation.arrival[node]:
            return None
        now, node = now + int(situation.time[edge]), int(network.edge_head[edge])
        if now > situation.fails[edge]:
            return None
    assert seeds.node[seed] == node
    target = int(seeds.target[seed])
    until = min(situation.fails[seeds.edge[seed]], situation.target_fails[target])
    survives = now <= situation.arrival[node] and now + int(seeds.time[seed]) <= until
    return target if survives else None


@settings(max_examples=100, deadline=None)
@given(fields())
def test_without_a_danger_the_answer_is_the_field_edge_by_edge(field: routing.Field) -> None:
    plain = routing.Field.build(
        field.walking, field.targets, routing.Overlay(field.network, field.overlay.closures)
    )
    departure = Departure.of(plain, **no_danger(field.network))
    for node in range(field.network.node_count):
        escape = departure.find_escape(node)
        assert (escape is not None) == plain.is_reachable(node)
        if escape is not None:
            assert (escape.time_ds, escape.target, escape.margin_ds) == (
                plain.dist[node],
                plain.target[node],
                NEVER,
            )
            assert np.array_equal(escape.edges, plain.way_from(node))
            end = network_end(field.network, node, escape.edges)
            assert escape.seed == plain.seed_at(end)


def no_danger(network: routing.Network) -> dict[str, np.ndarray]:
    return {
        "arrival_ds": np.full(network.node_count, NEVER, np.int32),
        "edge_fails_ds": np.full(network.edge_count, NEVER, np.int32),
    }


def network_end(network: routing.Network, node: int, edges: np.ndarray) -> int:
    return int(network.edge_head[edges[-1]]) if len(edges) else node


@settings(max_examples=100, deadline=None)
@given(fields(), st.data())
def test_the_nearest_way_is_judged_by_walking_it(field: routing.Field, data: st.DataObject) -> None:
    network = field.network
    moments = st.one_of(st.just(NONE), st.integers(0, 4000))
    arrival, fails = (
        np.array(data.draw(st.lists(moments, min_size=n, max_size=n)), np.int32)
        for n in (network.node_count, network.edge_count)
    )
    departure = Departure.of(field, arrival_ds=arrival, edge_fails_ds=fails)
    latest = departure.along(field)
    situation = Situation(
        network, field.seeds, field.walking.cost, arrival, fails, np.full(len(field.targets), NONE, np.int32)
    )
    for node in range(network.node_count):
        assert latest[node] <= departure.latest_ds[node]
        if not field.is_reachable(node):
            assert latest[node] == -1
            continue
        way = field.way_from(node)
        seed = field.seed_at(network_end(network, node, way))
        last = 100_000 if latest[node] == NEVER else int(latest[node])
        assert last < 0 or walk(situation, node, last, way, seed) is not None
        assert latest[node] == NEVER or walk(situation, node, last + 1, way, seed) is None


@SLOW_ORACLE
@given(situations())
def test_equal_ways_are_decided_by_target_then_edge(situation: Situation) -> None:
    departure = situation.depart()
    for node in range(situation.network.node_count):
        escape = departure.find_escape(node)
        if escape is not None:
            first = int(escape.edges[0]) if len(escape.edges) else -1
            told = (escape.time_ds, -escape.margin_ds, escape.target, first, escape.seed)
            assert told == min(ways_on(situation, departure, node))


def ways_on(situation: Situation, departure: Departure, node: int) -> list[tuple[int, int, int, int, int]]:
    """All ways on from a node that survive, as (time, -latest, target, edge, seed): the least is to be advised."""
    seeds, latest = situation.seeds, departure.seed_latest_ds
    ways = [
        (int(seeds.time[seed]), -int(latest[seed]), int(seeds.target[seed]), -1, int(seed))
        for seed in np.flatnonzero(seeds.node == node)
    ]
    arrival = int(departure.arrival_ds[node])
    for edge in np.flatnonzero((situation.network.edge_tail == node) & (situation.time < CLOSED)):
        time, fails = int(situation.time[edge]), int(departure.fails_ds[edge])
        onward = departure.find_escape(int(situation.network.edge_head[edge]), time)
        if onward is not None:
            last = onward.margin_ds if fails == NEVER else min(onward.margin_ds, fails - time)
            ways.append((time + onward.time_ds, -min(last, arrival), onward.target, int(edge), onward.seed))
    return [way for way in ways if way[1] <= 0]


def test_a_column_of_the_wrong_length_is_named() -> None:
    field = routing.Field.build(*one_street())
    danger = no_danger(field.network)
    with pytest.raises(RoutingError, match="arrival_ds has 1 values, the network has 2 nodes"):
        Departure.of(field, **{**danger, "arrival_ds": danger["arrival_ds"][:1]})
    with pytest.raises(RoutingError, match="edge_fails_ds has 0 values, the network has 2 edges"):
        Departure.of(field, **{**danger, "edge_fails_ds": danger["edge_fails_ds"][:0]})
    with pytest.raises(RoutingError, match="an edge takes 0 ds: the least is 1"):
        Departure.build(field.network, field.seeds, time_ds=np.zeros(2, np.int32), **danger)


def test_a_danger_that_is_here_already_leaves_no_way() -> None:
    field = routing.Field.build(*one_street())
    nowhere = Departure.of(
        field, arrival_ds=np.full(2, -600, np.int32), edge_fails_ds=np.full(2, NEVER, np.int32)
    )
    assert nowhere.latest_ds.tolist() == [-1, -1]
    assert nowhere.way_from(0) is None
    assert nowhere.along(field).tolist() == [-1, -1]


def one_street() -> tuple[routing.Walking, list[routing.Target], routing.Overlay]:
    network = network_of([(34.0, 135.0), (34.001, 135.0)], [(0, 1, BOTH)], [0.0])
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    return walking, [routing.Target("hill", 34.001, 135.0)], routing.Overlay(network)


def test_of_two_equal_ways_the_one_to_the_first_target_wins_even_if_it_is_found_later() -> None:
    spots = [(34.0, 135.0), (34.001, 135.0), (34.0, 135.001)]
    network = network_of(spots, [(0, 1, BOTH), (0, 2, BOTH)], [0.0, 0.0])
    origin, near, far = (
        int(np.argmin(np.hypot(network.node_lat - y, network.node_lon - x))) for y, x in spots
    )
    time = np.where(network.edge_head == near, 3, 2).astype(np.int32)
    back = [int(np.flatnonzero(network.edge_tail == node)[0]) for node in (near, far)]
    ends = np.array([near, far], np.int32), np.array(back, np.int32), np.array([1, 2], np.int32)
    seeds = Seeds(ends[0], ends[1], ends[2], ends[2], np.array([1, 0], np.int32), np.zeros(2))
    escape = Departure.build(network, seeds, time_ds=time, **no_danger(network)).find_escape(origin)
    assert escape is not None
    assert (escape.time_ds, escape.target) == (4, 0)
