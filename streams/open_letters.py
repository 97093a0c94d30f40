"""Which dead letters nobody has dealt with yet, from the records of the dead-letter topics and the marks. Pure; reads no topic.

The same bytes refused again are the same letter: however often a feed sends them, they are one line with a number. A letter is
open until it was dropped, or replayed after it was last refused.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from streams.broker import Record
from streams.dead_letters import Way
from streams.events.letters import LetterMark, Outcome
from streams.topics import DataClass, Topic

ID_DIGITS = 12
PRIVATE = frozenset({DataClass.PERSONAL, DataClass.GATED, DataClass.PSEUDONYMOUS})
"""Classes whose letters show neither key nor content unless somebody asks with a reason."""
_AT = re.compile(r"\[([0-9]+)\]@[0-9]+$")


@dataclass(frozen=True)
class Letter:
    """One letter: its newest record, and how often it came. `value` None: a tombstone, or not kept in memory."""

    id: str
    topic: Topic
    key: bytes
    value: bytes | None
    size: int
    reason: str
    detail: str
    place: str
    way: Way
    received_at_ms: int
    offset: int
    buried_at_ms: int  # of the newest, on the broker's clock
    times: int = 1

    @property
    def is_private(self) -> bool:
        return self.topic.data_class in PRIVATE

    @property
    def source(self) -> str:
        """Who sent a document; of a record its key, where that says nothing about a person."""
        return "" if self.is_private else self.key.decode(errors="replace")

    @property
    def name(self) -> str:
        """The document's file name, if it had one."""
        return self.place.removeprefix(self.source).removeprefix("/") if self.way is Way.DOCUMENT else ""

    @property
    def partition(self) -> int | None:
        """Where a record stood in its topic; it goes back there."""
        found = _AT.search(self.place) if self.way is Way.RECORD else None
        return int(found[1]) if found and int(found[1]) < self.topic.partitions else None


@dataclass(frozen=True)
class Choice:
    """Which letters are meant; what is empty does not choose."""

    reason: str = ""
    source: str = ""
    topic: str = ""
    before_ms: int | None = None  # refused last before this moment, on the broker's clock

    def holds(self, letter: Letter) -> bool:
        """Whether it is one of them."""
        return (
            self.reason in {"", *letter.reason.split(",")}
            and self.source in {"", letter.source}
            and self.topic in {"", letter.topic.name}
            and (self.before_ms is None or letter.buried_at_ms < self.before_ms)
        )


class UnknownLetterError(LookupError):
    """No letter, or more than one, begins like that."""


@dataclass
class Letters:
    """All letters by id. keeps: beginnings of the ids whose bytes are kept; the others are only described."""

    keeps: tuple[str, ...] = ()
    _found: dict[str, Letter] = field(default_factory=dict)
    _marks: dict[str, list[LetterMark]] = field(default_factory=dict)

    def add(self, topic: Topic, record: Record) -> None:
        """A record of the dead letters of `topic`. A record read again changes nothing."""
        letter = read_letter(topic, record)
        if not self.keeps or not letter.id.startswith(self.keeps):
            letter = replace(letter, value=None)
        known = self._found.get(letter.id)
        if known is None:
            self._found[letter.id] = letter
        elif letter.offset > known.offset:
            # the first time it came is the time that counts: a document without a date is as of then
            self._found[letter.id] = replace(
                letter, times=known.times + 1, received_at_ms=min(known.received_at_ms, letter.received_at_ms)
            )

    def mark(self, mark: LetterMark) -> None:
        """What somebody did."""
        self._marks.setdefault(mark.letter, []).append(mark)

    def is_open(self, letter: Letter) -> bool:
        """Whether nobody has dealt with it."""
        return not any(
            mark.outcome is Outcome.DROPPED
            or (mark.outcome is Outcome.REPLAYED and mark.upto >= letter.offset)
            for mark in self._marks.get(letter.id, ())
        )

    def list_open(self, choice: Choice | None = None) -> list[Letter]:
        """Open letters that are meant, the oldest first."""
        wanted = choice or Choice()
        found = [letter for letter in self._found.values() if self.is_open(letter) and wanted.holds(letter)]
        return sorted(found, key=lambda letter: (letter.buried_at_ms, letter.topic.name, letter.offset))

    def list_marks(self, letter: Letter) -> list[LetterMark]:
        """What was done about it, in order."""
        return sorted(self._marks.get(letter.id, ()), key=lambda mark: mark.at_ms)

    def get(self, beginning: str) -> Letter:
        """The letter whose id begins so, open or not.

        Raises:
            UnknownLetterError: none does, or several do.
        """
        found = [letter for name, letter in self._found.items() if beginning and name.startswith(beginning)]
        if len(found) != 1:
            raise UnknownLetterError(
                f"{len(found)} letters have an id that begins with {beginning!r}: `mio dlq list` shows the open ones"
            )
        return found[0]


def read_letter(topic: Topic, record: Record) -> Letter:
    """One record of the dead letters of `topic`. Headers that are missing or no text are said as they are; it never raises."""
    headers = {name: value.decode(errors="replace") for name, value in record.headers}
    received = headers.get("received_at_ms", "")
    value = record.value or b""
    place = headers.get("place", "")
    return Letter(
        id=_name(topic, record),
        topic=topic,
        key=record.key or b"",
        value=record.value,
        size=len(value),
        reason=headers.get("reason", "unknown"),
        detail=headers.get("detail", ""),
        place=place,
        way=Way.DOCUMENT if headers.get("way") == Way.DOCUMENT else Way.RECORD,
        received_at_ms=int(received) if received.isdecimal() else record.timestamp_ms,
        offset=record.offset,
        buried_at_ms=record.timestamp_ms,
    )


def _name(topic: Topic, record: Record) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in (topic.name.encode(), record.key or b"", b"-" if record.value is None else record.value):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:ID_DIGITS]


def count_by(letters: Iterable[Letter], *, names: tuple[str, ...] = ("reason",)) -> Counter[tuple[str, ...]]:
    """How many letters share these: reason (a letter of several reasons counts under each), topic, source."""
    counts: Counter[tuple[str, ...]] = Counter()
    for letter in letters:
        about = {"topic": letter.topic.name, "source": letter.source or "-"}
        for reason in letter.reason.split(","):
            counts[tuple((about | {"reason": reason})[name] for name in names)] += 1
    return counts
