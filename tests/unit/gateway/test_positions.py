"""Positions: refused with the field at fault, gathered into few records, answered when acknowledged."""

import asyncio
import re

import httpx
import numpy as np
import pytest

from services.gateway import batcher as batching
from services.gateway.batcher import Batcher, positions_of
from streams.broker import BrokerUnavailableError
from streams.clock import ManualClock
from streams.topics import POSITIONS
from tests.unit.gateway.gateways import GRANTED, NOW_MS, PARTNER, Bench, Client

BAD = [
    ({"lat": 90.5}, "positions.0.lat"),
    ({"lat": -91}, "positions.0.lat"),
    ({"lon": 180.01}, "positions.0.lon"),
    ({"lon": "135"}, "positions.0.lon"),
    ({"at_ms": NOW_MS + 60_001}, "positions.0.at_ms"),
    ({"at_ms": NOW_MS - 840_001}, "positions.0.at_ms"),
    ({"at_ms": 1.5}, "positions.0.at_ms"),
    ({"speed": 3}, "positions.0.speed"),
]


@pytest.mark.parametrize(("change", "field"), BAD)
async def test_a_bad_position_is_refused_with_its_field_and_nothing_is_published(
    bench: Bench, client: Client, change: dict[str, object], field: str
) -> None:
    device = await client.register()
    answer = await device.post([{"at_ms": NOW_MS, "lat": 34.5, "lon": 135.2, **change}])
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["field"] == field
    assert bench.publishes == []


async def test_one_bad_position_among_many_refuses_them_all_and_says_which(
    bench: Bench, client: Client
) -> None:
    device = await client.register()
    good = {"at_ms": NOW_MS, "lat": 34.5, "lon": 135.2}
    answer = await device.post([good, good, {**good, "at_ms": NOW_MS + 7_200_000}])
    problem = answer.json()
    assert problem["type"].endswith(":clock-ahead")
    assert problem["detail"] == "positions.2.at_ms is 7200 s in the future; at most 60 s are taken"
    assert bench.sent() == 0


