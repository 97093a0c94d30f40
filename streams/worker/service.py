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
    SHELTER_REPORTS,
    SITE_REPORTS,
    TELEGRAMS,
    Topic,
)
from streams.worker.app import WorkerConfig, create_app, raw_table, raw_topic
from streams.worker.contiguity import Contiguity
from streams.worker.gate import CountsGate, municipalities_by_cell
from streams.worker.outbox import Emission, Outbox
from streams.worker.steps import Step, step_closure, step_partial, step_place, step_telegram

EXIT_NOT_THE_EVENTS_FAULT = 70

_log = structlog.get_logger(__name__)


def end_process(error: BaseException) -> None:
    """Ends at once: what was read and not published is read again by whoever comes next."""
    _log.error("the worker ends: not the event's fault", error=repr(error))
    os._exit(EXIT_NOT_THE_EVENTS_FAULT)


@dataclass
class Fold:
    """One agent's work: which table, which step, and whether its source may have holes."""

    table: Any
    step: Callable[[bytes | None, bytes, bytes | None], Step]
    key_of_row: Callable[[bytes, bytes | None], bytes]
    topics: dict[str, Topic]
    contiguity: Contiguity | None


def fold_event(fold: Fold, event: Any) -> Emission:  # noqa: ANN401
    """Decode, fold, emit; what cannot be read becomes a dead letter with its reason."""
    message = event.message
    if fold.contiguity is not None:
        fold.contiguity.check(message.topic, message.partition, message.offset)
    try:
        step = fold.step(
            fold.table.get(fold.key_of_row(message.key, message.value)), message.key, message.value
        )
    except CodecError as error:
        place = f"{message.topic}[{message.partition}]@{message.offset}"
        letter = DeadLetter(message.key or b"", message.value, "undecodable", str(error), place)
        return Emission(event, letters=((fold.topics[message.topic], letter),))
    fold.table[step.key] = step.row
    return Emission(event, messages=step.messages)


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
    config: WorkerConfig,
    *,
    gazetteer: Gazetteer,
    gate: CountsGate,
    outbox: Outbox,
    contiguity: Contiguity,
    fail: Callable[[BaseException], None],
) -> None:
    """Four agents, one per state, each with one concurrent instance."""

    def agent(name: str, table: str, step: Any, key: Any, *topics: Topic, checked: bool = True) -> None:  # noqa: ANN401
        by_name = {topic.full_name(config.world): topic for topic in topics}
        fold = Fold(raw_table(app, table), step, key, by_name, contiguity if checked else None)
        source = raw_topic(app, config.world, *topics)
        app.agent(source, name=name, concurrency=1)(functools.partial(run_agent, fold, outbox, fail))

    def same(key: bytes, _value: bytes | None) -> bytes:
        return key

    def cell(key: bytes, _value: bytes | None) -> bytes:
        return key[:8]

    agent("hazards", "series", lambda row, _, value: step_telegram(gazetteer, row, value), same, TELEGRAMS)
    agent(
        "shelters",
        "places",
        lambda row, _, value: step_place(row, value),
        same,
        SITE_REPORTS,
        SHELTER_REPORTS,
    )
    agent("closures", "closures", lambda row, _, value: step_closure(row, value), same, CLOSURE_REPORTS)
    agent(
        "cells",
        "parts",
        lambda row, key, value: step_partial(gate, row, key, value),
        cell,
        CELL_PARTIALS,
        checked=False,
    )


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
    gate = CountsGate(Decider.load(), municipalities_by_cell(gazetteer))
    contiguity = Contiguity()
    outbox = Outbox(await broker.publisher(), fail=fail)
    config.datadir.parent.mkdir(parents=True, exist_ok=True)
    app = create_app(config)
    attach_agents(
        app, config, gazetteer=gazetteer, gate=gate, outbox=outbox, contiguity=contiguity, fail=fail
    )

    async def on_revoked(_app: Any, revoked: Any, *_: Any, **__: Any) -> None:  # noqa: ANN401
        partitions = [(tp.topic, tp.partition) for tp in revoked]
        outbox.forget(partitions)
        contiguity.forget(partitions)

    async def recovered() -> None:
        ready()

    app.on_partitions_revoked.connect(on_revoked)  # type: ignore[arg-type]
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
