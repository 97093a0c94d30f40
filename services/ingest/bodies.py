"""Documents as HTTP bodies, and receipts for them: read within bounds, answered by what became of them."""

import asyncio
from typing import Any

from fastapi import Request
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from services.ingest.parcel import MAX_DOCUMENT_BYTES, Parcel
from services.kit.problems import Problem

BODY_PATIENCE_S = 30.0
SHOWN_REJECTIONS = 100
"""Of one answer; the dead letter holds all of them."""
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


async def read_body(request: Request, most: int = MAX_DOCUMENT_BYTES) -> bytes:
    """The whole body, never more than `most` bytes of it in memory.

    Raises:
        Problem: 413 too large, 408 too slow, 400 broken off.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > most:
        raise too_large(f"{declared} bytes", most)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_PATIENCE_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise too_large(f"more than {most} bytes", most)
    except TimeoutError:
        raise Problem(
            "body-too-slow", status=408, detail=f"the body was not complete after {BODY_PATIENCE_S:g} s"
        ) from None
    except ClientDisconnect:
        raise Problem("body-broken-off", status=400, detail="the sender hung up before the end") from None
    return bytes(body)


def too_large(what: str, most: int) -> Problem:
    """413; the connection ends with it, so that nobody goes on sending."""
    return Problem(
        "document-too-large",
        status=413,
        detail=f"the document has {what}, at most {most} are taken",
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
