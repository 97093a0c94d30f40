"""Is it alive, and is it ready? Ready means: it can do its work now, with names for what it still waits for."""

from collections.abc import Callable

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse

from services.kit.metrics import render


class Readiness:
    """Named checks; the process is ready when each holds."""

    def __init__(self) -> None:
        self._checks: dict[str, Callable[[], bool]] = {}

    def require(self, name: str, check: Callable[[], bool]) -> None:
        """Adds a check that is asked each time."""
        self._checks[name] = check

    def require_once(self, name: str) -> Callable[[], None]:
        """Adds a check that holds from the moment the returned function is called."""
        done: list[bool] = []
        self._checks[name] = lambda: bool(done)
        return lambda: done.append(True)

    def waiting_for(self) -> list[str]:
        """Names of the checks that do not hold."""
        return [name for name, check in self._checks.items() if not check()]


def router(readiness: Readiness) -> APIRouter:
    """`/healthz`, `/readyz`, `/metrics`."""
    routes = APIRouter(tags=["operations"])

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Alive: the event loop answers."""
        return {"status": "alive"}

    @routes.get("/readyz", responses={503: {"description": "Not ready; the body names what is missing"}})
    async def readyz() -> JSONResponse:
        """Ready to work."""
        waiting = readiness.waiting_for()
        body = {"status": "waiting" if waiting else "ready", "waiting_for": waiting}
        return JSONResponse(body, 503 if waiting else 200)

    @routes.get("/metrics")
    async def metrics() -> Response:
        """Prometheus text."""
        return Response(render(), media_type="text/plain; version=0.0.4")

    return routes


def health_app(readiness: Readiness) -> FastAPI:
    """A server of nothing but health, for processes without an API."""
    app = FastAPI(title="health", docs_url=None, redoc_url=None)
    app.include_router(router(readiness))
    return app
