"""What real warnings by municipality become: levels, lower bounds, lifted items, areas of one size only."""

from collections import Counter
from collections.abc import Callable

import pytest

from streams.events.alerts import Condition, Severity, Telegram
from streams.events.base import Hazard, Status

ReadTelegram = Callable[[str], Telegram]


def conditions(event: Telegram, code: str) -> tuple[Condition, ...]:
    """All that the telegram says of one area."""
    (area,) = [a for a in event.areas if a.area.code == code]
    return area.conditions


@pytest.mark.parametrize(
    ("name", "series", "city", "hazard", "level", "severity"),
    [
        (
            "15_17_01_250630_VPWW55",
            "jma/VPWW55/松江地方気象台",
            "3220100",
            Hazard.INLAND_FLOOD,
            3,
            Severity.WARNING,
        ),
        (
            "15_17_01_250630_VPWW56",
            "jma/VPWW56/松江地方気象台",
            "3220100",
            Hazard.LANDSLIDE,
            2,
            Severity.ADVISORY,
        ),
        (
            "15_16_08_250630_VPWW57",
            "jma/VPWW57/稚内地方気象台",
            "0121400",
            Hazard.STORM_SURGE,
            4,
            Severity.CRITICAL,
        ),
        (
            "15_16_02_250630_VPWW57",
            "jma/VPWW57/京都地方気象台",
            "2620200",
            Hazard.STORM_SURGE,
            4,
            Severity.CRITICAL,
        ),
        (
            "15_16_04_250630_VPWW58",
            "jma/VPWW58/稚内地方気象台",
            "0121400",
            Hazard.WIND,
            None,
            Severity.WARNING,
        ),
        (
            "15_16_05_241226_VPWW59",
            "jma/VPWW59/稚内地方気象台",
            "0121400",
            Hazard.WAVE,
            None,
            Severity.WARNING,
        ),
        (
            "15_16_06_241226_VPWW60",
            "jma/VPWW60/稚内地方気象台",
            "0121400",
            Hazard.SNOW,
            None,
            Severity.WARNING,
        ),
        (
            "15_15_01_220314_VPWW54",
            "jma/VPWW54/徳島地方気象台",
            "3640300",
            Hazard.STORM_SURGE,
            3,
            Severity.WARNING,
        ),
        (
            "15_08_03_160628_VPWW53",
            "jma/VPWW53/奈良地方気象台",
            "2944900",
            Hazard.LANDSLIDE,
            5,
            Severity.EMERGENCY,
        ),
    ],
)
def test_a_warning_has_its_hazard_level_and_severity(
    telegram: ReadTelegram,
    name: str,
    series: str,
    city: str,
    hazard: Hazard,
    level: int | None,
    severity: Severity,
) -> None:
    event = telegram(name)
    assert event.series == series
    strongest = max(
        (c for c in conditions(event, city) if c.hazard is hazard), key=lambda c: (c.level or 0, c.severity)
    )
    assert (strongest.level, strongest.severity) == (level, severity)


def test_only_municipalities_are_named_so_that_no_place_counts_twice(telegram: ReadTelegram) -> None:
    event = telegram("15_17_01_250630_VPWW55")
    assert {area.area.scheme for area in event.areas} == {"city"}
    assert len(event.areas) == len({area.area.code for area in event.areas}) == 19


def test_an_item_of_status_lifted_is_not_in_force_though_its_code_says_so(telegram: ReadTelegram) -> None:
    event = telegram("15_17_01_250630_VPWW55")
    standing = Counter(c.code for a in event.areas for c in a.conditions if c.hazard is Hazard.INLAND_FLOOD)
    assert standing == {"03": 10, "10": 5}  # four advisories 10 have Status 解除
    assert sum(not a.conditions for a in event.areas) == 4


def test_the_last_warning_of_nara_lifts_everything(telegram: ReadTelegram) -> None:
    event = telegram("15_08_05_130412_VPWW53")
    assert len(event.areas) == 40
    assert all(area.conditions == () for area in event.areas)


def test_a_transitional_warning_is_a_lower_bound_and_its_advisory_is_not(telegram: ReadTelegram) -> None:
    event = telegram("15_08_04_160628_VPWW53")
    bounds = {c.code: c.level_is_lower_bound for a in event.areas for c in a.conditions}
    assert bounds == {"10": False, "18": False, "33": False, "04": True}


def test_a_telegram_of_the_new_format_is_exact(telegram: ReadTelegram) -> None:
    for name in ("15_17_01_250630_VPWW55", "15_17_01_250630_VPWW56", "15_16_08_250630_VPWW57"):
        assert not any(c.level_is_lower_bound for a in telegram(name).areas for c in a.conditions)


