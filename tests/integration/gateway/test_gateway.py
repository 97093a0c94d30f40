"""The gateway on a real broker: what is acknowledged is there, what nobody agreed to is not, a lost broker is said."""

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from services.gateway.identity import Identity
from services.local.kafka import LocalKafka
from services.local.ports import free_port
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.codec import PositionColumns, decode_positions
from streams.crowd.rules import AHEAD_MS
from streams.topics import POSITIONS
from streams.world import World
from tests.faults.crowd.crowds import read_records
from tests.unit.gateway.gateways import REFUSED, SECRET, Client, serving


def hash_of(device: Client) -> int:
    token = device.headers["Authorization"].removeprefix("Bearer ")
    return Identity(SECRET).device_hash(token.partition(".")[0])


async def positions_of(bootstrap: str, device: Client) -> list[tuple[int, PositionColumns]]:
    """(partition, its columns) of one device, in the order of the log."""
    found = []
    for record in await read_records(bootstrap, POSITIONS):
        columns = decode_positions(record.value)
        mine = columns.device == hash_of(device)
        if mine.any():
            parts = (columns.device[mine], columns.at_ms[mine], columns.lat[mine], columns.lon[mine])
            found.append((record.partition, PositionColumns(*parts, columns.received_at_ms)))
    return found


@pytest.mark.kafka
async def test_what_is_answered_with_202_is_on_the_topic_in_the_devices_partition(
    kafka: str, client: Client
) -> None:
    device = await client.register()
    assert (await device.send(lat=34.5, lon=135.25)).status_code == 202
    ((partition, columns),) = await positions_of(kafka, device)
    assert partition == hash_of(device) % 12
    assert (columns.lat.tolist(), columns.lon.tolist()) == ([34.5], [135.25])


@pytest.mark.kafka
async def test_nothing_of_a_device_without_consent_is_on_the_topic(kafka: str, client: Client) -> None:
    device = await client.register(REFUSED)
    assert (await device.send()).status_code == 403
    assert await positions_of(kafka, device) == []


@pytest.mark.kafka
async def test_after_revocation_and_erasure_only_forgets_follow(kafka: str, client: Client) -> None:
    device = await client.register()
    await device.send()
    await device.choose(REFUSED)
    assert (await device.send()).status_code == 403
    await device.erase()
    assert (await device.send()).status_code == 401
    first, *rest = await positions_of(kafka, device)
    assert np.isfinite(first[1].lat).all()
    assert len(rest) == 2
    for _, columns in rest:
        assert np.isnan(columns.lat).all()
        assert np.isnan(columns.lon).all()
        assert columns.at_ms[0] > first[1].at_ms[0] + AHEAD_MS - 1


@pytest.mark.kafka
async def test_consents_outlive_the_process(kafka: str, client: Client, broker: KafkaBroker) -> None:
    granted, erased = await client.register(), await client.register()
    await erased.erase()
    async with serving(broker, SystemClock()) as reborn:
        assert (await Client(reborn.http, reborn.clock, granted.headers).send()).status_code == 202
        assert (await Client(reborn.http, reborn.clock, erased.headers).send()).status_code == 401


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[LocalKafka]:
    """A broker that this test may take away."""
    server = LocalKafka(tmp_path / "kafka", port=free_port(), controller_port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.mark.kafka
async def test_a_lost_broker_is_said_with_503_and_the_same_post_is_taken_when_it_is_back(
    own: LocalKafka,
) -> None:
    broker = KafkaBroker(own.bootstrap, World.DRILL, SystemClock(), timeout_s=3)
    try:
        async with serving(broker, SystemClock()) as client:
            device = await client.register()
            at_ms = client.clock.now_ms()
            assert (await device.send(at_ms=at_ms)).status_code == 202
            own.kill()
            answer = await device.send(at_ms=at_ms + 1)
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert int(answer.headers["retry-after"]) > 0
            own.start()
            while (answer := await device.send(at_ms=at_ms + 1)).status_code == 503:
                assert client.clock.now_ms() < at_ms + 60_000
            assert answer.status_code == 202
            times = {int(t) for _, c in await positions_of(own.bootstrap, device) for t in c.at_ms}
            assert times == {at_ms, at_ms + 1}
    finally:
        await broker.close()
