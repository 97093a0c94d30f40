"""WZDx, Open511 and live-traffic JSON: what closes, for whom, and what a whole list ends."""

import json
from typing import Any

import pytest

from streams.adapters.registry import Reading
from streams.adapters.times import parse_iso
from streams.events.closures import ClosureReport, Geometry, Mode
from tests.unit.adapters.roads import closed, opened, read_road, reasons, reports, whole

LINE = {"type": "LineString", "coordinates": [[135.5, 34.5], [135.6, 34.6]]}
Fields = dict[str, Any]


def work_zone(ident: str = "W1", geometry: Any = LINE, core: Fields | None = None, **fields: Any) -> Fields:  # noqa: ANN401
    details = {"event_type": "work-zone", "road_names": ["国道1号"], "direction": "northbound"} | (core or {})
    properties = {
        "core_details": details, "vehicle_impact": "all-lanes-closed",
        "start_date": "2026-09-01T00:00:00Z", "end_date": "2026-09-02T00:00:00Z",
    } | fields  # fmt: skip
    return {"type": "Feature", "id": ident, "properties": properties, "geometry": geometry}


def wzdx(*features: Fields, at: str = "2026-09-01T01:00:00Z", info: str = "feed_info") -> Reading:
    document = {
        info: {"update_date": at, "version": "4.2", "publisher": "DOT"},
        "type": "FeatureCollection",
        "features": features,
    }
    return read_road(json.dumps(document))


def only(reading: Reading) -> ClosureReport:
    assert reading.rejections == ()
    (report,) = reports(reading)
    return report


def test_a_work_zone_that_closes_all_lanes_closes_to_cars() -> None:
    reading = wzdx(work_zone())
    report = only(reading)
    assert (reading.format, report.id, report.modes) == ("wzdx", "road/W1", (Mode.CAR,))
    assert (report.road_names, report.cause, report.description) == (("国道1号",), "work-zone", "northbound")
    assert report.geometry == Geometry("line", (((34.5, 135.5), (34.6, 135.6)),))
    assert (report.as_of_ms, report.starts_at_ms) == (
        parse_iso("2026-09-01T01:00:00Z", ""),
        parse_iso("2026-09-01T00:00:00Z", ""),
    )


@pytest.mark.parametrize(
    "impact",
    [
        "some-lanes-closed",
        "all-lanes-open",
        "alternating-one-way",
        "flagging",
        "some-lanes-closed-merge-left",
    ],
)
def test_lanes_are_not_the_road(impact: str) -> None:
    assert opened(wzdx(work_zone(vehicle_impact=impact))) == ["road/W1"]


@pytest.mark.parametrize(
    ("walks", "modes"), [(["closed"], (Mode.FOOT,)), (["closed", "open"], None), (["open"], None), ([], None)]
)
def test_closed_sidewalks_close_to_walkers(walks: list[str], modes: tuple[Mode, ...] | None) -> None:
    lanes = [{"type": "sidewalk", "status": status} for status in walks] + [
        {"type": "general", "status": "open"}
    ]
    report = only(wzdx(work_zone(vehicle_impact="some-lanes-closed", lanes=lanes)))
    assert (report.modes or None) == modes


def test_an_unknown_impact_neither_closes_nor_opens_and_keeps_what_stands() -> None:
    reading = wzdx(work_zone(vehicle_impact="unknown"))
    snapshot = whole(reading)
    assert reports(reading) == []
    assert snapshot is not None
    assert snapshot.closures == ("road/W1",)


def test_a_detour_is_not_closed_and_what_is_cancelled_is_open() -> None:
    reading = wzdx(work_zone("D", core={"event_type": "detour"}), work_zone("C", event_status="cancelled"))
    assert (closed(reading), opened(reading)) == ([], ["road/C"])


def test_version_3_has_its_details_beside_the_impact() -> None:
    feature = work_zone()
    feature["properties"] |= feature["properties"].pop("core_details")
    assert only(wzdx(feature, info="road_event_feed_info")).road_names == ("国道1号",)


