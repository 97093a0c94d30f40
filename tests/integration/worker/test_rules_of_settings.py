"""The rules that are settings (docs/adr/0003-faust.md): each is looked at where it takes effect, not where it is written."""

import ast
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import faust
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from streams.broker_kafka import KafkaBroker
from streams.broker_memory import MemoryBroker
from streams.cells import Gazetteer
from streams.clock import SystemClock
from streams.topics import MANIFEST, Topic
from streams.worker import app as worker_app
from streams.worker.app import LedgerTable, WorkerConfig, create_app
from streams.worker.contiguity import Contiguity
from streams.worker.outbox import Outbox
from streams.worker.service import attach_agents
from streams.worker.steps import Context
from streams.world import World

SOURCES = sorted(Path(worker_app.__file__).parent.glob("*.py"))
FORBIDDEN = {
    "tumbling", "hopping", "using_window", "relative_to_now", "GlobalTable", "take", "take_with_timestamp", "noack_take",
    "group_by", "exactly_once", "processing_guarantee", "consumer_group_instance_id",
}  # fmt: skip
MANIFEST_BY_NAME = {t.full_name(World.DRILL): t for t in MANIFEST}


@pytest.fixture
async def app(tmp_path: Path) -> faust.App:
    config = WorkerConfig("127.0.0.1:9", World.DRILL, tmp_path / "data")
    app = create_app(config)
    context = Context(World.DRILL, Gazetteer({}, {}))
    outbox = Outbox(MemoryBroker(World.DRILL, SystemClock()), session_s=6, fail=pytest.fail)
    attach_agents(app, context, outbox=outbox, contiguity=Contiguity(), fail=pytest.fail)
    return app


def sources_of(app: faust.App) -> Iterator[tuple[str, list[Topic]]]:
    for agent in app.agents.values():
        yield agent.name, [MANIFEST_BY_NAME[name] for name in agent.channel.topics]


def test_delivery_is_at_least_once_and_membership_dynamic(app: faust.App) -> None:
    assert str(app.conf.processing_guarantee.value) == "at_least_once"
    assert not app.conf.consumer_group_instance_id
    assert app.conf.stream_wait_empty is False
    assert app.conf.web_enabled is False
    assert app.conf.topic_allow_declare is False
    assert app.conf.topic_disable_leader is True
    assert app.conf.consumer_auto_offset_reset == "earliest"
    assert app.conf.broker_session_timeout == 6


def test_a_session_is_heard_of_several_times_before_it_ends(app: faust.App) -> None:
    assert app.conf.broker_heartbeat_interval * 3 <= app.conf.broker_session_timeout


def test_each_agent_runs_once_at_a_time_and_reads_raw_bytes(app: faust.App) -> None:
    assert len(app.agents) == 4
    for agent in app.agents.values():
        assert agent.concurrency == 1
        assert agent.channel.value_type is bytes
        assert agent.channel.schema.value_serializer == "raw"
        assert agent.channel.schema.key_serializer == "raw"


def test_every_source_and_every_changelog_is_in_the_manifest_under_the_name_that_faust_really_uses(
    app: faust.App,
) -> None:
    for name, topics in sources_of(app):
        assert topics, name
        assert all(topic.has_dead_letters for topic in topics), name
    assert {table.changelog_topic.get_topic_name() for table in app.tables.values()} == {
        name for name in MANIFEST_BY_NAME if name.endswith("-changelog")
    }


def test_a_table_has_as_many_partitions_as_each_source_that_feeds_it(app: faust.App) -> None:
    tables = {table.changelog_topic.get_topic_name(): table for table in app.tables.values()}
    for name, topics in sources_of(app):
        for topic in topics:
            assert topic.partitions == worker_app.PARTITIONS, name
    for changelog, table in tables.items():
        assert isinstance(table, LedgerTable)
        assert (table.key_serializer, table.value_serializer) == ("raw", "raw")
        assert MANIFEST_BY_NAME[changelog].partitions == table.partitions == worker_app.PARTITIONS


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.name)
def test_no_module_uses_what_loses_records(source: Path) -> None:
    used = {
        node.attr if isinstance(node, ast.Attribute) else node.arg
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Attribute, ast.keyword))
    }
    assert not used & FORBIDDEN


@pytest.fixture
async def live(kafka: str, tmp_path: Path) -> AsyncIterator[faust.App]:
    app = create_app(WorkerConfig(kafka, World.DRILL, tmp_path / "data"))
    await app.producer.start()
    yield app
    await app.producer.stop()


@pytest.mark.kafka
async def test_fausts_own_producer_is_idempotent_on_the_broker(live: faust.App) -> None:
    producer = live.producer._producer
    assert producer._txn_manager is not None, "not idempotent"
    assert producer._txn_manager.has_pid(), "the broker gave it no producer id"
    assert producer._sender._acks == -1


@pytest.mark.kafka
async def test_a_topic_that_the_manifest_does_not_make_is_made_by_nobody(kafka: str, live: faust.App) -> None:
    await KafkaBroker(kafka, World.DRILL, SystemClock()).ensure_topics(MANIFEST)
    await live.topic("drill.never-made", value_type=bytes).maybe_declare()
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        # asking for a topic's metadata is what makes it where the broker makes topics by itself
        (described,) = await admin.describe_topics(["drill.never-made"])
        assert described["error_code"] != 0
        assert "drill.never-made" not in await admin.list_topics()
    finally:
        await admin.close()
