"""What could not be read, kept whole with the reason, so that it can be replayed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from streams.broker import Message, Publisher
from streams.topics import Topic, dead_letters


class Way(StrEnum):
    """How it came, and so how it goes back when it is replayed."""

    RECORD = "record"  # a record of the source topic
    DOCUMENT = "document"  # somebody's document, over ingest


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One record and why it was refused. `place` says where in the document, or which offset.

    Of a document the key is its source. received_at_ms: when a document came, on the clock of its world; None: not known.
    """

    key: bytes
    value: bytes | None
    reason: str
    detail: str
    place: str
    way: Way = Way.RECORD
    received_at_ms: int | None = None


async def bury(publisher: Publisher, topic: Topic, letters: Sequence[DeadLetter]) -> None:
    """Returns when the broker has them.

    Raises:
        BrokerUnavailableError: it does not answer; the caller must not acknowledge what it was reading.
    """
    await publisher.publish(
        dead_letters(topic),
        [Message(letter.key, letter.value, _headers(topic, letter)) for letter in letters],
    )


def _headers(topic: Topic, letter: DeadLetter) -> tuple[tuple[str, bytes], ...]:
    headers = {
        "reason": letter.reason,
        "detail": letter.detail,
        "place": letter.place,
        "topic": topic.name,
        "way": letter.way,
    }
    if letter.received_at_ms is not None:
        headers["received_at_ms"] = str(letter.received_at_ms)
    return tuple((name, text.encode()) for name, text in headers.items())
