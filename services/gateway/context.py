"""What the gateway's routes share, and who is asking. No routes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from services.gateway.batcher import Batcher
from services.gateway.identity import Identity
from services.gateway.register import Register
from services.kit.problems import Problem
from streams.clock import Clock
from streams.events.consents import ConsentState

_LOCKS = 256


@dataclass(frozen=True)
class Gateway:
    """Everything a request needs."""

    clock: Clock
    identity: Identity
    register: Register
    batcher: Batcher
    partner_key: str
    _locks: tuple[asyncio.Lock, ...] = field(
        default_factory=lambda: tuple(asyncio.Lock() for _ in range(_LOCKS))
    )

    def lock(self, subject: str) -> asyncio.Lock:
        """Held while a subject's choices are read, changed and written."""
        return self._locks[hash(subject) % _LOCKS]


_BEARER = HTTPBearer(auto_error=False, scheme_name="device", description="The token of `POST /v1/devices`.")


def device_check(gateway: Gateway) -> Callable[[HTTPAuthorizationCredentials | None], ConsentState]:
    """A dependency that gives the standing choices of the device that asks; 401 for every other text, with no hint."""

    def check(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> ConsentState:
        subject = credentials and gateway.identity.find_subject(credentials.credentials)
        state = gateway.register.find(subject) if subject else None
        if state is None:
            raise Problem(
                "unknown-device",
                status=401,
                detail="this device is not known",
                remedy="register it with POST /v1/devices",
                headers={"WWW-Authenticate": 'Bearer realm="device"'},
            )
        return state

    return check
