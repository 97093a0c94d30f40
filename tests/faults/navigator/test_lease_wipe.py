"""Redis is emptied and killed while 16 clients of 3 navigators take places: nobody is over capacity, and the books balance."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import redis.asyncio

from services.local.ports import free_port
from services.local.redis import LocalRedis
from services.navigator.leases import keeper, log
from services.navigator.leases.desk import lease_id, make_secret
from services.navigator.leases.port import BookError, Room, Wish
from services.navigator.leases.redis import RedisBook
from streams import topics
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.events.leases import Lease, Stage
from streams.folds.leases import counts
from streams.world import World
from tests.unit.navigator.leases.desks import Replica, running, shelter, tell, until

pytestmark = pytest.mark.kafka
SHELTERS = [f"S{i:02d}" for i in range(12)]
CAPACITY = 40
CLIENTS = 16
"""12 x 40 places; 16 clients ask for more than that between them."""


@dataclass
class Held:
    """What clients were told."""

    granted: dict[str, Lease] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    refused: int = 0
    away: int = 0


@pytest.fixture
async def own_redis(tmp_path: Path) -> AsyncIterator[LocalRedis]:
    server = LocalRedis(tmp_path / "redis", port=free_port())
    await asyncio.to_thread(server.start)
    yield server
    await asyncio.to_thread(server.stop)


@pytest.fixture
async def replicas(
    kafka: str, own_redis: LocalRedis, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[list[Replica]]:
    """Three, each with its own connections, over topics of their own."""
    suffix = free_port()
    leases = replace(topics.LEASE_EVENTS, name=f"lease-events-{suffix}")
    shelters = replace(topics.SHELTERS, name=f"shelters-{suffix}")
    monkeypatch.setattr(log, "LEASE_EVENTS", leases)
    monkeypatch.setattr(keeper, "SHELTERS", shelters)
    monkeypatch.setattr("tests.unit.navigator.leases.desks.SHELTERS", shelters)
    clock = SystemClock()
    brokers = [KafkaBroker(kafka, World.DRILL, clock) for _ in range(3)]
    await brokers[0].ensure_topics([leases, shelters])
    await tell(brokers[0], *(shelter(name, CAPACITY, headcount=0) for name in SHELTERS))
    made = [Replica(RedisBook(own_redis.url, World.DRILL), broker, clock) for broker in brokers]
    async with running(made):
        await until(lambda: all(r.keeper.is_open and len(r.keeper.shelters) == 12 for r in made))
        yield made
    for replica, broker in zip(made, brokers, strict=True):
        await replica.book.close()
        await broker.close()


async def client(number: int, replica: Replica, held: Held, done: asyncio.Event) -> None:
    rng = random.Random(number)
    mine: list[str] = []
    while not done.is_set():
        wish = Wish(lease_id(make_secret()), rng.randint(1, 4), tuple(rng.sample(SHELTERS, 12)))
        try:
            outcome = await replica.desk.take(wish)
            if outcome.lease is None:
                held.refused += 1
            elif outcome.is_logged:
                held.granted[wish.id] = outcome.lease
                mine.append(wish.id)
            if mine and rng.random() < 0.3:
                chosen = mine.pop(rng.randrange(len(mine)))
                held.ended.add(chosen)
                await replica.desk.release(chosen)
            if mine and rng.random() < 0.2:
                await replica.desk.check_in(rng.choice(mine))
        except BookError:
            held.away += 1
            await asyncio.sleep(0.01)


async def settled(replicas: list[Replica]) -> tuple[dict[str, Lease], dict[str, Room]]:
    """What all replicas have read, once they agree with each other and with the book."""
    clock = SystemClock()
    async with asyncio.timeout(20):
        while True:
            folds = [{x.id: x for x in r.log.list_counting()} for r in replicas]
            try:
                rooms = await replicas[0].book.list_rooms(SHELTERS, now_ms=clock.now_ms())
            except BookError:
                rooms = []
            people: Counter[str] = Counter()
            for lease in folds[0].values():
                people[lease.shelter] += lease.party
            same = all(fold == folds[0] for fold in folds)
            if same and rooms and all(r.walking + r.arrived == people[r.shelter] for r in rooms):
                return folds[0], {r.shelter: r for r in rooms}
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("fault", ["none", "flush", "kill"])
async def test_nobody_is_over_capacity_and_what_was_promised_stands(
    replicas: list[Replica], own_redis: LocalRedis, fault: str
) -> None:
    held, done = Held(), asyncio.Event()
    clients = [asyncio.create_task(client(n, replicas[n % 3], held, done)) for n in range(CLIENTS)]
    for _ in range(2):
        seen = len(held.granted)
        await until(lambda seen=seen: len(held.granted) > seen + 60)  # type: ignore[misc]
        if fault == "flush":
            async with redis.asyncio.from_url(own_redis.url) as admin:
                await admin.flushall()
        elif fault == "kill":
            await asyncio.to_thread(own_redis.kill)
            await until(lambda: not any(r.keeper.is_open for r in replicas))
            await asyncio.to_thread(own_redis.start)
    await until(lambda: all(r.keeper.is_open for r in replicas))
    refused = held.refused
    await until(lambda: held.refused > refused + 20)
    done.set()
    await asyncio.gather(*clients)
    told, rooms = await settled(replicas)
    for name, room in rooms.items():
        assert room.room == CAPACITY
        assert room.walking + room.arrived <= CAPACITY, f"{name} is over capacity: {room}"
    now = SystemClock().now_ms()
    for key, lease in held.granted.items():
        newest = told.get(key)
        if key in held.ended:
            continue
        lost = replicas[0].log.leases[key].stage is Stage.ENDED
        assert lost or (newest is not None and counts(newest, now)), f"{lease} was promised and is gone"
    assert held.refused
    assert (held.away > 0) == (fault != "none")
