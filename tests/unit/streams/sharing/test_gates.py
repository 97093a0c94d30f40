"""Gates as state: what a telegram opens, what it only arms, and that neither order nor repetition matters."""

from dataclasses import replace
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.events.alerts import Severity
from streams.events.base import Action, Hazard, Status
from streams.events.declarations import Channel, Closed, DeclarationEvent, Officer, Proposed, Renewed
from streams.events.gates import Stand
from streams.sharing.gates import (
    Ledger,
    fold_event,
    gate_states,
    ledger_of,
    list_change_times,
    view_of,
)
from streams.sharing.levels import Said
from streams.world import World
from tests.unit.streams.sharing.acts import (
    ANNA,
    BEN,
    CARA,
    DRAFT,
    HOUR,
    NEIGHBOUR,
    TERMS,
    TOWN,
    approved,
    gate,
    ledger,
    proposed,
    said,
    telegram,
)

CANCEL, CORRECT = Action.CANCEL, Action.CORRECT
MS = 1 / HOUR
T_ROW, H_ROW = 2, 3
APPROVED = approved(proposed(10))


def stand(row: int, at_h: float, *events: Said | DeclarationEvent) -> Stand:
    return gate(row, events, at_h).stand


def test_a_telegram_opens_row_2_from_its_own_moment_on() -> None:
    warning = said(10)
    assert [stand(T_ROW, at, warning) for at in (10 - MS, 10, 500)] == [Stand.CLOSED, Stand.OPEN, Stand.OPEN]
    opened = gate(T_ROW, (warning,), 10)
    assert (opened.level, opened.open_by[0].by, opened.open_by[0].until_ms) == (4, warning.id, None)


def test_a_lifted_telegram_leaves_row_2_open_for_six_hours_to_the_millisecond() -> None:
    history = said(10), said(20, 0)
    assert [stand(T_ROW, at, *history) for at in (20, 26 - MS, 26)] == [Stand.OPEN, Stand.OPEN, Stand.EXPIRED]
    assert gate(T_ROW, history, 21).open_by[0].until_ms == 26 * HOUR


def test_a_telegram_that_ran_out_counts_as_lifted() -> None:
    warning = said(10, until_h=12)
    assert [stand(T_ROW, at, warning) for at in (12, 18 - MS, 18)] == [Stand.OPEN, Stand.OPEN, Stand.EXPIRED]


def test_a_telegram_that_was_taken_back_shuts_row_2_at_once() -> None:
    history = said(10), said(11, action=CANCEL)
    assert [stand(T_ROW, at, *history) for at in (11 - MS, 11)] == [Stand.OPEN, Stand.CLOSED]


def test_taking_back_also_ends_the_hours_after_the_lifting() -> None:
    assert stand(T_ROW, 14, said(10), said(12, 0), said(13, action=CANCEL)) is Stand.CLOSED


def test_what_is_said_after_a_cancellation_is_not_taken_back_by_it() -> None:
    assert gate(T_ROW, (said(10, 5), said(11, action=CANCEL), said(12, 3)), 12).level == 3


def test_a_telegram_that_was_over_when_it_was_issued_leaves_only_what_is_left_of_its_hours() -> None:
    late = said(10, until_h=8)
    assert [stand(T_ROW, at, late) for at in (10, 14 - MS, 14)] == [Stand.OPEN, Stand.OPEN, Stand.EXPIRED]


def test_taking_back_restores_what_stood_before() -> None:
    history = said(8, 3, event="a"), said(10, 5, event="b"), said(11, action=CANCEL, event="b")
    assert (gate(T_ROW, history, 10).level, gate(T_ROW, history, 11).level) == (5, 3)


def test_a_corrected_telegram_leaves_nothing_of_what_it_said() -> None:
    assert stand(T_ROW, 11, said(10, 5), said(11, 0, action=CORRECT)) is Stand.CLOSED
    assert gate(T_ROW, (said(10, 5), said(11, 3, action=CORRECT)), 12).level == 3


def test_of_several_series_the_highest_level_counts() -> None:
    history = said(10, 3), said(11, 5, series="jma/VXWW50"), said(12, 0, series="jma/VXWW50")
    assert [gate(T_ROW, history, at).level for at in (10, 11, 17.9, 18)] == [3, 5, 5, 3]


@pytest.mark.parametrize(
    ("severity", "hazard", "level"),
    [
        (Severity.WARNING, Hazard.TSUNAMI, 4),
        (Severity.EMERGENCY, Hazard.TSUNAMI, 5),
        (Severity.WARNING, Hazard.WIND, 3),
        (Severity.CRITICAL, Hazard.EARTHQUAKE, 4),
        (Severity.ADVISORY, Hazard.WIND, 0),
        (Severity.NONE, Hazard.TSUNAMI, 0),
    ],
)
def test_where_the_issuer_gives_no_level_the_versions_own_table_does(
    severity: Severity, hazard: Hazard, level: int
) -> None:
    assert gate(T_ROW, (said(10, None, severity=severity, hazard=hazard),), 10).level == level