def test_old_heavy_rain_is_landslide_or_inundation_as_its_condition_says(telegram: ReadTelegram) -> None:
    event = telegram("15_08_04_160628_VPWW53")
    totsukawa = {(c.hazard, c.level) for c in conditions(event, "2944900") if c.code == "33"}
    assert totsukawa == {(Hazard.LANDSLIDE, 5)}  # 土砂災害 alone
    gose = {c.hazard for c in conditions(event, "2920100") if c.code == "10"}
    assert gose == {Hazard.LANDSLIDE, Hazard.INLAND_FLOOD}  # an advisory without a condition means both


@pytest.mark.parametrize(
    ("name", "in_force", "areas"),
    [
        ("17_01_01_190529_VXWW50", 25, 60),
        ("17_02_01_190529_VXWW50", 2, 19),
        ("17_03_02_190529_VXWW50", 0, 27),
        ("17_03_06_190529_VXWW50", 27, 27),
        ("17_03_09_190529_VXWW50", 1, 27),
        ("17_04_03_250630_VXWW50", 0, 35),
    ],
)
def test_a_landslide_warning_is_level_4_where_it_stands(
    telegram: ReadTelegram, name: str, in_force: int, areas: int
) -> None:
    event = telegram(name)
    assert len(event.areas) == areas
    standing = [area for area in event.areas if area.conditions]
    assert len(standing) == in_force
    assert all(c.level == 4 and c.hazard is Hazard.LANDSLIDE for a in standing for c in a.conditions)


@pytest.mark.parametrize(
    ("name", "level", "severity"),
    [
        ("16_01_01_220728_VXKOii", 2, Severity.ADVISORY),
        ("16_02_01_220728_VXKOii", 3, Severity.WARNING),
        ("16_07_01_220728_VXKOii", 4, Severity.CRITICAL),
        ("16_06_01_220728_VXKOii", 4, Severity.CRITICAL),
        ("16_04_01_220728_VXKOii", 5, Severity.EMERGENCY),
        ("16_05_01_210630_VXKOii", 3, Severity.WARNING),
    ],
)
def test_a_river_forecast_has_the_level_of_its_code(
    telegram: ReadTelegram, name: str, level: int, severity: Severity
) -> None:
    event = telegram(name)
    assert event.series == f"jma/VXKO/{event.event_id}"
    refs = [area.area.ref for area in event.areas]
    assert refs == ["river/123456789012", "river/1234567890", "river/9876543210"]
    assert {(c.hazard, c.level, c.severity) for a in event.areas for c in a.conditions} == {
        (Hazard.FLOOD, level, severity)
    }


def test_a_river_names_the_municipalities_that_may_be_flooded(telegram: ReadTelegram) -> None:
    refs = [area.area.ref for area in telegram("91_01_01_241031_VXSUii").areas]
    assert refs == ["river/8201813100", "river/82018131", "city/0442100", "city/0442400"]


def test_a_tornado_warning_ends_by_itself(telegram: ReadTelegram) -> None:
    event = telegram("19_08_04_250630_VPHW51")
    assert event.valid_until_ms == event.issued_at_ms + 69 * 60_000  # 09:21 to 10:30
    assert sum(bool(area.conditions) for area in event.areas) == 58


def test_messages_without_a_place_carry_their_headline(telegram: ReadTelegram) -> None:
    event = telegram("74_01_04_200512_VYSE50")
    assert event.areas == ()
    assert event.title == "南海トラフ地震臨時情報（巨大地震警戒）"
    assert "想定震源域" in event.headline
    assert event.status is Status.ACTUAL


@pytest.mark.parametrize(
    ("name", "severity", "cities"),
    [
        ("45_02_01_200522_VFVO50", Severity.EMERGENCY, ["city/1438200"]),
        ("45_03_01_200731_VFVO50", Severity.NONE, ["city/1042500", "city/1042600"]),
        (
            "67_01_01_140927_VFVO56",
            Severity.WARNING,
            ["city/2042900", "city/2043200", "city/2120300", "city/2122000"],
        ),
    ],
)
def test_a_volcano_is_told_by_municipality_and_has_no_alert_level(
    telegram: ReadTelegram, name: str, severity: Severity, cities: list[str]
) -> None:
    event = telegram(name)
    assert [area.area.ref for area in event.areas] == cities
    assert {(c.severity, c.level) for a in event.areas for c in a.conditions} == {(severity, None)}
