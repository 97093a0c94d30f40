"""Declaring: two different persons of the right place, role and time; everything else is refused with its reason."""

import random
from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from streams.events.base import Status
from streams.events.declarations import (
    Approved,
    Channel,
    Closed,
    DeclarationEvent,
    Officer,
    Proposed,
    Renewed,
    Scope,
)
from streams.events.disclosures import Disclosure
from streams.sharing.codes import digest_of, print_codes
from streams.sharing.declare import (
    Draft,
    Mandate,
    Refusal,
    approve,
    approve_by_code,
    close,
    propose,
    renew,
    report_of,
)
from streams.sharing.declared import Events, Stage, declared, fold_declaration, spent_codes
from streams.world import World
from tests.unit.streams.sharing.acts import (
    ANNA,
    BEN,
    CARA,
    DRAFT,
    HOUR,
    NEIGHBOUR,
    POLYGON,
    TERMS,
    approved,
    mandate,
    proposed,
)

ONE, TWO = Scope(subjects=("s1",)), Scope(subjects=("s1", "s2"))
CROSSED = Scope(ring=((0, 0), (1, 1), (0, 1), (1, 0)))
WIDER = ((30.0, 130.0), (30.0, 140.0), (40.0, 140.0))
AWAY = Scope(ring=((0, 0), (0, 999), (1, 1)))


def ms(at_h: float) -> int:
    return int(at_h * HOUR)


def told(*events: DeclarationEvent) -> Events:
    whole: Events = ()
    for event in events:
        whole = fold_declaration(whole, event)
    return whole


def opened(at_h: float = 11) -> Events:
    history = told(proposed(10))
    approval = approve(history, BEN, TERMS, now_ms=ms(at_h))
    assert isinstance(approval, Approved), approval
    return told(*history, approval)


def stage(history: Events, at_h: float) -> Stage | None:
    now = declared(history, TERMS, ms(at_h))
    return now.stage if now else None


def end_h(history: Events, at_h: float) -> float:
    now = declared(history, TERMS, ms(at_h))
    assert now
    assert now.until_ms
    return now.until_ms / HOUR


PROPOSALS: dict[str, list[tuple[Draft, Mandate]]] = {
    "purpose-missing": [(replace(DRAFT, purpose="  "), ANNA)],
    "reason-missing": [(replace(DRAFT, reason=""), ANNA)],
    "wrong-municipality": [(replace(DRAFT, municipality=NEIGHBOUR), ANNA), (DRAFT, mandate("anna", "staff", ""))],
    "role-expired": [(DRAFT, mandate("anna", "staff", until_h=10)), (DRAFT, mandate("anna", "staff", from_h=10.1))],
    "not-authorised": [(DRAFT, BEN), (DRAFT, mandate("x", "")), (DRAFT, mandate("x", "staff "))],
    "row-not-declared": [(replace(DRAFT, row=row), ANNA) for row in (0, 1, 2, 5, 8, 9, 13, 99)],
    "hours-out-of-bounds": [(replace(DRAFT, hours=hours), ANNA) for hours in (-1, 0, 7)],
    "request-missing": [(replace(DRAFT, row=4, scope=ONE), ANNA), (replace(DRAFT, row=10, scope=TWO), ANNA)],
    "scope-missing": [
        (replace(DRAFT, scope=Scope()), ANNA),
        (replace(DRAFT, scope=ONE), ANNA),
        (replace(DRAFT, scope=Scope(ring=POLYGON.ring, subjects=("s1",))), ANNA),
        (replace(DRAFT, row=4, scope=TWO, request="R7"), ANNA),
    ],
    "scope-invalid": [(replace(DRAFT, scope=scope), ANNA) for scope in (CROSSED, AWAY, Scope(ring=((0, 0), (1, 1))))],
}  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "draft", "by"), [(reason, *case) for reason, cases in PROPOSALS.items() for case in cases]
)
def test_a_proposal_is_refused_with_its_reason(reason: str, draft: Draft, by: Mandate) -> None:
    answer = propose(draft, by, TERMS, world=World.REAL, now_ms=ms(10))
    assert isinstance(answer, Refusal)
    assert answer.reason == reason
    assert answer.detail


@pytest.mark.parametrize(
    ("row", "scope", "request_number"),
    [(3, POLYGON, ""), (4, ONE, "R7"), (6, POLYGON, ""), (6, TWO, ""), (7, POLYGON, ""), (10, TWO, "R8"), (11, TWO, ""), (12, TWO, "")],
)  # fmt: skip
def test_every_row_of_people_can_be_proposed_and_carries_the_rules_own_basis(
    row: int, scope: Scope, request_number: str
) -> None:
    event = proposed(10, replace(DRAFT, row=row, scope=scope, request=request_number))
    assert event.basis == TERMS.gates[row].annotations["basis"]
    assert (event.policy, event.status, event.hours) == (TERMS.version, Status.ACTUAL, TERMS.hours(row))


