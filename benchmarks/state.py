"""State that is there again: the view in Redis from Kafka, the start of crowd, worker and view with much to remember, memory per device.

Prints one JSON line a figure. Broker and Redis are our own and gone afterwards; each process is started as `mio up` does. Rates are by
the clock, all of it on this machine: Kafka, the view process and Redis share its cores.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from crowds.made import START_MS, Walkers
from crowds.runs import WORLD, CrowdRun, Progress, cpu_s, own_broker, until

from services.kit.settings import port_of
from services.local.child import Child
from services.local.kafka import LocalKafka
from services.local.ports import free_base, free_port
from services.local.probe import ask_ready
from services.local.redis import LocalRedis
from streams.broker import Message
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.codec import encode, encode_positions
from streams.crowd.lattice import Lattice
from streams.crowd.partition import PartitionFold
from streams.events.shelters import Layer, SiteReport
from streams.folds.shelters import Place, shelter_state
from streams.topics import MANIFEST, POSITION_PARTITIONS, POSITIONS, SHARED, SHELTERS, WORKER_PLACES, Topic
from streams.view.redis import RedisView

KEYS = 300_000
ROWS = 100_000
DEVICES = 1_000_000
BATCH = 1_000
AT_ONCE = 5_000
AREAS = b'{"type": "FeatureCollection", "features": []}'
RATE_BAR, START_BAR_S, DEVICE_BAR_BYTES = 100_000, 20.0, 60.0


def say(name: str, value: float, unit: str, *, bar: float, met: bool, **rest: object) -> None:
    line = {"name": name, "value": round(value, 2), "unit": unit, "bar": bar, "met": met, **rest}
    print(json.dumps(line), flush=True)


async def fill(broker: KafkaBroker, topic: Topic, count: int, made: Callable[[int], Message]) -> None:
    """So many keys, each once."""
    publisher = await broker.publisher()
    for start in range(0, count, AT_ONCE):
        await publisher.publish(topic, [made(n) for n in range(start, min(count, start + AT_ONCE))])


def shelter(number: int) -> SiteReport:
    return SiteReport(
        id=f"city/99101/{number:06d}", source="city/99101", layer=Layer.SITE, name=f"第{number}避難場所",
        lat=34 + number / 1e6, lon=135 + number / 1e6, municipality="99101", capacity=300,
    )  # fmt: skip


def shelter_message(number: int) -> Message:
    place = Place(listed=shelter(number))
    return Message(place.listed.id.encode(), encode(shelter_state(place.listed.id, place)))  # type: ignore[union-attr, arg-type]


def place_message(number: int) -> Message:
    report = shelter(number)
    return Message(report.id.encode(), encode(Place(listed=report)))


class Ran:
    """One process of ours from its start to its end. ready_s: from the one to ready."""

    def __init__(self, name: str, kafka: LocalKafka, redis: str) -> None:
        self.name, self._kafka, self._redis = name, kafka, redis

    def _start(self) -> None:
        base, area = free_base(), self._kafka.folder / "area"
        area.mkdir(exist_ok=True)
        (area / "areas.geojson").write_bytes(AREAS)
        settings = {
            "MIO_KAFKA": self._kafka.bootstrap, "MIO_REDIS": self._redis, "MIO_WORLD": str(WORLD), "MIO_AREA": str(area),
            "MIO_PORT_BASE": str(base), "MIO_STATE": str(self._kafka.folder / f"state-{self.name}"),
        }  # fmt: skip
        command = [sys.executable, "-m", "services.cli", "run", self.name]
        url = f"http://127.0.0.1:{port_of(self.name, base)}"
        began_s = time.monotonic()
        self.child = Child(self.name, command, log=self._kafka.folder / f"{self.name}.log", env=settings)
        self.child.wait_ready(lambda: ask_ready(url).ready, timeout_s=300)
        self.ready_s = time.monotonic() - began_s
        self.cpu_s = cpu_s(self.child.pid)

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._start)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.child.stop)


async def measure_view(kafka: LocalKafka, redis: str, keys: int) -> None:
    """All that Kafka holds into an empty Redis: at a start, and when Redis was wiped under a running view."""
    view = RedisView(redis, WORLD)
    try:
        async with Ran("view", kafka, redis) as run:
            ready_s, used_s = run.ready_s, run.cpu_s

            async def is_whole() -> bool:
                return await view.count(SHELTERS) == keys

            await until(is_whole)
            await view.wipe()
            began_s = time.monotonic()
            await until(lambda: _begun(view), every_s=0.01)
            waited_s = time.monotonic()
            await until(is_whole, every_s=0.02)
            wrote_s = time.monotonic() - waited_s
    finally:
        await view.close()
    rate = keys / wrote_s
    say(
        "redis_rebuilt", rate, "keys/s", bar=RATE_BAR, met=rate >= RATE_BAR, keys=keys,
        noticed_s=round(waited_s - began_s, 2),
    )  # fmt: skip
    say(
        "view_start",
        ready_s,
        "s",
        bar=START_BAR_S,
        met=ready_s <= START_BAR_S,
        keys=keys + ROWS,
        cpu_s=used_s,
    )


async def _begun(view: RedisView) -> bool:
    return await view.count(SHELTERS) > 0


async def measure_worker(kafka: LocalKafka, redis: str) -> None:
    async with Ran("worker", kafka, redis) as run:
        met = run.ready_s <= START_BAR_S
        say("worker_start", run.ready_s, "s", bar=START_BAR_S, met=met, rows=ROWS, cpu_s=run.cpu_s)


async def measure_crowd(kafka: LocalKafka, broker: KafkaBroker) -> None:
    """A million people known and in checkpoints; then the process starts again."""
    walkers, publisher = Walkers(DEVICES), await broker.publisher()
    rounds = DEVICES // BATCH * 11 // 10  # partitions have not quite as many people each
    for number in range(rounds):
        partition = number % POSITION_PARTITIONS
        columns = walkers.report(partition, BATCH, START_MS + number * 10)
        await publisher.publish(POSITIONS, [Message(b"", encode_positions(columns), partition=partition)])
    async with CrowdRun(kafka), Progress(kafka.bootstrap) as progress:
        await until(progress.is_done)
    async with CrowdRun(kafka) as run:
        met = run.ready_s <= START_BAR_S
        say("crowd_start", run.ready_s, "s", bar=START_BAR_S, met=met, devices=DEVICES, cpu_s=run.began_cpu_s)
        say_memory(run.resident_bytes)


def say_memory(resident: int) -> None:
    """Of the tables, by the partitions' own size; what the whole process has stands beside it."""
    fold = PartitionFold(0, Lattice())
    walkers, share = Walkers(DEVICES), DEVICES // POSITION_PARTITIONS
    for start in range(0, share, BATCH):
        fold.fold([walkers.report(0, BATCH, START_MS + start)], offset=start)
    each = fold.device_bytes / fold.devices
    say(
        "crowd_memory",
        each,
        "bytes per device",
        bar=DEVICE_BAR_BYTES,
        met=each <= DEVICE_BAR_BYTES,
        resident_mib=resident >> 20,
    )


@asynccontextmanager
async def own_redis() -> AsyncIterator[str]:
    with tempfile.TemporaryDirectory(prefix="mio-redis-") as folder:
        server = LocalRedis(Path(folder), port=free_port())
        await asyncio.to_thread(server.start)
        try:
            yield server.url
        finally:
            await asyncio.to_thread(server.stop)


async def main(parts: Sequence[str]) -> None:
    async with own_broker() as kafka, own_redis() as redis:
        broker = KafkaBroker(kafka.bootstrap, WORLD, SystemClock())
        await broker.ensure_topics(MANIFEST)
        if "view" in parts:
            await fill(broker, SHELTERS, KEYS, shelter_message)
            await fill(broker, SHARED, ROWS, lambda n: Message(f"muni/99101+{n:x}".encode(), b"x" * 120))
            await measure_view(kafka, redis, KEYS)
        if "worker" in parts:
            await fill(broker, WORKER_PLACES, ROWS, place_message)
            await measure_worker(kafka, redis)
        if "crowd" in parts:
            await measure_crowd(kafka, broker)
        await broker.close()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("parts", nargs="*", default=["view", "worker", "crowd"])
    asyncio.run(main(options.parse_args().parts))
