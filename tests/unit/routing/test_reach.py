from dataclasses import replace

import hypothesis.strategies as st
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import routing
from routing.bottlenecks import Candidate, find_bottlenecks, find_streets, find_structures
from routing.kernels.forest import INF
from routing.kernels.reach import NO_WAY, find_escapes
from routing.profiles import CLOSED
from routing.reach import CUT_OFF, NOT_PASSABLE, Reach, Spots, lose
from tests.unit.routing.oracles import BOTH, STEP, fields, network_of, networks, targets_on

SHARES = (0.1, 0.5, 0.8)


def without_zones(field: routing.Field) -> routing.Field:
    overlay = routing.Overlay(field.network, field.overlay.closures, {}, field.overlay.modes)
    return routing.Field.build(field.walking, field.targets, overlay)


def spots_of(field: routing.Field) -> Spots:
    links = np.repeat(np.arange(field.network.link_count, dtype=np.int32), len(SHARES))
    return Spots(links, np.tile(SHARES, field.network.link_count))


def walk(spots: list[tuple[int, int]], targets: list[tuple[float, float]], **more: object) -> routing.Field:
    """Nodes on one parallel at 0, STEP, 2 STEP, ..., joined as given; targets by (latitude steps, longitude steps)."""
    count = 1 + max(max(pair) for pair in spots)
    network = network_of(
        [(34.0, 135.0 + i * STEP) for i in range(count)], [(u, v, BOTH) for u, v in spots], [0.0] * len(spots)
    )
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    found = [
        routing.Target(f"T{n}", 34.0 + lat * STEP, 135.0 + lon * STEP) for n, (lat, lon) in enumerate(targets)
    ]
    return routing.Field.build(walking, found, routing.Overlay(network, **more))  # type: ignore[arg-type]


@settings(deadline=None)
@given(fields())
def test_every_spot_arrives_as_the_route_from_there(field: routing.Field) -> None:
    """Without zones, where a route also asks which side of the border a place is on."""
    field = without_zones(field)
    spots = spots_of(field)
    there = Reach.of(field).arrivals(spots)
    for row in range(len(spots)):
        link, share = int(spots.link[row]), float(spots.share[row])
        lat, lon = field.network.shape_of(link)
        here = routing.Snap(link, share, float(lat[0]), float(lon[0]), 0.0, "north")
        found = route_from(field, here)
        if found is None:
            assert there.time[row] in {CUT_OFF, NOT_PASSABLE}
        else:
            assert there.time[row] == found[0]
            assert field.targets[int(there.target[row])].id == found[1]


def route_from(field: routing.Field, snap: routing.Snap) -> tuple[int, str] | None:
    """Walking time in deciseconds and target of the route from a place on a link, by networkx on the weighed costs."""
    graph: nx.DiGraph[object] = nx.DiGraph()
    network, free = field.network, field.walking.cost
    for edge in np.flatnonzero(field.cost < CLOSED).tolist():
        u, v, cost = int(network.edge_tail[edge]), int(network.edge_head[edge]), int(field.cost[edge])
        if not graph.has_edge(u, v) or graph[u][v]["weight"] > cost:
            graph.add_edge(u, v, weight=cost)
    there, back = network.edge_of_link
    own = {int(there[snap.link]): 1 - snap.share, int(back[snap.link]): snap.share}
    ways: list[tuple[int, int]] = []
    for edge, share in own.items():
        if edge < 0 or free[edge] >= CLOSED:
            continue
        reached = (
            dict(nx.single_source_dijkstra_path_length(graph, int(network.edge_head[edge]), weight="weight"))
            if int(network.edge_head[edge]) in graph
            else {int(network.edge_head[edge]): 0}
        )
        seeds = field.seeds
        ways += [
            (round(int(free[edge]) * share) + reached[int(node)] + int(cost), int(target))
            for node, cost, target in zip(seeds.node, seeds.cost, seeds.target, strict=True)
            if int(node) in reached
        ]
    for index in field.targets_on(snap.link):
        target = field.snaps[index]
        assert target is not None
        edge = int((there if target.share >= snap.share else back)[snap.link])
        if edge >= 0 and field.cost[edge] < CLOSED:
            price = field.targets[index].price_ds
            ways.append((round(int(free[edge]) * abs(target.share - snap.share)) + price, index))
    if not ways:
        return None
    cost, chosen = min(ways)
    return cost - field.targets[chosen].price_ds, field.targets[chosen].id


