"""What stands on a node, alone and on a map: who goes on, who turns back, and that the way up to it stays."""

from pathlib import Path

import pytest

import routing
from routing.build.access import CAR, FOOT
from routing.build.barriers import Rules, mark_of
from routing.profiles import CAR as DRIVER
from tests.unit.routing.build.maps import Map, place_of, tags

Way = routing.Way
WHEELS = Way.WHEELCHAIR_NO | Way.STROLLER_NO
NOTHING = Way(0)


@pytest.mark.parametrize(
    ("text", "takes", "adds"),
    [
        ("barrier=gate", NOTHING, NOTHING),
        ("barrier=lift_gate", NOTHING, NOTHING),
        ("barrier=cattle_grid", NOTHING, NOTHING),
        ("highway=crossing", NOTHING, NOTHING),
        ("amenity=parking_entrance access=private", NOTHING, NOTHING),
        ("barrier=bollard", CAR, NOTHING),
        ("barrier=bollard motor_vehicle=yes", NOTHING, NOTHING),
        ("barrier=block", CAR, NOTHING),
        ("barrier=fence", FOOT | CAR, NOTHING),
        ("barrier=wall", FOOT | CAR, NOTHING),
        ("barrier=fence foot=yes", CAR, NOTHING),
        ("barrier=gate locked=yes", FOOT | CAR, NOTHING),
        ("barrier=gate locked=yes foot=yes", CAR, NOTHING),
        ("barrier=gate access=private", FOOT | CAR, NOTHING),
        ("barrier=gate access=private foot=yes", CAR, NOTHING),
        ("barrier=gate access=no", FOOT | CAR, NOTHING),
        ("barrier=gate access:conditional=no+@+(22:00-06:00)", FOOT | CAR, NOTHING),
        ("barrier=gate foot=no motor_vehicle=yes", FOOT, NOTHING),
        ("barrier=stile", CAR, WHEELS),
        ("barrier=kissing_gate", CAR, WHEELS),
        ("barrier=turnstile", CAR, WHEELS),
        ("barrier=turnstile wheelchair=yes", CAR, NOTHING),
        ("barrier=cycle_barrier wheelchair=no", CAR, Way.WHEELCHAIR_NO),
        ("barrier=kerb kerb=raised", NOTHING, Way.WHEELCHAIR_NO),
        ("barrier=kerb kerb=flush", NOTHING, NOTHING),
        ("kerb=raised", NOTHING, Way.WHEELCHAIR_NO),
        ("kerb=raised kerb:height=0.04", NOTHING, NOTHING),
        ("kerb:height=15cm", NOTHING, Way.WHEELCHAIR_NO),
        ("ford=yes", NOTHING, Way.FORD),
        ("highway=elevator", FOOT | CAR, NOTHING),
    ],
)
def test_what_a_node_does(text: str, takes: Way, adds: Way) -> None:
    mark = mark_of(tags(text), Rules())
    assert (takes, adds) == (NOTHING, NOTHING) if mark is None else (mark.takes, mark.adds) == (takes, adds)


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("barrier=gate access=private", False),
        ("barrier=gate locked=yes", False),
        ("barrier=gate access=no", True),
        ("barrier=gate access=military", True),
        ("barrier=wall access=private", True),
    ],
)
def test_private_and_locked_gates_open_only_by_an_explicit_rule(text: str, stops: object) -> None:
    as_mapped, by_rule = mark_of(tags(text), Rules()), mark_of(tags(text), Rules(private_gates_open=True))
    assert as_mapped is not None
    assert as_mapped.takes & FOOT == FOOT
    assert bool(by_rule and by_rule.takes & FOOT) is stops


ROAD = "highway=residential surface=asphalt"


def test_a_wall_ends_both_sides_and_takes_neither_away(tmp_path: Path) -> None:
    where = Map(tmp_path, ["abcde"], ways=[("abcde", ROAD)], nodes={"c": "barrier=fence"})
    network = where.network
    assert (network.node_count, network.link_count) == (4, 2)
    assert network.skipped == {"barriers on nodes": 1}
    assert where.passes("a", "b")
    assert where.passes("d", "e")
    assert not where.passes("a", "e")


