"""`mio route --picture` on real cities: the way that is drawn is a way, keeps out of what is closed, and fits into the picture."""

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely
from shapely import affinity
from typer.testing import CliRunner

import routing
from routing.geo import METRES_PER_DEGREE
from services.area.folder import AreaInfo, write_geojson, write_info
from services.cli.main import app as mio
from services.navigator.answers import Moment
from services.navigator.ground import Ground
from services.navigator.state import World
from streams.codec import encode
from streams.events.base import Hazard
from streams.events.closures import ClosureState, Geometry, Mode
from streams.events.shelters import Layer, SiteReport
from streams.folds.shelters import Place, shelter_state
from tests.contract.routing.extracts import read_extract

CITIES = (
    "porto_portugal.osm.pbf", "heidelberg.test.osm.pbf", "columbus.osm.pbf", "liechtenstein-latest.osm.pbf",
    "monaco.osm.pbf",
)  # fmt: skip
SITES = 24
LENGTH_M = (900, 2600)
STREET_M = 20
SVG = "{http://www.w3.org/2000/svg}"
ONCE = ("way", "start", "goal", "zone", "scale")
KINDS = (*ONCE, "closed")


@dataclass(frozen=True)
class Scene:
    """An area folder, where somebody stands, and what lies on the way from there: a closed road and a flooded stretch."""

    area: Path
    start: tuple[float, float]
    closures: Path
    zone: shapely.Polygon


def make_scene(network: routing.Network, name: str, out: Path) -> Scene:
    """Sites all over the place, and a walk whose second link is closed near by, and which a flood cuts farther on.

    Its own link may be left though it is closed; so it is not that one.
    """
    ground, rng = Ground(network, ()), np.random.default_rng(5)
    nodes = np.unique(network.link_u[ground.walking("adult").usable])
    listed = [_site(network, number, node) for number, node in enumerate(rng.choice(nodes, SITES).tolist())]
    states = {site.id: state for site in listed if (state := shelter_state(site.id, Place(listed=site)))}
    moment = Moment.of(ground, World(places=states))
    streets = np.flatnonzero(ground.walking("adult").usable & (network.link_length_m > STREET_M))
    for link in rng.choice(streets, 400).tolist():
        own = _middle(network, link)
        start = own.y, own.x
        route = moment.answer(*start, profile="adult").route
        if not isinstance(route, routing.Route) or not LENGTH_M[0] < route.length_m < LENGTH_M[1]:
            continue
        near = _middle(network, int(network.edge_link[route.edges[1]]))
        closed = ClosureState(
            id="C1", source="made up", as_of_ms=0, modes=(Mode.FOOT,), geometry=Geometry("point", (((near.y, near.x),),))
        )  # fmt: skip
        detour = Moment.of(ground, World(places=states, closures={"C1": closed})).answer(
            *start, profile="adult"
        )
        is_near = near.distance(own) < 0.1 * route.length_m / METRES_PER_DEGREE
        if is_near and isinstance(detour.route, routing.Route):
            break
    course = shapely.LineString([point[::-1] for point in route.points])
    far = course.interpolate(0.6, normalized=True)
    reach = route.length_m / 12 / METRES_PER_DEGREE
    wide = reach / math.cos(math.radians(start[0]))
    zone = affinity.scale(far.buffer(1), wide, reach)
    out.mkdir()
    network.save(out / "network.mio")
    (out / "sites.jsonl").write_bytes(b"".join(encode(site) + b"\n" for site in listed))
    feature = {
        "type": "Feature", "properties": {"hazard": "flood", "name": "浸水想定 flood zone", "source": "made up"},
        "geometry": shapely.geometry.mapping(zone),
    }  # fmt: skip
    write_geojson(out / "zones.geojson", {"type": "FeatureCollection", "features": [feature]})
    info = AreaInfo(
        name=name, source=name, attribution=(network.attribution,), bbox=network.bbox, network_hash="x",
        municipalities=(), synthetic=False, sites=SITES, shelters=0,
    )  # fmt: skip
    write_info(out, info)
    return Scene(out, start, _closure(out.parent / f"{out.name}-closures.geojson", near), zone)


def _middle(network: routing.Network, link: int) -> shapely.Point:
    lats, lons = network.shape_of(link)
    return shapely.LineString(np.column_stack([lons, lats])).interpolate(0.5, normalized=True)


def _site(network: routing.Network, number: int, node: int) -> SiteReport:
    return SiteReport(
        id=f"E{number:02d}", source="made up", layer=Layer.SITE, name=f"Site {number}", suits=(Hazard.FLOOD,),
        lat=float(network.node_lat[node]), lon=float(network.node_lon[node]), as_of_ms=0,
    )  # fmt: skip


def _closure(path: Path, position: shapely.Point) -> Path:
    properties = {
        "id": "C1", "status": "closed", "modes": ["foot"], "cause": "fallen tree", "road_names": ["the road"],
        "as_of": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    geometry = {"type": "Point", "coordinates": (position.x, position.y)}
    document = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": properties, "geometry": geometry}],
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def points_of(course: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", course)]


@pytest.mark.parametrize("name", CITIES)
def test_a_real_city_is_drawn_with_the_way_round_what_is_closed(
    data_dir: Path, tmp_path: Path, name: str
) -> None:
    scene = make_scene(read_extract(data_dir / "osm" / name), name, tmp_path / "area")
    asked = [
        "route", str(scene.area), f"--from={scene.start[0]},{scene.start[1]}", "--language", "en", "--json",
    ]  # fmt: skip
    calm = json.loads(CliRunner().invoke(mio, asked).stdout)
    out = tmp_path / "way.svg"
    done = CliRunner().invoke(
        mio, [*asked, "--hazards", "flood", "--closures", str(scene.closures), "--picture", str(out)]
    )
    assert done.exit_code == 0, done.output
    body = json.loads(done.stdout)
    way = shapely.LineString(body["geometry"]["coordinates"])
    assert not way.equals(shapely.LineString(calm["geometry"]["coordinates"]))
    assert not way.intersects(scene.zone)
    assert body["length_m"] >= way.length

    picture = ET.fromstring(out.read_text("utf-8"))  # noqa: S314
    drawn = {kind: [e for e in picture.iter() if e.get("class") == kind] for kind in KINDS}
    assert {kind: len(found) for kind, found in drawn.items() if kind in ONCE} == dict.fromkeys(ONCE, 1)
    assert len(drawn["closed"]) >= 1
    width, height = map(float, str(picture.get("viewBox")).split()[2:])
    course = points_of(str(drawn["way"][0].get("d")))
    assert len(course) == len(body["geometry"]["coordinates"])
    assert all(0 < x < width and 0 < y < height for x, y in course)
    crossed = points_of(str(next(drawn["closed"][0].iter(f"{SVG}path")).get("d")))
    assert shapely.LineString(course).intersection(shapely.LineString(crossed)).length < 1
    words = " ".join(picture.itertext())
    for told in ("fallen tree", "© OpenStreetMap contributors, ODbL", body["shelter"]["name"], "北 N"):
        assert told in words
