"""The topic of checkpoints: writes them so that a half-written one is never taken for whole, finds the newest whole one."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import cast

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.broker import Publisher
from streams.codec import CodecError
from streams.crowd.checkpoints import (
    KEPT,
    Survey,
    decode_snapshot,
    encode_snapshot,
    split,
    survey,
    tombstones,
)
from streams.crowd.partition import Snapshot
from streams.topics import POSITION_CHECKPOINTS
from streams.world import World

FIRST_LOOK = 64
"""Records read from a log's tail at first; eight times as many each time that no whole checkpoint is among them."""

_log = structlog.get_logger(__name__)


class CheckpointLog:
    """One process's use of `position-checkpoints`. Remembers which keys of a partition are its to remove."""

    def __init__(self, bootstrap: str, world: World, publisher: Publisher) -> None:
        self._bootstrap = bootstrap
        self._topic = POSITION_CHECKPOINTS.full_name(world)
        self._publisher = publisher
        self._kept: dict[int, list[tuple[bytes, ...]]] = {}

    async def write(self, partition: int, snapshot: Snapshot) -> None:
        """Returns when the broker has the manifest; then older checkpoints than the `KEPT` newest are removed.

        Raises:
            BrokerUnavailableError: the checkpoint may be half-written; the former ones still stand.
        """
        blob = await asyncio.to_thread(encode_snapshot, snapshot)
        written = split(blob, offset=snapshot.offset, partition=partition)
        await self._publisher.publish(POSITION_CHECKPOINTS, written.chunks)
        await self._publisher.publish(POSITION_CHECKPOINTS, [written.manifest])
        kept = self._kept.setdefault(partition, [])
        kept.append(written.keys)
        while len(kept) > KEPT:
            gone = tombstones(kept.pop(0), partition=partition)
            await self._publisher.publish(POSITION_CHECKPOINTS, gone)

    async def load(self, partitions: Iterable[int]) -> dict[int, Snapshot]:
        """The newest whole checkpoint of each partition that has one."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=4 << 20,
        )
        await consumer.start()
        try:
            found = await self._look(consumer, frozenset(partitions))
        finally:
            await consumer.stop()
        for partition, seen in found.items():
            self._kept[partition] = [c.keys for c in reversed(seen.complete)]
            if seen.strays:
                self._kept[partition].insert(0, seen.strays)
        newest = {partition: _newest(partition, seen) for partition, seen in found.items()}
        return {partition: snapshot for partition, snapshot in newest.items() if snapshot is not None}

    async def _look(self, consumer: AIOKafkaConsumer, partitions: frozenset[int]) -> dict[int, Survey]:
        """Reads tails, longer and longer, until each shows a whole checkpoint or was read to its beginning."""
        waiting = [TopicPartition(self._topic, partition) for partition in sorted(partitions)]
        begin = await consumer.beginning_offsets(waiting)
        end = await consumer.end_offsets(waiting)
        found: dict[int, Survey] = {}
        depth = FIRST_LOOK
        while waiting:
            start = {tp: max(begin[tp], end[tp] - depth) for tp in waiting}
            values = await _read(consumer, start, end)
            for tp in waiting:
                seen = survey(values[tp])
                if seen.complete or start[tp] == begin[tp]:
                    found[tp.partition] = seen
            waiting = [tp for tp in waiting if tp.partition not in found]
            depth *= 8
        return found


def _newest(partition: int, seen: Survey) -> Snapshot | None:
    for complete in seen.complete:
        try:
            return decode_snapshot(complete.blob)
        except CodecError as error:
            _log.warning("a checkpoint cannot be read, taking an older one",
                         partition=partition, offset=complete.offset, error=str(error))  # fmt: skip
    return None


Values = dict[bytes, bytes | None]


async def _read(
    consumer: AIOKafkaConsumer, start: Mapping[TopicPartition, int], end: Mapping[TopicPartition, int]
) -> dict[TopicPartition, Values]:
    """The newest value of each key between the offsets."""
    values: dict[TopicPartition, Values] = {tp: {} for tp in start}
    unread = {tp for tp in start if start[tp] < end[tp]}
    if not unread:
        return values
    consumer.assign(list(unread))
    for tp in unread:
        consumer.seek(tp, start[tp])
    while unread:
        for tp, records in (await consumer.getmany(*unread, timeout_ms=200)).items():
            values[tp].update((cast("bytes", r.key), r.value) for r in records if r.offset < end[tp])
        for tp in list(unread):
            if await consumer.position(tp) >= end[tp]:
                unread.discard(tp)
                consumer.pause(tp)
    return values
