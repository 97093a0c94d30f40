"""The navigator over a real Kafka: what is published to the state topics is in the answers, soon and whole."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import h3
import httpx
import msgspec
import pytest
from pydantic import TypeAdapter

from services.area.folder import read_area
from services.area.show import read_sites
from services.kit.health import Readiness
from services.kit.settings import Settings
from services.navigator import live
from services.navigator.app import start
from services.navigator.leases import keeper
from services.navigator.models import RouteAnswer, StayAnswer
from streams import topics
from streams.broker import Message
from streams.broker_kafka import KafkaBroker
from streams.cells import Gazetteer
from streams.clock import SystemClock
from streams.codec import encode
from streams.events.alerts import Condition, HazardState, HazardZone, Severity
from streams.events.base import AreaRef, Hazard, Status
from streams.events.closures import ClosureState, Geometry, Mode
from streams.events.shelters import Opening, ShelterState
from streams.events.sources import SourceHealth
from streams.folds.shelters import Place, shelter_state
from streams.topics import Topic
from streams.world import World

pytestmark = pytest.mark.kafka
ANSWER: TypeAdapter[RouteAnswer | StayAnswer] = TypeAdapter(RouteAnswer | StayAnswer)
ORIGIN = {"lat": 34.5, "lon": 135.205}
SOON_S = 1.0
STATES = (
    ("HAZARDS", HazardState),
    ("SHELTERS", ShelterState),
    ("CLOSURES", ClosureState),
    ("SOURCES", SourceHealth),
)


class Navigator:
    """A running navigator, a client, and a publisher of states."""

    def __init__(
        self, client: httpx.AsyncClient, broker: KafkaBroker, places: dict[str, ShelterState]
    ) -> None:
        self.client, self.broker, self.places = client, broker, places

    async def ask(self, **more: object) -> dict[str, Any]:
        response = await self.client.post("/v1/routes", json={"from": ORIGIN, **more})
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        ANSWER.validate_python(body)
        return body

    async def publish(self, topic: Topic, states: dict[str, msgspec.Struct | None]) -> None:
        publisher = await self.broker.publisher()
        await publisher.publish(
            topic, [Message(key.encode(), state and encode(state)) for key, state in states.items()]
        )

    async def until(
        self, holds: Callable[[dict[str, Any]], bool], timeout_s: float = SOON_S
    ) -> dict[str, Any]:
        """The first answer of which it holds."""
        async with asyncio.timeout(timeout_s):
            while not holds(body := await self.ask()):
                await asyncio.sleep(0.002)
        return body


@pytest.fixture(scope="module")
def area(made_up_city: Path) -> Path:
    return made_up_city


@pytest.fixture
async def navigator(kafka: str, area: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Navigator]:
    """Over topics of its own, that hold the city's list."""
    suffix = time.monotonic_ns()
    fresh = [replace(getattr(topics, name), name=f"{name.lower()}-{suffix}") for name, _ in STATES]
    for (name, _), topic in zip(STATES, fresh, strict=True):
        monkeypatch.setattr(topics, name, topic)
        monkeypatch.setattr(live, name, topic)
    monkeypatch.setattr(keeper, "SHELTERS", topics.SHELTERS)
    monkeypatch.setattr(live, "KINDS", tuple((t, kind) for t, (_, kind) in zip(fresh, STATES, strict=True)))
    clock = SystemClock()
    broker = KafkaBroker(kafka, World.DRILL, clock)
    await broker.ensure_topics(fresh)
    states = {s.id: shelter_state(s.id, Place(listed=s)) for s in read_sites(area)}
    places = {key: state for key, state in states.items() if state is not None}
    settings = Settings(kafka=kafka, area=area)
    readiness = Readiness()
    process = await start(settings, broker, readiness)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(process.app), base_url="http://navigator")  # type: ignore[arg-type]
    told = Navigator(client, broker, places)
    early = await client.post("/v1/routes", json={"from": ORIGIN})
    assert (early.status_code, early.json()["type"]) == (503, "urn:miotsukushi:problem:not-ready")
    assert (await client.get("/readyz")).status_code == 503
    await told.publish(topics.SHELTERS, dict(places))
    tasks = [asyncio.create_task(part()) for part in process.background]  # type: ignore[arg-type]
    async with asyncio.timeout(20):
        while (await client.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.01)
    yield told
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await client.aclose()
    await broker.close()


