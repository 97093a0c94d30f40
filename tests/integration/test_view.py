"""One suite, two views: the double may never drift from Redis."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import redis

from streams.broker import Message, Record
from streams.broker_memory import MemoryBroker
from streams.clock import SystemClock
from streams.topics import CLOSURES, MANIFEST, SHELTERS
from streams.view.memory import MemoryView
from streams.view.port import Change, View, ViewGoneError
from streams.view.redis import RedisView
from streams.view.service import serve
from streams.world import World


def record(offset: int, key: str, value: bytes | None) -> Record:
    return Record(0, offset, 0, key.encode(), value)


async def take(view: View, after: str, count: int) -> list[Change]:
    changes: list[Change] = []
    async with asyncio.timeout(5):
        async for change in view.changes(after):
            changes.append(change)
            if len(changes) == count:
                break
    return changes


class ViewSuite:
    @pytest.fixture
    async def view(self) -> AsyncIterator[View]:
        raise NotImplementedError
        yield  # noqa: PT022

    async def test_the_snapshot_holds_the_newest_value_of_each_key(self, view: View) -> None:
        await view.apply(SHELTERS, [record(0, "a", b"1"), record(1, "b", b"2"), record(2, "a", b"3")])
        rows = (await view.snapshot()).rows[SHELTERS.name]
        assert {k: (r.value, r.version) for k, r in rows.items()} == {"a": (b"3", 2), "b": (b"2", 1)}

    async def test_an_older_version_never_wins(self, view: View) -> None:
        await view.apply(SHELTERS, [record(9, "a", b"new")])
        assert await view.apply(SHELTERS, [record(3, "a", b"old")]) == 0
        assert (await view.snapshot()).rows[SHELTERS.name]["a"].value == b"new"

    async def test_the_same_record_twice_changes_nothing(self, view: View) -> None:
        assert await view.apply(SHELTERS, [record(0, "a", b"1")]) == 1
        assert await view.apply(SHELTERS, [record(0, "a", b"1")]) == 0

    async def test_a_tombstone_takes_the_key_away_and_an_old_value_does_not_bring_it_back(
        self, view: View
    ) -> None:
        await view.apply(SHELTERS, [record(0, "a", b"1"), record(5, "a", None), record(2, "a", b"late")])
        assert "a" not in (await view.snapshot()).rows[SHELTERS.name]

    async def test_changes_go_on_after_the_snapshot(self, view: View) -> None:
        await view.apply(SHELTERS, [record(0, "a", b"1")])
        last = (await view.snapshot()).last_id
        waiting = asyncio.create_task(take(view, last, 2))
        await view.apply(CLOSURES, [record(0, "c", b"x")])
        await view.apply(SHELTERS, [record(1, "a", None)])
        seen = await waiting
        assert [(c.topic, c.key, c.value) for c in seen] == [("closures", "c", b"x"), ("shelters", "a", None)]
        assert [(c.key, c.value) for c in await take(view, seen[0].id, 1)] == [("a", None)]

    async def test_values_may_hold_any_bytes(self, view: View) -> None:
        await view.apply(SHELTERS, [record(0, "避難所", bytes(range(256)))])
        assert (await view.snapshot()).rows[SHELTERS.name]["避難所"].value == bytes(range(256))

    async def test_an_id_from_the_future_is_gone(self, view: View) -> None:
        await view.apply(SHELTERS, [record(0, "a", b"1")])
        with pytest.raises(ViewGoneError, match="no longer kept"):
            await take(view, "99999999999999-0", 1)

    async def test_what_kafka_does_not_know_is_taken_away_and_seen_as_a_change(self, view: View) -> None:
        await view.apply(SHELTERS, [record(1, "a", b"1"), record(2, "gone", b"2"), record(9, "newer", b"3")])
        await view.apply(CLOSURES, [record(1, "gone", b"4")])
        last = (await view.snapshot()).last_id
        assert await view.retain(SHELTERS, {"a": 1, "newer": 4, "never-seen": 5}) == 2
        rows = (await view.snapshot()).rows
        assert set(rows[SHELTERS.name]) == {"a"}
        assert set(rows[CLOSURES.name]) == {"gone"}
        seen = await take(view, last, 2)
        assert {(c.topic, c.key, c.value) for c in seen} == {
            ("shelters", "gone", None),
            ("shelters", "newer", None),
        }
        assert await view.apply(SHELTERS, [record(4, "newer", b"5")]) == 1

    async def test_filling_writes_as_applying_does_and_readers_take_a_new_snapshot(self, view: View) -> None:
        await view.apply(SHELTERS, [record(5, "a", b"5"), record(6, "gone", b"6")])
        last = (await view.snapshot()).last_id
        waiting = asyncio.create_task(take(view, last, 1))
        assert (
            await view.refill(SHELTERS, [record(3, "a", b"3"), record(9, "b", b"9"), record(7, "gone", None)])
            == 2
        )
        with pytest.raises(ViewGoneError):
            await waiting
        with pytest.raises(ViewGoneError):
            await take(view, last, 1)
        made = await view.snapshot()
        assert {k: r.value for k, r in made.rows[SHELTERS.name].items()} == {"a": b"5", "b": b"9"}
        assert await view.refill(SHELTERS, [record(9, "b", b"9")]) == 0
        await view.apply(SHELTERS, [record(10, "c", b"10")])
        assert [c.key for c in await take(view, made.last_id, 1)] == ["c"]

    async def test_thousands_of_rows_with_keys_that_come_again_end_with_the_newest(self, view: View) -> None:
        records = [record(n, str(n % 1_700), b"%d" % n if n % 5 else None) for n in range(5_000)]
        newest = {r.key.decode(): r for r in records}
        assert await view.apply(SHELTERS, records) == 5_000
        rows = (await view.snapshot()).rows[SHELTERS.name]
        assert {k: r.value for k, r in rows.items()} == {k: r.value for k, r in newest.items() if r.value}

    async def test_the_life_mark_is_new_only_once(self, view: View) -> None:
        assert await view.mark()
        assert not await view.mark()


class TestMemoryView(ViewSuite):
    @pytest.fixture
    async def view(self) -> AsyncIterator[View]:
        view = MemoryView()
        yield view
        await view.close()


class TestRedisView(ViewSuite):
    @pytest.fixture
    async def view(self, redis_url: str) -> AsyncIterator[View]:
        with redis.Redis.from_url(redis_url) as client:
            client.flushall()
        view = RedisView(redis_url, World.DRILL)
        yield view
        await view.close()

    async def test_a_wiped_redis_is_whole_again_by_itself(self, view: View, redis_url: str) -> None:
        broker = MemoryBroker(World.DRILL, SystemClock())
        await broker.ensure_topics(MANIFEST)
        await broker.publish(SHELTERS, [Message(b"a", b"1"), Message(b"b", b"2"), Message(b"b", None)])
        ready = asyncio.Event()
        serving = asyncio.create_task(serve(broker, view, ready=ready.set))
        try:
            async with asyncio.timeout(10):
                await ready.wait()
                before = (await view.snapshot()).rows
                assert set(before["shelters"]) == {"a"}
                with redis.Redis.from_url(redis_url) as client:
                    client.flushall()
                while (await view.snapshot()).rows != before:
                    await asyncio.sleep(0.05)
        finally:
            serving.cancel()
            await broker.close()

    async def test_what_was_removed_while_nobody_kept_the_view_is_gone_when_it_is_kept_again(
        self, view: View
    ) -> None:
        await view.apply(
            SHELTERS, [record(0, "compacted-away", b"x"), record(70, "of-a-former-cluster", b"old")]
        )
        broker = MemoryBroker(World.DRILL, SystemClock())
        await broker.ensure_topics(MANIFEST)
        await broker.publish(SHELTERS, [Message(b"a", b"1"), Message(b"of-a-former-cluster", b"new")])
        ready = asyncio.Event()
        serving = asyncio.create_task(serve(broker, view, ready=ready.set))
        try:
            async with asyncio.timeout(10):
                await ready.wait()
            rows = (await view.snapshot()).rows["shelters"]
            assert {k: r.value for k, r in rows.items()} == {"a": b"1", "of-a-former-cluster": b"new"}
        finally:
            serving.cancel()
            await broker.close()

    async def test_a_view_of_one_world_never_shows_the_other(self, view: View, redis_url: str) -> None:
        await view.apply(SHELTERS, [record(0, "a", b"1")])
        real = RedisView(redis_url, World.REAL)
        assert (await real.snapshot()).rows[SHELTERS.name] == {}
        await real.close()
