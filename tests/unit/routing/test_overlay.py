from dataclasses import replace

import numpy as np
import pytest
import shapely

import routing
from routing.batch import Reader, Streets
from routing.errors import GeometryError
from routing.profiles import CLOSED
from tests.unit.routing.oracles import BOTH, STEP, network_of

BRIDGE, TUNNEL = routing.Way.BRIDGE, routing.Way.TUNNEL


def row(*ways: routing.Way) -> routing.Network:
    """Links in one line from west to east, each `STEP` degrees long: link i from node i to node i + 1."""
    spots = [(34.0, 135.0 + i * STEP) for i in range(len(ways) + 1)]
    return network_of(spots, [(i, i + 1, way) for i, way in enumerate(ways)], [0.0] * len(ways))


def at(index: float, north: float = 0.0) -> tuple[float, float]:
    """(lat, lon) on that line."""
    return 34.0 + north * STEP, 135.0 + index * STEP


def box(west: float, east: float) -> routing.Geometry:
    return routing.Geometry("polygon", [[at(west, -1), at(west, 1), at(east, 1), at(east, -1)]])


def places_of(network: routing.Network, links: np.ndarray) -> list[int]:
    """Numbers of links in the line, west first."""
    middle = (network.shape_lon[network.shape_start[links]] - 135.0) / STEP
    ends = (network.shape_lon[network.shape_start[links + 1] - 1] - 135.0) / STEP
    return sorted(round(min(m, e)) for m, e in zip(middle, ends, strict=True))


@pytest.mark.parametrize("over", [BRIDGE, TUNNEL])
def test_a_bridge_over_and_a_tunnel_under_a_closed_area_stay_open(over: routing.Way) -> None:
    network = row(BOTH, BOTH | over, BOTH)
    found = routing.LinkIndex(network).find_links(box(0.2, 2.8))
    assert places_of(network, found) == [0, 2]


@pytest.mark.parametrize(
    ("structure", "over"), [(routing.Structure.BRIDGE, BRIDGE), (routing.Structure.TUNNEL, TUNNEL)]
)
def test_a_closed_bridge_or_tunnel_closes_only_such(structure: routing.Structure, over: routing.Way) -> None:
    network = row(BOTH, BOTH | over, BOTH)
    index = routing.LinkIndex(network)
    assert places_of(network, index.find_links(box(0.2, 2.8), structure)) == [1]
    near_street = routing.Geometry("point", [[at(0.9)]])
    assert places_of(network, index.find_links(near_street, structure)) == [1]


def test_a_point_closes_the_nearest_link_within_30_metres() -> None:
    network = row(BOTH, BOTH)
    index = routing.LinkIndex(network)
    assert places_of(network, index.find_links(routing.Geometry("point", [[at(1.3, 0.3)]]))) == [1]
    assert len(index.find_links(routing.Geometry("point", [[at(1.3, 0.6)]]))) == 0


def test_a_line_closes_what_runs_along_it_and_not_what_it_crosses() -> None:
    spots = [at(0), at(1), at(2), at(1, 1)]
    network = network_of(spots, [(0, 1, BOTH), (1, 2, BOTH), (1, 3, BOTH)], [0.0] * 3)
    found = routing.LinkIndex(network).find_links(routing.Geometry("line", [[at(0), at(2)]]))
    assert len(found) == 2
    assert all(abs(network.shape_lat[network.shape_start[i]] - 34.0) < 1e-9 for i in found)


def test_a_line_that_covers_a_part_of_one_long_link_closes_that_link() -> None:
    network = row(BOTH)
    assert len(routing.LinkIndex(network).find_links(routing.Geometry("line", [[at(0.4), at(0.6)]]))) == 1


def test_a_polygon_with_crossed_edges_still_closes() -> None:
    bow = routing.Geometry("polygon", [[at(0, -1), at(2, 1), at(2, -1), at(0, 1)]])
    assert len(routing.LinkIndex(row(BOTH, BOTH)).find_links(bow)) == 2


