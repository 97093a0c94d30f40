"""What every adapter takes and gives: a source, a reading, and the refusal of a whole document. Reads no format itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from streams.events.alerts import Telegram
from streams.events.base import Rejection
from streams.events.closures import ClosureReport, ClosureSnapshot
from streams.events.shelters import ShelterReport, ShelterSnapshot, SiteReport, UnplacedSite

AnyEvent = (
    Telegram | SiteReport | UnplacedSite | ShelterReport | ShelterSnapshot | ClosureReport | ClosureSnapshot
)
T = TypeVar("T")

RECORD_CHARS = 4_000
"""As much of a rejected record as a rejection carries (see `Rejection.record`)."""


@dataclass(frozen=True)
class Source:
    """Who sent a document, and when it arrived on the clock of the world."""

    id: str
    received_at_ms: int


@dataclass(frozen=True)
class Reading:
    """All that a document says: events, records that could not become one, and what was set aside on purpose.

    `kind` names the document type within the format, such as VTSE41; empty where a format has one type only.
    """

    format: str
    events: tuple[AnyEvent, ...]
    rejections: tuple[Rejection, ...]
    notes: tuple[str, ...] = ()
    kind: str = ""


class RefusedError(ValueError):
    """A document or record that cannot become an event.

    `reason` is a stable code, `detail` names the thing, the value, the bound and the remedy.
    """

    def __init__(self, reason: str, detail: str, *, place: str = "document") -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.place = place

    def rejection(self, source: Source, *, place: str = "", record: str = "") -> Rejection:
        """The refusal as an event for the dead-letter topic; `place` overrides where it was raised."""
        return Rejection(
            source=source.id,
            place=place or self.place,
            reason=self.reason,
            detail=self.detail,
            record=record[:RECORD_CHARS],
        )


class Findings:
    """What a reader has found so far in a document of several parts."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.events: list[AnyEvent] = []
        self.rejections: list[Rejection] = []
        self.notes: list[str] = []
        self.unplaced = 0

    def add(self, event: AnyEvent, *, place: str) -> None:
        """Keeps an event; one that staff have to place is told from which record it is."""
        if isinstance(event, UnplacedSite):
            event = msgspec.structs.replace(event, place=place)
            self.unplaced += 1
        self.events.append(event)

    def refuse(self, error: RefusedError, *, place: str = "", record: str = "") -> None:
        """Keeps a refusal with its place; the other parts stand."""
        self.rejections.append(error.rejection(self.source, place=place, record=record))

    def reading(self, form: str, kind: str = "") -> Reading:
        """All of it."""
        notes = (
            [f"{self.unplaced} without a usable position: they are for the repair list"]
            if self.unplaced
            else []
        )
        return Reading(form, tuple(self.events), tuple(self.rejections), (*self.notes, *notes), kind)


def clip(text: object, *, chars: int = 60) -> str:
    """A value as it may be quoted in a sentence."""
    shown = " ".join(str(text).split())
    return shown if len(shown) <= chars else shown[: chars - 1] + "…"


def read_each(
    form: str, source: Source, records: Iterable[tuple[str, T | RefusedError]], make: Callable[[T], AnyEvent]
) -> Reading:
    """Makes an event of each record; one that is refused is a rejection at its place, and the others stand."""
    found = Findings(source)
    for place, record in records:
        if isinstance(record, RefusedError):
            found.refuse(record, place=place)
            continue
        try:
            found.add(make(record), place=place)
        except RefusedError as error:
            found.refuse(error, place=place, record=str(record))
    return found.reading(form)
