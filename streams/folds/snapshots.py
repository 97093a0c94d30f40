"""What a feed's whole lists end: closures that the newest list does not name any more. Folds no closure itself."""

import msgspec

from streams.codec import encode
from streams.events.base import Action
from streams.events.closures import ClosureReport, ClosureSnapshot


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
    newest = max(known, snapshot, key=lambda s: (s.as_of_ms, encode(s)))
    if known.as_of_ms == snapshot.as_of_ms:
        together = tuple(sorted({*known.closures, *snapshot.closures}))
        newest = msgspec.structs.replace(newest, closures=together)
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
