"""Routes of devices and their consents: register, choose, see what stands, be forgotten."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends

from services.gateway.context import Gateway, device_check
from services.gateway.models import (
    ConsentsAnswer,
    ConsentsBody,
    DeviceAnswer,
    DevicesAnswer,
    DevicesBody,
)
from services.gateway.register import merged
from services.kit.partner import partner_check
from streams.events.consents import Consent, ConsentState, Purpose


def device_routes(gateway: Gateway) -> APIRouter:
    """What a device's own app calls."""
    routes = APIRouter(prefix="/v1/devices", tags=["devices"])
    standing = Annotated[ConsentState, Depends(device_check(gateway))]

    @routes.post("", status_code=201)
    async def post_device(body: ConsentsBody) -> DeviceAnswer:
        """Registers a device under a new pseudonym; no name, number or account. Keep the token."""
        (subject,) = await register_devices(gateway, body, count=1)
        return DeviceAnswer(device=subject, token=gateway.identity.token(subject))

    @routes.get("/me/consents")
    async def get_consents(state: standing) -> ConsentsAnswer:
        """What stands for this device, when it was chosen, and on which text."""
        return ConsentsAnswer.of(state)

    @routes.put("/me/consents")
    async def put_consents(body: ConsentsBody, state: standing) -> ConsentsAnswer:
        """Changes the purposes named; others stay as they are.

        Taking back `crowd_count` counts at once: later positions are refused, and the device leaves every count.
        Granted again within a minute, it is counted again when that minute is over.
        """
        return ConsentsAnswer.of(await choose(gateway, state.subject, body))

    @routes.delete("/me", status_code=204)
    async def delete_device(state: standing) -> None:
        """Erases the device: its choices, and its place in every count. Its token is then unknown."""
        await erase(gateway, state.subject)

    return routes


def partner_device_routes(gateway: Gateway) -> APIRouter:
    """What a partner's app server calls for the devices of its users."""
    routes = APIRouter(
        prefix="/v1/devices", tags=["partners"], dependencies=[Depends(partner_check(gateway.partner_key))]
    )

    @routes.post("/batch", status_code=201)
    async def post_devices(body: DevicesBody) -> DevicesAnswer:
        """Registers devices whose users made these choices in the partner's own app."""
        return DevicesAnswer(devices=await register_devices(gateway, body, count=body.count))

    return routes


async def register_devices(gateway: Gateway, body: ConsentsBody, *, count: int) -> list[str]:
    """New subjects with these choices; returns when the broker has them."""
    chosen = _chosen(gateway, body)
    subjects = [gateway.identity.make_subject() for _ in range(count)]
    await gateway.register.write([ConsentState(subject=s, consents=tuple(chosen)) for s in subjects])
    return subjects


async def choose(gateway: Gateway, subject: str, body: ConsentsBody) -> ConsentState:
    """The standing choices after these; what is taken away is taken away here before anything else happens."""
    async with gateway.lock(subject):
        standing = gateway.register.find(subject) or ConsentState(subject=subject)
        state = merged(standing, _chosen(gateway, body))
        names_counting = any(c.purpose is Purpose.CROWD_COUNT for c in body.consents)
        if names_counting and not state.allows(Purpose.CROWD_COUNT):
            gateway.register.withhold(subject, state)
            await gateway.batcher.forget(gateway.identity.device_hash(subject))
        await gateway.register.write([state])
        return state


async def erase(gateway: Gateway, subject: str) -> None:
    """Nothing of the subject stays; a failure half-way leaves it known but allowing nothing, so that it can ask again."""
    async with gateway.lock(subject):
        gateway.register.withhold(subject, ConsentState(subject=subject))
        await gateway.batcher.forget(gateway.identity.device_hash(subject))
        await gateway.register.erase(subject)


def _chosen(gateway: Gateway, body: ConsentsBody) -> Sequence[Consent]:
    at_ms = gateway.clock.now_ms()
    return [
        Consent(purpose=c.purpose, choice=c.choice, at_ms=at_ms, notice=body.notice, language=body.language)
        for c in body.consents
    ]
