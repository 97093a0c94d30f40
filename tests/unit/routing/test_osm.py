from pathlib import Path

import numpy as np
import pytest

import routing
from routing.build.osm_pbf import read_osm
from routing.build.tags import layer_of, name_of, node_blocks, way_of
from routing.errors import NetworkError

Way = routing.Way
BOTH = Way.FOOT | Way.FOOT_BACK
FEET = BOTH | Way.CAR | Way.CAR_BACK


def tags(text: str) -> dict[str, str]:
    """`highway=path foot=no` as a mapping."""
    return dict(pair.split("=", 1) for pair in text.split())


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("highway=footway", BOTH),
        ("highway=residential", FEET),
        ("highway=residential oneway=yes", BOTH | Way.CAR),
        ("highway=residential oneway=-1", BOTH | Way.CAR_BACK),
        ("highway=primary junction=roundabout", BOTH | Way.CAR),
        ("highway=trunk", FEET),
        ("highway=trunk motorroad=yes", Way.CAR | Way.CAR_BACK),
        ("highway=motorway", Way.CAR),
        ("highway=path foot=no", Way(0)),
        ("highway=service access=private", Way(0)),
        ("highway=service access=private foot=yes", BOTH),
        ("highway=service access=no;permissive", FEET),
        ("highway=footway oneway:foot=yes", Way.FOOT),
        ("highway=footway oneway:foot=-1", Way.FOOT_BACK),
        ("highway=footway foot:backward=no", Way.FOOT),
        ("highway=steps oneway=yes", Way.FOOT),
        ("highway=construction", Way(0)),
        ("highway=construction foot=yes", Way(0)),
        ("highway=busway sidewalk=both", BOTH),
        ("highway=busway", Way(0)),
        ("railway=platform", BOTH),
        ("man_made=pier", BOTH),
        ("route=ferry", Way(0)),
        ("building=yes", Way(0)),
    ],
)
def test_who_may_pass(text: str, bits: Way) -> None:
    way, why = way_of(tags(text))
    assert way & FEET == bits
    assert bool(why) == (bits == 0)


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("highway=steps surface=stone", Way.STEPS | Way.WHEELCHAIR_NO | Way.STROLLER_NO),
        ("highway=path bridge=viaduct surface=asphalt", Way.BRIDGE),
        ("highway=path tunnel=yes surface=asphalt", Way.TUNNEL),
        ("highway=path tunnel=building_passage surface=asphalt", Way(0)),
        ("highway=path covered=yes surface=asphalt", Way(0)),
        ("highway=path ford=yes surface=asphalt", Way.FORD),
        ("highway=path", Way.SURFACE_UNKNOWN),
        ("highway=path surface=gravel", Way.WHEELCHAIR_NO),
        ("highway=path surface=sand", Way.WHEELCHAIR_NO | Way.STROLLER_NO),
        ("highway=path smoothness=very_bad", Way.WHEELCHAIR_NO | Way.STROLLER_NO),
        ("highway=path surface=asphalt incline=8%", Way.WHEELCHAIR_NO),
        ("highway=path surface=asphalt incline=-8%", Way.WHEELCHAIR_NO),
        ("highway=path surface=asphalt incline=8% wheelchair=yes", Way(0)),
        ("highway=path surface=asphalt kerb:height=0.1", Way.WHEELCHAIR_NO),
        ("highway=path surface=asphalt wheelchair=no", Way.WHEELCHAIR_NO),
    ],
)
def test_what_a_way_is_like(text: str, bits: Way) -> None:
    assert way_of(tags(text))[0] & ~FEET == bits


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("barrier=bollard", False), ("barrier=gate", False), ("barrier=gate locked=yes", True), ("barrier=fence", True),
        ("barrier=gate access=private", True), ("barrier=gate access=private foot=yes", False),
        ("amenity=parking_entrance access=private", False),
    ],
)  # fmt: skip
def test_which_barriers_stop_walkers(text: str, blocks: object) -> None:
    assert node_blocks(tags(text)) is blocks


def test_names_and_layers() -> None:
    assert [layer_of(tags(f"layer={value}")) for value in ("1", "-2", "9", "x", "1;2")] == [1, -2, 5, 0, 1]
    assert name_of({"name": "御堂筋", "ref": "25"}) == "御堂筋"
    assert name_of({"ref": "25"}) == "25"


def extract(tmp_path: Path, ways: dict[str, list[int]], nodes: dict[int, str], *, missing: int = 0) -> Path:
    """A small .osm: nodes on a line, 100 m apart; `ways` are tags -> node numbers."""
    rows = [
        f'<node id="{n}" version="1" lat="34.0" lon="{135 + n * 0.001:.3f}">{tag}</node>'
        for n, tag in nodes.items()
        if n != missing
    ]
    for number, (text, refs) in enumerate(ways.items(), 1):
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        inner += "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags(text).items())
        rows.append(f'<way id="{number}" version="1">{inner}</way>')
    path = tmp_path / "small.osm"
    path.write_text(f'<osm version="0.6">{"".join(rows)}</osm>', "utf-8")
    return path


def plain(count: int) -> dict[int, str]:
    return dict.fromkeys(range(1, count + 1), "")


def test_ways_are_cut_where_they_meet(tmp_path: Path) -> None:
    network = read_osm(extract(tmp_path, {"highway=path": [1, 2, 3, 4], "highway=footway": [3, 5]}, plain(5)))
    assert (network.node_count, network.link_count) == (4, 3)
    assert sorted(np.diff(network.shape_start).tolist()) == [2, 2, 3]


def test_a_barrier_ends_both_sides_and_takes_neither_away(tmp_path: Path) -> None:
    nodes = plain(5) | {3: '<tag k="barrier" v="fence"/>'}
    network = read_osm(extract(tmp_path, {"highway=path": [1, 2, 3, 4, 5]}, nodes))
    assert (network.node_count, network.link_count) == (4, 2)
    assert network.skipped == {"barriers on nodes": 1}
    assert (
        np.bincount(network.link_u, minlength=4).max() + np.bincount(network.link_v, minlength=4).max() == 2
    )


def test_a_ring_keeps_its_way_round(tmp_path: Path) -> None:
    network = read_osm(extract(tmp_path, {"highway=pedestrian area=yes": [1, 2, 3, 1]}, plain(3)))
    assert network.link_count == 1
    assert network.link_u[0] == network.link_v[0]
    assert network.edge_count == 2


def test_what_leaves_the_extract_is_counted(tmp_path: Path) -> None:
    network = read_osm(
        extract(tmp_path, {"highway=path": [1, 2, 3], "highway=footway": [2, 4]}, plain(4), missing=4)
    )
    assert network.link_count == 2
    assert network.skipped["links with nodes outside the extract"] == 1


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<osm version='0.6'></osm>",
        "not xml at all",
        "<osm version='0.6'><node id='1' lat='34' lon='135'/></osm>",
    ],
)
def test_a_file_without_ways_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "empty.osm"
    path.write_text(content)
    with pytest.raises(NetworkError):
        read_osm(path)
