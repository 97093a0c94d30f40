"""Made-up telegrams, one interesting element each: status, titles, levels by code, and items that cannot be read."""

import pytest

from streams.adapters.registry import Reading, Source, read
from streams.adapters.times import parse_iso
from streams.events.alerts import Severity, Telegram
from streams.events.base import Action, Hazard, Status

SOURCE = Source("jma", 9)
CITIES = "気象警報・注意報（市町村等）"


def item(code: str, name: str, area: str, *, status: str = "発表", condition: str = "") -> str:
    return (
        f"<Item><Kind><Name>{name}</Name><Code>{code}</Code><Status>{status}</Status>"
        f"<Condition>{condition}</Condition></Kind><Area><Name>町</Name><Code>{area}</Code></Area></Item>"
    )


def warning(*items: str, kind: str = CITIES) -> str:
    return f'<Warning type="{kind}">{"".join(items)}</Warning>'


def report(
    title: str,
    body: str = "",
    *,
    status: str = "通常",
    action: str = "発表",
    at: str = "2026-09-01T07:26:00+09:00",
    headline: str = "",
) -> bytes:
    root = "http://xml.kishou.go.jp/jmaxml1/"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Report xmlns="{root}"><Control><Title>{title}</Title>'
        f"<Status>{status}</Status><EditorialOffice>架空気象台</EditorialOffice>"
        "<PublishingOffice>架空気象台</PublishingOffice></Control>"
        f'<Head xmlns="{root}informationBasis1/"><Title>題</Title><ReportDateTime>{at}</ReportDateTime>'
        f"<EventID>E1</EventID><InfoType>{action}</InfoType><Serial>3</Serial><Headline><Text>文</Text>{headline}"
        f'</Headline></Head><Body xmlns="{root}body/meteorology1/">{body}</Body></Report>'
    ).encode()


def only(document: bytes) -> Telegram:
    reading = read(document, SOURCE)
    assert (reading.format, reading.rejections) == ("jma", ())
    (event,) = reading.events
    assert isinstance(event, Telegram)
    return event


def only_reason(reading: Reading) -> tuple[str, str]:
    assert reading.events == ()
    (rejection,) = reading.rejections
    return rejection.reason, rejection.place


RAIN = "気象警報・注意報（Ｒ０６）（大雨）"


@pytest.mark.parametrize(
    ("title", "codes", "hazard"),
    [
        (RAIN, ("10", "03", "43", "33"), Hazard.INLAND_FLOOD),
        ("気象警報・注意報（Ｒ０６）（土砂災害）", ("29", "09", "49", "39"), Hazard.LANDSLIDE),
        ("気象警報・注意報（Ｒ０６）（高潮）", ("19", "08", "48", "38"), Hazard.STORM_SURGE),
    ],
)
def test_four_codes_of_a_hazard_are_levels_2_to_5(title: str, codes: tuple[str, ...], hazard: Hazard) -> None:
    body = warning(*(item(code, "名", f"990010{number}") for number, code in enumerate(codes)))
    found = [c for a in only(report(title, body)).areas for c in a.conditions if c.hazard is hazard]
    assert [c.level for c in found] == [2, 3, 4, 5]
    assert [c.severity for c in found] == [
        Severity.ADVISORY,
        Severity.WARNING,
        Severity.CRITICAL,
        Severity.EMERGENCY,
    ]
    assert not any(c.level_is_lower_bound for c in found)


@pytest.mark.parametrize("code", ["05", "15", "35", "06", "12", "36", "07", "16", "37", "02", "13", "32"])
def test_wind_snow_and_waves_carry_no_level(code: str) -> None:
    event = only(report("気象特別警報・警報・注意報", warning(item(code, "名", "9900101"))))
    assert {c.level for c in event.areas[0].conditions} == {None}


