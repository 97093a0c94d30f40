"""A broker for one benchmark, the crowd process in it, and what both say about how far it has come."""

import asyncio
import logging
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client.parser import text_string_to_metric_families

from services.kit.settings import port_of
from services.local.child import Child
from services.local.kafka import LocalKafka
from services.local.ports import free_base, free_port
from services.local.probe import ask_ready
from streams.topics import POSITION_PARTITIONS, POSITIONS, Topic
from streams.world import World

WORLD = World.DRILL
GROUP = f"{WORLD}.crowd"
PATIENCE_S = 300.0
logging.getLogger("aiokafka").setLevel(
    logging.CRITICAL
)  # new topics have no leader for a moment, and it says so a hundred times
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """User and system time of a process so far, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_bytes(pid: int) -> int:
    """Memory that a process has now."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


@asynccontextmanager
async def own_broker(heap_mib: int = 512) -> AsyncIterator[LocalKafka]:
    """A broker and a folder that are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="mio-crowd-") as folder:
        server = LocalKafka(
            Path(folder) / "kafka", port=free_port(), controller_port=free_port(), heap_mib=heap_mib
        )
        await asyncio.to_thread(server.start)
        try:
            yield server
        finally:
            await asyncio.to_thread(server.stop)


@dataclass
class CrowdRun:
    """`mio run crowd`, from its start to its end. `ready_s`: from the one to ready to fold."""

    kafka: LocalKafka

    async def __aenter__(self) -> Self:
        base = free_base()
        self._url = f"http://127.0.0.1:{port_of('crowd', base)}"
        settings = {"MIO_KAFKA": self.kafka.bootstrap, "MIO_WORLD": str(WORLD), "MIO_PORT_BASE": str(base)}
        settings["MIO_STATE"] = str(self.kafka.folder / "state")
        command = [sys.executable, "-m", "services.cli", "run", "crowd"]
        began_s = time.monotonic()
        self.child = Child("crowd", command, log=self.kafka.folder / "crowd.log", env=settings)
        await asyncio.to_thread(
            self.child.wait_ready, lambda: ask_ready(self._url).ready, timeout_s=PATIENCE_S
        )
        self.ready_s = time.monotonic() - began_s
        self.began_cpu_s = cpu_s(self.child.pid)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.child.stop)

    @property
    def cpu_s(self) -> float:
        """Since it was ready."""
        return cpu_s(self.child.pid) - self.began_cpu_s

    @property
    def resident_bytes(self) -> int:
        return resident_bytes(self.child.pid)

    async def metrics(self) -> dict[str, float]:
        """What it tells, by name and outcome."""
        async with httpx.AsyncClient() as client:
            text = (await client.get(f"{self._url}/metrics")).text
        samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
        return {" ".join([s.name, *s.labels.values()]): s.value for s in samples}


class Progress:
    """How far the crowd's group has acknowledged the positions: what is durable."""

    def __init__(self, bootstrap: str) -> None:
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap, group_id=GROUP, enable_auto_commit=False
        )
        self._parts = [TopicPartition(POSITIONS.full_name(WORLD), n) for n in range(POSITION_PARTITIONS)]

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        self._consumer.assign(self._parts)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def is_done(self) -> bool:
        """Every record that is there now is in a checkpoint."""
        end = await self._consumer.end_offsets(self._parts)
        return all([await self._consumer.committed(tp) == end[tp] for tp in self._parts])

    async def begin_again(self) -> None:
        """Sets the group, which has no member now, back to the beginning."""
        await self._consumer.commit(dict.fromkeys(self._parts, 0))


async def until(condition: Callable[[], Awaitable[bool]], *, every_s: float = 0.05) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():
            await asyncio.sleep(every_s)


async def newest(bootstrap: str, topic: str, partitions: int) -> dict[bytes, bytes]:
    """The newest value of each key of a compacted topic, without what has a tombstone."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    found: dict[bytes, bytes | None] = {}
    try:
        parts = [TopicPartition(topic, number) for number in range(partitions)]
        consumer.assign(parts)
        await consumer.seek_to_beginning(*parts)
        end = await consumer.end_offsets(parts)
        while any([await consumer.position(tp) < end[tp] for tp in parts]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found.update((record.key, record.value) for record in records)
    finally:
        await consumer.stop()
    return {key: value for key, value in found.items() if value is not None}


def name_of(topic: Topic) -> str:
    """On the broker."""
    return topic.full_name(WORLD)
