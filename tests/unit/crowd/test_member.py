"""A member of the group: no record skipped, none taken twice, nothing written after standing still."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from aiokafka import TopicPartition

from streams.codec import encode_positions
from streams.crowd.emitter import targets_of
from streams.crowd.held import Held, PositionGapError
from streams.crowd.lattice import Lattice
from streams.crowd.member import CrowdMember
from streams.crowd.partition import PartitionFold
from streams.crowd.report import Ledger
from streams.crowd.watchdog import StoodStillError, Watchdog
from tests.unit.crowd.made import PLACES, one, partials_of


def held() -> Held:
    return Held(PartitionFold(3, Lattice()), next_offset=10, checkpointed=9, due_s=0)


def record(offset: int, value: bytes | None = None) -> SimpleNamespace:
    value = encode_positions(one(offset)) if value is None else value
    return SimpleNamespace(topic="drill.positions", partition=3, offset=offset, key=b"", value=value)


def test_records_seen_before_are_skipped() -> None:
    mine = held()
    mine.take([record(8), record(9), record(10), record(11)])
    mine.take([record(10), record(11), record(12)])
    assert (mine.fold.devices, mine.fold.offset, mine.next_offset) == (3, 12, 13)


def test_a_skipped_record_ends_the_process_with_both_offsets_named() -> None:
    mine = held()
    with pytest.raises(PositionGapError, match=r"positions\[3\]: expected offset 11, got 12"):
        mine.take([record(10), record(12)])


def test_a_record_that_is_no_batch_is_kept_for_the_dead_letters_and_counts_as_read() -> None:
    mine = held()
    mine.take([record(10, b"junk"), record(11)])
    (letter,) = mine.letters
    assert (letter.value, letter.reason, letter.place) == (b"junk", "undecodable", "drill.positions[3]@10")
    assert (mine.fold.devices, mine.fold.offset) == (1, 11)


def test_a_sweep_comes_by_every_cell_once() -> None:
    mine = held()
    mine.fold.fold([one(n, place=(30 + n / 10, 135)) for n in range(1, 500)], offset=10)
    mine.fold.take_touched()
    seen: list[int] = []
    while True:
        seen += mine.sweep(499, share=1 / 60).cell.tolist()
        if mine.swept == 0:
            break
    assert len(seen) == len(set(seen)) == 499


def test_rows_are_what_the_counts_read_and_all_partials_of_a_cell_meet_in_one_partition() -> None:
    fold = held().fold
    fold.fold([one(5 << 32), one(6 << 32), one(7 << 32, place=PLACES[1])], offset=0)
    fold.fold([one(7 << 32, minute=1)], offset=1)
    rows = fold.take_touched()
    partials = {p.cell: (target, p) for target, p in partials_of([rows])}
    assert {(p.partition, p.count, p.key_sum) for _, p in partials.values()} == {(3, 3, 18), (3, 0, 0)}
    alone = [int(targets_of(np.array([cell], np.uint64))[0]) for cell in rows.cell]
    assert [partials[cell][0] for cell in rows.cell.tolist()] == alone


async def test_a_process_that_stood_still_for_most_of_a_session_writes_nothing_more() -> None:
    watchdog = Watchdog(session_s=0.5)
    watchdog.check()
    task = asyncio.create_task(watchdog.run())
    await asyncio.sleep(0)
    time.sleep(0.45)  # noqa: ASYNC251 - the stopped loop is what is tested
    with pytest.raises(StoodStillError, match=r"0\.4 s is allowed"):
        watchdog.check()
    with pytest.raises(StoodStillError):
        await task


def member_of(mine: Held, *, first: int) -> CrowdMember:
    """A member that holds one partition; the broker's first record behind a gap is at `first`."""

    async def find_first(_: TopicPartition, __: int) -> int:
        return first

    nobody: Any = None
    member = CrowdMember(
        nobody, nobody, nobody, nobody, topic="drill.positions", watchdog=nobody, checkpoint_s=1,
        find_first=find_first, ready=lambda: None, tell=lambda _: None,
    )  # fmt: skip
    member._held = {3: mine}
    return member


PARTITION = TopicPartition("drill.positions", 3)


async def test_a_record_that_the_broker_has_and_we_never_got_ends_the_process() -> None:
    mine = held()
    with pytest.raises(PositionGapError, match="expected offset 11, got 13"):
        await member_of(mine, first=12)._fold({PARTITION: [record(10), record(13)]})
    assert (mine.fold.offset, mine.next_offset) == (10, 11)


async def test_a_gap_that_the_log_itself_has_is_passed_over_and_what_follows_is_folded() -> None:
    mine = held()
    member = member_of(mine, first=13)
    await member._fold({PARTITION: [record(10), record(13), record(14)]})
    assert (mine.fold.devices, mine.fold.offset, mine.next_offset) == (3, 14, 15)
    assert member._missing == 2


def test_reports_say_what_is_new_since_the_last_and_begin_again_with_a_partition() -> None:
    ledger = Ledger()
    assert ledger.news({1: {"late": 2}, 2: {"late": 1}})["late"] == 3
    assert ledger.news({1: {"late": 2}, 2: {"late": 5}})["late"] == 4
    ledger.begin(2)
    assert ledger.news({1: {"late": 2}, 2: {"late": 1}})["late"] == 1
