"""A record that never came: rule 9."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from streams.broker import Message
from streams.broker_kafka import KafkaBroker, KafkaPublisher
from streams.codec import encode
from streams.topics import HAZARDS, TELEGRAMS
from streams.world import World
from tests.integration.worker.city import Worker, committed, settled, tail, telegram, unique, until

pytestmark = pytest.mark.kafka


async def test_a_hole_in_an_event_topic_ends_the_process_before_anything_after_it_is_acknowledged(
    own_kafka: str, broker: KafkaBroker, publisher: KafkaPublisher, worker: Worker
) -> None:
    hazards = await tail(broker, HAZARDS)
    first, second, third = unique(3)
    await publisher.publish(TELEGRAMS, [Message(first.encode(), encode(telegram(first, at=1)), partition=0)])
    await until(lambda: first in hazards.rows)
    before = await settled(own_kafka)
    end = await end_of_first_partition(own_kafka)
    # a transaction's end takes an offset that no reader is given: to the worker it is a record that never came
    producer = AIOKafkaProducer(bootstrap_servers=own_kafka, transactional_id=f"t-{second}")
    await producer.start()
    try:
        name = TELEGRAMS.full_name(World.DRILL)
        async with producer.transaction():
            await producer.send_and_wait(
                name, encode(telegram(second, at=1)), key=second.encode(), partition=0
            )
    finally:
        await producer.stop()
    await until(lambda: second in hazards.rows)
    while await end_of_first_partition(own_kafka) < end + 2:  # its record, then the mark of its end
        await asyncio.sleep(0.05)
    await publisher.publish(TELEGRAMS, [Message(third.encode(), encode(telegram(third, at=1)), partition=0)])
    assert await worker.wait_ended() == 70
    assert third not in hazards.rows
    assert await committed(own_kafka, TELEGRAMS) <= before + 1
    assert "expected offset" in worker.child.last_words(200)


async def end_of_first_partition(bootstrap: str) -> int:
    """The offset that the next record of telegrams[0] will get."""
    partition = TopicPartition(TELEGRAMS.full_name(World.DRILL), 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        return int((await consumer.end_offsets([partition]))[partition])
    finally:
        await consumer.stop()
