"""Leases over HTTP: take, renew, check in, give back. A route never waits for any of this."""

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
from fastapi import APIRouter, Response, status

from routing.errors import PlaceError, RoutingError
from services.kit.problems import Problem
from services.navigator.answers import Moment
from services.navigator.leases.candidates import find_way, list_candidates
from services.navigator.leases.desk import Desk, Outcome, lease_id, make_secret
from services.navigator.leases.keeper import why_not
from services.navigator.leases.models import (
    CheckedIn,
    From,
    LeaseAnswer,
    LeaseRequest,
    NoLeaseAnswer,
    RenewRequest,
)
from services.navigator.leases.port import BookError, Wish
from services.navigator.polyline import encode_polyline6
from services.navigator.render import render_place, world_marks
from services.navigator.state import CLOSED_TO_PEOPLE
from services.navigator.words import say
from streams.clock import Clock
from streams.events.base import Hazard
from streams.events.leases import Lease, Stage
from streams.world import World

RETRY_S = 2


class LeaseRoutes:
    """The handlers over one replica's desk. find_moment: the newest, None before the first whole reading."""

    def __init__(
        self, desk: Desk, find_moment: Callable[[], Moment | None], *, world: World, clock: Clock
    ) -> None:
        self._desk = desk
        self._find_moment = find_moment
        self._world = world
        self._clock = clock

    async def take(self, request: LeaseRequest) -> dict[str, Any]:
        """A new lease, or why there is none."""
        candidates = await self._candidates(request)
        if not candidates:
            return self._none("no-way", request.party, request.language)
        secret = make_secret()
        try:
            outcome = await self._desk.take(Wish(lease_id(secret), request.party, tuple(candidates)))
        except BookError:
            return self._none("book-away", request.party, request.language)
        return await self._answer(secret, outcome, request, party=request.party)

    async def _candidates(self, request: LeaseRequest) -> list[str]:
        if (request.candidates is None) == (request.start is None):
            raise Problem(
                "invalid-request", status=422, detail="give either candidates or start", field="candidates",
                remedy="candidates: the answer's shelter and its alternatives; start: where the party is",
            )  # fmt: skip
        if request.candidates is not None:
            return list(dict.fromkeys(request.candidates))
        assert request.start is not None  # noqa: S101
        return await asyncio.to_thread(self._near, request.start)

    def _near(self, start: From) -> list[str]:
        moment = self._find_moment()
        if moment is None:
            raise Problem(
                "not-ready", status=503, detail="the state is still being read", retry_after_s=RETRY_S,
                remedy="ask again, or give candidates",
            )  # fmt: skip
        extra = frozenset(Hazard(h) for h in start.hazards)
        place = start.origin
        try:
            return list_candidates(
                moment, place.lat, place.lon, profile=start.profile, extra=extra, now_ms=self._clock.now_ms()
            )
        except PlaceError as error:
            raise Problem("no-such-place", status=422, detail=str(error), field="start.from") from None
        except RoutingError as error:
            raise Problem("cannot-route", status=422, detail=str(error)) from None

    async def renew(self, secret: str, request: RenewRequest) -> dict[str, Any]:
        """The lease for another while; or, where its shelter takes nobody any more, a lease at the next candidate."""
        lease = _known(await self._ask(self._desk.renew(lease_id(secret))))
        kept = Outcome(lease, (), is_logged=True)
        if request.candidates is None or lease.stage is Stage.ARRIVED or self._takes_people(lease.shelter):
            return await self._answer(secret, kept, request, party=lease.party)
        wish = Wish(lease.id, lease.party, tuple(dict.fromkeys(request.candidates)))
        (moved,) = await self._ask(self._desk.move_all(lease.shelter, [wish]))
        left = lease.shelter if moved.lease is not None and moved.lease.shelter != lease.shelter else None
        return await self._answer(secret, moved, request, party=lease.party, left=left)

    async def check_in(self, secret: str) -> dict[str, Any]:
        """The party is inside."""
        lease = _known(await self._ask(self._desk.check_in(lease_id(secret))))
        return {
            **world_marks(self._world),
            "shelter_id": lease.shelter,
            "party": lease.party,
            "at_ms": lease.at_ms,
        }

    async def release(self, secret: str) -> None:
        """The places are free again. Who asks twice has given them back once."""
        await self._ask(self._desk.release(lease_id(secret)))

    async def _ask(self, call: Any) -> Any:  # noqa: ANN401
        try:
            return await call
        except BookError as error:
            raise Problem(
                "leases-away", status=503, detail=str(error), retry_after_s=RETRY_S,
                remedy="send the same request again; a walker goes on as told meanwhile",
            ) from None  # fmt: skip

    def _takes_people(self, shelter: str) -> bool:
        state = self._desk.find_shelter(shelter)
        return state is not None and state.opening not in CLOSED_TO_PEOPLE

    async def _answer(
        self,
        secret: str,
        outcome: Outcome,
        request: LeaseRequest | RenewRequest,
        *,
        party: int,
        left: str | None = None,
    ) -> dict[str, Any]:
        """left: the shelter that this very request moved the lease away from."""
        passed = [{"shelter": shelter, "reason": reason} for shelter, reason in outcome.passed]
        if outcome.lease is None:
            known = any(each["reason"] == "full" for each in passed)
            none = self._none("full" if known else "capacity-unknown", party, request.language)
            return none | {"passed": passed}
        lease = outcome.lease
        state, takes = self._desk.find_shelter(lease.shelter), self._takes_people(lease.shelter)
        left = left or self._desk.find_left(lease.id)
        key = _key(lease, takes=takes, moved=left is not None, passed=bool(passed))
        now = self._clock.now_ms()
        text = say(
            f"lease-{key}", request.language, name=state.name if state else lease.shelter, party=lease.party,
            minutes=max(0, lease.until_ms - now) // 60_000, former=self._name(left),
        )  # fmt: skip
        return {
            **world_marks(self._world), "now_ms": now, "kind": "lease", "id": secret,
            "shelter": render_place(state) if state else None, "shelter_id": lease.shelter, "party": lease.party,
            "stage": str(lease.stage), "until_ms": lease.until_ms, "is_logged": outcome.is_logged,
            "headcount_known": state is not None and state.headcount is not None, "takes_people": takes,
            "moved": left and {"left": left, "reason": why_not(self._desk.find_shelter(left))},
            "way": await self._way(lease, request.start) if request.start else None,
            "passed": passed, "text": text,
        }  # fmt: skip

    def _name(self, shelter: str | None) -> str:
        state = self._desk.find_shelter(shelter) if shelter else None
        return state.name if state else shelter or ""

    async def _way(self, lease: Lease, start: From) -> dict[str, Any] | None:
        """The way to the shelter that keeps the places; None: none leads there in time, or nobody can say."""
        moment = self._find_moment()
        if moment is None or lease.stage is Stage.ARRIVED:
            return None
        place, extra = (start.origin.lat, start.origin.lon), frozenset(Hazard(h) for h in start.hazards)
        now_ms = self._clock.now_ms()
        try:
            found = await asyncio.to_thread(
                find_way, moment, lease.shelter, place, profile=start.profile, extra=extra, now_ms=now_ms
            )
        except RoutingError as error:
            raise Problem("no-such-place", status=422, detail=str(error), field="start.from") from None
        if found is None:
            return None
        return {
            "length_m": round(found.length_m),
            "minutes": round(found.seconds / 60, 1),
            "polyline6": encode_polyline6(np.array(found.points)),
        }

    def _none(self, reason: str, party: int, language: str) -> dict[str, Any]:
        return {
            **world_marks(self._world),
            "now_ms": self._clock.now_ms(),
            "kind": "none",
            "reason": reason,
            "passed": [],
            "text": say(f"lease-{reason}", language, party=party),
        }


