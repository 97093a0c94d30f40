"""A phone with two files gives the server's answer, from every node and from any place; and refuses what is not such a file."""

import base64
import json
import struct
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import hypothesis.strategies as st
import msgspec
import numpy as np
import pytest
from hypothesis import assume, given, settings

import routing
from routing.build.osm_pbf import read_osm
from routing.build.synthetic import make_city
from routing.errors import NetworkError, PlaceError, RoutingError
from routing.profiles import CLOSED
from routing.publish import Layout, publish_field, publish_network
from routing.published import HERE_M, PublishedField, read
from routing.published_files import PublishedError, read_network
from tests.unit.routing.oracles import BOTH, network_of, networks, overlays_on, targets_on
from tests.unit.routing.phone_answers import KEPT, make_answers

SLOW = settings(max_examples=100, deadline=None)
EXTRACTS = (
    "columbus", "heidelberg.test", "helsinki-centre", "liechtenstein-latest", "monaco", "moorgate", "porto-alegre-poa", "porto_portugal",
)  # fmt: skip


def publish(field: routing.Field) -> tuple[bytes, bytes]:
    layout = Layout.of(field.network)
    made = publish_field(
        field, layout, area="澪北市", hazards=["tsunami"], names={"T0": "北小学校"}, made_at_ms=1_000, expires_at_ms=61_000
    )  # fmt: skip
    return made, publish_network(layout)


@st.composite
def published(draw: st.DrawFn) -> tuple[routing.Field, PublishedField]:
    network = replace(draw(networks()), content_hash="5f0c")
    profile = routing.get_profile(draw(st.sampled_from(["adult", "wheelchair"])))
    walking = routing.Walking.of(routing.Snapper(network), profile)
    field = routing.Field.build(walking, draw(targets_on(network)), draw(overlays_on(network)))
    return field, read(*publish(field))


def places_of_edges(network: routing.Network) -> np.ndarray:
    """int64[edges]: each edge's number in the files."""
    layout = Layout.of(network)
    place = np.full(network.edge_count, -1)
    place[layout.edges[layout.edges >= 0]] = np.flatnonzero(layout.edges >= 0)
    return place


def check_every_node(field: routing.Field, phone: PublishedField) -> None:
    place = places_of_edges(field.network)
    assert np.array_equal(phone.target, field.target)
    assert np.array_equal(phone.next_edge, np.where(field.next_edge >= 0, place[field.next_edge], -1))


@SLOW
@given(published())
def test_every_node_gets_the_target_and_the_way_of_the_field(
    both: tuple[routing.Field, PublishedField],
) -> None:
    field, phone = both
    check_every_node(field, phone)
    place = places_of_edges(field.network)
    for node in range(field.network.node_count):
        way = phone.route_from(node)
        assert (way is not None) == field.is_reachable(node)
        if way is not None:
            told = field.way_from(node)
            end = int(field.network.edge_head[told[-1]]) if len(told) else node
            last = field.seeds.edge[field.seed_at(end)]
            assert way.target.id == field.targets[field.target[node]].id
            assert way.edges == (*place[told].tolist(), place[last])
            assert abs(way.cost_ds - field.dist[node]) <= 4 * len(way.edges)