@pytest.mark.parametrize(
    "text", ['{"positions":[{"at_ms":1,"lat":NaN,"lon":1}]}', "{", "[]", '{"positions":[]}', ""]
)
async def test_what_is_no_list_of_positions_is_refused(client: Client, text: str) -> None:
    device = await client.register()
    headers = {**device.headers, "Content-Type": "application/json"}
    answer = await device.http.post("/v1/positions", content=text, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith(":invalid-request")


async def test_a_body_without_end_is_not_read(client: Client) -> None:
    device = await client.register()
    answer = await device.http.post("/v1/positions", content=b" " * (2 << 20), headers=device.headers)
    assert answer.status_code == 413


async def test_positions_at_the_bounds_are_taken(bench: Bench, client: Client) -> None:
    device = await client.register()
    for at_ms, lat, lon in ((NOW_MS + 60_000, 90, 180), (NOW_MS - 840_000, -90, -180), (NOW_MS, 0, 0)):
        assert (await device.send(at_ms=at_ms, lat=lat, lon=lon)).status_code == 202
    assert bench.sent() == 3


async def test_posts_that_come_together_share_one_record_per_partition(bench: Bench, client: Client) -> None:
    devices = [await client.register() for _ in range(40)]
    answers = await asyncio.gather(*(device.send() for device in devices))
    assert {a.status_code for a in answers} == {202}
    assert bench.sent() == 40
    assert sum(bench.publishes) <= 24  # twelve partitions, at most two flushes
    for record, columns in zip(bench.records(POSITIONS), bench.positions(), strict=True):
        assert set((columns.device % 12).tolist()) == {record.partition}


async def test_a_post_is_answered_only_after_the_broker_has_acknowledged(
    bench: Bench, client: Client
) -> None:
    device = await client.register()
    bench.hold.clear()
    post = asyncio.create_task(device.send())
    done, _ = await asyncio.wait([post], timeout=0.2)
    assert not done
    bench.hold.set()
    assert (await post).status_code == 202


async def test_a_broker_that_is_away_is_said_and_the_same_post_is_taken_later(
    bench: Bench, client: Client
) -> None:
    device = await client.register()
    bench.away = {"positions"}
    answer = await device.send()
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert answer.json()["type"].endswith(":broker-unavailable")
    bench.away = set()
    assert (await device.send()).status_code == 202


async def test_a_sender_is_told_at_once_when_too_much_waits(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "WAITING_POSITIONS", 3)
    batcher = Batcher(bench, ManualClock(NOW_MS))
    two = positions_of([1, 2], [NOW_MS, NOW_MS], [1, 1], [1, 1])
    waiting = asyncio.create_task(batcher.add(two))
    await asyncio.sleep(0)
    with pytest.raises(BrokerUnavailableError, match="2 positions wait already"):
        await batcher.add(two)
    await bench.ensure_topics([POSITIONS])
    run = asyncio.create_task(batcher.run())
    await waiting
    run.cancel()


async def test_whoever_still_waits_when_the_gateway_stops_is_told_that_nothing_was_taken(
    bench: Bench,
) -> None:
    batcher = Batcher(bench, ManualClock(NOW_MS))
    bench.hold.clear()
    run = asyncio.create_task(batcher.run())
    under_way = asyncio.create_task(batcher.forget(1))
    await asyncio.wait([under_way], timeout=0.1)
    queued = asyncio.create_task(batcher.forget(2))
    await asyncio.sleep(0)
    run.cancel()
    for post in (under_way, queued):
        with pytest.raises(BrokerUnavailableError, match="stops"):
            await post


async def post_columns(client: Client, **columns: list[object]) -> httpx.Response:
    return await client.http.post("/v1/positions/batch", json=columns, headers=PARTNER)


async def partner_devices(client: Client, count: int, consents: list[dict[str, str]] = GRANTED) -> list[str]:
    body = {"count": count, "consents": consents, "notice": "2026-1", "language": "ja"}
    answer = await client.http.post("/v1/devices/batch", json=body, headers=PARTNER)
    assert answer.status_code == 201
    return list(answer.json()["devices"])


async def test_a_batch_takes_what_may_be_taken_and_counts_the_rest_by_reason(
    bench: Bench, client: Client
) -> None:
    granted = await partner_devices(client, 4)
    (refused,) = await partner_devices(client, 1, [])
    answer = await post_columns(
        client,
        device=[*granted, refused, "who?"],
        at_ms=[NOW_MS, NOW_MS + 61_000, NOW_MS - 900_000, NOW_MS, NOW_MS, NOW_MS],
        lat=[34.5, 34.5, 34.5, 95, 34.5, 34.5],
        lon=[135.2] * 6,
    )
    assert answer.status_code == 202
    expected = {"clock-ahead": 1, "too-old": 1, "bad-coordinates": 1, "no-consent": 2}
    assert answer.json() == {"accepted": 1, "refused": expected}
    assert bench.sent() == 1


async def test_a_batch_of_five_thousand_is_one_flush(bench: Bench, client: Client) -> None:
    devices = await partner_devices(client, 5000)
    answer = await post_columns(
        client, device=devices, at_ms=[NOW_MS] * 5000, lat=[34.5] * 5000, lon=[135.2] * 5000
    )
    assert answer.json() == {"accepted": 5000, "refused": {}}
    assert bench.publishes == [12]
    assert len(np.unique(np.concatenate([c.device for c in bench.positions()]))) == 5000


async def test_columns_of_different_length_are_refused(client: Client) -> None:
    answer = await post_columns(client, device=["a", "b"], at_ms=[NOW_MS], lat=[1], lon=[1])
    assert answer.status_code == 422
    assert "columns differ in length" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/v1/positions/batch", "/v1/devices/batch"])
async def test_partners_need_the_key(client: Client, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        answer = await client.http.post(path, json={}, headers=headers)
        assert answer.status_code == 401


async def test_nothing_about_a_person_is_in_the_metrics(client: Client) -> None:
    device = await client.register()
    await device.send(lat=34.56789)
    text = (await client.http.get("/metrics")).text
    token = device.headers["Authorization"].removeprefix("Bearer ")
    assert 'mio_gateway_positions_total{outcome="accepted"}' in text
    assert token.partition(".")[0] not in text
    assert "34.567" not in text


async def test_what_a_device_is_refused_is_counted_by_its_reason(client: Client) -> None:
    device = await client.register()
    before = await refused(client)
    good = {"at_ms": NOW_MS, "lat": 34.5, "lon": 135.2}
    await device.post([good, {**good, "at_ms": NOW_MS + 60_001}])
    await device.post([{**good, "at_ms": NOW_MS - 840_001}])
    after = await refused(client)
    assert {reason: after[reason] - before.get(reason, 0) for reason in after} == {
        "clock-ahead": 2,
        "too-old": 1,
    }


async def refused(client: Client) -> dict[str, float]:
    """Positions so far by reason, as the metrics tell; the two that a device can mend by its clock."""
    text = (await client.http.get("/metrics")).text
    found = re.findall(
        r'^mio_gateway_positions_total{outcome="(clock-ahead|too-old)"} (\S+)$', text, re.MULTILINE
    )
    return {reason: float(count) for reason, count in found}
