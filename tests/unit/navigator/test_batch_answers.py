"""Batches say of each place what a single question says of it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.kit.health import Readiness
from services.navigator.answers import Moment
from services.navigator.app import make_app
from services.navigator.batch_models import BatchAnswer
from services.navigator.lane import MOST_BYTES
from services.navigator.live import Live
from services.navigator.state import World as State
from streams.clock import ManualClock
from streams.events.base import Hazard
from streams.events.sources import Says
from streams.folds.sources import Silence
from streams.world import World
from tests.unit.navigator.situations import alert, at, by_id, closure, site, source_of, street, zone

SITES = by_id(site(1), site(4, Hazard.TSUNAMI), site(9, Hazard.TSUNAMI, Hazard.FLOOD))


@pytest.fixture
async def live() -> Live:
    made = Live(street(zone(Hazard.FLOOD, 4.5, 6.5)), ManualClock(2_000))
    made.is_ready = True
    return made


@pytest.fixture
async def client(live: Live) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(live, Readiness(), world=World.DRILL, clock=ManualClock(2_000))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://navigator") as client:
        yield client


def set_state(live: Live, state: State) -> None:
    live.moment = Moment.of(live.moment.ground, state)


async def ask_all(
    client: httpx.AsyncClient, places: list[tuple[float, float]], **more: object
) -> dict[str, Any]:
    lat, lon = zip(*places, strict=True)
    response = await client.post("/v1/routes/batch", json={"lat": lat, "lon": lon, **more})
    assert response.status_code == 200, response.text
    BatchAnswer.model_validate_json(response.content)
    body: dict[str, Any] = response.json()
    return body


async def check_as_single(
    client: httpx.AsyncClient, body: dict[str, Any], row: int, place: tuple[float, float], profile: str
) -> None:
    single = await client.post(
        "/v1/routes", json={"from": {"lat": place[0], "lon": place[1]}, "profile": profile}
    )
    rows = {name: column[row] for name, column in body["rows"].items()}
    if single.status_code == 422:
        (problem,) = [p for p in body["problems"] if p["index"] == row]
        assert {key: problem[key] for key in ("type", "detail")}.items() <= single.json().items()
        assert rows == dict.fromkeys(rows)
        return
    answer = single.json()
    assert body["situations"][rows["situation"]]["hazards"] == answer["hazards"]
    if answer["kind"] == "stay":
        assert {"index": row, "reason": answer["reason"]} in body["stays"]
        assert (rows["shelter"], rows["seconds"], rows["polyline6"]) == (None, None, None)
        return
    assert body["shelters"][rows["shelter"]] == answer["shelter"]
    assert (rows["length_m"], rows["polyline6"]) == (answer["length_m"], answer["polyline6"])
    assert rows["seconds"] / 60 == pytest.approx(answer["minutes"], abs=0.051)
    told = {w["key"] for w in answer["warnings"]} & {"warn-closed", "warn-zone", "warn-far"}
    assert {key for w in body["warnings"] if w["index"] == row for key in w["keys"]} == told


@pytest.mark.parametrize("profile", ["adult", "wheelchair"])
async def test_each_row_is_what_a_single_question_is_answered(
    client: httpx.AsyncClient, live: Live, profile: str
) -> None:
    hazards = by_id(alert(Hazard.FLOOD, 3.5, 11), alert(Hazard.TSUNAMI, -1, 1.6))
    set_state(live, State(hazards, SITES, by_id(closure(7.5), closure(2.5))))
    places = [at(index / 4) for index in range(41)]
    places += [(lat + 0.0004, lon) for lat, lon in places]
    places += [(91.0, 135.0), (135.0, 34.0), (36.0, 135.0), (34.006, at(8)[1]), at(7.5), at(2.5)]
    body = await ask_all(client, places, profile=profile)
    assert len(body["situations"]) > 1
    assert len(body["problems"]) == 3
    assert body["warnings"]
    for row, place in enumerate(places):
        await check_as_single(client, body, row, place, profile)


async def test_without_any_hazard_all_is_one_situation(client: httpx.AsyncClient, live: Live) -> None:
    set_state(live, State(places=SITES))
    body = await ask_all(client, [at(0), at(5)])
    assert body["situations"] == [{"hazards": []}]
    assert body["rows"]["situation"] == [0, 0]
    assert (body["notice"], body["problems"], body["stays"]) == ("訓練", [], [])


async def test_hazards_that_are_named_count_for_every_row(client: httpx.AsyncClient, live: Live) -> None:
    set_state(live, State(places=SITES))
    body = await ask_all(client, [at(0), at(9)], hazards=["flood"])
    assert body["stays"] == [{"index": 0, "reason": "cut-off"}]
    assert body["shelters"][body["rows"]["shelter"][1]]["id"] == "E9"


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"lat": [34.0], "lon": [135.0, 135.1]}, 422, "as many"),
        ({"lat": [], "lon": []}, 422, "from 1 to"),
        ({"lat": [34.0] * 10_001, "lon": [135.0] * 10_001}, 422, "10000"),
        ({"lat": ["x"], "lon": [135.0]}, 422, "number"),
        ({"lat": [34.0], "lon": [135.0], "profile": "bird"}, 422, "adult"),
    ],
)
async def test_columns_that_do_not_fit_are_one_problem(
    client: httpx.AsyncClient, body: dict[str, Any], status: int, word: str
) -> None:
    response = await client.post("/v1/routes/batch", json=body)
    assert response.status_code == status
    assert response.json()["type"] == "urn:miotsukushi:problem:invalid-request"
    assert word in response.json()["detail"]


async def test_a_body_that_is_too_large_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/routes/batch", content=b" " * (MOST_BYTES + 1))
    assert (response.status_code, response.json()["type"]) == (413, "urn:miotsukushi:problem:too-large")


async def test_before_the_first_reading_nobody_is_answered(client: httpx.AsyncClient, live: Live) -> None:
    live.is_ready = False
    response = await client.post("/v1/routes/batch", json={"lat": [34.0], "lon": [135.0]})
    assert (response.status_code, response.headers["retry-after"]) == (503, "2")


async def test_a_new_moment_answers_from_itself(client: httpx.AsyncClient, live: Live) -> None:
    set_state(live, State(places=by_id(site(1))))
    first = await ask_all(client, [at(5)])
    set_state(live, State(places=by_id(site(9))))
    second, single = await asyncio.gather(
        ask_all(client, [at(5)]), client.post("/v1/routes", json={"from": {"lat": 34.0, "lon": at(5)[1]}})
    )
    assert [b["shelters"][0]["id"] for b in (first, second)] == ["E1", "E9"]
    assert single.json()["shelter"]["id"] == "E9"


async def test_lanes_are_counted_as_the_routes_that_they_are(client: httpx.AsyncClient, live: Live) -> None:
    set_state(live, State(places=SITES))
    await ask_all(client, [at(5)])
    text = (await client.get("/metrics")).text
    assert 'mio_requests_total{route="/v1/routes/batch",status="200"}' in text


async def test_a_silence_is_said_once_for_all_places(live: Live, client: httpx.AsyncClient) -> None:
    set_state(live, State(places=SITES, silences=(Silence(source_of(Says.CLOSURES), 1_000),)))
    body = await ask_all(client, [at(1), at(2)])
    assert body["as_of"]["silent"] == [
        {"source": "roads", "name": "道路課", "says": ["closures"], "since_ms": 1_000}
    ]
