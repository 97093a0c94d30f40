"""A version over a recorded past: gates, who would have been visible, first minutes, and where versions differ."""

from collections.abc import Sequence
from dataclasses import replace

import h3.api.basic_int as h3
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cli.policy_page import make_page, when
from streams.cells import cell_name
from streams.events.base import Action, Status
from streams.events.choices import PolicyChosen
from streams.events.declarations import Closed, DeclarationEvent
from streams.events.gates import Stand
from streams.sharing.backtest import Record, run
from streams.sharing.decide import Decider
from streams.sharing.gates import gate_states, view_of
from streams.sharing.levels import Said
from streams.sharing.outcomes import Exposure, Outcome, Span, list_changes
from streams.sharing.requests import FOREVER_MS, Circumstances, ConsentView, Person, Recipient, Request
from streams.sharing.versions import Version, newest, read_version
from streams.sharing.visibility import PURPOSE, Resident, Sight
from streams.world import World
from tests.unit.streams.sharing.acts import (
    BEN,
    DRAFT,
    HOUR,
    NEIGHBOUR,
    TERMS,
    TOWN,
    approved,
    ledger,
    proposed,
    said,
)

NEW, OLD = read_version(newest()), read_version("2026-1")
INSIDE, OUTSIDE = h3.latlng_to_cell(34.55, 135.25, 9), h3.latlng_to_cell(34.75, 135.25, 9)
TYPHOON = (said(10, 3), said(12, 4), said(20, 0))
DECLARED = (proposed(13), approved(proposed(13), 14))


def resident(name: str = "s1", **fields: object) -> Resident:
    return Resident(**{"subject": name, "municipality": TOWN, "cell": INSIDE, **fields})  # type: ignore[arg-type]


def agreed(level: int, name: str = "s1", **fields: object) -> Resident:
    return resident(name, choice="granted", level=level, **fields)


def tried(
    people: Sequence[Resident],
    *,
    documents: Sequence[Said] = TYPHOON,
    acts: Sequence[DeclarationEvent] = (),
    choices: Sequence[PolicyChosen] = (),
    version: Version = NEW,
) -> Outcome:
    record = Record(documents, acts, choices)
    return run(record, version, lambda code, _: [one for one in people if one.municipality == code])


def exposure(outcome: Outcome, row: int) -> Exposure | None:
    return next((one for one in outcome.exposures if one.row == row), None)


def spans(outcome: Outcome, row: int) -> tuple[Span, ...]:
    return next((gate.spans for gate in outcome.gates if gate.row == row), ())


