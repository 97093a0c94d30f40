"""Every CAP, Atom, EDXL-DE and L-Alert file among the real data: what each becomes, and what is wrong with the broken ones."""

from collections import Counter
from pathlib import Path

import pytest

from streams.adapters.registry import Reading, Source, read
from streams.adapters.times import parse_iso
from streams.events.alerts import Severity, Telegram
from streams.events.base import Action, Hazard, Status

SOURCE = Source("test", 0)


def read_file(path: Path) -> Reading:
    return read(path.read_bytes(), SOURCE, name=path.name)


def telegrams(reading: Reading) -> list[Telegram]:
    found = [event for event in reading.events if isinstance(event, Telegram)]
    assert len(found) == len(reading.events)
    return found


def issued(reading: Reading) -> list[Telegram]:
    return [telegram for telegram in telegrams(reading) if telegram.action is Action.ISSUE]


@pytest.mark.parametrize(
    ("name", "events", "refused"),
    [
        ("australia.cap", 1, []),
        ("canada.cap", 3, []),
        ("canada_signed.cap", 10, []),
        ("earthquake.cap", 1, []),
        ("earthquake-iso8859-1.cap", 1, []),
        ("earthquake_signed.cap", 1, []),
        ("no_optional_fields.cap", 1, []),
        ("weather.cap", 1, ["area-unplaced"]),
        ("invalid.cap", 0, ["alert-incomplete"]),
        ("xee.cap", 0, ["xml-forbidden"]),
        ("canada_signed.atom", 10, []),
        ("weather.atom", 1, ["area-unplaced"]),
        ("weather_invalid.atom", 0, ["identifier-invalid"]),
        ("amber.atom", 0, []),
        ("earthquake_index.atom", 0, []),
        ("weather_index.atom", 0, []),
        ("ny_index.rss", 0, []),
        ("no_entries.atom", 0, []),
        ("empty_weather_index.atom", 0, []),
        ("invalid_element.atom", 0, ["alert-missing"]),
        ("no_id.atom", 0, ["alert-missing"]),
        ("no_link.atom", 0, ["alert-missing"]),
        ("no_title.atom", 0, ["alert-missing"]),
        ("invalid.rss", 0, ["alert-missing"]),
        ("bushfire_invalid.edxlde", 6, ["content-unknown"]),
    ],
)
def test_each_file_of_the_cap_library(data_dir: Path, name: str, events: int, refused: list[str]) -> None:
    reading = read_file(data_dir / "alerts" / "cap" / name)
    assert (len(telegrams(reading)), [r.reason for r in reading.rejections]) == (events, refused)
    assert reading.events or reading.rejections or reading.notes


def test_no_file_of_the_cap_library_is_unknown(data_dir: Path) -> None:
    folder = data_dir / "alerts" / "cap"
    for path in folder.iterdir():
        if path.is_file():
            assert read_file(path).format != "unknown" or path.name == "xee.cap", path.name


def test_an_update_of_canada_ends_both_messages_that_it_names(data_dir: Path) -> None:
    reading = read_file(data_dir / "alerts" / "cap" / "canada.cap")
    assert [(t.series, t.action) for t in telegrams(reading)] == [
        ("cap/cap@ec.gc.ca/2.49.0.1.124.6bddbc91.2012", Action.ISSUE),
        ("cap/cap@ec.gc.ca/2.49.0.1.124.a3f342a4.2012", Action.CANCEL),
        ("cap/cap@ec.gc.ca/2.49.0.1.124.60f31a3a.2012", Action.CANCEL),
    ]
    (update,) = issued(reading)
    assert [len(area.polygons[0]) for area in update.areas] == [17, 38]  # English only, not again in French
    assert {c.severity for area in update.areas for c in area.conditions} == {Severity.NONE}  # AllClear


def test_a_document_that_is_not_utf8_keeps_its_accents(data_dir: Path) -> None:
    (telegram,) = issued(read_file(data_dir / "alerts" / "cap" / "earthquake-iso8859-1.cap"))
    assert "Usulután" in telegram.headline
    assert telegram.valid_until_ms == parse_iso("2012-10-21T22:53:04+00:00", "")
    assert [c.hazard for c in telegram.areas[0].conditions] == [Hazard.EARTHQUAKE]


def test_an_alert_in_its_feed_is_the_same_event_as_alone(data_dir: Path) -> None:
    folder = data_dir / "alerts" / "cap"
    alone, fed = (telegrams(read_file(folder / name)) for name in ("canada_signed.cap", "canada_signed.atom"))
    assert alone == fed


def test_an_index_says_where_each_alert_is(data_dir: Path) -> None:
    reading = read_file(data_dir / "alerts" / "cap" / "earthquake_index.atom")
    assert "http://earthquake.usgs.gov/earthquakes/catalogs/cap/us2010apcd" in reading.notes[0]
    assert len(read_file(data_dir / "alerts" / "cap" / "weather_index.atom").notes) == 2
    assert len(read_file(data_dir / "alerts" / "cap" / "ny_index.rss").notes) == 2


def test_bushfires_are_read_one_by_one_and_the_empty_one_is_named(data_dir: Path) -> None:
    reading = read_file(data_dir / "alerts" / "cap" / "bushfire_invalid.edxlde")
    assert [r.place for r in reading.rejections] == ["contentObject[2]"]
    assert len({t.series for t in telegrams(reading)}) == 6
    assert {h for t in telegrams(reading) for a in t.areas for h in (c.hazard for c in a.conditions)} >= {
        Hazard.FIRE
    }


def test_the_soap_message_of_chiyoda_is_a_test_in_old_words(data_dir: Path) -> None:
    reading = read_file(data_dir / "alerts" / "lalert" / "soap1.xml")
    assert (reading.format, reading.kind, reading.rejections, reading.notes) == (
        "edxl",
        "EvacuationOrder",
        (),
        (),
    )
    (telegram,) = issued(reading)
    assert telegram.status is Status.TEST
    assert (telegram.serial, telegram.event_id) == (1, "74ee219a-970d-417f-a9ab-a9ff1d3fe316")
    assert telegram.valid_until_ms == parse_iso("2013-04-12T18:56:00+09:00", "")
    (area,) = telegram.areas  # twelve blocks that are points: their municipality
    assert area.area.ref == "muni/13101"
    assert "一ツ橋一丁目" in area.area.name
    assert "九段南四丁目" in area.area.name
    assert [(c.name, c.level, c.severity) for c in area.conditions] == [("避難準備", 3, Severity.WARNING)]


def test_five_variants_of_one_message_are_one_series_whose_end_does_not_depend_on_their_order(
    data_dir: Path,
) -> None:
    readings = [read_file(data_dir / "alerts" / "lalert" / f"sample{n}.xml") for n in range(1, 6)]
    sent = [telegram for reading in readings for telegram in issued(reading)]
    assert {t.series for t in sent} == {"lalert/EvacuationOrder/7e573043-fc3c-4a6b-bdb8-a9608233b0af"}
    assert len({t.id for t in sent}) == 3  # the first three differ in nothing that is said
    assert Counter(a.area.ref for t in sent for a in t.areas) == {"muni/28210": 4, "name/Test Area": 1}
    assert [r.reason for reading in readings for r in reading.rejections] == ["area-unplaced"]
    assert {c.hazard for t in sent for a in t.areas for c in a.conditions} >= {Hazard.LANDSLIDE}
    assert all(reading.notes for reading in readings)  # no details: which order it is, is in its words only
