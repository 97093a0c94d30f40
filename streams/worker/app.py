"""The Faust application, made by the rules that keep 0.15.3 right (docs/adr/0003-faust.md). Folds nothing itself."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import faust
from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import FutureMessage

from streams.topics import MAX_MESSAGE_BYTES, Topic
from streams.world import World

PARTITIONS = 4
"""Of every event topic that feeds a table, and of the tables' changelogs: one count for a source and its tables."""


PATIENCE_S = 15.0
"""How long a write may wait for the broker before the process gives up and begins again."""


class IdempotentProducer(driver.Producer):
    """Faust's own producer waits for all replicas but is not idempotent; a retry would write a changelog row twice."""

    def _settings_extra(self) -> dict[str, object]:
        return {"acks": "all", "enable_idempotence": True}


class IdempotentTransport(driver.Transport):
    """The transport that makes such producers."""

    Producer = IdempotentProducer


class LedgerTable(faust.Table[bytes, bytes]):
    """A table whose rows can be waited for.

    Faust only logs a changelog row that could not be written, and may commit an event before its row is on the broker.
    """

    def write(self, key: bytes, row: bytes, *, partition: int) -> FutureMessage:
        """Sets the row; what is returned is done when the changelog has it, or raises what Kafka said."""
        self.data[key] = row
        return self.send_changelog(partition, key, row)


@dataclass(frozen=True)
class WorkerConfig:
    """What one worker process needs. `datadir`'s parent must exist."""

    bootstrap: str
    world: World
    datadir: Path
    session_s: float = 6.0


def create_app(config: WorkerConfig) -> faust.App:
    """An application without agents.

    Dynamic membership only (a static member lost records), at-least-once, no leader topic, no web server, no topic
    that the manifest did not make, empty streams never waited for.
    """
    app = faust.App(
        f"{config.world}.worker",
        broker=f"kafka://{config.bootstrap}",
        store="memory://",
        datadir=str(config.datadir),
        web_enabled=False,
        topic_partitions=PARTITIONS,
        topic_replication_factor=1,
        topic_allow_declare=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        broker_commit_interval=1.0,
        broker_session_timeout=config.session_s,
        broker_heartbeat_interval=config.session_s / 6,
        broker_rebalance_timeout=config.session_s,
        producer_request_timeout=PATIENCE_S,
        producer_max_request_size=MAX_MESSAGE_BYTES,
        stream_wait_empty=False,
        table_standby_replicas=0,  # tables in memory never go on from a standby's rows (docs/adr/0033-no-standby-tables.md)
        worker_redirect_stdouts=False,
        Table=LedgerTable,
    )
    app.producer_transport = IdempotentTransport([*app.conf.broker_producer], app)
    app.transport = IdempotentTransport([*app.conf.broker_consumer], app)
    return app


def raw_topic(app: faust.App, world: World, *topics: Topic) -> faust.TopicT:
    """Topics of raw bytes: decoding happens inside the agent's `try`, never in Faust."""
    return app.topic(
        *(topic.full_name(world) for topic in topics),
        key_type=bytes,
        key_serializer="raw",
        value_type=bytes,
        value_serializer="raw",
    )


def raw_table(app: faust.App, name: str) -> LedgerTable:
    """A table of raw bytes; its changelog is in the manifest.

    The types must be given to the table itself: a schema alone leaves its serializers at JSON, and then a table with
    rows can never be recovered.
    """
    return cast("LedgerTable", app.Table(name, partitions=PARTITIONS, key_type=bytes, value_type=bytes))
