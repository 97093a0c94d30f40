"""Replicas of the lease desk over one book and one log, and shelters told as the worker tells them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from services.navigator.leases.desk import Desk
from services.navigator.leases.keeper import Keeper
from services.navigator.leases.log import LeaseLog
from services.navigator.leases.port import LeaseBook
from streams.broker import Broker, Message
from streams.clock import Clock
from streams.codec import encode
from streams.events.shelters import Opening, ShelterState
from streams.topics import SHELTERS


def shelter(name: str, capacity: int | None, **more: object) -> ShelterState:
    fields = {"name": f"第{name}小学校", "lat": 34.0, "lon": 135.0, "opening": Opening.OPEN, **more}
    return ShelterState(id=name, capacity=capacity, **fields)  # type: ignore[arg-type]


async def tell(broker: Broker, *states: ShelterState) -> None:
    publisher = await broker.publisher()
    await publisher.publish(SHELTERS, [Message(s.id.encode(), encode(s)) for s in states])


async def until(holds: Callable[[], object], timeout_s: float = 15) -> None:
    async with asyncio.timeout(timeout_s):
        while not holds():
            await asyncio.sleep(0.005)


class Replica:
    """One navigator's part in it."""

    def __init__(self, book: LeaseBook, broker: Broker, clock: Clock) -> None:
        self.book, self.broker = book, broker
        self.log = LeaseLog(broker, clock)
        self.keeper = Keeper(book, self.log, clock)
        self.desk = Desk(book, self.log, self.keeper, clock)

    async def run(self) -> None:
        await self.keeper.follow(self.broker)
        await asyncio.gather(self.log.run(), self.keeper.run())


@asynccontextmanager
async def running(replicas: Sequence[Replica]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(replica.run()) for replica in replicas]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(each, asyncio.CancelledError) for each in done), done
