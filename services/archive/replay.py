"""Plays a recorded period into a drill world: what stood before it at once, the rest in its own time, faster. Writes to the drill only."""

import asyncio
import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from services.archive.exercise import REPLAYED, Cue, make_cue
from services.archive.parts import Archive
from services.archive.read_topics import TopicReader
from streams.broker import Message, Publisher, Record
from streams.clock import ScenarioClock
from streams.codec import CodecError, decode, encode
from streams.topics import Topic
from streams.world import World

BATCH = 500
LONGEST_WAIT_S = 0.5
"""Between two looks at the clock, so that whoever watches sees it move."""

OnProgress = Callable[[int, int, str], None]


class ReplayError(ValueError):
    """A replay that cannot be; the message says why and what to do."""


@dataclass(frozen=True)
class Recording:
    """All cues of a replay, in the order in which they are written. `unreadable`: records that were no events then, either."""

    cues: tuple[Cue, ...]
    unreadable: int = 0

    @property
    def digest(self) -> str:
        """Changes when anything in it does."""
        found = hashlib.blake2b(digest_size=8)
        for cue in self.cues:
            found.update(f"{cue.at_ms} {cue.topic.name} {cue.place}".encode())
        return found.hexdigest()


class Bookmark(msgspec.Struct, frozen=True):
    """How far a replay has come: so many cues of this recording are on the broker."""

    digest: str
    done: int


def record(
    world: World, found: Iterable[tuple[Topic, Record]], *, to_ms: int, by_event_time: bool
) -> Recording:
    """The recording up to before `to_ms`."""
    cues, unreadable = [], 0
    for topic, one in found:
        try:
            cue = make_cue(topic, one, world=world, by_event_time=by_event_time)
        except CodecError:
            unreadable += 1
            continue
        if cue.at_ms < to_ms:
            cues.append(cue)
    order = {topic: number for number, topic in enumerate(REPLAYED)}
    cues.sort(key=lambda cue: (cue.at_ms, order[cue.topic], cue.place))
    return Recording(tuple(cues), unreadable)


def from_archive(archive: Archive, *, before_ms: int) -> Iterable[tuple[Topic, Record]]:
    """Everything that an archive has of the topics that are replayed."""
    return ((topic, one) for topic in REPLAYED for one in archive.read(topic, before_ms=before_ms))


async def from_topics(reader: TopicReader) -> list[tuple[Topic, Record]]:
    """Everything that the topics of a world still hold."""
    found: list[tuple[Topic, Record]] = []
    for topic in REPLAYED:

        def take(records: Sequence[Record], topic: Topic = topic) -> None:
            found.extend((topic, one) for one in records)

        for partition, end in enumerate(await reader.ends(topic)):
            await reader.read(topic, partition, begin=0, end=end, take=take)
    return found


@dataclass
class Player:
    """Writes a recording into the drill of `publisher`. `bookmark`: a file; interrupted, the same replay goes on there."""

    recording: Recording
    publisher: Publisher
    bookmark: Path
    from_ms: int
    on_progress: OnProgress

    async def play(self, clock: ScenarioClock) -> int:
        """Returns how many cues it wrote, once all are on the broker.

        Raises:
            BrokerUnavailableError: the broker went away; the same replay goes on where it was.
            ReplayError: the bookmark is of another recording.
        """
        cues, began = self.recording.cues, _done(self.recording, self.bookmark)
        moments = [cue.at_ms for cue in cues]
        done = began
        while done < len(cues):
            due = bisect_right(moments, max(clock.now_ms(), self.from_ms - 1))
            if due <= done:
                await asyncio.sleep(min(LONGEST_WAIT_S, clock.wall_seconds_until(moments[done])))
                continue
            batch = cues[done : min(due, done + BATCH)]
            await self._write(batch)
            done += len(batch)
            self.bookmark.write_bytes(encode(Bookmark(self.recording.digest, done)))
            self.on_progress(done, len(cues), batch[-1].topic.name)
        return done - began

    async def _write(self, batch: Sequence[Cue]) -> None:
        by_topic: dict[Topic, list[Message]] = {}
        for cue in batch:
            by_topic.setdefault(cue.topic, []).append(cue.message)
        for topic, messages in by_topic.items():
            await self.publisher.publish(topic, messages)


def find_next_ms(recording: Recording, bookmark: Path, from_ms: int) -> int:
    """Where the drill's clock begins: at the period's begin, or where a replay was interrupted.

    Raises:
        ReplayError: the bookmark is of another recording.
    """
    done = _done(recording, bookmark)
    return max(from_ms, recording.cues[done].at_ms) if 0 < done < len(recording.cues) else from_ms


def _done(recording: Recording, bookmark: Path) -> int:
    if not bookmark.exists():
        return 0
    found = decode(bookmark.read_bytes(), Bookmark)
    if found.digest != recording.digest:
        raise ReplayError(
            f"{bookmark} is of another recording or period: give another state folder, or an empty one"
        )
    return found.done
