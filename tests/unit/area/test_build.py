import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from services.area.boundaries import check_zones, read_boundaries, whole_network
from services.area.build import Material, build_area, build_synthetic
from services.area.codes import city_of, refs_of
from services.area.errors import AreaFolderError
from services.area.folder import read_area, replace_folder
from services.area.places import is_near
from services.area.show import open_overview, read_sites, read_zones
from services.cli.area import app
from services.cli.route import route
from streams.events.shelters import Layer, SiteReport
from tests.unit.routing.oracles import BOTH, STEP, network_of

BBOX = (34.0, 135.0, 34.1, 135.1)
SQUARE = [[[135.0, 34.0], [135.1, 34.0], [135.1, 34.1], [135.0, 34.1], [135.0, 34.0]]]


@pytest.fixture(scope="module")
def city(made_up_city: Path) -> Path:
    return made_up_city


def collection(tmp_path: Path, *properties: dict[str, Any], rings: list[Any] = SQUARE) -> Path:
    features = [
        {"type": "Feature", "properties": p, "geometry": {"type": "Polygon", "coordinates": rings}}
        for p in properties
    ]
    path = tmp_path / "areas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_the_made_up_city_is_a_whole_area(city: Path) -> None:
    info = read_area(city)
    assert info.synthetic
    assert (info.sites, info.shelters) == (45, 15)
    assert [m.code for m in info.municipalities] == ["99101", "99102", "99103"]
    sites = read_sites(city)
    assert len(sites) == 60
    assert all(s.capacity and s.municipality and s.as_of_ms and s.source == "synthetic" for s in sites)
    assert {str(h) for s in sites for h in s.suits} == {
        "flood", "landslide", "storm_surge", "earthquake", "tsunami", "fire", "inland_flood", "volcano"
    }  # fmt: skip
    assert {z["properties"]["hazard"] for z in read_zones(city)} == {
        "tsunami",
        "storm_surge",
        "flood",
        "landslide",
    }
    overview = open_overview(city)
    assert overview.network.content_hash == info.network_hash
    assert dict(overview.km_by_kind())["bridges"] > 0


def test_the_same_city_is_made_each_time(city: Path, tmp_path: Path) -> None:
    build_synthetic(tmp_path / "again", progress=lambda _: None)
    for name in ("network.mio", "sites.jsonl", "areas.geojson", "zones.geojson"):
        assert (tmp_path / "again" / name).read_bytes() == (city / name).read_bytes(), name


@pytest.mark.parametrize(
    ("code", "city"),
    [
        ("27127", "27100"),
        ("27141", "27140"),
        ("14131", "14130"),
        ("14118", "14100"),
        ("22138", "22130"),
        ("27202", "27202"),
        ("13101", "13101"),
        ("13104", "13104"),
    ],
)
def test_wards_belong_to_their_city_and_other_municipalities_to_themselves(code: str, city: str) -> None:
    assert city_of(code) == city


def test_split_municipalities_and_several_coasts_get_all_codes() -> None:
    refs = refs_of("30206")
    assert [r for r in refs if r.startswith("city/")] == [f"city/302060{n}" for n in range(1, 6)]
    assert [r for r in refs_of("28101") if r.startswith("tsunami/")] == [
        "tsunami/520",
        "tsunami/521",
        "tsunami/522",
    ]
    assert not [r for r in refs_of("29201") if r.startswith("tsunami/")]
    assert len([r for r in refs_of("47201") if r.startswith("district/")]) == 4


def test_boundaries_of_n03_get_refs_and_parts_of_one_municipality_join(tmp_path: Path) -> None:
    row = {"N03_007": "27127", "N03_001": "大阪府", "N03_003": "大阪市", "N03_004": "北区"}
    found = read_boundaries(collection(tmp_path, row, row, {"N03_007": None}), BBOX)
    assert [m.name for m in found.municipalities] == ["大阪市北区"]
    assert len(found.collection["features"]) == 1
    assert "tsunami/510" in found.collection["features"][0]["properties"]["refs"]
    assert "inland" in found.notes[0]


def test_boundaries_with_refs_are_kept_as_they_are(tmp_path: Path) -> None:
    row = {"refs": ["muni/99101", "river/1"], "name": "澪北市"}
    found = read_boundaries(collection(tmp_path, row), BBOX)
    assert found.collection["features"][0]["properties"] == row
    assert [(m.code, m.name) for m in found.municipalities] == [("99101", "澪北市")]


@pytest.mark.parametrize(
    ("properties", "rings", "words"),
    [
        ({"name": "x"}, SQUARE, r"features\[0\].*N03_007"),
        ({"refs": []}, [[[x * 1000, y * 1000] for x, y in SQUARE[0]]], "not degrees"),
        ({"refs": []}, [[[x + 5, y] for x, y in SQUARE[0]]], "no boundary touches"),
        ({"refs": []}, [], "geometry"),
    ],
)
def test_boundaries_that_cannot_be_used_are_refused_by_place(
    tmp_path: Path,
    properties: dict[str, Any],
    rings: list[Any],
    words: str,
) -> None:
    with pytest.raises(AreaFolderError, match=words):
        read_boundaries(collection(tmp_path, properties, rings=rings), BBOX)


def test_without_boundaries_one_feature_over_warns_and_says_so() -> None:
    found = whole_network(BBOX, ["27127", "27103"], "here")
    assert "27103, 27127 counts everywhere" in found.notes[0]
    assert "city/2710000" in found.collection["features"][0]["properties"]["refs"]
    assert "no alert will ever reach" in whole_network(BBOX, [], "here").notes[0]


