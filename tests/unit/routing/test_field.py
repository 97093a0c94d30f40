from dataclasses import replace
from random import Random

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import routing
from routing.build.columns import Links, make_network
from routing.errors import RoutingError
from tests.unit.routing.oracles import (
    as_floats,
    cheapest,
    check_canonical,
    check_walk,
    expected_costs,
    fields,
    networkx_distances,
    scipy_distances,
    seeds_of,
)

SLOW_ORACLES = settings(max_examples=150, deadline=None)
priced = fields(prices=(0, 0, 0, 300, 517))


@SLOW_ORACLES
@given(priced)
def test_distances_equal_those_of_two_other_engines(field: routing.Field) -> None:
    assert np.array_equal(as_floats(field.dist), scipy_distances(field))
    assert np.array_equal(as_floats(field.dist), networkx_distances(field))


@SLOW_ORACLES
@given(priced)
def test_costs_follow_the_rules_of_closures_and_membranes(field: routing.Field) -> None:
    assert field.cost.tolist() == expected_costs(field.walking, field.overlay)


@SLOW_ORACLES
@given(priced)
def test_equal_costs_are_decided_by_target_then_edge(field: routing.Field) -> None:
    check_canonical(field)


@SLOW_ORACLES
@given(priced, st.randoms(use_true_random=False))
def test_the_order_of_targets_does_not_matter(field: routing.Field, random: Random) -> None:
    shuffled = list(field.targets)
    random.shuffle(shuffled)
    again = routing.Field.build(field.walking, shuffled, field.overlay)
    assert np.array_equal(again.target, field.target)
    assert np.array_equal(again.next_edge, field.next_edge)


@SLOW_ORACLES
@given(priced, st.data())
def test_every_answer_is_a_walk_of_the_cost_it_names_and_no_way_is_cheaper(
    field: routing.Field, data: st.DataObject
) -> None:
    network = field.network
    link = data.draw(st.integers(0, network.link_count - 1))
    lat, lon = (c[data.draw(st.integers(0, 2))] for c in network.shape_of(link))
    if not field.walking.usable.any():
        return
    found = routing.find_route(field, float(lat), float(lon))
    if isinstance(found, routing.Stay):
        assert cheapest(field, found.snap) is None
        assert found.reason == ("no-target" if not any(field.snaps) else "cut-off")
        return
    check_walk(field, found)
    assert found.cost == cheapest(field, found.snap)
    assert found.seconds <= found.cost / 10
    assert found.target not in [other.target for other in found.alternatives]


@SLOW_ORACLES
@given(priced, st.data())
def test_the_nearest_targets_are_those_of_one_search_per_target(
    field: routing.Field, data: st.DataObject
) -> None:
    node = data.draw(st.integers(0, field.network.node_count - 1))
    alone = []
    for target in field.targets:
        only = routing.Field.build(field.walking, [target], field.overlay)
        if only.is_reachable(node):
            alone.append((int(only.dist[node]), field.targets.index(target)))
    found = field.nearest([(node, 0, 0)], 3)
    assert [(cost, target) for cost, target, _ in found] == sorted(alone)[:3]
    assert all(time <= cost for cost, _, time in found)


@SLOW_ORACLES
@given(priced)
def test_seeds_are_both_open_ways_in_to_each_target(field: routing.Field) -> None:
    seeds = field.seeds
    rows = zip(seeds.node.tolist(), seeds.cost.tolist(), seeds.target.tolist(), strict=True)
    assert sorted(rows) == sorted(seeds_of(field))


