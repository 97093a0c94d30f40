"""One member of the crowd's consumer group: folds the partitions it is given, emits their rows, writes checkpoints.

A cycle: rows touched -> `cell-partials`, acknowledged -> checkpoints that are due, acknowledged -> source offsets.
Whoever is given a partition begins at its newest whole checkpoint; nothing is kept over a rebalance.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from streams.broker import Publisher
from streams.crowd.checkpoint_log import CheckpointLog
from streams.crowd.emitter import Emitter
from streams.crowd.held import Held, PositionGapError
from streams.crowd.lattice import Lattice
from streams.crowd.partition import PartitionFold
from streams.crowd.report import Ledger, Report, Tell
from streams.crowd.watchdog import Watchdog
from streams.dead_letters import bury
from streams.topics import POSITIONS

POLL_MS = 50
POLL_RECORDS = 2000
EMIT_S = 1.0
"""Everything behind the counts pays per row, and nobody sees them more often."""
SWEEP_S = 60.0
"""Every row is emitted again once in this time, touched or not: it repairs what a halted former owner wrote late."""
TALLY_S = 60.0

_log = structlog.get_logger(__name__)


FindFirst = Callable[[TopicPartition, int], Awaitable[int]]
"""The offset of the first record that the broker still has at or behind an offset."""


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
        find_first: FindFirst,
        ready: Callable[[], None],
        tell: Tell,
    ) -> None:
        self._consumer = consumer
        self._emitter = emitter
        self._checkpoints = checkpoints
        self._publisher = publisher
        self._topic = topic
        self._watchdog = watchdog
        self._checkpoint_s = checkpoint_s
        self._find_first = find_first
        self._ready = ready
        self._tell = tell
        self._ledger = Ledger()
        self._missing = self._unreadable = 0
        self._logged: Counter[str] = Counter()
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
            await self._fold(await self._consumer.getmany(timeout_ms=POLL_MS, max_records=POLL_RECORDS))
            now_s = self._loop.time()
            if now_s >= emit_s:
                await self._cycle(now_s)
                emit_s = now_s + EMIT_S
                self._report()
            if now_s >= tally_s + TALLY_S:
                _log.info("positions", **self._logged)
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
            self._ledger.begin(tp.partition)
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
            self._missing += begin - expected
            fold.offset = begin - 1
        due_s = self._loop.time() + self._checkpoint_s * (turn + 0.1)
        return Held(fold, max(begin, expected), checkpointed=fold.offset, due_s=due_s)

    async def _fold(self, batches: Mapping[TopicPartition, Sequence[Any]]) -> None:
        for tp, records in batches.items():
            held = (self._held or {}).get(tp.partition)
            while held is not None:
                try:
                    held.take(records)
                    break
                except PositionGapError as gap:
                    await self._pass_over(tp, held, gap)

    async def _pass_over(self, tp: TopicPartition, held: Held, gap: PositionGapError) -> None:
        """Goes on behind a gap that the log itself has; one that only we have ends the process, and the next one reads again."""
        if await self._find_first(tp, gap.expected) < gap.got:
            raise gap
        _log.warning("the log has a gap, and is folded on behind it", partition=tp.partition,
                     expected=gap.expected, got=gap.got)  # fmt: skip
        self._missing += gap.got - gap.expected
        held.pass_over(gap)

    async def _cycle(self, now_s: float) -> None:
        """Rows, dead letters, checkpoints, offsets: each only when the former are on the broker."""
        held = dict(self._held or {})
        if not held:
            return
        # one instant: no await between the rows and the snapshots that cover them
        rows = [h.fold.take_touched() for h in held.values()]
        rows += [h.sweep(len(self._lattice), share=EMIT_S / SWEEP_S) for h in held.values()]
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
            self._unreadable += len(letters)
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

    def _report(self) -> None:
        held = self._held or {}
        news = self._ledger.news({number: h.fold.tally() for number, h in held.items()})
        self._logged.update(news)
        self._tell(
            Report(
                positions=news,
                missing_records=self._missing,
                unreadable_records=self._unreadable,
                partitions=len(held),
                devices=sum(h.fold.devices for h in held.values()),
                device_bytes=sum(h.fold.device_bytes for h in held.values()),
                cells=len(self._lattice),
            )
        )
        self._missing = self._unreadable = 0

    def _tp(self, number: int) -> TopicPartition:
        return TopicPartition(self._topic, number)
