"""The broker's port: publish, follow, read in a group. Kafka is behind it, and an in-memory double for tests of logic."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from streams.topics import Topic


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be written. `value` None is a tombstone. Without `partition` the key decides (murmur2, as Kafka's own)."""

    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    partition: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What was read."""

    partition: int
    offset: int
    timestamp_ms: int
    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class Publisher(Protocol):
    """Idempotent, acks=all."""

    async def publish(self, topic: Topic, messages: Sequence[Message]) -> None:
        """Returns when the broker has acknowledged every message.

        Raises:
            BrokerUnavailableError: after `timeout_s`; some messages may have been written (events are idempotent).
        """
        ...


class Follower(Protocol):
    """Reads a whole state topic, then stays on it; belongs to no group and commits nothing."""

    async def wait_caught_up(self) -> None:
        """Returns when everything that the topic held at the start has been applied."""
        ...

    @property
    def caught_up(self) -> bool:
        """True once the first whole reading is done."""
        ...

    @property
    def failure(self) -> BaseException | None:
        """What ended it: `apply` raised. A follower that failed hears nothing any more; its owner must end or begin anew."""
        ...

    @property
    def heard_at_ms(self) -> int | None:
        """When the broker last answered (with records or with none); None before the first answer."""
        ...


Apply = Callable[[Sequence[Record]], None] | Callable[[Sequence[Record]], Awaitable[None]]
"""What a follower does with each batch of records, in order within each partition."""


class Broker(Protocol):
    """One world's topics."""

    async def ensure_topics(self, topics: Sequence[Topic]) -> None:
        """Creates what is missing and checks what exists against the manifest.

        Raises:
            ManifestMismatchError: a topic exists with other partitions or settings; the message says which.
        """
        ...

    async def publisher(self) -> Publisher: ...

    async def follow(self, topic: Topic, apply: Apply) -> Follower:
        """Starts following; survives the broker's restarts by itself."""
        ...

    async def close(self) -> None:
        """Stops followers, then publishers."""
        ...


class BrokerError(Exception):
    """Anything that went wrong between us and the broker."""


class BrokerUnavailableError(BrokerError):
    """The broker did not acknowledge in time."""


class ManifestMismatchError(BrokerError):
    """A topic on the broker is not as the manifest says."""
