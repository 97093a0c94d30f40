"""The drill's telegrams against the official schema, and its city against the real map."""

import json
import zipfile
from pathlib import Path

import pytest
import shapely
import xmlschema
from shapely.geometry import shape

from routing.build.synthetic import make_city
from services.drill.city import City
from services.drill.knowledge import Document
from services.drill.scenario import make_scenario

PREFECTURES_OF_THE_BAY = ("27", "28", "30")
"""Osaka, Hyogo, Wakayama."""
CLEAR_M = 500


@pytest.fixture(scope="module")
def schema(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> xmlschema.XMLSchema:
    folder = tmp_path_factory.mktemp("schema")
    with zipfile.ZipFile(data_dir / "alerts" / "jma" / "jmaxml-schema.zip") as archive:
        archive.extractall(folder)
    return xmlschema.XMLSchema(str(folder / "jmx.xsd"), base_url=str(folder), allow="local")


@pytest.fixture(scope="module")
def telegrams(made_up_city: Path) -> list[Document]:
    scenario = make_scenario(City.load(made_up_city), start_ms=1_788_238_800_000)
    return [d for d in scenario.documents() if d.name.endswith(".xml")]


def test_every_telegram_of_the_scenario_is_valid(
    schema: xmlschema.XMLSchema, telegrams: list[Document]
) -> None:
    assert len(telegrams) >= 20
    for telegram in telegrams:
        errors = [f"{e.path}: {e.reason}" for e in schema.iter_errors(telegram.body.decode())]
        assert errors == [], telegram.name


def test_the_schema_refuses_a_telegram_with_an_unknown_status(
    schema: xmlschema.XMLSchema, telegrams: list[Document]
) -> None:
    text = telegrams[0].body.decode()
    assert not schema.is_valid(text.replace("<Status>訓練</Status>", "<Status>本番</Status>"))


def test_the_made_up_city_lies_on_open_water(data_dir: Path) -> None:
    south, west, north, east = make_city().network.bbox
    margin_lat, margin_lon = CLEAR_M / 111_195, CLEAR_M / 91_600
    city = shapely.box(west - margin_lon, south - margin_lat, east + margin_lon, north + margin_lat)
    for prefecture in PREFECTURES_OF_THE_BAY:
        name = f"N03-21_{prefecture}_210101.s0010.geojson"
        collection = json.loads((data_dir / "boundaries" / "n03-simplified" / name).read_text("utf-8"))
        for feature in collection["features"]:
            if feature["geometry"]:
                assert not shape(feature["geometry"]).intersects(city), feature["properties"]
