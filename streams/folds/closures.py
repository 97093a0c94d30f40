"""What is closed: the newest report of each closure; a withdrawal is remembered, so that a late older report changes nothing."""

import msgspec

from streams.codec import decode, encode
from streams.events.base import Action
from streams.events.closures import ClosureRepair, ClosureReport, ClosureState, Mode, Saying
from streams.events.repairs import Repaired


class ClosureFile(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="closure-file"):
    """The worker's table, key = closure id."""

    report: ClosureReport | None = None
    repair: ClosureRepair | None = None


def read_closure_file(row: bytes | None) -> ClosureFile:
    """A row of the table; rows of before there were repairs are bare reports.

    Raises:
        CodecError: neither.
    """
    if row is None:
        return ClosureFile()
    found: ClosureFile | ClosureReport = decode(row, ClosureFile | ClosureReport)  # type: ignore[arg-type]
    return found if isinstance(found, ClosureFile) else ClosureFile(found)


def fold_closure(known: ClosureReport | None, report: ClosureReport) -> ClosureReport:
    """The report that stands, also when it is a withdrawal. Any order, any number of repeats: the same."""
    if known is None:
        return report
    return max(known, report, key=lambda r: (r.as_of_ms, r.action is Action.CANCEL, encode(r)))


def fold_closure_repair(known: ClosureRepair | None, repair: ClosureRepair) -> ClosureRepair:
    """The newer act stands."""
    return repair if known is None else max(known, repair, key=lambda r: (r.at_ms, encode(r)))


def closure_state(report: ClosureReport, repair: ClosureRepair | None = None) -> ClosureState | None:
    """State for the topic `closures`; None (a tombstone) when it was withdrawn."""
    if report.action is Action.CANCEL:
        return None
    said = Saying(geometry=report.geometry, road_names=report.road_names, starts_at_ms=report.starts_at_ms)
    holds = repair is not None and repair.action is not Action.CANCEL and repair.said == said
    placed = repair if holds else None
    return ClosureState(
        id=report.id,
        source=report.source,
        as_of_ms=report.as_of_ms,
        modes=report.modes or (Mode.CAR,),
        modes_assumed=not report.modes,
        cause=report.cause,
        description=report.description,
        road_names=(placed.road_names if placed else ()) or report.road_names,
        geometry=placed.geometry if placed else report.geometry,
        misdrawn=report.misdrawn,
        repaired=Repaired(at_ms=placed.at_ms, by=placed.by, candidate=placed.candidate) if placed else None,
        said=said if placed else None,
        structure=report.structure,
        starts_at_ms=report.starts_at_ms,
        ends_at_ms=report.ends_at_ms,
    )


def in_force(state: ClosureState, at_ms: int) -> bool:
    """Whether the closure holds at that moment; without a start or an end it holds on that side for ever."""
    started = state.starts_at_ms is None or state.starts_at_ms <= at_ms
    ended = state.ends_at_ms is not None and state.ends_at_ms <= at_ms
    return started and not ended