@settings(deadline=None)
@given(fields())
def test_a_node_s_time_is_the_sum_of_the_free_costs_along_its_way(field: routing.Field) -> None:
    reach = Reach.of(field)
    for node in range(field.network.node_count):
        if field.dist[node] == INF:
            assert reach.time[node] == CUT_OFF
            continue
        way = field.way_from(node)
        last = int(field.network.edge_head[way[-1]]) if len(way) else node
        walked = int(field.walking.cost[way].sum()) + int(field.seeds.time[field.seed_at(last)])
        assert reach.time[node] == walked


@settings(deadline=None)
@given(fields())
def test_loads_count_each_walker_at_every_node_of_the_way(field: routing.Field) -> None:
    weight = np.arange(1.0, field.network.node_count + 1)
    expected = np.zeros(field.network.node_count)
    for node in range(field.network.node_count):
        expected[[node, *field.network.edge_head[field.way_from(node)].tolist()]] += weight[node]
    assert np.allclose(Reach.of(field).loads(weight), expected)


@settings(deadline=None)
@given(fields(), st.data())
def test_a_loss_is_what_another_field_without_the_links_says(
    field: routing.Field, data: st.DataObject
) -> None:
    links = data.draw(
        st.lists(st.integers(0, field.network.link_count - 1), min_size=1, max_size=3, unique=True)
    )
    closures = {**field.overlay.closures, "x": np.array(sorted(links), np.int32)}
    overlay = replace(field.overlay, closures=closures)
    without = Reach.of(routing.Field.build(field.walking, field.targets, overlay))
    reach = Reach.of(field)
    loss = lose(reach, links)
    assert (loss.stranded == ((field.dist != INF) & (without.field.dist == INF))).all()
    both = (field.dist != INF) & (without.field.dist != INF)
    moved = both & (field.dist != without.field.dist)
    longer = np.maximum(without.time.astype(np.int64) - reach.time, 0)
    assert (loss.added[moved] == longer[moved]).all()
    assert not loss.added[~both].any()


@st.composite
def two_way_fields(draw: st.DrawFn) -> routing.Field:
    """Ways that may be walked both ways, some of them closed; no zones, no prices."""
    drawn = draw(networks())
    nodes = list(zip(drawn.node_lat.tolist(), drawn.node_lon.tolist(), strict=True))
    pairs = list(zip(drawn.link_u.tolist(), drawn.link_v.tolist(), strict=True))
    bends = [STEP / 3 if u == v else 0.0 for u, v in pairs]
    network = network_of(nodes, [(u, v, BOTH) for u, v in pairs], bends)
    targets = [replace(target, price_ds=0) for target in draw(targets_on(network))]
    link = st.integers(0, network.link_count - 1)
    closed = np.unique(np.array(draw(st.lists(link, max_size=4)), np.int32))
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    return routing.Field.build(walking, targets, routing.Overlay(network, {"a": closed}))


@settings(deadline=None)
@given(two_way_fields())
def test_an_escape_bounds_the_detour_of_a_lost_link_where_ways_go_both_ways(field: routing.Field) -> None:
    network = field.network
    reach, escape = Reach.of(field), np.empty(network.node_count, np.int64)
    find_escapes(
        field.next_edge, network.edge_tail, network.edge_head, field.cost, field.dist,
        field.seeds.node, field.seeds.cost, escape,
    )  # fmt: skip
    carrying = {snap.link for snap in field.snaps if snap is not None}
    for node in reach.order[field.next_edge[reach.order] >= 0].tolist():
        link = int(network.edge_link[field.next_edge[node]])
        if link in carrying:
            continue
        loss = lose(reach, [link])
        assert bool(loss.stranded[node]) == (escape[node] == NO_WAY)
        if not loss.stranded[node]:
            assert loss.added[node] == escape[node] - 2 * field.dist[node]
            assert loss.added.max() == loss.added[node]


