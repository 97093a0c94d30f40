"""Rows 2 to 13: a permit, a refusal by each missing condition, and forbids that win over everything."""

import json
from itertools import product

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.sharing.decide import Decider, PolicyError
from streams.sharing.requests import FOREVER_MS, ConsentView, GateView, Relation, Request
from streams.sharing.versions import newest, read_version
from tests.unit.streams.sharing.table import (
    LATER,
    NOW,
    OTHER,
    ROLES,
    TABLE,
    TOWN,
    forbidden,
    lacks,
    permitted,
    with_circumstances,
    with_gate,
    with_recipient,
    with_resource,
)

DECIDER, VERSION = Decider.load(newest()), read_version(newest())
LACKS = [(row, name) for row in TABLE for name in lacks(row)]
FORBIDDEN = [(row, reason) for row in TABLE for reason in forbidden(row, permitted(row))]


@pytest.mark.parametrize(("row", "role"), [(row, role) for row in TABLE for role in TABLE[row].roles])
def test_a_row_permits_whom_the_table_names_and_says_which_row_it_was(row: int, role: str) -> None:
    decision = DECIDER.decide(permitted(row, role=role))
    assert (decision.permitted, decision.row, decision.reason) == (True, row, "permitted")


@pytest.mark.parametrize(("row", "lack"), LACKS)
def test_nothing_is_permitted_when_one_thing_that_the_row_needs_is_missing(row: int, lack: str) -> None:
    decision = DECIDER.decide(lacks(row)[lack])
    assert not decision.permitted
    assert decision.reason == "no-rule-permits"
    assert len(decision.missing) == 1


@pytest.mark.parametrize(("row", "reason"), FORBIDDEN)
def test_what_always_wins_wins_over_the_rows_permit_and_is_the_reason(row: int, reason: str) -> None:
    decision = DECIDER.decide(forbidden(row, permitted(row))[reason])
    assert (decision.permitted, decision.reason) == (False, reason)


@pytest.mark.parametrize("row", [row for row in TABLE if TABLE[row].relation != "none"])
def test_a_relation_that_ended_permits_nothing_from_that_millisecond_on(row: int) -> None:
    kind = TABLE[row].relation
    for until_ms, expected in ((LATER, True), (NOW, False)):
        request = with_circumstances(permitted(row), relation=Relation(kind=kind, until_ms=until_ms))
        assert DECIDER.decide(request).permitted is expected


@pytest.mark.parametrize("row", [2, 8, 9, 12])
def test_a_consent_that_ended_permits_nothing_from_that_millisecond_on(row: int) -> None:
    for until_ms, expected in ((LATER, True), (NOW, False)):
        consent = ConsentView(choice="granted", level=3, until_ms=until_ms)
        decision = DECIDER.decide(with_circumstances(permitted(row), consent=consent))
        assert decision.permitted is expected


@pytest.mark.parametrize("row", [row for row in TABLE if TABLE[row].local])
def test_staff_and_helpers_of_another_municipality_see_nothing(row: int) -> None:
    decision = DECIDER.decide(with_recipient(permitted(row), role=TABLE[row].roles[0], municipality=OTHER))
    assert decision.reason == "wrong-municipality"


def test_the_three_regimes_differ_only_for_those_who_have_not_answered() -> None:
    allowed = {
        "opt-in": {"granted"},
        "opt-out": {"granted", "asked"},
        "refusal-honoured": {"granted", "asked", "none"},
    }
    for regime, choice in product(allowed, ("granted", "refused", "revoked", "asked", "none")):
        request = with_circumstances(
            permitted(5), regime=regime, consent=ConsentView(choice=choice, until_ms=FOREVER_MS)
        )
        assert DECIDER.decide(request).permitted is (choice in allowed[regime])


@pytest.mark.parametrize("row", [3, 6])
def test_in_an_emergency_a_refusal_of_the_list_in_peacetime_does_not_hide_anybody(row: int) -> None:
    request = with_circumstances(permitted(row), consent=ConsentView(choice="refused"))
    assert DECIDER.decide(request).permitted


def test_a_drill_opens_in_the_drill_and_nothing_real_opens_there() -> None:
    for world, status in product(("real", "drill"), ("actual", "exercise", "test")):
        request = with_gate(with_circumstances(permitted(3), world=world), status=status)
        assert DECIDER.decide(request).permitted is ((status == "actual") == (world == "real"))


def test_a_gate_of_one_row_is_asked_for_by_that_row_only() -> None:
    with pytest.raises(PolicyError, match="no rule for row 2; it has 1"):
        Decider.load("2026-1").decide(permitted(2))


def oracle(request: Request) -> bool:
    """The table read by a person: everything the row needs, and nothing that always wins."""
    said, c, gate = TABLE[request.row], request.circumstances, request.circumstances.gate
    person = request.row != 13
    struck = (
        c.purpose == ""
        or (person and request.resource.protection_order)  # type: ignore[union-attr]
        or (said.gate != "none" and (gate.cancelled or gate.status != "actual"))
        or (request.row in {2, 5, 9} and c.consent.choice in {"refused", "revoked"})
    )
    silent = {"opt-in": set(), "opt-out": {"asked"}, "refusal-honoured": {"asked", "none"}}[c.regime]
    agreed = c.consent.choice == "granted" or (request.row == 5 and c.consent.choice in silent)
    return (
        not struck
        and request.recipient.role in said.roles
        and (agreed or not said.consent)
        and (said.gate == "none" or gate.state == "open")
    )


