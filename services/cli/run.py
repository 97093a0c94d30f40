"""`mio run NAME`: reads the settings, builds what one process needs, and serves it. The rooms themselves know no settings."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated

import structlog
import typer

from services.kit import http, log
from services.kit.health import Readiness, health_app
from services.kit.http import Process
from services.kit.settings import PROCESS_ORDER, Settings, SettingsError
from streams.broker import Broker
from streams.broker_kafka import KafkaBroker

EXIT_RESTART = 70
"""Something that the process cannot mend itself; the launcher starts it again."""

Start = Callable[[Settings, Broker, Readiness], Awaitable[Process]]

_log = structlog.get_logger(__name__)


def run(name: Annotated[str, typer.Argument(help=f"One of: {', '.join(PROCESS_ORDER)}.")]) -> None:
    """Run one process in the foreground; its settings come from the environment (MIO_...)."""
    if name not in STARTS:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(PROCESS_ORDER)}", param_hint="NAME")
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from None
    log.configure(name, settings.log)
    sys.exit(asyncio.run(run_process(name, settings)))


async def run_process(name: str, settings: Settings) -> int:
    """Until a signal (0), or until a part of it ends (70)."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    broker = KafkaBroker(settings.kafka, settings.world, settings.make_clock())
    readiness = Readiness()
    tasks: list[asyncio.Task[object]] = []
    try:
        process = await STARTS[name](settings, broker, readiness)
        tasks.append(_task(http.serve(process.app, settings.port(name)), "http"))
        tasks += [_task(part(), getattr(part, "__qualname__", "background")) for part in process.background]
        return await _first_end(tasks, stopping)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await broker.close()


def _task(work: Awaitable[object], name: str) -> asyncio.Task[object]:
    async def wrapped() -> object:
        return await work

    return asyncio.create_task(wrapped(), name=name)


async def _first_end(tasks: list[asyncio.Task[object]], stopping: asyncio.Event) -> int:
    waiter = _task(stopping.wait(), "signal")
    try:
        done, _ = await asyncio.wait([waiter, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiter.cancel()
    if waiter in done:
        return 0
    for task in done:
        _log.error(
            "a part of this process ended, so the process ends",
            part=task.get_name(),
            exc_info=task.exception(),
        )
    return EXIT_RESTART


async def _worker(settings: Settings, broker: Broker, readiness: Readiness) -> Process:
    from streams.worker.app import WorkerConfig
    from streams.worker.service import serve

    config = WorkerConfig(settings.kafka, settings.world, settings.state / "worker")
    areas = await asyncio.to_thread((settings.area / "areas.geojson").read_bytes)
    ready = readiness.require_once("tables recovered")
    return Process(health_app(readiness), (lambda: serve(config, broker, areas, ready=ready),))


async def _view(settings: Settings, broker: Broker, readiness: Readiness) -> Process:
    from streams.view.redis import RedisView
    from streams.view.service import serve

    view = RedisView(settings.redis, settings.world)
    ready = readiness.require_once("states read")
    return Process(health_app(readiness), (lambda: serve(broker, view, ready=ready),))


async def _crowd(settings: Settings, broker: Broker, readiness: Readiness) -> Process:
    from streams.crowd.service import CrowdConfig, serve

    config = CrowdConfig(settings.kafka, settings.world)
    ready = readiness.require_once("kernels warm, partitions assigned")
    return Process(health_app(readiness), (lambda: serve(config, broker, ready=ready),))


async def _staff(settings: Settings, _broker: Broker, readiness: Readiness) -> Process:
    from dashboard_api.staff.app import start
    from streams.view.redis import RedisView

    return await start(settings, RedisView(settings.redis, settings.world), readiness)


async def _gateway(settings: Settings, broker: Broker, readiness: Readiness) -> Process:
    from services.gateway.app import start

    return await start(settings, broker, readiness)


async def _ingest(settings: Settings, broker: Broker, readiness: Readiness) -> Process:
    from services.ingest.app import start

    return await start(settings, broker, readiness)


async def _navigator(settings: Settings, broker: Broker, readiness: Readiness) -> Process:
    from services.navigator.app import start

    return await start(settings, broker, readiness)


STARTS: dict[str, Start] = {
    "staff": _staff,
    "ingest": _ingest,
    "gateway": _gateway,
    "navigator": _navigator,
    "worker": _worker,
    "crowd": _crowd,
    "view": _view,
}
