"""One crowd process: joins the group when its kernels are warm, ends when anything fails. Started by `mio run crowd`."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial

import numpy as np
import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from streams.broker import Broker, BrokerUnavailableError
from streams.codec import PositionColumns
from streams.crowd.checkpoint_log import CheckpointLog
from streams.crowd.emitter import Emitter, batches_of
from streams.crowd.lattice import Lattice
from streams.crowd.log_look import first_offset_from
from streams.crowd.member import CrowdMember
from streams.crowd.partition import PartitionFold
from streams.crowd.report import Tell
from streams.crowd.rules import BUCKET_MS
from streams.crowd.watchdog import Watchdog
from streams.topics import MANIFEST, POSITIONS
from streams.world import World

EXIT_BEGIN_AGAIN = 70

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class CrowdConfig:
    """What one crowd process needs. `session_s`: the group notices a dead member after this."""

    bootstrap: str
    world: World
    session_s: float = 6.0
    checkpoint_s: float = 5.0

    @property
    def group(self) -> str:
        """The consumer group."""
        return f"{self.world}.crowd"


def end_process(error: BaseException) -> None:
    """Ends at once, so that nothing buffered is written any more; the launcher starts a fresh one from the checkpoints."""
    _log.error("the crowd ends and begins again from its checkpoints", error=repr(error))
    os._exit(EXIT_BEGIN_AGAIN)


async def serve(
    config: CrowdConfig,
    broker: Broker,
    *,
    ready: Callable[[], None],
    tell: Tell = lambda _report: None,
    fail: Callable[[BaseException], None] = end_process,
) -> None:
    """Runs until cancelled. `ready` is called when the partitions that the group gave are loaded, `tell` once a second.

    Raises:
        BrokerUnavailableError: there is no broker to begin with. Whatever fails later goes to `fail`.
    """
    await asyncio.to_thread(warm)
    await broker.ensure_topics(MANIFEST)
    publisher = await broker.publisher()
    emitter = Emitter(config.bootstrap, config.world)
    consumer = make_consumer(config)
    watchdog = Watchdog(config.session_s)
    member = CrowdMember(
        consumer,
        emitter,
        CheckpointLog(config.bootstrap, config.world, publisher),
        publisher,
        topic=POSITIONS.full_name(config.world),
        watchdog=watchdog,
        checkpoint_s=config.checkpoint_s,
        find_first=partial(first_offset_from, config.bootstrap),
        ready=ready,
        tell=tell,
    )
    try:
        await emitter.start()
        await _start(consumer, config.bootstrap)
        await asyncio.gather(_guard(watchdog.run(), fail), _guard(member.run(), fail))
    finally:
        await consumer.stop()
        await emitter.stop()


async def _guard(work: Coroutine[None, None, None], fail: Callable[[BaseException], None]) -> None:
    """Fails at once, before anything else that runs here could write a row more."""
    try:
        await work
    except Exception as error:
        fail(error)
        raise


async def _start(consumer: AIOKafkaConsumer, bootstrap: str) -> None:
    try:
        await consumer.start()
    except KafkaError as error:
        raise BrokerUnavailableError(f"no broker at {bootstrap}: {error!r}") from error


def make_consumer(config: CrowdConfig) -> AIOKafkaConsumer:
    """Dynamic membership; offsets are committed by hand, after the checkpoint that covers them."""
    session_ms = int(config.session_s * 1000)
    return AIOKafkaConsumer(
        bootstrap_servers=config.bootstrap,
        group_id=config.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=session_ms,
        heartbeat_interval_ms=session_ms // 6,
        rebalance_timeout_ms=session_ms,
        max_partition_fetch_bytes=1 << 20,
        fetch_max_bytes=8 << 20,
    )


def warm() -> None:
    """Compiles the kernels, or loads them from the cache: not while the group waits for an answer."""
    lattice = Lattice()
    fold = PartitionFold(0, lattice)
    batch = PositionColumns(
        device=np.arange(1, 601, dtype="<u8"),
        at_ms=np.arange(600, dtype="<i8") * BUCKET_MS,
        lat=np.linspace(34, 35, 600, dtype="<f4"),
        lon=np.full(600, 135, "<f4"),
        received_at_ms=600 * BUCKET_MS,
    )
    fold.fold([batch, batch], offset=1)
    list(batches_of([fold.take_touched()], at_ms=0))
    PartitionFold.restore(0, lattice, fold.snapshot()).fold([batch], offset=2)