def test_a_feed_is_whole_and_its_ends_only_are_points() -> None:
    ends = {"type": "MultiPoint", "coordinates": LINE["coordinates"]}
    reading = wzdx(
        work_zone(geometry=ends),
        work_zone("W2", geometry=None),
        work_zone("W3", vehicle_impact="all-lanes-open"),
    )
    assert [report.geometry.kind if report.geometry else None for report in reports(reading)] == [
        "point",
        None,
        None,
    ]
    snapshot = whole(reading)
    assert snapshot is not None
    assert (snapshot.id, snapshot.closures) == ("road/DOT", ("road/W1", "road/W2"))


def test_a_feed_that_does_not_say_of_when_it_is_is_refused() -> None:
    assert reasons(wzdx(work_zone(), at=""))[0][0] == "time-missing"


def event(ident: str = "x/1", **fields: Any) -> Fields:  # noqa: ANN401
    return {
        "id": ident, "status": "ACTIVE", "event_type": "CONSTRUCTION", "headline": "works", "updated": "2026-09-01T01:00:00Z",
        "roads": [{"name": "Rte 1", "state": "CLOSED", "direction": "N", "from": "A"}],
        "geography": {"type": "Point", "coordinates": [135.5, 34.5]},
    } | fields  # fmt: skip


def open511(*events: Fields) -> Reading:
    return read_road(json.dumps({"meta": {"version": "v1"}, "events": events}))


def test_an_event_with_a_closed_road_closes_it() -> None:
    reading = open511(event())
    report = only(reading)
    assert (reading.format, report.id, report.modes, report.road_names) == (
        "open511",
        "road/x/1",
        (Mode.CAR,),
        ("Rte 1",),
    )
    assert report.description == "works / direction N, from A"
    assert report.geometry == Geometry("point", (((34.5, 135.5),),))
    assert whole(reading) is None


@pytest.mark.parametrize("state", ["SOME_LANES_CLOSED", "SINGLE_LANE_ALTERNATING", "ALL_LANES_OPEN"])
def test_a_road_in_another_state_is_open(state: str) -> None:
    assert opened(open511(event(roads=[{"state": state}]))) == ["road/x/1"]


def test_an_archived_event_is_over_whatever_its_roads_say() -> None:
    assert opened(open511(event(status="ARCHIVED"), event("x/2", status="ARCHIVED", roads=[]))) == [
        "road/x/1",
        "road/x/2",
    ]


def test_an_event_that_says_nothing_of_a_state_is_set_aside() -> None:
    reading = open511(event(roads=[{"name": "R"}]), event("x/2", roads=[]))
    assert reading.events == ()
    assert reading.notes == ("2 set aside: they do not say whether a road is closed",)


def test_a_closed_sidewalk_is_closed_to_walkers_too() -> None:
    roads = [{"state": "CLOSED", "impacted_systems": ["ROAD", "SIDEWALK"]}]
    assert only(open511(event(roads=roads))).modes == (Mode.FOOT, Mode.CAR)


@pytest.mark.parametrize(
    ("intervals", "span"),
    [
        (["2026-09-01T00:00:00Z/2026-09-01T02:00:00Z", "2026-09-03T00:00:00Z/2026-09-03T01:00:00Z"], (-3_600_000, 172_800_000)),
        (["2026-09-01T00:00:00Z/"], (-3_600_000, None)),
        (["2026-09-01T10:00/2026-09-01T12:00"], (None, None)),
        ([], (None, None)),
    ],
)  # fmt: skip
def test_a_schedule_spans_all_its_intervals_and_a_time_without_an_offset_is_unknown(
    intervals: list[str], span: tuple[int | None, int | None]
) -> None:
    report = only(open511(event(schedule={"intervals": intervals})))
    times = (report.starts_at_ms, report.ends_at_ms)
    assert tuple(None if time is None else time - report.as_of_ms for time in times) == span


