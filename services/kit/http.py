"""How our apps are made and served: OpenAPI 3.1, problems, health, metrics; on loopback unless told otherwise, stopped in order."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from services.kit import health, problems
from services.kit.metrics import RequestMetrics


@dataclass(frozen=True)
class Process:
    """What a room's `start(...)` returns: the app to serve, and what has to run beside it until the process ends.

    A background task that raises or returns ends the process; the launcher starts it again. `before_end` is called
    before the server waits for open requests: answers without an end (server-sent events) end there.
    shares_port: other processes of ours listen on the same port, and the kernel spreads connections over them.
    """

    app: ASGIApp
    background: tuple[Callable[[], Awaitable[object]], ...] = ()
    before_end: Callable[[], object] = lambda: None
    shares_port: bool = False


def create_app(title: str, readiness: health.Readiness, *, description: str) -> FastAPI:
    """An app with the common parts; routes are added by the caller."""
    app = FastAPI(
        title=f"Miotsukushi {title}",
        description=description,
        version="1",
        responses=problems.PROBLEM_RESPONSES,
        separate_input_output_schemas=False,
    )
    problems.install(app)
    app.include_router(health.router(readiness))
    app.add_middleware(RequestMetrics)
    return app


class _Server(uvicorn.Server):
    """Signals belong to the process's own main, not to the server."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(
    app: ASGIApp,
    port: int,
    *,
    host: str = "127.0.0.1",
    before_end: Callable[[], object] = lambda: None,
    shares_port: bool = False,
) -> None:
    """Serves until cancelled; then calls `before_end`, and requests under way are finished."""
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=3,
        proxy_headers=False,  # nobody here asks where a question came from
    )  # fmt: skip
    server = _Server(config)
    sockets = [_shared_socket(host, port)] if shares_port else None
    task = asyncio.create_task(server.serve(sockets))
    try:
        await asyncio.shield(task)
    finally:
        before_end()
        server.should_exit = True
        await task


def _shared_socket(host: str, port: int) -> socket.socket:
    """A socket bound to a port that others of this user may bind too."""
    shared = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    shared.bind((host, port))
    return shared
