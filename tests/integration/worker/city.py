"""One square town by the sea, workers that serve it, and what its topics hold."""

import asyncio
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from services.local.child import Child
from streams.broker import Broker, Message, Publisher, Record
from streams.codec import encode
from streams.events.alerts import AreaConditions, Condition, Severity, Telegram
from streams.events.base import Action, AreaRef, Hazard, Status
from streams.topics import TELEGRAMS, Topic
from streams.world import World

SQUARE = [[135.26, 34.49], [135.28, 34.49], [135.28, 34.51], [135.26, 34.51], [135.26, 34.49]]
AREAS = msgspec.json.encode(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"refs": ["city/9910100", "muni/99101", "tsunami/999"], "name": "澪北市"},
                "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
            }
        ],
    }
)
GROUP = f"{World.DRILL}.worker"
SESSION_S = 2.0


def telegram(
    series: str, *, at: int, action: Action = Action.ISSUE, event: str = "", status: Status = Status.EXERCISE
) -> Telegram:
    condition = Condition(hazard=Hazard.TSUNAMI, severity=Severity.WARNING, code="51", name="津波警報")
    area = AreaConditions(area=AreaRef("tsunami", "999", "澪湾"), conditions=(condition,))
    return Telegram(
        id=f"{series}-{at}-{action}", series=series, kind="VTSE41", source="test", status=status, action=action,
        title="津波警報", headline="", issuer="訓練", issued_at_ms=at, event_id=event, areas=(area,),
    )  # fmt: skip


class Worker:
    """One worker process; `folder` is kept between starts."""

    def __init__(
        self,
        kafka: str,
        folder: Path,
        *,
        name: str = "one",
        session_s: float = SESSION_S,
        world: World = World.DRILL,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "areas.geojson").write_bytes(AREAS)
        self.folder = folder
        self.mark = folder / f"{name}.ready"
        program = Path(__file__).with_name("worker_process.py")
        arguments = [kafka, str(world), str(folder), str(self.mark), str(session_s)]
        self._command = [sys.executable, str(program), *arguments]
        self._log = folder / f"{name}.log"
        self.child: Child

    def start(self) -> "Worker":
        """Returns when it has recovered its tables."""
        self.begin()
        self.child.wait_ready(self.mark.exists, timeout_s=20)
        return self

    def begin(self) -> None:
        """Starts without waiting."""
        self.mark.unlink(missing_ok=True)
        self.child = Child("worker", self._command, log=self._log, cwd=Path(__file__).parents[3])

    def refuse(self, *topics: Topic) -> None:
        """From now on publishing to these topics fails; none: publishing works again."""
        file = self.folder / "refuse"
        if topics:
            file.write_text(" ".join(t.name for t in topics), encoding="utf-8")
        else:
            file.unlink(missing_ok=True)

    async def wait_ended(self, timeout_s: float = 30) -> int:
        """Its exit code."""
        await until(lambda: not self.child.running, timeout_s)
        return self.child.wait()


class Tail:
    """What a topic holds, by key."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes | None] = {}
        self.headers: dict[str, dict[str, bytes]] = {}
        self.seen_at_s: dict[str, float] = {}

    def __call__(self, records: Sequence[Record]) -> None:
        now_s = time.monotonic()
        for r in records:
            key = r.key.decode()
            self.rows[key] = r.value
            self.headers[key] = dict(r.headers)
            self.seen_at_s.setdefault(key, now_s)


async def tail(broker: Broker, topic: Topic) -> Tail:
    rows = Tail()
    follower = await broker.follow(topic, rows)
    await follower.wait_caught_up()
    return rows


async def until(condition: Callable[[], object], timeout_s: float = 30) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def supervised(*workers: Worker) -> AsyncIterator[None]:
    """Starts again whoever ends over a gap, as the launcher does (ADR 0011); any other end fails."""

    async def start_again() -> None:
        while True:
            for worker in workers:
                if not worker.child.running:
                    assert worker.child.wait() == 70
                    worker.begin()
            await asyncio.sleep(0.02)

    task = asyncio.create_task(start_again())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def committed(bootstrap: str, topic: Topic) -> int:
    """How many records of a topic the workers have acknowledged."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        offsets = await admin.list_consumer_group_offsets(GROUP)
    finally:
        await admin.close()
    name = topic.full_name(World.DRILL)
    return sum(
        offsets[TopicPartition(name, p)].offset
        for p in range(topic.partitions)
        if TopicPartition(name, p) in offsets
    )


async def written(bootstrap: str, topic: Topic) -> int:
    """How many records of a topic the broker has."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        name = topic.full_name(World.DRILL)
        ends = await consumer.end_offsets([TopicPartition(name, p) for p in range(topic.partitions)])
    finally:
        await consumer.stop()
    return sum(ends.values())


def unique(count: int) -> list[str]:
    return [f"s-{uuid.uuid4().hex[:10]}" for _ in range(count)]


async def send(publisher: Publisher, *series: str, at: int = 1) -> None:
    await publisher.publish(TELEGRAMS, [Message(s.encode(), encode(telegram(s, at=at))) for s in series])


async def settled(bootstrap: str) -> int:
    """The acknowledged count of telegrams, once all of them are: a worker that took over reads the last ones again."""
    async with asyncio.timeout(60):
        while (now := await committed(bootstrap, TELEGRAMS)) != await written(bootstrap, TELEGRAMS):
            await asyncio.sleep(0.1)
    return now


async def until_members(bootstrap: str, count: int) -> None:
    """The group is stable with that many members, none of them static."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        async with asyncio.timeout(30):
            while True:
                (answer,) = await admin.describe_consumer_groups([GROUP])
                _, group, state, _, _, members, *_ = answer.groups[0]
                assert group == GROUP
                if state == "Stable" and len(members) == count and all(len(m[-1]) > 10 for m in members):
                    return
                await asyncio.sleep(0.1)
    finally:
        await admin.close()
