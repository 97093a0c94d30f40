"""Every real list of places and every report about them: counts, flags, capacity, and what is refused."""

import csv
import random
import re
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from streams.adapters.registry import Reading, Source, read
from streams.events.base import SITE_HAZARDS, Hazard
from streams.events.shelters import (
    Layer,
    Opening,
    ShelterReport,
    ShelterSnapshot,
    SiteReport,
    UnplacedSite,
)
from streams.folds.shelters import Place, fold_shelter_report
from streams.folds.snapshots import ShelterLists, fold_shelter_snapshot

SOURCE = Source("test", 0)


def read_file(path: Path) -> Reading:
    return read(path.read_bytes(), SOURCE, name=path.name)


def sites(reading: Reading) -> list[SiteReport]:
    found = [event for event in reading.events if isinstance(event, SiteReport)]
    assert all(isinstance(event, SiteReport | UnplacedSite) for event in reading.events)
    return found


def read_folder(folder: Path) -> tuple[list[SiteReport], Counter[str]]:
    readings = [read_file(path) for path in sorted(folder.glob("*.json"))]
    assert {reading.format for reading in readings} == {"gsi-geojson"}
    reasons = Counter(r.reason for reading in readings for r in reading.rejections)
    return [site for reading in readings for site in sites(reading)], reasons


def test_all_emergency_sites_of_osaka_prefecture_with_their_eight_flags(data_dir: Path) -> None:
    found, reasons = read_folder(data_dir / "shelters" / "gsi-osaka" / "emergency")
    assert len(found) == len({site.id for site in found}) == 5_455
    assert reasons == {"list-unavailable": 1}
    assert {site.layer for site in found} == {Layer.SITE}
    assert Counter(site.municipality for site in found)["27100"] == 3_088
    assert Counter(site.municipality for site in found)["27140"] == 292
    flags = Counter(hazard for site in found if site.municipality == "27100" for hazard in site.suits)
    assert flags[Hazard.FLOOD] > 0
    for site in found:
        assert set(site.suits) | set(site.unsuited) == set(SITE_HAZARDS)
        assert set(site.suits).isdisjoint(site.unsuited)
        assert site.capacity is None  # the list has no such column


def test_the_flags_of_osaka_are_counted_as_the_list_counts_them(data_dir: Path) -> None:
    found, _ = read_folder(data_dir / "shelters" / "gsi-osaka" / "emergency")
    flags = Counter(hazard for site in found for hazard in site.suits)
    assert flags == {
        Hazard.EARTHQUAKE: 3_296,
        Hazard.FLOOD: 2_981,
        Hazard.TSUNAMI: 2_487,
        Hazard.FIRE: 1_095,
        Hazard.LANDSLIDE: 960,
        Hazard.INLAND_FLOOD: 736,
        Hazard.STORM_SURGE: 428,
    }


def test_all_evacuation_shelters_of_osaka_prefecture(data_dir: Path) -> None:
    found, reasons = read_folder(data_dir / "shelters" / "gsi-osaka" / "evacuation")
    assert len(found) == len({site.id for site in found}) == 2_975
    assert reasons == {"list-unavailable": 1}
    assert {site.layer for site in found} == {Layer.SHELTER}
    assert all(site.suits == () == site.unsuited for site in found)  # unknown, not unfit


@pytest.mark.parametrize(
    ("name", "count", "layer", "municipality"),
    [
        ("27341_shitei-kinkyu-hinanbasho.csv", 29, Layer.SITE, "27341"),
        ("27362_shitei-kinkyu-hinanbasho.csv", 5, Layer.SITE, "27362"),
        ("27362_shitei-hinanjo.csv", 6, Layer.SHELTER, "27362"),
    ],
)
def test_gsi_csv_says_the_same_as_its_json(
    data_dir: Path, name: str, count: int, layer: Layer, municipality: str
) -> None:
    reading = read_file(data_dir / "shelters" / "gsi-csv-layout" / name)
    assert (reading.format, reading.rejections) == ("gsi-csv", ())
    found = sites(reading)
    assert len(found) == count
    assert {(site.layer, site.municipality) for site in found} == {(layer, municipality)}
    part = "emergency" if layer is Layer.SITE else "evacuation"
    listed, _ = read_folder(data_dir / "shelters" / "gsi-osaka" / part)
    by_id = {site.id: site for site in listed}
    for site in found:
        assert (site.suits, site.also_shelter) == (by_id[site.id].suits, by_id[site.id].also_shelter)
        assert site.lat == pytest.approx(by_id[site.id].lat, abs=2e-6)
        assert site.lon == pytest.approx(by_id[site.id].lon, abs=2e-6)


