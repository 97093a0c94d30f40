"""Leases as a phone asks for them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import TypeAdapter

from services.kit.health import Readiness
from services.kit.http import create_app
from services.navigator.answers import Moment
from services.navigator.leases.desk import LEASE_MS, lease_id
from services.navigator.leases.memory import MemoryBook
from services.navigator.leases.models import CheckedIn, LeaseAnswer, NoLeaseAnswer
from services.navigator.leases.routes import LeaseRoutes, make_router
from services.navigator.state import World as State
from streams.broker_memory import MemoryBroker
from streams.clock import ManualClock
from streams.codec import decode
from streams.events.leases import LeaseEvent, Why
from streams.events.shelters import Opening, ShelterState
from streams.topics import LEASE_EVENTS, SHELTERS
from streams.world import World
from tests.unit.navigator.leases.desks import Replica, running, shelter, tell, until
from tests.unit.navigator.situations import at, by_id, site, street

NOW = 1_756_700_000_000
ANSWER: TypeAdapter[LeaseAnswer | NoLeaseAnswer] = TypeAdapter(LeaseAnswer | NoLeaseAnswer)


@dataclass
class Town:
    """A navigator's leases over doubles, and a client."""

    client: httpx.AsyncClient
    replica: Replica
    book: MemoryBook
    broker: MemoryBroker
    clock: ManualClock
    app: FastAPI

    async def ask(self, path: str = "", *, method: str = "POST", status: int = 200, **body: object) -> Any:  # noqa: ANN401
        response = await self.client.request(method, f"/v1/leases{path}", json=body)
        assert response.status_code == status, response.text
        return response.json() if response.content else None

    async def take(self, party: int, *candidates: str) -> Any:  # noqa: ANN401
        body = await self.ask(party=party, candidates=list(candidates))
        ANSWER.validate_python(body)
        return body

    async def say(self, *states: ShelterState) -> None:
        await tell(self.broker, *states)
        await until(lambda: all(self.replica.keeper.shelters.get(s.id) == s for s in states))
        await until(lambda: not self.replica.keeper._unsaid)

    def events(self) -> list[LeaseEvent]:
        """All statements about leases, by their number; the records that begin a book are left out."""
        values = [r.value or b"" for r in self.broker.records(LEASE_EVENTS) if r.key != b"book"]
        return sorted((decode(v, LeaseEvent) for v in values), key=lambda e: e.lease.seq)


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    clock = ManualClock(NOW)
    broker = MemoryBroker(World.DRILL, clock)
    await broker.ensure_topics([SHELTERS, LEASE_EVENTS])
    book = MemoryBook()
    replica = Replica(book, broker, clock)
    places = by_id(site(2, capacity=5), site(7, capacity=5))
    moment = Moment.of(street(), State(places=places, at_ms=NOW))
    app = create_app("navigator", Readiness(), description="leases alone")
    app.include_router(make_router(LeaseRoutes(replica.desk, lambda: moment, world=World.DRILL, clock=clock)))
    async with running([replica]):
        await until(lambda: replica.keeper.is_open)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://navigator") as client:
            yield Town(client, replica, book, broker, clock, app)
    await broker.close()


async def test_a_party_gets_places_and_a_secret_that_no_log_holds(town: Town) -> None:
    await town.say(shelter("A", 5, headcount=1))
    body = await town.take(3, "A", "B")
    assert (body["kind"], body["shelter_id"], body["party"], body["stage"]) == ("lease", "A", 3, "walking")
    assert (body["until_ms"], body["is_logged"]) == (NOW + LEASE_MS, True)
    assert (body["headcount_known"], body["takes_people"], body["passed"]) == (True, True, [])
    assert (body["notice"], body["drill"]) == ("訓練", True)
    assert len(body["id"]) >= 22
    (event,) = town.events()
    assert (event.why, event.lease.id) == (Why.TAKEN, lease_id(body["id"]))
    assert all(body["id"].encode() not in (r.value or b"") for r in town.broker.records(LEASE_EVENTS))
    assert [x.id for x in await town.replica.desk.list_walking("A")] == [lease_id(body["id"])]


