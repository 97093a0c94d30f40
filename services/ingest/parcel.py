"""What a document becomes: messages for the topics, refusals, and the letter that keeps the refused. Pure."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from streams.adapters.registry import UNKNOWN, AnyEvent, Reading, Source
from streams.broker import Message
from streams.codec import cloud_headers, encode
from streams.dead_letters import DeadLetter, Way
from streams.events.alerts import Telegram
from streams.events.base import Rejection, Status
from streams.events.closures import ClosureReport, ClosureSnapshot
from streams.events.shelters import ShelterReport, ShelterSnapshot, SiteReport, UnplacedSite
from streams.folds.hazards import KEPT
from streams.topics import (
    CLOSURE_REPORTS,
    MAX_MESSAGE_BYTES,
    SHELTER_REPORTS,
    SITE_REPORTS,
    TELEGRAMS,
    WHOLE_LISTS,
    Topic,
)
from streams.world import World

Read = Callable[..., Reading]
"""`streams.adapters.registry.read`."""

TOPICS: dict[type[AnyEvent], Topic] = {
    Telegram: TELEGRAMS,
    SiteReport: SITE_REPORTS,
    UnplacedSite: SITE_REPORTS,
    ShelterReport: SHELTER_REPORTS,
    ClosureReport: CLOSURE_REPORTS,
    ClosureSnapshot: WHOLE_LISTS,
    ShelterSnapshot: WHOLE_LISTS,
}
LETTERS: dict[str, Topic] = {
    "gsi-geojson": SITE_REPORTS,
    "gsi-csv": SITE_REPORTS,
    "recommended-csv": SITE_REPORTS,
    "closures-geojson": CLOSURE_REPORTS,
    "datex2": CLOSURE_REPORTS,
    "wzdx": CLOSURE_REPORTS,
    "open511": CLOSURE_REPORTS,
    "nsw-livetraffic": CLOSURE_REPORTS,
    "jartic-csv": CLOSURE_REPORTS,
    "shelter-status-csv": SHELTER_REPORTS,
}
"""Beside which topic the refused of a format are kept. All others: `telegrams`, for what is unknown may be a warning."""

OTHER_WORLD = "other-world"
MAX_EVENT_BYTES = MAX_MESSAGE_BYTES // (KEPT + 1)
"""The worker keeps a series' latest `KEPT` documents in one record; the largest seen has 0.2 MB."""
MAX_DOCUMENT_BYTES = 6 << 20
"""The largest telegram seen has 4 MB, the list of Osaka City 2.3 MB; a refused document must fit into a dead letter (8 MiB)."""
NOT_KEPT = frozenset({"positions-personal"})
"""Reasons whose document must be nowhere."""
DETAIL_BYTES = 64 << 10
"""Of the reasons in a letter's header; the document itself is kept whole."""


@dataclass(frozen=True)
class Parcel:
    """One document, read and sorted."""

    format: str
    messages: dict[Topic, list[Message]] = field(default_factory=dict)
    refused: tuple[Rejection, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def events(self) -> int:
        """How many events it carries."""
        return sum(len(group) for group in self.messages.values())


def make_parcel(
    read: Read, document: bytes, source: Source, *, name: str, world: World, expected: str = ""
) -> Parcel:
    """Reads a document and sorts its events; what belongs to the other world is refused. Never raises for any bytes.

    expected: the format that its source declares; another one is refused whole. Empty: any.
    """
    reading = read(document, source, name=name)
    if expected and reading.format not in {expected, UNKNOWN}:
        return Parcel(reading.format, {}, (_not_expected(reading.format, expected, source),))
    messages: dict[Topic, list[Message]] = {}
    refused = list(reading.rejections)
    for number, event in enumerate(reading.events):
        topic, message = make_message(event, source)
        if not is_of(world, event):
            refused.append(_of_other_world(event, number, source, world))
        elif len(message.value or b"") > MAX_EVENT_BYTES:
            refused.append(_too_large(len(message.value or b""), number, source))
        else:
            messages.setdefault(topic, []).append(message)
    return Parcel(reading.format, messages, tuple(refused), reading.notes)


def is_of(world: World, event: AnyEvent) -> bool:
    """The real world takes only what means it; the drill takes no telegram that does."""
    if world is World.REAL:
        return event.status is Status.ACTUAL
    return not isinstance(event, Telegram) or event.status is not Status.ACTUAL


def _of_other_world(event: AnyEvent, number: int, source: Source, world: World) -> Rejection:
    remedy = (
        "send exercises to the drill"
        if world is World.REAL
        else "send what is meant to the real world, or a telegram of status 訓練 or 試験"
    )
    return Rejection(
        source=source.id,
        place=f"events[{number}]",
        reason=OTHER_WORLD,
        detail=f"status {event.status} does not belong in the world {world}: {remedy}",
    )


def _not_expected(found: str, expected: str, source: Source) -> Rejection:
    return Rejection(
        source=source.id,
        place="document",
        reason="format-unexpected",
        detail=f"reads as {found}, the source declares {expected}: correct its format, or leave it out",
    )


def _too_large(size: int, number: int, source: Source) -> Rejection:
    return Rejection(
        source=source.id,
        place=f"events[{number}]",
        reason="event-too-large",
        detail=f"{size} bytes as an event, at most {MAX_EVENT_BYTES} are kept: send a document for fewer areas",
    )


def make_message(event: AnyEvent, source: Source) -> tuple[Topic, Message]:
    """The event on its topic. The same event has the same bytes and the same `ce_id`, whenever it is sent."""
    topic, value = TOPICS[type(event)], encode(event)
    if isinstance(event, Telegram):
        key, at_ms = event.series, event.issued_at_ms
    else:
        key, at_ms = event.id, event.as_of_ms if event.as_of_ms is not None else source.received_at_ms
    headers = cloud_headers(
        event_type=topic.name,
        source=source.id,
        at_ms=at_ms,
        event_id=hashlib.blake2b(value, digest_size=16).hexdigest(),
    )
    return topic, Message(key.encode(), value, headers)


def make_letter(parcel: Parcel, document: bytes, source: Source, *, name: str) -> tuple[Topic, DeadLetter]:
    """The document whole, with every reason and place, so that it can be sent again when the reason is gone.

    What says where a person was is not kept at all: dead letters are read by people, and of documents they are public.
    """
    lines = "\n".join(f"{r.place}: {r.reason}: {r.detail}" for r in parcel.refused)
    letter = DeadLetter(
        key=source.id.encode(),
        value=b"" if any(r.reason in NOT_KEPT for r in parcel.refused) else document,
        reason=",".join(sorted({r.reason for r in parcel.refused})),
        detail=lines.encode()[:DETAIL_BYTES].decode(errors="ignore"),
        place=f"{source.id}/{name}" if name else source.id,
        way=Way.DOCUMENT,
        received_at_ms=source.received_at_ms,
    )
    return LETTERS.get(parcel.format, TELEGRAMS), letter
