"""What is known of a place: nothing is invented, nothing older wins."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.events.base import Hazard
from streams.events.shelters import Opening, ShelterReport, ShelterState, SiteReport
from streams.folds.shelters import Place, fold_shelter_report, fold_site, shelter_state
from tests.unit.streams.given import report, reports, site, sites

Known = SiteReport | ShelterReport


def fold(history: Iterable[Known]) -> Place:
    place: Place | None = None
    for one in history:
        place = fold_site(place, one) if isinstance(one, SiteReport) else fold_shelter_report(place, one)
    return place or Place()


def state_after(*history: Known) -> ShelterState:
    state = shelter_state("s", fold(history))
    assert state is not None
    return state


@given(st.lists(sites | reports, max_size=8).flatmap(lambda h: st.tuples(st.just(h), st.permutations(h + h))))
def test_any_order_and_any_repeats_end_in_the_same_state(history: tuple[list[Known], list[Known]]) -> None:
    straight, shuffled = history
    assert fold(straight) == fold(shuffled)


def test_a_place_of_which_only_the_list_is_known_is_unknown_today() -> None:
    state = state_after(site(1, capacity=50))
    assert (state.opening, state.headcount, state.capacity) == (Opening.UNKNOWN, None, 50)
    assert (state.reported_as_of_ms, state.listed_as_of_ms) == (None, 1)


def test_a_place_that_no_list_names_has_no_position_and_suits_nothing() -> None:
    state = state_after(report(1, opening=Opening.OPEN, name="集会所"))
    assert (state.lat, state.lon, state.suits, state.name) == (None, None, (), "集会所")


def test_what_the_newest_report_does_not_say_is_unknown_again() -> None:
    state = state_after(report(1, opening=Opening.OPEN, headcount=40), report(2))
    assert (state.opening, state.headcount) == (Opening.UNKNOWN, None)


def test_a_headcount_of_zero_is_not_unknown() -> None:
    assert state_after(report(1, headcount=0)).headcount == 0


@pytest.mark.parametrize(
    ("listed", "reported", "expected"),
    [(50, 60, 60), (50, 0, 0), (50, None, 50), (None, 60, 60), (None, None, None)],
)
def test_the_reported_capacity_comes_before_the_listed_one(
    listed: int | None, reported: int | None, expected: int | None
) -> None:
    assert state_after(site(1, capacity=listed), report(2, capacity=reported)).capacity == expected


def test_a_list_without_a_date_yields_to_any_other() -> None:
    dated, undated = site(1, name="dated"), site(None, name="undated")
    assert state_after(dated, undated).name == state_after(undated, dated).name == "dated"


def test_a_hazard_in_neither_tuple_stays_unknown() -> None:
    state = state_after(site(1, suits=(Hazard.FLOOD,), unsuited=(Hazard.TSUNAMI,)))
    assert Hazard.LANDSLIDE not in (*state.suits, *state.unsuited)


def test_a_place_taken_off_the_list_is_gone_and_comes_back_with_a_newer_list() -> None:
    gone = fold([site(1), report(5, opening=Opening.OPEN), site(2, removed=True)])
    assert shelter_state("s", gone) is None
    assert state_after(site(2, removed=True), site(3)).listed_as_of_ms == 3
