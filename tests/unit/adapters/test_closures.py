"""Closures as GeoJSON, one interesting property at a time."""

import json
from typing import Any

import pytest

from streams.adapters.registry import Reading, Source, read
from streams.adapters.times import parse_iso
from streams.events.base import Action
from streams.events.closures import ClosureReport, Mode, Structure

LINE = {"type": "LineString", "coordinates": [[135.50, 34.60], [135.51, 34.61]]}


def document(geometry: object = LINE, **properties: Any) -> bytes:  # noqa: ANN401 - any JSON
    fields = {"id": "bridge-1", "status": "closed", "as_of": "2026-09-01T07:26:00+09:00"} | properties
    feature = {"type": "Feature", "geometry": geometry, "properties": fields}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def read_closure(data: bytes) -> Reading:
    return read(data, Source("roads", 5))


def only_closure(data: bytes) -> ClosureReport:
    reading = read_closure(data)
    assert (reading.format, reading.rejections) == ("closures-geojson", ())
    (report,) = reading.events
    assert isinstance(report, ClosureReport)
    return report


def test_all_properties_of_a_closure_are_read() -> None:
    report = only_closure(
        document(
            modes=["foot", "car"], cause="冠水", description="通行止め", road_names=["国道1号"], structure="bridge",
            starts_at="2026-09-01T07:00:00+09:00", ends_at="2026-09-01T09:00:00+09:00",
        )
    )  # fmt: skip
    assert (report.id, report.action, report.modes) == ("bridge-1", Action.ISSUE, (Mode.FOOT, Mode.CAR))
    assert (report.cause, report.description, report.road_names) == ("冠水", "通行止め", ("国道1号",))
    assert (report.structure, report.as_of_ms) == (Structure.BRIDGE, parse_iso("2026-08-31T22:26:00Z", ""))
    assert (report.starts_at_ms, report.ends_at_ms) == (
        report.as_of_ms - 1_560_000,
        report.as_of_ms + 5_640_000,
    )
    assert report.geometry is not None
    assert report.geometry.parts == (((34.60, 135.50), (34.61, 135.51)),)


def test_what_a_feed_does_not_say_is_left_unknown() -> None:
    report = only_closure(document())
    assert (report.modes, report.structure, report.starts_at_ms, report.ends_at_ms) == (
        (), Structure.UNKNOWN, None, None,
    )  # fmt: skip


def test_open_takes_a_closure_back_and_needs_no_place() -> None:
    report = only_closure(document(None, status="open"))
    assert (report.action, report.geometry) == (Action.CANCEL, None)


RING = [[135.5, 34.6], [135.6, 34.6], [135.6, 34.7], [135.5, 34.6]]


@pytest.mark.parametrize(
    ("geometry", "kind", "parts"),
    [
        ({"type": "Point", "coordinates": [135.5, 34.6]}, "point", 1),
        ({"type": "MultiPoint", "coordinates": [[135.5, 34.6], [135.6, 34.6]]}, "point", 2),
        ({"type": "MultiLineString", "coordinates": [RING, RING]}, "line", 2),
        ({"type": "Polygon", "coordinates": [RING]}, "polygon", 1),
        ({"type": "multipolygon", "coordinates": [[RING], [RING]]}, "polygon", 2),
    ],
)
def test_every_kind_of_geometry(geometry: object, kind: str, parts: int) -> None:
    report = only_closure(document(geometry))
    assert report.geometry is not None
    assert (report.geometry.kind, len(report.geometry.parts)) == (kind, parts)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (document(status="maybe"), "status-unknown"),
        (document(structure="castle"), "structure-unknown"),
        (document(modes=["foot", "boat"]), "modes-unknown"),
        (document(modes="foot"), "modes-unknown"),
        (document(as_of="2026-09-01T07:26:00"), "time-without-offset"),
        (document(as_of=""), "time-missing"),
        (document(ends_at="soon"), "time-invalid"),
        (document(id=""), "id-missing"),
    ],
)
def test_a_closure_that_cannot_be_dated_or_told_is_rejected(data: bytes, reason: str) -> None:
    reading = read_closure(data)
    assert reading.events == ()
    assert [(r.reason, r.place) for r in reading.rejections] == [(reason, "features[0]")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (document(None), "geometry-missing"),
        (document({"type": "Circle"}), "geometry-unknown"),
        (document({"type": "LineString", "coordinates": [[135.5, 34.6]]}), "geometry-malformed"),
        (
            document({"type": "LineString", "coordinates": [[34.6, 135.5], [34.7, 135.5]]}),
            "coordinates-swapped",
        ),
        (document({"type": "Point", "coordinates": [-44000.0, -146000.0]}), "coordinates-out-of-range"),
    ],
)
def test_a_closure_that_cannot_be_drawn_holds_all_the_same_and_says_why(data: bytes, reason: str) -> None:
    report = only_closure(data)
    assert (report.action, report.geometry, report.misdrawn) == (Action.ISSUE, None, reason)


def test_in_another_coordinate_system_a_closure_holds_and_has_no_drawing() -> None:
    collection = json.loads(document())
    collection["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::6675"}}
    report = only_closure(json.dumps(collection).encode())
    assert (report.geometry, report.misdrawn) == (None, "crs-not-wgs84")
    collection["crs"]["properties"]["name"] = "urn:ogc:def:crs:OGC:1.3:CRS84"
    report = only_closure(json.dumps(collection).encode())
    assert (report.geometry is None, report.misdrawn) == (False, "")
