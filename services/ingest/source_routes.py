"""The sources over HTTP: how each is, and the doors of those that send by themselves."""

from typing import Annotated, Literal
from urllib.parse import unquote

import msgspec
from fastapi import APIRouter, Header, Path, Request
from pydantic import BaseModel, Field

from services.ingest.bodies import BODY, Receipt, make_receipt, read_body, refusal
from services.ingest.doors import Doors
from services.ingest.intake import Intake
from services.ingest.pollers import judge
from services.ingest.sources import SourceState
from services.ingest.watch import Watch
from streams.events.sources import Says, SourceHealth, Trouble
from streams.folds.sources import find_silence


class DeclaredState(BaseModel):
    """One declared source. Times are milliseconds on the clock of this world; null: not yet."""

    source: str
    name: str
    kind: Literal["feed", "pull", "folder", "push"]
    says: list[Says]
    contact: str = Field(description="Whom to call.")
    state: Literal["well", "waiting", "trouble", "silent"] = Field(
        description="waiting: not heard yet, and not overdue. trouble: its last contact failed or was refused. "
        "silent: longer than expected, or nothing new for longer than expected."
    )
    expected_s: int | None = Field(description="A contact at least so often; null: it has no rhythm.")
    heard_ms: int | None = Field(description="Its last good contact.")
    news_ms: int | None = Field(description="Its last document that could be read.")
    trouble: Trouble | None
    trouble_since_ms: int | None
    detail: str


class SourceList(BaseModel):
    """Every declared source, and every feed heard since this process began. A feed that is in neither has not been heard."""

    world: str
    since_ms: int
    now_ms: int
    sources: list[SourceState]
    declared: list[DeclaredState]


def source_routes(intake: Intake, watch: Watch, doors: Doors) -> APIRouter:
    """`GET /v1/sources` and `POST /v1/sources/{source}/documents`."""
    routes = APIRouter(prefix="/v1", tags=["sources"])
    since_ms = intake.clock.now_ms()

    @routes.get("/sources")
    async def list_sources() -> SourceList:
        """Each feed, and when it was last heard well."""
        now_ms = intake.clock.now_ms()
        return SourceList(
            world=str(intake.world),
            since_ms=since_ms,
            now_ms=now_ms,
            sources=intake.sources.list_all(),
            declared=[show(row, now_ms) for row in watch.list_all()],
        )

    @routes.post("/sources/{source:path}/documents", status_code=202, openapi_extra=BODY)
    async def post_source_document(
        request: Request,
        source: Annotated[str, Path(description="Its id, as declared.", max_length=100)],
        authorization: Annotated[str, Header(description="Bearer and the source's own key.")] = "",
        x_name: Annotated[str, Header(description="The file's name, percent-encoded.", max_length=1000)] = "",
    ) -> Receipt:
        """Takes a document or a notification of a declared source, by its own key or signature."""
        door = doors.find(source)
        if door is None or door.source.check == "key":
            door = doors.require_key(source, authorization)
        body = await read_body(request, door.source.max_bytes)
        if door.source.check == "signature":
            doors.require_signature(door, request.headers, body)
        parcel = await intake.take(body, source, name=unquote(x_name), expected=door.source.format)
        watch.note(source, *judge(parcel))
        receipt = make_receipt(parcel)
        if parcel.refused and not parcel.events:
            raise refusal(receipt)
        return receipt

    return routes


def show(row: SourceHealth, now_ms: int) -> DeclaredState:
    """How a source is now."""
    state = "trouble" if row.trouble else "waiting" if row.heard_ms is None else "well"
    if find_silence(row, now_ms):
        state = "silent"
    return DeclaredState.model_validate(
        {**msgspec.structs.asdict(row), "source": row.id, "says": list(row.says), "state": state}
    )