def test_a_gates_history_has_every_stand_with_its_time_level_and_telegram() -> None:
    found = [
        (s.stand, s.from_ms // HOUR, s.until_ms and s.until_ms // HOUR, s.level) for s in spans(tried([]), 2)
    ]
    assert found == [(Stand.OPEN, 10, 12, 3), (Stand.OPEN, 12, 26, 4), (Stand.EXPIRED, 26, None, 0)]
    assert spans(tried([]), 2)[0].by == TYPHOON[0].id
    armed = spans(tried([]), 3)
    assert [(s.stand, s.from_ms // HOUR, s.by) for s in armed] == [
        (Stand.ARMED, 12, TYPHOON[1].id), (Stand.CLOSED, 20, "")
    ]  # fmt: skip


@pytest.mark.parametrize(("level", "hours"), [(3, 16), (4, 14), (5, None)])
def test_consented_persons_are_visible_from_the_level_they_chose_until_six_hours_after_the_lifting(
    level: int, hours: int | None
) -> None:
    look = exposure(tried([agreed(level)]), 2)
    assert (look and look.person_minutes) == (hours and hours * 60)


def test_who_refused_or_is_protected_or_was_not_asked_is_never_visible_through_consent() -> None:
    hidden = [
        resident("r", choice="refused", level=3),
        resident("n"),
        agreed(3, "p", protection_order=True),
    ]
    assert exposure(tried(hidden), 2) is None
    look = exposure(tried([*hidden, agreed(3, "v")]), 2)
    assert look
    assert (look.persons, look.of, [cell.persons for cell in look.cells]) == (1, 4, [1])


def test_a_declaration_shows_everybody_in_its_polygon_but_protected_persons_and_nobody_outside() -> None:
    people = [
        resident("in"),
        resident("refused", choice="refused"),
        resident("protected", protection_order=True),
        resident("out", cell=OUTSIDE),
    ]
    look = exposure(tried(people, acts=DECLARED), 3)
    assert look
    assert (look.persons, look.recipient, look.first_ms // HOUR, look.last_ms // HOUR) == (2, "staff", 14, 20)
    assert [cell.cell for cell in look.cells] == [cell_name(INSIDE)]
    assert look.person_minutes == 2 * 6 * 60
    shut = tried(people, acts=(*DECLARED, Closed(id="d1", at_ms=15 * HOUR, by=BEN.officer)))
    found = exposure(shut, 3)
    assert found
    assert found.person_minutes == 2 * 60


def test_a_declaration_for_named_persons_shows_those_of_the_list_and_no_other() -> None:
    scope = msgspec.structs.replace(DRAFT.scope, ring=(), subjects=("s1", "s2"))
    act = proposed(13, replace(DRAFT, row=6, scope=scope))
    mayor = msgspec.structs.replace(BEN.officer, role="mayor")
    people = [resident("s1", assisted=True), resident("s2"), resident("s3", assisted=True)]
    look = exposure(tried(people, acts=(act, approved(act, 14, mayor))), 6)
    assert look
    assert (look.persons, look.recipient) == (1, "supporter")


def test_a_trapped_cell_is_counted_from_ten_people_on_and_located_when_a_row_shows_one_of_them() -> None:
    trapped = resident("t", trapped_ms=11 * HOUR)
    nine = [resident(f"n{i}") for i in range(8)]
    (cell,) = tried([trapped, *nine]).trapped
    assert (cell.persons, cell.counted_ms, cell.located_ms) == (1, None, None)
    (cell,) = tried([trapped, *nine, resident("tenth")], acts=DECLARED).trapped
    assert (cell.counted_ms, cell.located_ms, cell.located_by_row) == (11 * HOUR, 14 * HOUR, 3)
    late = agreed(3, "t", trapped_ms=15 * HOUR)
    (cell,) = tried([late]).trapped
    assert (cell.located_ms, cell.located_by_row) == (15 * HOUR, 2)
    (cell,) = tried([agreed(3, "t", trapped_ms=26 * HOUR)]).trapped
    assert cell.located_ms is None


def test_a_record_that_falls_silent_counts_a_day_and_says_so() -> None:
    look = exposure(tried([agreed(3)], documents=[said(10, 3), said(500, 3)]), 2)
    assert look
    assert (look.person_minutes, look.is_open_ended) == ((6 + 24 + 6) * 60, True)
    whole = exposure(tried([agreed(3)]), 2)
    assert whole
    assert not whole.is_open_ended


def test_an_older_version_has_no_gates_and_differs_in_everything_that_they_show() -> None:
    people = [agreed(3, "t", trapped_ms=11 * HOUR), *(resident(f"n{i}") for i in range(9))]
    old, new = tried(people, version=OLD), tried(people)
    assert (old.gates, old.exposures) == ((), ())
    assert old.trapped[0].counted_ms == new.trapped[0].counted_ms == 11 * HOUR
    changes = {change.what: (change.old, change.new) for change in list_changes(old, new)}
    assert changes["row 2: first open (ms)"] == (None, 10 * HOUR)
    assert changes["row 2: persons visible to staff"] == (None, 1)
    assert changes[f"cell {cell_name(INSIDE)}: first located (ms)"] == (None, 11 * HOUR)
    assert list_changes(new, new) == []


def test_a_version_that_arms_later_differs_by_exactly_that() -> None:
    later = NEW.policies.replace('@armed_at("3")\n@hours("6")', '@armed_at("4")\n@hours("6")')
    assert later != NEW.policies
    changes = list_changes(tried([]), tried([], version=replace(NEW, policies=later)))
    assert [(one.what, one.old, one.new) for one in changes] == [
        ("row 2: first open (ms)", 10 * HOUR, 12 * HOUR)
    ]


def test_a_municipalitys_stricter_hours_count_and_looser_ones_are_noted_and_ignored() -> None:
    strict = PolicyChosen(municipality=TOWN, at_ms=0, by="mayor", policy="2026-1", hours={2: 1})
    loose = msgspec.structs.replace(strict, hours={2: 99})
    assert spans(tried([], choices=[strict]), 2)[1].until_ms == 21 * HOUR
    outcome = tried([], choices=[loose])
    assert spans(outcome, 2)[1].until_ms == 26 * HOUR
    assert "the bounds are 1 and 6" in outcome.notes[0]


def test_a_drill_in_the_record_moves_nothing_real() -> None:
    outcome = tried([agreed(3)], documents=[said(10, 5, status=Status.EXERCISE)])
    assert (outcome.gates, outcome.exposures) == ((), ())


@settings(max_examples=12)
@given(
    st.permutations([*TYPHOON, said(15, 5, series="jma/b"), said(16, action=Action.CANCEL, series="jma/b")])
)
def test_the_order_of_the_record_does_not_matter(documents: list[Said]) -> None:
    people = [agreed(3), resident("t", trapped_ms=11 * HOUR)]
    shown = tried(people, documents=documents, acts=DECLARED[::-1])
    assert shown == tried(people, documents=sorted(documents, key=lambda one: one.id), acts=DECLARED)


def test_a_rule_that_names_one_municipality_is_asked_for_each() -> None:
    clause = 'when { principal.municipality != "99102" }\nwhen { context.consent.choice == "granted" }'
    special = NEW.policies.replace('when { context.consent.choice == "granted" }', clause, 1)
    people = [agreed(3), agreed(3, "s2", municipality=NEIGHBOUR)]
    documents = [
        *TYPHOON,
        *(said(at, level, town=NEIGHBOUR, series="jma/b") for at, level in ((10, 3), (20, 0))),
    ]
    outcome = tried(people, documents=documents, version=replace(NEW, policies=special))
    assert [one.municipality for one in outcome.exposures] == [TOWN]
    assert [one.municipality for one in tried(people, documents=documents).exposures] == [TOWN, NEIGHBOUR]


people_drawn = st.lists(
    st.builds(
        resident,
        st.sampled_from(["s1", "s2"]),
        choice=st.sampled_from(["none", "granted", "refused"]),
        level=st.integers(3, 5),
        protection_order=st.booleans(),
        assisted=st.booleans(),
        cell=st.sampled_from([INSIDE, OUTSIDE]),
    ),
    max_size=5,
)


@settings(max_examples=30)
@given(people_drawn, st.integers(9, 27))
def test_what_is_remembered_decides_as_each_person_asked_alone(people: list[Resident], at_h: int) -> None:
    decider, now_ms = Decider(NEW.name, NEW.policies, NEW.schema), at_h * HOUR
    sight = Sight(decider, World.REAL)
    for gate in gate_states(ledger(*TYPHOON, *DECLARED), TOWN, TERMS, world=World.REAL, now_ms=now_ms):
        if gate.row in {2, 3}:
            alone = {
                index
                for index, one in enumerate(people)
                for opening in gate.open_by
                if decider.decide(
                    Request(
                        row=gate.row,
                        recipient=Recipient("r", "staff", TOWN),
                        resource=Person(
                            subject=one.subject, municipality=TOWN, protection_order=one.protection_order
                        ),
                        circumstances=Circumstances(
                            purpose=PURPOSE,
                            now_ms=now_ms,
                            gate=view_of(gate, opening),
                            consent=ConsentView(choice=one.choice, level=one.level, until_ms=FOREVER_MS),
                            in_scope=gate.row == 2 or one.cell == INSIDE,
                        ),
                    )
                ).permitted
            }
            assert sight.seen(gate, "staff", people, now_ms=now_ms) == alone


def test_the_page_shows_timelines_maps_and_differences_and_lets_nothing_through() -> None:
    hostile = replace(DRAFT, id="<script>x</script>")
    acts = (proposed(13, hostile), approved(proposed(13, hostile), 14))
    people = [agreed(3, "t", trapped_ms=11 * HOUR), resident("b", cell=OUTSIDE)]
    old, new = tried(people, version=OLD), tried(people, acts=acts)
    page = make_page(new, against=old, changes=list_changes(old, new), notes=["<b>note</b>"])
    assert "<script>" not in page
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    assert "&lt;b&gt;note&lt;/b&gt;" in page
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("<polygon") >= 2
    assert "open, level 3" in page
    assert when(10 * HOUR) == "1970-01-01 19:00"
    assert make_page(tried([], documents=[]), against=None, changes=[], notes=[])
