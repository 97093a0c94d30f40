"""Every real road feed: DATEX II of England, live traffic of New South Wales, WZDx examples, Open511 samples."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from streams.adapters.registry import Reading, Source, read
from streams.adapters.times import parse_iso
from streams.events.base import Action
from streams.events.closures import ClosureReport, ClosureSnapshot, Mode
from streams.folds.closures import fold_closure

SOURCE = Source("road", 0)


def read_file(path: Path) -> Reading:
    return read(path.read_bytes(), SOURCE, name=path.name)


def reports(reading: Reading) -> list[ClosureReport]:
    return [event for event in reading.events if isinstance(event, ClosureReport)]


def closed(reading: Reading) -> list[ClosureReport]:
    return [report for report in reports(reading) if report.action is Action.ISSUE]


def test_thirty_records_of_england_are_congestion_and_close_nothing(data_dir: Path) -> None:
    paths = sorted((data_dir / "roads" / "datex2-uk").glob("Event_Data_*.xml"))
    readings = [read_file(path) for path in paths]
    assert len(readings) == 30
    assert {(r.format, r.rejections, r.notes) for r in readings} == {("datex2", (), ())}
    sent = [report for reading in readings for report in reports(reading)]
    assert Counter(report.action for report in sent) == {Action.CANCEL: 30}
    assert len({report.id for report in sent}) == 10
    assert all(len(reading.events) == 1 for reading in readings)  # pushes: nothing ends by absence


def test_the_newest_version_of_a_situation_stands_whatever_the_order(data_dir: Path) -> None:
    paths = sorted((data_dir / "roads" / "datex2-uk").glob("Event_Data_*.xml"))
    sent = [report for path in paths for report in reports(read_file(path))]
    ends: list[dict[str, ClosureReport]] = []
    for seed in range(5):
        order = random.Random(seed).sample(sent * 2, len(sent) * 2)
        standing: dict[str, ClosureReport] = {}
        for report in order:
            standing[report.id] = fold_closure(standing.get(report.id), report)
        ends.append(standing)
    assert all(end == ends[0] for end in ends)
    assert ends[0]["road/950105"].as_of_ms == parse_iso("2015-04-29T09:57:07.221+01:00", "")


def test_signs_are_a_note(data_dir: Path) -> None:
    for path in (data_dir / "roads" / "datex2-uk").glob("VMS_*.xml"):
        reading = read_file(path)
        assert (reading.events, reading.rejections, reading.kind) == ((), (), "VmsPublication")


@pytest.mark.parametrize(
    ("layer", "records", "shut"),
    [("incident", 65, 0), ("roadwork", 280, 41), ("flood", 1, 0), ("majorevent", 13, 0), ("fire", 0, 0)],
)
def test_each_layer_of_new_south_wales(data_dir: Path, layer: str, records: int, shut: int) -> None:
    path = data_dir / "roads" / "nsw-livetraffic-2017" / f"{layer}.json"
    reading = read_file(path)
    assert (reading.format, reading.rejections) == ("nsw-livetraffic", ())
    assert (len(reports(reading)), len(closed(reading))) == (records, shut)
    *_, last = reading.events
    assert isinstance(last, ClosureSnapshot)
    assert last.as_of_ms == json.loads(path.read_bytes())["lastPublished"]
    assert last.closures == tuple(sorted({report.id for report in closed(reading)}))
    for report in closed(reading):
        assert report.modes == (Mode.CAR,)
        assert report.geometry is not None
        assert report.geometry.kind == "point"
        assert -38 < report.geometry.parts[0][0][0] < -28
        assert "<" not in report.description


def test_what_has_ended_in_new_south_wales_is_open(data_dir: Path) -> None:
    path = data_dir / "roads" / "nsw-livetraffic-2017" / "incident.json"
    ended = {f"road/{f['id']}" for f in json.loads(path.read_bytes())["features"] if f["properties"]["ended"]}
    assert len(ended) == 61
    assert ended <= {report.id for report in reports(read_file(path)) if report.action is Action.CANCEL}


def test_no_example_of_wzdx_closes_all_lanes_and_each_feed_is_whole(data_dir: Path) -> None:
    paths = sorted((data_dir / "roads" / "wzdx").glob("*.geojson"))
    readings = [read_file(path) for path in paths]
    assert len(readings) == 9
    assert {(r.format, r.rejections) for r in readings} == {("wzdx", ())}
    assert sum(len(reports(reading)) for reading in readings) == 23
    assert [note for reading in readings for note in reading.notes] == [
        "3 set aside: a detour is the way round, not what is closed"
    ]
    assert all(closed(reading) == [] for reading in readings)
    assert all(isinstance(reading.events[-1], ClosureSnapshot) for reading in readings)


def test_an_example_of_wzdx_with_all_its_lanes_closed_closes(data_dir: Path) -> None:
    path = data_dir / "roads" / "wzdx" / "scenario6_multi_lane_closure_linestring_example.geojson"
    feed = json.loads(path.read_bytes())
    feed["features"][0]["properties"]["vehicle_impact"] = "all-lanes-closed"
    reading = read(json.dumps(feed).encode(), SOURCE)
    (report,) = closed(reading)
    assert (report.modes, report.geometry.kind if report.geometry else "") == ((Mode.CAR,), "line")
    assert report.as_of_ms == parse_iso(feed["feed_info"]["update_date"], "")


def test_the_closed_road_of_open511_has_a_place_and_no_guessed_times(data_dir: Path) -> None:
    reading = read_file(data_dir / "roads" / "open511" / "events.xml")
    assert (reading.format, reading.rejections) == ("open511", ())
    (report,) = closed(reading)
    assert (report.id, report.road_names) == ("road/example.open511.org/1", ("Autoroute 40",))
    assert report.geometry is not None
    assert report.geometry.parts == (((45.5823286203, -73.5905456543),),)
    assert (report.starts_at_ms, report.ends_at_ms) == (None, None)
    assert reading.notes == ("1 set aside: they do not say whether a road is closed",)


def test_events_of_open511_without_a_state_are_set_aside(data_dir: Path) -> None:
    for name, count in (("tmdd-output-1.json", 5), ("tmdd-output-2.json", 1)):
        reading = read_file(data_dir / "roads" / "open511" / name)
        assert (reading.events, reading.rejections) == ((), ())
        assert reading.notes[0].startswith(f"{count} set aside")
