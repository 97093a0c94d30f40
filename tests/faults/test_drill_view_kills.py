"""Worker, counts, view, Redis and broker of a launched drill are killed while events come in: the page's view is the oracle's in the end."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest

from services.local.plan import Plan
from services.local.ports import free_base
from services.local.supervisor import Supervisor
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.topics import CELLS, HAZARDS
from streams.view.port import Row, ViewError
from streams.view.redis import RedisView
from streams.world import World
from tests.faults.worker.mix import Mix, add_partials, make_mix, said
from tests.faults.worker.test_kills import play
from tests.integration.worker.city import AREAS, tail, until

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]
BOUND_S = 90.0
KILLS = (("worker", "counts"), ("redis", "view"), ("kafka",), ("redis", "worker", "counts"))


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    area = tmp_path / "area"
    area.mkdir()
    (area / "areas.geojson").write_bytes(AREAS)
    plan = Plan(
        state=tmp_path / "state", area=area, port_base=free_base(), processes=("worker", "counts", "view")
    )
    supervisor = Supervisor(plan)
    supervisor.start()
    yield supervisor
    supervisor.stop()


@pytest.fixture
async def broker(supervisor: Supervisor) -> AsyncIterator[KafkaBroker]:
    broker = KafkaBroker(supervisor.kafka, World.DRILL, SystemClock(), timeout_s=5)
    yield broker
    await broker.close()


@pytest.fixture
async def view(supervisor: Supervisor) -> AsyncIterator[RedisView]:
    view = RedisView(supervisor.redis, World.DRILL)
    yield view
    await view.close()


def differences(mix: Mix, rows: Mapping[str, Mapping[str, Row]]) -> list[str]:
    """Where the view does not say what the mix predicts. What is gone must not be there; cells are not for the view."""
    found = []
    for topic, wanted_by_key in mix.expected.items():
        if topic is CELLS:
            assert topic.name not in rows
            continue
        here = rows[topic.name]
        held = {key: said(topic, here[key].value) if key in here else None for key in wanted_by_key}
        found += [
            f"{topic.name} {k}: expected {w!r}, got {held[k]!r}"
            for k, w in wanted_by_key.items()
            if held[k] != w
        ]
    return found


async def test_what_the_page_reads_is_right_though_everything_behind_it_was_killed(
    supervisor: Supervisor, broker: KafkaBroker, view: RedisView
) -> None:
    mix = make_mix(7)
    add_partials(mix, 7)
    hazards = await tail(broker, HAZARDS)
    playing = asyncio.create_task(play(mix, await broker.publisher(), seconds=16))
    try:
        for names in KILLS:
            seen = len(hazards.seen_at_s)
            await until(lambda seen=seen: len(hazards.seen_at_s) > seen or playing.done(), BOUND_S)  # type: ignore[misc]
            for name in names:
                await asyncio.to_thread(supervisor.kill, name)
        await playing
        await _until_right(mix, view)
    finally:
        playing.cancel()


async def _until_right(mix: Mix, view: RedisView) -> None:
    left = ["the view never answered"]
    deadline = asyncio.get_running_loop().time() + BOUND_S
    while left and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.2)
        try:
            left = differences(mix, (await view.snapshot()).rows)
        except ViewError:
            left = ["Redis does not answer"]
    assert left == []
