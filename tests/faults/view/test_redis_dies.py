"""Redis killed, wiped, frozen and started again while states change: the view is whole again by itself."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis

from services.local.ports import free_port
from services.local.redis import LocalRedis
from streams.broker import Message
from streams.broker_memory import MemoryBroker
from streams.clock import SystemClock
from streams.topics import CLOSURES, MANIFEST, SHELTERS
from streams.view.port import ViewError
from streams.view.redis import RedisView
from streams.view.service import serve
from streams.world import World

BOUND_S = 25.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalRedis]:
    server = LocalRedis(tmp_path, port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def broker() -> AsyncIterator[MemoryBroker]:
    broker = MemoryBroker(World.DRILL, SystemClock())
    await broker.ensure_topics(MANIFEST)
    yield broker
    await broker.close()


@pytest.fixture
async def view(server: LocalRedis) -> AsyncIterator[RedisView]:
    view = RedisView(server.url, World.DRILL, timeout_s=1)
    yield view
    await view.close()


@pytest.fixture
async def serving(broker: MemoryBroker, view: RedisView) -> AsyncIterator["asyncio.Task[None]"]:
    """A view service that has read everything once."""
    await broker.publish(SHELTERS, [Message(b"s-%d" % i, b"before") for i in range(50)])
    ready = asyncio.Event()
    task = asyncio.create_task(serve(broker, view, ready=ready.set))
    async with asyncio.timeout(BOUND_S):
        await ready.wait()
    yield task
    task.cancel()


async def change(broker: MemoryBroker) -> dict[str, bytes]:
    """States change; what the shelters' rows must be after it."""
    await broker.publish(
        SHELTERS, [Message(b"s-1", b"after"), Message(b"s-2", None), Message(b"new", b"after")]
    )
    await broker.publish(CLOSURES, [Message(b"c", b"closed")])
    rows = {f"s-{i}": b"before" for i in range(50) if i != 2}
    return rows | {"s-1": b"after", "new": b"after"}


async def until_rows(view: RedisView, rows: dict[str, bytes]) -> None:
    async with asyncio.timeout(BOUND_S):
        while True:
            try:
                snapshot = (await view.snapshot()).rows
            except ViewError:
                continue
            if {k: r.value for k, r in snapshot[SHELTERS.name].items()} == rows and "c" in snapshot[
                CLOSURES.name
            ]:
                return
            await asyncio.sleep(0.05)


async def test_a_redis_that_was_killed_is_whole_when_it_is_started_again(
    server: LocalRedis, broker: MemoryBroker, view: RedisView, serving: "asyncio.Task[None]"
) -> None:
    assert server.child
    await asyncio.to_thread(server.child.kill)
    rows = await change(broker)
    with pytest.raises(ViewError):
        await view.snapshot()
    await asyncio.to_thread(server.start)
    await until_rows(view, rows)
    assert not serving.done()


async def test_a_redis_wiped_while_states_change_is_whole_again(
    server: LocalRedis, broker: MemoryBroker, view: RedisView, serving: "asyncio.Task[None]"
) -> None:
    with redis.Redis.from_url(server.url) as client:
        client.flushall()
        rows = await change(broker)
        client.flushall()
    await until_rows(view, rows)
    assert not serving.done()


async def test_a_frozen_redis_does_not_hang_the_view_and_is_whole_when_it_goes_on(
    server: LocalRedis, broker: MemoryBroker, view: RedisView, serving: "asyncio.Task[None]"
) -> None:
    assert server.child
    os.kill(server.child.pid, signal.SIGSTOP)
    try:
        rows = await change(broker)
        async with asyncio.timeout(BOUND_S):
            with pytest.raises(ViewError):
                await view.snapshot()
    finally:
        os.kill(server.child.pid, signal.SIGCONT)
    await until_rows(view, rows)
    assert not serving.done()


async def test_changes_that_wait_on_a_killed_redis_end_with_an_error(
    server: LocalRedis, view: RedisView, serving: "asyncio.Task[None]"
) -> None:
    last = (await view.snapshot()).last_id

    async def wait_for_one() -> None:
        async for _ in view.changes(last):
            pytest.fail("nothing changed")

    waiting = asyncio.create_task(wait_for_one())
    await asyncio.sleep(0)
    assert server.child
    await asyncio.to_thread(server.child.kill)
    async with asyncio.timeout(BOUND_S):
        with pytest.raises(ViewError):
            await waiting


async def test_a_view_that_finds_no_redis_at_its_start_says_so(
    server: LocalRedis, broker: MemoryBroker
) -> None:
    await asyncio.to_thread(server.stop)
    view = RedisView(server.url, World.DRILL)
    with pytest.raises(ViewError):
        await serve(broker, view, ready=lambda: pytest.fail("not ready"))
    await view.close()


async def test_whoever_is_told_to_end_while_redis_answers_ends(view: RedisView) -> None:
    async def ask() -> None:
        while True:
            await view.mark()

    for pause_s in (0.0, 0.0005, 0.001, 0.002) * 20:
        asking = asyncio.create_task(ask())
        await asyncio.sleep(pause_s)
        asking.cancel()
        done, _ = await asyncio.wait([asking], timeout=BOUND_S)
        assert done