def test_zones_need_a_hazard_that_sites_can_suit(tmp_path: Path) -> None:
    with pytest.raises(AreaFolderError, match="'hazard' is 'ghosts'"):
        check_zones(collection(tmp_path, {"hazard": "ghosts"}), ["flood"])
    assert len(check_zones(collection(tmp_path, {"hazard": "flood"}), ["flood"])["features"]) == 1


@pytest.mark.parametrize(
    ("after", "holds"), [(0, True), (12.5, True), (-1, False), ("soon", False), (True, False)]
)
def test_a_zone_may_say_after_how_many_minutes_the_danger_is_there(
    tmp_path: Path, *, after: object, holds: bool
) -> None:
    path = collection(tmp_path, {"hazard": "flood", "arrives_after_min": after})
    if holds:
        assert len(check_zones(path, ["flood"])["features"]) == 1
    else:
        with pytest.raises(AreaFolderError, match="arrives_after_min"):
            check_zones(path, ["flood"])


@pytest.mark.parametrize(
    ("lat", "lon", "near"),
    [(34.05, 135.05, True), (34.108, 135.05, True), (34.05, 135.112, False), (33.98, 135.0, False)],
)
def test_places_within_a_kilometre_of_the_network_are_kept(lat: float, lon: float, near: object) -> None:
    report = SiteReport(id="1", source="s", layer=Layer.SITE, name="n", lat=lat, lon=lon)
    assert is_near(report, BBOX) is near


def test_a_failed_build_leaves_the_former_area(city: Path, tmp_path: Path) -> None:
    out = tmp_path / "area"
    shutil.copytree(city, out)
    network = network_of([(34.0, 135.0), (34.0, 135.0 + STEP)], [(0, 1, BOTH)], [0.0])
    material = Material(name="n", source="s", network=network, sites=[tmp_path / "missing.csv"], now_ms=0)
    with pytest.raises(AreaFolderError, match=r"missing\.csv: no such file"):
        build_area(material, out, progress=lambda _: None)
    assert read_area(out) == read_area(city)
    assert [p.name for p in tmp_path.iterdir()] == ["area"]


def test_a_rebuilt_area_takes_the_place_of_the_former(city: Path, tmp_path: Path) -> None:
    out = tmp_path / "area"
    shutil.copytree(city, out)
    network = network_of([(34.0, 135.0), (34.0, 135.0 + STEP)], [(0, 1, BOTH)], [0.0])
    built = build_area(
        Material(name="n", source="s", network=network, now_ms=0), out, progress=lambda _: None
    )
    assert any("no site is listed" in note for note in built.info.notes)
    assert read_area(out).name == "n"
    assert not (out / "zones.geojson").exists()


def test_a_folder_with_something_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(AreaFolderError, match="no area folder"), replace_folder(tmp_path):
        pass
    assert (tmp_path / "thesis.txt").exists()


@pytest.mark.parametrize("content", ["", "{}", '{"format": 9}', "nonsense"])
def test_a_folder_without_a_sound_index_is_no_area(tmp_path: Path, content: str) -> None:
    if content:
        (tmp_path / "area.json").write_text(content)
    with pytest.raises(AreaFolderError, match=r"build"):
        read_area(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["build", "--out", "x"], 2, "exactly one"),
        (["build", "--synthetic", "--osm", "a.pbf", "--out", "x"], 2, "exactly one"),
        (["build", "--synthetic", "--sites", "a.csv", "--out", "x"], 2, "brings its own"),
        (["build", "--osm", "no-such.osm.pbf", "--out", "x"], 2, "cannot be read"),
        (["show", "no-such-folder"], 2, "no area folder"),
    ],
)
def test_mistakes_on_the_command_line_are_told(arguments: list[str], code: int, words: str) -> None:
    done = CliRunner(env={"COLUMNS": "200"}).invoke(app, arguments)
    assert done.exit_code == code
    assert words in done.output.replace("\n", " ")


def test_show_tells_what_an_area_holds(city: Path, tmp_path: Path) -> None:
    picture = tmp_path / "city.svg"
    done = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["show", str(city), "--picture", str(picture)])
    assert done.exit_code == 0, done.output
    for words in ("19,881 nodes", "99101 澪南市", "storm_surge 40", "capacity of 45 is known", "made up"):
        assert words in done.output
    svg = picture.read_text("utf-8")
    assert svg.count("<circle") == 60
    assert CliRunner().invoke(app, ["show", str(city), "--picture", "a.png"]).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--from", "34.5,135.205", "--hazards", "tsunami"], 0, "津波のときに使える"),
        (["--from", "34.5,135.205", "--language", "en"], 0, "Arrive"),
        (["--from", "34.5,135.205", "--json"], 0, '"kind": "route"'),
        (["--from", "135.205,34.5"], 2, "swapped"),
        (["--from", "33.0,134.0"], 2, "at sea"),
        (["--from", "1200345.5,-45000.1"], 2, "metres"),
        (["--from", "here"], 2, "LAT,LON"),
        (["--from", "34.5,135.205", "--hazards", "dragons"], 2, "choose from"),
        (["--from", "34.5,135.205", "--profile", "ghost"], 2, "wheelchair"),
    ],
)
def test_mio_route_answers_or_says_what_is_wrong(
    city: Path, arguments: list[str], code: int, words: str
) -> None:
    command = typer.Typer()
    command.command()(route)
    done = CliRunner(env={"COLUMNS": "300"}).invoke(command, [str(city), *arguments])
    assert done.exit_code == code, done.output
    assert words in done.output
    assert ("訓練" in done.output) == (code == 0)
