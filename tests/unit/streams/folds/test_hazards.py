"""What a series of alert documents says, whatever the order in which they come."""

from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cells import Gazetteer
from streams.events.alerts import AreaConditions, Severity, Telegram
from streams.events.base import Action, AreaRef
from streams.folds.hazards import KEPT, Series, fold_telegram, hazard_state, standing
from tests.unit.streams.given import BAY, condition, telegram, telegrams

NOWHERE = Gazetteer({}, {})
CANCEL, CORRECT = Action.CANCEL, Action.CORRECT


def fold(history: Iterable[Telegram]) -> Series:
    series = Series()
    for document in history:
        series = fold_telegram(series, document)
    return series


def stands_at(*history: Telegram) -> int | None:
    """Issue time of the document that stands."""
    state = hazard_state(fold(history), NOWHERE)
    return state.issued_at_ms if state else None


@given(st.lists(telegrams, max_size=14).flatmap(lambda h: st.tuples(st.just(h), st.permutations(h + h))))
def test_any_order_and_any_repeats_end_in_the_same_state(
    history: tuple[list[Telegram], list[Telegram]],
) -> None:
    straight, shuffled = history
    assert fold(straight) == fold(shuffled)


@given(st.lists(telegrams, max_size=KEPT, unique_by=lambda t: t.id))
def test_what_stands_is_the_newest_that_nobody_took_back(history: list[Telegram]) -> None:
    taken_back = {
        t.id
        for t in history
        for c in history
        if c.action is CANCEL and t.issued_at_ms <= c.issued_at_ms and c.event_id in {"", t.event_id}
    }
    left = [t for t in history if t.action is not CANCEL and t.id not in taken_back]
    found = standing(fold(history))
    if found is None:
        assert not left
    else:
        assert found in left
        assert found.issued_at_ms == max(t.issued_at_ms for t in left)


def test_no_more_than_the_newest_documents_are_kept() -> None:
    series = fold(telegram(at) for at in range(KEPT + 5))
    assert [d.issued_at_ms for d in series.documents] == list(range(KEPT + 4, 4, -1))


def test_the_newest_document_replaces_the_former_whole() -> None:
    elsewhere = AreaRef("tsunami", "998", "隣の湾")
    first, second = telegram(1), telegram(2)
    second = msgspec.structs.replace(
        second, areas=(AreaConditions(area=elsewhere, conditions=(condition(),)),)
    )
    state = hazard_state(fold([first, second]), Gazetteer({BAY.ref: (1,), elsewhere.ref: (2,)}, {}))
    assert state is not None
    assert [zone.area for zone in state.zones] == [elsewhere]


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ((telegram(1, event="a"), telegram(2, event="b"), telegram(3, event="b", action=CANCEL)), 1),
        ((telegram(1, event="a"), telegram(2, event="a"), telegram(3, event="a", action=CANCEL)), None),
        ((telegram(1), telegram(2, action=CANCEL)), None),
        ((telegram(1), telegram(2, action=CANCEL), telegram(3)), 3),
        ((telegram(1, event="a"), telegram(2, event="b", action=CANCEL)), 1),
        ((telegram(5, event="a"), telegram(3, event="a", action=CANCEL)), 5),
    ],
    ids=[
        "a cancellation of the newer event restores the former",
        "a cancellation takes back every document of its event",
        "a cancellation without an event takes back what was issued up to it",
        "what is issued after a cancellation stands",
        "a cancellation of another event changes nothing",
        "a cancellation does not reach documents issued after it",
    ],
)
def test_cancellations(history: tuple[Telegram, ...], expected: int | None) -> None:
    assert stands_at(*history) == expected
    assert stands_at(*reversed(history)) == expected


def test_a_restored_document_that_had_run_out_is_not_in_force_again() -> None:
    short = telegram(1, event="a", until=2)
    assert stands_at(short, telegram(3, event="b"), telegram(4, event="b", action=CANCEL)) is None


def test_a_restored_document_that_is_still_valid_is_in_force_again() -> None:
    long = telegram(1, event="a", until=9)
    assert stands_at(long, telegram(3, event="b"), telegram(4, event="b", action=CANCEL)) == 1


def test_what_a_run_out_document_had_replaced_stays_replaced() -> None:
    first, second = telegram(1, event="a"), telegram(2, event="b", until=3)
    assert stands_at(first, second, telegram(4, event="c"), telegram(5, event="c", action=CANCEL)) is None


def test_a_correction_beats_what_it_corrects_at_the_same_time_and_serial() -> None:
    wrong, right = telegram(1), telegram(1, action=CORRECT)
    for history in ((wrong, right), (right, wrong)):
        found = standing(fold(history))
        assert found is not None
        assert found.action is CORRECT


def test_a_later_serial_wins_at_the_same_time() -> None:
    found = standing(fold([telegram(1, serial=2), telegram(1, serial=1)]))
    assert found is not None
    assert found.serial == 2


def test_a_lifted_area_makes_no_zone() -> None:
    here = Gazetteer({BAY.ref: (7,)}, {})
    state = hazard_state(fold([telegram(1, conditions=(condition(Severity.NONE),))]), here)
    assert state is not None
    assert state.zones == ()


def test_an_area_that_this_system_does_not_serve_makes_no_zone() -> None:
    state = hazard_state(fold([telegram(1)]), NOWHERE)
    assert state is not None
    assert state.zones == ()


def test_the_areas_own_cells_are_taken_where_the_document_draws_nothing() -> None:
    state = hazard_state(fold([telegram(1)]), Gazetteer({BAY.ref: (7, 8)}, {}))
    assert state is not None
    assert state.zones[0].cells == (7, 8)


WHOLE = (5, 6)


@pytest.mark.parametrize(
    ("area", "zones"),
    [
        (AreaRef("city", "9910100", "澪北市"), [((7,), False)]),
        (AreaRef("city", "9910102", "澪北市南部"), [(WHOLE, True)]),
        (AreaRef("quake", "9910100", "澪北市"), [(WHOLE, True)]),
        (AreaRef("city", "9919900", "よその市"), []),
        (AreaRef("river", "9910102", "川"), []),
        (AreaRef("city", "991010299", "長い"), []),
    ],
)
def test_a_part_whose_code_is_not_known_counts_for_its_whole_municipality_and_says_so(
    area: AreaRef, zones: list[tuple[tuple[int, ...], bool]]
) -> None:
    here = Gazetteer({"muni/99101": WHOLE, "city/9910100": (7,)}, {})
    said = AreaConditions(area=area, conditions=(condition(),))
    state = hazard_state(fold([msgspec.structs.replace(telegram(1), areas=(said,))]), here)
    assert state is not None
    assert [(zone.cells, zone.widened) for zone in state.zones] == zones
    assert all(zone.area == area for zone in state.zones)