@pytest.mark.parametrize(
    ("kind", "parts"),
    [("polygon", [[at(0), at(1)]]), ("line", [[at(0)]]), ("point", []), ("circle", [[at(0)]])],
)
def test_a_shape_that_cannot_be_drawn_is_refused_by_name(
    kind: str, parts: list[list[tuple[float, float]]]
) -> None:
    with pytest.raises(GeometryError, match=kind):
        routing.LinkIndex(row(BOTH)).find_links(routing.Geometry(kind, parts))


def test_a_link_with_two_causes_stays_closed_when_one_ends() -> None:
    network = row(BOTH, BOTH)
    both = routing.Overlay(network, {"flood": np.array([0, 1], np.int32), "works": np.array([1], np.int32)})
    assert both.causes_of(1) == ("flood", "works")
    assert routing.Overlay(network, {"works": both.closures["works"]}).closed.tolist() == [False, True]


def membrane_field(zone: tuple[float, float], target: float) -> routing.Field:
    network = row(*[BOTH] * 6)
    membrane = routing.make_membrane(
        routing.LinkIndex(network), shapely.box(135 + zone[0] * STEP, 33.9, 135 + zone[1] * STEP, 34.1)
    )
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    return routing.Field.build(
        walking, [routing.Target("T", *at(target))], routing.Overlay(network, {}, {"zone": membrane})
    )


def test_nobody_is_sent_into_a_zone_and_everybody_may_leave_it() -> None:
    field = membrane_field((1.5, 3.5), target=6.0)
    inside, outside = routing.find_route(field, *at(2.0)), routing.find_route(field, *at(1.0))
    assert isinstance(inside, routing.Route)
    assert inside.starts_in_zone
    assert isinstance(outside, routing.Stay)
    assert outside.reason == "cut-off"
    assert isinstance(routing.find_route(field, *at(5.0)), routing.Route)


def test_inside_a_zone_each_metre_weighs_four_times_but_takes_its_own_time() -> None:
    field = membrane_field((0.5, 3.5), target=6.0)
    found = routing.find_route(field, *at(1.0))
    assert isinstance(found, routing.Route)
    plain = round(found.seconds * 10)
    step = round(float(field.network.link_length_m[0]) * 10)
    assert plain == pytest.approx(5 * step, abs=5)
    assert found.cost == pytest.approx(plain + 2 * 3 * step, abs=10)


def test_a_place_inside_a_zone_may_be_reached_from_inside_only() -> None:
    field = membrane_field((1.5, 4.5), target=3.0)
    assert isinstance(routing.find_route(field, *at(2.0)), routing.Route)
    assert isinstance(routing.find_route(field, *at(5.5)), routing.Stay)


def test_a_link_through_a_zone_is_closed_but_whoever_is_on_it_may_leave_both_ways() -> None:
    field = membrane_field((2.3, 2.7), target=6.0)
    assert (field.cost == CLOSED).sum() == 2
    assert isinstance(routing.find_route(field, *at(1.0)), routing.Stay)
    assert isinstance(routing.find_route(field, *at(2.1)), routing.Stay)  # before the zone: not through it
    assert isinstance(routing.find_route(field, *at(2.9)), routing.Route)  # behind it: away from it
    on_it = routing.find_route(field, *at(2.4))
    assert isinstance(on_it, routing.Route)
    assert on_it.starts_in_zone


def test_a_zone_counts_only_where_its_hazard_is_in_force() -> None:
    network = row(*[BOTH] * 4)
    whole = routing.make_membrane(routing.LinkIndex(network), shapely.box(134.9, 33.9, 135.1, 34.1))
    west = network.node_lon < 135 + 2.5 * STEP
    part = whole.where(west, np.zeros(network.link_count, bool))
    assert part.inside.sum() == 3


