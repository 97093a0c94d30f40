"""The repair list over HTTP: a line with its candidates, one way to place it, and whether a place can be used now."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path

from dashboard_api.staff.feed import Feed
from dashboard_api.staff.repair_desk import RepairDesk, key_of
from dashboard_api.staff.repair_models import (
    HazardUse,
    PlaceUse,
    RepairCandidate,
    RepairOrder,
    RepairReceipt,
    RepairSheet,
)
from dashboard_api.staff.rows import RowReader
from services.kit.partner import partner_check
from services.kit.problems import MEDIA_TYPE, Problem, ProblemBody
from streams.codec import decode
from streams.events.base import SITE_HAZARDS
from streams.events.repairs import Candidate, Repair
from streams.events.shelters import ShelterState
from streams.topics import SHELTERS
from streams.usability import judge_use

Key = Annotated[
    str, Path(max_length=400, description="Of the snapshot's repairs, such as closure/roads/C-12.")
]
_CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": ProblemBody, "description": "Not as things stand now", "content": {MEDIA_TYPE: {}}}
}


def writing_check(key: str) -> Callable[..., None]:
    """Who may repair: whoever holds the partner key. Where there is none, nobody."""
    if key:
        return partner_check(key)

    def refuse() -> None:
        raise Problem(
            "writing-is-off", status=401, detail="this page has no key, so nothing can be written from it",
            remedy="set MIO_PARTNER_KEY for the process staff",
        )  # fmt: skip

    return refuse


def repair_routes(desk: RepairDesk, *, key: str, require_live: Callable[[], None]) -> APIRouter:
    """require_live: raises a problem while the view is away."""
    routes = APIRouter(prefix="/v1", tags=["repairs"])

    @routes.get("/repairs/{key:path}", responses=_CONFLICT)
    async def get_sheet(key: Key) -> RepairSheet:
        """A line of the repair list, with the places or roads that may be meant."""
        require_live()
        line = desk.get_line(key)
        candidates = await asyncio.to_thread(desk.list_candidates, line)
        return RepairSheet(
            repair=RowReader.repair_row(line), candidates=[_shown(candidate) for candidate in candidates]
        )

    @routes.post(
        "/repairs/{key:path}",
        status_code=202,
        responses=_CONFLICT,
        dependencies=[Depends(writing_check(key))],
    )
    async def post_repair(key: Key, order: RepairOrder) -> RepairReceipt:
        """Places it at a candidate or a point, or takes that back. 202 once the act is on the broker."""
        require_live()
        line = desk.get_line(key)
        chosen = await _choose(desk, line, order)
        at_ms = await desk.repair(line, order, chosen)
        return RepairReceipt(key=line.key, at_ms=at_ms, undone=order.undo)

    return routes


async def _choose(desk: RepairDesk, line: Repair, order: RepairOrder) -> Candidate | None:
    if not order.candidate:
        return None
    candidates = await asyncio.to_thread(desk.list_candidates, line)
    chosen = next((c for c in candidates if key_of(c) == order.candidate), None)
    if chosen is None:
        raise Problem(
            "candidate-gone", status=409, field="candidate",
            detail=f"{order.candidate[:120]!r} is none of its candidates now",
            remedy="take its sheet again: GET /v1/repairs/{key}",
        )  # fmt: skip
    return chosen


def _shown(candidate: Candidate) -> RepairCandidate:
    return RepairCandidate(
        key=key_of(candidate),
        name=candidate.name,
        address=candidate.address,
        lat=candidate.lat,
        lon=candidate.lon,
        source=candidate.source,
        score=candidate.score,
        reasons=list(candidate.reasons),
    )


def use_routes(feed: Feed, *, require_live: Callable[[], None]) -> APIRouter:
    """`GET /v1/shelters/{id}/use`."""
    routes = APIRouter(prefix="/v1", tags=["shelters"])

    @routes.get("/shelters/{shelter:path}/use")
    async def get_use(shelter: Annotated[str, Path(max_length=300)]) -> PlaceUse:
        """Whether a place can be used now, for each hazard, and why."""
        require_live()
        value = feed.mirror.find(SHELTERS, shelter)
        if value is None:
            raise Problem(
                "no-such-shelter", status=404, detail=f"no place is called {shelter[:120]!r}", field="shelter"
            )
        return _judge(decode(value, ShelterState), feed)

    return routes


def _judge(place: ShelterState, feed: Feed) -> PlaceUse:
    now_ms = feed.status().now_ms
    in_force = feed.mirror.hazards_at(place.lat, place.lon, now_ms=now_ms)
    hazards = [*(h for h in SITE_HAZARDS if h in in_force), *(h for h in SITE_HAZARDS if h not in in_force)]
    uses = [judge_use(place, hazard, in_force=in_force, now_ms=now_ms) for hazard in hazards]
    return PlaceUse(
        shelter=place.id,
        now_ms=now_ms,
        hazards=[
            HazardUse(
                hazard=use.hazard,
                in_force=use.hazard in in_force,
                verdict=use.verdict,
                reasons=list(use.reasons),
            )
            for use in uses
        ],
    )
