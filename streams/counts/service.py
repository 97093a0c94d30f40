"""One counts process: follows `cell-partials`, about once a second tells the cells that changed, and by the public clock what
staff are shown of them. Started by `mio run counts`.

It belongs to no group and keeps nothing: what it knows is its topics, read again from the beginning at each start.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from streams.audit.chain import Chain, Look
from streams.audit.keys import SigningKey
from streams.audit.recorder import Recorder
from streams.broker import Broker, Follower, Message, Publisher, Record
from streams.cells import Gazetteer, cell_name
from streams.clock import Clock
from streams.codec import decode, encode
from streams.counts.columns import CountColumns
from streams.counts.gate import PURPOSE, CountsGate, municipalities_by_cell
from streams.counts.incident import Incident
from streams.counts.noise import CellKeys
from streams.counts.shown import ShownCounts
from streams.dead_letters import DeadLetter, bury
from streams.events.cells import AS_OF, CellCount, SharedAsOf, SharedCount
from streams.sharing.decide import Decider
from streams.sharing.versions import Parameters, read_version
from streams.topics import CELL_PARTIALS, CELLS, COUNT_SECRETS, MANIFEST, SHARED

EMIT_S = 1.0
SLICE = 1_000
"""Cells published together: the broker's patience is for so many, however many there are at the start."""

_log = structlog.get_logger(__name__)


@dataclass
class Counter:
    """What was heard and is not yet told."""

    publisher: Publisher
    columns: CountColumns = field(default_factory=CountColumns)
    letters: list[DeadLetter] = field(default_factory=list)

    def hear(self, records: Sequence[Record]) -> None:
        """What the follower does with its records."""
        self.letters += self.columns.take(records)

    async def tell(self) -> list[CellCount]:
        """Publishes the cells that changed, and dead letters. Returns the cells, when all is acknowledged.

        Raises:
            BrokerUnavailableError: some may be on the topics. Only a fresh start tells the others.
        """
        letters, self.letters = self.letters, []
        if letters:
            await bury(self.publisher, CELL_PARTIALS, letters)
        changed = self.columns.take_changed()
        for start in range(0, len(changed), SLICE):
            part = changed[start : start + SLICE]
            await self.publisher.publish(
                CELLS, [Message(cell_name(c.cell).encode(), encode(c)) for c in part]
            )
        return changed


@dataclass
class Shower:
    """What staff are shown. Hears what was told, by itself or by another, as only that stands."""

    gate: CountsGate
    publisher: Publisher
    incident: Incident
    counts: ShownCounts
    parameters: Parameters
    keys: dict[int, bytes] = field(default_factory=dict)
    told_as_of_ms: int = 0

    def hear(self, records: Sequence[Record]) -> None:
        """What the follower of `shared` does with its records.

        Raises:
            CodecError: a row that we did not write.
        """
        for record in records:
            name = record.key.decode().rpartition("|")[2]
            if name != AS_OF and record.value is not None:
                row = decode(record.value, SharedCount)
                self.keys[row.cell] = record.key
                self.counts.stands(row.cell, row.shown)

    async def withdraw(self) -> int:
        """Takes away what its reader may see no more: by the policy of today, or as the cell is another municipality's now. Returns how many cells.

        Raises:
            BrokerUnavailableError: not all was acknowledged.
        """
        gone = [
            cell for cell, key in self.keys.items() if key != _key(self.gate.find_recipient(cell) or "", cell)
        ]
        await self.publisher.publish(SHARED, [Message(self.keys.pop(cell), None) for cell in gone])
        for cell in gone:
            self.counts.withdrawn(cell)
        return len(gone)

    async def tell(self, now_ms: int, as_of_ms: int) -> None:
        """Draws what moved since the last tick of the public clock, and publishes the figures that change.

        Raises:
            BrokerUnavailableError: some may be on the topic; only a fresh start tells the others.
        """
        if not self.counts.is_due(now_ms):
            return
        secret = self.incident.find_secret(now_ms)
        if secret is None:
            await self.incident.begin(self.publisher, now_ms)
            return  # it is heard in a moment, by every process that counts
        rules = self.parameters.counts
        keys = CellKeys(secret, bound=rules.bound, spread=rules.spread)
        shared = [
            self.gate.let_through(count.cell, shown, as_of_ms)
            for count, shown in self.counts.take_due(keys, now_ms)
        ]
        rows = [row for row in shared if row is not None]
        for start in range(0, len(rows), SLICE):
            await self.publisher.publish(SHARED, [_message(row) for row in rows[start : start + SLICE]])
        for row in rows:
            self.counts.stands(row.cell, row.shown)
        if as_of_ms > self.told_as_of_ms:
            self.told_as_of_ms = as_of_ms
            times = [SharedAsOf(recipient=name, as_of_ms=as_of_ms) for name in self.gate.recipients()]
            await self.publisher.publish(
                SHARED, [Message(f"{time.recipient}|{AS_OF}".encode(), encode(time)) for time in times]
            )


def _message(row: SharedCount) -> Message:
    return Message(_key(row.recipient, row.cell), encode(row))


def _key(recipient: str, cell: int) -> bytes:
    return f"{recipient}|{cell_name(cell)}".encode()


async def serve(
    broker: Broker,
    areas: bytes,
    *,
    clock: Clock,
    key: SigningKey,
    ready: Callable[[], None],
    emit_s: float = EMIT_S,
) -> None:
    """Runs until cancelled. `ready` is called when the topics were read whole and every cell was told once.

    Every cell, not only those that differ: a row that a former process half wrote, or that an older policy decided,
    would else stay as it is until somebody moves there.

    Raises:
        BrokerUnavailableError: what had to be told was not acknowledged; the launcher starts a fresh process.
        CodecError: what stands on `shared` or `count-secrets` was not written by us.
    """
    await broker.ensure_topics(MANIFEST)
    gazetteer = await asyncio.to_thread(Gazetteer.load, areas)
    decider = Decider.load()
    parameters = read_version(decider.version).parameters
    gate = CountsGate(decider, municipalities_by_cell(gazetteer), parameters.fewer_than)
    publisher = await broker.publisher()
    await _record(gate, Recorder(Chain.begin("counts"), key, publisher, clock))
    counter = Counter(publisher)
    shown = ShownCounts(parameters.counts, fewer_than=parameters.fewer_than)
    shower = Shower(gate, publisher, Incident(parameters.counts.incident_days), shown, parameters)
    followers = [
        await broker.follow(COUNT_SECRETS, shower.incident.hear),
        await broker.follow(SHARED, shower.hear),
        await broker.follow(CELL_PARTIALS, counter.hear),
    ]
    for follower in followers:
        await follower.wait_caught_up()
    withdrawn = await shower.withdraw()
    told = await counter.tell()
    shown.move(told)
    _log.info("cells are told whole", cells=len(told), withdrawn=withdrawn)
    ready()
    while True:
        _raise_failures(followers)
        await shower.tell(clock.now_ms(), counter.columns.newest_ms)
        await asyncio.sleep(emit_s)
        shown.move(await counter.tell())


async def _record(gate: CountsGate, recorder: Recorder) -> None:
    """Each municipality's permit or refusal, before anything is shown by it: once, as it holds until the process ends."""
    looks = [
        (Look(recipient=f"staff:{code}", role="staff", subject=f"counts:{code}", purpose=PURPOSE), decision)
        for code, decision in gate.decisions()
    ]
    await recorder.record(looks)


def _raise_failures(followers: Sequence[Follower]) -> None:
    for follower in followers:
        if follower.failure:
            raise follower.failure
