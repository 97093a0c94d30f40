"""What a backtest found, and in what two of them differ. Values; computes nothing of the past."""

from collections.abc import Mapping

import msgspec

from streams.events.gates import Stand
from streams.world import World


class _Result(msgspec.Struct, frozen=True, kw_only=True):
    pass


class Span(_Result, frozen=True, kw_only=True):
    """One stand of a gate. until_ms None: as the record ends. by: what opened or armed it, the first that did."""

    stand: Stand
    from_ms: int
    until_ms: int | None
    level: int = 0
    by: str = ""


class History(_Result, frozen=True, kw_only=True):
    """A gate that was not closed all the time."""

    municipality: str
    row: int
    spans: tuple[Span, ...]

    def first_ms(self, stand: Stand) -> int | None:
        """When it first came to that stand."""
        return next((span.from_ms for span in self.spans if span.stand is stand), None)


class CellSight(_Result, frozen=True, kw_only=True):
    """Of one cell: how many persons were visible at some time, and for how many minutes, added up."""

    cell: str
    persons: int
    person_minutes: int


class Exposure(_Result, frozen=True, kw_only=True):
    """Who would have seen whom through one gate. is_open_ended: the record is silent while the gate is open; minutes are a lower bound."""

    municipality: str
    row: int
    recipient: str
    persons: int
    of: int
    person_minutes: int
    first_ms: int
    last_ms: int
    is_open_ended: bool
    cells: tuple[CellSight, ...]


class TrappedCell(_Result, frozen=True, kw_only=True):
    """A cell where people are trapped. counted_ms, located_ms: when staff could first see that people are there, and whom."""

    municipality: str
    cell: str
    persons: int
    trapped_ms: int
    counted_ms: int | None
    located_ms: int | None
    located_by_row: int | None


class Outcome(_Result, frozen=True, kw_only=True):
    """What one version would have done. notes: what the reader must know about this record."""

    policy: str
    digest: str
    world: World
    documents: int
    municipalities: int
    residents: int
    gates: tuple[History, ...]
    exposures: tuple[Exposure, ...]
    trapped: tuple[TrappedCell, ...]
    notes: tuple[str, ...] = ()


class Change(_Result, frozen=True, kw_only=True):
    """One thing in which two outcomes differ. None: it does not happen."""

    municipality: str
    what: str
    old: int | None
    new: int | None


def list_changes(old: Outcome, new: Outcome) -> list[Change]:
    """Where two versions differ on the same record: first armed, first open, persons visible, first minute of each trapped cell."""
    before, after = _facts(old), _facts(new)
    return [
        Change(municipality=key[0], what=key[1], old=before.get(key), new=after.get(key))
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    ]


def _facts(outcome: Outcome) -> Mapping[tuple[str, str], int]:
    facts: dict[tuple[str, str], int | None] = {}
    for gate in outcome.gates:
        for stand in (Stand.ARMED, Stand.OPEN):
            facts[gate.municipality, f"row {gate.row}: first {stand} (ms)"] = gate.first_ms(stand)
    for one in outcome.exposures:
        facts[one.municipality, f"row {one.row}: persons visible to {one.recipient}"] = one.persons
        facts[one.municipality, f"row {one.row}: person-minutes"] = one.person_minutes
    for cell in outcome.trapped:
        facts[cell.municipality, f"cell {cell.cell}: first counted (ms)"] = cell.counted_ms
        facts[cell.municipality, f"cell {cell.cell}: first located (ms)"] = cell.located_ms
    return {key: value for key, value in facts.items() if value is not None}
