"""Telegrams, officers and declarations with one interesting field each. Times are hours."""

from streams.events.alerts import AreaConditions, Condition, Severity, Telegram
from streams.events.base import Action, AreaRef, Hazard, Status
from streams.events.declarations import Approved, DeclarationEvent, Officer, Proposed, Scope
from streams.events.gates import GateState
from streams.sharing.choices import terms_of
from streams.sharing.declare import Draft, Mandate, propose
from streams.sharing.declared import proposal_digest
from streams.sharing.gates import Ledger, fold_event, gate_states
from streams.sharing.levels import Said, Towns, say
from streams.sharing.versions import newest, read_version
from streams.world import World

HOUR = 3_600_000
TOWN, NEIGHBOUR = "99101", "99102"
TERMS = terms_of(read_version(newest()))
NOWHERE = Towns({})
RING = ((34.50, 135.20), (34.50, 135.30), (34.60, 135.30), (34.60, 135.20))
POLYGON = Scope(ring=RING)


def telegram(
    at_h: float,
    level: int | None = 4,
    *,
    town: str = TOWN,
    action: Action = Action.ISSUE,
    event: str = "",
    until_h: float | None = None,
    status: Status = Status.ACTUAL,
    series: str = "jma/VPWW55",
    severity: Severity = Severity.CRITICAL,
    hazard: Hazard = Hazard.FLOOD,
) -> Telegram:
    """level 0 says that nothing is in force."""
    said = Condition(hazard=hazard, severity=severity, code="43", name="", level=level)
    area = AreaRef("city", f"{town}00", "")
    return Telegram(
        id=f"{series}@{at_h}/{level}/{action}/{town}/{event}/{until_h}/{severity}/{hazard}", series=series, kind="VPWW55", source="test", status=status, action=action,
        title="", headline="", issuer="", issued_at_ms=int(at_h * HOUR), event_id=event,
        valid_until_ms=None if until_h is None else int(until_h * HOUR),
        areas=(AreaConditions(area=area, conditions=() if level == 0 else (said,)),),
    )  # fmt: skip


def said(at_h: float, level: int | None = 4, **fields: object) -> Said:
    return say(telegram(at_h, level, **fields), NOWHERE)  # type: ignore[arg-type]


def ledger(*events: Said | DeclarationEvent) -> Ledger:
    whole = Ledger()
    for event in events:
        whole = fold_event(whole, event)
    return whole


def gate(
    row: int,
    events: tuple[Said | DeclarationEvent, ...],
    at_h: float,
    *,
    town: str = TOWN,
    world: World = World.REAL,
) -> GateState:
    states = gate_states(ledger(*events), town, TERMS, world=world, now_ms=int(at_h * HOUR))
    return next(state for state in states if state.row == row)


def mandate(
    name: str,
    role: str,
    town: str = TOWN,
    *,
    from_h: float = 0,
    until_h: float = 1_000,
) -> Mandate:
    return Mandate(Officer(name, role, town), int(from_h * HOUR), int(until_h * HOUR))


ANNA, BEN, CARA = mandate("anna", "staff"), mandate("ben", "approver"), mandate("cara", "approver")
DRAFT = Draft(id="d1", municipality=TOWN, row=3, purpose="rescue", reason="bridge gone", scope=POLYGON)


def proposed(at_h: float = 10, draft: Draft = DRAFT, by: Mandate = ANNA) -> Proposed:
    event = propose(draft, by, TERMS, world=World.REAL, now_ms=int(at_h * HOUR))
    assert isinstance(event, Proposed), event
    return event


def approved(of: Proposed, at_h: float = 11, by: Officer = BEN.officer, **fields: object) -> Approved:
    return Approved(
        id=of.id,
        at_ms=int(at_h * HOUR),
        by=by,
        proposal=proposal_digest(of),
        **fields,  # type: ignore[arg-type]
    )