def test_a_spot_on_a_street_that_the_profile_cannot_use_is_told_from_one_that_is_cut_off() -> None:
    field = walk([(0, 1), (2, 3)], [(0, 0)])
    there = Reach.of(field).arrivals(Spots(np.array([0, 1], np.int32), np.array([0.5, 0.5])))
    assert there.time[1] == CUT_OFF
    assert 0 < there.time[0] < 600


def test_bridges_side_by_side_are_lost_together_and_others_alone() -> None:
    bridge = BOTH | routing.Way.BRIDGE
    near, far = 0.0001, 0.002
    spots = [(34.0 + lat, 135.0 + lon) for lat in (0.0, near, far) for lon in (0.0, STEP)]
    network = network_of(
        spots, [(0, 1, bridge), (2, 3, bridge), (4, 5, bridge), (0, 2, BOTH), (2, 4, BOTH)], [0.0] * 5
    )
    groups = sorted(len(candidate.links) for candidate in find_structures(network))
    assert groups == [1, 2]
    assert {candidate.kind for candidate in find_structures(network)} == {"bridge"}


@pytest.fixture
def ladder() -> routing.Field:
    """A street 0-1-2-3 to the target at 0, a loop round 1-2 by 4, and a dead end 3-5."""
    network = network_of(
        [
            (34.0, 135.0),
            (34.0, 135.001),
            (34.0, 135.002),
            (34.0, 135.003),
            (34.002, 135.0015),
            (34.0, 135.004),
        ],
        [(0, 1, BOTH), (1, 2, BOTH), (2, 3, BOTH), (1, 4, BOTH), (4, 2, BOTH), (3, 5, BOTH)],
        [0.0] * 6,
    )
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    return routing.Field.build(walking, [routing.Target("T", 34.0, 135.0)], routing.Overlay(network))


def test_what_strands_and_what_lengthens_is_found_and_measured(ladder: routing.Field) -> None:
    reach, weight = Reach.of(ladder), np.ones(6)
    found = {ends(ladder, one.links): one for one in find_bottlenecks(reach, weight, structures=[])}
    beyond = found[1, 2]
    assert (beyond.stranded, beyond.lengthened, beyond.nodes) == (0, 3, (0, 3))
    assert beyond.worst_s == pytest.approx(beyond.minutes * 60 / 3)
    assert found[2, 3].stranded == 2
    candidates = find_streets(reach, reach.loads(weight), count=1)
    assert {ends(ladder, candidate.links) for candidate in candidates} == {(1, 2), (2, 3)}


def test_the_weight_decides_what_much_depends_on(ladder: routing.Field) -> None:
    reach = Reach.of(ladder)
    weight = np.zeros(6)
    weight[last_node(ladder)] = 40.0
    lost = [
        Candidate("street", np.array([link], np.int32))
        for link in range(6)
        if ends_of(ladder, link) == (1, 2)
    ]
    (found,) = [
        one for one in find_bottlenecks(reach, weight, structures=lost) if ends(ladder, one.links) == (1, 2)
    ][:1]
    assert (found.carried, found.lengthened) == (40.0, 40.0)


def last_node(field: routing.Field) -> int:
    return int(np.argmax(field.network.node_lon))


def ends_of(field: routing.Field, link: int) -> tuple[int, ...]:
    """The link's ends by their number in the ladder."""
    network = field.network
    names = {135.0: 0, 135.001: 1, 135.002: 2, 135.003: 3, 135.0015: 4, 135.004: 5}
    return tuple(
        sorted(
            names[round(float(network.node_lon[int(n)]), 4)]
            for n in (network.link_u[link], network.link_v[link])
        )
    )


def ends(field: routing.Field, links: np.ndarray) -> tuple[int, ...]:
    (link,) = links.tolist()
    return ends_of(field, link)
