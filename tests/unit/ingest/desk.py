"""An intake on a broker in memory that reads made-up documents: `C1` is a closure of that id, `!why` cannot be read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from services.ingest.declared import Asked, FeedSource
from services.ingest.http_pull import Puller
from services.ingest.intake import Intake
from services.ingest.pollers import FeedPoller
from services.ingest.seen import SeenEntries
from streams.adapters.registry import Reading, Source
from streams.broker import BrokerUnavailableError, Message
from streams.broker_memory import MemoryBroker
from streams.clock import ManualClock
from streams.events.base import Rejection
from streams.events.closures import ClosureReport
from streams.topics import CLOSURE_REPORTS, MANIFEST, SEEN_ENTRIES, Topic
from streams.world import World

FORMAT = "closures-geojson"


def read(document: bytes, source: Source, *, name: str = "") -> Reading:
    text = document.decode()
    if text.startswith("!"):
        refusal = Rejection(source=source.id, place="line 1", reason="made-up", detail=text[1:])
        return Reading(FORMAT, (), (refusal,))
    events = [ClosureReport(id=part, source=source.id, as_of_ms=1) for part in text.split()]
    return Reading(FORMAT, tuple(events), ())


@dataclass
class Desk:
    """wall: what the pollers take for the time."""

    broker: MemoryBroker
    client: httpx.AsyncClient
    wall: ManualClock = field(default_factory=lambda: ManualClock(1_764_000_000_000))
    is_away: bool = False

    async def publish(self, topic: Topic, messages: list[Message]) -> None:
        if self.is_away:
            raise BrokerUnavailableError("no acknowledgement")
        await self.broker.publish(topic, messages)

    @property
    def intake(self) -> Intake:
        return Intake(self, read, self.wall, World.DRILL)

    def puller(self, source: Asked, *, key: str = "") -> Puller:
        return Puller(self.client, source, wall=self.wall, key=key)

    async def feed_poller(self, source: FeedSource) -> FeedPoller:
        """A poller as a process has it that has just begun: it knows what the broker holds, and nothing else."""
        seen = SeenEntries(self, self.wall)
        follower = await self.broker.follow(SEEN_ENTRIES, seen.apply)
        await follower.wait_caught_up()
        return FeedPoller(source, self.puller(source), self.intake, seen=seen, wall=self.wall)

    def taken(self) -> list[str]:
        """Ids of all closures on the stream, as often as they came."""
        return sorted(record.key.decode() for record in self.broker.records(CLOSURE_REPORTS))


@asynccontextmanager
async def open_desk() -> AsyncIterator[Desk]:
    broker = MemoryBroker(World.DRILL, ManualClock(1000))
    await broker.ensure_topics(MANIFEST)
    async with httpx.AsyncClient(trust_env=False) as client:
        yield Desk(broker, client)
    await broker.close()