def test_every_combination_of_the_finite_table_is_decided_as_the_oracle_says() -> None:
    requests: list[Request] = []
    for row, role in product(TABLE, ROLES):
        whole = with_recipient(permitted(row), role=role)
        gated = TABLE[row].gate != "none"
        gates = (
            [
                {"state": state, "status": status, "cancelled": cancelled}
                for state in ("closed", "armed", "open", "expired")
                for status, cancelled in (
                    ("actual", False),
                    ("exercise", False),
                    ("test", False),
                    ("actual", True),
                )
            ]
            if gated
            else [{}]
        )
        for gate, choice, regime, order in product(
            gates,
            ("granted", "refused", "revoked", "asked", "none")
            if TABLE[row].consent
            else ("granted", "refused"),
            ("opt-in", "opt-out", "refusal-honoured") if row == 5 else ("opt-in",),
            (False, True) if row != 13 else (False,),
        ):
            consent = ConsentView(choice=choice, level=3, until_ms=FOREVER_MS)
            request = with_circumstances(with_gate(whole, **gate), consent=consent, regime=regime)
            requests.append(with_resource(request, protection_order=order) if order else request)
    wrong = [
        request
        for request, decision in zip(requests, DECIDER.decide_all(requests), strict=True)
        if decision.permitted is not oracle(request)
    ]
    assert wrong == []
    assert sum(oracle(request) for request in requests) > len(TABLE)


gates = st.builds(
    GateView,
    state=st.sampled_from(["none", "closed", "armed", "open", "open", "expired"]),
    municipality=st.sampled_from([TOWN, TOWN, OTHER]),
    status=st.sampled_from(["actual", "actual", "exercise"]),
    cancelled=st.sampled_from([False, False, True]),
    two_persons=st.booleans(),
    level=st.integers(0, 5),
    until_ms=st.sampled_from([0, NOW, LATER, FOREVER_MS]),
)
consents = st.builds(
    ConsentView,
    choice=st.sampled_from(["granted", "refused", "asked"]),
    level=st.integers(0, 5),
    until_ms=st.sampled_from([NOW, LATER]),
)
FACTS = ("in_scope", "identity_proved", "plan_active", "protection_checked")
changes = st.one_of(
    st.fixed_dictionaries({"gate": gates}),
    st.fixed_dictionaries({"consent": consents}),
    st.fixed_dictionaries({"purpose": st.sampled_from(["安否", "x' or 1", ""])}),
    *(st.fixed_dictionaries({fact: st.booleans()}) for fact in FACTS),
)


def _changed(row: int, role: str, drawn: list[dict[str, object]]) -> Request:
    request = with_recipient(permitted(row), role=role)
    for change in drawn:
        request = with_circumstances(request, **change)
    return request


requests_of_a_row = st.sampled_from(list(TABLE)).flatmap(
    lambda row: st.builds(
        _changed,
        st.just(row),
        st.sampled_from([*TABLE[row].roles, *TABLE[row].roles, "stranger"]),
        st.lists(changes, max_size=2),
    )
)
"""What the table permits, with up to two changes: permits, near misses and refusals, each often."""


@settings(max_examples=60)
@given(requests_of_a_row, st.data())
def test_a_forbid_wins_whatever_else_is_true(request: Request, data: st.DataObject) -> None:
    struck = forbidden(request.row, request)
    reason = data.draw(st.sampled_from(sorted(struck)))
    explained = DECIDER.explain(struck[reason])
    assert not explained.decision.permitted
    assert reason in {rule.reason for rule in explained.forbids}


@settings(max_examples=60)
@given(requests_of_a_row)
def test_a_permit_has_every_condition_a_basis_and_time_left(request: Request) -> None:
    explained = DECIDER.explain(request)
    decision, c = explained.decision, request.circumstances
    held = [holds for _, holds in explained.conditions]
    assert decision.permitted is (all(held) and not explained.forbids)
    assert explained.rule.annotations["basis"]
    if decision.permitted and TABLE[request.row].gate != "none":
        assert c.gate.state == "open"
        assert c.gate.until_ms > c.now_ms


@settings(max_examples=60)
@given(requests_of_a_row)
def test_decisions_are_those_of_the_whole_text_under_its_schema(request: Request) -> None:
    question = DECIDER._question(request)
    entities = json.dumps([e for e in json.loads(question.entities) if e["uid"]["type"] != "Action"])
    answer = cedarpy.is_authorized(question.request, VERSION.policies, entities, VERSION.schema)
    assert answer.diagnostics.errors == []
    assert DECIDER.decide(request).permitted is answer.allowed
    reasons = {rule.id for rule in DECIDER.explain(request).forbids}
    assert answer.allowed or reasons == set(answer.diagnostics.reasons)


def test_explaining_names_the_rule_its_basis_and_what_is_missing() -> None:
    explained = DECIDER.explain(with_circumstances(permitted(3), in_scope=False))
    assert (explained.rule.row, explained.rule.annotations["basis"]) == (3, TABLE[3].basis)
    assert [c.name for c, holds in explained.conditions if not holds] == ["declared polygon"]
    assert explained.decision.missing == ("declared polygon",)


@pytest.mark.parametrize("row", TABLE)
def test_the_rule_of_a_row_quotes_the_tables_basis_and_trigger(row: int) -> None:
    rule = DECIDER.explain(permitted(row)).rule
    assert (rule.annotations["basis"], rule.annotations["trigger"]) == (TABLE[row].basis, TABLE[row].trigger)
