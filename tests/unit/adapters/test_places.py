"""Lists of places and reports about them, one interesting field at a time."""

import json

import pytest

from streams.adapters.places import find_capacity, municipality_of, place_id, read_position
from streams.adapters.reading import RefusedError
from streams.adapters.registry import Reading, Source, read
from streams.adapters.times import parse_iso, parse_reiwa
from streams.events.base import Hazard
from streams.events.shelters import Layer, Opening, ShelterReport, ShelterSnapshot, SiteReport, UnplacedSite

SOURCE = Source("city", 1_000)
SITE_HEADER = "全国地方公共団体コード,ID,名称,緯度,経度,標高,災害種別_洪水,災害種別_津波,指定避難所との重複,想定収容人数"
STATUS_HEADER = "全国地方公共団体コード,ID,名称,開設状況,避難者数,避難世帯数,想定収容人数,日時"


def read_text(text: str, *, encoding: str = "utf-8", name: str = "") -> Reading:
    return read(text.encode(encoding), SOURCE, name=name)


def only_site(line: str, *, encoding: str = "utf-8") -> SiteReport:
    reading = read_text(f"{SITE_HEADER}\n{line}\n", encoding=encoding)
    assert (reading.format, reading.rejections) == ("recommended-csv", ())
    (site,) = reading.events
    assert isinstance(site, SiteReport)
    return site


def only_reason(reading: Reading) -> tuple[str, str]:
    assert reading.events == ()
    (rejection,) = reading.rejections
    return rejection.reason, rejection.place


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_list_is_read_in_any_encoding_that_offices_use(encoding: str) -> None:
    site = only_site("271004,A001,中之島公園①,34.69,135.5,3.5,1,,1,屋内10人／屋外200人", encoding=encoding)
    assert (site.name, site.municipality, site.id) == ("中之島公園①", "27100", "A001")
    assert (site.suits, site.also_shelter, site.capacity) == ((Hazard.FLOOD,), True, 210)
    assert Hazard.TSUNAMI in site.unsuited
    assert site.elevation_m == 3.5


def test_line_ends_of_old_computers_and_quoted_fields_do_not_matter() -> None:
    reading = read_text(SITE_HEADER + '\r\n271004,A1,"公園, 北",34.6,135.5,,1,,,"1,371人"\r\n')
    (site,) = reading.events
    assert isinstance(site, SiteReport)
    assert (site.name, site.capacity) == ("公園, 北", 1371)


def test_a_row_without_any_flag_is_unknown_and_a_row_with_one_is_not() -> None:
    unknown = only_site("271004,A1,x,34.6,135.5,,,,,")
    assert (unknown.suits, unknown.unsuited, unknown.also_shelter) == ((), (), None)
    said_no = only_site("271004,A1,x,34.6,135.5,,0,,0,")
    assert said_no.suits == ()
    assert Hazard.FLOOD in said_no.unsuited
    assert said_no.also_shelter is False


def test_an_id_of_digits_counts_within_its_municipality_only() -> None:
    assert only_site("271004,0012,x,34.6,135.5,,1,,,").id == "27100-0012"
    assert place_id("E2710000100101", "27100") == "E2710000100101"
    assert place_id("12", "") == "12"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("271004,,x,34.6,135.5,,1,,,", "id-missing"),
        ("271004,A1,,34.6,135.5,,1,,,", "name-missing"),
        ("271004,A1,x,34.6,135.5,,maybe,,,", "flag-invalid"),
        ("271004,A1,x,34.6,135.5,,1,,,5,extra", "csv-columns"),
    ],
)
def test_a_row_that_cannot_be_a_place_is_rejected_with_its_line(line: str, reason: str) -> None:
    assert only_reason(read_text(f"{SITE_HEADER}\n{line}\n")) == (reason, "line 2")


@pytest.mark.parametrize(
    ("lat", "lon", "reason", "written"),
    [
        ("", "135.5", "coordinates-missing", ", 135.5"),
        ("", "", "coordinates-missing", ""),
        ("135.5", "34.6", "coordinates-swapped", "135.5, 34.6"),
        ("-146000.5", "-44000.1", "coordinates-out-of-range", "-146000.5, -44000.1"),
        ("north", "135.5", "coordinates-invalid", "north, 135.5"),
        ("nan", "135.5", "coordinates-invalid", "nan, 135.5"),
    ],
)
def test_a_row_without_a_usable_position_is_for_the_repair_list_with_all_that_it_says(
    lat: str, lon: str, reason: str, written: str
) -> None:
    reading = read_text(f"{SITE_HEADER}\n271004,A1,公園,{lat},{lon},,1,,,屋内10人\n")
    (site,) = reading.events
    assert isinstance(site, UnplacedSite)
    assert (site.why, site.written, site.place) == (reason, written, "line 2")
    assert (site.id, site.name, site.suits, site.capacity) == ("A1", "公園", (Hazard.FLOOD,), 10)
    assert reading.rejections == ()
    assert "repair list" in reading.notes[0]


