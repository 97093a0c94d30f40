"""The staff page's process: its API, its page, and the reader of the view beside them."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Header, Query, Request
from fastapi.responses import Response, StreamingResponse

from dashboard_api.staff.area import Area, open_area
from dashboard_api.staff.feed import Feed
from dashboard_api.staff.pages import PageHeaders, area_files, mount_page
from dashboard_api.staff.payloads import Change, PageStatus, Snapshot
from dashboard_api.staff.repair_desk import RepairDesk
from dashboard_api.staff.repair_routes import repair_routes, use_routes
from dashboard_api.staff.rows import RowReader
from dashboard_api.staff.scope import Scope
from dashboard_api.staff.snapshots import Snapshots, choose_encoding
from services.kit import sse
from services.kit.health import Readiness
from services.kit.http import Process, create_app
from services.kit.problems import MEDIA_TYPE, Problem, ProblemBody
from services.kit.settings import Settings
from streams.broker import Broker
from streams.sharing.decide import Decider
from streams.sharing.versions import IN_SERVICE, read_version
from streams.view.port import View, ViewError

AFTER = Query(max_length=40, description="Id of a snapshot or of an event, such as 1756100000000-0.")
_REFUSED: dict[int | str, dict[str, Any]] = {
    403: {"model": ProblemBody, "description": "Refused by the policy", "content": {MEDIA_TYPE: {}}}
}
_GONE: dict[int | str, dict[str, Any]] = {
    410: {"model": ProblemBody, "description": "Take a new snapshot", "content": {MEDIA_TYPE: {}}}
}


async def start(settings: Settings, broker: Broker, view: View, readiness: Readiness) -> Process:
    """Opens the area and builds the process; the view need not be there yet.

    Raises:
        SettingsError: no area folder, or municipalities that it does not hold.
    """
    area = await asyncio.to_thread(open_area, settings.area, settings.municipalities)
    scope = Scope(Decider.load(), [m.code for m in area.municipalities])
    feed = Feed(view, RowReader(scope, area.gazetteer), clock=settings.make_clock(), world=settings.world)
    readiness.require("view asked", feed.asked.is_set)
    desk = RepairDesk(feed.mirror, area, broker, settings.make_clock())
    return Process(
        app=make_app(feed, area, scope, readiness, desk=desk, key=settings.partner_key),
        background=(feed.run, lambda: _close_at_end(view)),
        before_end=feed.ring.close,
    )


async def _close_at_end(view: View) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        await view.close()


def make_app(
    feed: Feed, area: Area, scope: Scope, readiness: Readiness, *, desk: RepairDesk, key: str
) -> FastAPI:
    """The app over a living feed. key: who holds it may repair; empty: nobody may."""
    app = create_app("staff", readiness, description="What is worst, where, what next: for a city's staff.")
    fewer_than = read_version(IN_SERVICE).parameters.fewer_than
    app.include_router(_routes(feed, Snapshots(feed, area, scope, fewer_than=fewer_than), scope))

    def require_live() -> None:
        _require_live(feed)

    app.include_router(repair_routes(desk, key=key, require_live=require_live))
    app.include_router(use_routes(feed, require_live=require_live))
    app.include_router(area_files(area.folder))
    app.add_middleware(PageHeaders)
    mount_page(app)
    return app


def _routes(feed: Feed, snapshots: Snapshots, scope: Scope) -> APIRouter:
    routes = APIRouter(prefix="/v1", tags=["staff"])

    @routes.get("/snapshot", response_class=Response, responses={200: {"model": Snapshot}, **_REFUSED})
    async def get_snapshot(
        request: Request,
        municipality: Annotated[
            str | None, Query(pattern="^[0-9]{5}$", description="Only its counts.")
        ] = None,
    ) -> Response:
        """Everything that the page shows, as of `id`."""
        if municipality is not None:
            scope.require(municipality)
        _require_live(feed)
        encoding = choose_encoding(request.headers.get("accept-encoding", ""))
        headers = {"Vary": "Accept-Encoding", "Cache-Control": "no-store"}
        if encoding != "identity":
            headers["Content-Encoding"] = encoding
        return Response(snapshots.body(municipality, encoding=encoding), 200, headers, "application/json")

    @routes.get(
        "/changes",
        response_class=StreamingResponse,
        responses={200: {"content": {sse.MEDIA_TYPE: {"schema": {"type": "string"}}}}},
    )
    async def stream_changes(
        after: Annotated[str | None, AFTER] = None,
        last_event_id: Annotated[str | None, Header(max_length=40)] = None,
    ) -> StreamingResponse:
        """Server-sent events: `status` (a PageStatus), `change` (a Change, with an id), `resync` (take a new snapshot)."""
        return sse.respond(feed.stream(last_event_id or after))

    @routes.get("/changes/missed", responses=_GONE)
    async def get_missed(after: Annotated[str, AFTER]) -> Change:
        """What came after an id, as one change: for readers that poll."""
        _require_live(feed)
        try:
            return await feed.missed(after)
        except sse.GoneError as error:
            raise Problem(
                "changes-gone", status=410, detail=str(error), field="after", remedy="take /v1/snapshot"
            ) from None
        except ViewError:
            raise _away(feed) from None

    @routes.get("/status")
    async def get_status() -> PageStatus:
        """The world's clock, and whether what is shown is live."""
        return feed.status()

    return routes


def _require_live(feed: Feed) -> None:
    if not feed.is_live:
        raise _away(feed)


def _away(feed: Feed) -> Problem:
    since_ms = feed.status().view_as_of_ms
    return Problem(
        "view-away",
        status=503,
        detail="the view does not answer"
        + ("" if since_ms is None else f" since {since_ms} (ms, the world's clock)"),
        remedy="ask again; /v1/changes says when it is back",
        retry_after_s=2,
    )
