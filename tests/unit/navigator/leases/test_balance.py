"""As places fill, those who ask anew are sent on before a door is shut; those on their way to a shut door get another place."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from services.kit.health import Readiness
from services.navigator.app import make_app
from services.navigator.leases.balance import Balance
from services.navigator.leases.memory import MemoryBook
from services.navigator.leases.models import LeaseAnswer
from services.navigator.leases.port import BookAwayError, Room
from services.navigator.leases.prices import LAST_DS, NONE_DS, STEP_DS, list_prices, price_of
from services.navigator.leases.routes import LeaseRoutes, make_router
from services.navigator.live import Live
from services.navigator.models import RouteAnswer
from services.navigator.polyline import decode_polyline6
from streams.broker_memory import MemoryBroker
from streams.clock import ManualClock
from streams.events.leases import Stage
from streams.events.shelters import Opening, ShelterState
from streams.topics import CLOSURES, HAZARDS, LEASE_EVENTS, SHELTERS, SOURCES
from streams.world import World
from tests.unit.navigator.leases.desks import Replica, running, tell, until
from tests.unit.navigator.situations import at, site, street

NOW = 1_756_700_000_000
NEAR, FAR = site(2, capacity=10), site(4, capacity=20)


def room(free: int | None) -> Room:
    return Room("A", free, 0, 0)


def test_a_place_costs_more_the_less_of_it_is_free_and_unknown_costs_nothing() -> None:
    prices = [price_of(room(free), 100) for free in range(100, -2, -1)]
    assert prices == sorted(prices)
    assert prices[:51] == [0] * 51
    assert LAST_DS - 2 * STEP_DS <= prices[99] <= LAST_DS
    assert prices[100:] == [NONE_DS, NONE_DS]
    assert price_of(room(None), 100) == 0
    assert all(price % STEP_DS == 0 for price in prices)


def test_a_price_that_would_move_by_one_step_stays_and_an_end_of_scarcity_is_told_at_once() -> None:
    def priced(free: int, former: int) -> int:
        return list_prices({"A": room(free)}, {"A": 100}, {"A": former}).get("A", 0)

    fresh = price_of(room(20), 100)
    assert priced(20, fresh + STEP_DS) == fresh + STEP_DS
    assert priced(20, fresh + 2 * STEP_DS) == fresh
    assert priced(90, STEP_DS) == 0


@dataclass
class Town:
    """Routes and leases of one navigator over doubles, its look at rooms made by hand."""

    client: httpx.AsyncClient
    balance: Balance
    broker: MemoryBroker
    replica: Replica
    live: Live
    book: MemoryBook

    async def route(self, index: float = 2.4) -> dict[str, Any]:
        lat, lon = at(index)
        response = await self.client.post("/v1/routes", json={"from": {"lat": lat, "lon": lon}})
        assert response.status_code == 200, response.text
        RouteAnswer.model_validate_json(response.content)
        body: dict[str, Any] = response.json()
        return body

    async def lease(self, **body: object) -> dict[str, Any]:
        response = await self.client.post("/v1/leases", json={"party": 1, **body})
        assert response.json()["kind"] == "lease", response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def renew(self, secret: str, **body: object) -> dict[str, Any]:
        response = await self.client.put(f"/v1/leases/{secret}", json={"language": "en", **body})
        assert response.status_code == 200, response.text
        LeaseAnswer.model_validate_json(response.content)
        answer: dict[str, Any] = response.json()
        return answer

    async def say(self, *states: ShelterState) -> None:
        await tell(self.broker, *states)
        await until(lambda: all(self.replica.keeper.shelters.get(s.id) == s for s in states))
        await until(lambda: all(self.live.moment.world.places.get(s.id) == s for s in states))
        await until(lambda: not self.replica.keeper._unsaid)

    async def until_priced(self, holds: Callable[[int], bool]) -> None:
        await self.balance.look()
        await until(lambda: holds(self.live.moment.world.prices_ds.get(NEAR.id, 0)))


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    clock = ManualClock(NOW)
    broker = MemoryBroker(World.DRILL, clock)
    await broker.ensure_topics([HAZARDS, SHELTERS, CLOSURES, SOURCES, LEASE_EVENTS])
    live, book = Live(street(), clock), MemoryBook()
    replica = Replica(book, broker, clock)
    balance = Balance(replica.desk, replica.keeper, lambda: live.moment, live.set_prices)
    app = make_app(live, Readiness(), world=World.DRILL, clock=clock)
    routes = LeaseRoutes(replica.desk, lambda: live.moment, world=World.DRILL, clock=clock)
    app.include_router(make_router(routes))
    await live.follow(broker)
    following = asyncio.create_task(live.run())
    async with running([replica]):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://navigator") as client:
            town = Town(client, balance, broker, replica, live, book)
            await town.say(NEAR, FAR)
            await until(lambda: replica.keeper.is_open and live.is_ready)
            yield town
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    await broker.close()


async def test_a_shelter_that_fills_by_leases_sheds_new_walkers_before_it_is_full(town: Town) -> None:
    assert (await town.route())["shelter"]["id"] == NEAR.id
    for _ in range(8):
        await town.lease(candidates=[NEAR.id])
    await town.until_priced(lambda price: price > 0)
    body = await town.route()
    assert body["shelter"]["id"] == FAR.id
    assert body["shelter"]["opening"] == "unknown"  # nobody said that the other is full, and it is not
    assert body["why"]["key"] == "why-room-nearest"
    assert [a["reasons"][0]["key"] for a in body["alternatives"]] == ["second-filling"]
    assert body["passed_over"][0]["reason"]["key"] == "passed-filling"
    lat, lon = at(2.4)
    assert (await town.lease(start={"from": {"lat": lat, "lon": lon}}))["shelter_id"] == FAR.id


async def test_where_nobody_knows_how_many_it_holds_a_place_has_no_price(town: Town) -> None:
    await town.say(site(2, headcount=500), FAR)
    await town.balance.look()
    assert town.live.moment.world.prices_ds == {}
    assert (await town.route())["shelter"]["id"] == NEAR.id


async def test_without_the_book_prices_follow_what_is_reported(town: Town) -> None:
    async def away(*_: object, **__: object) -> list[Room]:
        raise BookAwayError("nobody there")

    await town.say(site(2, capacity=10, headcount=9), FAR)
    town.book.list_rooms = away  # type: ignore[assignment, method-assign]
    await town.until_priced(lambda price: price > 0)
    assert (await town.route())["shelter"]["id"] == FAR.id


async def test_whoever_walks_to_a_door_that_is_shut_is_told_where_else_and_by_which_way(town: Town) -> None:
    secrets = [(await town.lease(candidates=[NEAR.id]))["id"] for _ in range(3)]
    await town.client.post(f"/v1/leases/{secrets[2]}/check-in")
    await town.say(site(2, capacity=10, opening=Opening.FULL))
    await town.balance.look()
    assert await town.replica.desk.list_walking(NEAR.id) == []
    await until(lambda: len(town.replica.log.moved_from) == 2)
    lat, lon = at(3)
    told = await town.renew(secrets[0], start={"from": {"lat": lat, "lon": lon}})
    assert (told["shelter_id"], told["takes_people"]) == (FAR.id, True)
    assert told["moved"] == {"left": NEAR.id, "reason": "full"}
    assert told["text"].startswith(
        f"{NEAR.name} takes nobody any more. A place is kept for you at {FAR.name}"
    )
    assert decode_polyline6(told["way"]["polyline6"])[-1] == pytest.approx(at(4), abs=1e-5)
    assert told["way"]["minutes"] > 0
    again = await town.renew(secrets[1])
    assert (again["moved"]["left"], again["way"]) == (NEAR.id, None)
    there = await town.renew(secrets[2])
    assert (there["stage"], there["shelter_id"], there["moved"]) == (str(Stage.ARRIVED), NEAR.id, None)


async def test_where_no_other_place_has_room_those_on_their_way_are_told_the_truth(town: Town) -> None:
    secret = (await town.lease(candidates=[NEAR.id]))["id"]
    await town.say(site(2, capacity=10, opening=Opening.CLOSED), site(4, capacity=20, headcount=20))
    await town.balance.look()
    told = await town.renew(secret)
    assert (told["shelter_id"], told["takes_people"], told["moved"]) == (NEAR.id, False, None)
