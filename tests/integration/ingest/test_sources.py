"""The whole ingest on a real broker with sources of every kind: all of it arrives, and a restart fetches nothing again."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from services.ingest.app import start
from services.kit.health import Readiness
from services.kit.settings import Settings
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.codec import decode
from streams.events.sources import SourceHealth
from streams.topics import CLOSURE_REPORTS, SOURCES
from streams.world import World
from tests.faults.crowd.crowds import read_records
from tests.unit.ingest.publisher import Publisher, publishing

KEY = "a-long-key-of-the-city-office"
PATIENCE_S = 60
SOURCES_TOML = """
[[source]]
id = "it/feed"
kind = "feed"
name = "随時"
says = ["closures"]
terms = "x"
licence = "x"
contact = "x"
expected_s = 600
url = "{url}/short.xml"
long_url = "{url}/long.xml"

[[source]]
id = "it/pull"
kind = "pull"
name = "道路課"
says = ["closures"]
terms = "x"
licence = "x"
contact = "x"
expected_s = 600
format = "closures-geojson"
url = "{url}/roads.json"
key_env = "MIO_SOURCE_ROADS"
key_header = "X-Key"
key_form = "{{key}}"

[[source]]
id = "it/folder"
kind = "folder"
name = "受信箱"
says = ["closures"]
terms = "x"
licence = "x"
contact = "x"
expected_s = "none"
folder = "inbox"
interval_s = 1
settle_s = 1

[[source]]
id = "it/push"
kind = "push"
name = "都市OS"
says = ["closures"]
terms = "x"
licence = "x"
contact = "x"
expected_s = "none"
key_envs = ["MIO_SOURCE_PUSH"]
"""


def closure(name: str) -> str:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [135.23, 34.5]},
        "properties": {"id": name, "status": "closed", "as_of": "2026-11-25T10:00:00+09:00"},
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


@asynccontextmanager
async def ingesting(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """One life of the process."""
    broker = KafkaBroker(settings.kafka, World.DRILL, SystemClock())
    process = await start(settings, broker, Readiness())
    tasks = [asyncio.ensure_future(part()) for part in process.background]
    transport = httpx.ASGITransport(process.app)  # type: ignore[arg-type]
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://ingest") as client:
            yield client
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await broker.close()


async def taken(kafka: str) -> list[str]:
    """Closures of these sources on the stream, as often as they came."""
    records = await read_records(kafka, CLOSURE_REPORTS)
    named = [f"{dict(r.headers).get('ce_source', b'').decode()}/{r.key.decode()}" for r in records]
    return sorted(name for name in named if name.startswith("it/"))


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.05)


async def heard(client: httpx.AsyncClient, *ids: str) -> None:
    """Until these sources gave a document."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            rows = (await client.get("/v1/sources")).json()["declared"]
            if {row["source"] for row in rows if row["news_ms"] is not None} >= set(ids):
                return
            await asyncio.sleep(0.05)


def fill(publisher: Publisher) -> None:
    addresses = [publisher.put(f"/data/{number}.json", closure(f"F{number}")) for number in range(3)]
    entries = [(f"urn:{n}", f"2026-11-25T01:0{n}:00Z", address) for n, address in enumerate(addresses)]
    publisher.feed("/short.xml", entries[2])
    publisher.feed("/long.xml", *entries)
    publisher.put("/roads.json", closure("P1"), etag='"1"')


@pytest.mark.kafka
async def test_every_kind_of_source_arrives_once_also_over_a_restart(
    kafka: str, made_up_city: Path, tmp_path: Path
) -> None:
    async with publishing() as publisher:
        fill(publisher)
        (tmp_path / "inbox").mkdir()
        file = tmp_path / "sources.toml"
        file.write_text(SOURCES_TOML.format(url=publisher.url), encoding="utf-8")
        keys = {"MIO_SOURCE_ROADS": "hunter2", "MIO_SOURCE_PUSH": KEY}
        settings = Settings(
            kafka=kafka, area=made_up_city, partner_key="p", sources=str(file), source_keys=keys
        )
        async with ingesting(settings) as client:
            (tmp_path / "inbox/list.json").write_text(closure("D1"), encoding="utf-8")
            answer = await client.post(
                "/v1/sources/it/push/documents",
                content=closure("N1"),
                headers={"Authorization": f"Bearer {KEY}"},
            )
            assert answer.status_code == 202
            await heard(client, "it/feed", "it/pull", "it/folder", "it/push")
        everything = [
            f"it/{name}" for name in ("feed/F0", "feed/F1", "feed/F2", "folder/D1", "pull/P1", "push/N1")
        ]
        assert await taken(kafka) == everything
        assert [p.name for p in (tmp_path / "inbox/done").iterdir()] == ["list.json"]
        assert {h["x-key"] for path, _, h in publisher.answered if path == "/roads.json"} == {"hunter2"}

        began = len(publisher.answered)
        async with ingesting(settings) as client:
            rows = (await client.get("/v1/sources")).json()["declared"]
            assert all(row["news_ms"] is not None for row in rows if row["source"].startswith("it/"))
            await until(lambda: {"/short.xml", "/long.xml"} <= {p for p, _, _ in publisher.answered[began:]})
        assert [path for path, _, _ in publisher.answered[began:] if path.startswith("/data")] == []
        assert [name for name in await taken(kafka) if "/feed/" in name] == everything[:3]

        newest = {r.key: r.value for r in await read_records(kafka, SOURCES)}
        states = {
            k.decode(): decode(v, SourceHealth) for k, v in newest.items() if v and k.startswith(b"it/")
        }
        assert set(states) == {"it/feed", "it/pull", "it/folder", "it/push"}
        assert all(state.trouble is None for state in states.values())


@pytest.mark.kafka
async def test_a_file_with_mistakes_keeps_the_process_from_starting_and_says_all_of_them(
    kafka: str, made_up_city: Path, tmp_path: Path
) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(SOURCES_TOML.format(url="ftp://x").replace("interval_s = 1\n", "interval_s = 0\n"))
    settings = Settings(kafka=kafka, area=made_up_city, partner_key="p", sources=str(file))
    broker = KafkaBroker(kafka, World.DRILL, SystemClock())
    with pytest.raises(ValueError, match="expected https://host/path") as refused:
        await start(settings, broker, Readiness())
    await broker.close()
    assert "line 39" in str(refused.value)
