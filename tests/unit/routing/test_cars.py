"""Fields for cars: every turn is one that is allowed, and no shorter way keeps the rules; held to slow searches over the line graph."""

from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import routing
from routing.batch import Reader, Streets
from routing.cars import CarWeights, Driving, weigh
from routing.errors import RoutingError
from routing.kernels.forest import INF
from routing.landmarks import make_marks, no_marks
from routing.profiles import CAR, CLOSED, get_profile
from routing.targets import Pages, Search
from routing.tours import NO_WAY
from tests.unit.routing.oracles import (
    BOTH,
    STEP,
    as_floats,
    check_canonical,
    network_of,
    networkx_distances,
    overlays_on,
    scipy_distances,
    targets_on,
)
from tests.unit.routing.turn_forest import drive_times
from tests.unit.routing.turn_oracles import (
    CARS,
    allowed,
    car_fields,
    car_seeds,
    check_drive,
    line_graph_distances,
    street_costs,
    streets,
    turns_of,
)


@settings(max_examples=120, deadline=None)
@given(car_fields())
def test_cars_keep_every_rule_and_take_the_shortest_way_that_is_left(field: routing.Field) -> None:
    turns, expected = turns_of(field), line_graph_distances(field)
    first = turns.streets.node_count
    for edge in np.flatnonzero(turns.number >= 0).tolist():
        assert as_floats(field.dist)[first + turns.number[edge]] == expected[edge]
    for node in range(first):
        assert as_floats(field.dist)[node] == expected[-1 - node]


@settings(max_examples=60, deadline=None)
@given(car_fields())
def test_the_expanded_network_is_a_network_like_any_other(field: routing.Field) -> None:
    np.testing.assert_array_equal(as_floats(field.dist), networkx_distances(field))
    np.testing.assert_array_equal(as_floats(field.dist), scipy_distances(field))
    check_canonical(field)


@settings(max_examples=60, deadline=None)
@given(car_fields())
def test_a_search_over_edges_that_expands_nothing_finds_the_same(field: routing.Field) -> None:
    turns, cost, seeds = turns_of(field), street_costs(field), car_seeds(field)
    times = drive_times(turns.streets, cost, seeds)
    for edge in np.flatnonzero(cost < CLOSED).tolist():
        after = int(field.dist[turns.streets.node_count + turns.number[edge]])
        options = [spent for at, spent, _ in seeds if at == edge]
        options += [int(cost[edge]) + after] if after < INF else []
        assert times[edge] == min(options, default=INF)


@settings(max_examples=80, deadline=None)
@given(car_fields(), st.data())
def test_after_any_changes_a_repaired_field_is_a_new_one(field: routing.Field, data: st.DataObject) -> None:
    streets_now = turns_of(field).streets
    for _ in range(4):
        overlay = data.draw(st.one_of(st.just(field.overlay), overlays_on(streets_now)))
        targets = data.draw(st.one_of(st.none(), targets_on(streets_now, prices=(0, 0, 300))))
        field = field.repair(targets, overlay, most_cut=data.draw(st.sampled_from([0.2, 1.0]))).field
        fresh = routing.Field.of(weigh(field.walking, overlay), field.targets)
        for column in ("dist", "next_edge", "target", "cost"):
            np.testing.assert_array_equal(getattr(field, column), getattr(fresh, column))


@settings(max_examples=60, deadline=None)
@given(car_fields(), st.tuples(st.floats(-0.5, 2.5), st.floats(-0.5, 1.5)))
def test_a_route_is_driven_by_turns_that_are_allowed(field: routing.Field, at: tuple[float, float]) -> None:
    if not field.walking.usable.any():
        return
    place = 34.0 + at[0] * STEP, 135.0 + at[1] * STEP
    found = routing.find_route(field, *place)
    fast = Reader(Streets(field.walking.snapper), field).find(*place)
    if isinstance(found, routing.Stay):
        assert fast == found
        return
    check_drive(field, found)
    for name in ("target", "points", "seconds", "edges", "cost", "snap", "closed_by"):
        assert getattr(fast, name) == getattr(found, name), name


@settings(max_examples=60, deadline=None)
@given(streets())
def test_turns_back_are_exactly_those_that_the_rules_leave_at_dead_ends(network: routing.Network) -> None:
    driving = Driving.on(routing.Snapper(network))
    turns, cost = driving.turns, driving.on_streets.cost
    weights = CarWeights.on(driving, routing.Overlay(network))
    came_by = np.flatnonzero(turns.number >= 0)
    told = {
        (int(came_by[turns.edge_tail[e] - network.node_count]), int(turns.street[e]))
        for e in np.flatnonzero((turns.edge_tail >= network.node_count) & (weights.cost < CLOSED))
    }
    open_edges = np.flatnonzero(cost < CLOSED).tolist()
    assert told == {
        (start, goal)
        for start in open_edges
        for goal in open_edges
        if network.edge_head[start] == network.edge_tail[goal] and allowed(network, cost, start, goal)
    }


