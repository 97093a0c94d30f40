"""What whole lists end: closures, and shelters that were open, which the newest list does not name any more. Folds neither itself."""

import hashlib
from collections.abc import Set as AbstractSet
from typing import TypeVar

import msgspec

from streams.codec import encode
from streams.events.base import Action
from streams.events.closures import ClosureReport, ClosureSnapshot
from streams.events.shelters import Opening, ShelterReport, ShelterSnapshot

KEPT = 64
"""Lists of one key whose ends are remembered: more than a worker can read again after a crash, which goes back a second."""
Snapshot = TypeVar("Snapshot", ClosureSnapshot, ShelterSnapshot)


class Ended(msgspec.Struct, frozen=True):
    """What one list ended when it first came: said again, word for word, whenever that list is read again.

    The row is on its changelog before what follows from it is on its topic: who dies between the two reads the list once
    more, and by then the row already holds it.
    """

    list: str  # digest of the list
    list_ms: int  # its own moment
    as_of_ms: int  # of what it ended
    names: tuple[str, ...] = ()


class ClosureLists(msgspec.Struct, frozen=True):
    """The worker's row of one list of closures: the newest, and what the latest ones ended, newest first."""

    newest: ClosureSnapshot
    ended: tuple[Ended, ...] = ()


class ShelterLists(msgspec.Struct, frozen=True):
    """As `ClosureLists`, for a list of open shelters."""

    newest: ShelterSnapshot
    ended: tuple[Ended, ...] = ()


def fold_snapshot(
    known: ClosureLists | None, snapshot: ClosureSnapshot
) -> tuple[ClosureLists, tuple[ClosureReport, ...]]:
    """The lists after this one, and a withdrawal for each closure that an older one names and the newest does not.

    Any order and any repeats end the same closures, as long as a list's own reports are as of the list's moment: a list that
    comes late is ended by the newest at once. What a list ends was over just before its moment, so that of two lists of one
    moment, which are taken together, neither ends what the other names.
    """
    before = known or ClosureLists(snapshot)
    newest = _newest(before.newest, snapshot)
    if before.newest.as_of_ms == snapshot.as_of_ms:
        newest = msgspec.structs.replace(
            newest, closures=_together(before.newest.closures, snapshot.closures)
        )
    gone = {*before.newest.closures, *snapshot.closures}.difference(newest.closures)
    ended = _recall(before.ended, snapshot) or _ends(snapshot, gone, newest.as_of_ms)
    return ClosureLists(newest, _remember(before.ended, ended)), tuple(
        ClosureReport(
            id=closure,
            source=newest.source,
            as_of_ms=ended.as_of_ms,
            action=Action.CANCEL,
            status=newest.status,
        )
        for closure in ended.names
    )


def fold_shelter_snapshot(
    known: ShelterLists | None, snapshot: ShelterSnapshot
) -> tuple[ShelterLists, tuple[ShelterReport, ...]]:
    """As `fold_snapshot`, for lists of open shelters: what has left the list has closed. Its head count is unknown then."""
    before = known or ShelterLists(snapshot)
    newest = _newest(before.newest, snapshot)
    if before.newest.as_of_ms == snapshot.as_of_ms:
        newest = msgspec.structs.replace(
            newest, shelters=_together(before.newest.shelters, snapshot.shelters)
        )
    gone = {*before.newest.shelters, *snapshot.shelters}.difference(newest.shelters)
    ended = _recall(before.ended, snapshot) or _ends(snapshot, gone, newest.as_of_ms)
    return ShelterLists(newest, _remember(before.ended, ended)), tuple(
        ShelterReport(
            id=shelter,
            source=newest.source,
            as_of_ms=ended.as_of_ms,
            opening=Opening.CLOSED,
            status=newest.status,
        )
        for shelter in ended.names
    )


def _recall(known: tuple[Ended, ...], snapshot: ClosureSnapshot | ShelterSnapshot) -> Ended | None:
    digest = _digest(snapshot)
    return next((one for one in known if one.list == digest), None)


def _ends(snapshot: ClosureSnapshot | ShelterSnapshot, names: AbstractSet[str], newest_ms: int) -> Ended:
    return Ended(_digest(snapshot), snapshot.as_of_ms, newest_ms - 1, tuple(sorted(names)))


def _remember(known: tuple[Ended, ...], ended: Ended) -> tuple[Ended, ...]:
    latest = sorted({*known, ended}, key=lambda one: (one.list_ms, one.list), reverse=True)
    return tuple(latest[:KEPT])


def _digest(snapshot: ClosureSnapshot | ShelterSnapshot) -> str:
    return hashlib.blake2b(encode(snapshot), digest_size=8).hexdigest()


def _newest(known: Snapshot, snapshot: Snapshot) -> Snapshot:
    return max(known, snapshot, key=lambda s: (s.as_of_ms, encode(s)))


def _together(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*first, *second}))
