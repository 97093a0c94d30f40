"""One worker process: the agents, the outbox, and what ends it. Started by `mio run worker`."""

import asyncio
import functools
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import faust
import structlog

from streams.broker import Broker
from streams.cells import Gazetteer
from streams.codec import CodecError
from streams.dead_letters import DeadLetter
from streams.sharing.decide import Decider
from streams.topics import (
    CELL_PARTIALS,
    CLOSURE_REPORTS,
    MANIFEST,
    MAX_MESSAGE_BYTES,
    SHELTER_REPORTS,
    SITE_REPORTS,
    TELEGRAMS,
    Topic,
)
from streams.worker.app import LedgerTable, WorkerConfig, create_app, raw_table, raw_topic
from streams.worker.contiguity import Contiguity
from streams.worker.gate import CountsGate, municipalities_by_cell
from streams.worker.outbox import Emission, Outbox
from streams.worker.steps import (
    Context,
    RefusedError,
    TakeStep,
    step_closure,
    step_partial,
    step_place,
    step_telegram,
)

EXIT_NOT_THE_EVENTS_FAULT = 70
LARGEST_BYTES = MAX_MESSAGE_BYTES - (64 << 10)
"""Of a row or a state: the record around it needs some room. The broker would refuse a larger one each time."""

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
    row_key: Callable[[bytes], bytes] = bytes
    contiguity: Contiguity | None = None


def fold_event(fold: Fold, event: Any) -> Emission:  # noqa: ANN401
    """Decode, fold, emit; an event that cannot be folded becomes a dead letter with its reason."""
    message = event.message
    if fold.contiguity is not None:
        fold.contiguity.check(message.topic, message.partition, message.offset)
    key = message.key or b""
    row_key = fold.row_key(key)
    row = fold.table.get(row_key)
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
    written = fold.table.write(row_key, step.row, partition=message.partition)
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
    """Four agents, one per state, each with one concurrent instance."""

    def agent(name: str, fold: Fold) -> None:
        source = raw_topic(app, context.world, *fold.topics.values())
        app.agent(source, name=name, concurrency=1)(functools.partial(run_agent, fold, outbox, fail))

    def sources(*topics: Topic) -> dict[str, Topic]:
        return {topic.full_name(context.world): topic for topic in topics}

    def table(name: str) -> LedgerTable:
        return raw_table(app, name)

    places = sources(SITE_REPORTS, SHELTER_REPORTS)
    partials, closures = sources(CELL_PARTIALS), sources(CLOSURE_REPORTS)
    agent(
        "hazards",
        Fold(table("series"), step_telegram, context, sources(TELEGRAMS), contiguity=contiguity),
    )
    agent("shelters", Fold(table("places"), step_place, context, places, contiguity=contiguity))
    agent("closures", Fold(table("closures"), step_closure, context, closures, contiguity=contiguity))
    # compacted, so it has holes; a cell's parts are one row
    agent("cells", Fold(table("parts"), step_partial, context, partials, row_key=lambda key: key[:8]))


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
    gazetteer = Gazetteer.load(areas)
    context = Context(config.world, gazetteer, CountsGate(Decider.load(), municipalities_by_cell(gazetteer)))
    contiguity = Contiguity()
    outbox = Outbox(await broker.publisher(), session_s=config.session_s, fail=fail)
    config.datadir.parent.mkdir(parents=True, exist_ok=True)
    app = create_app(config)
    attach_agents(app, context, outbox=outbox, contiguity=contiguity, fail=fail)
    _watch_ownership(app, outbox, contiguity)

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


def _watch_ownership(app: faust.App, outbox: Outbox, contiguity: Contiguity) -> None:
    """Handlers are held by the application's signals."""

    async def on_revoked(_app: Any, revoked: Any, *_: Any, **__: Any) -> None:  # noqa: ANN401
        partitions = [(tp.topic, tp.partition) for tp in revoked]
        contiguity.forget(partitions)
        await outbox.lose(partitions)

    async def on_assigned(_app: Any, assigned: Any, *_: Any, **__: Any) -> None:  # noqa: ANN401
        partitions = [(tp.topic, tp.partition) for tp in assigned]
        contiguity.forget(partitions)
        outbox.own(partitions)

    app.on_partitions_revoked.connect(on_revoked, weak=False)  # type: ignore[arg-type]
    app.on_partitions_assigned.connect(on_assigned, weak=False)  # type: ignore[arg-type]
