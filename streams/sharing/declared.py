"""What a declaration is worth at a moment: a function of its events, whatever their order and however often they came."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from streams.codec import encode
from streams.events.declarations import (
    Approved,
    Channel,
    Closed,
    DeclarationEvent,
    Officer,
    Proposed,
    Renewed,
    Shared,
)
from streams.sharing.choices import Terms, has_people_gate

HOUR_MS = 3_600_000
PROPOSER = "staff"
GOVERNOR = "governor"
_ORDER: Mapping[type, int] = {Proposed: 0, Approved: 1, Renewed: 2, Closed: 3}
Events = tuple[DeclarationEvent, ...]


class Stage(StrEnum):
    """How far it has come. lapsed: nobody approved in time. closed: by a person. expired: by time."""

    PROPOSED = "proposed"
    LAPSED = "lapsed"
    OPEN = "open"
    EXPIRED = "expired"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Declared:
    """A declaration at a moment. opened_ms, until_ms, approved_by: None until it was approved."""

    proposal: Proposed
    stage: Stage
    approved_by: Officer | None = None
    opened_ms: int | None = None
    until_ms: int | None = None
    ended_ms: int | None = None
    shared: tuple[Shared, ...] = ()


def fold_declaration(known: Events, event: DeclarationEvent) -> Events:
    """All that was said about one declaration, each once, in an order that depends on nothing but them."""
    return tuple(sorted({*known, event}, key=lambda e: (e.at_ms, _ORDER[type(e)], encode(e))))


def acts_for(officer: Officer, municipality: str) -> bool:
    """Whether an officer may act there: in their own municipality, a governor in all of the prefecture."""
    if officer.role == GOVERNOR:
        return bool(officer.municipality) and officer.municipality[:2] == municipality[:2]
    return officer.municipality == municipality


def may_approve(officer: Officer, proposal: Proposed, terms: Terms) -> bool:
    """The role that the rule names, in the right municipality, and never who proposed it."""
    role = terms.gates[proposal.row].annotations["approved_by"]
    return officer.role == role and acts_for(officer, proposal.municipality) and officer.id != proposal.by.id


def may_close(officer: Officer, proposal: Proposed, terms: Terms) -> bool:
    """Whoever may propose or approve may end it, alone: closing takes nothing from anybody's privacy."""
    roles = {PROPOSER, terms.gates[proposal.row].annotations["approved_by"]}
    return officer.role in roles and acts_for(officer, proposal.municipality)


def is_sound(proposal: Proposed, terms: Terms) -> bool:
    """A proposal that may be approved at all: a row that people open, a purpose, a proposer of the right place."""
    return (
        has_people_gate(terms, proposal.row)
        and proposal.purpose.strip() != ""
        and proposal.by.role == PROPOSER
        and proposal.by.municipality == proposal.municipality
        and proposal.hours >= 1
    )


def proposal_digest(proposal: Proposed) -> str:
    """What an approval names: nobody can exchange purpose, place or persons under it afterwards."""
    return hashlib.blake2b(encode(proposal), digest_size=32).hexdigest()


def declared(
    events: Events, terms: Terms, now_ms: int, *, spent: Mapping[str, str] | None = None
) -> Declared | None:
    """What it is worth now; None before a sound proposal. spent: code digest -> the one declaration it may approve."""
    until_now = [e for e in events if e.at_ms <= now_ms]
    proposals = [e for e in until_now if isinstance(e, Proposed) and is_sound(e, terms)]
    if not proposals:
        return None
    found = [(a, p) for a, p in _approvals(until_now, proposals, spent or {}) if _is_approved(a, p, terms)]
    approval, proposal = found[0] if found else (None, proposals[0])
    after = [e for e in until_now if e.at_ms >= proposal.at_ms]
    closing = next((e for e in after if isinstance(e, Closed) and may_close(e.by, proposal, terms)), None)
    if approval is None or (closing is not None and closing.at_ms <= approval.at_ms):
        return _unopened(proposal, closing, _lapses_ms(proposal, terms), now_ms)
    until_ms = _until_ms(proposal, approval, after, terms)
    return _opened(Declared(proposal, Stage.OPEN, approval.by, approval.at_ms, until_ms), closing, now_ms)


