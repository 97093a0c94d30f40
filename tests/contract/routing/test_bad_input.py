"""Bad input is answered clearly: by the command and over HTTP, with the thing, the value, the bound and the remedy."""

import asyncio
import csv
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from routing.errors import RoutingError
from services.area.show import read_sites
from services.cli.main import app as mio
from services.kit.health import Readiness
from services.navigator.app import make_app
from services.navigator.ground import load_ground
from services.navigator.live import Live
from streams.broker import Message
from streams.broker_memory import MemoryBroker
from streams.clock import ManualClock
from streams.codec import encode
from streams.folds.shelters import Place, shelter_state
from streams.topics import CLOSURES, HAZARDS, SHELTERS, SOURCES
from streams.world import World

Street = list[tuple[float, float]]
STEP = 0.002
AT = (41.0, -8.0)
"""Where the maps lie: a place whose latitude and longitude can be swapped without leaving the globe."""


def street(points: int, *, north: float = 0.0, east: float = 0.0) -> Street:
    """Points from west to east, about 170 m apart."""
    return [(AT[0] + north, AT[1] + east + i * STEP) for i in range(points)]


def osm(path: Path, *streets: Street, highway: str = "residential") -> Path:
    """A map of OpenStreetMap with these streets; every point of them is a node of the network."""
    ids, nodes, ways = count(1), [], []
    for points in streets:
        own = [next(ids) for _ in points]
        nodes += [
            f'<node id="{i}" version="1" lat="{lat:.6f}" lon="{lon:.6f}"/>'
            for i, (lat, lon) in zip(own, points, strict=True)
        ]
        ways += [
            f'<way id="{a}" version="1"><nd ref="{a}"/><nd ref="{b}"/><tag k="highway" v="{highway}"/></way>'
            for a, b in pairwise(own)
        ]
    path.write_text(f'<osm version="0.6">{"".join(nodes)}{"".join(ways)}</osm>', encoding="utf-8")
    return path


