"""A worker of the real world whose topics somebody filled with exercises: it stays silent, and says why."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from services.ingest.parcel import make_message
from streams.adapters.registry import AnyEvent, Source, read
from streams.broker import Message
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.events.base import Status
from streams.topics import CLOSURES, HAZARDS, MANIFEST, SHELTERS, Topic, dead_letters
from streams.world import World
from tests.faults.worker.documents import list_documents
from tests.integration.worker.city import Worker, tail, telegram, until

pytestmark = pytest.mark.kafka
SOURCE = Source("test", 0)


@pytest.fixture
async def real(own_kafka: str) -> AsyncIterator[KafkaBroker]:
    broker = KafkaBroker(own_kafka, World.REAL, SystemClock())
    await broker.ensure_topics(MANIFEST)
    yield broker
    await broker.close()


def exercises() -> list[AnyEvent]:
    """Events of every kind, half of them of an exercise, half of a test."""
    events = [
        event
        for document in list_documents(3, "t1")
        for event in read(document.body, SOURCE, name=document.name).events
    ]
    return [
        msgspec.structs.replace(event, status=(Status.EXERCISE, Status.TEST)[number % 2])
        for number, event in enumerate(events)
    ]


async def test_the_real_world_is_silent_about_exercises(
    own_kafka: str, real: KafkaBroker, tmp_path: Path
) -> None:
    states = [await tail(real, topic) for topic in (HAZARDS, SHELTERS, CLOSURES)]
    by_topic: dict[Topic, list[Message]] = {}
    for event in exercises():
        topic, message = make_message(event, SOURCE)
        by_topic.setdefault(topic, []).append(message)
    letters = {topic: await tail(real, dead_letters(topic)) for topic in by_topic}
    publisher = await real.publisher()
    worker = Worker(own_kafka, tmp_path / "real", world=World.REAL)
    worker.start()
    try:
        for topic, messages in by_topic.items():
            await publisher.publish(topic, messages)
        for topic, messages in by_topic.items():
            await until(lambda t=topic, m=messages: letters[t].rows.keys() == {one.key.decode() for one in m})  # type: ignore[misc]
        # the worker is not deaf: behind all of them comes one that is meant
        topic, message = make_message(telegram("meant", at=1, status=Status.ACTUAL), SOURCE)
        await publisher.publish(topic, [message])
        await until(lambda: states[0].rows)
    finally:
        worker.child.stop()
    assert [state.rows.keys() for state in states] == [{"meant"}, set(), set()]
    assert {headers["reason"] for tail in letters.values() for headers in tail.headers.values()} == {
        b"other-world"
    }