def tsunami(area: Path, *, arrival_at_ms: int | None = None) -> HazardState:
    ref = AreaRef("tsunami", "999", "澪湾")
    cells = Gazetteer.load((area / "areas.geojson").read_bytes()).cells_of(ref)
    condition = Condition(
        hazard=Hazard.TSUNAMI,
        severity=Severity.WARNING,
        code="51",
        name="津波警報",
        arrival_at_ms=arrival_at_ms,
    )
    return HazardState(
        series="jma/tsunami", telegram_id="t1", kind="VTSE41", source="jma", status=Status.EXERCISE,
        title="津波警報・注意報・予報", headline="", issuer="気象庁", issued_at_ms=1_756_700_000_000,
        zones=(HazardZone(area=ref, condition=condition, cells=cells),),
    )  # fmt: skip


async def test_a_tsunami_moves_the_answer_to_a_site_with_the_flag_and_its_end_moves_it_back(
    navigator: Navigator, area: Path
) -> None:
    before = await navigator.until(lambda b: b["kind"] == "route", 5)
    unsuited = {
        k: msgspec.structs.replace(p, suits=())
        for k, p in navigator.places.items()
        if k == before["shelter"]["id"]
    }
    await navigator.publish(topics.SHELTERS, dict(unsuited))
    await navigator.publish(topics.HAZARDS, {"jma/tsunami": tsunami(area)})
    during = await navigator.until(lambda b: [h["hazard"] for h in b["hazards"]] == ["tsunami"])
    assert during["shelter"]["id"] != before["shelter"]["id"]
    assert "tsunami" in during["shelter"]["suits"]
    assert during["notice"] == "訓練"
    assert "warn-zone" in [w["key"] for w in during["warnings"]]
    assert ("alerts", "jma", 1_756_700_000_000) in [
        (s["kind"], s["source"], s["as_of_ms"]) for s in during["as_of"]["sources"]
    ]
    await navigator.publish(topics.HAZARDS, {"jma/tsunami": None})
    after = await navigator.until(lambda b: b["hazards"] == [])
    assert after["shelter"]["id"] == before["shelter"]["id"]


async def test_a_wave_with_a_time_says_until_when_one_may_leave_and_one_that_is_there_says_to_go_up(
    navigator: Navigator, area: Path
) -> None:
    hour_ms = 3_600_000
    soon = SystemClock().now_ms() + hour_ms
    await navigator.publish(topics.HAZARDS, {"jma/tsunami": tsunami(area, arrival_at_ms=soon)})
    body = await navigator.until(lambda b: b["departure"] is not None, 5)
    assert (body["kind"], body["departure"]["instead_of"]) == ("route", None)
    # the hour, and the four minutes that the map gives the place, less the way out
    assert 0 < body["departure"]["leave_within_min"] < 64
    assert [a["arrives_at_ms"] for a in body["departure"]["arrivals"]] == [soon]
    assert body["warnings"][0]["key"] == "warn-leave"
    there = tsunami(area, arrival_at_ms=soon - 2 * hour_ms)
    await navigator.publish(topics.HAZARDS, {"jma/tsunami": there})
    late = await navigator.until(lambda b: b["kind"] == "stay", 5)
    assert (late["reason"], late["why"]["hazards"]) == ("too-late", ["tsunami"])
    lat, lon = ORIGIN.values()
    batch = await navigator.client.post("/v1/routes/batch", json={"lat": [lat], "lon": [lon]})
    assert batch.json()["stays"] == [{"index": 0, "reason": "too-late"}]


async def test_a_site_that_is_nearly_full_sends_on_those_who_ask_anew(navigator: Navigator) -> None:
    before = await navigator.until(lambda b: b["kind"] == "route", 5)
    first = navigator.places[before["shelter"]["id"]]
    filling = msgspec.structs.replace(first, capacity=100, headcount=99, reported_as_of_ms=1)
    await navigator.publish(topics.SHELTERS, {first.id: filling})
    after = await navigator.until(lambda b: b["shelter"]["id"] != first.id, 10)
    assert after["why"]["key"] == "why-room-nearest"
    assert "second-filling" in [r["key"] for a in after["alternatives"] for r in a["reasons"]]


