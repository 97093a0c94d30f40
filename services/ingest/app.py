"""Ingest's HTTP API and its process: documents in as bytes, 202 when their events are on the broker."""

import asyncio
import re
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Depends, FastAPI, Header, Request
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from services.ingest.intake import Intake
from services.ingest.parcel import Parcel
from services.ingest.sites import publish_sites
from services.ingest.sources import SourceState
from services.kit.health import Readiness
from services.kit.http import Process, create_app
from services.kit.partner import partner_check
from services.kit.problems import Problem
from services.kit.settings import Settings
from streams.adapters.registry import read
from streams.broker import Broker
from streams.topics import MANIFEST

MAX_DOCUMENT_BYTES = 6 << 20
"""The largest telegram seen has 4 MB, the list of Osaka City 2.3 MB; a refused document must fit into a dead letter (8 MiB)."""
BODY_PATIENCE_S = 30.0
SHOWN_REJECTIONS = 100
"""Of one answer; the dead letter holds all of them."""
SOURCE_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,99}")
BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}  # fmt: skip


class RejectionBody(BaseModel):
    """One record that became no event."""

    place: str
    reason: str
    detail: str


class Receipt(BaseModel):
    """What became of a document."""

    format: str
    events: int
    rejected: int
    rejections: list[RejectionBody] = Field(description=f"The first {SHOWN_REJECTIONS}.")
    notes: list[str] = Field(description="What the reader noticed and read all the same.")


class SourceList(BaseModel):
    """Every feed heard since this process began. A feed that is not here has not been heard: unknown, not well."""

    world: str
    since_ms: int
    now_ms: int
    sources: list[SourceState]


def make_app(intake: Intake, readiness: Readiness, *, key: str) -> FastAPI:
    """The app over an intake.

    Raises:
        SettingsError: `key` is empty.
    """
    app = create_app(
        "ingest", readiness, description="Alerts, shelter lists and closures, in their own formats."
    )
    app.include_router(_document_routes(intake, key))
    app.include_router(_source_routes(intake))
    return app


def _document_routes(intake: Intake, key: str) -> APIRouter:
    routes = APIRouter(prefix="/v1", tags=["documents"], dependencies=[Depends(partner_check(key))])

    @routes.post("/documents", status_code=202, openapi_extra=BODY)
    async def post_document(
        request: Request,
        x_source: Annotated[
            str, Header(description="Which feed this comes from, such as jma or city/99101.")
        ],
        x_name: Annotated[str, Header(description="The file's name, percent-encoded.", max_length=1000)] = "",
    ) -> Receipt:
        """Takes one document of any known format. The same document twice is the same events."""
        source = get_source(x_source)
        document = await read_body(request)
        parcel = await intake.take(document, source, name=unquote(x_name))
        receipt = make_receipt(parcel)
        if parcel.refused and not parcel.events:
            raise refusal(receipt)
        return receipt

    return routes


def _source_routes(intake: Intake) -> APIRouter:
    routes = APIRouter(prefix="/v1", tags=["sources"])
    since_ms = intake.clock.now_ms()

    @routes.get("/sources")
    async def list_sources() -> SourceList:
        """Each feed, and when it was last heard well."""
        return SourceList(
            world=str(intake.world),
            since_ms=since_ms,
            now_ms=intake.clock.now_ms(),
            sources=intake.sources.list_all(),
        )

    return routes


def get_source(text: str) -> str:
    """A source's name that may stand in logs and headers.

    Raises:
        Problem: 422, it may not.
    """
    if not SOURCE_FORM.fullmatch(text):
        raise Problem(
            "source-name",
            status=422,
            detail=f"{text[:100]!r} is not the name of a source",
            field="X-Source",
            remedy="1 to 100 letters, digits and . _ : / @ -, such as jma or city/99101",
        )
    return text


async def read_body(request: Request) -> bytes:
    """The whole body, never more than `MAX_DOCUMENT_BYTES` of it in memory.

    Raises:
        Problem: 413 too large, 408 too slow, 400 broken off.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > MAX_DOCUMENT_BYTES:
        raise too_large(f"{declared} bytes")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_PATIENCE_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_DOCUMENT_BYTES:
                    raise too_large(f"more than {MAX_DOCUMENT_BYTES} bytes")
    except TimeoutError:
        raise Problem(
            "body-too-slow", status=408, detail=f"the body was not complete after {BODY_PATIENCE_S:g} s"
        ) from None
    except ClientDisconnect:
        raise Problem("body-broken-off", status=400, detail="the sender hung up before the end") from None
    return bytes(body)


def too_large(what: str) -> Problem:
    """413; the connection ends with it, so that nobody goes on sending."""
    return Problem(
        "document-too-large",
        status=413,
        detail=f"the document has {what}, at most {MAX_DOCUMENT_BYTES} are taken",
        remedy="send a list in parts, one municipality each",
        headers={"Connection": "close"},
    )


def make_receipt(parcel: Parcel) -> Receipt:
    """What the sender is told."""
    shown = parcel.refused[:SHOWN_REJECTIONS]
    return Receipt(
        format=parcel.format,
        events=parcel.events,
        rejected=len(parcel.refused),
        rejections=[RejectionBody(place=r.place, reason=r.reason, detail=r.detail) for r in shown],
        notes=list(parcel.notes),
    )


def refusal(receipt: Receipt) -> Problem:
    """422: nothing in the document became an event; it is kept as a dead letter."""
    first = receipt.rejections[0]
    members: dict[str, Any] = receipt.model_dump()
    return Problem(
        "nothing-readable",
        status=422,
        detail=f"{first.place}: {first.detail}",
        remedy="the document is kept with its reasons; send it again when they are gone",
        members=members,
    )


async def start(settings: Settings, broker: Broker, readiness: Readiness) -> Process:
    """Tells the stream the area's sites, then takes documents.

    Raises:
        SettingsError: no partner key.
    """
    clock = settings.make_clock()
    await broker.ensure_topics(MANIFEST)
    publisher = await broker.publisher()
    intake = Intake(publisher, read, clock, settings.world)
    app = make_app(intake, readiness, key=settings.partner_key)
    await publish_sites(settings.area / "sites.jsonl", broker, publisher, clock)
    return Process(app)