def tables(folder: Path, points: Street) -> Path:
    """The same as tables of OSMnx; y and x are the points' first and second number."""
    folder.mkdir()
    with (folder / "nodes.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("osmid", "y", "x"), *((i, *p) for i, p in enumerate(points))])
    with (folder / "edges.csv").open("w", newline="") as file:
        edges = [(i, i + 1, "residential") for i in range(len(points) - 1)]
        csv.writer(file).writerows([("u", "v", "highway"), *edges])
    return folder


def sites(path: Path, *positions: tuple[float, float]) -> Path:
    """A national list; positions are written as they come, [lon, lat] if all is well."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": {
                "共通ID": f"E{n:013d}", "施設・場所名": f"第{n}小学校", "住所": "x", "洪水": "1",
                "都道府県名及び市町村名": "大阪府大阪市",
            },
        }
        for n, (lat, lon) in enumerate(positions)
    ]  # fmt: skip
    document = {"type": "FeatureCollection", "name": "271004", "features": features}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner(env={"COLUMNS": "400"}).invoke(mio, [str(a) for a in arguments])


def build(tmp_path: Path, *arguments: str | Path) -> Path:
    done = run("area", "build", "--out", tmp_path / "area", *arguments)
    assert done.exit_code == 0, done.output
    return tmp_path / "area"


def refused(done: Result, *words: object) -> None:
    """Told in one sentence with these words, and without a traceback."""
    assert done.exit_code == 2, done.output
    assert isinstance(done.exception, SystemExit)
    for word in words:
        assert str(word) in done.stderr, (word, done.stderr)


@asynccontextmanager
async def asking(area: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a navigator over that folder and its own list."""
    clock = ManualClock(1_756_700_000_000)
    broker = MemoryBroker(World.DRILL, clock)
    await broker.ensure_topics([HAZARDS, SHELTERS, CLOSURES, SOURCES])
    for site in read_sites(area):
        state = shelter_state(site.id, Place(listed=site))
        assert state is not None
        await broker.publish(SHELTERS, [Message(site.id.encode(), encode(state))])
    live = Live(load_ground(area), clock)
    await live.follow(broker)
    running = asyncio.create_task(live.run())
    async with asyncio.timeout(30):
        while not live.is_ready:
            await asyncio.sleep(0.01)
    app = make_app(live, Readiness(), world=World.DRILL, clock=clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://navigator") as client:
        yield client
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await broker.close()


async def ask(area: Path, lat: float, lon: float, **more: object) -> httpx.Response:
    async with asking(area) as client:
        return await client.post(
            "/v1/routes", json={"from": {"lat": lat, "lon": lon}, "language": "en", **more}
        )


def answered(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def a_problem(response: httpx.Response, *words: object) -> None:
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    for word in words:
        assert str(word) in response.json()["detail"], (word, response.text)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A street of 60 points with one site in its middle."""
    listed = sites(tmp_path / "271004.json", (AT[0], AT[1] + 30 * STEP))
    return build(tmp_path, "--osm", osm(tmp_path / "town.osm", street(60)), "--sites", listed)


def empty_sources(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    yield "--osm", osm(tmp_path / "empty.osm")
    yield "--osm", osm(tmp_path / "planned.osm", street(3), highway="proposed")
    yield "--graph-csv", tables(tmp_path / "empty", [])


def test_an_empty_extract_is_refused_by_name(tmp_path: Path) -> None:
    for option, source in empty_sources(tmp_path):
        done = run("area", "build", option, source, "--out", tmp_path / "area")
        refused(done, source, "holds no way that anybody may use", "check that it is a road network")
        assert not (tmp_path / "area").exists()


def test_a_folder_that_was_never_built_is_named_with_the_command_that_builds_it(tmp_path: Path) -> None:
    refused(run("route", tmp_path / "none", "--from", "41.0,-8.0"), tmp_path / "none", "mio area build")
    with pytest.raises(RoutingError, match="mio area build"):
        load_ground(tmp_path / "none")


async def test_without_any_shelter_the_answer_is_to_stay_and_says_why(tmp_path: Path) -> None:
    source = osm(tmp_path / "town.osm", street(60))
    built = run("area", "build", "--osm", source, "--out", tmp_path / "area")
    assert "no site is listed here: every answer will be to stay; give --sites" in built.stderr
    told = run("route", tmp_path / "area", "--from", f"{AT[0]},{AT[1]}", "--language", "en")
    assert told.exit_code == 0
    assert "This area's list holds no site that may be used" in told.stdout
    assert "high ground or the upper floors" in told.stdout
    body = answered(await ask(tmp_path / "area", *AT))
    assert (body["kind"], body["reason"], body["why"]["key"]) == ("stay", "no-target", "stay-no-site")
    assert body["nearest_in_a_straight_line"] is None


async def test_where_no_site_suits_the_hazard_it_is_named(town: Path) -> None:
    told = run("route", town, "--from", f"{AT[0]},{AT[1]}", "--hazards", "tsunami", "--language", "en")
    assert "No site in this area's list may be used for: tsunami" in told.stdout
    body = answered(await ask(town, *AT, hazards=["tsunami"]))
    assert (body["kind"], body["why"]["hazards"]) == ("stay", ["tsunami"])


async def test_on_another_island_than_every_site_one_is_told_to_stay_and_where_the_nearest_is(
    tmp_path: Path,
) -> None:
    islands = osm(tmp_path / "islands.osm", street(6), street(6, north=0.02))
    listed = sites(tmp_path / "271004.json", AT)
    area = build(tmp_path, "--osm", islands, "--sites", listed)
    told = run("route", area, "--from", f"{AT[0] + 0.02},{AT[1]}", "--language", "en")
    assert told.exit_code == 0, told.output
    assert "No safe way leads from here to a site" in told.stdout
    assert "nearest in a straight line: 第0小学校" in told.stdout
    body = answered(await ask(area, AT[0] + 0.02, AT[1]))
    assert (body["kind"], body["reason"]) == ("stay", "cut-off")
    assert body["nearest_in_a_straight_line"]["name"] == "第0小学校"


async def test_from_a_rock_beside_the_land_the_answer_says_how_far_the_land_is(tmp_path: Path) -> None:
    islands = osm(tmp_path / "islands.osm", street(60), street(3, north=0.02))
    area = build(tmp_path, "--osm", islands, "--sites", sites(tmp_path / "271004.json", AT))
    body = answered(await ask(area, AT[0] + 0.02, AT[1] + STEP))
    (far,) = [w for w in body["warnings"] if w["key"] == "warn-far"]
    assert far["arguments"]["direction"] == "south"
    assert far["arguments"]["metres"] == pytest.approx(2_224, abs=5)
    told = run("route", area, "--from", f"{AT[0] + 0.02},{AT[1] + STEP}", "--language", "en")
    assert "The nearest way is 2,224 m to the south" in told.stdout


async def test_where_a_profile_has_no_way_at_all_that_is_said(tmp_path: Path) -> None:
    stairs = osm(tmp_path / "stairs.osm", street(60), highway="steps")
    area = build(tmp_path, "--osm", stairs, "--sites", sites(tmp_path / "271004.json", AT))
    words = ("none of this area's", "profile wheelchair", "ask for another profile")
    refused(run("route", area, "--from", f"{AT[0]},{AT[1]}", "--profile", "wheelchair"), *words)
    a_problem(await ask(area, *AT, profile="wheelchair"), *words)


def test_a_network_in_metres_or_with_swapped_columns_is_refused(tmp_path: Path) -> None:
    metres = tables(tmp_path / "metres", [(3_890_000.0, 520_000.0), (3_890_100.0, 520_100.0)])
    done = run("area", "build", "--graph-csv", metres, "--out", tmp_path / "area")
    refused(done, metres, "3890000.0", "projected metres", "convert the source to WGS 84 first")
    swapped = tables(tmp_path / "swapped", [(135.20, 34.5), (135.21, 34.5)])
    done = run("area", "build", "--graph-csv", swapped, "--out", tmp_path / "area")
    refused(done, swapped, "135.2", "Latitude and longitude seem swapped")


def test_sites_in_metres_or_swapped_are_left_out_one_by_one_with_the_reason(tmp_path: Path) -> None:
    listed = sites(tmp_path / "271004.json", (3_890_000.0, 520_000.0), (135.5, 34.6), AT)
    done = run(
        "area", "build", "--osm", osm(tmp_path / "t.osm", street(60)), "--sites", listed, "--out", tmp_path / "a"
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "1 sites and 0 shelters" in done.stdout
    left_out = [line for line in done.stderr.splitlines() if line.startswith("left out:")]
    assert len(left_out) == 2
    assert all(str(listed) in line for line in left_out)
    assert "features[0]" in left_out[0]
    assert "coordinates-swapped" in left_out[1]


@pytest.mark.parametrize(
    ("ring", "words"),
    [
        ([[520_000, 3_890_000], [521_000, 3_890_000], [521_000, 3_891_000]], ("not degrees", "WGS 84")),
        ([[34.5, 135.2], [34.6, 135.2], [34.6, 135.3]], ("not degrees", "[lon, lat]")),
    ],
)
def test_a_hazard_map_that_is_not_in_degrees_is_refused(
    tmp_path: Path, ring: list[list[float]], words: tuple[str, ...]
) -> None:
    done = run(
        "area", "build", "--osm", osm(tmp_path / "t.osm", street(60)), "--zones", zone(tmp_path, ring),
        "--out", tmp_path / "a",
    )  # fmt: skip
    refused(done, "zones.geojson: features[0]", *words)


def test_a_hazard_map_that_is_swapped_within_the_globe_is_told(tmp_path: Path) -> None:
    path = zone(tmp_path, [[AT[0], AT[1]], [AT[0] + 0.1, AT[1]], [AT[0] + 0.1, AT[1] + 0.1]])
    done = run(
        "area", "build", "--osm", osm(tmp_path / "t.osm", street(60)), "--zones", path, "--out", tmp_path / "a"
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "none of 1 zones touches the network" in done.stderr
    assert "[lat, lon] instead of [lon, lat]" in done.stderr


def zone(tmp_path: Path, ring: list[list[float]]) -> Path:
    path = tmp_path / "zones.geojson"
    feature = {
        "type": "Feature", "properties": {"hazard": "flood", "name": "z", "source": "s"},
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
    }  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("lat", "lon", "words"),
    [
        (4_540_000.0, 531_000.0, ("4540000.0", "projected metres", "degrees of WGS 84 as LAT,LON")),
        (AT[1], AT[0], ("-8.0, 41.0", "swapped, give LAT,LON")),
        (135.2, 34.5, ("135.2", "-90..90", "swapped, give LAT,LON")),
        (41.3, -8.0, ("33.4 km outside", "41.0000, -8.0000 to 41.0000, -7.8820", "at sea")),
        (41.0, 200.0, ("200.0", "-180..180")),
    ],
)
async def test_an_origin_that_is_no_place_of_this_area_is_told_with_the_bound_and_the_likely_mistake(
    town: Path, lat: float, lon: float, words: tuple[str, ...]
) -> None:
    refused(run("route", town, f"--from={lat},{lon}"), *words)
    a_problem(await ask(town, lat, lon), *words)


async def test_at_sea_inside_the_area_it_says_that_no_way_is_near(tmp_path: Path) -> None:
    bay = osm(tmp_path / "bay.osm", street(60), street(60, north=0.2))
    area = build(tmp_path, "--osm", bay, "--sites", sites(tmp_path / "271004.json", AT))
    words = ("inside this area's box", "no way that may be used within 5 km", "is it at sea")
    refused(run("route", area, "--from", f"{AT[0] + 0.1},{AT[1]}"), *words)
    a_problem(await ask(area, AT[0] + 0.1, AT[1]), *words)


def test_closures_in_metres_or_swapped_are_told_and_close_nothing(town: Path, tmp_path: Path) -> None:
    def closures(*coordinates: float) -> Path:
        properties = {"id": "C1", "status": "closed", "as_of": "2026-01-01T00:00:00Z", "modes": ["foot"]}
        feature = {
            "type": "Feature",
            "properties": properties,
            "geometry": {"type": "Point", "coordinates": coordinates},
        }
        path = tmp_path / "closures.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
        return path

    for coordinates, word in (
        ((520_000.0, 3_890_000.0), "metres of a projection"),
        ((34.5, 135.2), "swapped"),
    ):
        done = run(
            "route", town, "--from", f"{AT[0]},{AT[1]}", "--closures", closures(*coordinates)
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        assert "closure C1: closes nothing" in done.stderr
        assert word in done.stderr
    done = run("route", town, "--from", f"{AT[0]},{AT[1]}", "--closures", closures(AT[0], AT[1]))
    assert done.exit_code == 0, done.output
    assert "closure C1: lies in another area" in done.stderr
