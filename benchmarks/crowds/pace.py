"""Positions at a steady rate onto the topic, at the times of the wall: a world as busy as it is said to be."""

import asyncio
import time
from dataclasses import dataclass

from crowds.made import Walkers
from streams.broker import Message, Publisher
from streams.codec import encode_positions
from streams.topics import POSITION_PARTITIONS, POSITIONS

BATCH = 500
"""About what a partner's request of 5,000 becomes by partition."""
TICK_S = 0.05


@dataclass
class Pacer:
    """Sends until it is cancelled; `sent` counts what the broker has acknowledged. What a busy machine delayed is made up for."""

    walkers: Walkers
    publisher: Publisher
    rate: int
    sent: int = 0

    async def run(self) -> None:
        began_s = time.monotonic()
        while True:
            due = int((time.monotonic() - began_s) * self.rate) - self.sent
            records = min(due // BATCH, self.rate // BATCH)  # at most a second's worth at once
            if records:
                await self.publisher.publish(
                    POSITIONS, [self._record(self.sent // BATCH + n) for n in range(records)]
                )
                self.sent += records * BATCH
            await asyncio.sleep(TICK_S)

    def _record(self, number: int) -> Message:
        partition = number % POSITION_PARTITIONS
        columns = self.walkers.report(partition, BATCH, time.time_ns() // 1_000_000)
        return Message(b"", encode_positions(columns), partition=partition)
