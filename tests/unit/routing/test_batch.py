"""Answers at speed are those of `find_route`, at every place of every network."""

from heapq import heapify, heappop, heappush

import hypothesis.strategies as st
import numpy as np
import orjson
import pytest
import shapely
from hypothesis import given, settings

import routing
from routing.batch import Reader, Streets
from routing.errors import PlaceError
from routing.kernels.answers import ROUTE
from routing.profiles import CLOSED
from routing.route import list_directs, list_starts
from routing.rows import Answers
from services.navigator.polyline import decode_polyline6, encode_polyline6
from tests.unit.routing.oracles import BOTH, STEP, fields, network_of, networks, overlays_on, targets_on

SLOW = settings(max_examples=100, deadline=None)
ANYWHERE = st.lists(st.tuples(st.floats(-0.001, 0.0035), st.floats(-0.001, 0.0035)), min_size=1, max_size=8)


def reader_of(field: routing.Field) -> Reader:
    return Reader(Streets(field.walking.snapper), field)


def places_on(field: routing.Field, offsets: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Some places around, and nodes and bends: there ties abound."""
    lat, lon = field.network.shape_lat[::2].tolist(), field.network.shape_lon[::2].tolist()
    return [(34.0 + north, 135.0 + east) for north, east in offsets] + list(zip(lat, lon, strict=True))


def check_same(fast: routing.Route | routing.Stay, slow: routing.Route | routing.Stay) -> None:
    """All of it; metres to a centimetre in a kilometre, and of equal ways to an alternative the quicker one."""
    assert isinstance(fast, routing.Stay) == isinstance(slow, routing.Stay)
    if isinstance(fast, routing.Stay) or isinstance(slow, routing.Stay):
        assert fast == slow
        return
    for name in (
        "target",
        "points",
        "seconds",
        "edges",
        "cost",
        "snap",
        "closed_by",
        "starts_in_zone",
    ):
        assert getattr(fast, name) == getattr(slow, name), name
    assert [(s.key, s.street, s.at) for s in fast.steps] == [(s.key, s.street, s.at) for s in slow.steps]
    metres = [fast.length_m, *(s.length_m for s in fast.steps)]
    assert metres == pytest.approx([slow.length_m, *(s.length_m for s in slow.steps)], rel=1e-5, abs=1e-5)
    assert fast.unknown_surface_share == pytest.approx(slow.unknown_surface_share, abs=1e-6)
    assert [a.target for a in fast.alternatives] == [a.target for a in slow.alternatives]
    assert all(f.seconds <= s.seconds for f, s in zip(fast.alternatives, slow.alternatives, strict=True))


def check_row(answers: Answers, row: int, field: routing.Field, slow: routing.Route | routing.Stay) -> None:
    if isinstance(slow, routing.Stay):
        assert answers.kind[row] != ROUTE
        assert answers.polyline6(row) == ""
        return
    assert answers.kind[row] == ROUTE
    assert field.targets[answers.target[row]].id == slow.target
    assert answers.time[row] / 10 == slow.seconds
    assert answers.length_m[row] == pytest.approx(slow.length_m, rel=1e-5, abs=1e-5)
    assert answers.polyline6(row) == encode_polyline6(slow.points)


def check_everywhere(field: routing.Field, places: list[tuple[float, float]]) -> None:
    reader = reader_of(field)
    lat, lon = np.array(places).T.copy()
    answers = reader.find_all(lat, lon)
    for row, place in enumerate(places):
        try:
            slow = routing.find_route(field, *place)
        except PlaceError:
            assert answers.kind[row] != ROUTE
            with pytest.raises(PlaceError):
                reader.find(*place)
            continue
        check_same(reader.find(*place), slow)
        check_row(answers, row, field, slow)
        compact = orjson.loads(reader.compact(*place))
        if isinstance(slow, routing.Stay):
            assert compact == {"to": None}
        else:
            assert (compact["to"], compact["seconds"]) == (slow.target, slow.seconds)
            assert compact["length_m"] == pytest.approx(slow.length_m, abs=0.51)
            assert compact["polyline6"] == encode_polyline6(slow.points)


@SLOW
@given(fields(), ANYWHERE)
def test_fast_answers_equal_slow_ones(field: routing.Field, offsets: list[tuple[float, float]]) -> None:
    check_everywhere(field, places_on(field, offsets))


@SLOW
@given(networks(), st.data(), ANYWHERE)
def test_where_a_zone_is_drawn_its_shape_decides_as_for_slow_answers(
    network: routing.Network, data: st.DataObject, offsets: list[tuple[float, float]]
) -> None:
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    west, east = sorted(data.draw(st.tuples(st.floats(-0.001, 0.003), st.floats(-0.001, 0.003))))
    zone = shapely.box(135 + west, 33.9995, 135 + east + 1e-4, 34.0008)
    plain = data.draw(overlays_on(network))
    drawn = routing.make_membrane(routing.LinkIndex(network), zone)
    overlay = routing.Overlay(network, plain.closures, {"zone": drawn})
    field = routing.Field.build(walking, data.draw(targets_on(network)), overlay)
    check_everywhere(field, places_on(field, offsets))


@SLOW
@given(fields(), st.data())
def test_the_next_targets_are_the_nearest_and_of_equal_ways_the_quickest(
    field: routing.Field, data: st.DataObject
) -> None:
    network = field.network
    link = data.draw(st.integers(0, network.link_count - 1))
    lat, lon = (float(c[data.draw(st.integers(0, 2))]) for c in network.shape_of(link))
    if not field.walking.usable.any():
        return
    route = reader_of(field).find(lat, lon)
    if isinstance(route, routing.Stay):
        return
    found = quickest(field, route.snap)
    others = sorted((cost, target, time) for target, (cost, time) in found.items())
    names = [(field.targets[target].id, time / 10) for _, target, time in others]
    expected = [(name, seconds) for name, seconds in names if name != route.target][:2]
    assert [(a.target, a.seconds) for a in route.alternatives] == expected
    reader = reader_of(field)
    reader.make_table()
    from_table = reader.find(lat, lon)
    assert isinstance(from_table, routing.Route)
    assert from_table.alternatives == route.alternatives


def quickest(field: routing.Field, snap: routing.Snap) -> dict[int, tuple[int, int]]:
    """The least (cost, time) to each target, by one plain search over pairs."""
    best: dict[int, tuple[int, int]] = {}
    heap = [(leg.cost, leg.time, int(field.network.edge_head[leg.edge])) for leg in list_starts(field, snap)]
    for way in list_directs(field, snap):
        best[way.target] = min((way.cost, way.first.time), best.get(way.target, (way.cost, way.first.time)))
    heapify(heap)
    done = set()
    while heap:
        cost, time, node = heappop(heap)
        if node in done:
            continue
        done.add(node)
        for row in np.flatnonzero(field.seeds.node == node):
            target = int(field.seeds.target[row])
            way = (cost + int(field.seeds.cost[row]), time + int(field.seeds.time[row]))
            best[target] = min(way, best.get(target, way))
        for edge in np.flatnonzero((field.network.edge_tail == node) & (field.cost < CLOSED)):
            on = (cost + int(field.cost[edge]), time + int(field.walking.cost[edge]))
            heappush(heap, (*on, int(field.network.edge_head[edge])))
    return best


def street() -> routing.Field:
    spots = [(34.0, 135.0 + i * STEP) for i in range(6)]
    network = network_of(spots, [(i, i + 1, BOTH) for i in range(5)], [0.0] * 5)
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    target = routing.Target('a "quoted" \\ 学校', 34.0, 135.0 + 4 * STEP)
    return routing.Field.build(walking, [target], routing.Overlay(network))


def test_an_answer_is_valid_json_whatever_its_letters() -> None:
    field = street()
    reader = reader_of(field)
    lat = np.linspace(33.9990, 34.0010, 4001)
    lon = np.full_like(lat, 135.0 + STEP / 3)
    columns = orjson.loads(orjson.dumps(reader.find_all(lat, lon).columns()))
    lines = [encode_polyline6(reader.find(a, o).points) for a, o in zip(lat, lon, strict=True)]  # type: ignore[union-attr]
    assert columns["polyline6"] == lines
    told = [orjson.loads(reader.compact(a, o)) for a, o in zip(lat[:50], lon[:50], strict=True)]
    assert {t["to"] for t in told} == {field.targets[0].id}
    assert [t["seconds"] for t in told] == columns["seconds"][:50]


def test_a_backslash_in_a_polyline_is_escaped() -> None:
    field = street()
    reader = reader_of(field)
    for east in np.linspace(STEP * 4, STEP * 5, 3000):
        line = orjson.loads(reader.compact(34.0, 135.0 + east))["polyline6"]
        if "\\" in line:
            assert decode_polyline6(line)[-1] == pytest.approx((34.0, 135.0 + 4 * STEP), abs=1e-6)
            return
    pytest.fail("no place of 3,000 made a backslash")


@pytest.mark.parametrize(
    "place", [(float("nan"), 135.0), (91.0, 135.0), (34.0, 181.0), (35.0, 135.0), (float("inf"), 0.0)]
)
def test_no_place_has_no_answer_and_spoils_no_batch(place: tuple[float, float]) -> None:
    reader = reader_of(street())
    places = np.array([(34.0, 135.0), place, (34.0, 135.0 + STEP)])
    columns = orjson.loads(orjson.dumps(reader.find_all(places[:, 0].copy(), places[:, 1].copy()).columns()))
    assert [t is None for t in columns["target"]] == [False, True, False]
    assert columns["polyline6"][1] is None
    assert reader.why_no_place(*place)
    assert not reader.why_no_place(34.0, 135.0)
    with pytest.raises(PlaceError):
        reader.compact(*place)


def test_a_table_is_wanted_once_when_searches_have_cost_as_much() -> None:
    reader = reader_of(street())
    asked = 0
    while not reader.wants_table():
        reader.find(34.0, 135.0)
        asked += 1
        assert asked < 100
    assert asked > 1
    reader.find(34.0, 135.0)
    assert not reader.wants_table()


def test_whoever_has_but_two_places_is_not_looked_for_a_third_everywhere() -> None:
    spots = [(34.0, 135.0 + i * STEP) for i in range(60)]
    network = network_of(spots, [(i, i + 1, BOTH) for i in range(59)], [0.0] * 59)
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    targets = [routing.Target(f"T{i}", *spots[i]) for i in (2, 4)]
    reader = reader_of(routing.Field.build(walking, targets, routing.Overlay(network)))
    found = reader.find(34.0, 135.0 + 3.4 * STEP)
    assert isinstance(found, routing.Route)
    assert [found.target, *(a.target for a in found.alternatives)] == ["T4", "T2"]
    assert reader._searched < 10


def test_an_empty_batch_has_empty_columns() -> None:
    none = np.empty(0)
    columns = orjson.loads(orjson.dumps(reader_of(street()).find_all(none, none).columns()))
    assert list(columns.values()) == [[]] * 5