def test_rivers_of_all_levels_and_the_one_that_is_lifted() -> None:
    levels = {}
    for code in ("10", "20", "21", "30", "40", "41", "50", "51", "53"):
        headline = (
            '<Information type="指定河川洪水予報（予報区域）"><Item><Kind><Name>情報</Name>'
            f"<Code>{code}</Code></Kind><Areas><Area><Name>川</Name><Code>99990001</Code></Area></Areas></Item></Information>"
        )
        (area,) = only(report("指定河川洪水予報", headline=headline)).areas
        levels[code] = (area.conditions[0].level, area.conditions[0].severity is Severity.NONE)
    assert levels == {
        "10": (None, True), "20": (2, False), "21": (2, False), "30": (3, False), "40": (4, False), "41": (4, False),
        "50": (5, False), "51": (5, False), "53": (5, False),
    }  # fmt: skip


def test_the_higher_of_code_and_name_stands_where_they_differ() -> None:
    event = only(report(RAIN, warning(item("03", "レベル４大雨危険警報", "9900101"))))
    assert {c.level for c in event.areas[0].conditions} == {4}


def test_a_code_that_no_table_knows_is_taken_by_its_words() -> None:
    event = only(report(RAIN, warning(item("77", "レベル４土砂災害危険警報", "9900101"))))
    (condition,) = event.areas[0].conditions
    assert (condition.hazard, condition.severity, condition.level) == (Hazard.LANDSLIDE, Severity.CRITICAL, 4)


@pytest.mark.parametrize("status", ["解除", "なし", "発表警報・注意報はなし"])
def test_what_is_lifted_is_not_in_force_whatever_its_code(status: str) -> None:
    event = only(report(RAIN, warning(item("33", "大雨特別警報", "9900101", status=status))))
    assert [(a.area.ref, a.conditions) for a in event.areas] == [("city/9900101", ())]


@pytest.mark.parametrize("status", ["継続", "発表", "警報から注意報", "特別警報から警報", "知らない言葉"])
def test_what_is_not_lifted_is_in_force(status: str) -> None:
    event = only(report(RAIN, warning(item("03", "大雨警報", "9900101", status=status))))
    assert event.areas[0].conditions


def test_the_finest_table_is_read_wherever_it_stands() -> None:
    prefecture = warning(item("33", "大雨特別警報", "990000"), kind="気象警報・注意報（府県予報区等）")
    cities = warning(item("10", "大雨注意報", "9900101"))
    for body in (prefecture + cities, cities + prefecture):
        event = only(report(RAIN, body))
        assert [a.area.ref for a in event.areas] == ["city/9900101"]
        assert {c.level for c in event.areas[0].conditions} == {2}
    assert [a.area.ref for a in only(report(RAIN, prefecture)).areas] == ["district/990000"]


def test_one_item_that_cannot_be_read_does_not_hold_back_the_others() -> None:
    body = warning(
        item("03", "大雨警報", "9900101"), item("03", "大雨警報", "99"), item("03", "大雨警報", "")
    )
    reading = read(report(RAIN, body), SOURCE)
    (event,) = reading.events
    assert isinstance(event, Telegram)
    assert [a.area.code for a in event.areas] == ["9900101"]
    assert [(r.reason, r.place) for r in reading.rejections] == [
        ("area-unknown-scheme", f"Body/Warning[{CITIES}]/Item[2]"),
        ("area-incomplete", f"Body/Warning[{CITIES}]/Item[3]"),
    ]


def test_a_telegram_of_which_nothing_is_legible_does_not_stand_as_all_clear() -> None:
    assert only_reason(read(report(RAIN, warning(item("03", "大雨警報", "99"))), SOURCE)) == (
        "area-unknown-scheme",
        f"Body/Warning[{CITIES}]/Item[1]",
    )


@pytest.mark.parametrize(
    ("word", "status"), [("通常", Status.ACTUAL), ("訓練", Status.EXERCISE), ("試験", Status.TEST)]
)
def test_whether_it_is_meant(word: str, status: Status) -> None:
    assert only(report(RAIN, status=word)).status is status


def test_a_cancellation_names_no_area_even_if_its_body_does() -> None:
    event = only(report(RAIN, warning(item("03", "大雨警報", "9900101")), action="取消"))
    assert (event.action, event.areas, event.event_id, event.serial) == (Action.CANCEL, (), "E1", 3)
    assert event.series == "jma/VPWW55/架空気象台"


