"""What could not be read, kept whole with the reason, so that it can be replayed."""

from collections.abc import Sequence
from dataclasses import dataclass

from streams.broker import Message, Publisher
from streams.topics import Topic, dead_letters


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One record and why it was refused. `place` says where in the document, or which offset."""

    key: bytes
    value: bytes | None
    reason: str
    detail: str
    place: str


async def bury(publisher: Publisher, topic: Topic, letters: Sequence[DeadLetter]) -> None:
    """Returns when the broker has them.

    Raises:
        BrokerUnavailableError: it does not answer; the caller must not acknowledge what it was reading.
    """
    await publisher.publish(
        dead_letters(topic),
        [
            Message(
                letter.key,
                letter.value,
                (
                    ("reason", letter.reason.encode()),
                    ("detail", letter.detail.encode()),
                    ("place", letter.place.encode()),
                    ("topic", topic.name.encode()),
                ),
            )
            for letter in letters
        ],
    )
