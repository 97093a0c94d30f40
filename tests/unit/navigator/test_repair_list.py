"""What staff must place by hand is listed with why, and says whether it closes anything meanwhile."""

from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest

from services.kit.health import Readiness
from services.navigator.answers import Moment
from services.navigator.app import make_app
from services.navigator.live import Live
from services.navigator.repair_list import RepairList
from services.navigator.state import World as State
from streams.clock import ManualClock
from streams.events.closures import ClosureState, Mode
from streams.world import World
from tests.unit.navigator.situations import by_id, closure, site, street


def lost(closure_id: str, **more: object) -> ClosureState:
    return msgspec.structs.replace(closure(None), id=closure_id, **more)


@pytest.fixture
async def live() -> Live:
    made = Live(street(names=tuple(f"国道{number}号" for number in range(10))), ManualClock(2_000))
    made.is_ready = True
    return made


@pytest.fixture
async def client(live: Live) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(live, Readiness(), world=World.DRILL, clock=ManualClock(2_000))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://navigator") as client:
        yield client


async def test_each_closure_without_a_place_is_listed_with_why_and_none_that_has_one(
    live: Live, client: httpx.AsyncClient
) -> None:
    closures = (
        closure(2.5),
        lost("lost", road_names=("どこか通り",), cause="冠水", description="冠水のため"),
        lost("named", road_names=("国道9号",), modes=(Mode.CAR,)),
    )
    world = State(places=by_id(site(1)), closures=by_id(*closures), at_ms=900)
    live.moment = Moment.of(live.moment.ground, world)
    response = await client.get("/v1/repair-list")
    body = RepairList.model_validate_json(response.content)
    assert (body.notice, body.state_ms) == ("訓練", 900)
    assert [(line.id, line.why, line.closes) for line in body.closures] == [
        ("lost", "not-drawn", False),
        ("named", "by-name", True),
    ]
    first, second = body.closures
    assert (first.cause, first.description, first.road_names) == ("冠水", "冠水のため", ["どこか通り"])
    assert (first.source, first.as_of_ms, first.modes, second.modes) == ("roads", 500, ["foot"], ["car"])


async def test_before_the_first_whole_reading_there_is_no_list(live: Live, client: httpx.AsyncClient) -> None:
    live.is_ready = False
    response = await client.get("/v1/repair-list")
    assert (response.status_code, response.json()["type"]) == (503, "urn:miotsukushi:problem:not-ready")