async def test_a_full_site_is_replaced_by_the_next(navigator: Navigator) -> None:
    before = await navigator.until(lambda b: b["kind"] == "route", 5)
    first = navigator.places[before["shelter"]["id"]]
    full = msgspec.structs.replace(first, opening=Opening.FULL, headcount=400)
    await navigator.publish(topics.SHELTERS, {first.id: full})
    after = await navigator.until(lambda b: b["shelter"]["id"] != first.id)
    assert after["shelter"]["id"] == before["alternatives"][0]["shelter"]["id"]
    assert after["minutes"] == before["alternatives"][0]["minutes"]


async def test_a_closure_on_the_way_changes_the_way_and_its_end_restores_it(navigator: Navigator) -> None:
    before = await navigator.until(lambda b: b["kind"] == "route", 5)
    line = before["geometry"]["coordinates"]
    lon, lat = line[len(line) // 2]
    closed = ClosureState(
        id="works",
        source="roads",
        as_of_ms=1,
        modes=(Mode.FOOT,),
        geometry=Geometry("point", (((lat, lon),),)),
    )
    await navigator.publish(topics.CLOSURES, {"works": closed})
    during = await navigator.until(lambda b: b["polyline6"] != before["polyline6"])
    assert [lon, lat] not in during["geometry"]["coordinates"]
    await navigator.publish(topics.CLOSURES, {"works": None})
    after = await navigator.until(lambda b: b["polyline6"] == before["polyline6"])
    assert after["shelter"] == before["shelter"]


async def test_a_state_that_cannot_be_read_harms_nobody(navigator: Navigator) -> None:
    before = await navigator.until(lambda b: b["kind"] == "route", 5)
    publisher = await navigator.broker.publisher()
    await publisher.publish(topics.CLOSURES, [Message(b"\xff\xfe", b"{nonsense"), Message(b"x", b"")])
    first = navigator.places[before["shelter"]["id"]]
    await navigator.publish(topics.SHELTERS, {first.id: msgspec.structs.replace(first, headcount=7)})
    after = await navigator.until(lambda b: b["shelter"]["headcount"] == 7)
    assert after["polyline6"] == before["polyline6"]


async def test_places_near_by_are_listed_with_their_state(navigator: Navigator) -> None:
    await navigator.until(lambda b: b["kind"] == "route", 5)
    response = await navigator.client.get(
        "/v1/shelters/near", params={"cell": h3.latlng_to_cell(*ORIGIN.values(), 9), "limit": 3}
    )
    body = response.json()
    assert body["notice"] == "訓練"
    assert [s["layer"] for s in body["shelters"]] == [
        str(navigator.places[s["id"]].layer) for s in body["shelters"]
    ]
    assert len(body["shelters"]) == 3
    assert response.headers["cache-control"] == "public, max-age=10"


@pytest.mark.parametrize(
    "query", [{"lat": 34.5, "lon": 135.2}, {"cell": "8a2e6154c6affff"}, {"cell": "here"}, {}]
)
async def test_a_position_has_no_place_in_an_address(navigator: Navigator, query: dict[str, Any]) -> None:
    response = await navigator.client.get("/v1/shelters/near", params=query)
    assert response.status_code == 422
    assert response.json()["type"] == "urn:miotsukushi:problem:invalid-request"
    assert response.json()["field"].endswith("cell")


@pytest.mark.parametrize(
    ("origin", "slug", "words"),
    [
        ({"lat": 135.2, "lon": 34.5}, "no-such-place", "swapped"),
        ({"lat": 34.0, "lon": 134.0}, "no-such-place", "km outside"),
        ({"lat": 3_890_000.0, "lon": 520_000.0}, "no-such-place", "metres"),
        ({"lat": "north", "lon": 1}, "invalid-request", "number"),
        ({"lat": 34.5}, "invalid-request", "lon"),
    ],
)
async def test_a_place_that_cannot_be_answered_is_a_problem_in_words(
    navigator: Navigator, origin: dict[str, Any], slug: str, words: str
) -> None:
    response = await navigator.client.post("/v1/routes", json={"from": origin})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"urn:miotsukushi:problem:{slug}"
    assert words in response.json()["detail"]


async def test_metrics_tell_how_long_a_moment_takes(navigator: Navigator) -> None:
    await navigator.ask()
    text = (await navigator.client.get("/metrics")).text
    assert "mio_navigator_moment_seconds_count" in text
    assert 'mio_requests_total{route="/v1/routes",status="200"}' in text
    assert "34.5" not in text


async def test_the_area_knows_what_it_holds(navigator: Navigator, area: Path) -> None:
    info = read_area(area)
    assert info.sites + info.shelters == len(navigator.places)
