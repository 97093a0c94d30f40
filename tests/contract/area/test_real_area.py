"""Areas from real material: Kita-ku with the national lists of Osaka and its boundaries; Porto with made-up sites."""

import json
import re
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from routing.build.graph_csv import read_graph_csv
from services.area.build import Material, build_area
from services.area.codes import TSUNAMI_AREAS, city_of, refs_of
from services.area.folder import read_area
from services.area.show import read_sites
from services.cli.area import app as area_app
from services.cli.route import answer
from streams.cells import Gazetteer, covers
from streams.events.shelters import Layer

N03 = "boundaries/n03-simplified/N03-21_27_210101.s0010.geojson"


@pytest.fixture(scope="module")
def kita(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("kita") / "area"
    material = Material(
        name="大阪市北区", source="osaka-kita", network=read_graph_csv(data_dir / "osm" / "osaka-kita"),
        sites=[data_dir / "shelters/gsi-osaka/emergency"], shelters=[data_dir / "shelters/gsi-osaka/evacuation"],
        boundaries=data_dir / N03, now_ms=1_756_700_000_000,
    )  # fmt: skip
    build_area(material, out, progress=lambda _: None)
    return out


def test_the_index_counts_what_is_here_and_what_was_left_out(kita: Path) -> None:
    info = read_area(kita)
    sites = read_sites(kita)
    assert (info.sites, info.shelters) == (446, 131)
    assert sum(s.layer is Layer.SHELTER for s in sites) == 131
    assert info.skipped["list: outside the network and 1 km around it"] == 5455 + 2975 - 446 - 131
    assert info.skipped["list: list-unavailable"] == 2
    assert [m.code for m in info.municipalities] == ["27102", "27103", "27106", "27123", "27127", "27128"]
    assert any("国土地理院" in line for line in info.attribution)


def test_alerts_for_the_city_the_ward_and_the_coast_reach_the_ward(kita: Path) -> None:
    gazetteer = Gazetteer.load((kita / "areas.geojson").read_bytes())
    for ref in (
        "muni/27127",
        "muni/27100",
        "city/2710000",
        "quake/2712700",
        "district/270000",
        "tsunami/510",
    ):
        assert covers(frozenset(gazetteer.cells[ref]), 34.7055, 135.4983), ref


def test_the_ward_answers_with_sites_that_carry_the_flag(kita: Path) -> None:
    suits = {site.id: {str(h) for h in site.suits} for site in read_sites(kita)}
    for hazards in ((), ("tsunami",), ("flood",), ("tsunami", "flood")):
        body = answer(kita, 34.7055, 135.4983, profile="adult", hazards=hazards, language="ja")
        assert body["kind"] == "route"
        assert set(hazards) <= suits[body["shelter"]["id"]]
        assert body["shelter"]["capacity"] is None
        assert body["notice"] is None
    nowhere = answer(kita, 34.7055, 135.4983, profile="adult", hazards=("volcano",), language="ja")
    assert (nowhere["kind"], nowhere["reason"]) == ("stay", "no-target")


def test_porto_answers_with_made_up_sites(data_dir: Path, tmp_path: Path) -> None:
    spots = [(41.15 + 0.004 * i, -8.65 + 0.01 * j) for i in range(5) for j in range(6)]
    rows = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": {
                "共通ID": f"E{number:013d}", "施設・場所名": f"Largo {number}", "住所": "Porto",
                "都道府県名及び市町村名": "大阪府大阪市", "洪水": "1" if number % 2 else "", "津波": "1",
            },
        }
        for number, (lat, lon) in enumerate(spots)
    ]  # fmt: skip
    sites = tmp_path / "271004.json"
    sites.write_text(json.dumps({"type": "FeatureCollection", "name": "271004", "features": rows}), "utf-8")
    out = tmp_path / "area"
    done = CliRunner().invoke(
        area_app,
        [
            "build",
            "--osm",
            str(data_dir / "osm/porto_portugal.osm.pbf"),
            "--sites",
            str(sites),
            "--out",
            str(out),
        ],
    )
    assert done.exit_code == 0, done.output
    assert read_area(out).sites == 30
    body = answer(out, 41.158, -8.629, profile="adult", hazards=("flood",), language="en")
    assert body["kind"] == "route"
    assert int(body["shelter"]["id"][1:]) % 2 == 1
    assert 0 < body["minutes"] < 60
    shown = CliRunner().invoke(area_app, ["show", str(out), "--picture", str(tmp_path / "porto.svg")])
    assert shown.exit_code == 0, shown.output
    assert (tmp_path / "porto.svg").read_text("utf-8").count("<circle") == 30


def test_the_tsunami_areas_are_those_of_real_telegrams(data_dir: Path) -> None:
    found: set[str] = set()
    with zipfile.ZipFile(data_dir / "alerts/jma/telegrams.zip") as archive:
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8", "replace")
            if "<Title>津波情報a</Title>" in text:
                found |= set(re.findall(r"<Area>\s*<Name>[^<]*</Name>\s*<Code>(\d{3})</Code>", text))
    ours = {area for areas in TSUNAMI_AREAS.values() for area in areas.split()}
    assert len(ours) == 66
    assert found == ours


def test_every_municipality_of_the_warning_tree_is_found_from_a_code(data_dir: Path) -> None:
    tree = json.loads((data_dir / "boundaries/codes/jma-area-2021.json").read_text("utf-8"))
    classes = set(tree["class20s"])
    made = {
        ref.removeprefix("city/")
        for code in {c[:5] for c in classes}
        for ref in refs_of(code)
        if ref.startswith("city/")
    }
    assert made == classes
    offices = {
        ref.removeprefix("district/")
        for c in classes
        for ref in refs_of(c[:5])
        if ref.startswith("district/")
    }
    assert offices == set(tree["offices"])


def test_every_ward_belongs_to_its_city(data_dir: Path) -> None:
    wards = 0
    for path in sorted((data_dir / "boundaries/n03-simplified").glob("*.geojson")):
        for feature in json.loads(path.read_text("utf-8"))["features"]:
            p = feature["properties"]
            code, city = p["N03_007"], p["N03_003"]
            if code and city and city.endswith("市") and (p["N03_004"] or "").endswith("区"):
                wards += 1
                assert city_of(code) in {
                    "27100": "大阪市",
                    "27140": "堺市",
                    "26100": "京都市",
                    "28100": "神戸市",
                }
    assert wards > 40