def test_what_is_proposed_in_a_drill_says_so() -> None:
    event = propose(DRAFT, ANNA, TERMS, world=World.DRILL, now_ms=ms(10))
    assert isinstance(event, Proposed)
    assert event.status is Status.EXERCISE


APPROVALS: list[tuple[str, Mandate, float]] = [
    ("self-approval", mandate("anna", "approver"), 11),
    ("wrong-municipality", mandate("ben", "approver", NEIGHBOUR), 11),
    ("role-expired", mandate("ben", "approver", until_h=11), 11),
    ("not-authorised", mandate("ben", "staff"), 11),
    ("not-authorised", mandate("ben", "mayor"), 11),
    ("lapsed", BEN, 12),
]


@pytest.mark.parametrize(("reason", "by", "at_h"), APPROVALS)
def test_an_approval_is_refused_with_its_reason(reason: str, by: Mandate, at_h: float) -> None:
    answer = approve(told(proposed(10)), by, TERMS, now_ms=ms(at_h))
    assert isinstance(answer, Refusal)
    assert answer.reason == reason


def test_nothing_that_was_not_proposed_is_approved_and_nothing_twice() -> None:
    unknown = approve((), BEN, TERMS, now_ms=ms(11))
    twice = approve(opened(), CARA, TERMS, now_ms=ms(11.5))
    assert isinstance(unknown, Refusal)
    assert isinstance(twice, Refusal)
    assert (unknown.reason, twice.reason) == ("no-such-declaration", "already-open")


FORGED: list[Officer] = [
    Officer("anna", "approver", "99101"),  # the proposer
    Officer("ben", "approver", NEIGHBOUR),
    Officer("ben", "staff", "99101"),
    Officer("ben", "", "99101"),
]


@pytest.mark.parametrize("by", FORGED)
def test_an_approval_that_should_not_exist_opens_nothing_even_as_an_event(by: Officer) -> None:
    assert stage(told(proposed(10), approved(proposed(10), by=by)), 11) is Stage.PROPOSED


def test_a_proposal_without_a_purpose_opens_nothing_even_as_an_event() -> None:
    bare = msgspec.structs.replace(proposed(10), purpose=" ")
    assert stage(told(bare, approved(bare)), 11) is None


def test_an_approval_holds_for_the_proposal_that_was_read_and_no_other_of_the_same_name() -> None:
    read = proposed(10)
    for other in (proposed(9), proposed(10.5), proposed(10, replace(DRAFT, scope=Scope(ring=WIDER)))):
        history = told(other, read, approved(read))
        now = declared(history, TERMS, ms(11))
        assert now
        assert (now.stage, now.proposal) == (Stage.OPEN, read)
    assert stage(told(proposed(9), approved(read)), 11) is Stage.LAPSED


def test_an_approval_before_its_proposal_or_after_it_lapsed_opens_nothing() -> None:
    assert stage(told(proposed(10), approved(proposed(10), 9)), 11) is Stage.PROPOSED
    assert stage(told(proposed(10), approved(proposed(10), 12)), 12) is Stage.LAPSED


def test_a_governor_acts_for_the_whole_prefecture_and_for_no_other() -> None:
    history = told(proposed(10, replace(DRAFT, row=11, scope=TWO)))
    own = approve(history, mandate("g", "governor", "99000"), TERMS, now_ms=ms(11))
    other = approve(history, mandate("g", "governor", "27000"), TERMS, now_ms=ms(11))
    assert isinstance(own, Approved)
    assert isinstance(other, Refusal)
    assert other.reason == "wrong-municipality"


def test_a_renewal_adds_a_period_from_its_moment_up_to_seventy_two_hours() -> None:
    history = opened()
    assert end_h(history, 11) == 17
    for at_h in range(16, 82, 5):
        renewal = renew(history, CARA, TERMS, spent={}, now_ms=ms(at_h))
        assert isinstance(renewal, Renewed)
        history = told(*history, renewal)
        assert end_h(history, at_h) == min(at_h + 6, 11 + 72)
    again = renew(history, CARA, TERMS, spent={}, now_ms=ms(82))
    assert isinstance(again, Refusal)
    assert again.reason == "at-most"
    assert stage(history, 83 - 0.01) is Stage.OPEN
    assert stage(history, 83) is Stage.EXPIRED


@pytest.mark.parametrize(
    ("reason", "by", "at_h"),
    [
        ("self-approval", mandate("anna", "approver"), 12),
        ("not-authorised", mandate("dora", "staff"), 12),
        ("role-expired", mandate("ben", "approver", until_h=12), 12),
        ("not-open", BEN, 17),
    ],
)
def test_a_renewal_is_refused_with_its_reason(reason: str, by: Mandate, at_h: float) -> None:
    answer = renew(opened(), by, TERMS, spent={}, now_ms=ms(at_h))
    assert isinstance(answer, Refusal)
    assert answer.reason == reason


def test_a_renewal_that_came_too_late_revives_nothing() -> None:
    late = told(*opened(), Renewed(id="d1", at_ms=ms(17), by=BEN.officer))
    assert stage(late, 18) is Stage.EXPIRED


