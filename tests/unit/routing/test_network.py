from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

import routing
from routing.build.columns import Links, make_network
from routing.errors import NetworkError, RoutingError
from routing.network import COLUMNS
from routing.profiles import CLOSED, edge_costs
from tests.unit.routing.oracles import BOTH, STEP, WAYS, network_of, networks

SPOTS = [(34.0, 135.0), (34.0, 135.0 + STEP)]


@settings(max_examples=30, deadline=None)
@given(networks())
def test_a_saved_network_is_read_back_whole(
    tmp_path_factory: pytest.TempPathFactory, network: routing.Network
) -> None:
    path = tmp_path_factory.mktemp("network") / "a.mio"
    network = replace(network, names=("橋", "通り"), skipped={"why": 3})
    content_hash = network.save(path)
    read = routing.Network.load(path)
    for name in COLUMNS:
        floats = getattr(network, name).dtype.kind == "f"
        assert np.array_equal(getattr(read, name), getattr(network, name), equal_nan=floats), name
        assert getattr(read, name).dtype == getattr(network, name).dtype, name
    assert (read.names, read.attribution, read.skipped) == (
        network.names,
        network.attribution,
        network.skipped,
    )
    assert read.content_hash == content_hash


def test_the_hash_tells_networks_apart(tmp_path: Path) -> None:
    one = network_of(SPOTS, [(0, 1, BOTH)], [0.0])
    other = network_of(SPOTS, [(0, 1, BOTH)], [STEP])
    assert one.save(tmp_path / "1") == one.save(tmp_path / "2") != other.save(tmp_path / "3")


@pytest.mark.parametrize("keep", [0, 5, 11, 13, 200, -1])
def test_a_file_cut_short_is_refused(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "a.mio"
    network_of(SPOTS, [(0, 1, BOTH)], [0.0]).save(path)
    path.write_bytes(path.read_bytes()[:-64] if keep < 0 else path.read_bytes()[:keep])
    with pytest.raises(NetworkError, match="mio area build"):
        routing.Network.load(path)


@pytest.mark.parametrize("content", [b"PK\x03\x04 something else", b"MIONET\x00\x01\xff\xff\xff\x7f{}"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mio"
    path.write_bytes(content)
    with pytest.raises(NetworkError, match="mio area build"):
        routing.Network.load(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="mio area build"):
        routing.Network.load(tmp_path / "no.mio")


@settings(max_examples=60, deadline=None)
@given(networks())
def test_edges_stand_by_head_and_every_permitted_direction_has_one(network: routing.Network) -> None:
    for node in range(network.node_count):
        mine = slice(network.in_start[node], network.in_start[node + 1])
        assert (network.edge_head[mine] == node).all()
        out = network.out_edge[network.out_start[node] : network.out_start[node + 1]]
        assert (network.edge_tail[out] == node).all()
    there, back = network.edge_of_link
    way = network.link_way
    assert ((there >= 0) == ((way & (routing.Way.FOOT | routing.Way.CAR)) > 0)).all()
    assert ((back >= 0) == ((way & (routing.Way.FOOT_BACK | routing.Way.CAR_BACK)) > 0)).all()
    assert (network.edge_tail[there[there >= 0]] == network.link_u[there >= 0]).all()
    assert (network.edge_tail[back[back >= 0]] == network.link_v[back >= 0]).all()


@pytest.mark.parametrize(
    ("spots", "word"),
    [([(-1500.0, 220.0), (-1400.0, 230.0)], "metres"), ([(135.0, 34.0), (135.1, 34.0)], "swapped")],
)
def test_coordinates_that_are_no_degrees_are_refused(spots: list[tuple[float, float]], word: str) -> None:
    with pytest.raises(NetworkError, match=word):
        network_of(spots, [(0, 1, BOTH)], [0.0])


def test_a_source_without_ways_is_refused_with_what_was_skipped() -> None:
    empty = np.empty(0)
    links = Links(
        empty.astype(np.int64), empty.astype(np.int64), empty.astype(np.uint16), empty.astype(np.int8),
        empty.astype(np.int32), np.zeros(1, np.int64), empty, empty, (), "", {"highway=construction": 4},
    )  # fmt: skip
    with pytest.raises(NetworkError, match="construction"):
        make_network(links)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", list(routing.PROFILES))
def test_costs_are_length_by_speed_or_closed(way: routing.Way, name: str) -> None:
    profile, network = routing.get_profile(name), network_of(SPOTS, [(0, 1, way)], [0.0])
    stairs = bool(way & routing.Way.STEPS)
    speed = profile.steps_m_s if stairs else profile.speed_m_s
    for edge, cost in enumerate(edge_costs(network, profile)):
        bit = routing.Way.FOOT if network.edge_forward[edge] else routing.Way.FOOT_BACK
        if speed is None or not way & bit:
            assert cost == CLOSED
        else:
            assert cost == round(float(network.link_length_m[0]) / speed * 10)


def test_an_unknown_profile_is_refused_with_those_that_exist() -> None:
    with pytest.raises(RoutingError, match="wheelchair"):
        routing.get_profile("pogo-stick")


def test_small_islands_are_nobodys_start() -> None:
    spots = [(34.0, 135.0 + i * STEP) for i in range(61)] + [(34.01, 135.0), (34.01, 135.0 + STEP)]
    ends = [(i, i + 1, BOTH) for i in range(60)] + [(61, 62, BOTH)]
    network = network_of(spots, ends, [0.0] * 61)
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    assert walking.islands == 1
    assert walking.usable.sum() == 60
