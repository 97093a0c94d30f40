"""What ingest would have written of some documents, and what it was told: a recorded day to be played against the system."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from services.cli.feed_documents import list_documents as list_files
from services.ingest.parcel import is_of
from streams.adapters.registry import AnyEvent, Source, read
from streams.broker import Message
from streams.events.alerts import Telegram
from streams.events.base import Status
from streams.topics import Topic
from streams.world import World
from tests.faults.worker.documents import START_MS, Document, list_documents
from tests.faults.worker.oracle import Told, messages_of

REAL_FILES = (
    "alerts/jma/telegrams",
    "alerts/lalert",
    "alerts/cap",
    "roads",
    "shelters/nanao-2024/history",
    "shelters/gsi-csv-layout",
    "ngsi-ld",
)


@dataclass
class Recorded:
    """`sent`: in the order of sending."""

    sent: list[tuple[Topic, Message]] = field(default_factory=list)
    told: Told = field(default_factory=Told)
    formats: Counter[str] = field(default_factory=Counter)

    def take(self, document: Document) -> None:
        """Reads a document as ingest does."""
        source = Source(document.source, document.at_ms)
        reading = read(document.body, source, name=document.name)
        events = [event for event in map(_as_exercise, reading.events) if is_of(World.DRILL, event)]
        self.formats[reading.format] += len(events)
        self.told.hear(events)
        self.sent += messages_of(events, source)


def _as_exercise(event: AnyEvent) -> AnyEvent:
    """Real telegrams are re-marked: the drill takes no other."""
    if isinstance(event, Telegram) and event.status is Status.ACTUAL:
        return msgspec.structs.replace(event, status=Status.EXERCISE)
    return event


def record(seed: int, town: str, documents: Iterable[Document] = ()) -> Recorded:
    """One made-up town's day, and other documents after it."""
    recorded = Recorded()
    for document in (*list_documents(seed, town), *documents):
        recorded.take(document)
    recorded.formats += Counter()
    return recorded


def real_documents(data: Path) -> Iterator[Document]:
    """Real files of every kind that feeds send."""
    for part in REAL_FILES:
        for found in list_files(data / part):
            if found.problem is None:
                yield Document("file", START_MS, found.data, name=found.name)
