"""What `mio dlq` does on the broker: reads all dead letters, sends some back the way they came, and marks what was done."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from services.ingest.intake import Intake
from streams.adapters.registry import read
from streams.broker import Broker, BrokerUnavailableError, Message, Publisher, Record
from streams.clock import Clock, ManualClock
from streams.codec import CodecError, decode, encode
from streams.dead_letters import Way
from streams.events.letters import LetterMark, Outcome
from streams.open_letters import Letter, Letters
from streams.topics import LETTER_MARKS, MANIFEST, Topic, dead_letters
from streams.world import World

PATIENCE_S = 60.0
SOURCES: tuple[Topic, ...] = tuple(topic for topic in MANIFEST if topic.has_dead_letters)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Replayed:
    """What became of a letter that was sent back. refused: reasons, where a document was refused again; it stays open then."""

    letter: Letter
    events: int
    refused: tuple[str, ...] = ()


async def read_letters(broker: Broker, *, keeps: tuple[str, ...] = ()) -> Letters:
    """All letters that the topics hold now, with what was done about them. keeps: see `Letters`.

    Raises:
        BrokerUnavailableError: it does not answer.
    """
    letters = Letters(keeps)
    await broker.ensure_topics([LETTER_MARKS, *map(dead_letters, SOURCES)])
    followers = [await broker.follow(dead_letters(topic), _adder(letters, topic)) for topic in SOURCES]
    followers.append(await broker.follow(LETTER_MARKS, _marker(letters)))
    try:
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*(follower.wait_caught_up() for follower in followers))
    except TimeoutError:
        raise BrokerUnavailableError(
            f"the dead letters could not be read within {PATIENCE_S:.0f} s"
        ) from None
    return letters


def _adder(letters: Letters, topic: Topic) -> Callable[[Sequence[Record]], None]:
    def add(records: Sequence[Record]) -> None:
        for record in records:
            letters.add(topic, record)

    return add


def _marker(letters: Letters) -> Callable[[Sequence[Record]], None]:
    def mark(records: Sequence[Record]) -> None:
        for record in records:
            try:
                letters.mark(decode(record.value or b"", LetterMark))
            except CodecError as error:
                _log.error("a mark cannot be read, so its letter counts as open", error=str(error))

    return mark


@dataclass(frozen=True)
class Desk:
    """Somebody at the dead letters of one world. by: a desk or a role, never a person's name."""

    publisher: Publisher
    world: World
    clock: Clock
    by: str

    async def replay(self, letter: Letter) -> Replayed:
        """Sends it back the way it came, then marks it. In between, or twice: the same events again, which change nothing.

        Raises:
            BrokerUnavailableError: it may have been sent, and is not marked.
        """
        replayed = await (
            self._replay_document(letter) if letter.way is Way.DOCUMENT else self._replay_record(letter)
        )
        await self.mark(letter, Outcome.REPLAYED)
        return replayed

    async def _replay_document(self, letter: Letter) -> Replayed:
        """As ingest took it, as of when it came: a document without a date must not become the newest by being read again."""
        intake = Intake(self.publisher, read, ManualClock(letter.received_at_ms), self.world)
        parcel = await intake.take(letter.value or b"", letter.source, name=letter.name)
        reasons = sorted({rejection.reason for rejection in parcel.refused})
        return Replayed(letter, parcel.events, tuple(reasons))

    async def _replay_record(self, letter: Letter) -> Replayed:
        message = Message(letter.key, letter.value, partition=letter.partition)
        await self.publisher.publish(letter.topic, [message])
        return Replayed(letter, 1)

    async def mark(self, letter: Letter, outcome: Outcome, reason: str = "") -> None:
        """Says what was done; returns when the broker has it."""
        mark = LetterMark(
            letter=letter.id,
            topic=letter.topic.name,
            outcome=outcome,
            upto=letter.offset,
            at_ms=self.clock.now_ms(),
            by=self.by,
            reason=reason,
        )
        await self.publisher.publish(LETTER_MARKS, [Message(letter.id.encode(), encode(mark))])
        _log.info("dead letter", letter=letter.id, topic=letter.topic.name, outcome=str(outcome), by=self.by)
