"""A policy version over a recorded past: when each gate would have armed, opened and closed, and whom it would have shown. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import msgspec

from streams.cells import cell_name
from streams.events.choices import PolicyChosen, Regime
from streams.events.declarations import DeclarationEvent
from streams.events.gates import GateState, Stand
from streams.sharing.choices import Terms, fold_choice, terms_of
from streams.sharing.decide import Decider
from streams.sharing.gates import Ledger, fold_event, gate_states, ledger_of, list_change_times
from streams.sharing.levels import Said, belongs, level_of
from streams.sharing.outcomes import CellSight, Exposure, History, Outcome, Span, TrappedCell
from streams.sharing.versions import Parameters, PolicyError, Version
from streams.sharing.visibility import LOOKS, Resident, Sight, count_by_cell
from streams.world import World

MINUTE_MS = 60_000
SILENT_MS = 24 * 60 * MINUTE_MS
"""A record that says nothing for so long has a hole: no more minutes are counted before it speaks again."""
_WARNING = 3
_PLAIN = Parameters(levels={"advisory": 2, "warning": _WARNING, "critical": 4, "emergency": 5})
"""For placing the people of a trial in time; decides nothing."""
MakeResidents = Callable[[str, int], Sequence[Resident]]
"""Municipality and the moment of its highest alarm -> the people of the trial."""


@dataclass(frozen=True)
class Record:
    """The past: documents, declarations and choices, in any order."""

    said: Sequence[Said]
    declarations: Sequence[DeclarationEvent] = ()
    choices: Sequence[PolicyChosen] = ()
    world: World = World.REAL

    def ledger(self) -> Ledger:
        """All of it, folded; nothing is too old for a trial."""
        whole = Ledger()
        for event in (*self.said, *self.declarations):
            whole = fold_event(whole, event, kept_ms=None)
        return whole

    def list_municipalities(self) -> list[str]:
        """All that the record names."""
        named = {code for one in self.said for code in one.grades}
        named |= {e.municipality for e in self.declarations if hasattr(e, "municipality")}
        return sorted(named)


@dataclass(frozen=True)
class _Moment:
    from_ms: int
    until_ms: int | None
    states: tuple[GateState, ...]


@dataclass(frozen=True)
class _Town:
    """What a trial found in one municipality."""

    gates: tuple[History, ...]
    exposures: tuple[Exposure, ...]
    trapped: tuple[TrappedCell, ...]
    residents: int


def run(record: Record, version: Version, residents_of: MakeResidents) -> Outcome:
    """Everything that the version would have done."""
    codes, whole = record.list_municipalities(), record.ledger()
    chosen: dict[str, PolicyChosen] = {}
    for choice in record.choices:
        chosen[choice.municipality] = fold_choice(chosen.get(choice.municipality), choice)
    decider, plain = Decider(version.name, version.policies, version.schema), terms_of(version)
    sights = {regime: Sight(decider, record.world, str(regime)) for regime in Regime}
    towns: list[_Town] = []
    notes: list[str] = []
    for code in codes:
        terms, faults = _terms(version, chosen.get(code), plain)
        notes += faults
        towns.append(_town(code, ledger_of(code, whole), terms, sights[terms.regime], residents_of))
    return Outcome(
        policy=version.name,
        digest=version.digest,
        world=record.world,
        documents=len(record.said),
        municipalities=len(codes),
        residents=sum(town.residents for town in towns),
        gates=tuple(gate for town in towns for gate in town.gates),
        exposures=tuple(one for town in towns for one in town.exposures),
        trapped=tuple(cell for town in towns for cell in town.trapped),
        notes=tuple(notes),
    )


def _town(code: str, ledger: Ledger, terms: Terms, sight: Sight, residents_of: MakeResidents) -> _Town:
    """One municipality. Nobody is asked for where nothing happened."""
    moments = list(_moments(ledger, code, terms, sight.world))
    gates = tuple(_histories(code, moments))
    alarm_ms = _alarm_ms(ledger, code, sight.world)
    residents = residents_of(code, alarm_ms) if gates or alarm_ms else ()
    seen = _seen(moments, residents, sight)
    trapped = _trapped(code, seen, residents, terms, has_counts=sight.has_row(1))
    return _Town(gates, tuple(_exposures(code, seen, residents)), tuple(trapped), len(residents))


def _terms(version: Version, choice: PolicyChosen | None, plain: Terms) -> tuple[Terms, list[str]]:
    """The municipality's own numbers under the version that is tried out, where they fit it."""
    if choice is None:
        return plain, []
    try:
        return terms_of(version, msgspec.structs.replace(choice, policy=version.name)), []
    except PolicyError as error:
        return plain, [f"{error}; the version's own numbers were used"]


def _alarm_ms(ledger: Ledger, municipality: str, world: World) -> int:
    """When its highest grade from a warning on was first said; 0 where none was. The same for every version."""
    said = [
        (level, -one.issued_at_ms)
        for series in ledger.series.values()
        for one in series
        if belongs(one.status, world)
        and (level := level_of(one.grades.get(municipality, ()), _PLAIN)) >= _WARNING
    ]
    return -max(said)[1] if said else 0


