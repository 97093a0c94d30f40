"""`mio run NAME`: reads the settings, builds what one process needs, and serves it. The rooms themselves know no settings."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated

import structlog
import typer
import uvloop

from services.kit import http, log
from services.kit.health import Readiness, health_app
from services.kit.http import Process
from services.kit.settings import PROCESS_ORDER, Settings, SettingsError
from streams.broker import Broker
from streams.broker_kafka import KafkaBroker

EXIT_RESTART = 70
"""Something that the process cannot mend itself; the launcher starts it again."""

Start = Callable[[Settings, Broker, Readiness], Awaitable[Process]]


class PartEndedError(Exception):
    """Something that has to run as long as the process has ended by itself."""


_log = structlog.get_logger(__name__)


def run(name: Annotated[str, typer.Argument(help=f"One of: {', '.join(PROCESS_ORDER)}.")]) -> None:
    """Run one process in the foreground; its settings come from the environment (MIO_...)."""
    if name not in STARTS:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(PROCESS_ORDER)}", param_hint="NAME")
    try:
        settings = Settings.from_env(os.environ)
        log.configure(name, settings.log)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            code = runner.run(run_process(name, settings))
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from None
    sys.exit(code)


async def run_process(name: str, settings: Settings) -> int:
    """Until a signal (0), or until a part of it ends (70).

    Raises:
        SettingsError: the process cannot work with these settings.
    """
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    work = asyncio.create_task(_work(name, settings))
    waiter = asyncio.create_task(stopping.wait())
    await asyncio.wait([work, waiter], return_when=asyncio.FIRST_COMPLETED)
    waiter.cancel()
    if stopping.is_set():
        work.cancel()
    (ended,) = await asyncio.gather(work, return_exceptions=True)
    if isinstance(ended, SettingsError):
        raise ended
    if not isinstance(ended, asyncio.CancelledError):
        _log.error("a part of this process ended, so the process ends", exc_info=ended)
        return EXIT_RESTART
    return 0


async def _work(name: str, settings: Settings) -> None:
    """Starts the process and serves it. When it ends, requests under way are answered before their helpers stop."""
    broker = KafkaBroker(settings.kafka, settings.world, settings.make_clock())
    readiness = Readiness()
    try:
        process = await STARTS[name](settings, broker, readiness)
        async with asyncio.TaskGroup() as beside:
            for part in process.background:
                beside.create_task(_endless(part))
            _log.info("started", port=settings.port(name), world=str(settings.world))
            await http.serve(
                process.app, settings.port(name), host=settings.host, before_end=process.before_end,
                shares_port=process.shares_port,
            )  # fmt: skip
    finally:
        await broker.close()


async def _endless(part: Callable[[], Awaitable[object]]) -> None:
    await part()
    raise PartEndedError(f"{getattr(part, '__qualname__', 'a background part')} returned")


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
    from services.cli.crowd_metrics import show
    from streams.crowd.service import CrowdConfig, serve

    config = CrowdConfig(settings.kafka, settings.world)
    ready = readiness.require_once("kernels warm, partitions assigned")
    return Process(health_app(readiness), (lambda: serve(config, broker, ready=ready, tell=show),))


async def _counts(settings: Settings, broker: Broker, readiness: Readiness) -> Process:
    from streams.audit.keys import KeyFileError, read_signing_key
    from streams.counts.service import serve

    areas = await asyncio.to_thread((settings.area / "areas.geojson").read_bytes)
    try:
        key = await asyncio.to_thread(read_signing_key, settings.state)
    except KeyFileError as error:
        raise SettingsError(str(error)) from error
    ready = readiness.require_once("counts read")
    return Process(
        health_app(readiness),
        (lambda: serve(broker, areas, clock=settings.make_clock(), key=key, ready=ready),),
    )


async def _staff(settings: Settings, broker: Broker, readiness: Readiness) -> Process:
    from dashboard_api.staff.app import start
    from streams.view.redis import RedisView

    return await start(settings, broker, RedisView(settings.redis, settings.world), readiness)


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
    "counts": _counts,
}