@pytest.mark.parametrize(
    ("node", "passing"),
    [
        ("barrier=bollard", {"adult", "wheelchair", "stroller"}),
        ("barrier=gate", {"adult", "wheelchair", "stroller", "car"}),
        ("barrier=stile", {"adult"}),
        ("kerb=raised", {"adult", "stroller", "car"}),
        ("barrier=gate access=private", set()),
    ],
)
def test_each_passes_what_they_can_and_may_cross_the_street_before_it(
    tmp_path: Path, node: str, passing: set[str]
) -> None:
    where = Map(tmp_path, ["abcde", " f"], ways=[("abcde", ROAD), ("bf", ROAD)], nodes={"c": node})
    profiles = {name: routing.get_profile(name) for name in ("adult", "wheelchair", "stroller")} | {
        "car": DRIVER
    }
    for name, profile in profiles.items():
        assert where.passes("a", "f", profile), name
        assert where.passes("f", "a", profile), name
        assert where.passes("a", "e", profile) is (name in passing), name
        assert where.passes("e", "a", profile) is (name in passing), name


def test_a_barrier_costs_walkers_no_metre_and_next_to_no_time(tmp_path: Path) -> None:
    plain = Map(tmp_path, ["abcde"], ways=[("abcde", ROAD)])
    gated = Map(tmp_path, ["abcde"], ways=[("abcde", ROAD)], nodes={"c": "barrier=stile"})
    assert gated.network.link_length_m.sum() == pytest.approx(plain.network.link_length_m.sum())
    assert gated.minutes("a", "e") == pytest.approx(plain.minutes("a", "e"), abs=0.4 / 60)


def test_a_one_way_stays_one_way_through_a_barrier(tmp_path: Path) -> None:
    where = Map(tmp_path, ["abcde"], ways=[("abcde", "highway=steps oneway=yes")], nodes={"c": "ford=yes"})
    assert where.passes("b", "d")
    assert not where.passes("d", "b")


def test_at_a_stile_where_ways_meet_wheels_change_to_none_of_them(tmp_path: Path) -> None:
    drawing = [" d", "abc"]
    where = Map(
        tmp_path, drawing, ways=[("ab", ROAD), ("bc", ROAD), ("bd", ROAD)], nodes={"b": "barrier=stile"}
    )
    for goal in "cd":
        assert where.passes("a", goal)
        assert not where.passes("a", goal, "wheelchair")


def test_a_closed_street_leaves_open_the_path_that_crosses_it_at_a_stile(tmp_path: Path) -> None:
    drawing = [" n ", "wxe", " s "]
    where = Map(
        tmp_path, drawing, ways=[("wxe", ROAD), ("nxs", "highway=path")], nodes={"x": "barrier=stile"}
    )
    street = routing.Geometry("line", [[place_of("w", drawing), place_of("e", drawing)]])
    closed = routing.LinkIndex(where.network).find_links(street)
    assert len(closed) == 2
    assert (where.network.link_length_m[closed] > 0).all()


def test_a_bollard_on_a_footway_changes_nothing(tmp_path: Path) -> None:
    where = Map(tmp_path, ["abc"], ways=[("abc", "highway=footway")], nodes={"b": "barrier=bollard"})
    assert (where.network.node_count, where.network.link_count) == (2, 1)


def test_a_ford_on_a_node_marks_the_way_through_it(tmp_path: Path) -> None:
    where = Map(tmp_path, ["abc"], ways=[("abc", ROAD)], nodes={"b": "ford=yes"})
    ford = (where.network.link_way & Way.FORD) > 0
    assert ford.sum() == 2
    assert (where.network.link_length_m[ford] == 0).all()


def test_nobody_takes_the_lift(tmp_path: Path) -> None:
    ways = [
        ("ab", "highway=corridor level=0"),
        ("bc", "highway=corridor level=1"),
        ("adc", "highway=steps level=0;1"),
    ]
    drawing = ["abc", " d"]
    where = Map(tmp_path, drawing, ways=ways, nodes={"b": "highway=elevator"})
    direct = Map(tmp_path, drawing, ways=ways)
    assert where.network.skipped == {"lifts (they stand still in an earthquake)": 1}
    assert (where.minutes("a", "c") or 0) > (direct.minutes("a", "c") or 0)
    assert not where.passes("a", "c", "wheelchair")


def test_a_kerb_that_is_written_down_at_both_ends_is_known(tmp_path: Path) -> None:
    ways = [("ab", "highway=footway footway=crossing"), ("bc", "highway=footway footway=crossing")]
    where = Map(tmp_path, ["abc"], ways=ways, nodes={"a": "kerb=lowered", "b": "kerb=flush"})
    assert not where.bits_between("a", "b") & Way.KERB_UNKNOWN
    assert where.bits_between("b", "c") & Way.KERB_UNKNOWN
