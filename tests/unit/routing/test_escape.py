"""Leaving a place in time, against a search of its own that walks forward with the clock."""

import heapq
from dataclasses import dataclass

import hypothesis.strategies as st
import numpy as np
from hypothesis import assume, given, settings

import routing
from routing.depart import Departure
from routing.errors import PlaceError
from routing.escape import Escapes, latest_along
from routing.field import Field
from routing.kernels.depart import NEVER
from routing.profiles import CLOSED
from routing.route import list_directs, list_starts
from tests.unit.routing.oracles import BOTH, fields, network_of

EXAMPLES = settings(max_examples=120, deadline=None)
LAST = 40_000
"""Deciseconds: all ways of these networks are walked by then."""
NONE = int(NEVER)


@dataclass(frozen=True)
class Danger:
    """A field, when each node and edge is lost, a place, and when somebody leaves it."""

    escapes: Escapes
    place: tuple[float, float]
    leave: int

    @property
    def field(self) -> Field:
        return self.escapes.field


@st.composite
def dangers(draw: st.DrawFn) -> Danger:
    field = draw(fields())
    network = field.network
    moment = st.one_of(st.just(NONE), st.integers(0, LAST))
    arrival, fails = (
        np.array(draw(st.lists(moment, min_size=count, max_size=count)), np.int32)
        for count in (network.node_count, network.edge_count)
    )
    departure = Departure.of(field, arrival_ds=arrival, edge_fails_ds=fails)
    link, at = draw(st.integers(0, network.link_count - 1)), draw(st.sampled_from([0, 1, 2]))
    lat, lon = network.shape_of(link)
    return Danger(
        Escapes(field, departure), (float(lat[at]), float(lon[at])), draw(st.integers(0, LAST // 4))
    )


def walk_forward(danger: Danger) -> dict[int, int]:
    """When each target can be reached at the earliest, by one who never waits."""
    field, departure = danger.field, danger.escapes.departure
    network, seeds = field.network, field.seeds
    snap = field.walking.snapper.find(*danger.place, field.walking.usable)
    assume(snap is not None)
    assert snap is not None
    found: dict[int, int] = {}
    for way in list_directs(field, snap):
        if danger.leave + way.first.time <= departure.fails_ds[way.first.edge]:
            found[way.target] = min(found.get(way.target, LAST * 9), danger.leave + way.first.time)
    heap = [
        (danger.leave + leg.time, int(network.edge_head[leg.edge]))
        for leg in list_starts(field, snap)
        if danger.leave + leg.time <= departure.fails_ds[leg.edge]
    ]
    heapq.heapify(heap)
    seen: set[int] = set()
    while heap:
        now, node = heapq.heappop(heap)
        if node in seen or now > departure.arrival_ds[node]:
            continue
        seen.add(node)
        for row in np.flatnonzero(seeds.node == node):
            there, target = now + int(seeds.time[row]), int(seeds.target[row])
            if there <= departure.fails_ds[seeds.edge[row]]:
                found[target] = min(found.get(target, LAST * 9), there)
        for edge in np.flatnonzero((network.edge_tail == node) & (field.cost < CLOSED)):
            there = now + int(field.walking.cost[edge])
            if there <= departure.fails_ds[edge]:
                heapq.heappush(heap, (there, int(network.edge_head[edge])))
    return found


@EXAMPLES
@given(dangers())
def test_the_way_out_is_the_shortest_that_survives_and_there_is_one_wherever_one_exists(
    danger: Danger,
) -> None:
    expected = walk_forward(danger)
    found = danger.escapes.find(*danger.place, danger.leave)
    assert (found is None) == (not expected)
    if found is None:
        return
    soonest = min(expected.values())
    assert round(found.seconds * 10) == soonest - danger.leave
    assert expected[[t.id for t in danger.field.targets].index(found.target)] == soonest
    ids = [target.id for target in danger.field.targets]
    rest = sorted(
        (when - danger.leave, index) for index, when in expected.items() if ids[index] != found.target
    )
    assert [(a.target, a.seconds) for a in found.alternatives] == [(ids[i], t / 10) for t, i in rest[:2]]


@EXAMPLES
@given(dangers())
def test_all_targets_that_can_be_reached_in_time_are_listed_soonest_first(danger: Danger) -> None:
    expected = walk_forward(danger)
    listed = danger.escapes.list_in_time(*danger.place, danger.leave, most=9)
    ids = [target.id for target in danger.field.targets]
    order = sorted((when - danger.leave, index) for index, when in expected.items())
    assert [(a.target, a.seconds) for a in listed] == [(ids[index], time / 10) for time, index in order]


@EXAMPLES
@given(dangers())
def test_whoever_leaves_at_the_last_moment_passes_in_time_and_a_moment_later_does_not(danger: Danger) -> None:
    try:
        route = routing.find_route(danger.field, *danger.place)
    except PlaceError:
        return
    assume(isinstance(route, routing.Route))
    assert isinstance(route, routing.Route)
    departure, walking = danger.escapes.departure, danger.field.walking
    latest = latest_along(route, walking, departure.arrival_ds, departure.fails_ds)
    network, edges = danger.field.network, list(route.edges)
    times = [int(walking.cost[edge]) for edge in edges]
    ahead = 1 - route.snap.share if network.edge_forward[edges[0]] else route.snap.share
    times[0] = round(times[0] * ahead)
    times[-1] = round(route.seconds * 10) - sum(times[:-1])

    def survives(leave: int) -> bool:
        now = leave
        for row, (edge, time) in enumerate(zip(edges, times, strict=True)):
            now += time
            head = network.edge_head[edge]
            if now > departure.fails_ds[edge] or (row + 1 < len(edges) and now > departure.arrival_ds[head]):
                return False
        return True

    if latest == NONE:
        assert survives(LAST * 9)
    else:
        assert survives(latest)
        assert not survives(latest + 1)


@EXAMPLES
@given(dangers())
def test_the_safest_field_leads_from_each_node_by_a_way_that_may_be_left_for_last(danger: Danger) -> None:
    field, departure, safest = danger.field, danger.escapes.departure, danger.escapes.safest
    network, seeds = field.network, field.seeds
    for node in range(network.node_count):
        plain = danger.escapes.along[node]
        if plain == NONE:
            assert (safest.next_edge[node], safest.target[node]) == (
                field.next_edge[node],
                field.target[node],
            )
        at, now, until = node, 0, NONE
        while (edge := int(safest.next_edge[at])) >= 0:
            until = min(until, int(departure.arrival_ds[at]) - now)
            now += int(field.walking.cost[edge])
            until = min(until, int(departure.fails_ds[edge]) - now)
            at = int(network.edge_head[edge])
        if safest.target[at] < 0:
            assert departure.latest_ds[node] < 0
            continue
        assert safest.target[at] == safest.target[node]
        ends = [
            min(
                int(departure.arrival_ds[at]) - now,
                int(departure.fails_ds[seeds.edge[row]]) - now - int(seeds.time[row]),
            )
            for row in np.flatnonzero((seeds.node == at) & (seeds.target == safest.target[at]))
        ]
        latest = min(until, max(ends))
        assert departure.latest_ds[node] == NONE or latest == departure.latest_ds[node]
        assert departure.latest_ds[node] != NONE or latest > LAST * 9


def test_nobody_is_sent_over_a_bridge_that_falls_before_they_have_passed_it() -> None:
    spots = [(34.0, 135.0 + 0.001 * i) for i in range(5)]
    network = network_of(spots, [(i, i + 1, BOTH) for i in range(4)], [0.0] * 4)
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    targets = [routing.Target("far", *spots[0]), routing.Target("near", *spots[4])]
    field = Field.build(walking, targets, routing.Overlay(network))
    fails = np.full(network.edge_count, NEVER, np.int32)
    fails[network.edge_link == 3] = 1_500
    never = np.full(network.node_count, NEVER, np.int32)
    escapes = Escapes(field, Departure.of(field, arrival_ds=never, edge_fails_ds=fails))
    place = (34.0, 135.0 + 0.0026)
    step_ds = int(walking.cost[0])
    in_time = escapes.find(*place, 0)
    late = escapes.find(*place, 1_500 - int(1.4 * step_ds) + 20)
    assert (in_time and in_time.target, late and late.target) == ("near", "far")


def test_the_safest_way_ends_where_its_later_nodes_are_led_to() -> None:
    """From 0 both ways survive as long; at 1 the street to the near target has not much time, and all are led to the far one."""
    spots = [(34.0, 135.0), (34.0, 135.001), (34.0, 135.002), (34.003, 135.001)]
    network = network_of(spots, [(0, 1, BOTH), (1, 2, BOTH), (1, 3, BOTH)], [0.0] * 3)
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    field = Field.build(
        walking,
        [routing.Target("far", *spots[3]), routing.Target("near", *spots[2])],
        routing.Overlay(network),
    )
    start, fork = (int(np.argmin(np.hypot(network.node_lat - a, network.node_lon - b))) for a, b in spots[:2])
    near = int(np.argmax(network.node_lon))
    arrival = np.full(network.node_count, NEVER, np.int32)
    arrival[start] = 100
    fails = np.full(network.edge_count, NEVER, np.int32)
    fails[(network.edge_head == near) | (network.edge_tail == near)] = 5_000
    safest = Escapes(field, Departure.of(field, arrival_ds=arrival, edge_fails_ds=fails)).safest
    assert [t.id for t in field.targets] == ["far", "near"]
    assert safest.target[[start, fork]].tolist() == [0, 0]
    assert field.target[[start, fork]].tolist() == [1, 1]
