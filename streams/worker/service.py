"""One worker process: the agents, the outbox, and what ends it. Started by `mio run worker`."""

import asyncio
import functools
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import faust
import structlog
from faust.types.tuples import TP

from streams.broker import Broker
from streams.cells import Gazetteer
from streams.codec import CodecError
from streams.dead_letters import DeadLetter
from streams.topics import (
    CLOSURE_REPAIRS,
    CLOSURE_REPORTS,
    MANIFEST,
    MAX_MESSAGE_BYTES,
    SHELTER_REPORTS,
    SITE_REPAIRS,
    SITE_REPORTS,
    TELEGRAMS,
    WHOLE_LISTS,
    Topic,
)
from streams.worker.app import LedgerTable, WorkerConfig, create_app, raw_table, raw_topic
from streams.worker.contiguity import Contiguity
from streams.worker.outbox import Emission, Outbox
from streams.worker.recovery import RecoveryWatch
from streams.worker.steps import (
    Context,
    RefusedError,
    TakeStep,
    step_closure,
    step_place,
    step_telegram,
    step_whole_list,
)

EXIT_NOT_THE_EVENTS_FAULT = 70
LARGEST_BYTES = MAX_MESSAGE_BYTES - (64 << 10)
"""Of a row or a state: the record around it needs some room. The broker would refuse a larger one each time."""

CHANGELOG = "-changelog"
_log = structlog.get_logger(__name__)


def end_process(error: BaseException) -> None:
    """Ends at once: what was read and not published is read again by whoever comes next."""
    _log.error("the worker ends: not the event's fault", error=repr(error))
    os._exit(EXIT_NOT_THE_EVENTS_FAULT)


@dataclass(frozen=True)
class Fold:
    """One agent's work: which table, which step, and whether its source may have holes."""

    table: LedgerTable
    step: TakeStep
    context: Context
    topics: dict[str, Topic]
    contiguity: Contiguity | None = None


def fold_event(fold: Fold, event: Any) -> Emission:  # noqa: ANN401
    """Decode, fold, emit; an event that cannot be folded becomes a dead letter with its reason."""
    message = event.message
    if fold.contiguity is not None:
        fold.contiguity.check(message.topic, message.partition, message.offset)
    key = message.key or b""
    row = fold.table.get(key)
    try:
        step = fold.step(fold.context, row, key, message.value)
    except CodecError as error:
        return _refuse(fold, event, reason="undecodable", detail=str(error))
    except RefusedError as error:
        return _refuse(fold, event, reason=error.reason, detail=str(error))
    except Exception as error:  # noqa: BLE001
        # A step is a pure function of the event: whatever it raises, it would raise again after each restart.
        return _refuse(fold, event, reason="not-foldable", detail=repr(error))
    largest = max(len(part or b"") for part in (step.row, *(m.value for _, m in step.messages)))
    if largest > LARGEST_BYTES:
        detail = f"what follows from it has {largest} bytes, the broker takes {LARGEST_BYTES} at most"
        return _refuse(fold, event, reason="too-large", detail=detail)
    written = fold.table.write(key, step.row, partition=message.partition)
    return Emission(event, messages=step.messages, written=(written,))


def _refuse(fold: Fold, event: Any, *, reason: str, detail: str) -> Emission:  # noqa: ANN401
    message = event.message
    place = f"{message.topic}[{message.partition}]@{message.offset}"
    letter = DeadLetter(message.key or b"", message.value, reason, detail, place)
    return Emission(event, letters=((fold.topics[message.topic], letter),))


async def run_agent(fold: Fold, outbox: Outbox, fail: Callable[[BaseException], None], stream: Any) -> None:  # noqa: ANN401
    """No exception leaves an agent: an escaped one would commit the event and lose it."""
    try:
        events: AsyncIterator[Any] = stream.noack().events()
        async for event in events:
            outbox.add(fold_event(fold, event))
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # noqa: BLE001
        fail(error)


