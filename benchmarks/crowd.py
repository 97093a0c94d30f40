"""Positions into people per cell through a real broker, all durable: the crowd process beside Kafka Streams, same topic, same rows.

Prints one JSON line a figure. The two take turns on one topic; each is charged its own processor time, ours from ready to the moment
that everything is in checkpoints, Kafka Streams from a third of the way on, when its compilers have warmed up. What each wrote is read
back and is the same, to the byte. Without Java or benchmarks/peers/setup.sh the peer is named as missing.
"""

import argparse
import asyncio
import json
import shutil
import uuid
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from crowds.made import START_MS, Walkers
from crowds.runs import WORLD, CrowdRun, Progress, name_of, newest, own_broker, until

from services.local.kafka import LocalKafka
from streams.broker import Message
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.codec import encode_positions
from streams.topics import CELL_PARTIALS, MANIFEST, POSITION_CHECKPOINTS, POSITION_PARTITIONS, POSITIONS

DEVICES = 1_000_000
POSITIONS_SENT = 12_000_000
DURABLE_SHARE = 4
"""Kafka Streams with a store and its changelog folds a part of the topic only: it takes ten times as long."""
BATCH = 1_000
A_SECOND = 100_000
"""Positions that make a second of event time."""
ROUNDS = 2
BAR, BAR_RATIO = 3_000_000, 3.0
HOME = Path(__file__).resolve().parents[1] / ".mio" / "peers" / "kafka-streams"


def show(name: str, value: float | None, unit: str, **rest: object) -> None:
    print(json.dumps({"name": name, "value": value, "unit": unit, **rest}), flush=True)


async def fill(broker: KafkaBroker, positions: int) -> None:
    """The topic of positions, a million people each heard of every ten seconds."""
    walkers, publisher = Walkers(DEVICES), await broker.publisher()
    flight: list[Message] = []
    for number in range(positions // BATCH):
        partition = number % POSITION_PARTITIONS
        columns = walkers.report(partition, BATCH, START_MS + number * BATCH * 1000 // A_SECOND)
        flight.append(Message(b"", encode_positions(columns), partition=partition))
        if len(flight) == 120:
            await publisher.publish(POSITIONS, flight)
            flight = []
    await publisher.publish(POSITIONS, flight)


async def fold_ours(kafka: LocalKafka) -> tuple[float, dict[str, float]]:
    """CPU seconds, and what the process told."""
    async with CrowdRun(kafka) as run, Progress(kafka.bootstrap) as progress:
        await until(progress.is_done)
        return run.cpu_s, await run.metrics()


async def forget_ours(kafka: LocalKafka) -> None:
    """Removes what the crowd process keeps, so that it begins at the beginning."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    gone = {name_of(POSITION_CHECKPOINTS), name_of(CELL_PARTIALS)}
    try:
        await admin.delete_topics(sorted(gone))
        async with asyncio.timeout(60):
            while gone & set(await admin.list_topics()):
                await asyncio.sleep(0.1)
    finally:
        await admin.close()
    await KafkaBroker(kafka.bootstrap, WORLD, SystemClock()).ensure_topics(MANIFEST)
    async with Progress(kafka.bootstrap) as progress:
        await progress.begin_again()


def peer_command() -> list[str]:
    """How Kafka Streams is started; empty where it is not set up."""
    classes = HOME / "target" / "classes"
    if not shutil.which("java") or not (classes / "CrowdPeer.class").exists():
        return []
    log = "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"
    return ["java", "-Xmx2g", "-XX:+UseSerialGC", log, "-cp", f"{classes}:{HOME / 'lib'}/*", "CrowdPeer"]


async def fold_peer(kafka: LocalKafka, kind: str, positions: int) -> tuple[float, dict[bytes, bytes]]:
    """Positions per CPU-second from a third of the way on, and the rows."""
    out = f"{WORLD}.peer-{uuid.uuid4().hex[:8]}"
    await create(kafka, out)
    words = [kind, kafka.bootstrap, name_of(POSITIONS), out, out, str(positions), str(positions // 3)]
    process = await asyncio.create_subprocess_exec(*peer_command(), *words, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    lines = [json.loads(line) for line in told.splitlines() if line.startswith(b"{")]
    if process.returncode or len(lines) != 2:
        raise RuntimeError(f"Kafka Streams ended with {process.returncode}: {told.decode()[-2000:]}")
    warm, whole = lines
    rate = (whole["positions"] - warm["positions"]) / (whole["cpu_s"] - warm["cpu_s"])
    return rate, await newest(kafka.bootstrap, out, CELL_PARTIALS.partitions)


async def create(kafka: LocalKafka, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, CELL_PARTIALS.partitions, 1)])
    finally:
        await admin.close()


async def main(positions: int, rounds: int) -> None:
    async with own_broker() as kafka:
        broker = KafkaBroker(kafka.bootstrap, WORLD, SystemClock())
        await broker.ensure_topics(MANIFEST)
        await fill(broker, positions)
        await broker.close()
        ours: list[float] = []
        peers: list[float] = []
        for number in range(rounds):
            if number:
                await forget_ours(kafka)
            cpu_s, told = await fold_ours(kafka)
            ours.append(positions / cpu_s)
            rows = await newest(kafka.bootstrap, name_of(CELL_PARTIALS), CELL_PARTIALS.partitions)
            if peer_command():
                rate, peer_rows = await fold_peer(kafka, "memory", positions)
                assert rows == peer_rows, f"{len(rows)} rows of ours, {len(peer_rows)} of the peer's"
                peers.append(rate)
        durable = 0.0
        if peers:
            durable, _ = await fold_peer(kafka, "durable", positions // DURABLE_SHARE)
    tell(ours, peers, durable, told=told, rows=len(rows))


def tell(ours: list[float], peers: list[float], durable: float, *, told: dict[str, float], rows: int) -> None:
    rate = max(ours)
    rest: dict[str, Any] = {"bar": BAR, "met": rate >= BAR, "devices": DEVICES, "rows": rows}
    rest["rounds"] = [round(each) for each in ours]
    name, unit = "positions through the broker, durable", "positions per CPU-second"
    show(name, round(rate), unit, **rest, accepted=told["mio_crowd_positions_total accepted"])
    if not peers:
        show(
            "positions: ours to Kafka Streams",
            None,
            "times",
            peer="Kafka Streams: missing, run benchmarks/peers/setup.sh",
        )
        return
    ratio = rate / max(peers)
    show(
        "positions: ours to Kafka Streams without durable state", round(ratio, 2), "times", bar=BAR_RATIO, met=ratio >= BAR_RATIO,
        peer=f"Kafka Streams ({max(peers):,.0f} positions per CPU-second)", ratio=round(ratio, 2),
        rounds=[round(each) for each in peers],
    )  # fmt: skip
    show(
        "positions: ours to Kafka Streams with durable state", round(rate / durable, 2), "times", bar=BAR_RATIO,
        met=rate / durable >= BAR_RATIO, peer=f"Kafka Streams ({durable:,.0f} positions per CPU-second)",
        ratio=round(rate / durable, 2),
    )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--positions", type=int, default=POSITIONS_SENT)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.positions, arguments.rounds))