@settings(max_examples=40, deadline=None)
@given(car_fields(), st.data())
def test_a_given_place_is_reached_by_the_way_that_a_field_of_it_tells(
    field: routing.Field, data: st.DataObject
) -> None:
    if not field.walking.usable.any():
        return
    place = st.tuples(st.floats(-0.5, 2.5), st.floats(-0.5, 1.5))
    drawn = [
        (34.0 + a * STEP, 135.0 + o * STEP) for a, o in data.draw(st.lists(place, min_size=2, max_size=5))
    ]
    places = [routing.Target(f"P{number}", *at) for number, at in enumerate(drawn)]
    marks = make_marks(field.walking, count=2) if data.draw(st.booleans()) else no_marks(field.network)
    search = Search(field.weights, marks, Pages(field.network.node_count))
    costs = search.costs(places, places)
    for column, goal in enumerate(places):
        tree = routing.Field.of(field.weights, [goal])
        for row, origin in enumerate(places):
            told, found = search.way(origin, goal), routing.find_route(tree, origin.lat, origin.lon)
            assert (told.cost if isinstance(told, routing.Route) else NO_WAY) == costs[row, column]
            assert (found.cost if isinstance(found, routing.Route) else NO_WAY) == costs[row, column]
            if isinstance(told, routing.Route):
                check_drive(tree, told)


ROW = [(34.0, 135.0 + i * STEP) for i in range(4)]


def row_field(
    overlay: dict[str, list[int]] | None = None, modes: dict[str, routing.Mode] | None = None
) -> routing.Field:
    """Four crossings in a row, a street between each two, the target on the last; a car comes from the first."""
    network = network_of(ROW, [(i, i + 1, CARS | BOTH) for i in range(3)], [0.0] * 3)
    closures = {cause: np.array(links, np.int32) for cause, links in (overlay or {}).items()}
    weights = weigh(
        Driving.on(routing.Snapper(network)), routing.Overlay(network, closures, modes=modes or {})
    )
    return routing.Field.of(weights, [routing.Target("T", 34.0, 135.0 + 2.5 * STEP)])


def test_a_closure_for_walkers_stops_no_car_and_one_for_cars_no_walker() -> None:
    start = 34.0, 135.0 + STEP / 4
    for mode, drives in ((routing.Mode.FOOT, True), (routing.Mode.CAR, False)):
        field = row_field({"works": [1]}, {"works": mode})
        on_foot = routing.Walking.of(routing.Snapper(turns_of(field).streets), get_profile("adult"))
        walks = routing.Field.build(on_foot, field.targets, field.overlay)
        assert isinstance(routing.find_route(field, *start), routing.Route) is drives
        assert isinstance(routing.find_route(walks, *start), routing.Route) is not drives


def test_a_car_on_a_street_closed_to_cars_is_told_by_what() -> None:
    field = row_field({"works": [0]}, {"works": routing.Mode.CAR})
    found = routing.find_route(field, 34.0, 135.0 + STEP / 2)
    assert isinstance(found, routing.Route)
    assert found.closed_by == ("works",)


def test_a_closed_street_makes_a_dead_end_where_a_car_may_turn_back() -> None:
    # a - b - c - d in a row; whoever comes from a may not enter the lane b - e where the target is, whoever comes back from c may
    spots = [*ROW, (34.0 + STEP, 135.0 + STEP)]
    network = network_of(spots, [(0, 1, CARS), (1, 2, CARS), (2, 3, CARS), (1, 4, CARS)], [0.0] * 4)
    edge = {
        (int(t), int(h)): e for e, (t, h) in enumerate(zip(network.edge_tail, network.edge_head, strict=True))
    }
    at = {
        name: int(np.argmin(abs(network.node_lat - lat) + abs(network.node_lon - lon)))
        for name, (lat, lon) in zip("abcde", spots, strict=True)
    }
    no_left = edge[at["a"], at["b"]], edge[at["b"], at["e"]]
    network = replace(
        network,
        turn_from=np.array(no_left[:1], np.int32),
        turn_to=np.array(no_left[1:], np.int32),
        turn_only=np.zeros(1, bool),
    )
    driving = Driving.on(routing.Snapper(network))
    link_cd = int(network.edge_link[edge[at["c"], at["d"]]])
    overlays = (routing.Overlay(network), routing.Overlay(network, {"x": np.array([link_cd], np.int32)}))
    target = routing.Target("T", 34.0 + STEP * 0.9, 135.0 + STEP)
    field = routing.Field.of(weigh(driving, overlays[0]), [target])
    through_d, through_c = (
        routing.find_route(made, 34.0, 135.0 + STEP / 4)
        for made in (field, field.repair(overlay=overlays[1]).field)
    )
    assert isinstance(through_d, routing.Route)
    assert isinstance(through_c, routing.Route)
    assert edge[at["d"], at["c"]] in through_d.edges
    assert edge[at["c"], at["b"]] in through_c.edges
    assert edge[at["c"], at["d"]] not in through_c.edges
    assert through_c.seconds < through_d.seconds


def test_walkers_are_weighed_as_walkers() -> None:
    network = turns_of(row_field()).streets
    walking = routing.Walking.of(routing.Snapper(network), get_profile("adult"))
    overlay = routing.Overlay(network)
    np.testing.assert_array_equal(weigh(walking, overlay).cost, routing.Weights.of(walking, overlay).cost)
    assert row_field().walking.profile is CAR


def test_turns_are_not_weighed_by_the_number_of_streets() -> None:
    field = row_field()
    with pytest.raises(RoutingError, match=r"routing\.cars\.weigh"):
        routing.Weights.of(field.walking, field.overlay)
