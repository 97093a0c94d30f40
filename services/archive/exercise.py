"""A recorded event as an exercise: the same in all but its status. What is replayed can never be taken for what is meant."""

import functools
import hashlib
import operator
from dataclasses import dataclass
from typing import Any

import msgspec

from services.archive.limits import USUAL
from streams.broker import Message, Record
from streams.codec import CodecError, decode, encode
from streams.contracts.payloads import get_payload
from streams.events.base import Status
from streams.topics import MANIFEST, Cleanup, Topic
from streams.world import World

ORIGIN = "replayed_from"
"""Header of a replayed record: where it stood."""
REPLAYED: tuple[Topic, ...] = tuple(
    topic
    for topic in MANIFEST
    if topic.cleanup is Cleanup.EVENTS and topic.data_class in USUAL and "worker" in topic.readers
)
"""What the world was told, and nothing of persons: they agreed to be counted then, not to be played again."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One record of the replay: when it is due, in the time of the recording, and what is then written."""

    at_ms: int
    topic: Topic
    message: Message
    place: tuple[int, int]  # partition and offset in the recording


def make_cue(topic: Topic, record: Record, *, world: World, by_event_time: bool) -> Cue:
    """The record as it is written into the drill.

    Raises:
        CodecError: it is no event of its topic; the original system had refused it too.
    """
    if record.value is None:
        raise CodecError("a record without a value: an event topic has no tombstones")
    event: Any = decode(record.value, _kind(topic))
    at_ms = record.timestamp_ms
    if by_event_time:
        at_ms = _own_time_ms(event)
    if getattr(event, "status", None) is Status.ACTUAL:
        event = msgspec.structs.replace(event, status=Status.EXERCISE)
    value = encode(event)
    kept = tuple((name, content) for name, content in record.headers if name not in {"ce_id", ORIGIN})
    origin = f"{topic.full_name(world)}[{record.partition}]@{record.offset}"
    headers = (
        *kept,
        ("ce_id", hashlib.blake2b(value, digest_size=16).hexdigest().encode()),
        (ORIGIN, origin.encode()),
    )
    return Cue(at_ms, topic, Message(record.key, value, headers), (record.partition, record.offset))


def _kind(topic: Topic) -> Any:  # noqa: ANN401
    return functools.reduce(operator.or_, get_payload(topic).kinds)


def _own_time_ms(event: Any) -> int:  # noqa: ANN401
    """When it was said, by its own word. A list that does not say when it was made was there before."""
    for name in ("issued_at_ms", "as_of_ms", "at_ms"):
        found: int | None = getattr(event, name, None)
        if found is not None:
            return found
    return 0
