"""What wheels cannot pass, and what is told as unknown."""

from pathlib import Path

import numpy as np
import pytest

import routing
from routing.build.access import CAR, FOOT
from routing.build.tags import class_of, layer_of, max_kmh_of, name_of, way_of
from routing.build.wheels import find_metres, incline_percent, knows_kerb
from routing.network import RoadClass
from routing.profiles import list_unknown
from tests.unit.routing.build.maps import Map, tags

Way = routing.Way
NO_CHAIR, NO_STROLLER = Way.WHEELCHAIR_NO, Way.STROLLER_NO
NO_WHEELS = NO_CHAIR | NO_STROLLER
KNOWN = Way.INCLINE_KNOWN | Way.WIDTH_KNOWN


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("highway=path surface=asphalt", Way(0)),
        ("highway=path", Way.SURFACE_UNKNOWN),
        ("highway=steps surface=stone", Way.STEPS | NO_WHEELS),
        ("highway=steps surface=stone wheelchair=yes ramp=yes", Way.STEPS | NO_WHEELS),
        ("highway=path surface=gravel", NO_CHAIR),
        ("highway=path surface=cobblestone", NO_CHAIR),
        ("highway=path surface=sett", Way(0)),
        ("highway=path surface=sand", NO_WHEELS),
        ("highway=path smoothness=good", Way(0)),
        ("highway=path smoothness=intermediate", NO_CHAIR),
        ("highway=path smoothness=very_bad", NO_WHEELS),
        ("highway=track surface=asphalt tracktype=grade2", Way(0)),
        ("highway=track surface=asphalt tracktype=grade3", NO_CHAIR),
        ("highway=track surface=asphalt tracktype=grade5", NO_WHEELS),
        ("highway=path surface=asphalt sac_scale=hiking", NO_WHEELS),
        ("highway=path surface=asphalt incline=6%", Way.INCLINE_KNOWN),
        ("highway=path surface=asphalt incline=8%", NO_CHAIR | Way.INCLINE_KNOWN),
        ("highway=path surface=asphalt incline=-8%", NO_CHAIR | Way.INCLINE_KNOWN),
        ("highway=path surface=asphalt incline=up", Way(0)),
        ("highway=path surface=asphalt incline=8% wheelchair=yes", Way.WHEELCHAIR_YES | Way.INCLINE_KNOWN),
        ("highway=path surface=asphalt width=0.9", Way.WIDTH_KNOWN),
        ("highway=path surface=asphalt width=0.8", NO_CHAIR | Way.WIDTH_KNOWN),
        ("highway=path surface=asphalt width=60+cm", NO_WHEELS | Way.WIDTH_KNOWN),
        ("highway=path surface=asphalt kerb:height=0.1", NO_CHAIR),
        ("highway=path surface=asphalt kerb:height=6+cm", Way(0)),
        ("highway=path surface=asphalt kerb=raised", NO_CHAIR),
        ("highway=path surface=asphalt kerb=raised kerb:height=0.05", Way(0)),
        ("highway=path surface=asphalt kerb=lowered", Way(0)),
        ("highway=path surface=asphalt wheelchair=no", NO_CHAIR),
        ("highway=path surface=asphalt wheelchair=limited", Way(0)),
        ("highway=path surface=asphalt stroller=no", NO_STROLLER),
        ("highway=footway footway=crossing surface=asphalt", Way.KERB_UNKNOWN),
        ("highway=footway footway=crossing surface=asphalt kerb=yes", Way.KERB_UNKNOWN),
        ("highway=footway footway=crossing surface=asphalt kerb=flush", Way(0)),
        ("highway=path bridge=viaduct surface=asphalt", Way.BRIDGE),
        ("highway=path bridge=no surface=asphalt", Way(0)),
        ("highway=path tunnel=yes surface=asphalt", Way.TUNNEL),
        ("highway=path tunnel=building_passage surface=asphalt", Way(0)),
        ("highway=path covered=yes surface=asphalt", Way(0)),
        ("highway=path ford=stepping_stones surface=asphalt", Way.FORD),
        ("highway=corridor surface=asphalt level=1", Way.INDOOR),
        ("highway=corridor surface=asphalt level=-1", Way.INDOOR | Way.TUNNEL),
        ("highway=footway surface=asphalt level=-2;-1", Way.TUNNEL),
        ("highway=footway surface=asphalt level=-1;0", Way(0)),
        ("highway=footway surface=asphalt location=underground", Way.TUNNEL),
    ],
)
def test_what_a_way_is_like(text: str, bits: Way) -> None:
    assert way_of(tags(text))[0] & ~(FOOT | CAR) == bits


@pytest.mark.parametrize(
    ("text", "per_cent"),
    [("8%", 8), ("-8 %", -8), ("8", 8), ("8，5%", None), ("8,5%", 8.5), ("45°", 100), ("1:12", 100 / 12), ("1:0", None), ("up", None), ("", None)],
)  # fmt: skip
def test_inclines_are_read_in_every_spelling(text: str, per_cent: float | None) -> None:
    assert incline_percent({"incline": text}) == (None if per_cent is None else pytest.approx(per_cent))


@pytest.mark.parametrize(
    ("text", "metres"),
    [("0.9", 0.9), ("90 cm", 0.9), ("900mm", 0.9), ("1,5 m", 1.5), ("3'", 0.9144), ("wide", None), ("2 furlongs", None), (None, None)],
)  # fmt: skip
def test_lengths_are_read_in_every_spelling(text: str | None, metres: float | None) -> None:
    assert find_metres(text) == (None if metres is None else pytest.approx(metres))


def test_a_kerb_of_unknown_kind_is_unknown() -> None:
    assert [knows_kerb(tags(t)) for t in ("kerb=flush", "kerb=yes", "kerb=yes kerb:height=3+cm", "")] == [
        True,
        False,
        True,
        False,
    ]


def test_layers_names_classes_and_limits() -> None:
    assert [layer_of({"layer": value}) for value in ("1", "-2", "9", "x", "1;2", "nan")] == [
        1,
        -2,
        5,
        0,
        1,
        0,
    ]
    assert name_of({"name": "御堂筋", "ref": "25"}) == "御堂筋"
    assert name_of({"ref": "25"}) == "25"
    named = ("trunk_link", "road", "path", "platform", "steps", "busway")
    assert [class_of({"highway": h}) for h in named] == [
        RoadClass.TRUNK_LINK, RoadClass.UNCLASSIFIED, RoadClass.FOOTWAY, RoadClass.FOOTWAY, RoadClass.STEPS, RoadClass.UNKNOWN,
    ]  # fmt: skip
    assert class_of({"man_made": "pier"}) is RoadClass.FOOTWAY
    limits = ("50", "30 mph", "none", "RU:urban", "0", "999")
    assert [max_kmh_of({"maxspeed": text}) for text in limits] == [50, 48, 0, 0, 0, 0]


def test_the_unknown_is_told_as_a_share_of_the_way(tmp_path: Path) -> None:
    where = Map(
        tmp_path,
        ["ab c d"],
        ways=[
            ("ab", "highway=footway surface=asphalt width=2"),
            ("bc", "highway=footway incline=1%"),
            ("cd", "highway=path wheelchair=yes"),
        ],
    )
    edges = np.arange(where.network.edge_count, dtype=np.int32)
    shares = list_unknown(where.network, routing.get_profile("wheelchair"), edges)
    assert {k: round(v, 2) for k, v in shares.items()} == {
        "surface": 0.4,
        "incline": 0.2,
        "width": 0.4,
        "kerb": 0.0,
    }
    assert list_unknown(where.network, routing.get_profile("adult"), edges) == {}
