"""Declaring an emergency: propose, approve, renew, close. Each answers with the event, or with the reason why not. Opens nothing itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec
import shapely

from streams.events.base import Status
from streams.events.declarations import Approved, Channel, Closed, Officer, Proposed, Renewed, Scope, Shared
from streams.events.disclosures import Disclosure
from streams.sharing.choices import Terms, has_people_gate
from streams.sharing.codes import Sheet, digest_of
from streams.sharing.declared import (
    HOUR_MS,
    PROPOSER,
    Declared,
    Events,
    Stage,
    acts_for,
    declared,
    may_approve,
    may_close,
    proposal_digest,
    spent_codes,
)
from streams.sharing.disclosures import summarise
from streams.world import World


@dataclass(frozen=True, slots=True)
class Mandate:
    """What an officer may do, from the directory; the identity was proved before."""

    officer: Officer
    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not. `reason` is stable; `detail` names the value, the bound and the remedy."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants to declare. `id` is new; `scope` as the row demands it."""

    id: str
    municipality: str
    row: int
    purpose: str
    reason: str
    scope: Scope
    hours: int | None = None
    telegram: str = ""
    request: str = ""


def propose(draft: Draft, by: Mandate, terms: Terms, *, world: World, now_ms: int) -> Proposed | Refusal:
    """A proposal that another may approve."""
    refusal = (
        _mandate_refusal(by, now_ms)
        or _place_refusal(by.officer, draft.municipality)
        or _draft_refusal(draft, by.officer, terms)
        or _scope_refusal(draft, terms)
    )
    if refusal:
        return refusal
    return Proposed(
        id=draft.id,
        at_ms=now_ms,
        by=by.officer,
        municipality=draft.municipality,
        row=draft.row,
        policy=terms.version,
        purpose=draft.purpose.strip(),
        basis=terms.gates[draft.row].annotations["basis"],
        reason=draft.reason.strip(),
        hours=draft.hours or terms.hours(draft.row),
        status=Status.ACTUAL if world is World.REAL else Status.EXERCISE,
        scope=draft.scope,
        telegram=draft.telegram,
        request=draft.request.strip(),
    )


def approve(events: Events, by: Mandate, terms: Terms, *, now_ms: int) -> Approved | Refusal:
    """An approval from the approver's own device."""
    now = declared(events, terms, now_ms)
    refusal = _mandate_refusal(by, now_ms) or _approval_refusal(now, by.officer, terms)
    if refusal or now is None:
        return refusal or _no_such()
    return Approved(id=now.proposal.id, at_ms=now_ms, by=by.officer, proposal=proposal_digest(now.proposal))


def approve_by_code(
    events: Events,
    by: Mandate,
    terms: Terms,
    *,
    code: str,
    sheet: Sheet,
    others: Iterable[Events],
    now_ms: int,
) -> Approved | Refusal:
    """An approval by a code of the approver's printed sheet, read out and entered by somebody else. others: all declarations."""
    digest = digest_of(by.officer.id, code)
    if sheet.officer != by.officer.id or digest not in sheet.digests:
        return Refusal("code-unknown", f"not a code of {by.officer.id}'s sheet; read it again")
    if digest in spent_codes(others):
        return Refusal("code-spent", "each code works once; use another of the sheet")
    given = approve(events, by, terms, now_ms=now_ms)
    if isinstance(given, Refusal):
        return given
    return msgspec.structs.replace(given, channel=Channel.CODE, code=digest)


def renew(
    events: Events, by: Mandate, terms: Terms, *, spent: Mapping[str, str], now_ms: int
) -> Renewed | Refusal:
    """Another period from now on, by whoever may approve; up to the row's bound."""
    now = declared(events, terms, now_ms, spent=spent)
    refusal = _mandate_refusal(by, now_ms) or _open_refusal(now)
    if refusal or now is None or now.opened_ms is None or now.until_ms is None:
        return refusal or _no_such()
    if refusal := _who_refusal(now.proposal, by.officer, terms):
        return refusal
    hours = terms.at_most_hours(now.proposal.row)
    if now.until_ms >= now.opened_ms + hours * HOUR_MS:
        return Refusal("at-most", f"{hours} h is the most for row {now.proposal.row}: propose it anew")
    return Renewed(id=now.proposal.id, at_ms=now_ms, by=by.officer)


