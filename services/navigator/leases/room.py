"""Puts the parts of the leases together for one process."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter

from services.kit.settings import Settings
from services.navigator.answers import Moment
from services.navigator.leases.balance import Balance
from services.navigator.leases.desk import Desk
from services.navigator.leases.keeper import Keeper
from services.navigator.leases.log import LeaseLog
from services.navigator.leases.redis import RedisBook
from services.navigator.leases.routes import LeaseRoutes, make_router
from streams.broker import Broker
from streams.clock import Clock


@dataclass(frozen=True)
class LeaseRoom:
    """What the navigator's app includes, and what runs beside it."""

    router: APIRouter
    desk: Desk
    keeper: Keeper
    log: LeaseLog
    balance: Balance
    broker: Broker

    async def run(self) -> None:
        """Until cancelled: reads what is known, keeps the book true, sends what happened, spreads people."""
        await self.keeper.follow(self.broker)
        await asyncio.gather(self.log.run(), self.keeper.run(), self.balance.run())


def open_leases(
    settings: Settings,
    broker: Broker,
    find_moment: Callable[[], Moment | None],
    *,
    set_prices: Callable[[Mapping[str, int]], None],
    clock: Clock,
) -> LeaseRoom:
    """The leases of this world. Asks nobody anything yet: Redis and Kafka may be away."""
    book = RedisBook(settings.redis, settings.world)
    log = LeaseLog(broker, clock)
    keeper = Keeper(book, log, clock)
    desk = Desk(book, log, keeper, clock)
    router = make_router(LeaseRoutes(desk, find_moment, world=settings.world, clock=clock))
    balance = Balance(desk, keeper, find_moment, set_prices)
    return LeaseRoom(router, desk, keeper, log, balance, broker)
