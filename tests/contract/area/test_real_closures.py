"""Real closures of four kinds of feed: where they are they concern nobody here; moved onto Porto's streets they close them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import shapely
from shapely import affinity
from shapely.geometry import mapping, shape

import routing
from services.cli.route import Closures, read_closures
from services.navigator.answers import Moment
from services.navigator.ground import Ground
from services.navigator.state import World
from streams.adapters.registry import Source, read
from streams.events.base import Action, Hazard
from streams.events.closures import ClosureReport, ClosureState, Geometry, Mode
from streams.events.shelters import Layer, ShelterState
from streams.folds.closures import closure_state
from tests.contract.routing.extracts import read_extract

SITES = 30


def feature(ident: str, geometry: dict[str, Any], names: list[str]) -> dict[str, Any]:
    properties = {
        "id": ident, "status": "closed", "as_of": "2017-06-05T20:00:00+10:00", "modes": ["foot", "car"],
        "cause": "road work", "road_names": names,
    }  # fmt: skip
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def real_closures(data_dir: Path) -> Iterator[dict[str, Any]]:
    """What the feeds close, in this project's exchange format; shapes and ids are theirs."""
    for name in ("roadwork", "incident", "majorevent", "flood"):
        document = json.loads((data_dir / f"roads/nsw-livetraffic-2017/{name}.json").read_text("utf-8"))
        for each in document["features"]:
            point = {"type": "Point", "coordinates": each["geometry"]["coordinates"]}
            names = [road["mainStreet"] for road in each["properties"]["roads"]]
            yield feature(f"NSW-{each['id']}", point, names)
    for path in sorted((data_dir / "roads/wzdx").glob("*.geojson")):
        for each in json.loads(path.read_text("utf-8"))["features"]:
            names = each["properties"]["core_details"].get("road_names") or []
            yield feature(f"WZDX-{path.stem}-{each['id']}", each["geometry"], names)


@pytest.fixture(scope="module")
def porto(data_dir: Path) -> Ground:
    return Ground(read_extract(data_dir / "osm/porto_portugal.osm.pbf"), ())


@pytest.fixture(scope="module")
def places(porto: Ground) -> dict[str, ShelterState]:
    rng = np.random.default_rng(7)
    nodes = rng.choice(np.unique(porto.network.link_u[porto.walking("adult").usable]), SITES, replace=False)
    spots = zip(porto.network.node_lat[nodes].tolist(), porto.network.node_lon[nodes].tolist(), strict=True)
    return {
        f"P{n:02d}": ShelterState(id=f"P{n:02d}", layer=Layer.SITE, lat=lat, lon=lon, suits=(Hazard.FIRE,))
        for n, (lat, lon) in enumerate(spots)
    }


def as_read(features: list[dict[str, Any]], tmp_path: Path) -> Closures:
    path = tmp_path / "closures.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return read_closures(path)


def moment_of(ground: Ground, places: dict[str, ShelterState], closures: Closures) -> Moment:
    closed = {state.id: state for state in closures.states}
    return Moment.of(ground, World(places=places, closures=closed, at_ms=1_496_700_000_000))


def moved(found: dict[str, Any], ground: Ground, node: int) -> dict[str, Any]:
    """The same shape with its first position on a node of the network."""
    geometry = shape(found["geometry"])
    x, y = shapely.get_coordinates(geometry)[0]
    network = ground.network
    there = affinity.translate(geometry, network.node_lon[node] - x, network.node_lat[node] - y)
    return {**found, "geometry": mapping(there)}


def test_closures_of_other_continents_close_nothing_and_are_told(
    data_dir: Path, porto: Ground, places: dict[str, ShelterState], tmp_path: Path
) -> None:
    closures = as_read(list(real_closures(data_dir)), tmp_path)
    assert len(closures.states) > 350
    moment = moment_of(porto, places, closures)
    assert moment.overlay.closures == {}
    assert moment.unplaced == ()
    told = closures.tell(moment)
    assert len(told) == len(closures.states)
    assert all(line.endswith("lies in another area") for line in told)


