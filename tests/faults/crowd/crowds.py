"""A made-up crowd, a numpy oracle of where it is in the end, and readers of what the crowd process wrote."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import h3.api.basic_int as h3
import numpy as np
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.kit.settings import PROCESS_ORDER
from services.local.child import Child
from services.local.ports import free_port
from services.local.probe import ask_ready
from streams.codec import PositionColumns
from streams.crowd.rules import AHEAD_MS, BUCKET_MS, TTL_MS
from streams.folds.cells import Partial, decode_partial
from streams.topics import CELL_PARTIALS, POSITION_PARTITIONS, POSITIONS, Topic
from streams.world import World

START_MS = 1_790_000_000_000
Partials = dict[tuple[int, int], tuple[int, int]]
"""(cell, partition) -> count, key sum."""


def batches_of(
    *, positions: int, devices: int, span_ms: int, seed: int = 7, size: int = 1000, spread: float = 0.012
) -> Iterator[tuple[int, PositionColumns]]:
    """(partition, batch): people walk; some batches come twice, some positions late, ahead, impossible; some fall silent."""
    random = np.random.default_rng(seed)
    device = random.integers(1, 2**63, devices, dtype=np.uint64)
    members = [np.flatnonzero(device % POSITION_PARTITIONS == p) for p in range(POSITION_PARTITIONS)]
    lat, lon = random.normal(34.5, spread, devices), random.normal(135.23, spread, devices)
    # a third of the people stop sending somewhere on the way
    silent_from = np.where(random.random(devices) < 0.33, random.uniform(0, span_ms, devices), np.inf)
    for number in range(positions // size):
        now_ms = START_MS + span_ms * number * size // positions
        partition = number % POSITION_PARTITIONS
        who = random.choice(members[partition], size)
        who = who[silent_from[who] > now_ms - START_MS]
        lat[who] += random.normal(0, spread / 6, len(who))
        lon[who] += random.normal(0, spread / 6, len(who))
        at_ms = now_ms - random.integers(0, 20_000, len(who))
        fate = random.random(len(who))
        at_ms[fate < 0.05] -= random.integers(0, 2 * TTL_MS, int((fate < 0.05).sum()))
        at_ms[fate > 0.999] += 3_600_000
        columns = PositionColumns(
            device[who], at_ms, lat[who].astype("f4"), lon[who].astype("f4"), received_at_ms=now_ms
        )
        columns.lat[(fate > 0.5) & (fate < 0.501)] = 91
        yield partition, columns
        if number % 20 == 0:
            yield partition, columns


@dataclass
class Oracle:
    """Where everybody is in the end, found at once from all positions by sorting; no state, no order of folding."""

    columns: list[list[PositionColumns]] = field(
        default_factory=lambda: [[] for _ in range(POSITION_PARTITIONS)]
    )

    def add(self, partition: int, columns: PositionColumns) -> None:
        self.columns[partition].append(columns)

    def partials(self) -> Partials:
        found: Partials = {}
        for partition, batches in enumerate(self.columns):
            found |= self._partials(partition, batches)
        return found

    @staticmethod
    def _partials(partition: int, batches: list[PositionColumns]) -> Partials:
        def joined(name: str) -> np.ndarray:
            return np.concatenate([getattr(b, name) for b in batches])

        device, at_ms, lat, lon = (joined(name) for name in ("device", "at_ms", "lat", "lon"))
        received = np.concatenate([np.full(len(b), b.received_at_ms) for b in batches])
        good = (at_ms <= received + AHEAD_MS) & (np.abs(lat) <= 90)
        cutoff = at_ms[good].max() // BUCKET_MS * BUCKET_MS - TTL_MS
        at = np.flatnonzero(good & (at_ms >= cutoff))
        # newest first; of two with one time the first in the log
        at = at[np.lexsort((at, -at_ms[at], device[at]))]
        at = at[np.unique(device[at], return_index=True)[1]]
        cell = np.array([h3.latlng_to_cell(float(lat[i]), float(lon[i]), 9) for i in at], np.uint64)
        found: Partials = {}
        for c in np.unique(cell):
            keys = (device[at[cell == c]] >> np.uint64(32)).astype(np.uint64)
            found[int(c), partition] = (len(keys), int(keys.sum()) & 0xFFFFFFFF)
        return found


async def read_records(bootstrap: str, topic: Topic) -> list[Any]:
    """All records of a topic, from its beginning to its present end; in order within each partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    found: list[Any] = []
    try:
        parts = [TopicPartition(topic.full_name(World.DRILL), n) for n in range(topic.partitions)]
        consumer.assign(parts)
        await consumer.seek_to_beginning(*parts)
        end = await consumer.end_offsets(parts)
        while any([await consumer.position(tp) < end[tp] for tp in parts]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += records
    finally:
        await consumer.stop()
    return found


async def read_partial_rows(bootstrap: str) -> list[Partial]:
    """What `cell-partials` says now; tombstones left out."""
    newest = {r.key: r.value for r in await read_records(bootstrap, CELL_PARTIALS)}
    rows = [decode_partial(key, value) for key, value in newest.items()]
    return sorted((r for r in rows if r.count), key=lambda r: (r.cell, r.partition))


def counts(rows: list[Partial]) -> Partials:
    """Rows without `as_of`, as the oracle says them."""
    return {(row.cell, row.partition): (row.count, row.key_sum) for row in rows}


class Offsets:
    """How far the crowd's group has come."""

    def __init__(self, bootstrap: str) -> None:
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap, group_id="drill.crowd", enable_auto_commit=False
        )
        self._parts = [
            TopicPartition(POSITIONS.full_name(World.DRILL), n) for n in range(POSITION_PARTITIONS)
        ]

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def committed(self) -> int:
        """The sum over partitions."""
        return sum([await self._consumer.committed(tp) or 0 for tp in self._parts])

    async def end(self) -> int:
        return sum((await self._consumer.end_offsets(self._parts)).values())


def start_crowd(bootstrap: str, folder: Path, *, name: str = "crowd", checkpoint_s: float = 1.0) -> Child:
    """A crowd process that is ready."""
    mark = folder / f"{name}.ready"
    mark.unlink(missing_ok=True)
    program = str(Path(__file__).with_name("crowd_process.py"))
    command = [sys.executable, program, bootstrap, str(mark), "3", str(checkpoint_s)]
    child = Child(name, command, log=folder / f"{name}.log", env={"PYTHONPATH": "."})
    child.wait_ready(mark.exists, timeout_s=60)
    return child


def start_counts(bootstrap: str, folder: Path) -> Child:
    """`mio run counts` of an area without places, ready."""
    area, port = folder / "area", free_port()
    area.mkdir(parents=True, exist_ok=True)
    (area / "areas.geojson").write_text('{"type":"FeatureCollection","features":[]}', encoding="utf-8")
    environment = {
        "MIO_KAFKA": bootstrap,
        "MIO_WORLD": "drill",
        "MIO_STATE": str(folder),
        "MIO_PORT_BASE": str(port - PROCESS_ORDER.index("counts")),
    }
    child = Child(
        "counts",
        [sys.executable, "-m", "services.cli", "run", "counts"],
        log=folder / "counts.log",
        env=environment,
    )
    child.wait_ready(lambda: ask_ready(f"http://127.0.0.1:{port}").ready, timeout_s=60)
    return child
