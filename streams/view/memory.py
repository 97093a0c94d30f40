"""The view's double: same port, same suite as Redis."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

from streams.broker import Record
from streams.topics import Topic
from streams.view.port import Change, Row, ViewGoneError, ViewSnapshot

KEPT_CHANGES = 100_000


class MemoryView:
    """One world's view in dictionaries."""

    def __init__(self, *, kept: int = KEPT_CHANGES) -> None:
        self._kept = kept
        self._rows: dict[str, dict[str, Row]] = {}
        self._versions: dict[tuple[str, str], int] = {}
        self._changes: list[Change] = []
        self._dropped = 0
        self._marked = False
        self._grew = asyncio.Condition()

    async def apply(self, topic: Topic, records: Sequence[Record]) -> int:
        changed = 0
        async with self._grew:
            for record in records:
                key = record.key.decode()
                if record.offset <= self._versions.get((topic.name, key), -1):
                    continue
                self._versions[topic.name, key] = record.offset
                self._store(topic.name, key, record)
                changed += 1
            self._grew.notify_all()
        return changed

    async def refill(self, topic: Topic, records: Sequence[Record]) -> int:
        changed = await self.apply(topic, records)
        if changed:
            async with self._grew:
                self._dropped += len(self._changes) + 1
                self._changes.clear()
                self._grew.notify_all()
        return changed

    def _store(self, topic: str, key: str, record: Record) -> None:
        rows = self._rows.setdefault(topic, {})
        if record.value is None:
            rows.pop(key, None)
        else:
            rows[key] = Row(key, record.value, record.offset)
        number = self._dropped + len(self._changes) + 1
        self._changes.append(Change(f"{number}-0", topic, key, record.value))
        if len(self._changes) > self._kept:
            self._dropped += 1
            del self._changes[0]

    async def retain(self, topic: Topic, versions: Mapping[str, int]) -> int:
        known = [(key, version) for (name, key), version in self._versions.items() if name == topic.name]
        stale = [key for key, version in known if version > versions.get(key, -1)]
        async with self._grew:
            for key in stale:
                del self._versions[topic.name, key]
                if key in self._rows.get(topic.name, {}):
                    self._store(topic.name, key, Record(0, 0, 0, key.encode(), None))
            self._grew.notify_all()
        return len(stale)

    async def snapshot(self) -> ViewSnapshot:
        rows = {topic: dict(by_key) for topic, by_key in self._rows.items()}
        return ViewSnapshot(rows, f"{self._dropped + len(self._changes)}-0")

    async def changes(self, after: str) -> AsyncIterator[Change]:
        seen = int(after.partition("-")[0])
        while True:
            async with self._grew:
                if seen < self._dropped or seen > self._dropped + len(self._changes):
                    raise ViewGoneError(f"changes after {after} are no longer kept")
                while self._dropped + len(self._changes) == seen:
                    await self._grew.wait()
                if seen < self._dropped:
                    raise ViewGoneError("the view was written anew: take a new snapshot")
                fresh = self._changes[seen - self._dropped :]
            for change in fresh:
                seen += 1
                yield change

    async def mark(self) -> bool:
        was, self._marked = self._marked, True
        return not was

    async def close(self) -> None:
        self._changes.clear()
