"""A place and a closure that nobody can place, through Kafka, the worker, the view, the staff page and the router; and back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.navigator.app import load_ground
from services.navigator.live import Live
from services.navigator.repair_notes import RepairNotes
from streams.broker import Message
from streams.broker_kafka import KafkaBroker, KafkaPublisher
from streams.clock import SystemClock
from streams.codec import encode
from streams.events.base import Hazard
from streams.events.closures import ClosureReport, Mode
from streams.events.shelters import Layer, UnplacedSite
from streams.topics import CLOSURE_REPORTS, SITE_REPORTS
from streams.view.redis import RedisView
from streams.view.service import serve as serve_view
from streams.world import World
from tests.integration.staff.scene import KEY, serving, wipe
from tests.integration.worker.city import Worker, until

pytestmark = pytest.mark.kafka

SITE = UnplacedSite(
    id="lost",
    source="市の一覧",
    layer=Layer.SITE,
    name="まぼろし公園",
    why="coordinates-missing",
    suits=(Hazard.FLOOD,),
)
CLOSURE = ClosureReport(
    id="roads/lost",
    source="roads",
    as_of_ms=5,
    modes=(Mode.FOOT,),
    road_names=("どこにもない通り",),
    misdrawn="coordinates-swapped",
)
HEADERS = {"Authorization": f"Bearer {KEY}"}


@asynccontextmanager
async def running(*parts: Any) -> AsyncIterator[None]:  # noqa: ANN401
    tasks = [asyncio.ensure_future(part) for part in parts]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def line(client: httpx.AsyncClient, key: str, *, is_open: bool) -> dict[str, Any]:
    """The line of the repair list, once it is open, or done."""
    async with asyncio.timeout(60):
        while True:
            answer = await client.get(f"/v1/repairs/{key}")
            if answer.status_code == 200 and answer.json()["repair"]["is_open"] is is_open:
                found: dict[str, Any] = answer.json()["repair"]
                return found
            await asyncio.sleep(0.1)


async def test_what_staff_place_reaches_the_router_and_what_they_take_back_leaves_it(
    broker: KafkaBroker, publisher: KafkaPublisher, worker: Worker, made_up_city: Path, redis_url: str
) -> None:
    wipe(redis_url)
    ground = await asyncio.to_thread(load_ground, made_up_city)
    live = Live(ground, SystemClock())
    await live.follow(broker)
    notes = RepairNotes(lambda: live.moment if live.is_ready else None, broker)
    await publisher.publish(SITE_REPORTS, [Message(SITE.id.encode(), encode(SITE))])
    await publisher.publish(CLOSURE_REPORTS, [Message(CLOSURE.id.encode(), encode(CLOSURE))])
    view = RedisView(redis_url, World.DRILL)
    corner = len(ground.network.node_lat) // 2
    point = {"lat": float(ground.network.node_lat[corner]), "lon": float(ground.network.node_lon[corner])}
    async with (
        running(live.run(), notes.run(), serve_view(broker, view, ready=lambda: None)),
        serving(made_up_city, redis_url, broker=broker) as url,
        httpx.AsyncClient(base_url=url, timeout=30, headers=HEADERS) as client,
    ):
        site, closure = (
            await line(client, "site/lost", is_open=True),
            await line(client, "closure/roads/lost", is_open=True),
        )
        assert (site["why"], closure["why"], closure["written"]) == (
            "coordinates-missing", "not-drawn", "coordinates-swapped",
        )  # fmt: skip
        assert live.moment.world.places["lost"].lat is None
        assert "roads/lost" not in live.moment.overlay.closures
        for key in ("site/lost", "closure/roads/lost"):
            answer = await client.post(f"/v1/repairs/{key}", json={"by": "防災課", **point})
            assert answer.status_code == 202, answer.text
        await until(lambda: live.moment.world.places["lost"].lat == point["lat"], 60)
        await until(lambda: len(live.moment.overlay.closures.get("roads/lost", ())) > 0, 60)
        assert "lost" in {place.id for place in live.moment.world.list_targets(frozenset({Hazard.FLOOD}))}
        assert (await line(client, "site/lost", is_open=False))["repaired"]["by"] == "防災課"
        assert (await line(client, "closure/roads/lost", is_open=False))["why"] == "placed"
        for key in ("site/lost", "closure/roads/lost"):
            await client.post(f"/v1/repairs/{key}", json={"by": "防災課", "undo": True})
        await until(lambda: live.moment.world.places["lost"].lat is None, 60)
        await until(lambda: "roads/lost" not in live.moment.overlay.closures, 60)
        assert (await line(client, "closure/roads/lost", is_open=True))["repaired"] is None
    await view.close()
