"""From a post to the gateway to people per cell, through two crowd processes, and out of the counts again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import h3.api.basic_int as h3
import pytest

from services.local.child import Child
from services.local.kafka import LocalKafka
from services.local.ports import free_port
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.world import World
from tests.faults.crowd.crowds import read_partial_rows, start_crowd
from tests.unit.gateway.gateways import REFUSED, Client, serving

HERE, THERE = (34.5, 135.2), (34.505, 135.21)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[LocalKafka]:
    """A broker whose positions are all ours."""
    server = LocalKafka(tmp_path / "kafka", port=free_port(), controller_port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def client(own: LocalKafka) -> AsyncIterator[Client]:
    broker = KafkaBroker(own.bootstrap, World.DRILL, SystemClock())
    async with serving(broker, SystemClock()) as client:
        yield client
    await broker.close()


async def people(bootstrap: str) -> dict[int, int]:
    """Cell -> people."""
    found: dict[int, int] = {}
    for row in await read_partial_rows(bootstrap):
        found[row.cell] = found.get(row.cell, 0) + row.count
    return found


async def until_counted(bootstrap: str, *places: tuple[tuple[float, float], int]) -> None:
    expected = {h3.latlng_to_cell(*place, 9): count for place, count in places if count}
    await until(lambda: _is(bootstrap, expected))


async def _is(bootstrap: str, expected: dict[int, int]) -> bool:
    return await people(bootstrap) == expected


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():
            await asyncio.sleep(0.05)


async def send(devices: list[Client], place: tuple[float, float]) -> None:
    answers = await asyncio.gather(*(device.send(lat=place[0], lon=place[1]) for device in devices))
    assert {answer.status_code for answer in answers} == {202}


@pytest.mark.kafka
async def test_people_are_counted_where_they_are_until_they_take_their_consent_back(
    own: LocalKafka, client: Client, tmp_path: Path
) -> None:
    crowds: list[Child] = [start_crowd(own.bootstrap, tmp_path)]
    try:
        devices = [await client.register() for _ in range(30)]
        await send(devices, HERE)
        await until_counted(own.bootstrap, (HERE, 30))
        # a second process shares the partitions; whoever moves is never counted twice
        crowds.append(start_crowd(own.bootstrap, tmp_path, name="second"))
        await send(devices[:20], THERE)
        await until_counted(own.bootstrap, (HERE, 10), (THERE, 20))
        crowds[0].kill()
        await devices[0].choose(REFUSED)
        await devices[1].erase()
        await send(devices[2:5], HERE)
        await until_counted(own.bootstrap, (HERE, 13), (THERE, 15))
    finally:
        for crowd in crowds:
            crowd.stop()
