"""Positions into people per cell: the fold of streams/crowd beside the same fold in pandas and h3, same batches, same run.

In memory, without the broker: bytes -> columns -> cells -> counts; the same with rows packed; a checkpoint.
"""

import itertools
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import h3.api.basic_int as h3
import numpy as np
import pandas as pd

from streams.codec import PositionColumns, decode_positions, encode_positions
from streams.crowd.checkpoints import decode_snapshot, encode_snapshot
from streams.crowd.emitter import batches_of
from streams.crowd.lattice import Lattice
from streams.crowd.partition import PartitionFold
from streams.crowd.service import warm
from streams.topics import POSITION_PARTITIONS

DEVICES = 300_000
BATCH = 1_000
ROUNDS = 8  # each device once a round
SEEN = 3  # rounds before the clock runs: first sight of devices and cells
START_MS = 1_790_000_000_000
BAR = 3_000_000

Batch = tuple[int, bytes]


def rounds() -> Iterator[list[Batch]]:
    """Every device reports each ten seconds; a third of them have moved about 300 m."""
    random = np.random.default_rng(1)
    device = random.integers(1, 2**63, DEVICES, dtype=np.uint64)
    lat, lon = random.normal(34.7, 0.07, DEVICES), random.normal(135.5, 0.11, DEVICES)
    members = [np.flatnonzero(device % POSITION_PARTITIONS == p) for p in range(POSITION_PARTITIONS)]
    for number in range(ROUNDS):
        now_ms = START_MS + number * 10_000
        moved = random.random(DEVICES) < 0.36
        lat[moved] += random.normal(0, 0.0025, moved.sum())
        lon[moved] += random.normal(0, 0.004, moved.sum())
        batches = []
        for partition, mine in enumerate(members):
            for who in np.array_split(mine, max(1, len(mine) // BATCH)):
                at_ms = now_ms - random.integers(0, 2_000, len(who))
                columns = PositionColumns(
                    device[who], at_ms, lat[who].astype("f4"), lon[who].astype("f4"), now_ms
                )
                batches.append((partition, encode_positions(columns)))
        yield batches


class Ours:
    """As the crowd process does it: sixteen records of a partition at a time, rows every twelve such."""

    def __init__(self) -> None:
        lattice = Lattice()
        self.folds = [PartitionFold(number, lattice) for number in range(POSITION_PARTITIONS)]
        self.rows = 0
        self.rows_s = 0.0

    def take(self, batches: list[Batch]) -> None:
        waiting: list[list[PositionColumns]] = [[] for _ in self.folds]
        for partition, value in batches:
            waiting[partition].append(decode_positions(value))
            if len(waiting[partition]) == 16:
                self.folds[partition].fold(waiting[partition], offset=0)
                waiting[partition] = []
        for fold, rest in zip(self.folds, waiting, strict=True):
            fold.fold(rest, offset=0)
        began = time.process_time()
        for _, batch in batches_of([fold.take_touched() for fold in self.folds], at_ms=0):
            self.rows += batch.record_count()
        self.rows_s += time.process_time() - began

    def people(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for fold in self.folds:
            rows = fold.list_rows(0, 1 << 30)
            for cell, count in zip(rows.cell.tolist(), rows.count.tolist(), strict=True):
                found[cell] = found.get(cell, 0) + count
        return {cell: count for cell, count in found.items() if count}


class Peer:
    """Newest position per device in a pandas frame, h3 for the cells, a group-by for the counts."""

    def __init__(self) -> None:
        self.newest = pd.DataFrame({"device": [], "at_ms": [], "cell": []})
        self.counts: pd.Series | None = None

    def take(self, batches: list[Batch]) -> None:
        columns = [decode_positions(value) for _, value in batches]
        lat = np.concatenate([c.lat for c in columns]).tolist()
        lon = np.concatenate([c.lon for c in columns]).tolist()
        fresh = pd.DataFrame(
            {
                "device": np.concatenate([c.device for c in columns]),
                "at_ms": np.concatenate([c.at_ms for c in columns]),
                "cell": [h3.latlng_to_cell(a, o, 9) for a, o in zip(lat, lon, strict=True)],
            }
        )
        both = pd.concat([self.newest, fresh]) if len(self.newest) else fresh
        self.newest = both.sort_values("at_ms", kind="stable").drop_duplicates("device", keep="last")
        self.counts = self.newest.groupby("cell").size()

    def people(self) -> dict[int, int]:
        assert self.counts is not None
        return {int(cell): int(count) for cell, count in self.counts.items()}


def cpu_s(work: Ours | Peer, batches: list[Batch]) -> float:
    began = time.process_time()
    work.take(batches)
    return time.process_time() - began


def show(name: str, value: float, unit: str, **rest: object) -> None:
    print(json.dumps({"name": name, "value": round(value, 2), "unit": unit, **rest}), flush=True)


def main() -> None:
    warm()
    ours, peer = Ours(), Peer()
    ours_s, peer_s, made = 0.0, 0.0, rounds()
    for batches in itertools.islice(made, SEEN):
        ours.take(batches)
    ours.rows, ours.rows_s = 0, 0.0
    for batches in made:
        ours_s += cpu_s(ours, batches)
        last = batches
    peer_s = cpu_s(peer, last)
    assert ours.people() == peer.people(), "both count the same people"
    positions = DEVICES * (ROUNDS - SEEN)
    rate, peer_rate = positions / (ours_s - ours.rows_s), DEVICES / peer_s
    show(
        "positions folded into people per cell", rate, "positions per CPU-second", bar=BAR, met=rate >= BAR,
        peer=round(peer_rate), ratio=round(rate / peer_rate, 1), devices=DEVICES,
    )  # fmt: skip
    show(
        "the same, and every touched row packed", positions / ours_s, "positions per CPU-second", bar=BAR,
        met=positions / ours_s >= BAR, peer=round(peer_rate), ratio=round(positions / ours_s / peer_rate, 1), rows=ours.rows,
    )  # fmt: skip
    show_recovery(ours.folds[0])


def show_recovery(fold: PartitionFold) -> None:
    began = time.process_time()
    blob = encode_snapshot(fold.snapshot())
    written_s = time.process_time() - began
    began = time.process_time()
    restored = PartitionFold.restore(0, Lattice(), decode_snapshot(blob))
    read_s = time.process_time() - began
    assert restored.devices == fold.devices
    show(
        "checkpoint of one partition", len(blob) / fold.devices, "bytes a device", bar=20, met=len(blob) / fold.devices <= 20,
        devices=fold.devices, write_ms=round(written_s * 1000, 1), restore_ms=round(read_s * 1000, 1),
    )  # fmt: skip


if __name__ == "__main__":
    main()
