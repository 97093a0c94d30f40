"""The repair list over HTTP: candidates, one order, an event that says who; and whether a place can be used now."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from dashboard_api.staff.older import FOLDER
from streams.broker_memory import MemoryBroker
from streams.clock import SystemClock
from streams.codec import decode
from streams.events.base import Action, Hazard
from streams.events.closures import ClosureRepair, ClosureState, Geometry, Mode, Saying
from streams.events.repairs import Candidate, Repair, Repaired, RepairKind
from streams.events.shelters import Layer, Opening, ShelterState, SiteRepair
from streams.topics import CLOSURE_REPAIRS, CLOSURES, REPAIRS, SHELTERS, SITE_REPAIRS
from streams.world import World
from tests.integration.staff.scene import KEY, Writer, serving

HEADERS = {"Authorization": f"Bearer {KEY}"}
LOST = ShelterState(
    id="lost/1", name="くすのき運動場", address="澪北市くすのき町2-1", municipality="99101", listed_source="市の一覧", layer=Layer.SITE,
    suits=(Hazard.INLAND_FLOOD,), opening=Opening.OPEN,
)  # fmt: skip
MISSING = Repair(kind=RepairKind.SITE, id=LOST.id, why="coordinates-missing", place="line 9")
ROAD = Candidate(
    id="澪大通り",
    name="澪大通り",
    lat=34.49,
    lon=135.23,
    source="network",
    score=0.9,
    reasons=("similar-name",),
)
CLOSED = ClosureState(
    id="C 9", source="道路課", as_of_ms=5, modes=(Mode.FOOT,), road_names=("澪大通",), starts_at_ms=3
)
UNDRAWN = Repair(kind=RepairKind.CLOSURE, id=CLOSED.id, why="not-drawn", candidates=(ROAD,))
SITE, CLOSURE = "/v1/repairs/site/lost%2F1", "/v1/repairs/closure/C%209"


@pytest.fixture
async def broker() -> AsyncIterator[MemoryBroker]:
    broker = MemoryBroker(World.DRILL, SystemClock())
    yield broker
    await broker.close()


@pytest.fixture
async def client(
    area: Path, redis_url: str, writer: Writer, broker: MemoryBroker
) -> AsyncIterator[httpx.AsyncClient]:
    await writer.put(SHELTERS, [(LOST.id, LOST)])
    await writer.put(CLOSURES, [(CLOSED.id, CLOSED)])
    await writer.put(REPAIRS, [(MISSING.key, MISSING), (UNDRAWN.key, UNDRAWN)])
    async with (
        serving(area, redis_url, broker=broker) as url,
        httpx.AsyncClient(base_url=url, timeout=30) as client,
    ):
        yield client


async def order(client: httpx.AsyncClient, path: str, *, status: int = 202, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    answer = await client.post(path, json={"by": "防災課", **fields}, headers=HEADERS)
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_line_comes_with_the_places_that_may_be_meant(client: httpx.AsyncClient) -> None:
    sheet = (await client.get(SITE)).json()
    assert sheet["repair"]["why"] == "coordinates-missing"
    best = sheet["candidates"][0]
    assert (best["name"], best["source"]) == ("くすのき運動場（架空）", "架空の避難場所一覧")
    assert "same-name" in best["reasons"]
    assert [c["key"] for c in (await client.get(CLOSURE)).json()["candidates"]] == ["network/澪大通り"]
    shown = (await client.get("/v1/snapshot")).json()["repairs"]
    assert {line["key"] for line in shown} == {"site/lost/1", "closure/C 9"}


async def test_a_chosen_candidate_is_an_event_that_names_who_what_when_and_from_what(
    client: httpx.AsyncClient, broker: MemoryBroker
) -> None:
    best = (await client.get(SITE)).json()["candidates"][0]
    receipt = await order(client, SITE, candidate=best["key"])
    (record,) = broker.records(SITE_REPAIRS)
    act = decode(record.value or b"", SiteRepair)
    assert (record.key, act.id, act.by, act.at_ms) == (b"lost/1", "lost/1", "防災課", receipt["at_ms"])
    assert (act.lat, act.lon, act.candidate) == (best["lat"], best["lon"], best["key"])
    assert (act.name, act.address, act.action) == (LOST.name, LOST.address, Action.ISSUE)


async def test_a_point_on_the_map_will_do_for_a_place_and_for_a_closure(
    client: httpx.AsyncClient, broker: MemoryBroker
) -> None:
    await order(client, SITE, lat=34.49, lon=135.23)
    await order(client, CLOSURE, lat=34.49, lon=135.23)
    (place,), (closure,) = broker.records(SITE_REPAIRS), broker.records(CLOSURE_REPAIRS)
    assert decode(place.value or b"", SiteRepair).lat == 34.49
    act = decode(closure.value or b"", ClosureRepair)
    assert (act.geometry, act.road_names) == (Geometry("point", (((34.49, 135.23),),)), ())
    assert act.said == Saying(road_names=("澪大通",), starts_at_ms=3)


async def test_a_chosen_road_closes_the_road_of_that_name(
    client: httpx.AsyncClient, broker: MemoryBroker
) -> None:
    await order(client, CLOSURE, candidate="network/澪大通り")
    act = decode(broker.records(CLOSURE_REPAIRS)[0].value or b"", ClosureRepair)
    assert (act.geometry, act.road_names, act.candidate) == (None, ("澪大通り",), "network/澪大通り")


async def test_what_was_placed_can_be_taken_back_and_placed_anew_with_what_the_source_said(
    client: httpx.AsyncClient, broker: MemoryBroker, writer: Writer
) -> None:
    assert (await order(client, CLOSURE, undo=True, status=409))["field"] == "undo"
    done = Repaired(at_ms=7, by="防災課", candidate="network/澪大通り")
    said = Saying(road_names=("澪大通",), starts_at_ms=3)
    placed = msgspec.structs.replace(CLOSED, road_names=("澪大通り",), repaired=done, said=said)
    line = msgspec.structs.replace(UNDRAWN, why="placed", is_open=False, repaired=done)
    await writer.put(CLOSURES, [(CLOSED.id, placed)])
    await writer.put(REPAIRS, [(UNDRAWN.key, line)])
    async with asyncio.timeout(30):
        while (await client.get(CLOSURE)).json()["repair"]["is_open"]:
            await asyncio.sleep(0.05)
    await order(client, CLOSURE, undo=True)
    await order(client, CLOSURE, lat=34.49, lon=135.23)
    undone, anew = (
        decode(r.value or b"", ClosureRepair)
        for r in sorted(broker.records(CLOSURE_REPAIRS), key=lambda r: r.offset)
    )
    assert (undone.action, undone.geometry, undone.said) == (Action.CANCEL, None, said)
    assert (anew.action, anew.said) == (Action.ISSUE, said)


async def test_a_municipality_that_is_no_more_is_set_right_by_where_the_place_lies(
    client: httpx.AsyncClient, broker: MemoryBroker, writer: Writer
) -> None:
    merged = msgspec.structs.replace(LOST, lat=34.485, lon=135.225, municipality="99199")
    await writer.put(SHELTERS, [(merged.id, merged)])
    await writer.put(
        REPAIRS,
        [(MISSING.key, msgspec.structs.replace(MISSING, why="municipality-unknown", written="99199"))],
    )
    async with asyncio.timeout(30):
        while (await client.get(SITE)).json()["repair"]["why"] != "municipality-unknown":
            await asyncio.sleep(0.05)
    (only,) = (await client.get(SITE)).json()["candidates"]
    assert (only["key"], only["name"], only["reasons"]) == ("area/99101", "澪南市", ["lies-in"])
    await order(client, SITE, lat=34.49, lon=135.23, status=422)
    await order(client, SITE, candidate=only["key"])
    act = decode(broker.records(SITE_REPAIRS)[0].value or b"", SiteRepair)
    assert (act.municipality, act.lat) == ("99101", None)


async def test_what_cannot_be_done_is_said_and_nothing_is_written(
    client: httpx.AsyncClient, broker: MemoryBroker
) -> None:
    await order(client, "/v1/repairs/site/nobody", lat=34.49, lon=135.23, status=404)
    await order(client, SITE, candidate="gsi/none", status=409)
    await order(client, SITE, lat=35.9, lon=139.7, status=422)
    await order(client, SITE, status=422)
    await order(client, SITE, lat=34.49, status=422)
    await order(client, SITE, lat=34.49, lon=135.23, undo=True, status=422)
    await order(client, SITE, by="", lat=34.49, lon=135.23, status=422)
    for headers in ({}, {"Authorization": "Bearer no"}):
        refused = await client.post(SITE, json={"by": "x", "lat": 34.49, "lon": 135.23}, headers=headers)
        assert (refused.status_code, refused.json()["field"]) == (401, "Authorization")
    await broker.ensure_topics([SITE_REPAIRS])
    assert broker.records(SITE_REPAIRS) == []


@pytest.fixture
def with_older_list(area: Path, tmp_path: Path) -> Path:
    """The city with a list of 2013 beside its own."""
    folder = tmp_path / "area"
    folder.mkdir()
    for file in area.iterdir():
        (folder / file.name).symlink_to(file)
    (folder / FOLDER).mkdir()
    (folder / FOLDER / "2013.csv").write_text(
        "ID,名称,緯度,経度,住所\n1,旧くすのき集会所,34.49,135.24,澪北市くすのき町2-1\n", encoding="utf-8"
    )
    return folder


async def test_older_lists_of_the_area_are_candidates_and_no_places(
    with_older_list: Path, redis_url: str, writer: Writer
) -> None:
    await writer.put(SHELTERS, [(LOST.id, msgspec.structs.replace(LOST, name="くすのき集会所"))])
    await writer.put(REPAIRS, [(MISSING.key, MISSING)])
    async with (
        serving(with_older_list, redis_url) as url,
        httpx.AsyncClient(base_url=url, timeout=30) as client,
    ):
        best = (await client.get(SITE)).json()["candidates"][0]
        assert (best["key"], best["name"]) == ("older-lists/2013.csv/1", "旧くすのき集会所")
        shelters = (await client.get("/v1/snapshot")).json()["shelters"]
        assert "旧くすのき集会所" not in {shelter["name"] for shelter in shelters}


async def test_a_place_says_for_each_hazard_whether_it_can_be_used_now_and_why(
    client: httpx.AsyncClient, writer: Writer
) -> None:
    lost = (await client.get("/v1/shelters/lost%2F1/use")).json()
    by_hazard = {use["hazard"]: use for use in lost["hazards"]}
    assert len(by_hazard) == 8
    assert by_hazard["inland_flood"]["verdict"] == "unknown"
    assert {"no-position", "report-old"} <= set(by_hazard["inland_flood"]["reasons"])
    at_ms = SystemClock().now_ms()
    usable = msgspec.structs.replace(LOST, id="usable", lat=34.485, lon=135.225, reported_as_of_ms=at_ms)
    await writer.put(SHELTERS, [(usable.id, usable)])
    async with asyncio.timeout(30):
        while (answer := await client.get("/v1/shelters/usable/use")).status_code == 404:
            await asyncio.sleep(0.05)
    first = answer.json()["hazards"][0]
    assert (first["hazard"], first["in_force"], first["verdict"]) == ("inland_flood", True, "yes")
    assert (await client.get("/v1/shelters/nobody/use")).status_code == 404
