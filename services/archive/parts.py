"""The archive's files: FOLDER/WORLD/TOPIC/DAY/PARTITION-OFFSET.parquet. Days are UTC, by the broker's time of a record. Reads no topic.

A part holds records without a gap of one partition and one day; its metadata says which offset comes next. It appears
whole or not at all, so whoever was interrupted goes on behind the newest.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from services.archive.limits import kept_since_ms
from streams.broker import Record
from streams.topics import DataClass, Topic
from streams.world import World

SCHEMA = pa.schema(
    [
        ("partition", pa.int32()),
        ("offset", pa.int64()),
        ("timestamp_ms", pa.int64()),
        ("key", pa.binary()),
        ("value", pa.binary()),
        ("headers", pa.list_(pa.struct([("name", pa.string()), ("value", pa.binary())]))),
    ]
)
FORMAT = "1"


class ArchiveError(ValueError):
    """An archive that cannot be used; the message names the file and what to do."""


@dataclass(frozen=True)
class Archive:
    """One world's archive in a folder."""

    folder: Path
    world: World

    def next_offset(self, topic: Topic, partition: int) -> int:
        """Where the archive goes on; 0 where it has nothing yet.

        Raises:
            ArchiveError: the newest part cannot be read.
        """
        parts = sorted(self._topic(topic).glob(f"*/{partition:03d}-*.parquet"), key=lambda part: part.name)
        return int(_metadata(parts[-1])["next_offset"]) if parts else 0

    def write(self, topic: Topic, records: Sequence[Record]) -> Path:
        """A part of records that follow each other in one partition, all of one day."""
        first = records[0]
        folder = self._topic(topic) / day_of(first.timestamp_ms)
        folder.mkdir(parents=True, exist_ok=True)
        about = {
            "format": FORMAT,
            "topic": topic.name,
            "class": str(topic.data_class),
            "next_offset": str(records[-1].offset + 1),
        }
        table = pa.Table.from_pylist([_row(record) for record in records], SCHEMA.with_metadata(about))
        part = folder / f"{first.partition:03d}-{first.offset:020d}.parquet"
        unfinished = part.with_suffix(".part")
        pq.write_table(table, unfinished, compression="zstd")
        unfinished.replace(part)
        return part

    def read(self, topic: Topic, *, before_ms: int) -> Iterator[Record]:
        """All records of a topic before that moment, partition by partition, in order.

        Raises:
            ArchiveError: a part cannot be read.
        """
        for part in sorted(self._topic(topic).glob("*/*.parquet"), key=lambda part: part.name):
            if _starts_ms(part.parent) < before_ms:
                yield from (record for record in _records(part) if record.timestamp_ms < before_ms)

    def purge(self, now_ms: int) -> list[Path]:
        """Removes every day of which a record may be older than its class allows, and what was left unfinished."""
        gone = []
        for day in sorted(self.folder.joinpath(str(self.world)).glob("*/????-??-??")):
            for unfinished in day.glob("*.part"):
                unfinished.unlink()
            parts = sorted(day.glob("*.parquet"))
            if parts and _starts_ms(day) < kept_since_ms(DataClass(_metadata(parts[0])["class"]), now_ms):
                shutil.rmtree(day)
                gone.append(day)
        return gone

    def _topic(self, topic: Topic) -> Path:
        return self.folder / str(self.world) / topic.name


def day_of(at_ms: int) -> str:
    """The day of a moment, in UTC, as a folder is called."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).date().isoformat()


def _starts_ms(day: Path) -> int:
    return int(datetime.fromisoformat(day.name).replace(tzinfo=UTC).timestamp()) * 1000


def _row(record: Record) -> dict[str, Any]:
    headers = [{"name": name, "value": value} for name, value in record.headers]
    return {
        "partition": record.partition, "offset": record.offset, "timestamp_ms": record.timestamp_ms, "key": record.key,
        "value": record.value, "headers": headers,
    }  # fmt: skip


def _records(part: Path) -> Iterator[Record]:
    try:
        rows = pq.read_table(part, schema=SCHEMA).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(part, error) from error
    for row in rows:
        headers = tuple((header["name"], header["value"]) for header in row.pop("headers"))
        yield Record(**row, headers=headers)


def _metadata(part: Path) -> dict[str, str]:
    try:
        found: dict[bytes, bytes] = pq.read_schema(part).metadata or {}
        return {name: found[name.encode()].decode() for name in ("format", "topic", "class", "next_offset")}
    except (OSError, KeyError, pa.ArrowException) as error:
        raise _unreadable(part, error) from error


def _unreadable(part: Path, error: Exception) -> ArchiveError:
    return ArchiveError(
        f"{part}: not a part of an archive ({error!r}): restore it, or remove it and archive again"
    )
