"""What whole lists end: closures, and shelters that were open, which the newest list does not name any more. Folds neither itself."""

from typing import TypeVar

import msgspec

from streams.codec import encode
from streams.events.base import Action
from streams.events.closures import ClosureReport, ClosureSnapshot
from streams.events.shelters import Opening, ShelterReport, ShelterSnapshot

Snapshot = TypeVar("Snapshot", ClosureSnapshot, ShelterSnapshot)


def fold_snapshot(
    known: ClosureSnapshot | None, snapshot: ClosureSnapshot
) -> tuple[ClosureSnapshot, tuple[ClosureReport, ...]]:
    """The newest list, and a withdrawal for each closure that an older one names and it does not.

    Any order and any repeats end the same closures, as long as a list's own reports are as of the list's moment: a list that
    comes late is ended by the newest at once. What a list ends was over just before its moment, so that of two lists of one
    moment, which are taken together, neither ends what the other names.
    """
    if known is None:
        return snapshot, ()
    newest = _newest(known, snapshot)
    if known.as_of_ms == snapshot.as_of_ms:
        newest = msgspec.structs.replace(newest, closures=_together(known.closures, snapshot.closures))
    ended = {*known.closures, *snapshot.closures}.difference(newest.closures)
    return newest, tuple(
        ClosureReport(
            id=closure,
            source=newest.source,
            as_of_ms=newest.as_of_ms - 1,
            action=Action.CANCEL,
            status=newest.status,
        )
        for closure in sorted(ended)
    )


def fold_shelter_snapshot(
    known: ShelterSnapshot | None, snapshot: ShelterSnapshot
) -> tuple[ShelterSnapshot, tuple[ShelterReport, ...]]:
    """As `fold_snapshot`, for lists of open shelters: what has left the list has closed. Its head count is unknown then."""
    if known is None:
        return snapshot, ()
    newest = _newest(known, snapshot)
    if known.as_of_ms == snapshot.as_of_ms:
        newest = msgspec.structs.replace(newest, shelters=_together(known.shelters, snapshot.shelters))
    closed = {*known.shelters, *snapshot.shelters}.difference(newest.shelters)
    return newest, tuple(
        ShelterReport(
            id=shelter,
            source=newest.source,
            as_of_ms=newest.as_of_ms - 1,
            opening=Opening.CLOSED,
            status=newest.status,
        )
        for shelter in sorted(closed)
    )


def _newest(known: Snapshot, snapshot: Snapshot) -> Snapshot:
    return max(known, snapshot, key=lambda s: (s.as_of_ms, encode(s)))


def _together(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*first, *second}))
