"""The crowd process at 200,000 positions a second of a million people in 100,000 cells: its share of a core, its memory, its start.

Prints one JSON line a figure. Sender, broker and the crowd process share the machine; the crowd's own processor time is what counts.
"""

import asyncio
import json
import time

from crowds.made import REGION, Walkers
from crowds.pace import Pacer
from crowds.runs import WORLD, CrowdRun, Progress, own_broker, until

from services.local.kafka import LocalKafka
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.topics import MANIFEST

DEVICES = 1_000_000
RATE = 200_000
ALL_SEEN_S = 12.0
"""Each device is heard of every five seconds; a checkpoint of each partition is written after all were."""
MEASURED_S = 30.0
BAR_SHARE, BAR_BYTES, BAR_START_S = 0.30, 60, 20.0


def show(name: str, value: float, unit: str, *, bar: float | None, **rest: object) -> None:
    met = None if bar is None else value <= bar
    line = {"name": name, "value": round(value, 3), "unit": unit, "bar": bar, "met": met}
    print(json.dumps(line | rest), flush=True)


async def steady(kafka: LocalKafka, broker: KafkaBroker) -> None:
    """Share of a core and memory; ends when all that was sent is in checkpoints."""
    pacer = Pacer(Walkers(DEVICES, REGION), await broker.publisher(), RATE)
    async with CrowdRun(kafka) as run, Progress(kafka.bootstrap) as progress:
        empty_bytes = run.resident_bytes
        sending = asyncio.create_task(pacer.run())
        await asyncio.sleep(ALL_SEEN_S)
        began_s, began_cpu_s, began_sent = time.monotonic(), run.cpu_s, pacer.sent
        await asyncio.sleep(MEASURED_S)
        seconds, cpu_s, sent = time.monotonic() - began_s, run.cpu_s - began_cpu_s, pacer.sent - began_sent
        sending.cancel()
        await until(progress.is_done)
        told, full_bytes = await run.metrics(), run.resident_bytes
    share = cpu_s / seconds / (sent / seconds / RATE)
    devices, cells = told["mio_crowd_devices"], told["mio_crowd_cells"]
    show(
        "share of a core at 200,000 positions a second", share, "cores", bar=BAR_SHARE, rate=round(sent / seconds),
        positions_per_cpu_s=round(sent / cpu_s), devices=devices, cells=cells,
    )  # fmt: skip
    show(
        "memory of the crowd's tables for each device", told["mio_crowd_device_bytes"] / devices, "bytes", bar=BAR_BYTES,
        devices=devices, cells=cells,
    )  # fmt: skip
    show(
        "growth of the whole crowd process for each device, its cells and buffers too", (full_bytes - empty_bytes) / devices,
        "bytes", bar=None, empty_mib=round(empty_bytes / 2**20), full_mib=round(full_bytes / 2**20),
    )  # fmt: skip


async def start_again(kafka: LocalKafka) -> None:
    """From its start to ready, everything restored from checkpoints."""
    async with CrowdRun(kafka) as run:
        await until(lambda: knows(run))
        told = await run.metrics()
        show(
            "start of the crowd process with a million devices", run.ready_s, "seconds", bar=BAR_START_S,
            devices=told["mio_crowd_devices"], cells=told["mio_crowd_cells"],
        )  # fmt: skip


async def knows(run: CrowdRun) -> bool:
    """It has told how many devices it holds."""
    return (await run.metrics())["mio_crowd_devices"] > 0


async def main() -> None:
    async with own_broker() as kafka:
        broker = KafkaBroker(kafka.bootstrap, WORLD, SystemClock())
        await broker.ensure_topics(MANIFEST)
        await steady(kafka, broker)
        await broker.close()
        await start_again(kafka)


if __name__ == "__main__":
    asyncio.run(main())
