"""Two crowd processes, either of them killed at random moments, twenty times: the people are the oracle's, to the last person."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from services.local.kafka import LocalKafka
from streams.broker_kafka import KafkaBroker
from tests.faults.crowd.crowds import Offsets, counts, read_partial_rows, start_crowd
from tests.faults.crowd.sending import Sender, done, fold_again, reached, until

ROUNDS = 20
PATIENCE_S = 1800


@pytest.mark.long
@pytest.mark.timeout(PATIENCE_S)
@pytest.mark.kafka
async def test_twenty_kills_of_either_of_two_leave_the_oracles_people(
    own_kafka: LocalKafka, broker: KafkaBroker, tmp_path: Path
) -> None:
    random = np.random.default_rng()
    with ExitStack() as stack:
        crowds = [start_crowd(own_kafka.bootstrap, tmp_path, name=name) for name in ("first", "second")]
        stack.callback(lambda: [crowd.kill() for crowd in crowds])
        async with Offsets(own_kafka.bootstrap) as offsets:
            sender = Sender(await broker.publisher(), offsets, most=0)
            sending = asyncio.create_task(sender.run())
            for number in range(ROUNDS):
                sender.most = 50 * (number + 1)
                wanted = sender.most - int(random.integers(1, 50))
                await until(lambda wanted=wanted: reached(offsets, wanted))  # type: ignore[misc]
                victim = int(random.integers(0, 2))
                crowds[victim].kill()
                assert not sending.done()
                crowds[victim] = await asyncio.to_thread(
                    start_crowd, own_kafka.bootstrap, tmp_path, name=("first", "second")[victim]
                )
            sender.most = 1 << 30
            await sending
            await until(lambda: done(offsets))
    found = await read_partial_rows(own_kafka.bootstrap)
    assert counts(found) == sender.oracle.partials()
    assert found == await fold_again(own_kafka.bootstrap)