def test_a_telegram_arms_a_gate_of_people_and_never_opens_it() -> None:
    high, low = said(10, 4), said(10, 3)
    armed = gate(H_ROW, (high,), 10)
    assert (armed.stand, armed.armed_by, armed.armed_level) == (Stand.ARMED, high.id, 4)
    assert stand(H_ROW, 10, low) is Stand.CLOSED
    assert stand(H_ROW, 21, high, said(20, 0)) is Stand.CLOSED
    assert stand(6, 10, low) is Stand.ARMED


@settings(max_examples=80)
@given(
    st.lists(
        st.builds(said, st.integers(0, 9), st.integers(0, 5), action=st.sampled_from(Action)), max_size=6
    )
)
def test_no_history_of_telegrams_opens_a_gate_of_people(history: list[Said]) -> None:
    for state in gate_states(ledger(*history), TOWN, TERMS, world=World.REAL, now_ms=9 * HOUR):
        assert state.stand is not Stand.OPEN or state.row == T_ROW


def test_two_persons_open_a_gate_with_or_without_a_telegram() -> None:
    history = proposed(10), APPROVED
    assert [stand(H_ROW, at, *history) for at in (10, 11 - MS, 11, 17 - MS, 17)] == [
        Stand.CLOSED, Stand.CLOSED, Stand.OPEN, Stand.OPEN, Stand.EXPIRED
    ]  # fmt: skip
    opening = gate(H_ROW, history, 12).open_by[0]
    assert (opening.proposed_by, opening.approved_by, opening.until_ms) == ("anna", "ben", 17 * HOUR)
    assert stand(H_ROW, 18, *history, said(18)) is Stand.ARMED


def test_a_gate_that_a_person_closed_is_closed_and_not_expired() -> None:
    assert (
        stand(H_ROW, 12, proposed(10), APPROVED, Closed(id="d1", at_ms=12 * HOUR, by=ANNA.officer))
        is Stand.CLOSED
    )


def test_a_declaration_ends_with_the_telegram_it_stands_on_when_that_is_taken_back() -> None:
    warning = said(9)
    proposal = proposed(10, replace(DRAFT, telegram=warning.id))
    history = warning, proposal, approved(proposal), said(13, action=CANCEL)
    assert [stand(H_ROW, at, *history) for at in (13 - MS, 13)] == [Stand.OPEN, Stand.CLOSED]
    assert view_of(gate(H_ROW, history, 13)).cancelled
    lifted = (*history[:3], said(13, 0))
    assert stand(H_ROW, 14, *lifted) is Stand.OPEN


def test_a_declaration_opens_its_own_row_and_municipality_only() -> None:
    history = proposed(10), APPROVED
    states = gate_states(ledger(*history), TOWN, TERMS, world=World.REAL, now_ms=12 * HOUR)
    assert [state.row for state in states if state.stand is Stand.OPEN] == [H_ROW]
    assert gate(H_ROW, history, 12, town=NEIGHBOUR).stand is Stand.CLOSED


@pytest.mark.parametrize("status", Status)
def test_a_drill_moves_nothing_real_and_the_other_way_round(status: Status) -> None:
    for world in World:
        opened = gate(T_ROW, (said(10, status=status),), 10, world=world).stand is Stand.OPEN
        assert opened is ((status is Status.ACTUAL) == (world is World.REAL))
    assert gate(H_ROW, (proposed(10), APPROVED), 12, world=World.DRILL).stand is Stand.CLOSED


def test_a_telegram_of_the_drill_replaces_nothing_real() -> None:
    assert stand(T_ROW, 30, said(10), said(11, 0, status=Status.EXERCISE)) is Stand.OPEN


def test_a_code_approves_the_first_declaration_that_used_it_and_no_other() -> None:
    first, second = proposed(10), proposed(10, replace(DRAFT, id="d2"))
    uses = [
        approved(one, at, channel=Channel.CODE, code="digest") for one, at in ((first, 11), (second, 11.5))
    ]
    opened = gate(H_ROW, (first, second, *uses), 11.5).open_by
    assert [opening.by for opening in opened] == ["d1"]


def _proposed(at_h: int, name: str) -> Proposed:
    return proposed(at_h, replace(DRAFT, id=name, telegram=telegram(5).id))