def look(
    at_h: float, recipient: str, subject: str, declaration: str = "d1", *, permitted: bool = True
) -> Disclosure:
    return Disclosure(
        chain="c", number=0, before="", at_ms=ms(at_h), recipient=recipient, role="staff", subject=subject, row=3,
        purpose="rescue", permitted=permitted, reason="permitted", policy="2026-2", declaration=declaration,
    )  # fmt: skip


def test_closing_ends_it_at_once_and_publishes_how_much_was_shared_and_nobodys_name() -> None:
    looks = [look(12, "r1", "s1"), look(13, "r1", "s2"), look(14, "r2", "s1"), look(15, "r9", "s9", "other")]
    looks.append(look(15, "r8", "s8", permitted=False))
    event = close(opened(), ANNA, TERMS, disclosures=[*looks, looks[0]], spent={}, now_ms=ms(16))
    assert isinstance(event, Closed)
    (shared,) = event.shared
    assert (shared.recipients, shared.persons, shared.looks) == (2, 2, 3)
    assert (shared.first_ms, shared.last_ms) == (ms(12), ms(14))
    assert "s1" not in repr(event)
    history = told(*opened(), event)
    assert stage(history, 16) is Stage.CLOSED
    now = declared(history, TERMS, ms(16))
    assert now
    assert now.ended_ms == ms(16)
    assert report_of(now, looks) == event.shared


def test_closing_after_the_end_publishes_the_report_and_moves_no_end() -> None:
    event = close(opened(), BEN, TERMS, disclosures=[], spent={}, now_ms=ms(20))
    assert isinstance(event, Closed)
    now = declared(told(*opened(), event), TERMS, ms(21))
    assert now
    assert (now.stage, now.ended_ms) == (Stage.EXPIRED, ms(17))


def test_closing_twice_or_by_a_stranger_is_refused() -> None:
    stranger = close(opened(), mandate("x", "vendor"), TERMS, disclosures=[], spent={}, now_ms=ms(12))
    history = told(*opened(), Closed(id="d1", at_ms=ms(12), by=ANNA.officer))
    again = close(history, BEN, TERMS, disclosures=[], spent={}, now_ms=ms(13))
    assert isinstance(stranger, Refusal)
    assert isinstance(again, Refusal)
    assert (stranger.reason, again.reason) == ("not-authorised", "already-closed")


def test_a_proposal_that_was_withdrawn_cannot_be_approved() -> None:
    history = told(proposed(10), Closed(id="d1", at_ms=ms(10.5), by=ANNA.officer))
    answer = approve(history, BEN, TERMS, now_ms=ms(11))
    assert isinstance(answer, Refusal)
    assert answer.reason == "already-closed"
    now = declared(told(*history, approved(proposed(10))), TERMS, ms(11))
    assert now
    assert (now.stage, now.opened_ms) == (Stage.CLOSED, None)


@pytest.fixture
def random_bytes() -> Callable[[int], bytes]:
    return random.Random(7).randbytes


def test_codes_are_different_and_only_digests_are_kept(random_bytes: Callable[[int], bytes]) -> None:
    sheet, codes = print_codes("ben", 20, random_bytes=random_bytes)
    assert len(set(codes)) == len(set(sheet.digests)) == 20
    assert all(len(code) == 19 for code in codes)
    assert not any(code in repr(sheet) or code.replace("-", "") in repr(sheet) for code in codes)
    assert digest_of("ben", codes[0]) != digest_of("cara", codes[0])


def test_a_code_approves_for_an_officer_whose_device_is_away(random_bytes: Callable[[int], bytes]) -> None:
    sheet, codes = print_codes("ben", 2, random_bytes=random_bytes)
    history = told(proposed(10))
    as_heard = codes[0].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    event = approve_by_code(history, BEN, TERMS, code=as_heard, sheet=sheet, others=[history], now_ms=ms(11))
    assert isinstance(event, Approved)
    assert (event.channel, event.code) == (Channel.CODE, sheet.digests[0])
    history = told(*history, event)
    now = declared(history, TERMS, ms(11), spent=spent_codes([history]))
    assert now
    assert now.stage is Stage.OPEN


@pytest.mark.parametrize("case", ["code-unknown", "code-spent", "self-approval", "another sheet"])
def test_a_code_is_refused_with_its_reason(case: str, random_bytes: Callable[[int], bytes]) -> None:
    officer = mandate("anna", "approver") if case == "self-approval" else BEN
    owner = "cara" if case == "another sheet" else officer.officer.id
    sheet, codes = print_codes(owner, 1, random_bytes=random_bytes)
    use = approved(proposed(8, replace(DRAFT, id="d0")), 9, channel=Channel.CODE, code=sheet.digests[0])
    answer = approve_by_code(
        told(proposed(10)),
        officer,
        TERMS,
        code="0000-0000-0000-0000" if case == "code-unknown" else codes[0],
        sheet=sheet,
        others=[told(use)] if case == "code-spent" else [],
        now_ms=ms(11),
    )
    assert isinstance(answer, Refusal)
    assert answer.reason == ("code-unknown" if case == "another sheet" else case)
