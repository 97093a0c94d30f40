"""Counters of one process, and the time that requests take. Labels never hold anything about a person."""

import time
from functools import cache

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
            requests, seconds = _counters(getattr(scope.get("route"), "path", "unmatched"), status)
            requests.inc()
            seconds.observe(time.perf_counter() - started)


@cache
def _counters(route: str, status: int) -> tuple[Counter, Histogram]:
    """Those of a route, found once: there are few routes, and a label is looked up dearly."""
    return REQUESTS.labels(route, str(status)), SECONDS.labels(route)
