"""Any fields in any of the feeds' shapes: each document is answered, and nothing raises."""

import json
import time
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.adapters.registry import FORMATS, UNKNOWN, Source, read
from streams.codec import encode

SOURCE = Source("test", 0)
quick = settings(max_examples=60, deadline=None)

texts = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=8),
    st.sampled_from(
        [
            "", "Actual", "Alert", "Update", "Cancel", "Public", "true", "0", "-1", "1e999", "nan", "34.5", "135.5", "34.5,135.5", "roadClosed",
            "2026-09-01T00:00:00+09:00", "2026-09-01T00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59", "34,135 34,136 35,136", "34,135 1",
            "EvacuationOrder", "Shelter", "避難指示", "開設", "解除", "271004", "a@b,c,2026-09-01T00:00:00Z", "34 135 34 136", "CLOSED", "ACTIVE", "active",
        ]
    ),
)  # fmt: skip

CAP = [
    "identifier", "sender", "sent", "status", "msgType", "scope", "references", "info", "language", "category", "event", "responseType", "severity",
    "expires", "area", "areaDesc", "polygon", "circle", "geocode", "valueName", "value",
]  # fmt: skip
EDXL = [
    "dateTimeSent", "distributionStatus", "distributionType", "targetArea", "jisX0402", "areaName", "contentObject", "Report", "Head", "ReportDateTime",
    "Title", "documentID", "documentRevision", "category", "EvacuationOrder", "Detail", "Sort", "IssueOrLift", "Areas", "Area", "Location", "circle",
    "polygon", "Shelter", "Informations", "Information", "NumberOf", "HeadCount", "alert",
]  # fmt: skip
DATEX = [
    "payloadPublication", "publicationTime", "updateMethod", "situation", "headerInformation", "informationStatus", "situationRecord",
    "situationRecordVersionTime", "validity", "validityStatus", "overallStartTime", "groupOfLocations", "locationReference", "pointCoordinates",
    "latitude", "longitude", "posList", "exterior", "openlrLinear", "openlrCoordinate", "tpegLinearLocation", "from", "to",
    "roadOrCarriagewayOrLaneManagementType", "impact", "trafficConstrictionType",
]  # fmt: skip
OPEN511 = ["events", "event", "id", "status", "updated", "roads", "road", "state", "name", "schedule", "intervals", "interval", "geography", "pos", "posList"]  # fmt: skip
ATOM = ["entry", "link", "title", "id", "content", "alert", "identifier", "sent", "channel", "item"]
GPX = ["trk", "trkseg", "trkpt", "time"]

XML_FORMATS = {
    "alert": CAP, "EDXLDistribution": EDXL, "d2LogicalModel": DATEX, "payload": DATEX, "messageContainer": DATEX, "open511": OPEN511, "feed": ATOM,
    "rss": ATOM, "gpx": GPX,
}  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    root = draw(st.sampled_from(sorted(XML_FORMATS)))
    names = st.sampled_from(XML_FORMATS[root])
    attributes = st.dictionaries(
        st.sampled_from(["id", "href", "lat", "lon", "srsName", "srsDimension"]), texts, max_size=2
    )

    def element(depth: int) -> str:
        children = (
            "".join(element(depth - 1) for _ in range(draw(st.integers(0, 4))))
            if depth
            else escape(draw(texts))
        )
        name = draw(names)
        written = "".join(f" {key}={quoteattr(value)}" for key, value in draw(attributes).items())
        return f"<{name}{written}>{children}</{name}>"

    return f"<{root}>{''.join(element(draw(st.integers(0, 4))) for _ in range(draw(st.integers(0, 5))))}</{root}>".encode()


def check(document: bytes, *, name: str = "") -> str:
    reading = read(document, SOURCE, name=name)
    assert all(r.reason and r.place and r.detail for r in reading.rejections)
    for part in (*reading.events, *reading.rejections):
        assert encode(part)
    assert reading.events or reading.rejections or reading.notes or reading.format != UNKNOWN
    return reading.format


@quick
@given(documents())
def test_any_elements_of_a_known_root_are_answered(document: bytes) -> None:
    assert check(document) in {known.name for known in FORMATS} | {UNKNOWN}


