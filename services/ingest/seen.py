"""Which entries of which feeds were taken. Kafka holds it, so that no restart and no other machine fetches one again."""

from collections.abc import Collection, Iterable, Sequence

import structlog

from services.ingest.feed_index import Entry
from streams.adapters.reading import RefusedError
from streams.adapters.times import parse_iso
from streams.broker import Message, Publisher, Record
from streams.clock import Clock
from streams.codec import CodecError, decode, encode
from streams.events.sources import SeenEntry
from streams.topics import SEEN_ENTRIES

KEPT_MS = 8 * 86_400_000
"""Entries that no feed lists any more are forgotten after so long; JMA's long feeds reach back some days."""

_log = structlog.get_logger(__name__)


class SeenEntries:
    """All sources' entries: what the topic holds, and what was added here."""

    def __init__(self, publisher: Publisher, wall: Clock) -> None:
        self._publisher = publisher
        self._wall = wall
        self._rows: dict[str, SeenEntry] = {}

    def apply(self, records: Sequence[Record]) -> None:
        """For a follower."""
        for record in records:
            key = record.key.decode(errors="replace")
            self._rows.pop(key, None)
            try:
                if record.value is not None:
                    self._rows[key] = decode(record.value, SeenEntry)
            except CodecError as error:
                _log.error("a mark cannot be read; its entry is fetched once more", key=key, error=str(error))

    def is_seen(self, source: str, entry: Entry) -> bool:
        """Whether this version of it, or a newer one, was taken."""
        known = self._rows.get(_key(source, entry.id))
        return known is not None and not _is_newer(entry.updated, known.updated)

    async def mark(self, source: str, entries: Iterable[Entry]) -> None:
        """Returns when the broker has it; only then is a document of theirs never fetched again.

        Raises:
            BrokerUnavailableError: they may be fetched once more.
        """
        at_ms = self._wall.now_ms()
        rows = {_key(source, e.id): SeenEntry(updated=e.updated, at_ms=at_ms) for e in entries}
        messages = [Message(key.encode(), encode(row)) for key, row in rows.items()]
        await self._publisher.publish(SEEN_ENTRIES, messages)
        self._rows |= rows

    async def forget(self, source: str, listed: Collection[str]) -> None:
        """Lets go of old entries of a source that are not listed any more."""
        before_ms, begin = self._wall.now_ms() - KEPT_MS, _key(source, "")
        kept = {_key(source, entry) for entry in listed}
        gone = [
            key
            for key, row in self._rows.items()
            if key.startswith(begin) and row.at_ms < before_ms and key not in kept
        ]
        if gone:
            await self._publisher.publish(SEEN_ENTRIES, [Message(key.encode(), None) for key in gone])
        for key in gone:
            self._rows.pop(key, None)


def _key(source: str, entry: str) -> str:
    return f"{source}\n{entry}"


def _is_newer(updated: str, known: str) -> bool:
    """A version that is known to be older is none: mirrors of a feed that lag would have it fetched again and again."""
    if updated == known:
        return False
    try:
        return parse_iso(updated, "updated") > parse_iso(known, "updated")
    except RefusedError:
        return True
