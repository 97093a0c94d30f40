"""What is closed: the newest report of each closure; a withdrawal is remembered, so that a late older report changes nothing."""

from streams.codec import encode
from streams.events.base import Action
from streams.events.closures import ClosureReport, ClosureState, Mode


def fold_closure(known: ClosureReport | None, report: ClosureReport) -> ClosureReport:
    """The report that stands, also when it is a withdrawal. Any order, any number of repeats: the same."""
    if known is None:
        return report
    return max(known, report, key=lambda r: (r.as_of_ms, r.action is Action.CANCEL, encode(r)))


def closure_state(report: ClosureReport) -> ClosureState | None:
    """State for the topic `closures`; None (a tombstone) when it was withdrawn."""
    if report.action is Action.CANCEL:
        return None
    return ClosureState(
        id=report.id,
        source=report.source,
        as_of_ms=report.as_of_ms,
        modes=report.modes or (Mode.CAR,),
        modes_assumed=not report.modes,
        cause=report.cause,
        description=report.description,
        road_names=report.road_names,
        geometry=report.geometry,
        structure=report.structure,
        starts_at_ms=report.starts_at_ms,
        ends_at_ms=report.ends_at_ms,
    )


def in_force(state: ClosureState, at_ms: int) -> bool:
    """Whether the closure holds at that moment; without a start or an end it holds on that side for ever."""
    started = state.starts_at_ms is None or state.starts_at_ms <= at_ms
    ended = state.ends_at_ms is not None and state.ends_at_ms <= at_ms
    return started and not ended
