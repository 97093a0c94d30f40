"""A day of the real world is archived and played again into a drill on another broker: the same end, and nothing real about it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from typer.testing import CliRunner, Result

from services.cli.main import app
from services.local.kafka import LocalKafka
from services.local.ports import free_port
from streams.adapters.registry import Source, read
from streams.broker import Message, Publisher
from streams.broker_kafka import KafkaBroker
from streams.cells import Gazetteer
from streams.clock import SystemClock
from streams.events.base import Status
from streams.topics import MANIFEST, Topic
from streams.world import World
from tests.faults.worker.documents import list_documents
from tests.faults.worker.oracle import Rows, Told, end_state, messages_of
from tests.integration.worker.city import AREAS, Worker, tail, until

pytestmark = pytest.mark.kafka
BOUND_S = 60


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalKafka, LocalKafka]]:
    """One that served the real world, and one for the rehearsal."""
    made = tuple(
        LocalKafka(tmp_path_factory.mktemp(name), port=free_port(), controller_port=free_port())
        for name in ("then", "now")
    )
    for server in made:
        server.start()
    yield made
    for server in made:
        server.stop()


@pytest.fixture
async def then(servers: tuple[LocalKafka, LocalKafka]) -> AsyncIterator[KafkaBroker]:
    broker = KafkaBroker(servers[0].bootstrap, World.REAL, SystemClock())
    await broker.ensure_topics(MANIFEST)
    yield broker
    await broker.close()


@pytest.fixture
async def now(servers: tuple[LocalKafka, LocalKafka]) -> AsyncIterator[KafkaBroker]:
    broker = KafkaBroker(servers[1].bootstrap, World.DRILL, SystemClock())
    await broker.ensure_topics(MANIFEST)
    yield broker
    await broker.close()


@pytest.fixture(scope="module")
def day() -> tuple[list[tuple[Topic, Message]], Mapping[Topic, Rows]]:
    """A made-up town's day, all of it meant: what is sent, and what must be true in the end."""
    told, sent = Told(), list[tuple[Topic, Message]]()
    for document in list_documents(11, "t11"):
        events = read(document.body, Source(document.source, document.at_ms), name=document.name).events
        meant = [msgspec.structs.replace(event, status=Status.ACTUAL) for event in events]
        told.hear(meant)
        sent += messages_of(meant, Source(document.source, document.at_ms))
    return sent, end_state(told, Gazetteer.load(AREAS))


async def until_true(broker: KafkaBroker, wanted: Mapping[Topic, Rows], folder: Path) -> None:
    """A worker folds what is there, and the state topics say what they must, byte for byte."""
    states = {topic: await tail(broker, topic) for topic in wanted}
    worker = Worker(broker.bootstrap, folder, world=broker.world)
    worker.start()
    try:
        await until(lambda: {topic: rows.rows for topic, rows in states.items()} == wanted, BOUND_S)
    finally:
        worker.child.stop()


def as_exercises(wanted: Mapping[Topic, Rows]) -> Mapping[Topic, Rows]:
    return {
        topic: {
            key: row and row.replace(b'"status":"actual"', b'"status":"exercise"')
            for key, row in rows.items()
        }
        for topic, rows in wanted.items()
    }


async def mio(*arguments: str, **environment: str) -> Result:
    invoke = partial(CliRunner().invoke, app, arguments, env=environment, catch_exceptions=False)
    return await asyncio.to_thread(invoke)


async def say(publisher: Publisher, sent: Sequence[tuple[Topic, Message]]) -> None:
    for topic in {topic for topic, _ in sent}:
        await publisher.publish(topic, [message for of, message in sent if of is topic])


def moment(*, minutes: int) -> str:
    """So far from now, as one types it."""
    return (
        datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC) + timedelta(minutes=minutes)
    ).isoformat()


PERIOD = ("--from", moment(minutes=-20), "--to", moment(minutes=24 * 60), "--speed", "3600")


async def test_a_day_is_archived_and_played_again_to_the_same_end(
    then: KafkaBroker,
    now: KafkaBroker,
    day: tuple[list[tuple[Topic, Message]], Mapping[Topic, Rows]],
    tmp_path: Path,
) -> None:
    sent, wanted = day
    publisher = await then.publisher()
    await say(publisher, sent[: len(sent) // 2])
    folder, of_real = str(tmp_path / "archive"), {"MIO_KAFKA": then.bootstrap, "MIO_WORLD": "real"}
    first = await mio("archive", folder, **of_real)
    assert first.exit_code == 0, first.output
    await say(publisher, sent[len(sent) // 2 :])
    await until_true(then, wanted, tmp_path / "then")
    second = await mio("archive", folder, **of_real)
    assert second.exit_code == 0, second.output
    again = await mio("archive", folder, **of_real)
    assert again.stdout.startswith("0 records in 0 parts")

    into = ("--into", now.bootstrap, "--state", str(tmp_path / "replay"))
    played = await mio("replay", *PERIOD, "--archive", folder, *into)
    assert played.exit_code == 0, played.output
    assert "訓練" in played.stdout
    await until_true(now, as_exercises(wanted), tmp_path / "now")
    assert not [name for name in await topics_of(now.bootstrap) if name.startswith("real.")]
    # and the topics themselves hold the same: a replay that is over has nothing left to play from them, either
    from_topics = await mio("replay", *PERIOD, "--kafka", then.bootstrap, *into)
    assert from_topics.stdout.splitlines()[-1] == "訓練 the period is over: 0 events were written"


async def test_a_broker_of_the_real_world_is_refused(then: KafkaBroker, tmp_path: Path) -> None:
    into = ("--into", then.bootstrap, "--state", str(tmp_path))
    refused = await mio("replay", *PERIOD, "--kafka", then.bootstrap, *into)
    assert refused.exit_code == 1
    assert "serves the real world" in refused.output
    assert not (tmp_path / "replay.json").exists()


async def topics_of(bootstrap: str) -> list[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        return list(await admin.list_topics())
    finally:
        await admin.close()


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (("--kafka", "x:1", "--from", "2026-01-01T00:00"), {}, "does not say of which clock"),
        (("--kafka", "x:1", "--from", "yesterday"), {}, "is not a moment"),
        (("--kafka", "x:1", "--to", "2025-01-01T00:00Z"), {}, "is not after"),
        (("--kafka", "x:1"), {"MIO_WORLD": "real"}, "a replay goes into a drill world"),
        ((), {}, "name one of"),
        (("--kafka", "127.0.0.1:9"), {}, "no broker at"),
    ],
)
async def test_what_cannot_be_played_is_said(
    arguments: tuple[str, ...], environment: dict[str, str], said: str, tmp_path: Path
) -> None:
    refused = await mio("replay", *PERIOD, *arguments, "--state", str(tmp_path / "s"), **environment)
    assert refused.exit_code in {1, 2}
    assert said in " ".join(refused.output.replace("│", " ").split())
