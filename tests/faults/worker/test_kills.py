"""Workers and the broker are killed while events come in; the end state is the oracle's, exactly."""

import asyncio
import os
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from services.local.kafka import LocalKafka
from streams.broker import BrokerUnavailableError, Publisher
from streams.broker_kafka import KafkaBroker
from streams.topics import HAZARDS, TELEGRAMS, Topic, dead_letters
from streams.worker.recovery import RECOVERY_S
from tests.faults.worker.mix import STATES, Mix, differences, make_mix
from tests.integration.worker.city import SESSION_S, Tail, Worker, send, tail, unique, until, until_members

pytestmark = pytest.mark.kafka
BOUND_S = 45.0


@pytest.fixture
async def tails(broker: KafkaBroker) -> Mapping[Topic, Tail]:
    return {topic: await tail(broker, topic) for topic in (*STATES, dead_letters(TELEGRAMS))}


async def play(mix: Mix, publisher: Publisher, *, seconds: float) -> None:
    """Sends the mix at an even pace; what the broker did not acknowledge is sent again."""
    chunk = max(1, len(mix.sent) // 40)
    for start in range(0, len(mix.sent), chunk):
        for topic, message in mix.sent[start : start + chunk]:
            await _insist(publisher, topic, message)
        await asyncio.sleep(seconds / 40)


async def _insist(publisher: Publisher, topic: Topic, message: object) -> None:
    async with asyncio.timeout(BOUND_S):
        while True:
            try:
                await publisher.publish(topic, [message])  # type: ignore[list-item]
            except BrokerUnavailableError:
                continue
            return


async def until_right(mix: Mix, tails: Mapping[Topic, Tail]) -> None:
    try:
        await until(lambda: not differences(mix, tails), BOUND_S)
    except TimeoutError:
        pytest.fail("\n".join(differences(mix, tails)[:20]))
    # and it stays so: nothing old comes after
    await asyncio.sleep(1)
    assert not differences(mix, tails)
    assert not tails[dead_letters(TELEGRAMS)].rows


async def test_when_one_of_two_workers_is_killed_the_other_takes_over(
    server: LocalKafka, broker: KafkaBroker, tails: Mapping[Topic, Tail], tmp_path: Path
) -> None:
    mix = make_mix(2)
    workers = [Worker(server.bootstrap, tmp_path / name, name=name) for name in ("one", "two")]
    for worker in workers:
        worker.begin()
    publisher = await broker.publisher()
    supervising = asyncio.create_task(_restart_when_ended(workers[1]))
    try:
        for worker in workers:
            await until(worker.mark.exists, BOUND_S)
        playing = asyncio.create_task(play(mix, publisher, seconds=4))
        await until(lambda: len(tails[HAZARDS].rows) > 5)
        workers[0].child.kill()
        killed_s = asyncio.get_running_loop().time()
        late = unique(20)
        await send(publisher, *late)
        await until(lambda: set(late) <= tails[HAZARDS].rows.keys(), BOUND_S)
        took_s = asyncio.get_running_loop().time() - killed_s
        assert took_s < SESSION_S + RECOVERY_S + 10
        await playing
        await until_right(mix, tails)
    finally:
        supervising.cancel()
        for worker in workers:
            worker.child.kill()


async def test_a_worker_that_stood_still_beyond_its_session_writes_nothing_old(
    server: LocalKafka, broker: KafkaBroker, tails: Mapping[Topic, Tail], tmp_path: Path
) -> None:
    mix = make_mix(4)
    workers = [Worker(server.bootstrap, tmp_path / name, name=name) for name in ("one", "two")]
    for worker in workers:
        worker.begin()
    supervising = asyncio.create_task(_restart_when_ended(workers[1]))
    playing = None
    try:
        for worker in workers:
            await until(worker.mark.exists, BOUND_S)
        playing = asyncio.create_task(play(mix, await broker.publisher(), seconds=4))
        await until(lambda: len(tails[HAZARDS].rows) > 5)
        await until_members(server.bootstrap, 2)
        os.kill(workers[0].child.pid, signal.SIGSTOP)
        await until_members(server.bootstrap, 1)
        os.kill(workers[0].child.pid, signal.SIGCONT)
        assert await workers[0].wait_ended() == 70
        assert "stood still" in workers[0].child.last_words(200)
        await playing
        await until_right(mix, tails)
    finally:
        if playing:
            playing.cancel()
        supervising.cancel()
        for worker in workers:
            worker.child.kill()


async def _restart_when_ended(worker: Worker) -> None:
    """As the launcher does."""
    while True:
        await until(lambda: not worker.child.running, 300)
        worker.begin()