async def test_a_full_shelter_is_answered_with_the_next_candidate_and_the_reason(town: Town) -> None:
    await town.say(
        shelter("A", 5, headcount=4),
        shelter("B", None),
        shelter("C", 9, opening=Opening.CLOSED),
        shelter("D", 9, opening=Opening.FULL),
        shelter("E", 9),
    )
    body = await town.take(2, "A", "B", "C", "D", "never heard of", "E")
    assert body["shelter_id"] == "E"
    assert [(p["shelter"], p["reason"]) for p in body["passed"]] == [
        ("A", "full"), ("B", "capacity-unknown"), ("C", "closed"), ("D", "full"), ("never heard of", "no-such-place"),
    ]  # fmt: skip
    assert "近くの避難場所は受け入れできない" in body["text"]
    assert not body["headcount_known"]


@pytest.mark.parametrize(
    ("candidates", "reason"),
    [(("A", "B"), "full"), (("B",), "capacity-unknown"), (("B", "?"), "capacity-unknown")],
)
async def test_where_nobody_has_room_it_says_so_and_sends_people_on(
    town: Town, candidates: tuple[str, ...], reason: str
) -> None:
    await town.say(shelter("A", 1), shelter("B", None))
    body = await town.take(2, *candidates)
    assert (body["kind"], body["reason"]) == ("none", reason)
    assert [p["shelter"] for p in body["passed"]] == list(candidates)
    assert "続けてください" in body["text"]
    assert town.events() == []


async def test_renewing_keeps_places_beyond_their_first_end(town: Town) -> None:
    await town.say(shelter("A", 2, headcount=0))
    secret = (await town.take(2, "A"))["id"]
    town.clock.advance(LEASE_MS / 1000 - 1)
    kept = await town.ask(f"/{secret}", method="PUT")
    assert kept["until_ms"] == town.clock.now_ms() + LEASE_MS
    town.clock.advance(2)
    assert (await town.take(1, "A"))["kind"] == "none"
    town.clock.advance(LEASE_MS / 1000)
    gone = await town.ask(f"/{secret}", method="PUT", status=404)
    assert gone["type"] == "urn:miotsukushi:problem:no-such-lease"
    assert (await town.take(1, "A"))["kind"] == "lease"


async def test_who_is_on_the_way_to_a_shelter_that_became_full_hears_it_and_gets_the_next(town: Town) -> None:
    await town.say(shelter("A", 5), shelter("B", 5))
    secret = (await town.take(2, "A"))["id"]
    await town.say(shelter("A", 5, opening=Opening.FULL))
    told = await town.ask(f"/{secret}", method="PUT")
    assert (told["takes_people"], told["shelter_id"]) == (False, "A")
    assert "受け入れていません" in told["text"]
    moved = await town.ask(f"/{secret}", method="PUT", candidates=["A", "B"])
    assert (moved["shelter_id"], moved["takes_people"]) == ("B", True)
    assert moved["passed"] == [{"shelter": "A", "reason": "full"}]
    assert [e.why for e in town.events()] == [Why.TAKEN, Why.RENEWED, Why.RENEWED, Why.MOVED]
    assert await town.replica.desk.list_walking("A") == []


async def test_checking_in_makes_the_places_people_and_giving_back_frees_them(town: Town) -> None:
    await town.say(shelter("A", 5))
    first, second = [(await town.take(2, "A"))["id"] for _ in range(2)]
    there = await town.ask(f"/{first}/check-in")
    CheckedIn.model_validate(there)
    assert (there["party"], there["shelter_id"], there["at_ms"]) == (2, "A", NOW)
    assert await town.ask(f"/{first}/check-in") == there
    for _ in range(2):
        await town.ask(f"/{second}", method="DELETE", status=204)
    assert (await town.take(4, "A"))["kind"] == "none"
    assert (await town.take(3, "A"))["kind"] == "lease"
    unknown = await town.ask("/nobody-knows-this/check-in", status=404)
    assert unknown["remedy"].startswith("POST /v1/leases")


