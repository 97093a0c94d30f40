"""Gates as state: alerts, declarations and time give each gate's stand. A function of values; any order, any repeats, the same."""

from collections.abc import Iterator, Mapping

import msgspec

from streams.events.declarations import DeclarationEvent
from streams.events.gates import GateState, Opening, Stand
from streams.sharing.choices import Terms
from streams.sharing.declared import (
    HOUR_MS,
    Declared,
    Events,
    Stage,
    change_times,
    declared,
    fold_declaration,
    spent_codes,
)
from streams.sharing.levels import KEPT_MS, Said, Spell, belongs, fold_said, list_spells, split_cancelled
from streams.sharing.requests import FOREVER_MS, GateView
from streams.sharing.rules import BY_TELEGRAM, Rule
from streams.world import World


class Ledger(msgspec.Struct, frozen=True):
    """All that gates are a function of: what was said by series, and events by declaration."""

    series: Mapping[str, tuple[Said, ...]] = {}
    declarations: Mapping[str, Events] = {}


def fold_event(ledger: Ledger, event: Said | DeclarationEvent, *, kept_ms: int | None = KEPT_MS) -> Ledger:
    """The ledger after one more thing was said. The same twice, or in any order, is the same ledger. kept_ms: as in `fold_said`."""
    if isinstance(event, Said):
        said = fold_said(ledger.series.get(event.series, ()), event, kept_ms=kept_ms)
        return Ledger({**ledger.series, event.series: said}, ledger.declarations)
    events = fold_declaration(ledger.declarations.get(event.id, ()), event)
    return Ledger(ledger.series, {**ledger.declarations, event.id: events})


def ledger_of(municipality: str, ledger: Ledger) -> Ledger:
    """What of it concerns one municipality: its gates are the same from this part alone."""
    series = {
        name: said for name, said in ledger.series.items() if any(municipality in one.grades for one in said)
    }
    of_codes = spent_codes(ledger.declarations.values())
    mine = {
        name: events
        for name, events in ledger.declarations.items()
        if any(getattr(e, "municipality", None) == municipality for e in events) or name in of_codes.values()
    }
    return Ledger(series, mine)


def gate_states(
    ledger: Ledger, municipality: str, terms: Terms, *, world: World, now_ms: int
) -> tuple[GateState, ...]:
    """Every gate of one municipality at that moment, by row."""
    spells: list[Spell] = []
    cancelled: set[str] = set()
    for said in ledger.series.values():
        valid, taken = split_cancelled(said, world, now_ms)
        cancelled.update(one.id for one in taken)
        spells += list_spells(valid, municipality, terms.parameters, now_ms=now_ms)
    spent = spent_codes(ledger.declarations.values())
    stands = [declared(events, terms, now_ms, spent=spent) for events in ledger.declarations.values()]
    mine = [d for d in stands if d is not None and d.proposal.municipality == municipality]
    return tuple(
        _by_telegram(municipality, row, terms, spells, now_ms)
        if rule.gate == BY_TELEGRAM
        else _by_people(
            municipality,
            row,
            terms,
            spells,
            [d for d in mine if d.proposal.row == row and belongs(d.proposal.status, world)],
            cancelled,
        )
        for row, rule in sorted(terms.gates.items())
    )


def _arming(spells: list[Spell], rule: Rule) -> Spell | None:
    """The telegram in force that asks for it most: the highest level, then the first that said so."""
    least = rule.find_number("armed_at")
    asking = [s for s in spells if least is not None and s.ended_ms is None and s.level >= least]
    return min(asking, key=lambda s: (-s.level, s.from_ms, s.telegram), default=None)