@SLOW
@given(published(), st.data())
def test_from_any_place_the_phone_is_as_good_as_the_server(
    both: tuple[routing.Field, PublishedField], data: st.DataObject
) -> None:
    field, phone = both
    link = data.draw(st.integers(0, field.network.link_count - 1))
    share = data.draw(st.floats(0, 1))
    lat, lon = (float(np.interp(share, [0, 0.5, 1], column)) for column in field.network.shape_of(link))
    snap = field.walking.snapper.find(lat, lon, field.walking.usable)
    if snap is None:
        with pytest.raises(PlaceError):
            phone.route(lat, lon)
        return
    link, share, _ = phone.network.snap(lat, lon, phone.usable)
    assume(Layout.of(field.network).links[link] == snap.link)  # where links cross, either may be taken
    assume(abs(share - snap.share) < 0.01)  # and where a link turns back on itself, either part
    told, way = routing.find_route(field, lat, lon), phone.route(lat, lon)
    if isinstance(told, routing.Route):
        # from the end of a closed way the server leads along it, a phone goes on from the crossing
        assume(
            not (told.closed_by and min(share, 1 - share) * field.network.link_length_m[snap.link] < HERE_M)
        )
        assert way is not None
        assert way.cost_ds <= told.cost + 4 * (len(told.edges) + 1)
    elif way is not None:  # only who stands at a target or at a crossing may go on from there
        at_node = phone.route_from(node_at(field.network, lat, lon))
        assert way.length_m < HERE_M or at_node is not None


def node_at(network: routing.Network, lat: float, lon: float) -> int:
    return int(np.argmin(np.hypot(network.node_lat - lat, network.node_lon - lon)))


@pytest.mark.parametrize("name", EXTRACTS)
def test_on_real_networks_every_node_and_every_crossing_gets_the_answer_of_the_field(
    data_dir: Path, name: str
) -> None:
    field = field_on(replace(read_osm(data_dir / "osm" / f"{name}.osm.pbf"), content_hash=name))
    made, network = publish(field)
    phone = read(made, network)
    check_every_node(field, phone)
    places = np.column_stack([field.network.node_lat, field.network.node_lon])
    _, which, count = np.unique(places, axis=0, return_inverse=True, return_counts=True)
    alone = (
        count[which] == 1
    )  # at a barrier several nodes stand on one place, and a phone goes on from any of them
    reached = np.flatnonzero((field.target >= 0) & alone)
    for node in np.random.default_rng(3).choice(reached, 40, replace=False):
        lat, lon = float(field.network.node_lat[node]), float(field.network.node_lon[node])
        here, from_node = phone.route(lat, lon), phone.route_from(int(node))
        assert here is not None
        assert from_node is not None
        assert (here.target, here.edges) == (from_node.target, from_node.edges)


def field_on(network: routing.Network) -> routing.Field:
    """Thirty targets, a hundred closed links and a zone around one of the nodes."""
    rng = np.random.default_rng(11)
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    nodes = rng.choice(network.link_u[walking.usable], 30)
    targets = [
        routing.Target(f"T{i}", float(network.node_lat[n]), float(network.node_lon[n]))
        for i, n in enumerate(nodes)
    ]
    lat, lon = network.node_lat[nodes[0]], network.node_lon[nodes[0]]
    inside = np.hypot(network.node_lat - lat, network.node_lon - lon) < 0.005
    zone = routing.Membrane(inside, np.zeros(network.link_count, bool))
    closed = np.unique(rng.choice(network.link_count, 100)).astype(np.int32)
    return routing.Field.build(
        walking, targets, routing.Overlay(network, {"works": closed}, {"tsunami": zone})
    )


def test_a_field_of_a_city_takes_less_than_three_bits_a_node() -> None:
    field = field_on(replace(make_city().network, content_hash="city"))
    made, _ = publish(field)
    assert len(made) * 8 / field.network.node_count < 3


def test_the_header_says_for_whom_against_what_how_old_and_how_long_valid() -> None:
    phone = read(*street())
    header = phone.header
    assert (header.area, header.hazards, header.profile.name) == ("澪北市", ("tsunami",), "adult")
    assert (header.made_at_ms, phone.is_expired(60_999), phone.is_expired(61_000)) == (1_000, False, True)
    assert [(t.id, t.name, t.lat, t.lon) for t in header.targets] == [("T0", "北小学校", 34.001, 135.0)]


def street() -> tuple[bytes, bytes]:
    network = replace(
        network_of([(34.0, 135.0), (34.001, 135.0), (34.002, 135.0)], [(0, 1, BOTH), (1, 2, BOTH)], [0, 0]),
        content_hash="5f0c",
    )
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    return publish(
        routing.Field.build(walking, [routing.Target("T0", 34.001, 135.0)], routing.Overlay(network))
    )