KEYS = st.sampled_from(
    [
        "id", "type", "status", "updated", "event_type", "roads", "state", "schedule", "intervals", "geography", "core_details", "vehicle_impact", "lanes",
        "start_date", "headline", "periods", "closureType", "ended", "start", "end", "lastPublished", "layerName", "update_date", "value", "@value", "object",
        "location", "coordinates", "hazardTypes", "openingStatus", "restrictionStatus", "category", "severity", "dateModified", "observedAt", "name",
        "localGovernmentCode", "nationalShelterId", "evacueeTotal", "geometry", "properties", "address", "roadName",
    ]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=15,
)
FIELDS = st.dictionaries(KEYS, JSON, max_size=6)
TYPES = [
    "EvacuationSite",
    "EvacuationShelter",
    "DesignatedShelter",
    "RoadRestriction",
    "Alert",
    "WeatherAlert",
    "Road",
]


@quick
@given(FIELDS, FIELDS, st.sampled_from(["feed_info", "road_event_feed_info"]))
def test_any_feature_of_a_work_zone_feed_is_answered(
    fields: dict[str, Any], properties: dict[str, Any], info: str
) -> None:
    feature = {"type": "Feature", "id": "1"} | fields | {"properties": properties}
    feed = {
        "type": "FeatureCollection",
        info: {"update_date": "2026-09-01T00:00:00Z"},
        "features": [feature, fields],
    }
    assert check(json.dumps(feed).encode()) == "wzdx"


@quick
@given(FIELDS, FIELDS)
def test_any_hazard_of_a_layer_is_answered(fields: dict[str, Any], properties: dict[str, Any]) -> None:
    feature = {"type": "Feature", "id": "1"} | fields | {"properties": properties}
    layer = {
        "type": "FeatureCollection",
        "layerName": "Flood",
        "lastPublished": 5,
        "features": [feature, fields],
    }
    assert check(json.dumps(layer).encode()) in {"nsw-livetraffic", "gsi-geojson", "closures-geojson"}


@quick
@given(FIELDS)
def test_any_event_of_open511_is_answered(fields: dict[str, Any]) -> None:
    events = [{"id": "1", "event_type": "INCIDENT"} | fields, fields]
    assert check(json.dumps({"meta": {}, "events": events}).encode()) in {"open511", "ngsi", UNKNOWN}


@quick
@given(st.sampled_from(TYPES), FIELDS, st.booleans())
def test_any_entity_is_answered_alone_in_a_list_and_in_a_notification(
    kind: str,
    fields: dict[str, Any],
    in_feature: bool,  # noqa: FBT001
) -> None:
    entity = fields | {"id": "urn:x", "type": kind}
    if in_feature:
        entity = {"id": "urn:x", "type": "Feature", "properties": entity, "geometry": fields.get("geometry")}
    for document in (
        entity,
        [entity, fields],
        {"subscriptionId": "s", "data": [entity]},
        {"type": "Notification", "notifiedAt": fields.get("name"), "data": entity},
    ):
        assert check(json.dumps(document).encode()) in {"ngsi", UNKNOWN}


@quick
@given(st.text(max_size=200), st.sampled_from(["utf-8", "cp932", "utf-16"]))
def test_any_lines_below_the_header_of_regulations_are_answered(lines: str, encoding: str) -> None:
    header = "共通規制種別コード,点・線・面コード,ユニークキー,データ更新日,規制場所の経度緯度"
    check(
        f"{header}\n4,2,K,2026/4/1,135 34;136 35\n{lines}".encode(encoding, "replace"),
        name="大阪府警_202607_k_2.1.csv",
    )


ORDER = "<Detail><Sort>避難指示</Sort><Areas><Area><Location><areaName>x</areaName></Location></Area></Areas></Detail>"
RECORD = '<situationRecord id="1"><situationRecordVersionTime>2026-09-01T00:00:00Z</situationRecordVersionTime></situationRecord>'


@pytest.mark.parametrize(
    ("head", "part", "tail"),
    [
        ("<payload><situation>", RECORD, "</situation></payload>"),
        (
            "<EDXLDistribution><distributionStatus>Actual</distributionStatus><dateTimeSent>2026-09-01T00:00:00Z</dateTimeSent><contentObject><Report><EvacuationOrder>",
            ORDER,
            "</EvacuationOrder></Report><documentID>d</documentID><category>EvacuationOrder</category></contentObject></EDXLDistribution>",
        ),
    ],
    ids=["datex2", "edxl"],
)
def test_a_document_of_many_parts_takes_no_longer_for_each_of_them(head: str, part: str, tail: str) -> None:
    began = time.process_time()
    check((head + part * 20_000 + tail).encode())
    assert time.process_time() - began < 10