def test_a_closed_origin_leaves_both_ways_and_names_the_cause() -> None:
    network = row(*[BOTH] * 4)
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    closed = routing.LinkIndex(network).find_links(routing.Geometry("point", [[at(1.5)]]))
    overlay = routing.Overlay(network, {"works": closed})
    for goal in (0.0, 4.0):
        field = routing.Field.build(walking, [routing.Target("T", *at(goal))], overlay)
        found = routing.find_route(field, *at(1.5))
        assert isinstance(found, routing.Route)
        assert found.closed_by == ("works",)


def test_a_target_on_a_closed_link_is_not_reachable() -> None:
    network = row(*[BOTH] * 4)
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    closed = routing.LinkIndex(network).find_links(routing.Geometry("point", [[at(1.5)]]))
    field = routing.Field.build(
        walking, [routing.Target("T", *at(1.5))], routing.Overlay(network, {"works": closed})
    )
    assert isinstance(routing.find_route(field, *at(3.5)), routing.Stay)


def stacked() -> routing.Network:
    """A street from west to east, and a bridge and a tunnel of other names on the same line."""
    spots = [at(0), at(1), at(0, 0.01), at(1, 0.01), at(0, -0.01), at(1, -0.01)]
    ends = [(0, 1, BOTH), (2, 3, BOTH | BRIDGE), (4, 5, BOTH | TUNNEL)]
    return network_of(spots, ends, [0.0] * 3, ["市道1号", "国道 18号;高架橋", "地下道"])


def names_of(network: routing.Network, links: np.ndarray) -> set[str]:
    return {network.name_of(int(link)) for link in links}


EVERYTHING = {"市道1号", "国道 18号;高架橋", "地下道"}
"""What a line of which nobody says where it lies closes there."""


@pytest.mark.parametrize(
    ("names", "of_point", "of_line"),
    [
        ((), {"市道1号"}, EVERYTHING),
        (("一般国道１８号線",), {"国道 18号;高架橋"}, {"国道 18号;高架橋"}),
        (("地下道",), {"地下道"}, {"地下道"}),
        (("県道9号",), {"市道1号"}, EVERYTHING),
    ],
)
def test_the_roads_name_decides_between_what_lies_on_top_of_each_other(
    names: tuple[str, ...], of_point: set[str], of_line: set[str]
) -> None:
    network = stacked()
    index = routing.LinkIndex(network)
    point, line = routing.Geometry("point", [[at(0.5)]]), routing.Geometry("line", [[at(-0.1), at(1.1)]])
    assert names_of(network, index.find_links(point, names=names)) == of_point
    assert names_of(network, index.find_links(line, names=names)) == of_line


def test_an_area_holds_the_bridge_that_it_names() -> None:
    network = stacked()
    index = routing.LinkIndex(network)
    assert names_of(network, index.find_links(box(0.2, 0.8))) == {"市道1号"}
    assert names_of(network, index.find_links(box(0.2, 0.8), names=["高架橋"])) == {
        "市道1号",
        "国道 18号;高架橋",
    }
    surface = index.find_links(box(0.2, 0.8), routing.Structure.SURFACE, names=["高架橋"])
    assert names_of(network, surface) == {"市道1号"}  # the feed says what lies there: no name overrules it


@pytest.mark.parametrize(
    ("told", "mapped"),
    [
        ("一般国道１８号線", "国道18号"),
        ("国道18号", "国道 １８ 号"),
        ("n-14", "N 14"),
        ("Rua da Alegria", "RUA DA ALEGRIA"),
    ],
)
def test_a_name_is_the_same_however_it_is_spelt(told: str, mapped: str) -> None:
    network = network_of([at(0), at(1), at(2)], [(0, 1, BOTH), (1, 2, BOTH)], [0.0] * 2, [mapped, "国道1号"])
    assert names_of(network, routing.LinkIndex(network).find_named([told])) == {mapped}


