"""The staff API over a real Redis: snapshot, resume, slow readers, a view that goes away, refusals, files."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from services.kit.settings import Settings, SettingsError
from services.local.ports import free_port
from services.local.redis import LocalRedis
from streams.clock import SystemClock
from streams.events.shelters import Opening, ShelterState
from streams.topics import CLOSURES, SHELTERS
from tests.integration.staff.scene import Writer, closure, evening, serving, wipe


@pytest.fixture
async def site(area: Path, redis_url: str, writer: Writer) -> AsyncIterator[str]:
    async with serving(area, redis_url) as url:
        yield url


@pytest.fixture
async def client(site: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=site, timeout=15) as client:
        yield client


class Page:
    """A reader of server-sent events that can leave and come back."""

    def __init__(self, client: httpx.AsyncClient, last_id: str) -> None:
        self.client = client
        self.last_id = last_id
        self.statuses: list[dict[str, Any]] = []

    async def read(self, count: int) -> list[dict[str, Any]]:
        """Opens the stream, takes so many changes (or a resync), and leaves."""
        found: list[dict[str, Any]] = []
        headers = {"Last-Event-ID": self.last_id}
        async with asyncio.timeout(15), self.client.stream("GET", "/v1/changes", headers=headers) as answer:
            fields: dict[str, str] = {}
            async for line in answer.aiter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                    continue
                self._take(fields, found)
                fields = {}
                if len(found) >= count:
                    break
        return found

    def _take(self, fields: dict[str, str], found: list[dict[str, Any]]) -> None:
        self.last_id = fields.get("id", self.last_id)
        if fields.get("event") == "status":
            self.statuses.append(msgspec.json.decode(fields["data"]))
        elif "event" in fields:
            found.append({"event": fields["event"], **msgspec.json.decode(fields["data"])})


def shelter(name: str, headcount: int) -> tuple[str, ShelterState]:
    return name, ShelterState(id=name, name=name, opening=Opening.OPEN, headcount=headcount)


async def test_the_snapshot_holds_columns_rows_ages_and_the_world(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/snapshot", headers={"Accept-Encoding": "gzip"})
    snapshot = answer.json()
    assert answer.headers["Content-Encoding"] == "gzip"
    lengths = {len(column) for column in snapshot["cells"].values()}
    assert len(lengths) == 1
    assert lengths.pop() > 300
    assert None in snapshot["cells"]["shown"]
    assert not {0, 1, 5, 9} & set(snapshot["cells"]["shown"])
    assert (len(snapshot["shelters"]), len(snapshot["alerts"]), len(snapshot["closures"])) == (60, 3, 1)
    assert all(not zone["cells"] for alert in snapshot["alerts"] for zone in alert["zones"])
    assert snapshot["status"]["world"] == "drill"
    assert {s["kind"] for s in snapshot["sources"]} == {
        "alerts", "closures", "shelter_reports", "shelter_lists", "counts",
    }  # fmt: skip
    assert [m["code"] for m in snapshot["municipalities"]] == ["99101", "99102", "99103"]


async def test_a_page_that_reconnects_misses_nothing_and_is_told_nothing_twice(
    client: httpx.AsyncClient, writer: Writer
) -> None:
    page = Page(client, (await client.get("/v1/snapshot")).json()["id"])
    seen: list[int] = []
    for step in range(5):
        # written while nobody reads: the page is away between two readings
        await writer.put(SHELTERS, [shelter("S-live", step * 2)])
        await writer.put(CLOSURES, [closure(f"away-{step}", SystemClock().now_ms())])
        (change,) = await page.read(1)
        seen += [s["headcount"] for s in change["shelters"]]
        assert [c["id"] for c in change["closures"]] == [f"away-{step}"]
    assert seen == [0, 2, 4, 6, 8]


async def test_a_page_goes_on_at_another_replica_where_it_left_the_first(
    area: Path, redis_url: str, client: httpx.AsyncClient, writer: Writer
) -> None:
    page = Page(client, (await client.get("/v1/snapshot")).json()["id"])
    await writer.put(CLOSURES, [closure("first", 1)])
    assert [c["id"] for c in (await page.read(1))[0]["closures"]] == ["first"]
    await writer.put(CLOSURES, [closure("second", 2)])
    async with serving(area, redis_url) as other, httpx.AsyncClient(base_url=other) as elsewhere:
        page.client = elsewhere
        (change,) = await page.read(1)
    assert [c["id"] for c in change["closures"]] == ["second"]


async def test_a_page_from_before_the_view_was_wiped_is_told_to_take_a_new_snapshot(
    client: httpx.AsyncClient, writer: Writer, area: Path, redis_url: str
) -> None:
    page = Page(client, (await client.get("/v1/snapshot")).json()["id"])
    wipe(redis_url)
    await evening(area, Writer(writer.view))
    async with serving(area, redis_url) as url, httpx.AsyncClient(base_url=url) as page.client:
        assert [e["event"] for e in await page.read(1)] == ["resync"]
        assert len((await page.client.get("/v1/snapshot")).json()["shelters"]) == 60


async def test_a_page_that_stays_through_a_wipe_is_given_everything_again(
    client: httpx.AsyncClient, writer: Writer, area: Path, redis_url: str
) -> None:
    page = Page(client, (await client.get("/v1/snapshot")).json()["id"])
    wipe(redis_url)
    await evening(area, Writer(writer.view))
    told: set[str] = set()
    while len(told) < 60:
        for event in await page.read(1):
            assert event["event"] == "change"
            told |= {s["id"] for s in event["shelters"]}


async def test_one_page_that_does_not_read_slows_nobody(
    site: str, client: httpx.AsyncClient, writer: Writer
) -> None:
    host, port = site.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.sendall(f"GET /v1/changes HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        page = Page(client, (await client.get("/v1/snapshot")).json()["id"])
        clock = SystemClock()
        delays = []
        for step in range(30):
            # large frames: the stuck page's buffers fill long before the end
            text = "あ" * 30_000
            row = ShelterState(id="big", name=text, headcount=step)
            await writer.put(SHELTERS, [("big", row)])
            began = clock.now_ms()
            await writer.put(CLOSURES, [closure(f"urgent-{step}", clock.now_ms())])
            await page.read(1)
            delays.append(clock.now_ms() - began)
        assert sorted(delays)[len(delays) // 2] < 500


async def test_missed_changes_can_be_polled_and_an_old_id_is_gone(
    client: httpx.AsyncClient, writer: Writer
) -> None:
    last = (await client.get("/v1/snapshot")).json()["id"]
    await writer.put(CLOSURES, [closure("polled", 1)])
    async with asyncio.timeout(15):
        while not (change := (await client.get("/v1/changes/missed", params={"after": last})).json())[
            "closures"
        ]:
            await asyncio.sleep(0.05)
    assert [c["id"] for c in change["closures"]] == ["polled"]
    gone = await client.get("/v1/changes/missed", params={"after": "1-0"})
    assert (gone.status_code, gone.json()["type"]) == (410, "urn:miotsukushi:problem:changes-gone")


async def test_a_page_of_one_municipality_never_holds_counts_of_another(
    area: Path, redis_url: str, writer: Writer
) -> None:
    async with (
        serving(area, redis_url, municipalities="99102") as url,
        httpx.AsyncClient(base_url=url) as client,
    ):
        snapshot = (await client.get("/v1/snapshot")).json()
        assert set(snapshot["cells"]["municipality"]) == {"99102"}
        refused = await client.get("/v1/snapshot", params={"municipality": "99101"})
        assert refused.status_code == 403
        assert "no-rule-permits" in refused.json()["detail"]
        own = (await client.get("/v1/snapshot", params={"municipality": "99102"})).json()
        assert len(own["cells"]["cell"]) == len(snapshot["cells"]["cell"])


async def test_a_municipality_that_the_area_does_not_hold_stops_the_start(area: Path, redis_url: str) -> None:
    with pytest.raises(SettingsError, match="MIO_MUNICIPALITIES names 27127"):
        async with serving(area, redis_url, municipalities="99101,27127"):
            pass
    with pytest.raises(SettingsError, match="mio area build"):
        async with serving(area / "nowhere", redis_url):
            pass


async def test_a_view_that_dies_is_said_and_comes_back_by_itself(area: Path, tmp_path: Path) -> None:
    server = LocalRedis(tmp_path / "redis", port=free_port())
    server.start()
    try:
        from streams.view.redis import RedisView
        from streams.world import World

        view = RedisView(server.url, World.DRILL)
        await evening(area, Writer(view))
        await view.close()
        async with serving(area, server.url) as url, httpx.AsyncClient(base_url=url, timeout=15) as client:
            async with asyncio.timeout(60):
                assert (await client.get("/v1/snapshot")).status_code == 200
                await asyncio.to_thread(server.stop)
                while (away := await client.get("/v1/snapshot")).status_code == 200:
                    await asyncio.sleep(0.05)
                assert away.json()["type"] == "urn:miotsukushi:problem:view-away"
                status = (await client.get("/v1/status")).json()
                assert (status["view"], status["view_as_of_ms"] <= status["now_ms"]) == ("away", True)
                await asyncio.to_thread(server.start)
                again = RedisView(server.url, World.DRILL)
                await evening(area, Writer(again))
                await again.close()
                while (await client.get("/v1/snapshot")).status_code != 200:
                    await asyncio.sleep(0.05)
    finally:
        server.stop()


async def test_area_files_are_served_by_ranges_and_nothing_else_of_the_folder_is(
    client: httpx.AsyncClient, area: Path
) -> None:
    part = await client.get("/area/basemap.pmtiles", headers={"Range": "bytes=0-6"})
    assert (part.status_code, part.content) == (206, b"PMTiles")
    assert (await client.get("/area/zones.geojson")).json()["type"] == "FeatureCollection"
    for other in ("network.mio", "sites.jsonl", "area.json", "..%2Farea.json"):
        answer = await client.get(f"/area/{other}")
        assert answer.status_code in (404, 422), other
    assert "default-src 'self'" in part.headers["Content-Security-Policy"]


def test_settings_name_no_municipality_by_default() -> None:
    assert Settings().municipalities == ""
