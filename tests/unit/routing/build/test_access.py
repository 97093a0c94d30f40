"""Who may pass: every rule of the routing notes as tags and what follows."""

import pytest

import routing
from routing.build.access import CAR, FOOT
from routing.build.tags import CLOSED_AT_TIMES, way_of
from tests.unit.routing.build.maps import tags

Way = routing.Way
ALL = FOOT | CAR


@pytest.mark.parametrize(
    "highway",
    [
        "footway",
        "path",
        "steps",
        "pedestrian",
        "living_street",
        "track",
        "residential",
        "service",
        "platform",
        "trunk",
        "trunk_link",
        "primary",
        "primary_link",
        "secondary",
        "secondary_link",
        "tertiary",
        "tertiary_link",
        "unclassified",
        "road",
        "cycleway",
        "bridleway",
        "corridor",
    ],
)
def test_classes_that_walkers_use(highway: str) -> None:
    way, why = way_of({"highway": highway})
    assert way & FOOT == FOOT
    assert not why


@pytest.mark.parametrize(
    "highway", ["motorway", "motorway_link", "busway", "raceway", "via_ferrata", "elevator", "construction"]
)
def test_classes_that_walkers_do_not_use(highway: str) -> None:
    way, why = way_of({"highway": highway})
    assert not way & FOOT
    assert highway in why


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("railway=platform", FOOT),
        ("man_made=pier", FOOT),
        ("man_made=pier access=no", Way(0)),
        ("route=ferry", Way(0)),
        ("route=ferry foot=yes", Way(0)),
        ("building=yes", Way(0)),
        ("highway=path foot=no", Way(0)),
        ("highway=service access=private", Way(0)),
        ("highway=service access=military", Way(0)),
        ("highway=service access=restricted", Way(0)),
        ("highway=service access=emergency", Way(0)),
        ("highway=service access=permit", Way(0)),
        ("highway=service access=customers", ALL),
        ("highway=service access=private foot=yes", FOOT),
        ("highway=service access=yes foot=no", CAR),
        ("highway=service access=no;permissive", ALL),
        ("highway=service foot=no;+designated", ALL),
        ("highway=busway foot=yes", FOOT),
        ("highway=construction foot=yes", Way(0)),
        ("highway=proposed", Way(0)),
        ("highway=busway sidewalk=both", FOOT),
        ("highway=busway sidewalk:left=yes", FOOT),
        ("highway=busway sidewalk=no", Way(0)),
        ("highway=busway sidewalk=separate", Way(0)),
        ("highway=motorway sidewalk=right", FOOT | Way.CAR),
        ("highway=trunk motorroad=yes", CAR),
        ("highway=trunk motorroad=yes sidewalk=both", CAR),
        ("highway=trunk motorroad=yes foot=yes", ALL),
        ("highway=footway oneway:foot=yes", Way.FOOT),
        ("highway=footway oneway:foot=-1", Way.FOOT_BACK),
        ("highway=footway oneway=yes", FOOT),
        ("highway=footway foot:backward=no", Way.FOOT),
        ("highway=footway foot:forward=no", Way.FOOT_BACK),
        ("highway=footway foot:forward=no foot:backward=private", Way(0)),
        ("highway=footway foot:backward=yes", FOOT),
        ("highway=steps oneway=yes", Way.FOOT),
        ("highway=steps oneway=-1", Way.FOOT_BACK),
    ],
)
def test_where_walkers_may_go(text: str, bits: Way) -> None:
    way, why = way_of(tags(text))
    assert way & ALL == bits
    assert bool(why) == (not bits & FOOT)


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("highway=residential", CAR),
        ("highway=residential oneway=yes", Way.CAR),
        ("highway=residential oneway=-1", Way.CAR_BACK),
        ("highway=residential oneway=yes oneway:motor_vehicle=no", CAR),
        ("highway=residential oneway=reversible", Way(0)),
        ("highway=primary junction=roundabout", Way.CAR),
        ("highway=motorway", Way.CAR),
        ("highway=motorway oneway=no", CAR),
        ("highway=residential motor_vehicle=no", Way(0)),
        ("highway=residential access=no motorcar=yes", CAR),
        ("highway=residential vehicle=forestry", Way(0)),
        ("highway=residential motor_vehicle=delivery", Way(0)),
        ("highway=residential motor_vehicle=destination", CAR),
        ("highway=pedestrian", Way(0)),
        ("highway=pedestrian motor_vehicle=yes", CAR),
        ("highway=pedestrian access=yes", Way(0)),
        ("highway=footway motor_vehicle=yes", Way(0)),
        ("highway=construction motor_vehicle=yes", Way(0)),
        ("highway=residential motor_vehicle:conditional=no+@+(08:00-20:00)", Way(0)),
    ],
)
def test_where_cars_may_go(text: str, bits: Way) -> None:
    assert way_of(tags(text))[0] & CAR == bits


@pytest.mark.parametrize(
    ("text", "walkable"),
    [
        ("access:conditional=no+@+(22:00-06:00)", False),
        ("foot:conditional=no+@+(22:00-06:00)", False),
        ("access:conditional=private+@+sunset-sunrise", False),
        ("access:conditional=yes+@+(08:00-18:00);no+@+(18:00-08:00)", False),
        ("access:conditional=no+@+(Mo-Fr+07:00-09:00;Sa+08:00)", False),
        ("access:conditional=destination+@+(22:00-06:00)", True),
        ("access:conditional=no+@+(22:00-06:00) foot=yes", True),
        ("foot=yes foot:conditional=no+@+(22:00-06:00)", False),
        ("access=no access:conditional=yes+@+(08:00-18:00)", False),
        ("foot:conditional=yes+@+(08:00-18:00) access:conditional=no+@+(22:00-06:00)", True),
        ("motor_vehicle:conditional=no+@+(08:00-20:00)", True),
    ],
)
def test_a_way_that_is_closed_at_times_is_not_relied_on(text: str, walkable: object) -> None:
    way, why = way_of(tags(f"highway=path {text}"))
    assert bool(way & FOOT) is walkable
    if not walkable and "access=no" not in text:
        assert why == CLOSED_AT_TIMES