def test_the_recommended_layout_of_nanao_with_capacity_in_words(data_dir: Path) -> None:
    path = data_dir / "shelters" / "nanao-2024" / "reference_data.csv"
    reading = read_file(path)
    assert (reading.format, reading.rejections) == ("recommended-csv", ())
    found = sites(reading)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert len(found) == len(rows) == 112
    for site, row in zip(found, rows, strict=True):
        words = row["想定収容人数"]
        counts = [int(n.replace(",", "")) for n in re.findall(r"([\d,]+)人", words)]
        assert site.capacity == (sum(counts) if words else None)
        assert site.capacity_text == words
        assert (site.id, site.municipality, site.layer) == (
            row["ID"],
            row["所在地_全国地方公共団体コード"][:5],
            Layer.SITE,
        )
        assert len(site.suits) == sum(
            value == "1.0" for key, value in row.items() if key.startswith("災害種別")
        )
    assert sum(site.capacity is None for site in found) == 3
    assert Counter(site.municipality for site in found)["17202"] > 100


def test_places_without_coordinates_are_for_the_repair_list_with_their_line_and_never_dropped(
    data_dir: Path,
) -> None:
    reading = read_file(data_dir / "shelters" / "ishinomaki-2013" / "shelter.csv")
    assert reading.format == "recommended-csv"
    unplaced = [event for event in reading.events if isinstance(event, UnplacedSite)]
    assert (len(reading.events), len(sites(reading)), reading.rejections) == (311, 17, ())
    assert Counter(record.why for record in unplaced) == {"coordinates-missing": 294}
    assert len({record.place for record in unplaced}) == 294
    assert next(record.name for record in unplaced if record.place == "line 10") == "門脇小学校"
    assert {site.layer for site in (*sites(reading), *unplaced)} == {Layer.SHELTER}


def test_head_counts_of_nanao_over_time_in_all_three_layouts(data_dir: Path) -> None:
    paths = sorted((data_dir / "shelters" / "nanao-2024" / "history").glob("*.csv"))
    readings = [read_file(path) for path in paths]
    assert len(readings) == 117
    assert {reading.format for reading in readings} == {"shelter-status-csv"}
    assert [r for reading in readings for r in reading.rejections] == []
    counted = [e for reading in readings for e in reading.events if isinstance(e, ShelterReport)]
    assert len(counted) == 1_466
    assert [type(reading.events[-1]) for reading in readings] == [ShelterSnapshot] * 117
    first = [event for event in readings[0].events if isinstance(event, ShelterReport)]
    assert len(first) == 29
    assert sum(report.headcount or 0 for report in first) == 1_886
    assert {report.as_of_ms for report in first} == {
        int(datetime.fromisoformat("2024-01-09T18:00:00+09:00").timestamp() * 1000)
    }
    assert {report.opening for report in first} == {Opening.OPEN}
    last = [event for event in readings[-1].events if isinstance(event, ShelterReport)]
    assert [(report.id, report.headcount) for report in last] == [("CC0000000537", 40)]


def test_a_shelter_of_nanao_that_left_the_list_has_closed_whatever_the_order_of_the_lists(
    data_dir: Path,
) -> None:
    paths = sorted((data_dir / "shelters" / "nanao-2024" / "history").glob("*.csv"))
    events = [read_file(path).events for path in paths]

    def run(order: list[int]) -> dict[str, ShelterReport]:
        known: ShelterLists | None = None
        places: dict[str, Place] = {}

        def take(report: ShelterReport) -> None:
            places[report.id] = fold_shelter_report(places.get(report.id), report)

        for event in (event for number in order for event in events[number]):
            if isinstance(event, ShelterReport):
                take(event)
            elif isinstance(event, ShelterSnapshot):
                known, closed = fold_shelter_snapshot(known, event)
                for report in closed:
                    take(report)
        return {ident: place.reported for ident, place in places.items() if place.reported is not None}

    numbers = list(range(len(paths)))
    end = run(numbers)
    assert [ident for ident, report in end.items() if report.opening is Opening.OPEN] == ["CC0000000537"]
    assert Counter(report.opening for report in end.values()) == {
        Opening.OPEN: 1,
        Opening.CLOSED: len(end) - 1,
    }
    assert all(report.headcount is None for report in end.values() if report.opening is Opening.CLOSED)
    for seed in range(3):
        shuffled = run(random.Random(seed).sample(numbers * 2, 2 * len(numbers)))
        assert {i: r.opening for i, r in shuffled.items()} == {i: r.opening for i, r in end.items()}


def test_a_list_in_metres_is_refused_for_its_coordinate_system(data_dir: Path) -> None:
    (path,) = (data_dir / "shelters" / "nanao-2024" / "latest").glob("*.geojson")
    (rejection,) = read_file(path).rejections
    assert rejection.reason == "crs-not-wgs84"
    assert "EPSG::6675" in rejection.detail


def test_an_attack_by_external_entity_is_refused_unparsed(data_dir: Path) -> None:
    (rejection,) = read_file(data_dir / "alerts" / "cap" / "xee.cap").rejections
    assert rejection.reason == "xml-forbidden"
    assert "root:" not in rejection.detail


def test_no_file_of_the_real_data_goes_unread_without_a_reason(data_dir: Path) -> None:
    for path in data_dir.rglob("*"):
        if path.is_file():
            reading = read_file(path)
            assert reading.events or reading.rejections or reading.notes, path
            assert all(r.reason and r.detail and r.place for r in reading.rejections), path
