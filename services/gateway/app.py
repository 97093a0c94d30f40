"""The gateway's HTTP API and its process: people's devices and partners' servers come in here, and nowhere else."""

from fastapi import FastAPI

from services.gateway.batcher import Batcher
from services.gateway.context import Gateway
from services.gateway.devices import device_routes, partner_device_routes
from services.gateway.identity import Identity
from services.gateway.limit import BodyLimit
from services.gateway.positions import partner_position_routes, position_routes
from services.gateway.register import Register
from services.kit.health import Readiness
from services.kit.http import Process, create_app
from services.kit.settings import Settings
from streams.broker import Broker
from streams.topics import CONSENTS, MANIFEST

DESCRIPTION = """Consent first: without a standing `crowd_count` consent nothing of a device goes any further.

A position is answered with 202 only when the broker has it; 503 means that nothing was taken, send it again.
Coordinates are used to count people per cell of about 350 m and are deleted after two hours.
"""


def make_app(gateway: Gateway, readiness: Readiness) -> FastAPI:
    """The app over a living state."""
    app = create_app("gateway", readiness, description=DESCRIPTION)
    app.add_middleware(BodyLimit)
    for routes in (device_routes, partner_device_routes, position_routes, partner_position_routes):
        app.include_router(routes(gateway))
    return app


async def start(settings: Settings, broker: Broker, readiness: Readiness) -> Process:
    """Reads all consents, then takes devices and positions.

    Raises:
        SettingsError: a secret is missing.
    """
    identity = Identity(settings.device_secret)
    await broker.ensure_topics(MANIFEST)
    publisher = await broker.publisher()
    register = Register(publisher)
    clock = settings.make_clock()
    batcher = Batcher(publisher, clock)
    app = make_app(Gateway(clock, identity, register, batcher, settings.partner_key), readiness)
    follower = await broker.follow(CONSENTS, register.apply)
    readiness.require("consents read", lambda: follower.caught_up)
    await follower.wait_caught_up()
    return Process(app, (batcher.run,))
