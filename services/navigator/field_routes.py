"""Published fields over HTTP: what a phone fetches while it can, to find its way when it cannot."""

from collections.abc import Callable
from typing import Annotated, get_args

from fastapi import APIRouter, Header, Path, Response

from routing.errors import RoutingError
from services.kit.problems import Problem
from services.navigator.answers import FieldKey
from services.navigator.fields import FieldFiles, File
from services.navigator.models import ProfileName, SiteHazard
from streams.events.base import Hazard

BINARY = "application/octet-stream"
FIELD_KEPT_S = 15
"""A cache may hand a field out for so long after a change: as long as a phone waits between two looks."""
NETWORK_KEPT_S = 86_400
NOTHING = "none"
MOST_CHARACTERS = 100

Profile = Annotated[ProfileName, Path(description="Who walks.")]
HazardClass = Annotated[
    str,
    Path(
        description="Hazards from which a place must be safe, joined by +, or `none`.",
        examples=["flood+tsunami"],
        max_length=MOST_CHARACTERS,
    ),
]
IfNoneMatch = Annotated[str | None, Header(description="The tags of what the phone has.")]
FILE_RESPONSES: dict[int | str, dict[str, object]] = {
    200: {"content": {BINARY: {"schema": {"type": "string", "format": "binary"}}}},
    304: {"description": "What the phone has is still right.", "content": {}},
}


def field_routes(files: FieldFiles, require_ready: Callable[[], None]) -> APIRouter:
    """`GET /v1/fields/...`. require_ready: raises a problem before the first whole reading."""
    routes = APIRouter(prefix="/v1/fields", tags=["fields"])

    @routes.get("/network", response_class=Response, responses=FILE_RESPONSES)
    async def get_network(if_none_match: IfNoneMatch = None) -> Response:
        """The network of the area; see docs/reference/published-fields.md."""
        require_ready()
        try:
            file = await files.get_network()
        except RoutingError as error:
            raise Problem("cannot-publish", status=422, detail=str(error)) from None
        return _answer(file, if_none_match, kept_s=NETWORK_KEPT_S)

    @routes.get("/{profile}/{hazards}", response_class=Response, responses=FILE_RESPONSES)
    async def get_field(
        profile: Profile, hazards: HazardClass, if_none_match: IfNoneMatch = None
    ) -> Response:
        """The ways of one profile to the places that suit these hazards, as they are now."""
        require_ready()
        try:
            file = await files.get_field(FieldKey(profile, parse_hazards(hazards)))
        except RoutingError as error:
            raise Problem("cannot-publish", status=422, detail=str(error)) from None
        return _answer(file, if_none_match, kept_s=FIELD_KEPT_S)

    return routes


def parse_hazards(text: str) -> frozenset[Hazard]:
    """Hazards of an address.

    Raises:
        Problem: one of them is none from which a place can be safe.
    """
    names = [] if text == NOTHING else text.split("+")
    for name in names:
        if name not in get_args(SiteHazard):
            raise Problem(
                "invalid-request", status=422, field="hazards",
                detail=f"hazards: {name!r} is none of {', '.join(get_args(SiteHazard))}",
                remedy=f"join names by +, such as flood+tsunami, or give {NOTHING}",
            )  # fmt: skip
    return frozenset(map(Hazard, names))


def _answer(file: File, if_none_match: str | None, *, kept_s: int) -> Response:
    """The file, or that the phone has it (RFC 9110, section 13.1.2: a weak comparison)."""
    headers = {"ETag": file.etag, "Cache-Control": f"public, max-age={kept_s}"}
    known = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    if file.etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(file.body, media_type=BINARY, headers=headers)