def test_moved_onto_porto_every_closure_closes_a_way_and_nobody_is_led_over_it(
    data_dir: Path, porto: Ground, places: dict[str, ShelterState], tmp_path: Path
) -> None:
    rng = np.random.default_rng(11)
    usable = porto.walking("adult").usable
    nodes = np.unique(porto.network.link_u[usable])
    features = [moved(each, porto, int(rng.choice(nodes))) for each in real_closures(data_dir)]
    closures = as_read(features, tmp_path)
    calm, moment = moment_of(porto, places, Closures()), moment_of(porto, places, closures)
    assert closures.tell(moment) == []
    closed = {int(link) for links in moment.overlay.closures.values() for link in links}
    assert len(closed) >= 0.8 * len(closures.states)
    network, changed = porto.network, 0
    for node in rng.choice(nodes, 300).tolist():
        place = float(network.node_lat[node]), float(network.node_lon[node])
        before, after = (m.answer(*place, profile="adult").route for m in (calm, moment))
        if isinstance(after, routing.Stay):
            continue
        own = after.snap.link
        assert {int(network.edge_link[edge]) for edge in after.edges} - {own} <= set(
            range(network.link_count)
        ) - closed
        assert isinstance(before, routing.Route)
        assert after.seconds >= before.seconds - 0.2
        changed += after.edges != before.edges
    assert changed > 3


def read_feeds(data_dir: Path) -> list[ClosureReport]:
    """What the adapters say is closed, of every file of every feed. Most entries close a lane, or nothing: those are none."""
    files = (p for p in sorted((data_dir / "roads").rglob("*")) if p.is_file() and "schema" not in str(p))
    readings = [read(file.read_bytes(), Source(file.stem, 0), name=file.name) for file in files]
    assert {r.format for r in readings} >= {"datex2", "nsw-livetraffic", "open511", "wzdx"}
    reports = (e for reading in readings for e in reading.events if isinstance(e, ClosureReport))
    return [r for r in reports if r.action is Action.ISSUE and r.geometry is not None]


def in_force_at(report: ClosureReport, geometry: Geometry) -> ClosureState:
    state = closure_state(report)
    assert state is not None
    return msgspec.structs.replace(state, geometry=geometry, starts_at_ms=None, ends_at_ms=None)


def shifted(geometry: Geometry, lat: float, lon: float) -> Geometry:
    """The same shape with its first position there."""
    by_lat, by_lon = lat - geometry.parts[0][0][0], lon - geometry.parts[0][0][1]
    parts = tuple(tuple((y + by_lat, x + by_lon) for y, x in part) for part in geometry.parts)
    return Geometry(geometry.kind, parts)


def test_what_the_adapters_read_closes_nothing_in_another_continent(
    data_dir: Path, porto: Ground, places: dict[str, ShelterState]
) -> None:
    reports = read_feeds(data_dir)
    assert len(reports) > 40
    closures = Closures(tuple(in_force_at(r, r.geometry) for r in reports if r.geometry))
    moment = moment_of(porto, places, closures)
    assert moment.overlay.closures == {}
    assert moment.repair_list == ()


def test_what_the_adapters_read_closes_streets_to_whom_it_names_where_it_is_moved_onto_them(
    data_dir: Path, porto: Ground, places: dict[str, ShelterState]
) -> None:
    network, rng = porto.network, np.random.default_rng(3)
    driven = np.flatnonzero((network.link_way & (routing.Way.CAR | routing.Way.CAR_BACK)) > 0)
    states = []
    for report in read_feeds(data_dir):
        lats, lons = network.shape_of(int(rng.choice(driven)))
        spot = shapely.LineString(np.column_stack([lons, lats])).interpolate(0.5, normalized=True)
        assert report.geometry is not None
        states.append(in_force_at(report, shifted(report.geometry, spot.y, spot.x)))
    calm, moment = (moment_of(porto, places, Closures(given)) for given in ((), tuple(states)))
    assert moment.repair_list == ()
    assert set(moment.overlay.closures) == {state.id for state in states}
    for state in states:
        links = moment.overlay.closures[state.id]
        for mode, name in ((routing.Mode.FOOT, Mode.FOOT), (routing.Mode.CAR, Mode.CAR)):
            if name in state.modes:
                assert moment.overlay.closed_to(mode)[links].all()
    assert all(state.modes == (Mode.CAR,) for state in states)
    assert not moment.overlay.closed.any()
    for node in rng.integers(0, network.node_count, 50).tolist():
        place = float(network.node_lat[node]), float(network.node_lon[node])
        before, after = (m.answer(*place, profile="adult").route for m in (calm, moment))
        assert before == after
