"""What the dashboard reads: a snapshot of all states, and the changes after it. Redis is behind it, or a double."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from streams.broker import Record
from streams.topics import CLOSURES, HAZARDS, REPAIRS, SHARED, SHELTERS, SOURCES, Topic

VIEWED: tuple[Topic, ...] = (HAZARDS, SHELTERS, CLOSURES, REPAIRS, SOURCES, SHARED)
"""The topics that the view holds: public states, and what a gate let through. Nothing else."""


class ViewError(Exception):
    """The view cannot be read or written."""


class ViewGoneError(ViewError):
    """Changes after that id are no longer kept: take a new snapshot."""


@dataclass(frozen=True, slots=True)
class Row:
    """One key's newest value. `version` is its Kafka offset."""

    key: str
    value: bytes
    version: int


@dataclass(frozen=True)
class ViewSnapshot:
    """All rows by topic name, and the id after which `changes` goes on."""

    rows: Mapping[str, Mapping[str, Row]] = field(default_factory=dict)
    last_id: str = "0-0"


@dataclass(frozen=True, slots=True)
class Change:
    """One key changed; `value` None means it is gone. `id` orders changes and can be resumed from."""

    id: str
    topic: str
    key: str
    value: bytes | None


class View(Protocol):
    """One world's view."""

    async def apply(self, topic: Topic, records: Sequence[Record]) -> int:
        """Writes records; an older version than the one that is there changes nothing. Returns how many changed.

        Raises:
            ViewError: it cannot be written; the caller asks again.
        """
        ...

    async def refill(self, topic: Topic, records: Sequence[Record]) -> int:
        """As `apply`, for very many: changes are not told one by one; if there are any, readers are told to take a new snapshot.

        Raises:
            ViewError: it cannot be written; the caller asks again.
        """
        ...

    async def retain(self, topic: Topic, versions: Mapping[str, int]) -> int:
        """Forgets every key that is not in `versions`, or that claims to be newer, with its row. Returns how many these were.

        A tombstone can be compacted away, and a cluster replaced, while nobody kept the view.

        Raises:
            ViewError: it cannot be written; the caller asks again.
        """
        ...

    async def snapshot(self) -> ViewSnapshot:
        """Everything, consistent with `last_id`: a change after it may already be in, none before it is missing."""
        ...

    def changes(self, after: str) -> AsyncIterator[Change]:
        """Changes after an id, then those that come, for ever.

        Raises:
            ViewGoneError: changes after that id were already dropped, or the view was wiped or filled anew.
        """
        ...

    async def mark(self) -> bool:
        """Sets the view's life mark; False when it was there already (so: not wiped since)."""
        ...

    async def close(self) -> None: ...