def attach_agents(
    app: faust.App,
    context: Context,
    *,
    outbox: Outbox,
    contiguity: Contiguity,
    fail: Callable[[BaseException], None],
) -> None:
    """Four agents, one per state and one for what whole lists end, each with one concurrent instance."""

    def agent(name: str, fold: Fold) -> None:
        source = raw_topic(app, context.world, *fold.topics.values())
        app.agent(source, name=name, concurrency=1)(functools.partial(run_agent, fold, outbox, fail))

    def sources(*topics: Topic) -> dict[str, Topic]:
        return {topic.full_name(context.world): topic for topic in topics}

    def table(name: str) -> LedgerTable:
        return raw_table(app, name)

    places = sources(SITE_REPORTS, SHELTER_REPORTS, SITE_REPAIRS)
    closures = sources(CLOSURE_REPORTS, CLOSURE_REPAIRS)
    agent(
        "hazards",
        Fold(table("series"), step_telegram, context, sources(TELEGRAMS), contiguity=contiguity),
    )
    agent("shelters", Fold(table("places"), step_place, context, places, contiguity=contiguity))
    agent("closures", Fold(table("closures"), step_closure, context, closures, contiguity=contiguity))
    lists = sources(WHOLE_LISTS)
    agent("lists", Fold(table("lists"), step_whole_list, context, lists, contiguity=contiguity))


async def serve(
    config: WorkerConfig,
    broker: Broker,
    areas: bytes,
    *,
    ready: Callable[[], None],
    fail: Callable[[BaseException], None] = end_process,
) -> None:
    """Runs until cancelled. `ready` is called when tables are recovered and partitions assigned."""
    await broker.ensure_topics(MANIFEST)
    context = Context(config.world, Gazetteer.load(areas))
    contiguity = Contiguity()
    outbox = Outbox(await broker.publisher(), session_s=config.session_s, fail=fail)
    config.datadir.parent.mkdir(parents=True, exist_ok=True)
    app = create_app(config)
    attach_agents(app, context, outbox=outbox, contiguity=contiguity, fail=fail)
    _watch_ownership(app, outbox, contiguity, fail)

    async def recovered() -> None:
        ready()

    app.task(recovered)
    publishing = asyncio.create_task(outbox.run())
    try:
        await app.start()
        await app.wait_until_stopped()
        if app.crash_reason is not None:
            fail(app.crash_reason)
    finally:
        await app.stop()
        publishing.cancel()


def _watch_ownership(
    app: faust.App, outbox: Outbox, contiguity: Contiguity, fail: Callable[[BaseException], None]
) -> None:
    """Handlers are held by the application's signals."""
    tables: Any = app.tables

    def count_read() -> int:
        return sum(int(offset or 0) for offset in tables.recovery.active_offsets.values())

    watch = RecoveryWatch(count_read, fail, asyncio.get_running_loop().call_later)

    async def on_revoked(_app: Any, revoked: Any, *_: Any, **__: Any) -> None:  # noqa: ANN401
        partitions = [(tp.topic, tp.partition) for tp in revoked]
        contiguity.forget(partitions)
        await outbox.lose(partitions)

    async def on_assigned(_app: Any, assigned: Any, *_: Any, **__: Any) -> None:  # noqa: ANN401
        outbox.own((tp.topic, tp.partition) for tp in assigned)
        watch.begin()

    async def before_reading(_app: Any, *_: Any, **__: Any) -> None:  # noqa: ANN401
        for tp, offset in (await _begin_at_acknowledged(app.consumer)).items():
            contiguity.expect(tp.topic, tp.partition, offset)
        watch.end()

    app.on_partitions_revoked.connect(on_revoked, weak=False)  # type: ignore[arg-type]
    app.on_partitions_assigned.connect(on_assigned, weak=False)  # type: ignore[arg-type]
    app.on_rebalance_complete.connect(before_reading, weak=False)  # type: ignore[arg-type]


async def _begin_at_acknowledged(consumer: Any) -> dict[TP, int]:  # noqa: ANN401
    """Goes back to what the group has acknowledged, or to the oldest record where it has acknowledged nothing yet.

    Faust forgets the second case: what was under way when a rebalance came, before a partition's first commit, was
    neither read again nor missed. Returns where each source partition begins.
    """
    sources = [tp for tp in consumer.assignment() if not tp.topic.endswith(CHANGELOG)]
    if not sources:
        return {}
    earliest = await consumer.earliest_offsets(*sources)
    acknowledged = await consumer.seek_to_committed()
    begins = {tp: max(earliest[tp], acknowledged.get(tp) or 0) for tp in sources}
    for tp in sources:
        if not acknowledged.get(tp):
            await consumer.seek(tp, begins[tp])
    return begins
