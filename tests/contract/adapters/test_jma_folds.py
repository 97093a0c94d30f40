"""Sequences of real telegrams through the fold: what stands at the end."""

from collections.abc import Callable
from itertools import permutations

import msgspec

from streams.cells import Gazetteer
from streams.events.alerts import HazardState, Severity, Telegram
from streams.events.base import Action
from streams.folds.hazards import Series, fold_telegram, hazard_state, standing

ReadTelegram = Callable[[str], Telegram]
GAZETTEER = Gazetteer(
    {"tsunami/220": (1,), "city/2944900": (2,), "quake/0321500": (3,), "city/3310000": (4,)}, {}
)


def fold(*telegrams: Telegram) -> Series:
    series: Series | None = None
    for telegram in telegrams:
        series = fold_telegram(series, telegram)
    assert series is not None
    return series


def state(*telegrams: Telegram) -> HazardState | None:
    return hazard_state(fold(*telegrams), GAZETTEER)


def cancel(telegram: Telegram, *, withdraws: tuple[str, ...] = ()) -> Telegram:
    """A cancellation as JMA sends it: same event, no areas, a minute later."""
    return msgspec.structs.replace(
        telegram,
        id="cancel-" + telegram.id,
        action=Action.CANCEL,
        areas=(),
        issued_at_ms=telegram.issued_at_ms + 60_000,
        withdraws=withdraws,
    )


def test_nara_2011_rises_to_level_5_and_is_lifted(telegram: ReadTelegram) -> None:
    rising = telegram("15_08_03_160628_VPWW53")
    falling = telegram("15_08_04_160628_VPWW53")
    lifted = telegram("15_08_05_130412_VPWW53")
    at_its_height = state(rising)
    assert at_its_height is not None
    assert {z.condition.level for z in at_its_height.zones if z.condition.code == "33"} == {5}
    for order in permutations((rising, falling, lifted)):
        end = state(*order)
        assert end is not None
        assert (end.telegram_id, end.zones) == (lifted.id, ())


def test_the_tsunami_of_2011_stands_until_it_is_lifted(telegram: ReadTelegram) -> None:
    names = (
        "32-39_11_03_250206_VTSE51",
        "32-39_11_06_250206_VTSE41",
        "32-39_11_08_250206_VTSE51",
        "32-39_11_11_250206_VTSE41",
    )
    telegrams = [telegram(name) for name in names]
    in_force = state(*telegrams)
    assert in_force is not None
    assert [(z.area.ref, z.condition.severity) for z in in_force.zones] == [
        ("tsunami/220", Severity.EMERGENCY)
    ]
    end = state(*telegrams, telegram("32-39_11_13_250206_VTSE41"))
    assert end is not None
    assert end.zones == ()


def test_cancelled_arrival_times_do_not_lift_the_warning_itself(telegram: ReadTelegram) -> None:
    warning, arrivals = telegram("32-39_11_06_250206_VTSE41"), telegram("32-39_11_08_250206_VTSE51")
    for order in permutations((warning, arrivals, cancel(arrivals, withdraws=("VTSE51",)))):
        assert standing(fold(*order)) == warning


def test_a_cancelled_tsunami_warning_takes_its_arrival_times_with_it(telegram: ReadTelegram) -> None:
    warning, arrivals = telegram("32-39_11_06_250206_VTSE41"), telegram("32-39_11_03_250206_VTSE51")
    for order in permutations((warning, arrivals, cancel(warning))):
        assert state(*order) is None


def test_a_real_cancellation_of_a_quake_takes_back_what_it_names(telegram: ReadTelegram) -> None:
    second, third = telegram("32-35_06_04_240613_VXSE53"), telegram("32-35_06_05_240613_VXSE53")
    cancellation = telegram("32-35_06_06_100915_VXSE53")
    assert second.series == third.series == cancellation.series
    before = state(second, third)
    assert before is not None
    assert [zone.condition.code for zone in before.zones] == ["6+"]
    for order in permutations((second, third, cancellation)):
        assert state(*order) is None


def test_okayama_landslide_warnings_replace_each_other_whole(telegram: ReadTelegram) -> None:
    names = ("03_03", "03_04", "03_05", "03_06", "03_08", "03_09")
    telegrams = [telegram(f"17_{name}_190529_VXWW50") for name in names]
    assert len({t.series for t in telegrams}) == 1
    assert standing(fold(*reversed(telegrams))) == telegrams[-1]


def test_a_correction_beats_what_it_corrects(telegram: ReadTelegram) -> None:
    first = telegram("67_01_02_140927_VFVO56")
    corrected = telegram("67_01_03_140927_VFVO56")
    assert corrected.action is Action.CORRECT
    assert standing(fold(corrected, first)) == corrected
