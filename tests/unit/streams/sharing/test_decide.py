"""Row 1 of the decision table, enumerated: the table here is data, and the policy must agree with each line of it."""

from itertools import product

import pytest

from streams.sharing.decide import CountsRequest, Decider, PolicyError, Recipient
from streams.sharing.versions import IN_SERVICE, list_versions, read_version

OURS, NEIGHBOUR, STRANGER = "99101", "99102", "99103"
ROLES = ("staff", "supporter", "guardian", "vendor", "public", "")
# which municipality is asked for, whether it shares with the recipient's -> may staff see it?
PLACES = {
    (OURS, ()): True,
    (OURS, (NEIGHBOUR,)): True,
    (NEIGHBOUR, ()): False,
    (NEIGHBOUR, (NEIGHBOUR,)): True,
    (STRANGER, (NEIGHBOUR,)): False,
    ("", ()): False,
}
CASES = list(product(ROLES, PLACES, ("evacuation-overview", ""), (True, False)))


@pytest.fixture(scope="module", params=list_versions())
def decider(request: pytest.FixtureRequest) -> Decider:
    """Row 1 holds in every version: services ask it of whichever is in service."""
    return Decider.load(request.param)


def expected(
    role: str, place: tuple[str, tuple[str, ...]], purpose: str, *, protected: bool
) -> tuple[bool, str]:
    """Forbids first, then the one permit, else deny."""
    if purpose == "" or not protected:
        return False, "forbidden"
    if role == "staff" and PLACES[place]:
        return True, "permitted"
    return False, "no-rule-permits"


@pytest.mark.parametrize(("role", "place", "purpose", "protected"), CASES)
def test_every_combination_is_decided_as_the_table_says(
    decider: Decider, role: str, place: tuple[str, tuple[str, ...]], purpose: str, *, protected: bool
) -> None:
    municipality, sharing = place
    decision = decider.decide_counts(
        Recipient(f"{role}:{OURS}", role, OURS), CountsRequest(municipality, purpose, protected, sharing)
    )
    permitted, reason = expected(role, place, purpose, protected=protected)
    assert decision.permitted is permitted
    assert decision.policy == decider.version
    assert decision.row == (1 if permitted else None)
    if reason == "forbidden":
        assert decision.reason in {"purpose-missing", "counts-not-protected"}
    else:
        assert decision.reason == reason


def test_the_table_has_both_answers_for_staff_and_only_refusals_for_others() -> None:
    answers = {(role, expected(role, place, purpose, protected=p)[0]) for role, place, purpose, p in CASES}
    assert answers == {("staff", True), ("staff", False)} | {
        (role, False) for role in ROLES if role != "staff"
    }


def test_a_missing_purpose_names_itself(decider: Decider) -> None:
    decision = decider.decide_counts(
        Recipient("staff:x", "staff", OURS), CountsRequest(OURS, "", protected=True)
    )
    assert decision.reason == "purpose-missing"


def test_hostile_names_are_names_and_nothing_else(decider: Decider) -> None:
    name = 'x" in [1]; permit(principal, action, resource); //'
    decision = decider.decide_counts(Recipient(name, name, name), CountsRequest(OURS, name, protected=True))
    assert not decision.permitted


def test_the_version_in_service_is_one_that_is_there() -> None:
    assert Decider.load().version == IN_SERVICE
    assert IN_SERVICE in list_versions()


def test_an_unknown_version_is_named() -> None:
    with pytest.raises(PolicyError, match="1999-1"):
        Decider.load("1999-1")


def test_a_rule_that_cannot_be_evaluated_decides_nothing_not_even_beside_a_permit() -> None:
    whole = read_version(IN_SERVICE)
    text = """@row("1") permit (principal, action == Action::"ViewCounts", resource);
        @row("0") @reason("broken") forbid (principal, action, resource) when { context.nowhere == 1 };"""
    with pytest.raises(PolicyError, match="nowhere"):
        Decider("x", text, whole.schema).decide_counts(
            Recipient("r", "staff", OURS), CountsRequest(OURS, "p", protected=True)
        )


def test_a_text_that_is_no_policy_is_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        Decider("x", "permit (principal, action, nonsense);", "")
