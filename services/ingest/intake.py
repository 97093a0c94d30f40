"""Takes one document: read in a thread, published, and answered only when the broker has all of it. Knows no HTTP."""

import asyncio
from dataclasses import dataclass, field

import structlog
from prometheus_client import Counter

from services.ingest.parcel import Parcel, Read, make_letter, make_parcel
from services.ingest.sources import Sources
from services.kit.metrics import REGISTRY
from streams.adapters.registry import Source
from streams.broker import Publisher
from streams.clock import Clock
from streams.dead_letters import bury
from streams.world import World

DOCUMENTS = Counter(
    "mio_documents", "Documents by format and outcome", ["format", "outcome"], registry=REGISTRY
)
EVENTS = Counter("mio_document_events", "Events published, by format", ["format"], registry=REGISTRY)
REJECTIONS = Counter(
    "mio_rejections", "Records refused, by format and reason", ["format", "reason"], registry=REGISTRY
)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Intake:
    """What turns documents of one world into events."""

    publisher: Publisher
    read: Read
    clock: Clock
    world: World
    sources: Sources = field(default_factory=Sources)

    async def take(self, document: bytes, source_id: str, *, name: str = "", expected: str = "") -> Parcel:
        """Returns when events and refusals are on the broker. expected: the one format that is read; empty: any.

        Raises:
            BrokerUnavailableError: they may be there in part; the same document again is the same events.
        """
        source = Source(source_id, self.clock.now_ms())
        parcel = await asyncio.to_thread(
            make_parcel, self.read, document, source, name=name, world=self.world, expected=expected
        )
        writing = [self.publisher.publish(topic, group) for topic, group in parcel.messages.items()]
        if parcel.refused:
            topic, letter = make_letter(parcel, document, source, name=name)
            writing.append(bury(self.publisher, topic, [letter]))
        await asyncio.gather(*writing)
        self._note(parcel, source)
        return parcel

    def _note(self, parcel: Parcel, source: Source) -> None:
        outcome = "taken" if parcel.events or not parcel.refused else "refused"
        DOCUMENTS.labels(parcel.format, outcome).inc()
        EVENTS.labels(parcel.format).inc(parcel.events)
        for rejection in parcel.refused:
            REJECTIONS.labels(parcel.format, rejection.reason).inc()
        counts = {"events": parcel.events, "rejected": len(parcel.refused)}
        self.sources.note(source.id, format_name=parcel.format, at_ms=source.received_at_ms, **counts)
        first = {"first": parcel.refused[0].detail} if parcel.refused else {}
        _log.info(f"document {outcome}", source=source.id, format=parcel.format, **counts, **first)