def _by_telegram(municipality: str, row: int, terms: Terms, spells: list[Spell], now_ms: int) -> GateState:
    """Open while a telegram asks for it, and some hours after it was lifted; at once shut where it was taken back or corrected."""
    rule, after_ms = terms.gates[row], terms.hours(row) * HOUR_MS
    least = int(rule.annotations["armed_at"])
    right = [s for s in spells if s.level >= least and not (s.was_wrong and s.ended_ms is not None)]
    standing = [s for s in right if s.ended_ms is None or now_ms < s.ended_ms + after_ms]
    openings = tuple(
        Opening(
            by=s.telegram,
            from_ms=s.from_ms,
            until_ms=None if s.ended_ms is None else s.ended_ms + after_ms,
            status=s.status,
            level=s.level,
            basis=rule.annotations["basis"],
        )
        for s in sorted(standing, key=lambda s: (-s.level, s.from_ms, s.telegram))
    )
    stand = Stand.OPEN if openings else Stand.EXPIRED if right else Stand.CLOSED
    return _state(municipality, row, terms, stand, arming=_arming(spells, rule), openings=openings)


def _by_people(
    municipality: str,
    row: int,
    terms: Terms,
    spells: list[Spell],
    stands: list[Declared],
    cancelled: set[str],
) -> GateState:
    """Open while a declaration is, unless the telegram it stands on was taken back. A telegram only arms."""
    arming = _arming(spells, terms.gates[row])
    openings = tuple(
        _opening(d, d.proposal.telegram in cancelled)
        for d in sorted(stands, key=lambda d: d.proposal.id)
        if d.stage is Stage.OPEN
    )
    ended = [d for d in stands if d.stage in {Stage.EXPIRED, Stage.CLOSED}]
    last = max(ended, key=lambda d: (d.ended_ms or 0, d.proposal.id), default=None)
    if any(not opening.cancelled for opening in openings):
        stand = Stand.OPEN
    elif arming is not None:
        stand = Stand.ARMED
    elif last is not None and last.stage is Stage.EXPIRED:
        stand = Stand.EXPIRED
    else:
        stand = Stand.CLOSED
    return _state(municipality, row, terms, stand, arming=arming, openings=openings)


def _opening(one: Declared, is_cancelled: bool) -> Opening:  # noqa: FBT001
    return Opening(
        by=one.proposal.id,
        from_ms=one.opened_ms or 0,
        until_ms=one.until_ms,
        status=one.proposal.status,
        proposed_by=one.proposal.by.id,
        approved_by=one.approved_by.id if one.approved_by else "",
        purpose=one.proposal.purpose,
        basis=one.proposal.basis,
        scope=one.proposal.scope,
        telegram=one.proposal.telegram,
        cancelled=is_cancelled,
    )


def _state(
    municipality: str,
    row: int,
    terms: Terms,
    stand: Stand,
    *,
    arming: Spell | None,
    openings: tuple[Opening, ...],
) -> GateState:
    return GateState(
        municipality=municipality,
        row=row,
        policy=terms.version,
        stand=stand,
        armed_by=arming.telegram if arming else "",
        armed_level=arming.level if arming else 0,
        openings=openings,
    )


def view_of(gate: GateState, opening: Opening | None = None) -> GateView:
    """The gate as a decision sees it through one of its openings; by default the one with the highest level."""
    through = opening or next(iter(gate.open_by), None)
    if through is None:
        cancelled = any(o.cancelled for o in gate.openings)
        return GateView(state=str(gate.stand), municipality=gate.municipality, cancelled=cancelled)
    return GateView(
        state="open",
        municipality=gate.municipality,
        status=str(through.status),
        cancelled=through.cancelled,
        two_persons=bool(through.proposed_by and through.approved_by),
        level=through.level,
        until_ms=FOREVER_MS if through.until_ms is None else through.until_ms,
    )


def list_change_times(ledger: Ledger, terms: Terms) -> Iterator[int]:
    """Every moment at which a gate of this ledger can change, unsorted, with repeats."""
    tails_ms = {terms.hours(row) * HOUR_MS for row, rule in terms.gates.items() if rule.gate == BY_TELEGRAM}
    for series in ledger.series.values():
        for said in series:
            ends = [said.issued_at_ms] + ([said.valid_until_ms] if said.valid_until_ms is not None else [])
            yield from ends
            yield from (end + tail for end in ends for tail in tails_ms)
    for events in ledger.declarations.values():
        yield from change_times(events, terms)
