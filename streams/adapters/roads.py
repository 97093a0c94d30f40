"""What the feeds of road events share: which records close, which open, which say neither, and whether a document is a whole list.

Reads no format. A record that closes nothing (any more) is a report too, a withdrawal: the record may have closed a road yesterday.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from streams.adapters.reading import Findings, Reading, RefusedError, Source
from streams.events.base import Action
from streams.events.closures import ClosureReport, ClosureSnapshot, Geometry

T = TypeVar("T")


@dataclass(frozen=True)
class Silent:
    """A record that says nothing about whether a road is closed. What stands under its id goes on standing."""

    why: str


@dataclass(frozen=True)
class Whole:
    """The document lists all that is closed, as of a moment; `part` tells lists of one source apart."""

    as_of_ms: int
    part: str = ""


def find_drawing(read: Callable[[], Geometry | None]) -> tuple[Geometry | None, str]:
    """What is drawn, or None and the reason why it cannot be used: the closure holds all the same, and staff will place it."""
    try:
        return read(), ""
    except RefusedError as error:
        return None, error.reason


def closure_id(source: Source, written: str) -> str:
    """A record's id among those of all feeds.

    Raises:
        RefusedError: `id-missing`.
    """
    if not written:
        raise RefusedError("id-missing", "no id: without one a closure cannot be opened again")
    return f"{source.id}/{written}"


def read_roads(
    form: str,
    source: Source,
    records: Iterable[tuple[str, T | RefusedError]],
    *,
    identify: Callable[[T], str],
    make: Callable[[T], ClosureReport | Silent],
    whole: Whole | None = None,
) -> Reading:
    """Reports of all records; the list as a whole comes last, where the document is one and every record could be told.

    identify: the id that a record has in its feed, empty where it has none. make: may refuse.
    """
    found = Findings(source)
    named: set[str] = set()
    silent: Counter[str] = Counter()
    nameless = 0
    for place, record in records:
        ident = "" if isinstance(record, RefusedError) else identify(record)
        nameless += not ident
        if isinstance(record, RefusedError):
            found.refuse(record, place=place)
            continue
        try:
            said = make(record)
        except RefusedError as error:
            found.refuse(error, place=place, record=str(record))
            named.add(f"{source.id}/{ident}")
            continue
        if isinstance(said, Silent):
            silent[said.why] += 1
            named.add(f"{source.id}/{ident}")
            continue
        found.events.append(said)
        if said.action is not Action.CANCEL:
            named.add(said.id)
    found.notes += [f"{count} set aside: {why}" for why, count in sorted(silent.items())]
    if whole is not None:
        _end_the_missing(found, whole, named, nameless)
    return found.reading(form)


def _end_the_missing(found: Findings, whole: Whole, named: set[str], nameless: int) -> None:
    if nameless:
        found.notes.append(
            f"a whole list, but {nameless} records have no id: nothing ends by not being in it"
        )
        return
    found.events.append(
        ClosureSnapshot(
            id=f"{found.source.id}/{whole.part}" if whole.part else found.source.id,
            source=found.source.id,
            as_of_ms=whole.as_of_ms,
            closures=tuple(sorted(named)),
        )
    )