def test_a_list_of_shelters_is_told_from_a_list_of_sites() -> None:
    header, line = "ID,名称,緯度,経度,想定収容人数", "A1,x,34.6,135.5,5"
    layers = {
        name: event.layer
        for name in ("271004_指定避難所一覧.csv", "271004_指定緊急避難場所一覧.csv")
        for event in read_text(f"{header}\n{line}\n", name=name).events
        if isinstance(event, SiteReport)
    }
    assert list(layers.values()) == [Layer.SHELTER, Layer.SITE]


@pytest.mark.parametrize(
    ("words", "capacity"),
    [
        ("屋内191人／屋外0人(面積の1/2)", 191),
        ("屋内1,371人／屋外5,470人（面積の1/2）", 6841),
        ("屋内2,736人屋外11,700人（面積の1/2）", 14436),
        ("屋内３００人／屋外２０人(座席数)", 320),
        ("屋内480人", 480),
        ("250", 250),
        ("250.0", 250),
        ("約300人", 300),
        ("1,200名", 1200),
        ("0", 0),
        ("", None),
        ("不明", None),
        ("150世帯", None),
        ("1㎡あたり2人", None),
        ("300人～500人", None),
        ("-5", None),
        ("99999999999999999999", None),
    ],
)
def test_capacity_is_a_number_only_where_its_words_say_so(words: str, capacity: int | None) -> None:
    assert find_capacity(words) == capacity


def test_municipality_codes_of_five_and_six_digits() -> None:
    assert [municipality_of(code) for code in ("27100", "271004", "271004.0", "２７１００４", "2710", "x")] == [
        "27100", "27100", "27100", "27100", "", "",
    ]  # fmt: skip


def test_positions_are_degrees_as_number_or_text() -> None:
    assert read_position("34.5", 135) == (34.5, 135.0)
    with pytest.raises(RefusedError, match="swapped"):
        read_position(135.5, 34.5)
    for nothing in (True, [], {}, 10**400):
        with pytest.raises(RefusedError, match="not a number"):
            read_position(nothing, 135.0)


def only_status(line: str) -> ShelterReport:
    reading = read_text(f"{STATUS_HEADER}\n{line}\n")
    assert (reading.format, reading.rejections) == ("shelter-status-csv", ())
    (report,) = reading.events
    assert isinstance(report, ShelterReport)
    return report


@pytest.mark.parametrize(
    ("word", "opening"),
    [
        ("未開設", Opening.NOT_OPEN),
        ("開設", Opening.OPEN),
        ("常設", Opening.OPEN),
        ("満員", Opening.FULL),
        ("閉鎖", Opening.CLOSED),
        ("不明", Opening.UNKNOWN),
        ("", Opening.UNKNOWN),
    ],
)
def test_every_word_for_open_or_not(word: str, opening: Opening) -> None:
    report = only_status(f"271004,A1,x,{word},12,5,300,2026-09-01T07:26:00+09:00")
    assert (report.opening, report.headcount, report.households, report.capacity) == (opening, 12, 5, 300)
    assert report.as_of_ms == parse_iso("2026-08-31T22:26:00Z", "at")


def test_a_head_count_that_is_not_said_is_unknown_and_not_zero() -> None:
    assert only_status("271004,A1,x,開設,,,,2026-09-01T07:26:00+09:00").headcount is None
    assert only_status("271004,A1,x,開設,0,,,2026-09-01T07:26:00+09:00").headcount == 0


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("271004,A1,x,あいてる,1,,,2026-09-01T07:26:00+09:00", "status-unknown"),
        ("271004,A1,x,開設,1,,,2026-09-01T07:26:00", "time-without-offset"),
        ("271004,A1,x,開設,1,,,", "time-missing"),
        ("271004,A1,x,開設,1,,,きのう", "time-invalid"),
        ("271004,A1,x,開設,-1,,,2026-09-01T07:26:00+09:00", "number-invalid"),
        ("271004,A1,x,開設,many,,,2026-09-01T07:26:00+09:00", "number-invalid"),
        ("271004,,x,開設,1,,,2026-09-01T07:26:00+09:00", "id-missing"),
    ],
)
def test_a_report_that_cannot_be_trusted_is_rejected(line: str, reason: str) -> None:
    assert only_reason(read_text(f"{STATUS_HEADER}\n{line}\n")) == (reason, "line 2")