def _key(lease: Lease, *, takes: bool, moved: bool, passed: bool) -> str:
    """Which sentence tells it best."""
    if lease.stage is Stage.ARRIVED:
        return "arrived"
    if not takes:
        return "leave"
    if moved:
        return "moved"
    return "next" if passed else "kept"


def _known(lease: Lease | None) -> Lease:
    if lease is None:
        raise Problem(
            "no-such-lease", status=404, detail="there is no such lease: it lapsed, was given back, or never was",
            remedy="POST /v1/leases for a new one",
        )  # fmt: skip
    return lease


def make_router(answers: LeaseRoutes) -> APIRouter:
    """The four requests."""
    routes = APIRouter(prefix="/v1/leases", tags=["leases"])

    @routes.post("", response_model=LeaseAnswer | NoLeaseAnswer)
    async def post_lease(request: LeaseRequest) -> dict[str, Any]:
        """Keeps places for a party at the first candidate with room; see docs/reference/leases.md."""
        return await answers.take(request)

    @routes.put("/{lease}", response_model=LeaseAnswer | NoLeaseAnswer)
    async def put_lease(lease: str, request: RenewRequest) -> dict[str, Any]:
        """Still on the way: keeps the places for another while."""
        return await answers.renew(lease, request)

    @routes.post("/{lease}/check-in", response_model=CheckedIn)
    async def post_check_in(lease: str) -> dict[str, Any]:
        """Arrived: the party is part of the head count from now on."""
        return await answers.check_in(lease)

    @routes.delete("/{lease}", status_code=status.HTTP_204_NO_CONTENT)
    async def delete_lease(lease: str) -> Response:
        """Goes elsewhere: the places are free again."""
        await answers.release(lease)
        return Response(status_code=status.HTTP_204_NO_CONTENT)

    return routes
