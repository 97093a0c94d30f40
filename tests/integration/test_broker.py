"""One suite, two brokers: the double may never drift from the real one."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from streams import topics
from streams.broker import Broker, ManifestMismatchError, Message, Record
from streams.broker_admin import check_manifest
from streams.broker_kafka import KafkaBroker
from streams.broker_memory import MemoryBroker
from streams.clock import SystemClock
from streams.topics import Topic
from streams.world import World


async def until(condition: object, timeout_s: float = 10) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.01)


class BrokerSuite:
    """What every broker promises."""

    @pytest.fixture
    async def broker(self) -> AsyncIterator[Broker]:
        raise NotImplementedError
        yield  # noqa: PT022

    @pytest.fixture
    async def topic(self, broker: Broker) -> Topic:
        topic = replace(topics.CLOSURES, name=f"closures-{uuid.uuid4().hex[:8]}")
        await broker.ensure_topics([topic])
        return topic

    async def test_a_follower_reads_what_was_there_and_then_what_comes(
        self, broker: Broker, topic: Topic
    ) -> None:
        publisher = await broker.publisher()
        await publisher.publish(topic, [Message(b"a", b"1"), Message(b"b", b"2"), Message(b"a", b"3")])
        seen: dict[bytes, bytes | None] = {}

        def apply(records: object) -> None:
            seen.update({r.key: r.value for r in records})  # type: ignore[attr-defined]

        follower = await broker.follow(topic, apply)
        await follower.wait_caught_up()
        assert seen == {b"a": b"3", b"b": b"2"}
        await publisher.publish(topic, [Message(b"b", None)])
        await until(lambda: seen[b"b"] is None)
        assert follower.heard_at_ms is not None

    async def test_a_follower_of_an_empty_topic_has_caught_up(self, broker: Broker, topic: Topic) -> None:
        follower = await broker.follow(topic, lambda _: None)
        async with asyncio.timeout(10):
            await follower.wait_caught_up()
        assert follower.caught_up

    async def test_records_of_one_key_keep_their_order_headers_and_offsets(
        self, broker: Broker, topic: Topic
    ) -> None:
        publisher = await broker.publisher()
        await publisher.publish(topic, [Message(b"k", b"%d" % i, (("h", b"%d" % i),)) for i in range(100)])
        seen: list[Record] = []
        follower = await broker.follow(topic, seen.extend)
        await follower.wait_caught_up()
        assert [r.value for r in seen] == [b"%d" % i for i in range(100)]
        assert [r.offset for r in seen] == list(range(100))
        assert seen[7].headers == (("h", b"7"),)
        assert len({r.partition for r in seen}) == 1

    async def test_the_partition_can_be_chosen(self, broker: Broker, topic: Topic) -> None:
        publisher = await broker.publisher()
        await publisher.publish(topic, [Message(b"k", b"x", partition=3)])
        seen: list[Record] = []
        follower = await broker.follow(topic, seen.extend)
        await follower.wait_caught_up()
        assert [r.partition for r in seen] == [3]

    async def test_keys_go_to_the_partition_that_kafka_itself_would_choose(
        self, broker: Broker, topic: Topic
    ) -> None:
        publisher = await broker.publisher()
        await publisher.publish(topic, [Message(b"key-%d" % i, b"") for i in range(20)])
        seen: list[Record] = []
        follower = await broker.follow(topic, seen.extend)
        await follower.wait_caught_up()
        assert [r.partition for r in sorted(seen, key=lambda r: int(r.key[4:]))][:4] == [1, 0, 2, 3]

    async def test_a_follower_whose_reader_fails_says_so(self, broker: Broker, topic: Topic) -> None:
        def refuse(_records: object) -> None:
            raise ValueError("not for me")

        follower = await broker.follow(topic, refuse)
        await follower.wait_caught_up()
        assert follower.failure is None
        await (await broker.publisher()).publish(topic, [Message(b"k", b"x")])
        await until(lambda: follower.failure is not None)
        with pytest.raises(ValueError, match="not for me"):
            await follower.wait_caught_up()

    async def test_topics_can_be_ensured_again(self, broker: Broker, topic: Topic) -> None:
        await broker.ensure_topics([topic])


class TestMemoryBroker(BrokerSuite):
    @pytest.fixture
    async def broker(self) -> AsyncIterator[Broker]:
        broker = MemoryBroker(World.DRILL, SystemClock())
        yield broker
        await broker.close()


@pytest.mark.kafka
class TestKafkaBroker(BrokerSuite):
    @pytest.fixture
    async def broker(self, kafka: str) -> AsyncIterator[Broker]:
        broker = KafkaBroker(kafka, World.DRILL, SystemClock())
        yield broker
        await broker.close()

    async def test_a_topic_that_differs_from_the_manifest_is_named(
        self, broker: Broker, topic: Topic
    ) -> None:
        with pytest.raises(ManifestMismatchError, match=r"has 4 partitions, the manifest says 7"):
            await broker.ensure_topics([replace(topic, partitions=7)])

    async def test_the_whole_manifest_can_be_made(self, broker: Broker) -> None:
        await broker.ensure_topics(topics.MANIFEST)


def test_a_manifest_that_keeps_positions_for_a_year_is_refused() -> None:
    with pytest.raises(ManifestMismatchError, match=r"positions.*may be kept"):
        check_manifest([replace(topics.POSITIONS, retention_ms=365 * topics.DAY_MS)])


def test_the_manifest_itself_is_safe() -> None:
    check_manifest(topics.MANIFEST)
