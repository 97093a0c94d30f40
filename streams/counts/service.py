"""One counts process: follows `cell-partials`, and about once a second tells the cells that changed. Started by `mio run counts`.

It belongs to no group and keeps nothing: what it knows is the topic, read again from the beginning at each start.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from streams.broker import Broker, Follower, Message, Publisher, Record
from streams.cells import Gazetteer, cell_name
from streams.codec import encode
from streams.counts.columns import CountColumns
from streams.counts.gate import CountsGate, municipalities_by_cell
from streams.dead_letters import DeadLetter, bury
from streams.events.cells import CellCount
from streams.sharing.decide import Decider
from streams.topics import CELL_PARTIALS, CELLS, MANIFEST, SHARED

EMIT_S = 1.0
SLICE = 1_000
"""Cells published together: the broker's patience is for so many, however many there are at the start."""

_log = structlog.get_logger(__name__)


@dataclass
class Counter:
    """What was heard and is not yet told."""

    gate: CountsGate
    publisher: Publisher
    columns: CountColumns = field(default_factory=CountColumns)
    letters: list[DeadLetter] = field(default_factory=list)

    def hear(self, records: Sequence[Record]) -> None:
        """What the follower does with its records."""
        self.letters += self.columns.take(records)

    async def tell(self) -> int:
        """Publishes the cells that changed, and dead letters. Returns how many cells, when all is acknowledged.

        Raises:
            BrokerUnavailableError: some may be on the topics. Only a fresh start tells the others.
        """
        letters, self.letters = self.letters, []
        if letters:
            await bury(self.publisher, CELL_PARTIALS, letters)
        changed = self.columns.take_changed()
        for start in range(0, len(changed), SLICE):
            await self._publish(changed[start : start + SLICE])
        return len(changed)

    async def _publish(self, counts: Sequence[CellCount]) -> None:
        cells: list[Message] = []
        shares: list[Message] = []
        for count in counts:
            name = cell_name(count.cell)
            cells.append(Message(name.encode(), encode(count)))
            shared = self.gate.let_through(count)
            if shared is not None:
                shares.append(Message(f"{shared.recipient}|{name}".encode(), encode(shared)))
        await asyncio.gather(self.publisher.publish(CELLS, cells), self.publisher.publish(SHARED, shares))


async def serve(broker: Broker, areas: bytes, *, ready: Callable[[], None], emit_s: float = EMIT_S) -> None:
    """Runs until cancelled. `ready` is called when the topic was read whole and every cell was told once.

    Every cell, not only those that differ: a row that a former process half wrote, or that an older policy decided,
    would else stay as it is until somebody moves there.

    Raises:
        BrokerUnavailableError: what had to be told was not acknowledged; the launcher starts a fresh process.
    """
    await broker.ensure_topics(MANIFEST)
    gazetteer = await asyncio.to_thread(Gazetteer.load, areas)
    gate = CountsGate(Decider.load(), municipalities_by_cell(gazetteer))
    counter = Counter(gate, await broker.publisher())
    follower = await broker.follow(CELL_PARTIALS, counter.hear)
    await follower.wait_caught_up()
    _log.info("cells are told whole", cells=await counter.tell())
    ready()
    await _keep_telling(counter, follower, emit_s)


async def _keep_telling(counter: Counter, follower: Follower, emit_s: float) -> None:
    while True:
        await asyncio.sleep(emit_s)
        if follower.failure:
            raise follower.failure
        await counter.tell()