documents = st.builds(
    said,
    st.integers(0, 30),
    st.integers(0, 5),
    town=st.sampled_from([TOWN, NEIGHBOUR]),
    action=st.sampled_from(Action),
    event=st.sampled_from(["", "a"]),
    until_h=st.sampled_from([None, 12.0, 20.0]),
    status=st.sampled_from([Status.ACTUAL, Status.ACTUAL, Status.EXERCISE]),
    series=st.sampled_from(["jma/a", "jma/b"]),
)
IMPOSTORS = [
    Officer("anna", "approver", TOWN),
    Officer("eve", "approver", NEIGHBOUR),
    Officer("eve", "mayor", TOWN),
]
officers = st.sampled_from([ANNA.officer, BEN.officer, CARA.officer, *IMPOSTORS])
at_ms = st.integers(0, 60).map(lambda half: half * HOUR // 2)
names = st.sampled_from(["d1", "d2"])
acts = st.one_of(
    st.builds(_proposed, st.integers(0, 30), names),
    st.builds(
        lambda at, name, later, by, channel, code: approved(
            _proposed(at, name), at + later, by, channel=channel, code=code
        ),
        st.integers(0, 30),
        names,
        st.sampled_from([-1, 0, 0.5, 1, 2]),
        officers,
        st.sampled_from(Channel),
        st.sampled_from(["x", "y"]),
    ),
    st.builds(Renewed, id=names, at_ms=at_ms, by=officers),
    st.builds(Closed, id=names, at_ms=at_ms, by=officers),
)
pairs = st.builds(
    lambda at, name, by: (_proposed(at, name), approved(_proposed(at, name), at + 1, by)),
    st.integers(0, 30),
    names,
    officers,
)
histories = st.tuples(
    st.lists(documents, max_size=5), st.lists(acts, max_size=4), st.lists(pairs, max_size=2)
).map(lambda drawn: [*drawn[0], *drawn[1], *(event for pair in drawn[2] for event in pair)])


def stands(whole: Ledger, now_ms: int) -> list[object]:
    return [gate_states(whole, town, TERMS, world=World.REAL, now_ms=now_ms) for town in (TOWN, NEIGHBOUR)]


def moments(whole: Ledger) -> list[int]:
    """Every moment at which anything can change: what holds at each of them holds always."""
    return sorted({0, *list_change_times(whole, TERMS)})


@settings(max_examples=60)
@given(histories, st.data())
def test_any_order_and_any_repeats_give_the_same_gates(
    history: list[Said | DeclarationEvent], data: st.DataObject
) -> None:
    one, other = ledger(*history), ledger(*data.draw(st.permutations(history + history[:3])))
    again = fold_event(one, history[0]) if history else one
    for now_ms in moments(one):
        assert stands(one, now_ms) == stands(other, now_ms) == stands(again, now_ms)


@settings(max_examples=60)
@given(histories)
def test_a_municipalitys_gates_follow_from_its_own_part_alone(history: list[Said | DeclarationEvent]) -> None:
    whole = ledger(*history)
    for town in (TOWN, NEIGHBOUR):
        part = ledger_of(town, whole)
        for now_ms in moments(whole):
            alone = gate_states(part, town, TERMS, world=World.REAL, now_ms=now_ms)
            assert alone == gate_states(whole, town, TERMS, world=World.REAL, now_ms=now_ms)


@settings(max_examples=60)
@given(histories)
def test_nothing_changes_between_the_moments_at_which_it_can(history: list[Said | DeclarationEvent]) -> None:
    whole = ledger(*history)
    for start, end in pairwise(moments(whole)):
        assert stands(whole, start) == stands(whole, end - 1)


@settings(max_examples=60)
@given(histories)
def test_what_is_open_has_time_left_and_two_different_persons_or_a_telegram(
    history: list[Said | DeclarationEvent],
) -> None:
    whole = ledger(*history)
    for now_ms in moments(whole):
        for state in gate_states(whole, TOWN, TERMS, world=World.REAL, now_ms=now_ms):
            for opening in state.open_by:
                view, persons = view_of(state, opening), (opening.proposed_by, opening.approved_by)
                assert view.until_ms > now_ms >= opening.from_ms
                assert view.two_persons == (state.row != T_ROW)
                assert state.row == T_ROW or persons in {("anna", "ben"), ("anna", "cara")}
                assert opening.status is Status.ACTUAL


def test_an_exercise_with_the_id_of_a_real_telegram_neither_hides_it_nor_is_hidden() -> None:
    real = said(0, 4)
    drill = msgspec.structs.replace(real, status=Status.EXERCISE)
    for events in ((real, drill), (drill, real)):
        for world in World:
            assert gate(2, events, 1, world=world).stand is Stand.OPEN