def test_the_same_event_as_xml_is_the_same_report() -> None:
    xml = (
        '<open511 xmlns:gml="urn:gml" version="v1"><events><event><id>x/1</id><status>ACTIVE</status><event_type>CONSTRUCTION</event_type>'
        "<headline>works</headline><updated>2026-09-01T01:00:00Z</updated><roads><road><name>Rte 1</name><state>CLOSED</state><direction>N</direction>"
        "<from>A</from></road></roads><geography><gml:Point><gml:pos>34.5 135.5</gml:pos></gml:Point></geography></event></events></open511>"
    )
    assert only(read_road(xml)) == only(open511(event()))


def test_an_event_with_a_broken_geometry_closes_all_the_same_and_says_why_it_is_not_drawn() -> None:
    report = only(open511(event("x/2", geography={"type": "Blob"})))
    assert (report.geometry, report.misdrawn) == (None, "geometry-unknown")


def hazard(ident: object = 7, **fields: Any) -> Fields:  # noqa: ANN401
    properties = {
        "headline": "FLOOD", "mainCategory": "Flooding", "ended": False, "lastUpdated": 1_000, "start": 500, "end": None, "otherAdvice": " ",
        "periods": [{"closureType": "ROAD_CLOSURE", "direction": "Southbound", "fromDay": "Monday", "startTime": "11pm", "finishTime": "3am"}],
        "roads": [{"mainStreet": "Pacific Hwy", "impactedLanes": []}],
    } | fields  # fmt: skip
    return {
        "type": "Feature",
        "id": ident,
        "geometry": {"type": "POINT", "coordinates": [151.2, -33.8]},
        "properties": properties,
    }


def nsw(*features: Fields, **fields: Any) -> Reading:  # noqa: ANN401
    return read_road(
        json.dumps(
            {"type": "FeatureCollection", "layerName": "Flood", "lastPublished": 2_000, "features": features}
            | fields
        )
    )


def test_a_road_closure_of_a_layer_closes_as_of_the_layer() -> None:
    reading = nsw(hazard(otherAdvice='Call <a href="x">132 701</a>.<br/>Thanks &amp; bye'))
    report = only(reading)
    assert (reading.format, report.id, report.as_of_ms, report.starts_at_ms, report.ends_at_ms) == (
        "nsw-livetraffic",
        "road/7",
        2_000,
        500,
        None,
    )
    assert report.description == "FLOOD / Monday 11pm 3am Southbound / Call 132 701 . Thanks & bye"
    assert report.geometry == Geometry("point", (((-33.8, 151.2),),))
    snapshot = whole(reading)
    assert snapshot is not None
    assert (snapshot.id, snapshot.as_of_ms, snapshot.closures) == ("road/Flood", 2_000, ("road/7",))


@pytest.mark.parametrize(
    ("fields", "closes"),
    [
        ({"periods": [{"closureType": "LANE_CLOSURE"}]}, False),
        ({"periods": [], "roads": [{"impactedLanes": [{"extent": "Closed"}]}]}, True),
        (
            {"periods": [], "roads": [{"impactedLanes": [{"extent": "Lanes closed", "closedLanes": "1"}]}]},
            False,
        ),
        ({"periods": [], "roads": [{"impactedLanes": [{"extent": "Affected"}]}]}, False),
        ({"ended": True}, False),
        ({"isEnded": True}, False),
    ],
)
def test_lanes_and_what_has_ended_are_open(fields: Fields, closes: bool) -> None:  # noqa: FBT001
    reading = nsw(hazard(**fields))
    assert bool(closed(reading)) is closes
    assert bool(opened(reading)) is not closes


def test_an_empty_layer_ends_all_its_hazards() -> None:
    snapshot = whole(nsw())
    assert snapshot is not None
    assert snapshot.closures == ()


def test_times_that_are_no_milliseconds_are_refused_or_unknown() -> None:
    assert reasons(nsw(hazard(end=1e30)))[0] == ("time-invalid", "features[0]")
    assert only(nsw(hazard(end=-1, start="soon"))).ends_at_ms is None
    assert reasons(nsw(hazard(lastUpdated=None), lastPublished=None))[0][0] == "time-missing"