def _moments(ledger: Ledger, code: str, terms: Terms, world: World) -> Iterator[_Moment]:
    """The states between any two moments at which a gate can change; the last has no end."""
    times: list[int | None] = [*sorted(set(list_change_times(ledger, terms))), None]
    for start, end in pairwise(times):
        if start is not None:
            yield _Moment(start, end, gate_states(ledger, code, terms, world=world, now_ms=start))


def _histories(code: str, moments: Sequence[_Moment]) -> Iterator[History]:
    """One history a gate, moments of the same stand and level joined."""
    by_row: dict[int, list[Span]] = {}
    for moment in moments:
        for state in moment.states:
            spans = by_row.setdefault(state.row, [])
            span = _span(state, moment)
            if spans and (spans[-1].stand, spans[-1].level) == (span.stand, span.level):
                spans[-1] = msgspec.structs.replace(spans[-1], until_ms=span.until_ms)
            else:
                spans.append(span)
    for row, spans in sorted(by_row.items()):
        if any(span.stand is not Stand.CLOSED for span in spans):
            first = next(i for i, span in enumerate(spans) if span.stand is not Stand.CLOSED)
            yield History(municipality=code, row=row, spans=tuple(spans[first:]))


def _span(state: GateState, moment: _Moment) -> Span:
    opened = ", ".join(opening.by for opening in state.open_by[: 1 if state.level else None])
    return Span(
        stand=state.stand,
        from_ms=moment.from_ms,
        until_ms=moment.until_ms,
        level=state.level or (state.armed_level if state.stand is Stand.ARMED else 0),
        by=opened or (state.armed_by if state.stand is Stand.ARMED else ""),
    )


Seen = dict[tuple[int, str], list[tuple[_Moment, frozenset[int]]]]


def _seen(moments: Sequence[_Moment], residents: Sequence[Resident], sight: Sight) -> Seen:
    """By row and role: the moments at which anybody is visible, and who."""
    seen: Seen = {}
    for moment in moments:
        by_row = {state.row: state for state in moment.states}
        for row, role in LOOKS:
            if row in by_row and by_row[row].stand is Stand.OPEN:
                who = sight.seen(by_row[row], role, residents, now_ms=moment.from_ms)
                if who:
                    seen.setdefault((row, role), []).append((moment, who))
    return seen


def _exposures(code: str, seen: Seen, residents: Sequence[Resident]) -> Iterator[Exposure]:
    for (row, role), looks in sorted(seen.items()):
        minutes: dict[int, int] = {}
        for moment, who in looks:
            lasted = _lasted_ms(moment) // MINUTE_MS
            for index in who:
                minutes[index] = minutes.get(index, 0) + lasted
        by_cell: dict[int, list[int]] = {}
        for index, lasted in minutes.items():
            by_cell.setdefault(residents[index].cell, []).append(lasted)
        last = looks[-1][0]
        yield Exposure(
            municipality=code,
            row=row,
            recipient=role,
            persons=len(minutes),
            of=len(residents),
            person_minutes=sum(minutes.values()),
            first_ms=looks[0][0].from_ms,
            last_ms=last.from_ms + _lasted_ms(last),
            is_open_ended=any(_is_cut(moment) for moment, _ in looks),
            cells=tuple(
                CellSight(cell=cell_name(cell), persons=len(each), person_minutes=sum(each))
                for cell, each in sorted(by_cell.items())
            ),
        )


def _is_cut(moment: _Moment) -> bool:
    return moment.until_ms is None or moment.until_ms - moment.from_ms > SILENT_MS


def _lasted_ms(moment: _Moment) -> int:
    """How long it is known to have lasted; the last moment of a record is not known to have lasted at all."""
    return 0 if moment.until_ms is None else min(moment.until_ms - moment.from_ms, SILENT_MS)


def _trapped(
    code: str, seen: Seen, residents: Sequence[Resident], terms: Terms, *, has_counts: bool
) -> Iterator[TrappedCell]:
    """First minutes: a count is shown from the threshold on; a place, when a row shows one of those who are trapped there."""
    counts = count_by_cell(residents)
    cells: dict[int, list[int]] = {}
    for index, one in enumerate(residents):
        if one.trapped_ms is not None:
            cells.setdefault(one.cell, []).append(index)
    for cell, indices in sorted(cells.items()):
        trapped_ms = min(residents[i].trapped_ms or 0 for i in indices)
        found = min(_first_looks(seen, residents, indices), default=None)
        yield TrappedCell(
            municipality=code,
            cell=cell_name(cell),
            persons=len(indices),
            trapped_ms=trapped_ms,
            counted_ms=trapped_ms if has_counts and counts[cell] >= terms.fewer_than else None,
            located_ms=found[0] if found else None,
            located_by_row=found[1] if found else None,
        )


def _first_looks(
    seen: Seen, residents: Sequence[Resident], indices: Iterable[int]
) -> Iterator[tuple[int, int]]:
    """(moment, row) of each look of staff at one of them after they were trapped."""
    for (row, role), looks in seen.items():
        for moment, who in looks if role == "staff" else ():
            for index in indices:
                trapped_ms = residents[index].trapped_ms
                if (
                    index in who
                    and trapped_ms is not None
                    and (moment.until_ms or trapped_ms + 1) > trapped_ms
                ):
                    yield max(moment.from_ms, trapped_ms), row
