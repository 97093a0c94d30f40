"""Every example of the Smart Data Models, and every GPX track."""

import re
from collections import Counter
from pathlib import Path

from streams.adapters.document import Document
from streams.adapters.gpx import read_track
from streams.adapters.registry import Reading, Source, read
from streams.events.alerts import Severity, Telegram
from streams.events.base import Hazard

SOURCE = Source("orion", 5)


def read_file(path: Path) -> Reading:
    return read(path.read_bytes(), SOURCE, name=path.name)


def test_every_example_is_an_entity_and_only_alerts_become_events(data_dir: Path) -> None:
    examples = [
        p for p in sorted((data_dir / "ngsi-ld").rglob("example*")) if p.suffix in {".json", ".jsonld"}
    ]
    readings = {path: read_file(path) for path in examples}
    assert len(readings) == 67
    assert {reading.format for reading in readings.values()} == {"ngsi"}
    assert [r for reading in readings.values() for r in reading.rejections] == []
    assert Counter(reading.kind for reading in readings.values() if reading.events) == {"WeatherAlert": 4}
    aside = Counter(reading.kind for reading in readings.values() if not reading.events)
    assert aside["Alert"] == 8  # traffic jams, a fungus and a robbery: nobody flees from them
    assert aside["RoadSegment"] == aside["RoadAccident"] == 5


def test_four_forms_of_one_weather_alert_are_one_series(data_dir: Path) -> None:
    folder = data_dir / "ngsi-ld" / "Weather" / "WeatherAlert"
    found = [event for path in sorted(folder.glob("example*")) for event in read_file(path).events]
    telegrams = [event for event in found if isinstance(event, Telegram)]
    assert len(telegrams) == len(found) == 4
    assert len({(t.series, t.issued_at_ms, t.valid_until_ms) for t in telegrams}) <= 2  # LD ids have a prefix
    assert {(c.hazard, c.severity) for t in telegrams for a in t.areas for c in a.conditions} == {
        (Hazard.SNOW, Severity.ADVISORY)
    }


def test_schemas_are_no_entities(data_dir: Path) -> None:
    for path in (data_dir / "ngsi-ld").rglob("schema.json"):
        assert [r.reason for r in read_file(path).rejections] == ["format-unknown"]


def test_no_track_becomes_an_event(data_dir: Path) -> None:
    paths = sorted((data_dir / "traces" / "gpx").glob("*.gpx"))
    assert len(paths) == 28
    for path in paths:
        reading = read_file(path)
        assert (reading.format, reading.events) == ("gpx", ())
        assert [(r.reason, r.record) for r in reading.rejections] == [("positions-personal", "")]


def test_a_devices_own_upload_reads_every_track_point_or_counts_it(data_dir: Path) -> None:
    total = timed = 0
    refused: Counter[str] = Counter()
    for path in sorted((data_dir / "traces" / "gpx").glob("*.gpx")):
        track = read_track(Document(path.read_bytes()))
        written = len(re.findall(rb"<trkpt[\s>]", path.read_bytes()))
        assert len(track.at_ms) + sum(track.refused.values()) == written, path.name
        assert (track.at_ms[1:] >= track.at_ms[:-1]).all()
        total, timed = total + written, timed + len(track.at_ms)
        refused.update(track.refused)
    assert total == 2_695
    assert 0 < timed < total
    assert refused["time-missing"] > 0
