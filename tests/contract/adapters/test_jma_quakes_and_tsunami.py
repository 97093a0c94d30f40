"""What real tsunami and quake telegrams become: grades, first waves, heights, intensities."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest

from streams.events.alerts import Condition, Severity, Telegram
from streams.events.base import Action, Hazard, Status

ReadTelegram = Callable[[str], Telegram]


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def of(event: Telegram, ref: str) -> Condition:
    (condition,) = next(area.conditions for area in event.areas if area.area.ref == ref)
    return condition


def severities(event: Telegram) -> Counter[str]:
    return Counter(c.severity.value for a in event.areas for c in a.conditions)


def test_the_great_tsunami_of_2011_by_coast(telegram: ReadTelegram) -> None:
    event = telegram("32-39_11_06_250206_VTSE41")
    assert event.series == "jma/tsunami"
    assert event.issued_at_ms == ms("2011-03-11T14:53:00+09:00")
    assert severities(event) == {"emergency": 4, "warning": 4, "advisory": 15, "none": 20}
    miyagi = of(event, "tsunami/220")
    assert (miyagi.hazard, miyagi.severity, miyagi.code) == (Hazard.TSUNAMI, Severity.EMERGENCY, "52")
    assert miyagi.arrival_at_ms == ms("2011-03-11T15:00:00+09:00")
    assert miyagi.height_m is None  # 巨大: JMA writes NaN
    assert "巨大" in miyagi.name


def test_a_wave_that_has_arrived_is_no_later_than_the_telegram(telegram: ReadTelegram) -> None:
    event = telegram("32-39_11_06_250206_VTSE41")
    iwate = of(event, "tsunami/210")
    assert "既に津波到達と推測" in iwate.name
    assert iwate.arrival_at_ms == event.issued_at_ms


def test_heights_come_as_metres_and_keep_the_words_that_bound_them(telegram: ReadTelegram) -> None:
    event = telegram("32-39_11_11_250206_VTSE41")
    assert severities(event) == {"advisory": 23, "none": 15, "warning": 7, "emergency": 6}
    assert of(event, "tsunami/201").height_m == 5.0
    assert of(event, "tsunami/220").height_m == 10.0
    assert "１０ｍ超" in of(event, "tsunami/220").name


@pytest.mark.parametrize(
    "name", ["32-39_11_13_250206_VTSE41", "32-39_12_13_250206_VTSE41", "32-39_13_07_250206_VTSE41"]
)
def test_a_lifted_tsunami_leaves_nothing_in_force(telegram: ReadTelegram, name: str) -> None:
    event = telegram(name)
    assert event.areas
    assert set(severities(event)) == {"none"}


def test_a_drill_of_a_tsunami_is_an_exercise(telegram: ReadTelegram) -> None:
    event = telegram("32-39_12_07_250206_VTSE41")
    assert event.status is Status.EXERCISE
    assert severities(event) == {"emergency": 29, "advisory": 22, "warning": 15}


def test_arrival_times_repeat_the_grades_in_the_same_series(telegram: ReadTelegram) -> None:
    event = telegram("32-39_11_03_250206_VTSE51")
    assert (event.series, event.serial) == ("jma/tsunami", 1)
    assert sum(severities(event)[s] for s in ("advisory", "warning", "emergency")) == 23


def test_a_cancelled_arrival_time_withdraws_its_own_kind_only(telegram: ReadTelegram) -> None:
    event = telegram("38-39_03_02_210805_VTSE51")
    assert (event.action, event.series, event.withdraws) == (Action.CANCEL, "jma/tsunami", ("VTSE51",))
    assert event.areas == ()


def test_offshore_gauges_have_a_series_of_their_own_and_end_after_an_hour(telegram: ReadTelegram) -> None:
    event = telegram("61_11_03_250206_VTSE52")
    assert event.series == "jma/VTSE52/20110311144640"
    assert event.valid_until_ms == event.issued_at_ms + 3_600_000
    assert of(event, "tsunami/210").severity is Severity.EMERGENCY
    assert of(event, "tsunami/210").arrival_at_ms == ms("2011-03-11T14:55:00+09:00")
    assert of(event, "tsunami/250").height_m is None


def test_a_quake_is_told_by_municipality(telegram: ReadTelegram) -> None:
    event = telegram("32-35_06_05_240613_VXSE53")
    assert event.series == "jma/quake/20080614084350"
    assert len(event.areas) == 716
    assert {len(area.area.code) for area in event.areas} == {7}
    oshu = of(event, "quake/0321500")
    assert (oshu.hazard, oshu.code, oshu.name, oshu.severity) == (
        Hazard.EARTHQUAKE,
        "6+",
        "震度６強",
        Severity.EMERGENCY,
    )


def test_a_first_report_of_a_quake_is_told_by_region(telegram: ReadTelegram) -> None:
    event = telegram("32-39_11_01_120615_VXSE51")
    assert severities(event) == {"none": 2, "advisory": 5, "warning": 5, "critical": 3, "emergency": 2}
    assert of(event, "quake/220").code == "6+"


def test_a_silent_seismometer_is_not_calm(telegram: ReadTelegram) -> None:
    event = telegram("32-35_06_05_240613_VXSE53")
    silent = [c for a in event.areas for c in a.conditions if c.name == "震度５弱以上未入電"]
    assert silent
    assert {c.severity for c in silent} == {Severity.WARNING}


def test_a_distant_quake_shakes_no_place_here(telegram: ReadTelegram) -> None:
    assert telegram("32-39_05_02_100831_VXSE53").areas == ()


@pytest.mark.parametrize(
    ("warning", "arrivals"),
    [
        ("32-39_11_06_250206_VTSE41", "32-39_11_08_250206_VTSE51"),
        ("32-39_12_07_250206_VTSE41", "32-39_12_08_250206_VTSE51"),
        ("32-39_13_02_250206_VTSE41", "32-39_13_03_250206_VTSE51"),
    ],
)
def test_arrival_times_name_every_coast_that_is_warned_and_may_replace_the_warning_whole(
    telegram: ReadTelegram, warning: str, arrivals: str
) -> None:
    def in_force(event: Telegram) -> dict[str, Severity]:
        found = {a.area.ref: c.severity for a in event.areas for c in a.conditions}
        return {ref: severity for ref, severity in found.items() if severity is not Severity.NONE}

    assert in_force(telegram(arrivals)) == in_force(telegram(warning))
