"""The reader against figures that were counted independently, with pyosmium, when the extracts were collected: nothing is lost without a reason."""

from collections import Counter
from pathlib import Path

import numpy as np
import osmium
import pytest

from routing.build import osm_pbf
from routing.build.access import CAR, FOOT
from routing.build.split import find_junctions
from routing.build.tags import NO_WAY, way_of
from routing.network import RoadClass, Way
from tests.contract.routing.extracts import read_extract

FIGURES = {
    "porto_portugal.osm.pbf": (51_349, 347_182, 77_846),
    "heidelberg.test.osm.pbf": (25_359, 179_456, 33_874),
    "columbus.osm.pbf": (12_006, 72_963, None),
    "liechtenstein-latest.osm.pbf": (4_660, 54_387, None),
    "liechtenstein-2013-08-03.osm.pbf": (2_753, 28_223, None),
    "monaco.osm.pbf": (2_927, 26_088, None),
    "moorgate.osm.pbf": (623, 1_786, None),
    "porto-alegre-poa.osm.pbf": (15_886, 41_109, None),
    "helsinki-centre.osm.pbf": (2_650, 7_738, None),
    "sapporo-hokudai-satsueki.osm.gz": (318, 1_266, None),
    "tsukuba-aist.osm.gz": (473, 2_783, None),
    "tsukuba.osm.gz": (54, 416, None),
}
"""Ways with a highway tag, distinct nodes on them, and of these ends of ways and nodes used more than once."""


Row = tuple[int, dict[str, str], list[int]]


def every_way(path: Path) -> list[Row]:
    """Id, tags and nodes of every way, read here and not by the reader."""
    ways = osmium.FileProcessor(str(path), osmium.osm.WAY)
    return [(way.id, dict(way.tags), [node.ref for node in way.nodes]) for way in ways]


@pytest.mark.parametrize("name", FIGURES)
def test_ways_nodes_and_junctions_are_those_that_were_counted(data_dir: Path, name: str) -> None:
    ways, nodes, junctions = FIGURES[name]
    found = [row for row in every_way(data_dir / "osm" / name) if "highway" in row[1]]
    refs = [ref for *_, row in found for ref in row]
    ids, where = np.unique(refs, return_inverse=True)
    start = np.concatenate([[0], np.cumsum([len(row) for *_, row in found])])
    assert (len(found), len(ids)) == (ways, nodes)
    if junctions is not None:
        assert int(find_junctions(where, start, len(ids)).sum()) == junctions


@pytest.mark.parametrize("name", FIGURES)
def test_every_highway_is_kept_or_left_out_for_a_reason_that_is_told(data_dir: Path, name: str) -> None:
    path = data_dir / "osm" / name
    relations = osm_pbf.read_relations(path)
    ways, _ = osm_pbf.read_ways(path, relations)
    kept, told, expected = set(ways.ids.tolist()), ways.skipped, Counter[str]()
    for way, tags, refs in every_way(path):
        bits, reason = way_of(tags)
        if "highway" in tags:
            assert bits or (reason and reason != NO_WAY), tags
            assert (way in kept) == (bool(bits) and len(refs) > 1), tags
            left_out = reason if not bits else osm_pbf.SINGLE if len(refs) < 2 else ""
            expected.update([left_out] if left_out else [])
        elif way in kept:
            thing = tags.get("railway") == "platform" or tags.get("man_made") == "pier"
            assert thing or way in relations.rings, tags
    for reason, count in expected.items():
        assert told[reason] >= count


@pytest.mark.parametrize(
    ("name", "bit", "least"),
    [
        ("monaco.osm.pbf", Way.STEPS, 200), ("monaco.osm.pbf", Way.TUNNEL, 120), ("monaco.osm.pbf", Way.BRIDGE, 60),
        ("heidelberg.test.osm.pbf", Way.STEPS, 1_400), ("moorgate.osm.pbf", Way.INDOOR, 40),
        ("sapporo-hokudai-satsueki.osm.gz", Way.TUNNEL, 40),
    ],
)  # fmt: skip
def test_stairs_tunnels_bridges_and_corridors_that_were_counted_are_in_the_network(
    data_dir: Path, name: str, bit: Way, least: int
) -> None:
    network = read_extract(data_dir / "osm" / name)
    assert int(((network.link_way & bit) > 0).sum()) >= least


def test_porto_has_its_squares_turns_and_classes(data_dir: Path) -> None:
    network = read_extract(data_dir / "osm" / "porto_portugal.osm.pbf")
    assert network.node_count == pytest.approx(76_600, rel=0.01)
    assert len(network.turn_from) > 300
    assert (network.edge_head[network.turn_from] == network.edge_tail[network.turn_to]).all()
    car = (network.link_way[network.edge_link] & CAR) > 0
    assert car[network.turn_from].mean() > 0.95  # the rest lies against a one-way street of the map
    assert set(np.unique(network.link_class)) >= {int(c) for c in RoadClass if c is not RoadClass.UNKNOWN}
    assert ((network.link_way & FOOT) > 0).mean() > 0.95