@pytest.mark.parametrize(
    ("document", "reason", "place"),
    [
        (report("未来の情報"), "kind-unknown", "Control/Title"),
        (report(RAIN, status="本気"), "status-unknown", "Control/Status"),
        (report(RAIN, action="延期"), "action-unknown", "Head/InfoType"),
        (report(RAIN, at=""), "time-missing", "document"),
        (report(RAIN, at="2026-09-01T07:26:00"), "time-without-offset", "document"),
        (report(""), "telegram-incomplete", "Control/Title"),
        (report(RAIN)[:-20], "xml-malformed", "line 1"),
    ],
)
def test_a_telegram_that_cannot_be_placed_is_refused(document: bytes, reason: str, place: str) -> None:
    assert only_reason(read(document, SOURCE)) == (reason, place)


def test_a_title_without_danger_is_set_aside_and_says_so() -> None:
    reading = read(report("生物季節観測"), SOURCE)
    assert (reading.events, reading.rejections, reading.kind) == ((), (), "VGSK55")
    assert reading.notes[0].startswith("VGSK55 生物季節観測: not relevant")


def test_the_summary_of_all_japan_stands_for_half_an_hour_unless_replaced() -> None:
    event = only(
        report(
            "気象警報・注意報（Ｒ０６）（集約通報）",
            warning(item("49", "レベル４土砂災害危険警報", "9900101")),
        )
    )
    assert (event.kind, event.series) == ("VPWS50", "jma/VPWS50/架空気象台")
    assert event.valid_until_ms == event.issued_at_ms + 1_800_000
    assert {c.level for c in event.areas[0].conditions} == {4}


def test_the_id_changes_with_any_byte() -> None:
    assert only(report(RAIN)).id == only(report(RAIN)).id
    assert only(report(RAIN)).id != only(report(RAIN) + b"\n").id


def tsunami(code: str, name: str, *, arrival: str = "", height: str = "") -> bytes:
    body = (
        "<Tsunami><Forecast><Item><Area><Name>湾</Name><Code>999</Code></Area>"
        f"<Category><Kind><Name>{name}</Name><Code>{code}</Code></Kind></Category>"
        f"<FirstHeight>{arrival}</FirstHeight><MaxHeight>{height}</MaxHeight></Item></Forecast></Tsunami>"
    )
    return report("津波警報・注意報・予報a", body)


@pytest.mark.parametrize(
    ("code", "name", "severity"),
    [
        ("52", "大津波警報", Severity.EMERGENCY), ("53", "大津波警報：発表", Severity.EMERGENCY),
        ("51", "津波警報", Severity.WARNING), ("62", "津波注意報", Severity.ADVISORY),
        ("50", "警報解除", Severity.NONE), ("60", "津波注意報解除", Severity.NONE), ("71", "津波予報", Severity.NONE),
        ("99", "大津波警報", Severity.EMERGENCY), ("99", "何か", Severity.WARNING), ("99", "解除", Severity.NONE),
    ],
)  # fmt: skip
def test_grades_of_a_tsunami_by_code_and_else_by_words(code: str, name: str, severity: Severity) -> None:
    (area,) = only(tsunami(code, name)).areas
    assert (area.area.ref, area.conditions[0].severity) == ("tsunami/999", severity)


def test_a_first_wave_and_its_height_as_far_as_they_are_said() -> None:
    arrival = (
        "<ArrivalTime>2026-09-01T08:00:00+09:00</ArrivalTime><Condition>ただちに津波来襲と予測</Condition>"
    )
    height = '<TsunamiHeight type="津波の高さ" unit="m" description="１０ｍ超">10</TsunamiHeight>'
    (area,) = only(tsunami("52", "大津波警報", arrival=arrival, height=height)).areas
    (condition,) = area.conditions
    assert condition.arrival_at_ms == parse_iso("2026-09-01T08:00:00+09:00", "")
    assert condition.height_m == 10.0
    assert condition.name == "大津波警報（１０ｍ超、ただちに津波来襲と予測）"
    (bare,) = only(tsunami("51", "津波警報")).areas
    assert (bare.conditions[0].arrival_at_ms, bare.conditions[0].height_m) == (None, None)


def test_an_observation_that_forecasts_nothing_does_not_replace_the_warnings() -> None:
    event = only(report("津波情報a", "<Tsunami><Observation/></Tsunami>"))
    assert (event.areas, event.series) == ((), "jma/VTSE51/E1")
