"""Topics to Parquet: what an archive does not have yet, and no longer than it may be kept. Run once a day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from services.archive.limits import kept_since_ms
from services.archive.parts import Archive, ArchiveError, day_of
from services.archive.read_topics import TopicReader
from streams.broker import Record
from streams.topics import Topic

PART_RECORDS = 50_000
PART_BYTES = 64 << 20

OnProgress = Callable[[int, int, str], None]
"""(done, of how many, what): records and the topic."""


@dataclass
class Written:
    """What a run did."""

    records: int = 0
    parts: int = 0
    too_old: int = 0
    missed: list[str] = field(default_factory=list)
    """Places where the broker had already let go of records: the archive has a gap."""


async def archive_topics(
    reader: TopicReader, archive: Archive, topics: Sequence[Topic], *, now_ms: int, on_progress: OnProgress
) -> Written:
    """Appends to the archive what its topics have had since the last run. Interrupted, it goes on behind the newest part.

    Raises:
        ArchiveError: a topic ends before the archive does, or a part cannot be read.
        BrokerUnavailableError: the broker went away; what is written stays.
    """
    ends = {topic: await reader.ends(topic) for topic in topics}
    begins = {topic: [archive.next_offset(topic, p) for p in range(topic.partitions)] for topic in topics}
    total = sum(end - begin for t in topics for begin, end in zip(begins[t], ends[t], strict=True))
    written = Written()
    for topic in topics:
        for partition, (begin, end) in enumerate(zip(begins[topic], ends[topic], strict=True)):
            if end < begin:
                raise ArchiveError(
                    f"{topic.name}[{partition}] ends at {end}, the archive has {begin} already: another broker? "
                    "Give it a folder of its own"
                )
            parts = _Parts(archive, topic, written, begin, kept_since_ms(topic.data_class, now_ms))

            def take(records: Sequence[Record], parts: _Parts = parts, topic: Topic = topic) -> None:
                parts.add(records)
                on_progress(written.records + written.too_old, total, topic.name)

            await reader.read(topic, partition, begin=begin, end=end, take=take)
            parts.flush()
    return written


@dataclass
class _Parts:
    """Cuts one partition's records into parts."""

    archive: Archive
    topic: Topic
    written: Written
    expected: int
    kept_since_ms: int
    waiting: list[Record] = field(default_factory=list)
    size: int = 0

    def add(self, records: Sequence[Record]) -> None:
        for record in records:
            if record.offset > self.expected and self.expected:
                self.written.missed.append(
                    f"{self.topic.name}[{record.partition}] {self.expected}..{record.offset - 1}"
                )
            self.expected = record.offset + 1
            if self.waiting and not self._fits(record):
                self.flush()
            if record.timestamp_ms < self.kept_since_ms:
                self.written.too_old += 1
                continue
            self.waiting.append(record)
            self.size += len(record.value or b"")
            self.written.records += 1

    def _fits(self, record: Record) -> bool:
        last = self.waiting[-1]
        follows = record.offset == last.offset + 1 and day_of(record.timestamp_ms) == day_of(
            last.timestamp_ms
        )
        return follows and len(self.waiting) < PART_RECORDS and self.size < PART_BYTES

    def flush(self) -> None:
        """Writes what waits."""
        if self.waiting:
            self.archive.write(self.topic, self.waiting)
            self.written.parts += 1
            self.waiting, self.size = [], 0
