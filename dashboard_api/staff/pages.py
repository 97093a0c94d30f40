"""The built page and the files of the area: read only, ranges served, nothing from elsewhere allowed to load."""

from pathlib import Path
from typing import Literal

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse
from starlette.datastructures import MutableHeaders
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard_api.staff.area import FILES
from services.kit.problems import Problem

BUILT = Path(__file__).resolve().parents[1] / "web" / "dist"
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""MapLibre sets styles on its own elements; everything else is a file of ours."""

AreaFile = Literal["areas.geojson", "zones.geojson", "basemap.pmtiles"]


class PageHeaders:
    """Plain ASGI middleware: what a browser may load, and that HTML and area files are asked for anew."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                kept = "public, max-age=31536000, immutable" if _is_hashed(scope) else "no-cache"
                headers.setdefault("Cache-Control", kept)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def _is_hashed(scope: Scope) -> bool:
    return str(scope.get("path", "")).startswith("/assets/")


def area_files(folder: Path) -> APIRouter:
    """`/area/...`: three files, no other."""
    routes = APIRouter(prefix="/area", tags=["area"])

    @routes.get("/{name}", response_class=FileResponse, include_in_schema=False)
    async def get_area_file(name: AreaFile) -> FileResponse:
        """One file of the area folder; ranges are served."""
        path = folder / name
        if not path.exists():
            raise Problem("no-such-file", status=404, detail=f"this area has no {name}", field="name")
        return FileResponse(path, media_type=FILES[name])

    return routes


def mount_page(app: FastAPI, built: Path = BUILT) -> None:
    """Serves the built page at `/`; where it was not built, says how to."""
    if (built / "index.html").exists():
        app.mount("/", StaticFiles(directory=built, html=True), name="page")
        return

    @app.get("/", include_in_schema=False)
    async def get_page() -> None:
        """The page is not here."""
        raise Problem("page-not-built", status=503, detail="the page was not built", remedy="run `make web`")