def ladder(order: list[int]) -> routing.Network:
    """Two rails with rungs, all of one length: every way has a twin. `order` permutes the source's rows."""
    ends = (
        [(i, i + 1) for i in range(0, 8, 2)] + [(i, i + 2) for i in range(6)] + [(i, i + 2) for i in range(6)]
    )
    spots = [(34 + (i % 2) * 0.0005, 135 + (i // 2) * 0.0006) for i in range(8)]
    ends = [ends[i] for i in order]
    flat = np.array([(spots[u], spots[v]) for u, v in ends]).reshape(-1, 2)
    count = len(ends)
    both = int(routing.Way.FOOT | routing.Way.FOOT_BACK)
    u, v = np.array(ends, np.int64).T
    return make_network(
        Links(
            u, v, np.full(count, both, np.uint16), np.zeros(count, np.int8), np.full(count, -1, np.int32),
            np.arange(0, 2 * count + 1, 2), flat[:, 0], flat[:, 1], (), "",
        )
    )  # fmt: skip


@given(st.permutations(range(16)))
@settings(max_examples=30, deadline=None)
def test_the_order_of_the_source_does_not_matter(order: list[int]) -> None:
    plain, shuffled = ladder(list(range(16))), ladder(order)
    for name in ("edge_tail", "edge_head", "edge_link", "shape_lat", "shape_lon", "link_u"):
        assert np.array_equal(getattr(plain, name), getattr(shuffled, name)), name
    targets = [routing.Target("b", 34.0005, 135.0018), routing.Target("a", 34.0, 135.0)]
    fields = [
        routing.Field.build(
            routing.Walking.of(routing.Snapper(n), routing.get_profile("adult")), targets, routing.Overlay(n)
        )
        for n in (plain, shuffled)
    ]
    assert np.array_equal(fields[0].next_edge, fields[1].next_edge)
    assert np.array_equal(fields[0].target, fields[1].target)


def test_a_field_says_which_targets_no_way_reaches() -> None:
    network = ladder(list(range(16)))
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    far = routing.Target("far", 35.0, 135.0)
    field = routing.Field.build(walking, [far], routing.Overlay(network))
    assert field.unreachable == ("far",)
    assert not field.is_reachable(0)
    found = routing.find_route(field, 34.0, 135.0)
    assert isinstance(found, routing.Stay)
    assert (found.reason, found.nearest_target) == ("no-target", "far")


def test_an_empty_field_has_no_seeds_and_reaches_nothing() -> None:
    network = ladder(list(range(16)))
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    field = routing.Field.build(walking, [], routing.Overlay(network))
    assert len(field.seeds.node) == 0
    assert (field.next_edge == -1).all()
    assert replace(field).nearest([(0, 0, 0)], 2) == []


def test_a_price_is_weighed_and_is_no_walking_time() -> None:
    network = ladder(list(range(16)))
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    near = routing.Target("near", 34.0, 135.0)
    far = routing.Target("far", 34.0, 135.0018)
    plain = routing.Field.build(walking, [near, far], routing.Overlay(network))
    dear = routing.Field.build(walking, [replace(near, price_ds=3000), far], routing.Overlay(network))
    for field, expected in ((plain, "near"), (dear, "far")):
        found = routing.find_route(field, 34.0, 135.0006)
        assert isinstance(found, routing.Route)
        assert found.target == expected
        assert found.seconds * 10 == found.cost
    alone = routing.Field.build(walking, [replace(near, price_ds=3000)], routing.Overlay(network))
    for lon in (135.0, 135.0006):  # on its own link, and by a node
        found = routing.find_route(alone, 34.0, lon)
        assert isinstance(found, routing.Route)
        assert found.cost == found.seconds * 10 + 3000


@pytest.mark.parametrize("price", [-1, 1 << 21])
def test_a_price_that_cannot_be_one_is_refused(price: int) -> None:
    with pytest.raises(RoutingError, match=f"target T: price_ds {price} is outside"):
        routing.Target("T", 34.0, 135.0, price)


def test_two_targets_of_one_id_are_refused() -> None:
    network = ladder(list(range(16)))
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    twice = [routing.Target("T", 34.0, 135.0), routing.Target("T", 34.0, 135.001)]
    with pytest.raises(RoutingError, match="two targets have the id 'T'"):
        routing.Field.build(walking, twice, routing.Overlay(network))
