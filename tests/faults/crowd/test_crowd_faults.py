"""What a power cut, a missing broker or a foreign record does to the crowd: nothing is lost, nothing is counted twice."""

import asyncio
import sys
from pathlib import Path

import pytest

from services.local.child import Child
from services.local.kafka import LocalKafka
from services.local.ports import free_port
from services.local.wait import wait_until
from streams.broker import Message
from streams.broker_kafka import KafkaBroker
from streams.crowd.checkpoint_log import CheckpointLog
from streams.crowd.checkpoints import encode_snapshot, split
from streams.crowd.lattice import Lattice
from streams.crowd.partition import PartitionFold
from streams.topics import POSITION_CHECKPOINTS, POSITIONS, dead_letters
from streams.world import World
from tests.faults.crowd.crowds import Offsets, read_records, start_crowd
from tests.faults.crowd.given import at, message, people


@pytest.mark.kafka
async def test_a_half_written_checkpoint_is_passed_over_and_swept_away(
    own_kafka: LocalKafka, broker: KafkaBroker, tmp_path: Path
) -> None:
    publisher = await broker.publisher()
    log = CheckpointLog(own_kafka.bootstrap, World.DRILL, publisher)
    await publisher.publish(POSITIONS, [message(at(1)), message(at(2)), message(at(3))])
    fold = PartitionFold(0, Lattice())
    fold.fold([at(1)], offset=0)
    await log.write(0, fold.snapshot())
    fold.fold([at(2), at(3), at(4)], offset=2)
    half = split(encode_snapshot(fold.snapshot()), offset=2, partition=0)
    await publisher.publish(POSITION_CHECKPOINTS, half.chunks)
    crowd = start_crowd(own_kafka.bootstrap, tmp_path)
    try:
        # device 4 is only in the half-written one: it is not believed
        await people(own_kafka, 3)
        await publisher.publish(POSITIONS, [message(at(5, minute=1))])
        await people(own_kafka, 4)
        await _tombstoned(own_kafka, half.chunks[0].key)
    finally:
        crowd.stop()


async def _tombstoned(kafka: LocalKafka, key: bytes) -> None:
    async with asyncio.timeout(20):
        while True:
            newest = {r.key: r.value for r in await read_records(kafka.bootstrap, POSITION_CHECKPOINTS)}
            if newest[key] is None:
                return
            await asyncio.sleep(0.1)


@pytest.mark.kafka
async def test_only_two_whole_checkpoints_stay_and_the_newest_is_found_behind_many_tombstones(
    own_kafka: LocalKafka, broker: KafkaBroker
) -> None:
    log = CheckpointLog(own_kafka.bootstrap, World.DRILL, await broker.publisher())
    fold = PartitionFold(5, Lattice())
    for offset in range(60):
        fold.fold([at(offset + 1)], offset=offset)
        await log.write(5, fold.snapshot())
    newest = {r.key: r.value for r in await read_records(own_kafka.bootstrap, POSITION_CHECKPOINTS)}
    assert sum(value is not None for value in newest.values()) == 4  # two manifests, two chunks
    loaded = await CheckpointLog(own_kafka.bootstrap, World.DRILL, await broker.publisher()).load(range(12))
    assert {p: s.offset for p, s in loaded.items()} == {5: 59}
    assert sorted(loaded[5].device.tolist()) == list(range(1, 61))


@pytest.mark.kafka
async def test_what_is_not_a_batch_goes_to_the_dead_letters_and_the_rest_is_folded(
    own_kafka: LocalKafka, broker: KafkaBroker, tmp_path: Path
) -> None:
    publisher = await broker.publisher()
    await publisher.publish(
        POSITIONS, [message(at(1)), Message(b"k", b"junk", partition=0), message(at(2)), Message(b"", None, partition=0)]
    )  # fmt: skip
    crowd = start_crowd(own_kafka.bootstrap, tmp_path)
    try:
        await people(own_kafka, 2)
        async with Offsets(own_kafka.bootstrap) as offsets, asyncio.timeout(20):
            while await offsets.committed() < 4:
                await asyncio.sleep(0.1)
    finally:
        crowd.stop()
    letters = await read_records(own_kafka.bootstrap, dead_letters(POSITIONS))
    assert [(r.key, r.value) for r in letters] == [(b"k", b"junk"), (b"", None)]
    headers = dict(letters[0].headers)
    assert headers["reason"] == b"undecodable"
    assert headers["place"] == b"drill.positions[0]@1"


@pytest.mark.kafka
async def test_a_start_without_a_broker_ends_with_its_address_and_a_later_one_works(tmp_path: Path) -> None:
    server = LocalKafka(tmp_path / "kafka", port=free_port(), controller_port=free_port())
    program = str(Path(__file__).with_name("crowd_process.py"))
    command = [sys.executable, program, server.bootstrap, str(tmp_path / "mark"), "3", "1"]
    early = Child("early", command, log=tmp_path / "early.log", env={"PYTHONPATH": "."})
    try:
        assert wait_until(lambda: not early.running, timeout_s=60)
        assert early.wait() != 0
        assert f"no broker at {server.bootstrap}" in early.last_words()
    finally:
        early.kill()
    server.start()
    try:
        crowd = start_crowd(server.bootstrap, tmp_path)
        crowd.stop()
    finally:
        server.stop()


@pytest.mark.kafka
async def test_a_lost_broker_ends_the_process_or_is_outlived_and_nothing_is_lost(
    own_kafka: LocalKafka, broker: KafkaBroker, tmp_path: Path
) -> None:
    publisher = await broker.publisher()
    crowd = start_crowd(own_kafka.bootstrap, tmp_path)
    try:
        await publisher.publish(POSITIONS, [message(at(1)), message(at(1, 2), 1)])
        await people(own_kafka, 3)
        own_kafka.kill()
        own_kafka.start()
        await publisher.publish(POSITIONS, [message(at(3)), message(at(1, 2, minute=1), 1)])
        if not crowd.running:
            crowd = start_crowd(own_kafka.bootstrap, tmp_path)
        await people(own_kafka, 4)
    finally:
        crowd.stop()