async def test_a_head_count_that_holds_the_party_counts_it_once(town: Town) -> None:
    await town.say(shelter("A", 5, headcount=0, reported_as_of_ms=NOW - 1))
    await town.ask(f"/{(await town.take(2, 'A'))['id']}/check-in")
    await town.say(shelter("A", 5, headcount=2, reported_as_of_ms=NOW + 1))
    assert (await town.take(3, "A"))["kind"] == "lease"


async def test_without_candidates_all_places_that_suit_are_asked_nearest_first(town: Town) -> None:
    await town.say(site(2, capacity=2), site(7, capacity=9))
    lat, lon = at(3)
    start = {"from": {"lat": lat, "lon": lon}}
    first = await town.ask(party=2, start=start)
    second = await town.ask(party=2, start=start)
    assert (first["shelter_id"], second["shelter_id"]) == ("E2", "E7")
    assert second["passed"] == [{"shelter": "E2", "reason": "full"}]


@pytest.mark.parametrize(
    "body",
    [
        {"party": 0, "candidates": ["A"]},
        {"party": 51, "candidates": ["A"]},
        {"party": 1, "candidates": []},
        {"party": 1},
        {"party": 1, "candidates": ["A"], "start": {"from": {"lat": 34.0, "lon": 135.0}}},
        {"party": 1, "start": {"from": {"lat": 135.0, "lon": 34.0}}},
        {"party": 1, "start": {"from": {"lat": 0.0, "lon": 0.0}}},
        {"party": 1, "candidates": ["A"], "name": "somebody"},
    ],
)
async def test_what_cannot_be_asked_is_refused_with_the_field_at_fault(
    town: Town, body: dict[str, Any]
) -> None:
    problem = await town.ask(status=422, **body)
    assert problem["type"].startswith("urn:miotsukushi:problem:")
    assert problem.get("field")


async def test_while_the_book_is_away_nobody_is_refused_and_everybody_is_told(town: Town) -> None:
    await town.say(shelter("A", 5))
    secret = (await town.take(1, "A"))["id"]
    ask = town.book.find_book
    town.book.find_book = _raise  # type: ignore[method-assign]
    town.replica.keeper.shut()
    none = await town.take(1, "A")
    assert (none["kind"], none["reason"]) == ("none", "book-away")
    for method, path in (("PUT", f"/{secret}"), ("POST", f"/{secret}/check-in"), ("DELETE", f"/{secret}")):
        response = await town.client.request(method, f"/v1/leases{path}", json={})
        assert (response.status_code, response.headers["retry-after"]) == (503, "2")
        assert response.json()["type"] == "urn:miotsukushi:problem:leases-away"
    town.book.find_book = ask  # type: ignore[method-assign]
    await until(lambda: town.replica.keeper.is_open)
    assert (await town.ask(f"/{secret}", method="PUT"))["kind"] == "lease"


async def _raise() -> str | None:
    from services.navigator.leases.port import BookAwayError

    raise BookAwayError("nobody there")


async def test_a_wiped_book_is_written_anew_with_every_lease_that_was_answered(town: Town) -> None:
    await town.say(shelter("A", 5, headcount=0))
    walking, arrived, given = [(await town.take(1, "A"))["id"] for _ in range(3)]
    await town.ask(f"/{arrived}/check-in")
    await town.ask(f"/{given}", method="DELETE", status=204)
    before = await town.book.list_rooms(["A"], now_ms=NOW)
    town.book.wipe()
    assert (await town.take(1, "A"))["reason"] == "book-away"
    await until(lambda: town.replica.keeper.is_open)
    assert await town.book.list_rooms(["A"], now_ms=NOW) == before
    assert (await town.ask(f"/{walking}", method="PUT"))["shelter_id"] == "A"
