"""The player against the real ingest and gateway in this process, on a real broker that is ours alone: nothing is lost or doubled."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import h3.api.basic_int as h3
import httpx
import pytest

from services.drill.city import City, DrillError
from services.drill.drill import Drill
from services.drill.knowledge import Document, Knowledge
from services.drill.oracle import Oracle
from services.drill.people import make_people
from services.drill.player import Player, Progress
from services.drill.scenario import make_scenario
from services.drill.sender import Sender, make_client
from services.gateway.app import start as start_gateway
from services.ingest.app import start as start_ingest
from services.kit.health import Readiness
from services.kit.http import Process
from services.kit.settings import Settings
from services.local.kafka import LocalKafka
from services.local.ports import free_port
from streams.broker import Record
from streams.broker_kafka import KafkaBroker
from streams.cells import PEOPLE_RESOLUTION
from streams.clock import ScenarioClock, SystemClock
from streams.codec import decode, decode_positions
from streams.events.alerts import Telegram
from streams.events.closures import ClosureReport
from streams.events.shelters import ShelterReport, SiteReport
from streams.topics import CLOSURE_REPORTS, POSITIONS, SHELTER_REPORTS, SITE_REPORTS, TELEGRAMS, Topic
from streams.world import World

pytestmark = pytest.mark.kafka
START_MS = 1_788_238_800_000
SPEED = 60.0
FIRST_EVENTS = 7
"""The script up to the flooded bridge: 32 minutes; the gateway refuses what is an hour late, so a slow machine has room."""
KEY = "a partner key for tests"
KINDS: dict[Topic, type[Any]] = {
    TELEGRAMS: Telegram,
    SITE_REPORTS: SiteReport,
    SHELTER_REPORTS: ShelterReport,
    CLOSURE_REPORTS: ClosureReport,
}


class Unreliable(httpx.AsyncBaseTransport):
    """Reaches apps in this process by host name. Every `every`-th request never arrives, the next is answered with 503 though taken."""

    def __init__(self, apps: dict[str, Process], *, every: int) -> None:
        self._apps = {name: httpx.ASGITransport(app=process.app) for name, process in apps.items()}
        self._every = every
        self.asked = 0
        self.failed: Counter[str] = Counter()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.asked % self._every == 0:
            self.failed["unreachable"] += 1
            raise httpx.ConnectError("nobody listens", request=request)
        answer = await self._apps[request.url.host].handle_async_request(request)
        if self.asked > self._every and self.asked % self._every == 1:
            self.failed["busy"] += 1
            return httpx.Response(503, request=request)
        return answer


@pytest.fixture(scope="module")
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = LocalKafka(tmp_path_factory.mktemp("kafka"), port=free_port(), controller_port=free_port())
    server.start()
    yield server.bootstrap
    server.stop()


@pytest.fixture(scope="module")
def area(made_up_city: Path) -> Path:
    return made_up_city


@pytest.fixture
def clock() -> ScenarioClock:
    return ScenarioClock(START_MS, SystemClock().now_ms(), SPEED)


@pytest.fixture
async def apps(own_kafka: str, area: Path, clock: ScenarioClock) -> AsyncIterator[dict[str, Process]]:
    import asyncio

    settings = Settings(
        kafka=own_kafka,
        area=area,
        clock=f"scenario:{clock.scenario_start_ms}:{clock.wall_start_ms}:{clock.speed}",
        partner_key=KEY,
        device_secret="a device secret for tests",
    )
    broker = KafkaBroker(own_kafka, World.DRILL, clock)
    made = {
        "ingest": await start_ingest(settings, broker, Readiness()),
        "gateway": await start_gateway(settings, broker, Readiness()),
    }
    beside = [asyncio.create_task(part()) for process in made.values() for part in process.background]
    yield made
    for task in beside:
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)
    await broker.close()


def make_sender(transport: httpx.AsyncBaseTransport, waits: list[str]) -> Sender:
    return Sender(make_client(KEY, transport=transport), "http://ingest", "http://gateway", waits.append)


async def read_all(bootstrap: str, topics: Sequence[Topic]) -> dict[Topic, list[Record]]:
    """Everything that the topics hold."""
    found: dict[Topic, list[Record]] = {topic: [] for topic in topics}
    broker = KafkaBroker(bootstrap, World.DRILL, SystemClock())
    for topic in topics:
        follower = await broker.follow(topic, found[topic].extend)
        await follower.wait_caught_up()
    await broker.close()
    return found


async def test_what_was_played_is_on_the_broker_exactly_though_requests_fail(
    own_kafka: str, area: Path, clock: ScenarioClock, apps: dict[str, Process]
) -> None:
    city = City.load(area)
    people = make_people(city, count=1_500)
    transport = Unreliable(apps, every=9)
    waits: list[str] = []
    seen: list[Progress] = []
    sender = make_sender(transport, waits)
    devices = await sender.register(int(people.consents.sum()))
    oracle = Oracle(city, len(people))
    whole = make_scenario(city, start_ms=clock.now_ms())
    drill = Drill(city, replace(whole, events=whole.events[:FIRST_EVENTS]), people)
    await Player(drill, clock, sender, devices, seen.append, oracle).play()
    await sender.client.aclose()

    assert transport.failed["unreachable"] > 10
    assert transport.failed["busy"] > 10
    assert len(waits) == transport.failed.total()
    assert sender.refused.total() == 0
    assert seen[-1].at_ms == seen[-1].end_ms
    records = await read_all(own_kafka, [*KINDS, POSITIONS])
    expected = oracle.end_state()
    known = Knowledge(city)
    for topic, kind in KINDS.items():
        known.hear(decode(r.value or b"", kind) for r in records[topic])
    assert known.hazards() == expected.hazards
    assert known.closures() == expected.closures
    assert known.shelters() == expected.shelters
    assert people_per_cell(records[POSITIONS]) == expected.people


def people_per_cell(records: Sequence[Record]) -> dict[int, int]:
    last: dict[int, tuple[int, float, float]] = {}
    for record in records:
        columns = decode_positions(record.value or b"")
        rows = (getattr(columns, name).tolist() for name in ("device", "at_ms", "lat", "lon"))
        for device, at_ms, lat, lon in zip(*rows, strict=True):
            last[device] = max(last.get(device, (0, 0.0, 0.0)), (at_ms, lat, lon))
    return dict(Counter(h3.latlng_to_cell(lat, lon, PEOPLE_RESOLUTION) for _, lat, lon in last.values()))


async def test_a_document_that_cannot_be_read_ends_the_drill_and_says_why(apps: dict[str, Process]) -> None:
    sender = make_sender(Unreliable(apps, every=1_000_000), [])
    broken = Document(at_ms=START_MS, source="jma", name="broken.xml", body=b"<Report")
    with pytest.raises(DrillError, match="422"):
        await sender.send_document(broken)
    await sender.client.aclose()


async def test_a_wrong_key_is_said_at_once_and_not_tried_again(apps: dict[str, Process]) -> None:
    waits: list[str] = []
    transport = Unreliable(apps, every=1_000_000)
    sender = Sender(
        make_client("another key", transport=transport), "http://ingest", "http://gateway", waits.append
    )
    with pytest.raises(DrillError, match="401"):
        await sender.register(10)
    assert waits == []
    await sender.client.aclose()
