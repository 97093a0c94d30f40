"""GPX: a person's way becomes no event, and a device's own upload reads it in order."""

import pytest

from streams.adapters.document import Document
from streams.adapters.gpx import read_track
from streams.adapters.reading import RefusedError
from streams.adapters.registry import Source, read


def gpx(*points: tuple[object, object, str]) -> bytes:
    inner = "".join(
        f'<trkpt lat="{lat}" lon="{lon}"><time>{time}</time></trkpt>' for lat, lon, time in points
    )
    return f'<gpx xmlns="http://www.topografix.com/GPX/1/1"><wpt lat="1" lon="1"/><trk><trkseg>{inner}</trkseg></trk></gpx>'.encode()


def test_the_registry_refuses_a_track_and_says_nothing_of_where_it_leads() -> None:
    document = gpx((34.5678, 135.4321, "2026-09-01T00:00:00Z"))
    reading = read(document, Source("walker", 0))
    assert reading.events == ()
    (rejection,) = reading.rejections
    assert (rejection.reason, rejection.record) == ("positions-personal", "")
    assert "34.5" not in str(rejection)


def test_a_track_is_read_in_the_order_of_its_times() -> None:
    track = read_track(
        Document(gpx((34.5, 135.5, "1970-01-01T00:00:02Z"), (34.6, 135.6, "1970-01-01T00:00:01Z")))
    )
    assert track.at_ms.tolist() == [1_000, 2_000]
    assert (track.lat.tolist(), track.lon.tolist()) == ([34.6, 34.5], [135.6, 135.5])


def test_points_without_time_or_out_of_range_are_counted_by_reason() -> None:
    track = read_track(
        Document(
            gpx((34.5, 135.5, ""), (34.5, 135.5, "2026-09-01T00:00:00"), (95, 200, "1970-01-01T00:00:01Z"))
        )
    )
    assert len(track.at_ms) == len(track.lat) == len(track.lon) == 0
    assert track.refused == {"time-missing": 1, "time-without-offset": 1, "coordinates-out-of-range": 1}


def test_what_is_no_gpx_is_refused() -> None:
    with pytest.raises(RefusedError, match="not GPX"):
        read_track(Document(b"<kml/>"))
