"""The crowd process under a steady load for minutes: does its memory stay flat? `--minutes 30` is the run that counts.

100,000 positions a second of a million people, on loopback. Its memory is sampled every two seconds; a straight line is laid through the
least of each window behind the beginning, and the upper end of its slope (two standard errors) says how much the run can have added.
"""

import argparse
import asyncio
import json
import time
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from crowds.made import Walkers
from crowds.pace import Pacer
from crowds.runs import WORLD, CrowdRun, Progress, name_of, own_broker, until

from services.local.kafka import LocalKafka
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.topics import MANIFEST, POSITIONS

DEVICES = 1_000_000
RATE = 100_000
MINUTES = 2.0
SAMPLE_S = 2.0
WARM_S, WARM_SHARE = 60.0, 0.25
"""The beginning is not judged, a minute and a quarter of the run: people and cells are seen for the first time, and the heap becomes
once as large as the largest burst needs."""
KEPT_BYTES = 64 << 20
"""Of each partition of positions on the disk: half an hour would be four gigabytes."""
BAR = 2.0


@dataclass
class Samples:
    """Memory over time. What a burst needs for a moment is given back, so the least of each window is what stays."""

    at_s: list[float]
    mib: list[float]

    def windows(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Middle (seconds) and least memory of each window behind the beginning; twenty of them, or one a minute."""
        at_s, mib = np.array(self.at_s), np.array(self.mib)
        begin_s = min(max(WARM_S, WARM_SHARE * at_s[-1]), at_s[-1] / 2)
        edges = np.linspace(begin_s, at_s[-1] + 1, max(20, int((at_s[-1] - begin_s) / 60)) + 1)
        least = [mib[(at_s >= low) & (at_s < high)].min(initial=np.inf) for low, high in pairwise(edges)]
        middle, found = (edges[:-1] + edges[1:]) / 2, np.array(least)
        return middle[np.isfinite(found)], found[np.isfinite(found)]

    def growth_percent(self) -> tuple[float, float]:
        """What the run added by the line through the windows, and at most, in hundredths of the memory."""
        at_s, mib = self.windows()
        middle = at_s - at_s.mean()
        slope = float(middle @ mib / (middle @ middle))
        rest = mib - mib.mean() - slope * middle
        error = float(np.sqrt(rest @ rest / (len(mib) - 2) / (middle @ middle)))
        share = 100 * float(at_s[-1] - at_s[0]) / float(mib.mean())
        return slope * share, (slope + 2 * error) * share


async def keep_little(kafka: LocalKafka) -> None:
    """A bound on the disk that positions take."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    bound = POSITIONS.config() | {"retention.bytes": str(KEPT_BYTES)}
    try:
        await admin.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, name_of(POSITIONS), configs=bound)]
        )
    finally:
        await admin.close()


async def soak(kafka: LocalKafka, minutes: float) -> None:
    broker = KafkaBroker(kafka.bootstrap, WORLD, SystemClock())
    await broker.ensure_topics(MANIFEST)
    await keep_little(kafka)
    pacer = Pacer(Walkers(DEVICES), await broker.publisher(), RATE)
    samples = Samples([], [])
    async with CrowdRun(kafka) as run, Progress(kafka.bootstrap) as progress:
        began_s, sending = time.monotonic(), asyncio.create_task(pacer.run())
        while time.monotonic() - began_s < minutes * 60:
            await asyncio.wait([sending], timeout=SAMPLE_S)
            if sending.done():
                sending.result()
            samples.at_s.append(time.monotonic() - began_s)
            samples.mib.append(run.resident_bytes / 2**20)
        seconds, cpu_s = time.monotonic() - began_s, run.cpu_s
        sending.cancel()
        await until(progress.is_done)
        told = await run.metrics()
    await broker.close()
    tell(samples, told, seconds=seconds, cpu_s=cpu_s, sent=pacer.sent)


def tell(samples: Samples, told: dict[str, float], *, seconds: float, cpu_s: float, sent: int) -> None:
    outcomes = {
        name.split()[1]: count for name, count in told.items() if name.startswith("mio_crowd_positions_total")
    }
    growth, most = samples.growth_percent()
    line = {
        "name": "growth of the crowd process's memory over the run, at most", "value": round(most, 2), "unit": "% of it",
        "bar": BAR, "met": most <= BAR, "minutes": round(seconds / 60, 1), "line": round(growth, 2),
        "least_mib_by_window": [round(mib, 1) for mib in samples.windows()[1].tolist()], "most_mib": round(max(samples.mib)),
        "samples": len(samples.mib), "rate": round(sent / seconds), "cores": round(cpu_s / seconds, 3),
        "sent": sent, "told": outcomes, "devices": told["mio_crowd_devices"], "cells": told["mio_crowd_cells"],
        "missing_records": told["mio_crowd_missing_records_total"],
    }  # fmt: skip
    print(json.dumps(line), flush=True)


async def main(minutes: float) -> None:
    async with own_broker() as kafka:
        await soak(kafka, minutes)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    asyncio.run(main(parser.parse_args().minutes))
