"""The rules that are behaviour: what the worker does on a real broker when something goes wrong."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from streams.broker import Message
from streams.broker_kafka import KafkaBroker, KafkaPublisher
from streams.codec import encode
from streams.topics import HAZARDS, TELEGRAMS, WORKER_SERIES, dead_letters
from tests.integration.worker.city import (
    Worker,
    committed,
    send,
    settled,
    supervised,
    tail,
    telegram,
    unique,
    until,
    until_members,
    written,
)

pytestmark = pytest.mark.kafka


async def test_records_that_cannot_be_folded_are_kept_with_their_reason_and_their_partition_goes_on(
    broker: KafkaBroker, publisher: KafkaPublisher, worker: Worker
) -> None:
    letters, hazards = await tail(broker, dead_letters(TELEGRAMS)), await tail(broker, HAZARDS)
    (series,) = unique(1)
    nested = b'{"type":"telegram","x":' + b"[" * 100_000
    bad = {f"{series}-a": b"\xff", f"{series}-b": nested, f"{series}-c": encode(telegram("another", at=1))}
    await publisher.publish(TELEGRAMS, [Message(k.encode(), v, partition=1) for k, v in bad.items()])
    await publisher.publish(
        TELEGRAMS, [Message(series.encode(), encode(telegram(series, at=1)), partition=1)]
    )
    await until(lambda: series in hazards.rows and bad.keys() <= letters.rows.keys())
    assert {k: letters.rows[k] for k in bad} == bad
    assert [letters.headers[k]["reason"] for k in bad] == [b"undecodable", b"undecodable", b"wrong-key"]
    assert letters.headers[f"{series}-a"]["place"].startswith(b"drill.telegrams[1]@")
    assert worker.child.running


@pytest.mark.parametrize("refused", [HAZARDS, dead_letters(TELEGRAMS)], ids=lambda t: t.name)
async def test_what_cannot_be_published_ends_the_process_unacknowledged_and_is_folded_by_the_next(
    own_kafka: str, broker: KafkaBroker, publisher: KafkaPublisher, worker: Worker, refused: object
) -> None:
    hazards, letters = await tail(broker, HAZARDS), await tail(broker, dead_letters(TELEGRAMS))
    first, second = unique(2)
    await send(publisher, first)
    await until(lambda: first in hazards.rows)
    before = await settled(own_kafka)  # nothing is left to be read again, and refused instead of the next
    worker.refuse(HAZARDS, dead_letters(TELEGRAMS))
    value = b"broken" if refused is not HAZARDS else encode(telegram(second, at=1))
    await publisher.publish(TELEGRAMS, [Message(second.encode(), value)])
    assert await worker.wait_ended() == 70
    assert second not in hazards.rows
    assert second not in letters.rows
    assert await committed(own_kafka, TELEGRAMS) == before
    worker.refuse()
    worker.start()
    await until(lambda: second in (hazards.rows if refused is HAZARDS else letters.rows))


async def test_a_row_of_several_megabytes_is_written(
    broker: KafkaBroker, publisher: KafkaPublisher, worker: Worker
) -> None:
    hazards, rows = await tail(broker, HAZARDS), await tail(broker, WORKER_SERIES)
    (series,) = unique(1)
    large = [msgspec.structs.replace(telegram(series, at=at), headline="警" * 600_000) for at in (1, 2)]
    for event in large:
        await publisher.publish(TELEGRAMS, [Message(series.encode(), encode(event))])
    await until(lambda: b'"issued_at_ms":2' in (hazards.rows.get(series) or b""))
    await until(lambda: len(rows.rows.get(series) or b"") > 3_000_000)
    assert worker.child.running


async def test_a_row_reaches_the_changelog_before_its_event_is_acknowledged(
    own_kafka: str, broker: KafkaBroker, publisher: KafkaPublisher, worker: Worker
) -> None:
    rows = await tail(broker, WORKER_SERIES)
    before, rows_before = await settled(own_kafka), await written(own_kafka, WORKER_SERIES)
    series = unique(200)
    await send(publisher, *series)
    done = 0
    async with asyncio.timeout(60):
        while done < 200:
            done = await committed(own_kafka, TELEGRAMS) - before
            assert await written(own_kafka, WORKER_SERIES) - rows_before >= done
    await until(lambda: set(series) <= rows.rows.keys())


async def test_members_are_dynamic_and_a_second_one_shares_the_work(
    own_kafka: str, broker: KafkaBroker, publisher: KafkaPublisher, worker: Worker, tmp_path: Path
) -> None:
    hazards = await tail(broker, HAZARDS)
    series = unique(120)
    await send(publisher, *series[:40])
    second = Worker(own_kafka, tmp_path / "second", name="two")
    second.begin()
    try:
        await send(publisher, *series[40:80])
        async with supervised(worker, second):
            await until(second.mark.exists, 60)
            await until_members(own_kafka, 2)
            await send(publisher, *series[80:])
            await until(lambda: set(series) <= hazards.rows.keys(), 60)
    finally:
        second.child.stop()
    later = unique(40)
    async with supervised(worker):
        await send(publisher, *later)
        await until(lambda: set(later) <= hazards.rows.keys(), 60)


async def test_a_telegram_is_a_hazard_within_a_tenth_of_a_second(
    broker: KafkaBroker, publisher: KafkaPublisher, worker: Worker
) -> None:
    hazards = await tail(broker, HAZARDS)
    loop = asyncio.get_running_loop()
    took_ms: list[float] = []
    for series in unique(20):
        begun_s = loop.time()
        await send(publisher, series)
        await until(lambda series=series: series in hazards.rows)  # type: ignore[misc]
        took_ms.append((loop.time() - begun_s) * 1000)
    median = sorted(took_ms)[len(took_ms) // 2]
    assert median < 100, f"{took_ms}"
