"""One member of the crowd's consumer group: folds the partitions it is given, emits their rows, writes checkpoints.

A cycle: rows touched -> `cell-partials`, acknowledged -> checkpoints that are due, acknowledged -> source offsets.
Whoever is given a partition begins at its newest whole checkpoint; nothing is kept over a rebalance.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from streams.broker import BrokerError, Publisher
from streams.codec import CodecError, PositionColumns, decode_positions
from streams.crowd.checkpoint_log import CheckpointLog
from streams.crowd.emitter import Emitter
from streams.crowd.lattice import Lattice
from streams.crowd.partition import PartitionFold, Rows
from streams.crowd.watchdog import Watchdog
from streams.dead_letters import DeadLetter, bury
from streams.topics import POSITIONS

POLL_MS = 50
POLL_RECORDS = 2000
EMIT_S = 1.0
"""Everything behind the counts pays per row, and nobody sees them more often."""
SWEEP_S = 60.0
"""Every row is emitted again once in this time, touched or not: it repairs what a halted former owner wrote late."""
TALLY_S = 60.0

_log = structlog.get_logger(__name__)


class PositionGapError(BrokerError):
    """A record never reached us though later ones did."""


@dataclass
class Held:
    """A partition that is ours now, from its checkpoint on. `next_offset` is the only record it may read next."""

    fold: PartitionFold
    next_offset: int
    checkpointed: int
    due_s: float
    swept: int = 0
    letters: list[DeadLetter] = field(default_factory=list)

    def take(self, records: Sequence[Any]) -> None:
        """Folds records of this partition; those it has seen are skipped.

        Raises:
            PositionGapError: names the partition and both offsets.
        """
        batches: list[PositionColumns] = []
        for record in records:
            if record.offset < self.next_offset:
                continue
            if record.offset > self.next_offset:
                raise PositionGapError(
                    f"{record.topic}[{record.partition}]: expected offset {self.next_offset}, got {record.offset}"
                )
            self.next_offset += 1
            try:
                batches.append(decode_positions(record.value or b""))
            except CodecError as error:
                place = f"{record.topic}[{record.partition}]@{record.offset}"
                self.letters.append(
                    DeadLetter(record.key or b"", record.value, "undecodable", str(error), place)
                )
        self.fold.fold(batches, offset=self.next_offset - 1)

    def sweep(self, cells: int) -> Rows:
        """The next stretch of all rows, so that each comes by once in SWEEP_S."""
        start, stop = self.swept, self.swept + int(cells * EMIT_S / SWEEP_S) + 1
        self.swept = stop if stop < cells else 0
        return self.fold.list_rows(start, stop)


class CrowdMember(ConsumerRebalanceListener):  # type: ignore[misc]
    """Folds until it fails. It never heals itself: any error ends the process, and the next one begins at a checkpoint."""

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        emitter: Emitter,
        checkpoints: CheckpointLog,
        publisher: Publisher,
        *,
        topic: str,
        watchdog: Watchdog,
        checkpoint_s: float,
        ready: Callable[[], None],
    ) -> None:
        self._consumer = consumer
        self._emitter = emitter
        self._checkpoints = checkpoints
        self._publisher = publisher
        self._topic = topic
        self._watchdog = watchdog
        self._checkpoint_s = checkpoint_s
        self._ready = ready
        self._lattice = Lattice()
        self._owned: frozenset[int] = frozenset()
        self._held: dict[int, Held] | None = {}  # None: assigned anew, to be loaded
        self._loop = asyncio.get_running_loop()

    async def on_partitions_revoked(self, _revoked: Iterable[TopicPartition]) -> None:
        """Of an ended generation nothing more is emitted or acknowledged."""
        self._owned, self._held = frozenset(), {}

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """The loop loads them; heartbeats go on meanwhile."""
        self._owned, self._held = frozenset(tp.partition for tp in assigned), None
        if not self._owned:
            self._held = {}

    async def run(self) -> None:
        """Until cancelled, or until something fails that only a fresh start mends."""
        self._consumer.subscribe([self._topic], listener=self)
        emit_s = tally_s = self._loop.time()
        while True:
            if self._held is None:
                await self._load()
            self._fold(await self._consumer.getmany(timeout_ms=POLL_MS, max_records=POLL_RECORDS))
            now_s = self._loop.time()
            if now_s >= emit_s:
                await self._cycle(now_s)
                emit_s = now_s + EMIT_S
            if now_s >= tally_s + TALLY_S:
                self._tell()
                tally_s = now_s

    async def _load(self) -> None:
        """Newest checkpoints of what is owned; dropped if the assignment changes meanwhile."""
        owned = self._owned
        partitions = [self._tp(number) for number in sorted(owned)]
        snapshots = await self._checkpoints.load(owned)
        begin = await self._consumer.beginning_offsets(partitions)
        if self._owned is not owned or self._held is not None:
            return
        held: dict[int, Held] = {}
        for tp in partitions:
            if (snapshot := snapshots.get(tp.partition)) is None:
                fold = PartitionFold(tp.partition, self._lattice)
            else:
                fold = PartitionFold.restore(tp.partition, self._lattice, snapshot)
            held[tp.partition] = self._hold(fold, begin[tp], turn=len(held) / len(partitions))
            self._consumer.seek(tp, held[tp.partition].next_offset)
        self._held = held
        devices = sum(h.fold.devices for h in held.values())
        _log.info("partitions loaded", partitions=len(held), devices=devices, checkpoints=len(snapshots))
        self._ready()

    def _hold(self, fold: PartitionFold, begin: int, *, turn: float) -> Held:
        """`begin`: the oldest record that the broker still has. `turn` spreads the checkpoints over time."""
        expected = fold.offset + 1
        if begin > expected:
            _log.warning("records are gone: the topic's retention was shorter than our absence",
                         partition=fold.partition, records=begin - expected)  # fmt: skip
            fold.offset = begin - 1
        due_s = self._loop.time() + self._checkpoint_s * (turn + 0.1)
        return Held(fold, max(begin, expected), checkpointed=fold.offset, due_s=due_s)

    def _fold(self, batches: Mapping[TopicPartition, Sequence[Any]]) -> None:
        held = self._held or {}
        for tp, records in batches.items():
            if tp.partition in held:
                held[tp.partition].take(records)

    async def _cycle(self, now_s: float) -> None:
        """Rows, dead letters, checkpoints, offsets: each only when the former are on the broker."""
        held = dict(self._held or {})
        if not held:
            return
        # one instant: no await between the rows and the snapshots that cover them
        rows = [h.fold.take_touched() for h in held.values()]
        rows += [h.sweep(len(self._lattice)) for h in held.values()]
        due = {
            number: h.fold.snapshot()
            for number, h in held.items()
            if h.due_s <= now_s and h.fold.offset > h.checkpointed
        }
        letters = [letter for h in held.values() for letter in h.letters]
        for h in held.values():
            h.letters = []
        self._watchdog.check()
        await self._emitter.emit([part for part in rows if len(part)])
        if letters:
            await bury(self._publisher, POSITIONS, letters)
        for number, snapshot in due.items():
            if not self._still(number, held[number]):
                return
            self._watchdog.check()
            await self._checkpoints.write(number, snapshot)
            held[number].checkpointed = snapshot.offset
            held[number].due_s = self._loop.time() + self._checkpoint_s
            if self._still(number, held[number]):
                await self._commit(number, snapshot.offset + 1)

    def _still(self, number: int, held: Held) -> bool:
        return self._held is not None and self._held.get(number) is held

    async def _commit(self, number: int, offset: int) -> None:
        """The checkpoint is what counts; the group's offset tells operators how far we are."""
        try:
            await self._consumer.commit({self._tp(number): offset})
        except KafkaError as error:
            _log.warning("an offset was not committed", partition=number, error=type(error).__name__)

    def _tell(self) -> None:
        """How many positions were taken or refused, and why; never whose."""
        tallies = [h.fold.tally() for h in (self._held or {}).values()]
        if tallies:
            _log.info("positions", **{name: sum(t[name] for t in tallies) for name in tallies[0]})

    def _tp(self, number: int) -> TopicPartition:
        return TopicPartition(self._topic, number)