def test_whoever_stands_on_a_closed_street_leaves_it_and_nobody_is_sent_into_a_zone() -> None:
    network = replace(
        network_of([(34.0, 135.0), (34.001, 135.0), (34.002, 135.0)], [(0, 1, BOTH), (1, 2, BOTH)], [0, 0]),
        content_hash="5f0c",
    )
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    targets = [routing.Target("T0", 34.0, 135.0), routing.Target("T1", 34.002, 135.0)]
    middle = int(np.argmin(np.abs(network.node_lat - 34.001)))
    closed = np.flatnonzero((network.link_u == middle) | (network.link_v == middle))[:1].astype(np.int32)
    phone = read(*publish(routing.Field.build(walking, targets, routing.Overlay(network, {"works": closed}))))
    lat = float(network.shape_of(int(closed[0]))[0][1])
    way = phone.route(lat, 135.0)
    assert way is not None
    assert way.seconds == pytest.approx(166.8, abs=0.3)  # half the closed street, and the open one whole
    inside = np.abs(network.node_lat - 34.002) < 1e-6
    zone = routing.Membrane(inside, np.zeros(2, bool))
    phone = read(
        *publish(routing.Field.build(walking, targets, routing.Overlay(network, {}, {"tsunami": zone})))
    )
    away = phone.route(34.0018, 135.0)
    assert away is not None
    assert away.target.id == "T0"


def test_bytes_cut_off_anywhere_are_refused() -> None:
    field, network = street()
    for size in range(len(field)):
        with pytest.raises(PublishedError, match="field: "):
            read(field[:size], network)
    for size in range(len(network)):
        with pytest.raises(PublishedError, match="network: "):
            read_network(network[:size])
    with pytest.raises(PublishedError, match="too many"):
        read(field + b"\0", network)


@SLOW
@given(st.integers(0, 10_000), st.integers(1, 255), st.booleans())
def test_a_changed_byte_is_refused_or_means_the_same(at: int, change: int, in_field: bool) -> None:  # noqa: FBT001
    files = [bytearray(part) for part in street()]
    part = files[0 if in_field else 1]
    part[at % len(part)] ^= change
    changed = bytes(part)
    try:
        read(bytes(files[0]), bytes(files[1]))
    except PublishedError:
        return
    # a bit that fills up the last byte of the stream says nothing
    assert zlib.decompress(changed[8:]) == zlib.decompress(street()[0 if in_field else 1][8:])


@SLOW
@given(st.data())
def test_made_up_contents_with_a_true_checksum_are_refused_or_answered_but_never_loop(
    data: st.DataObject,
) -> None:
    files = list(street())
    which = data.draw(st.integers(0, 1))
    magic, body = files[which][:8], bytearray(zlib.decompress(files[which][8:]))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    files[which] = magic + zlib.compress(bytes(body))
    try:
        phone = read(*files)
    except PublishedError:
        return
    for node in range(phone.network.header.nodes):
        phone.route_from(node)
    with suppress(PlaceError):
        phone.route(34.0005, 135.0)


def repacked(file: bytes, header: dict[str, object], rest: bytes | None = None) -> bytes:
    """A file with other header fields."""
    body = zlib.decompress(file[8:])
    (size,) = struct.unpack("<I", body[:4])
    text = msgspec.json.encode({**msgspec.json.decode(body[4 : 4 + size]), **header})
    return file[:8] + zlib.compress(
        struct.pack("<I", len(text)) + text + (body[4 + size :] if rest is None else rest)
    )


