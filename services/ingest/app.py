"""Ingest's HTTP API and its process: documents in as bytes, 202 when their events are on the broker; sources asked beside it."""

import re
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Depends, FastAPI, Header, Request

from services.ingest.bodies import BODY, Receipt, make_receipt, read_body, refusal
from services.ingest.doors import Doors
from services.ingest.intake import Intake
from services.ingest.reach import Reach, open_reach
from services.ingest.sites import publish_sites
from services.ingest.source_routes import source_routes
from services.ingest.watch import Watch
from services.kit.health import Readiness
from services.kit.http import Process, create_app
from services.kit.partner import partner_check
from services.kit.problems import Problem
from services.kit.settings import Settings
from streams.adapters.registry import read
from streams.broker import Broker
from streams.topics import MANIFEST

SOURCE_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,99}")


def make_app(intake: Intake, readiness: Readiness, *, key: str, watch: Watch, doors: Doors) -> FastAPI:
    """The app over an intake, and over sources that are watched.

    Raises:
        SettingsError: `key` is empty.
    """
    app = create_app(
        "ingest", readiness, description="Alerts, shelter lists and closures, in their own formats."
    )
    app.include_router(_document_routes(intake, watch, key))
    app.include_router(source_routes(intake, watch, doors))
    return app


def _document_routes(intake: Intake, watch: Watch, key: str) -> APIRouter:
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
        source = get_source(x_source, watch)
        document = await read_body(request)
        parcel = await intake.take(document, source, name=unquote(x_name))
        receipt = make_receipt(parcel)
        if parcel.refused and not parcel.events:
            raise refusal(receipt)
        return receipt

    return routes


def get_source(text: str, watch: Watch) -> str:
    """A source's name that may stand in logs and headers, and that nobody else speaks for.

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
    if watch.is_declared(text):
        raise Problem(
            "source-declared",
            status=422,
            detail=f"{text!r} is declared in sources.toml: only what comes by its own way speaks for it",
            field="X-Source",
            remedy=f"a push source sends to /v1/sources/{text}/documents; by hand, send under another name",
        )
    return text


async def start(settings: Settings, broker: Broker, readiness: Readiness) -> Process:
    """Tells the stream the area's sites, then takes documents and asks the declared sources.

    Raises:
        SettingsError: no partner key, or a mistake in the source file.
    """
    clock = settings.make_clock()
    await broker.ensure_topics(MANIFEST)
    publisher = await broker.publisher()
    intake = Intake(publisher, read, clock, settings.world)
    reach: Reach = await open_reach(settings, broker, intake)
    app = make_app(intake, readiness, key=settings.partner_key, watch=reach.watch, doors=reach.doors)
    await publish_sites(settings.area / "sites.jsonl", broker, publisher, clock)
    return Process(app, reach.background)
