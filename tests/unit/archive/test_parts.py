"""The archive's files: what is written comes back, goes on where it ended, and does not outlive its class."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from services.archive.limits import KEPT_MS, archived_topics, kept_since_ms
from services.archive.parts import Archive, ArchiveError, day_of
from streams.broker import Record
from streams.topics import (
    CONSENTS,
    DAY_MS,
    DECLARATIONS,
    HOUR_MS,
    MANIFEST,
    MAX_RETENTION_MS,
    POSITIONS,
    TELEGRAMS,
    Cleanup,
    DataClass,
)
from streams.world import World

DAY = 1_788_220_800_000 // DAY_MS * DAY_MS


def records(*, at_ms: int = DAY, first: int = 0, count: int = 2, partition: int = 0) -> list[Record]:
    headers = (("ce_source", b"jma"),)
    return [
        Record(partition, first + n, at_ms + n, b"k%d" % n, b"v" if n else None, headers)
        for n in range(count)
    ]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path, World.REAL)


def offsets(found: Sequence[Record]) -> list[tuple[int, int]]:
    return [(record.partition, record.offset) for record in found]


def test_records_come_back_as_they_were(archive: Archive) -> None:
    archive.write(TELEGRAMS, records())
    assert list(archive.read(TELEGRAMS, before_ms=DAY + DAY_MS)) == records()


def test_partitions_come_one_after_the_other_each_in_order_over_days(archive: Archive) -> None:
    for partition in (1, 0):
        archive.write(TELEGRAMS, records(partition=partition))
        archive.write(TELEGRAMS, records(partition=partition, first=2, at_ms=DAY + DAY_MS))
    found = list(archive.read(TELEGRAMS, before_ms=DAY + 2 * DAY_MS))
    assert offsets(found) == [(p, o) for p in (0, 1) for o in range(4)]


def test_what_is_at_or_after_the_moment_is_not_read(archive: Archive) -> None:
    archive.write(TELEGRAMS, records(count=3))
    assert offsets(list(archive.read(TELEGRAMS, before_ms=DAY + 2))) == [(0, 0), (0, 1)]
    assert not list(archive.read(TELEGRAMS, before_ms=DAY))


def test_it_goes_on_behind_its_newest_part(archive: Archive) -> None:
    assert archive.next_offset(TELEGRAMS, 0) == 0
    archive.write(TELEGRAMS, records(first=7, at_ms=DAY + DAY_MS))
    archive.write(
        TELEGRAMS, records(first=9, at_ms=DAY)
    )  # a clock that was set back: days do not order offsets
    assert archive.next_offset(TELEGRAMS, 0) == 11
    assert archive.next_offset(TELEGRAMS, 1) == 0
    assert Archive(archive.folder, World.DRILL).next_offset(TELEGRAMS, 0) == 0


def test_a_part_says_what_it_is(archive: Archive) -> None:
    part = archive.write(TELEGRAMS, records())
    assert part.relative_to(archive.folder).as_posix() == f"real/telegrams/{day_of(DAY)}/000-{0:020d}.parquet"
    metadata = pq.read_schema(part).metadata
    assert (metadata[b"topic"], metadata[b"class"], metadata[b"next_offset"]) == (
        b"telegrams",
        b"public",
        b"2",
    )


@pytest.mark.parametrize("content", [b"", b"PAR1 and no more", b"PAR1" + b"x" * 40 + b"PAR1"])
def test_a_part_that_is_none_is_named(archive: Archive, content: bytes) -> None:
    part = archive.write(TELEGRAMS, records())
    part.write_bytes(content)
    for read in (
        lambda: archive.next_offset(TELEGRAMS, 0),
        lambda: list(archive.read(TELEGRAMS, before_ms=DAY * 2)),
    ):
        with pytest.raises(ArchiveError, match=part.name):
            read()


def test_what_was_left_unfinished_is_no_part_and_goes_with_the_next_run(archive: Archive) -> None:
    part = archive.write(TELEGRAMS, records())
    unfinished = part.with_suffix(".part")
    unfinished.write_bytes(b"half")
    assert archive.next_offset(TELEGRAMS, 0) == 2
    assert archive.purge(DAY) == []
    assert not unfinished.exists()
    assert part.exists()


def test_a_day_goes_before_its_oldest_record_is_older_than_its_class_allows(archive: Archive) -> None:
    limit_ms = KEPT_MS[DataClass.PERSONAL]
    archive.write(POSITIONS, records(at_ms=DAY + 23 * HOUR_MS))
    archive.write(TELEGRAMS, records())
    assert archive.purge(DAY + limit_ms) == []
    gone = archive.purge(DAY + limit_ms + 1)
    assert [day.relative_to(archive.folder).as_posix() for day in gone] == [f"real/positions/{day_of(DAY)}"]
    assert not list(archive.read(POSITIONS, before_ms=DAY * 2))
    assert list(archive.read(TELEGRAMS, before_ms=DAY * 2))


def test_no_class_is_archived_longer_than_the_manifest_lets_it_be_kept() -> None:
    assert set(KEPT_MS) == set(DataClass)
    for data_class, limit_ms in MAX_RETENTION_MS.items():
        assert KEPT_MS[data_class] <= limit_ms
        assert kept_since_ms(data_class, DAY) >= DAY - limit_ms


def test_unless_asked_nothing_about_persons_is_archived_and_states_and_dead_letters_never_are() -> None:
    usual = archived_topics()
    assert {TELEGRAMS, DECLARATIONS} <= set(usual)
    assert POSITIONS not in usual
    assert all("archive" in topic.readers for topic in usual)
    assert {topic.data_class for topic in usual} == {DataClass.PUBLIC, DataClass.OFFICIAL}
    everything = archived_topics(DataClass)
    assert POSITIONS in everything
    assert CONSENTS not in everything
    assert all(t.cleanup is Cleanup.EVENTS and not t.name.endswith(".dlq") for t in everything)
    assert {t.name for t in MANIFEST if t.cleanup is Cleanup.EVENTS and not t.name.endswith(".dlq")} == {
        t.name for t in everything
    }