def _approvals(
    events: Iterable[DeclarationEvent], proposals: list[Proposed], spent: Mapping[str, str]
) -> Iterator[tuple[Approved, Proposed]]:
    """Each approval with the proposal that it names."""
    by_digest = {proposal_digest(proposal): proposal for proposal in proposals}
    for event in events:
        if isinstance(event, Approved) and event.proposal in by_digest:
            proposal = by_digest[event.proposal]
            if event.channel is Channel.DEVICE or spent.get(event.code) == proposal.id:
                yield event, proposal


def _is_approved(approval: Approved, proposal: Proposed, terms: Terms) -> bool:
    in_time = proposal.at_ms <= approval.at_ms < _lapses_ms(proposal, terms)
    return in_time and may_approve(approval.by, proposal, terms)


def _lapses_ms(proposal: Proposed, terms: Terms) -> int:
    return proposal.at_ms + terms.parameters.proposal_lapses_h * HOUR_MS


def _unopened(proposal: Proposed, closing: Closed | None, lapses_ms: int, now_ms: int) -> Declared:
    if closing is not None and closing.at_ms < lapses_ms:
        return Declared(proposal, Stage.CLOSED, ended_ms=closing.at_ms)
    if now_ms >= lapses_ms:
        return Declared(proposal, Stage.LAPSED, ended_ms=lapses_ms)
    return Declared(proposal, Stage.PROPOSED)


def _opened(opened: Declared, closing: Closed | None, now_ms: int) -> Declared:
    """What became of an approved declaration."""
    until_ms = opened.until_ms or 0
    if closing is not None:
        # closing after the end publishes the report; the end stays what it was
        stage = Stage.CLOSED if closing.at_ms < until_ms else Stage.EXPIRED
        return replace(opened, stage=stage, ended_ms=min(closing.at_ms, until_ms), shared=closing.shared)
    if now_ms >= until_ms:
        return replace(opened, stage=Stage.EXPIRED, ended_ms=until_ms)
    return opened


def _until_ms(proposal: Proposed, approval: Approved, after: Iterable[DeclarationEvent], terms: Terms) -> int:
    """The end: each renewal that came in time adds a period from its own moment, up to the row's bound."""
    period_ms = min(proposal.hours, terms.hours(proposal.row)) * HOUR_MS
    bound_ms = approval.at_ms + terms.at_most_hours(proposal.row) * HOUR_MS
    until_ms = min(approval.at_ms + period_ms, bound_ms)
    for event in after:
        in_time = approval.at_ms <= event.at_ms < until_ms
        if isinstance(event, Renewed) and in_time and may_approve(event.by, proposal, terms):
            until_ms = min(max(until_ms, event.at_ms + period_ms), bound_ms)
    return until_ms


def spent_codes(declarations: Iterable[Events]) -> dict[str, str]:
    """Code digest -> the declaration that used it first; elsewhere it approves nothing."""
    uses = sorted(
        (e.at_ms, e.id, e.code)
        for events in declarations
        for e in events
        if isinstance(e, Approved) and e.channel is Channel.CODE and e.code
    )
    return {code: name for _, name, code in reversed(uses)}


def change_times(events: Events, terms: Terms) -> Iterator[int]:
    """Every moment at which its worth can change: its events, and what time alone will do after them."""
    for event in events:
        yield event.at_ms
        if isinstance(event, Proposed):
            yield _lapses_ms(event, terms)
        if isinstance(event, Approved | Renewed):
            now = declared(events, terms, event.at_ms, spent=spent_codes([events]))
            if now is not None and now.until_ms is not None:
                yield now.until_ms
