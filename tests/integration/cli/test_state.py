"""`mio state diff` on a real broker, worker and Redis: nothing where all is well, what is wrong where it is not, and nothing again."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import redis
from typer.testing import CliRunner, Result

from services.cli.main import app
from streams.broker import Message
from streams.broker_kafka import KafkaBroker, KafkaPublisher
from streams.codec import encode
from streams.events.closures import ClosureReport
from streams.topics import CLOSURE_REPORTS, CLOSURES, TELEGRAMS
from streams.view.redis import RedisView
from streams.view.service import serve
from streams.world import World
from tests.integration.worker.city import Worker, tail, telegram, until
from tests.integration.worker.conftest import broker, own_kafka, publisher, worker

__all__ = ["broker", "own_kafka", "publisher", "worker"]
pytestmark = pytest.mark.kafka

State = Callable[..., Result]


@pytest.fixture
def state(own_kafka: str, worker: Worker, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> State:
    """`mio state` as an operator types it."""
    for name, value in {
        "KAFKA": own_kafka,
        "REDIS": redis_url,
        "WORLD": "drill",
        "AREA": str(worker.folder),
    }.items():
        monkeypatch.setenv(f"MIO_{name}", value)

    def run(*words: str, code: int) -> Result:
        answer = CliRunner().invoke(app, ["state", *words])
        assert answer.exit_code == code, (answer.output, answer.exception)
        return answer

    return run


@pytest.fixture
async def view(broker: KafkaBroker, redis_url: str) -> AsyncIterator[RedisView]:
    """Kept up to date by a view process."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    view, ready = RedisView(redis_url, World.DRILL), asyncio.Event()
    serving = asyncio.create_task(serve(broker, view, ready=ready.set))
    async with asyncio.timeout(20):
        await ready.wait()
    yield view
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    await view.close()


async def listed(state: State, *words: str, code: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    answer = await asyncio.to_thread(state, "diff", "--json", *words, code=code)
    *found, counts = (json.loads(line) for line in answer.stdout.splitlines())
    assert counts["differences"] == len(found)
    return found, counts


async def test_a_difference_is_found_named_and_gone_when_the_view_was_written_anew(
    broker: KafkaBroker, publisher: KafkaPublisher, view: RedisView, state: State, redis_url: str
) -> None:
    closures = await tail(broker, CLOSURES)
    report = ClosureReport(id="c-1", source="roads", as_of_ms=1)
    await publisher.publish(CLOSURE_REPORTS, [Message(b"c-1", encode(report))])
    await publisher.publish(TELEGRAMS, [Message(b"s-1", encode(telegram("s-1", at=1)))])
    await until(lambda: "c-1" in closures.rows)
    _, counts = await listed(state, "--settle-s", "30", code=0)
    assert counts["keys"]["worker-closures-changelog"] == counts["keys"]["closures"] == 1

    with redis.Redis.from_url(redis_url) as client:
        client.hset("drill:view:rows:closures", "c-1", b"somebody's own idea")
        client.hset("drill:view:rows:shelters", "ghost", b"x")
        client.hset("drill:view:versions:shelters", "ghost", 3)
    found, _ = await listed(state, "--settle-s", "0.5", code=1)
    assert {(d["holder"], d["topic"], d["kind"], d["key"]) for d in found} == {
        ("redis", "closures", "says something else", "c-1"),
        ("redis", "shelters", "has it alone", "ghost"),
    }
    text = (await asyncio.to_thread(state, "diff", "--settle-s", "0", code=1)).stdout
    assert "mio state rewrite" in text
    await asyncio.to_thread(state, "rewrite", code=0)
    await listed(state, "--settle-s", "30", code=0)
    assert "c-1" in (await view.snapshot()).rows["closures"]

    await publisher.publish(CLOSURES, [Message(b"c-7", b"written by nobody we know")])
    found, _ = await listed(state, "--settle-s", "1", code=1)
    assert [(d["holder"], d["kind"], d["key"]) for d in found] == [("worker", "lacks it", "c-7")]
    await publisher.publish(CLOSURES, [Message(b"c-7", None)])
    await listed(state, "--settle-s", "30", code=0)


def test_where_redis_does_not_answer_it_says_so_and_ends_with_2(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIO_REDIS", "redis://127.0.0.1:1/0")
    assert "Redis does not answer" in state("diff", code=2).stderr