def test_a_name_that_no_road_has_finds_nothing() -> None:
    index = routing.LinkIndex(stacked())
    assert len(index.find_named(["国道8号", "", " "])) == 0
    assert len(routing.LinkIndex(row(BOTH)).find_named([""])) == 0


def test_each_mode_has_its_closures() -> None:
    network = row(BOTH, BOTH, BOTH)
    links = {name: np.array([number], np.int32) for number, name in enumerate(("foot", "car", "all"))}
    modes = {"foot": routing.Mode.FOOT, "car": routing.Mode.CAR}
    overlay = routing.Overlay(network, links, {}, modes)
    assert overlay.closed_to(routing.Mode.FOOT).tolist() == [True, False, True]
    assert overlay.closed_to(routing.Mode.CAR).tolist() == [False, True, True]
    assert [overlay.causes_of(link) for link in range(3)] == [("foot",), (), ("all",)]
    assert overlay.causes_of(1, routing.Mode.CAR) == ("car",)


def test_a_zone_that_is_only_announced_may_be_entered_and_is_left_free() -> None:
    network = row(*[BOTH] * 6)
    zone = shapely.box(135 + 1.5 * STEP, 33.9, 135 + 3.5 * STEP, 34.1)
    forbidden = routing.make_membrane(routing.LinkIndex(network), zone)
    announced = replace(forbidden, grade=routing.DEARER)
    factor = routing.Zones(network, {"z": announced}).factor
    entering = announced.inside[network.edge_head] & ~announced.inside[network.edge_tail]
    leaving = announced.inside[network.edge_tail] & ~announced.inside[network.edge_head]
    assert set(factor[entering].tolist()) == {4}
    assert set(factor[leaving].tolist()) == {1}
    both = routing.Overlay(network, {}, {"a": announced, "f": forbidden})
    assert set(both.zones.factor[entering].tolist()) == {0}  # of two grades the harder one
    edge = int(np.flatnonzero(entering)[0])
    assert routing.Overlay(network, {}, {"a": announced}).shut_by(edge) == []
    assert len(both.shut_by(edge)) == 1


def test_who_stands_at_the_end_of_a_closed_link_is_not_on_it() -> None:
    """Each side of a block is closed in turn: from either end of it to a place just round the other end, the way leads about."""
    corners = [at(0), at(0, 1), at(1, 1), at(1)]
    network = network_of(corners, [(0, 1, BOTH), (1, 2, BOTH), (2, 3, BOTH), (3, 0, BOTH)], [0.0] * 4)
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    seen = 0
    for i in range(4):
        for here, there, beyond in ((i, i - 3, i - 2), (i - 3, i, i - 1)):
            (middle,) = routing.LinkIndex(network).find_links(
                routing.Geometry("point", [[between(corners[here], corners[there], 0.5)]])
            )
            goal = routing.Target("T", *between(corners[there], corners[beyond], 0.1))
            overlay = routing.Overlay(network, {"fire": np.array([middle], np.int32)})
            field = routing.Field.build(walking, [goal], overlay)
            found = routing.find_route(field, *corners[here])
            read = Reader(Streets(walking.snapper), field).find(*corners[here])
            on_it = routing.find_route(field, *between(corners[here], corners[there], 0.1))
            assert isinstance(found, routing.Route)
            assert isinstance(read, routing.Route)
            assert isinstance(on_it, routing.Route)
            assert (found.points, found.cost, found.edges) == (read.points, read.cost, read.edges)
            assert found.length_m > 2.5 * network.link_length_m.min()
            assert on_it.closed_by == ("fire",)
            assert on_it.length_m < 1.5 * network.link_length_m.min()
            seen += found.snap.link == middle
    assert seen


def between(one: tuple[float, float], other: tuple[float, float], share: float) -> tuple[float, float]:
    lat, lon = ((1 - share) * a + share * b for a, b in zip(one, other, strict=True))
    return lat, lon
