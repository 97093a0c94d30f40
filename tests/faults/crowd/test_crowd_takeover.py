"""Partitions that change their owner while everybody moves: at every halt each person is counted once, and in the right cell."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from services.local.kafka import LocalKafka
from streams.broker import Message, Publisher
from streams.broker_kafka import KafkaBroker
from streams.codec import PositionColumns, encode_positions
from streams.topics import POSITION_PARTITIONS, POSITIONS
from tests.faults.crowd.crowds import START_MS, Offsets, Oracle, counts, read_partial_rows, start_crowd

DEVICES = 3_000


def steps(seed: int = 3) -> Iterator[list[tuple[int, PositionColumns]]]:
    """Each time everybody has walked on for a minute, half a kilometre or so; every other batch comes twice."""
    random = np.random.default_rng(seed)
    device = random.integers(1, 2**63, DEVICES, dtype=np.uint64)
    lat, lon = random.normal(34.5, 0.01, DEVICES), random.normal(135.2, 0.01, DEVICES)
    minute = 0
    while True:
        minute += 1
        now_ms = START_MS + 60_000 * minute
        lat += random.normal(0, 0.004, DEVICES)
        lon += random.normal(0, 0.004, DEVICES)
        found = []
        for partition in range(POSITION_PARTITIONS):
            for who in np.array_split(np.flatnonzero(device % POSITION_PARTITIONS == partition), 4):
                at_ms = now_ms - random.integers(0, 5_000, len(who))
                columns = PositionColumns(
                    device[who], at_ms, lat[who].astype("f4"), lon[who].astype("f4"), now_ms
                )
                found += [(partition, columns)] * (1 + len(found) % 2)
        yield found


async def send(publisher: Publisher, step: list[tuple[int, PositionColumns]], oracle: Oracle) -> None:
    for partition, columns in step:
        oracle.add(partition, columns)
    await publisher.publish(POSITIONS, [Message(b"", encode_positions(c), partition=p) for p, c in step])


async def are_counted(kafka: LocalKafka, offsets: Offsets, oracle: Oracle) -> None:
    """Returns when all is folded; whoever owns what by then, the rows are the oracle's."""
    async with asyncio.timeout(90):
        while await offsets.committed() < await offsets.end():
            await asyncio.sleep(0.1)
    found = await read_partial_rows(kafka.bootstrap)
    assert counts(found) == oracle.partials()
    assert sum(row.count for row in found) == DEVICES


@pytest.mark.kafka
async def test_whoever_owns_the_partitions_everybody_is_counted_once(
    own_kafka: LocalKafka, broker: KafkaBroker, tmp_path: Path
) -> None:
    publisher, oracle, walk = await broker.publisher(), Oracle(), steps()
    with ExitStack() as stack:
        first = start_crowd(own_kafka.bootstrap, tmp_path, name="first")
        stack.callback(first.kill)
        async with Offsets(own_kafka.bootstrap) as offsets:
            await send(publisher, next(walk), oracle)
            await are_counted(own_kafka, offsets, oracle)
            # half of the partitions go to another while people walk on
            await send(publisher, next(walk), oracle)
            second = start_crowd(own_kafka.bootstrap, tmp_path, name="second")
            stack.callback(second.kill)
            await send(publisher, next(walk), oracle)
            await are_counted(own_kafka, offsets, oracle)
            # and all of them to the other, from one who could say nothing any more
            await send(publisher, next(walk), oracle)
            first.kill()
            await send(publisher, next(walk), oracle)
            await are_counted(own_kafka, offsets, oracle)
            assert second.running
