"""Small made-up maps through the whole reader: junctions, squares, levels, what lies outside, and what no map is."""

from pathlib import Path

import numpy as np
import pytest

import routing
from routing.build.osm_pbf import read_osm
from routing.errors import NetworkError
from routing.network import COLUMNS, RoadClass
from tests.unit.routing.build.maps import Map, write_map

Way = routing.Way
ROAD = "highway=residential"
SQUARE = ["ab", "dc"]


def test_ways_are_cut_where_they_meet(tmp_path: Path) -> None:
    where = Map(tmp_path, ["abcd", "  e"], ways=[("abcd", "highway=path"), ("ce", "highway=footway")])
    assert (where.network.node_count, where.network.link_count) == (4, 3)
    assert sorted(np.diff(where.network.shape_start).tolist()) == [2, 2, 3]


def test_two_ways_between_the_same_places_are_two_links(tmp_path: Path) -> None:
    where = Map(tmp_path, ["abc", " d"], ways=[("abc", ROAD), ("adc", "highway=steps")])
    assert (where.network.node_count, where.network.link_count) == (2, 2)


def test_a_square_is_walked_round_its_ring(tmp_path: Path) -> None:
    where = Map(
        tmp_path, ["ab f", "dc", "e"],
        ways=[("abcda", "highway=pedestrian area=yes"), ("bf", ROAD), ("de", ROAD)],
    )  # fmt: skip
    assert where.passes("e", "f")
    assert where.network.link_count == 5


def test_a_ring_that_nobody_meets_keeps_its_way_round(tmp_path: Path) -> None:
    network = Map(tmp_path, SQUARE, ways=[("abcda", "highway=pedestrian area=yes")]).network
    assert network.link_count == 1
    assert network.link_u[0] == network.link_v[0]
    assert network.edge_count == 2


def test_the_rings_of_a_square_with_a_hole_are_walked_though_their_ways_say_nothing(tmp_path: Path) -> None:
    drawing = ["a   b", " hi ", " kj ", "d   c", "e   f"]
    ways = [("abc", ""), ("cda", ""), ("hijkh", ""), ("de", ROAD), ("bf", "building=yes"), ("cf", ROAD)]
    square = (
        "type=multipolygon highway=pedestrian",
        [("w", 1, "outer"), ("w", 2, "outer"), ("w", 3, "inner")],
    )
    where = Map(tmp_path, drawing, ways=ways, relations=[square])
    assert where.passes("e", "f")
    classes = where.network.link_class.tolist()
    assert classes.count(RoadClass.PEDESTRIAN) == 4
    assert classes.count(RoadClass.RESIDENTIAL) == 2


@pytest.mark.parametrize(
    "relation",
    [
        "type=multipolygon building=yes",
        "type=multipolygon highway=pedestrian access=no",
        "type=route highway=pedestrian",
        "type=multipolygon highway=construction",
    ],
)
def test_relations_that_are_no_square_open_nothing(tmp_path: Path, relation: str) -> None:
    where = Map(
        tmp_path, SQUARE, ways=[("ab", ROAD), ("bcda", "")], relations=[(relation, [("w", 2, "outer")])]
    )
    assert where.network.link_count == 1


def test_a_ring_with_tags_of_its_own_keeps_them(tmp_path: Path) -> None:
    square = ("type=multipolygon highway=pedestrian", [("w", 1, "outer")])
    where = Map(tmp_path, SQUARE, ways=[("abcda", "highway=steps"), ("ab", ROAD)], relations=[square])
    assert RoadClass.STEPS in where.network.link_class
    assert RoadClass.PEDESTRIAN not in where.network.link_class


def test_corridors_of_two_levels_meet_only_where_they_share_a_node(tmp_path: Path) -> None:
    ways = [("abc", "highway=corridor level=1"), ("def", "highway=corridor level=2")]
    apart = Map(tmp_path, ["abc", "def"], ways=ways)
    joined = Map(tmp_path, ["abc", "def"], ways=[*ways, ("cf", "highway=steps level=1;2")])
    walking = routing.Walking.of(routing.Snapper(apart.network), routing.get_profile("adult"))
    assert walking.usable.all()
    assert not apart.passes("a", "d")
    assert joined.passes("a", "d")


def test_ferries_works_and_private_ways_are_left_out_and_counted(tmp_path: Path) -> None:
    ways = [
        ("ab", ROAD), ("bc", "route=ferry"), ("cd", "highway=construction"), ("de", "highway=service access=private"),
        ("ea", "highway=path foot:conditional=no+@+night"), ("ac", "building=yes"),
    ]  # fmt: skip
    where = Map(tmp_path, ["abcde"], ways=ways)
    assert where.network.link_count == 1
    assert where.network.skipped == {
        "ferry": 1, "highway=construction": 1, "access denied": 1, "closed to walkers at times": 1,
    }  # fmt: skip


def test_what_leaves_the_extract_is_counted(tmp_path: Path) -> None:
    path = write_map(tmp_path, ["abcd"], ways=[("abc", ROAD), ("bd", ROAD)], absent="d")
    network = read_osm(path)
    assert network.link_count == 2
    assert network.skipped == {"links with nodes outside the extract": 1}


def test_names_classes_limits_and_layers_stay_with_their_links(tmp_path: Path) -> None:
    ways = [
        ("ab", "highway=primary name=Main maxspeed=50 bridge=yes layer=1"),
        ("bc", "highway=service maxspeed=20+mph"),
        ("cd", "highway=footway ref=7"),
    ]
    network = Map(tmp_path, ["abcd"], ways=ways).network
    rows = {
        (
            network.name_of(link),
            int(network.link_class[link]),
            int(network.link_max_kmh[link]),
            int(network.link_layer[link]),
        )
        for link in range(network.link_count)
    }
    assert rows == {
        ("Main", RoadClass.PRIMARY, 50, 1),
        ("", RoadClass.SERVICE, 32, 0),
        ("7", RoadClass.FOOTWAY, 0, 0),
    }


def test_the_order_of_the_ways_in_the_file_changes_no_column(tmp_path: Path) -> None:
    ways = [("abcd", ROAD), ("be", "highway=steps"), ("ef", "highway=footway name=x"), ("cf", ROAD)]
    drawing, nodes = ["abcd", " ef"], {"b": "barrier=stile", "e": "kerb=raised"}
    networks = []
    for backwards in (False, True):
        path = write_map(tmp_path, drawing, ways=ways, nodes=nodes, backwards=backwards)
        networks.append(read_osm(path))
    assert networks[0].link_count == 11
    for name in COLUMNS:
        one, other = (getattr(network, name) for network in networks)
        if name != "link_name":
            assert np.array_equal(one, other, equal_nan=one.dtype.kind == "f"), name


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<osm version='0.6'></osm>",
        "not xml at all",
        "<osm version='0.6'><node id='1' lat='34' lon='135'/></osm>",
        "<osm version='0.6'><way id='1' version='1'><nd ref='1'/><tag k='highway' v='path'/></way></osm>",
    ],
)
def test_a_file_without_ways_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "empty.osm"
    path.write_text(content)
    with pytest.raises(NetworkError):
        read_osm(path)
