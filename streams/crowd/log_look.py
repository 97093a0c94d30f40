"""A second look at the log, by a client of its own: is a gap the log's, or did our client lose a record?"""

from aiokafka import AIOKafkaConsumer, TopicPartition


async def first_offset_from(bootstrap: str, partition: TopicPartition, offset: int) -> int:
    """The first record that the broker still has at or behind `offset`; waits until there is one.

    Transactions' marks, compaction and retention leave offsets without records.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        consumer.assign([partition])
        consumer.seek(partition, offset)
        record = await consumer.getone(partition)
    finally:
        await consumer.stop()
    return int(record.offset)
