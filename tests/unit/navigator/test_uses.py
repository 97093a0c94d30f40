"""The list of places near by says of each whether it can be used now, for what is in force there and what was asked."""

from collections.abc import AsyncIterator

import h3
import httpx
import pytest

from services.kit.health import Readiness
from services.navigator.answers import Moment
from services.navigator.app import make_app
from services.navigator.live import Live
from services.navigator.state import World as State
from services.navigator.uses import NearAnswer
from streams.clock import ManualClock
from streams.events.base import Hazard
from streams.events.shelters import Opening
from streams.world import World
from tests.unit.navigator.situations import alert, at, by_id, site, street

CELL = h3.latlng_to_cell(*at(1), 9)
NOW = 5_000_000


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    live = Live(street(), ManualClock(NOW))
    live.is_ready = True
    open_now = {"opening": Opening.OPEN, "reported_as_of_ms": NOW - 1}
    places = (
        site(1, Hazard.FLOOD, **open_now),
        site(2, unsuited=(Hazard.FLOOD,), **open_now),
        site(9, Hazard.FLOOD),
    )
    world = State(hazards=by_id(alert(Hazard.FLOOD, 0, 4)), places=by_id(*places), at_ms=NOW)
    live.moment = Moment.of(live.moment.ground, world)
    app = make_app(live, Readiness(), world=World.DRILL, clock=ManualClock(NOW))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://navigator") as client:
        yield client


async def near(client: httpx.AsyncClient, *asked: str) -> dict[str, list[tuple[str, bool, str]]]:
    answer = await client.get("/v1/shelters/near", params={"cell": CELL, "hazard": list(asked)})
    body = NearAnswer.model_validate_json(answer.content)
    return {s.id: [(use.hazard, use.in_force, use.verdict) for use in s.uses] for s in body.shelters}


async def test_what_is_in_force_at_a_place_is_judged_there_and_nowhere_else(
    client: httpx.AsyncClient,
) -> None:
    assert await near(client) == {
        "E1": [("flood", True, "yes")],
        "E2": [("flood", True, "no")],
        "E9": [],
    }


async def test_what_is_asked_for_is_judged_everywhere_and_unknown_is_not_yes(
    client: httpx.AsyncClient,
) -> None:
    found = await near(client, "tsunami")
    assert found["E1"] == [("flood", True, "yes"), ("tsunami", False, "unknown")]
    assert found["E9"] == [("tsunami", False, "unknown")]
    assert (await near(client, "flood"))["E9"] == [("flood", False, "unknown")]


async def test_a_hazard_that_does_not_exist_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/shelters/near", params={"cell": CELL, "hazard": "meteor"})
    assert answer.status_code == 422