def test_what_does_not_belong_together_is_named() -> None:
    field, network = street()
    with pytest.raises(
        PublishedError, match="field of network 77, read with network 5f0c: fetch that network"
    ):
        read(repacked(field, {"network": "77"}), network)
    with pytest.raises(PublishedError, match="it is another kind of file"):
        read(network, network)
    with pytest.raises(PublishedError, match="version 02, this reader knows 1: update the reader"):
        read(field[:7] + b"\x02" + field[8:], network)
    with pytest.raises(PublishedError, match="target 0, which there is not"):
        read(repacked(field, {"targets": []}), network)
    with pytest.raises(PublishedError, match="ends ways and has no target"):
        read(repacked(field, {"ends": []}), network)
    with pytest.raises(PublishedError, match="the header cannot be read"):
        read(repacked(field, {"made_at_ms": "yesterday"}), network)
    with pytest.raises(PublishedError, match="bytes for 4 edges and 3 nodes"):
        read(repacked(field, {}, b"123"), network)
    with pytest.raises(PublishedError, match="values announced"):
        read_network(repacked(network, {"nodes": 1 << 20}))


def test_a_way_that_goes_round_is_refused() -> None:
    """Ranks cannot say so along two nodes, but a triangle can be walked for ever."""
    corners = [(34.0, 135.0), (34.001, 135.0), (34.0, 135.001)]
    network = replace(
        network_of(corners, [(0, 1, BOTH), (1, 2, BOTH), (2, 0, BOTH)], [0, 0, 0]), content_hash="5f0c"
    )
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    field = routing.Field.build(walking, [routing.Target("T0", 34.0, 135.0)], routing.Overlay(network))
    made, tile = publish(field)
    body = zlib.decompress(made[8:])
    codes = body[-9:-3]
    rounds = 0
    for ranks in np.ndindex(2, 2, 2):
        try:
            read(repacked(made, {"ends": []}, codes + bytes(ranks)), tile)
        except PublishedError as error:
            rounds += "goes round" in str(error)
    assert rounds


def test_a_file_that_unpacks_to_more_than_its_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routing.published_files.MAX_BODY", 1000)
    with pytest.raises(PublishedError, match="unpacks to more than 1000 bytes"):
        read_network(street()[1][:8] + zlib.compress(bytes(10_000)))


def test_what_cannot_be_published_is_said() -> None:
    network = make_city().network
    with pytest.raises(NetworkError, match="no content hash"):
        publish_network(Layout.of(network))
    field = field_on(replace(network, content_hash="city"))
    with pytest.raises(RoutingError, match="it must be valid for a while"):
        publish_field(
            field, Layout.of(field.network), area="", hazards=[], names={}, made_at_ms=5, expires_at_ms=5
        )
    with pytest.raises(RoutingError, match="not of this field's: make its own"):
        publish_field(
            field, Layout.of(replace(network, content_hash="other")), area="", hazards=[], names={}, made_at_ms=5, expires_at_ms=6
        )  # fmt: skip


def test_the_same_field_gives_the_same_bytes() -> None:
    assert street() == street()


def test_a_place_far_from_any_way_is_refused() -> None:
    with pytest.raises(PlaceError, match="more than 5 km from any way of 澪北市"):
        read(*street()).route(35.0, 135.0)


def test_costs_of_the_phone_are_those_of_the_profile() -> None:
    field = field_on(replace(make_city().network, content_hash="city"))
    phone = read(*publish(field))
    edges = Layout.of(field.network).edges
    known = edges >= 0
    assert np.abs(phone.time[known] - field.walking.cost[edges[known]]).max() <= 1
    island = np.repeat(~field.walking.usable[Layout.of(field.network).links], 2)[known]
    assert np.array_equal((phone.cost[known] < CLOSED)[~island], (field.cost[edges[known]] < CLOSED)[~island])


def test_the_answers_kept_for_the_reader_in_typescript_are_those_of_today() -> None:
    kept, now = json.loads(KEPT.read_text()), make_answers()
    for name in ("field", "network"):  # zlib may pack the same body in other bytes
        bodies = [zlib.decompress(base64.b64decode(answers.pop(name))[8:]) for answers in (kept, now)]
        assert bodies[0] == bodies[1]
    assert kept == now
