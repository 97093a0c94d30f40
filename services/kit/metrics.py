"""Counters of one process, and the time that requests take. Labels never hold anything about a person."""

import time

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
REQUESTS = Counter("mio_requests", "Requests by route and status", ["route", "status"], registry=REGISTRY)
SECONDS = Histogram("mio_request_seconds", "Time to answer by route", ["route"], registry=REGISTRY)


def render() -> bytes:
    """All counters as Prometheus text."""
    return generate_latest(REGISTRY)


class RequestMetrics:
    """Plain ASGI middleware: counts by route template, never by path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            REQUESTS.labels(route, str(status)).inc()
            SECONDS.labels(route).observe(time.perf_counter() - started)
