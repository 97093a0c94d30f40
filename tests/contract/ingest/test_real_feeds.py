"""Real documents by the ways they come: pulled over HTTP, and pointed to by a feed; the world's rule holds on each of them."""

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from services.ingest.pollers import FeedPoller, PullPoller
from services.ingest.seen import SeenEntries
from streams.adapters.registry import read
from streams.folds.sources import Outcome
from streams.topics import CLOSURE_REPORTS, TELEGRAMS
from streams.world import World
from tests.unit.ingest.declared import feed, pull
from tests.unit.ingest.desk import Desk, open_desk
from tests.unit.ingest.publisher import publishing

MEANT = ("15_12_01_161130_VPWW54.xml", "15_09_03_130826_VPWW53.xml", "15_10_03_160628_VPWW53.xml")
NEWS = ((Outcome.NEWS, ""),)


def telegrams(data_dir: Path) -> list[bytes]:
    """Some of the sample archive, as they are published: of status 通常."""
    with zipfile.ZipFile(data_dir / "alerts/jma/telegrams.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(MEANT)]
        return [archive.read(name) for name in names]


@pytest.mark.parametrize(
    ("folder", "pattern", "name"),
    [
        ("roads/datex2-uk", "Event_Data_*.xml", "datex2"),
        ("roads/wzdx", "*.geojson", "wzdx"),
        ("roads/nsw-livetraffic-2017", "*.json", "nsw-livetraffic"),
    ],
)
async def test_a_road_feed_is_pulled_as_its_publisher_has_it(
    data_dir: Path, folder: str, pattern: str, name: str
) -> None:
    file = max((data_dir / folder).rglob(pattern), key=lambda found: found.stat().st_size)
    async with publishing() as publisher, open_desk() as desk:
        source = pull(publisher.put("/d", file.read_bytes(), etag='"1"'), format=name)
        poller = PullPoller(source, desk.puller(source), replace(desk.intake, read=read))
        assert (await poller.ask()).outcomes == NEWS
        assert desk.broker.records(CLOSURE_REPORTS)
        assert (await poller.ask()).outcomes == ((Outcome.SAME, ""),)


async def take_all(desk: Desk, documents: list[bytes], world: World) -> tuple[tuple[Outcome, str], ...]:
    async with publishing() as publisher:
        entries = [
            (f"urn:{n}", f"2026-11-25T01:0{n}:00Z", publisher.put(f"/data/{n}.xml", document))
            for n, document in enumerate(documents)
        ]
        source = feed(publisher.feed("/extra.xml", *entries), format="jma")
        intake = replace(desk.intake, read=read, world=world)
        seen = SeenEntries(desk.broker, desk.wall)
        poller = FeedPoller(source, desk.puller(source), intake, seen=seen, wall=desk.wall)
        return (await poller.ask()).outcomes


async def test_what_jma_means_reaches_the_real_world_and_never_the_drill(data_dir: Path) -> None:
    documents = telegrams(data_dir)
    assert len(documents) == len(MEANT)
    async with open_desk() as desk:
        assert await take_all(desk, documents, World.REAL) == NEWS
        assert len(desk.broker.records(TELEGRAMS)) == len(documents)
    async with open_desk() as desk:
        assert await take_all(desk, documents, World.DRILL) == NEWS, "the source is well, it is not for us"
        assert desk.broker.records(TELEGRAMS) == []


@pytest.mark.parametrize("status", ["訓練", "試験"])
async def test_what_jma_practises_reaches_the_drill_and_never_the_real_world(
    data_dir: Path, status: str
) -> None:
    practised = [
        document.replace("<Status>通常</Status>".encode(), f"<Status>{status}</Status>".encode())
        for document in telegrams(data_dir)
    ]
    async with open_desk() as desk:
        await take_all(desk, practised, World.REAL)
        assert desk.broker.records(TELEGRAMS) == []
    async with open_desk() as desk:
        await take_all(desk, practised, World.DRILL)
        assert len(desk.broker.records(TELEGRAMS)) == len(practised)