def test_one_bad_line_does_not_hold_back_the_others() -> None:
    good = "271004,A{},x,開設,1,,,2026-09-01T07:26:00+09:00"
    lines = [good.format(1), "271004,A2,x,?,1,,,2026-09-01T07:26:00+09:00", good.format(3)]
    reading = read_text("\n".join([STATUS_HEADER, *lines]))
    assert [event.id for event in reading.events if isinstance(event, ShelterReport)] == ["A1", "A3"]
    assert [(r.reason, r.place) for r in reading.rejections] == [("status-unknown", "line 3")]
    assert "A2" in reading.rejections[0].record


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("令和6年1月9日午後6時", "2024-01-09T18:00:00+09:00"),
        ("令和６年８月３１日午後１時３０分", "2024-08-31T13:30:00+09:00"),
        ("令和6年5月1日正午", "2024-05-01T12:00:00+09:00"),
        ("令和元年5月1日午前0時", "2019-05-01T00:00:00+09:00"),
        ("令和6年5月1日午前12時", "2024-05-01T00:00:00+09:00"),
    ],
)
def test_the_calendar_of_the_reiwa_era(text: str, iso: str) -> None:
    assert parse_reiwa(text, "時点") == parse_iso(iso, "時点")


def test_days_that_do_not_exist_are_refused() -> None:
    for text in ("令和6年13月1日正午", "平成30年1月1日", ""):
        with pytest.raises(RefusedError, match="時点"):
            parse_reiwa(text, "時点")


def gsi_feature(coordinates: object, **properties: str) -> bytes:
    fields = {"共通ID": "E2710000100101", "施設・場所名": "公園", "津波": "1"} | properties
    feature = {
        "type": "Feature",
        "geometry": {"type": "POINT", "coordinates": coordinates},
        "properties": fields,
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def test_a_point_in_capitals_is_a_point() -> None:
    (site,) = read(gsi_feature([135.5, 34.6]), SOURCE).events
    assert isinstance(site, SiteReport)
    assert (site.lat, site.lon, site.municipality, site.suits) == (34.6, 135.5, "27100", (Hazard.TSUNAMI,))


@pytest.mark.parametrize(
    ("coordinates", "reason"),
    [
        ([34.6, 135.5], "coordinates-swapped"),
        ([-44000.0, -146000.0], "coordinates-out-of-range"),
        ([135.5], "geometry-malformed"),
        (None, "geometry-malformed"),
        (["135.5", None], "coordinates-missing"),
    ],
)
def test_a_feature_out_of_place_is_for_the_repair_list(coordinates: object, reason: str) -> None:
    (site,) = read(gsi_feature(coordinates), SOURCE).events
    assert isinstance(site, UnplacedSite)
    assert (site.why, site.place, site.name) == (reason, "features[0]", "公園")


def test_features_of_another_coordinate_system_are_for_the_repair_list_with_what_they_say() -> None:
    collection = json.loads(gsi_feature([-44000.5, -146000.25]))
    collection["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::6674"}}
    (site,) = read(json.dumps(collection).encode(), SOURCE).events
    assert isinstance(site, UnplacedSite)
    assert (site.why, site.written) == ("crs-not-wgs84", "[-44000.5, -146000.25]")


def test_a_municipality_without_a_list_is_refused_clearly() -> None:
    stub = json.dumps({"type": "unavailable", "code": "271021", "dataType": "emergency"}).encode()
    assert only_reason(read(stub, SOURCE)) == ("list-unavailable", "document")


OPEN_HEADER = "ID,名称,人数,時点,所在地_市区町村"


def open_list(*lines: str) -> list[ShelterSnapshot]:
    reading = read("\n".join((OPEN_HEADER, *lines)).encode(), Source("nanao", 0))
    assert reading.format == "shelter-status-csv"
    return [event for event in reading.events if isinstance(event, ShelterSnapshot)]


def test_a_list_of_open_shelters_is_whole_for_its_municipality() -> None:
    (whole,) = open_list("B,b,3,令和6年1月9日午後6時,七尾市", "A,a,,令和6年1月9日午後6時,七尾市")
    assert (whole.id, whole.shelters) == ("nanao/七尾市", ("A", "B"))


@pytest.mark.parametrize(
    "second",
    [
        "B,b,x,令和6年1月9日午後6時,七尾市",
        "B,b,3,令和6年1月9日午後5時,七尾市",
        "B,b,3,令和6年1月9日午後6時,輪島市",
        "B,b,3,令和6年1月9日午後6時,",
    ],
    ids=["refused", "another-time", "another-town", "no-town"],
)
def test_a_list_that_may_not_be_whole_closes_nothing(second: str) -> None:
    assert open_list("A,a,3,令和6年1月9日午後6時,七尾市", second) == []


def test_an_empty_list_and_a_list_with_states_close_nothing() -> None:
    assert open_list() == []
    states = read(f"{STATUS_HEADER}\n99101,A,a,開設,1,1,,2026-09-01T00:00:00Z".encode(), Source("s", 0))
    assert [type(event).__name__ for event in states.events] == ["ShelterReport"]