def close(
    events: Events,
    by: Mandate,
    terms: Terms,
    *,
    disclosures: Iterable[Disclosure],
    spent: Mapping[str, str],
    now_ms: int,
) -> Closed | Refusal:
    """Ends it, with the report of what was shared under it."""
    now = declared(events, terms, now_ms, spent=spent)
    if now is None:
        return _no_such()
    if refusal := _mandate_refusal(by, now_ms):
        return refusal
    if not may_close(by.officer, now.proposal, terms):
        return Refusal("not-authorised", f"{by.officer.role} of {by.officer.municipality} may not close it")
    if any(isinstance(e, Closed) and may_close(e.by, now.proposal, terms) for e in events):
        return Refusal("already-closed", f"{now.proposal.id} was closed before")
    return Closed(id=now.proposal.id, at_ms=now_ms, by=by.officer, shared=report_of(now, disclosures))


def report_of(now: Declared, disclosures: Iterable[Disclosure]) -> tuple[Shared, ...]:
    """What was shared under a declaration."""
    return summarise(d for d in disclosures if d.declaration == now.proposal.id)


def _no_such() -> Refusal:
    return Refusal("no-such-declaration", "nothing was proposed under this id")


def _mandate_refusal(by: Mandate, now_ms: int) -> Refusal | None:
    if by.from_ms <= now_ms < by.until_ms:
        return None
    return Refusal(
        "role-expired",
        f"{by.officer.id} was {by.officer.role} from {by.from_ms} until {by.until_ms}, it is {now_ms}",
    )


def _place_refusal(officer: Officer, municipality: str) -> Refusal | None:
    if acts_for(officer, municipality):
        return None
    return Refusal(
        "wrong-municipality", f"{officer.id} acts for {officer.municipality}, not for {municipality}"
    )


def _draft_refusal(draft: Draft, officer: Officer, terms: Terms) -> Refusal | None:
    row = draft.row
    if not has_people_gate(terms, row):
        return Refusal("row-not-declared", f"row {row} of {terms.version} is not opened by people")
    if officer.role != PROPOSER:
        return Refusal("not-authorised", f"{officer.role} may not propose; {PROPOSER} may")
    needs_number = terms.gates[row].annotations["trigger"] == "H request"
    most = terms.hours(row)
    if not draft.purpose.strip():
        refusal = Refusal("purpose-missing", "say what it is for")
    elif not draft.reason.strip():
        refusal = Refusal("reason-missing", "say why it is needed now")
    elif draft.hours is not None and not 1 <= draft.hours <= most:
        refusal = Refusal("hours-out-of-bounds", f"{draft.hours} h: 1 to {most} for row {row}")
    elif needs_number and not draft.request.strip():
        refusal = Refusal("request-missing", f"row {row} answers a request: give its number")
    else:
        return None
    return refusal


def _scope_refusal(draft: Draft, terms: Terms) -> Refusal | None:
    wanted = terms.gates[draft.row].annotations["declares"]
    ring, subjects = draft.scope.ring, draft.scope.subjects
    fits = {
        "polygon": bool(ring) and not subjects,
        "one person": not ring and len(subjects) == 1,
        "persons": not ring and bool(subjects),
        "polygon or persons": bool(ring) != bool(subjects),
    }[wanted]
    if not fits:
        return Refusal("scope-missing", f"row {draft.row} is declared for {wanted}")
    if ring and not _is_area(ring):
        return Refusal("scope-invalid", "the polygon is no simple area: draw it without crossing lines")
    return None


def _is_area(ring: tuple[tuple[float, float], ...]) -> bool:
    if len({*ring}) < 3 or not all(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in ring):
        return False
    polygon = shapely.Polygon([(lon, lat) for lat, lon in ring])
    return bool(polygon.is_valid and polygon.area > 0)


def _who_refusal(proposal: Proposed, officer: Officer, terms: Terms) -> Refusal | None:
    if officer.id == proposal.by.id:
        return Refusal("self-approval", f"{officer.id} proposed it; another must approve")
    if not acts_for(officer, proposal.municipality):
        return _place_refusal(officer, proposal.municipality)
    if not may_approve(officer, proposal, terms):
        role = terms.gates[proposal.row].annotations["approved_by"]
        return Refusal("not-authorised", f"row {proposal.row} is approved by {role}, not by {officer.role}")
    return None


def _approval_refusal(now: Declared | None, officer: Officer, terms: Terms) -> Refusal | None:
    if now is None:
        return _no_such()
    if now.stage is Stage.PROPOSED:
        return _who_refusal(now.proposal, officer, terms)
    if now.stage is Stage.LAPSED:
        return Refusal(
            "lapsed", f"nobody approved within {terms.parameters.proposal_lapses_h} h: propose it anew"
        )
    return Refusal(f"already-{now.stage}", f"{now.proposal.id} is {now.stage}")


def _open_refusal(now: Declared | None) -> Refusal | None:
    if now is None:
        return _no_such()
    if now.stage is not Stage.OPEN:
        return Refusal("not-open", f"{now.proposal.id} is {now.stage}: propose it anew")
    return None
