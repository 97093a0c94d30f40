"""Real networks: each extract is built or refused clearly, and its fields equal those of two other engines."""

from pathlib import Path

import numpy as np
import pytest
import shapely

import routing
from routing.build.graph_csv import read_graph_csv
from routing.build.osm_pbf import read_osm
from routing.errors import NetworkError
from routing.network import COLUMNS, RoadClass
from tests.contract.routing.extracts import read_extract
from tests.unit.routing.oracles import (
    as_floats,
    cheapest,
    check_canonical,
    check_walk,
    networkx_distances,
    scipy_distances,
)

BUILT = (
    "columbus.osm.pbf", "heidelberg.test.osm.pbf", "helsinki-centre.osm.pbf", "liechtenstein-2013-08-03.osm.pbf",
    "liechtenstein-latest.osm.pbf", "monaco.osm.pbf", "moorgate.osm.pbf", "porto-alegre-poa.osm.pbf",
    "porto_portugal.osm.pbf", "sapporo-hokudai-satsueki.osm.gz", "tsukuba-aist.osm.gz", "tsukuba.osm.gz",
)  # fmt: skip
REFUSED = {
    "kyoto-route18-corridor.json.gz": "cannot be read as OpenStreetMap data",
    "planet-minute-000466354.osc.gz": "a file of changes",
}
COMPARED = ("porto_portugal.osm.pbf", "monaco.osm.pbf", "moorgate.osm.pbf", "liechtenstein-latest.osm.pbf")


def busy_field(network: routing.Network, profile: str, seed: int) -> routing.Field:
    """60 targets, 300 closed links of two causes, and a zone over a fifth of the map."""
    rng = np.random.default_rng(seed)
    south, west, north, east = network.bbox
    links = rng.integers(0, network.link_count, (2, 200)).astype(np.int32)
    zone = shapely.Point(rng.uniform(west, east), rng.uniform(south, north)).buffer((east - west) / 4)
    overlay = routing.Overlay(
        network,
        {"a": np.unique(links[0]), "b": np.unique(links[1])},
        {"zone": routing.make_membrane(routing.LinkIndex(network), zone)},
    )
    nodes = rng.integers(0, network.node_count, 60)
    targets = [
        routing.Target(f"T{i:02d}", float(network.node_lat[n]) + 1e-4, float(network.node_lon[n]))
        for i, n in enumerate(nodes)
    ]
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile(profile))
    return routing.Field.build(walking, targets, overlay)


def test_every_file_is_accounted_for(data_dir: Path) -> None:
    files = {p.name for p in (data_dir / "osm").iterdir()}
    assert files == {*BUILT, *REFUSED, "osaka-kita"}


@pytest.mark.parametrize("name", BUILT)
def test_an_extract_becomes_a_sound_network(data_dir: Path, name: str) -> None:
    network = read_extract(data_dir / "osm" / name)
    assert network.node_count > 100
    assert np.isfinite(network.link_length_m).all()
    ways = network.link_class != RoadClass.BARRIER
    assert (network.link_length_m[ways] > 0).mean() > 0.999
    assert (network.link_length_m[~ways] == 0).all()
    first, last = network.shape_start[:-1], network.shape_start[1:] - 1
    assert np.array_equal(network.shape_lat[first], network.node_lat[network.link_u])
    assert np.array_equal(network.shape_lon[last], network.node_lon[network.link_v])
    assert network.attribution.startswith("© OpenStreetMap")
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    assert walking.usable.mean() > 0.5


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_extract_is_refused_with_the_reason(data_dir: Path, name: str) -> None:
    with pytest.raises(NetworkError, match=REFUSED[name]):
        read_osm(data_dir / "osm" / name)


@pytest.mark.parametrize("name", COMPARED)
@pytest.mark.parametrize("profile", ["adult", "wheelchair"])
def test_fields_equal_two_other_engines_on_real_streets(data_dir: Path, name: str, profile: str) -> None:
    field = busy_field(read_extract(data_dir / "osm" / name), profile, seed=len(name))
    ours = as_floats(field.dist)
    assert np.isfinite(ours).mean() > 0.2
    assert np.array_equal(ours, scipy_distances(field))
    if profile == "adult":
        assert np.array_equal(ours, networkx_distances(field))
        check_canonical(field)


@pytest.mark.parametrize("name", COMPARED)
def test_answers_on_real_streets_are_walks_of_the_cost_they_name(data_dir: Path, name: str) -> None:
    network = read_extract(data_dir / "osm" / name)
    field = busy_field(network, "adult", seed=7)
    rng, told = np.random.default_rng(3), 0
    south, west, north, east = network.bbox
    for lat, lon in zip(rng.uniform(south, north, 150), rng.uniform(west, east, 150), strict=True):
        snap = field.walking.snapper.find(lat, lon, field.walking.usable)
        if snap is None:
            continue
        edges = [int(e[snap.link]) for e in network.edge_of_link]
        if any(field.overlay.shut_by(edge) for edge in edges if edge >= 0):
            continue  # at a zone's border the shape decides: tests/unit/routing/test_overlay.py
        found = routing.find_route(field, lat, lon)
        if isinstance(found, routing.Route):
            told += 1
            check_walk(field, found)
            assert found.cost == cheapest(field, found.snap)
            assert found.length_m >= 0
            assert found.steps[-1].key == "arrive"
    assert told > 20


def test_a_saved_city_is_opened_as_it_was(data_dir: Path, tmp_path: Path) -> None:
    network = read_extract(data_dir / "osm" / "porto_portugal.osm.pbf")
    content_hash = network.save(tmp_path / "network.mio")
    opened = routing.Network.load(tmp_path / "network.mio")
    assert opened.content_hash == content_hash
    for name in COLUMNS:
        floats = getattr(network, name).dtype.kind == "f"
        assert np.array_equal(getattr(opened, name), getattr(network, name), equal_nan=floats), name
    one, other = (busy_field(n, "adult", seed=5) for n in (network, opened))
    assert np.array_equal(one.next_edge, other.next_edge)


def test_kita_ward_has_the_streets_of_its_tables(data_dir: Path) -> None:
    network = read_graph_csv(data_dir / "osm" / "osaka-kita")
    assert (network.node_count, network.link_count) == (1932, 3116)
    assert network.skipped == {"access denied": 34}
    driven = (network.link_way & (routing.Way.CAR | routing.Way.CAR_BACK)) > 0
    assert driven.all()
    both = routing.Way.CAR | routing.Way.CAR_BACK
    edges = int(((network.link_way & both) == both).sum() + network.link_count)
    assert edges == 4729 - 34


def test_tables_without_their_columns_or_with_a_bad_row_are_refused(tmp_path: Path) -> None:
    (tmp_path / "nodes.csv").write_text("osmid,y,x\n1,34.0,135.0\n2,34.0,135.1\n")
    (tmp_path / "edges.csv").write_text("u,v\n1,2\n")
    with pytest.raises(NetworkError, match="highway"):
        read_graph_csv(tmp_path)
    (tmp_path / "edges.csv").write_text("u,v,highway\n1,2,residential\n1,99,residential\n")
    with pytest.raises(NetworkError, match="line 3"):
        read_graph_csv(tmp_path)
