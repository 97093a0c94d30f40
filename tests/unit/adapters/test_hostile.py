"""Bytes that mean harm, or nothing at all: each becomes a rejection with its reason, at once, and nothing raises."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.adapters.document import MAX_BYTES, MAX_JSON_DEPTH, MAX_RECORDS
from streams.adapters.registry import UNKNOWN, Reading, Source, read
from streams.adapters.safe_xml import MAX_DEPTH
from streams.codec import encode

SOURCE = Source("test", 0)
NAMESPACE = "http://xml.kishou.go.jp/jmaxml1/"

BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + f']><Report xmlns="{NAMESPACE}">&j;</Report>'
)
QUADRATIC = (
    f'<!DOCTYPE r [<!ENTITY a "{"x" * 50_000}">]><Report xmlns="{NAMESPACE}">{"&a;" * 50_000}</Report>'
)
EXTERNAL = (
    f'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><Report xmlns="{NAMESPACE}">'
    "<Control><Title>&x;</Title></Control></Report>"
)
REMOTE_DTD = f'<!DOCTYPE r SYSTEM "http://127.0.0.1:9/evil.dtd"><Report xmlns="{NAMESPACE}"/>'
PARAMETER = f'<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:9/e"> %p;]><Report xmlns="{NAMESPACE}"/>'


def reason(document: bytes, name: str = "") -> str:
    reading = read(document, SOURCE, name=name)
    assert reading.events == ()
    (rejection,) = reading.rejections
    assert rejection.detail
    assert rejection.place
    return rejection.reason


@pytest.mark.parametrize("attack", [BILLION_LAUGHS, QUADRATIC, EXTERNAL, REMOTE_DTD, PARAMETER])
def test_entities_and_document_types_are_refused_before_they_expand(attack: str) -> None:
    began = time.process_time()
    assert reason(attack.encode()) == "xml-forbidden"
    assert reason(attack.replace(NAMESPACE, "urn:other").encode()) == "xml-forbidden"
    assert reason(attack.encode("utf-16")) == "xml-forbidden"
    assert time.process_time() - began < 2


def test_a_document_of_100_mb_is_refused_unparsed() -> None:
    began = time.process_time()
    document = b"<Report>" + b" " * 100_000_000
    assert reason(document) == "document-too-large"
    assert time.process_time() - began < 2


@pytest.mark.parametrize("filler", [b"[", b"<a>", b"{", b'"', b"\\", b",", b"\n", b"\x00", b"\xff"])
def test_the_largest_document_of_one_repeated_byte_is_answered_in_seconds(filler: bytes) -> None:
    for head in (b"{", b"<Report>", b""):
        document = (head + filler * (MAX_BYTES // len(filler)))[:MAX_BYTES]
        began = time.process_time()
        assert read(document, SOURCE).rejections
        assert time.process_time() - began < 10


def test_json_nested_as_deep_as_the_bound_is_read_and_one_level_more_is_refused() -> None:
    deepest = b"[" * MAX_JSON_DEPTH + b"]" * MAX_JSON_DEPTH
    assert reason(deepest) == "format-unknown"
    assert reason(b"[" + deepest + b"]") == "json-too-deep"
    assert reason(b'{"a":' * 100_000 + b"1" + b"}" * 100_000) == "json-too-deep"
    assert reason(b'{"a": "' + b"[" * 1000 + b'"}') == "format-unknown"  # brackets in a text do not nest


def test_xml_nested_as_deep_as_the_bound_is_read_and_one_level_more_is_refused() -> None:
    def nested(depth: int) -> bytes:
        return b"<a>" * depth + b"</a>" * depth

    assert reason(nested(MAX_DEPTH)) == "format-unknown"
    assert reason(nested(MAX_DEPTH + 1)) == "xml-too-deep"


def test_millions_of_lines_become_a_bounded_number_of_rejections() -> None:
    reading = read("ID,名称,緯度,経度\n".encode() + b"x\n" * 1_000_000, SOURCE)
    assert reading.format == "recommended-csv"
    assert len(reading.rejections) == MAX_RECORDS + 1
    assert (reading.rejections[-1].reason, reading.rejections[-1].place) == (
        "too-many-records",
        "line 200002",
    )


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (b"", "format-unknown"),
        (b" \n\t", "format-unknown"),
        (b"\xef\xbb\xbf", "format-unknown"),
        (b"\x00\x01\x02", "document-binary"),
        (b"PK\x03\x04\x00", "document-binary"),
        (b"\xff\xfe", "format-unknown"),
        (b"\xff\xfe\x00", "encoding-unknown"),
        (b"{", "json-malformed"),
        (b'{"type": "FeatureCollection"}', "format-unknown"),
        (b'{"type": "FeatureCollection", "features": 5}', "format-unknown"),
        (b"[1, 2]", "format-unknown"),
        (b"<Report", "xml-malformed"),
        (b"<a>&undefined;</a>", "xml-malformed"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "xml-malformed"),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', "xml-malformed"),
        (b"a,b\n1,2\n", "format-unknown"),
        (b'"a\nb', "format-unknown"),
        (b"<html><body>503</body></html>", "format-unknown"),
    ],
)
def test_what_is_no_feed_has_its_reason(document: bytes, expected: str) -> None:
    assert reason(document) == expected


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"fgb\x03\x00", "FlatGeobuf"),
        (b"%PDF-1.7\x00", "a PDF"),
        (b"a\x00", "not text"),
    ],
)
def test_a_sender_of_something_else_learns_what_it_was(document: bytes, kind: str) -> None:
    (rejection,) = read(document, SOURCE).rejections
    assert rejection.reason == "document-binary"
    assert kind in rejection.detail


def check(reading: Reading) -> None:
    assert all(r.reason and r.place and r.detail for r in reading.rejections)
    for part in (*reading.events, *reading.rejections):
        assert encode(part)


@given(st.binary(max_size=400))
def test_any_bytes_are_answered(document: bytes) -> None:
    check(read(document, SOURCE))


@given(
    st.sampled_from([b"<", b"{", b"[", b"<Report xmlns='http://xml.kishou.go.jp/jmaxml1/'>"]),
    st.binary(max_size=200),
)
def test_any_bytes_behind_a_promising_start_are_answered(head: bytes, tail: bytes) -> None:
    reading = read(head + tail, SOURCE)
    check(reading)
    assert reading.format in {UNKNOWN, "jma"}


HEADERS = st.sampled_from(
    [
        "共通ID,施設・場所名,洪水,緯度,経度",
        "ID,名称,緯度,経度,災害種別_洪水,想定収容人数,標高",
        "全国地方公共団体コード,ID,名称,開設状況,避難者数,避難世帯数,想定収容人数,日時",
        "ID,名称,人数,時点",
        "ID,名称,人数_令和6年1月9日午後6時時点",
    ]
)


@given(HEADERS, st.text(max_size=200), st.sampled_from(["utf-8", "utf-8-sig", "cp932", "utf-16"]))
def test_any_lines_below_a_known_header_are_answered(header: str, lines: str, encoding: str) -> None:
    check(read(f"{header}\n{lines}".encode(encoding, "replace"), SOURCE))


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["id", "status", "as_of", "modes", "structure", "starts_at", "road_names", "共通ID", "洪水"]
        ),
        JSON,
    ),
    JSON,
    st.sampled_from(
        [
            {"id": 1, "status": "closed", "as_of": "2026-01-01T00:00:00Z"},
            {"共通ID": "E1", "施設・場所名": "x"},
        ]
    ),
)
def test_any_properties_and_geometry_of_a_known_feature_are_answered(
    properties: dict[str, object], geometry: object, known: dict[str, object]
) -> None:
    feature = {"type": "Feature", "properties": known | properties, "geometry": geometry}
    first = {"type": "Feature", "properties": known, "geometry": None}
    document = json.dumps({"type": "FeatureCollection", "features": [first, feature]}).encode()
    check(read(document, SOURCE))
