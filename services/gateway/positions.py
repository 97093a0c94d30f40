"""Routes of positions: taken only where consent stands, answered only when the broker has them."""

from collections import Counter
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import prometheus_client
from fastapi import APIRouter, Depends

from services.gateway.batcher import positions_of
from services.gateway.context import Gateway, device_check
from services.gateway.models import (
    ColumnsAnswer,
    ColumnsBody,
    PositionsAnswer,
    PositionsBody,
)
from services.kit.metrics import REGISTRY
from services.kit.partner import partner_check
from services.kit.problems import PROBLEM_RESPONSES, Problem
from streams.crowd.rules import AHEAD_MS, OLDEST_MS
from streams.events.consents import ConsentState, Purpose

OUTCOMES = prometheus_client.Counter(
    "mio_gateway_positions", "Positions by what became of them", ["outcome"], registry=REGISTRY
)
NO_CONSENT: dict[int | str, dict[str, Any]] = {
    403: {**PROBLEM_RESPONSES[401], "description": "No standing consent to be counted"}
}


def position_routes(gateway: Gateway) -> APIRouter:
    """What a device's own app calls."""
    routes = APIRouter(prefix="/v1/positions", tags=["positions"])

    @routes.post("", status_code=202, responses=NO_CONSENT)
    async def post_positions(
        body: PositionsBody, state: Annotated[ConsentState, Depends(device_check(gateway))]
    ) -> PositionsAnswer:
        """Takes positions of this device, all or none; 202 when the broker has them. Sending them again changes nothing."""
        if not state.allows(Purpose.CROWD_COUNT):
            raise refusal(
                "no-consent", len(body.positions), status=403, detail="there is no standing consent to crowd_count",
                remedy="PUT /v1/devices/me/consents after the person has agreed",
            )  # fmt: skip
        check_times(gateway.clock.now_ms(), [p.at_ms for p in body.positions])
        device = gateway.identity.device_hash(state.subject)
        count = len(body.positions)
        await gateway.batcher.add(
            positions_of(
                [device] * count,
                [p.at_ms for p in body.positions],
                [p.lat for p in body.positions],
                [p.lon for p in body.positions],
            )
        )
        OUTCOMES.labels("accepted").inc(count)
        return PositionsAnswer(accepted=count)

    return routes


def partner_position_routes(gateway: Gateway) -> APIRouter:
    """What a partner's app server calls."""
    routes = APIRouter(
        prefix="/v1/positions", tags=["partners"], dependencies=[Depends(partner_check(gateway.partner_key))]
    )

    @routes.post("/batch", status_code=202)
    async def post_batch(body: ColumnsBody) -> ColumnsAnswer:
        """Takes positions of many devices as columns; 202 when the broker has those that are accepted."""
        return await take_columns(gateway, body)

    return routes


def refusal(
    slug: str, count: int, *, status: int, detail: str, remedy: str, field: str | None = None
) -> Problem:
    """The problem to raise; all `count` positions of the request are counted as refused by it."""
    OUTCOMES.labels(slug).inc(count)
    return Problem(slug, status=status, detail=detail, remedy=remedy, field=field)


def check_times(now_ms: int, times_ms: list[int]) -> None:
    """Refuses the first position whose time cannot be used.

    Raises:
        Problem: 422, with the field and the bound.
    """
    for number, at_ms in enumerate(times_ms):
        field = f"positions.{number}.at_ms"
        if at_ms > now_ms + AHEAD_MS:
            raise refusal(
                "clock-ahead", len(times_ms), status=422, field=field,
                detail=f"{field} is {(at_ms - now_ms) / 1000:.0f} s in the future; at most {AHEAD_MS // 1000} s are taken",
                remedy="set the device's clock by network time",
            )  # fmt: skip
        if at_ms < now_ms - OLDEST_MS:
            raise refusal(
                "too-old", len(times_ms), status=422, field=field,
                detail=f"{field} is {(now_ms - at_ms) / 1000:.0f} s old; at most {OLDEST_MS // 1000} s are taken",
                remedy="send newer positions only: older ones no longer say where anybody is",
            )  # fmt: skip


async def take_columns(gateway: Gateway, body: ColumnsBody) -> ColumnsAnswer:
    """Publishes what may be published; returns when the broker has it."""
    at_ms, lat, lon = np.array(body.at_ms, np.int64), np.array(body.lat), np.array(body.lon)
    refusal = refusals(gateway, body.device, at_ms=at_ms, lat=lat, lon=lon)
    taken = [number for number, reason in enumerate(refusal) if not reason]
    hashes = [gateway.identity.device_hash(body.device[number]) for number in taken]
    await gateway.batcher.add(positions_of(hashes, at_ms[taken], lat[taken], lon[taken]))
    refused = Counter(reason for reason in refusal if reason)
    for outcome, count in {**refused, "accepted": len(taken)}.items():
        OUTCOMES.labels(outcome).inc(count)
    return ColumnsAnswer(accepted=len(taken), refused=dict(refused))


def refusals(
    gateway: Gateway,
    devices: list[str],
    *,
    at_ms: npt.NDArray[np.int64],
    lat: npt.NDArray[np.float64],
    lon: npt.NDArray[np.float64],
) -> list[str]:
    """Why each position is not taken, in the order of the columns; empty where it is. Consent is asked first."""
    now_ms = gateway.clock.now_ms()
    reasons = np.select(
        [(np.abs(lat) > 90) | (np.abs(lon) > 180), at_ms > now_ms + AHEAD_MS, at_ms < now_ms - OLDEST_MS],
        ["bad-coordinates", "clock-ahead", "too-old"],
        "",
    ).tolist()
    allows = gateway.register.allows
    return [
        reason if allows(subject, Purpose.CROWD_COUNT) else "no-consent"
        for subject, reason in zip(devices, reasons, strict=True)
    ]
