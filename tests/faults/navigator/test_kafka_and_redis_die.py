"""Kafka and Redis are killed under load: the navigator goes on from the last state, says how old it is, and fails nobody."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest

from services.area.show import read_sites
from services.local.kafka import LocalKafka
from services.local.plan import Plan
from services.local.ports import free_base, free_port
from services.local.redis import LocalRedis
from services.local.supervisor import Supervisor
from streams.broker import Message
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.codec import encode
from streams.folds.shelters import Place, shelter_state
from streams.topics import SHELTERS
from streams.world import World

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]
RATE, CONNECTIONS = 500, 10
BEFORE_S, AFTER_S, PATIENCE_S = 2.0, 6.0, 60.0
"""As many are answered after the death as are asked in `AFTER_S`; a machine that others use too may take longer for them."""
WORKERS = 2
REQUEST = b"POST /v1/routes HTTP/1.1\r\nhost: navigator\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"


@dataclass
class Load:
    """Asks `RATE` times a second and keeps what was answered."""

    port: int
    status: Counter[int] = field(default_factory=Counter)
    worst_s: float = 0.0
    last: dict[str, object] = field(default_factory=dict)
    is_over: bool = False

    async def run(self) -> None:
        await asyncio.gather(*(self._ask(number) for number in range(CONNECTIONS)))

    async def _ask(self, number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        due = time.perf_counter()
        while not self.is_over:
            body = orjson.dumps({"from": {"lat": 34.5 + number * 1e-3, "lon": 135.205}})
            writer.write(REQUEST % (len(body), body))
            head = await reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            answer = await reader.readexactly(size)
            self.status[int(head.split()[1])] += 1
            self.worst_s = max(self.worst_s, time.perf_counter() - due)
            self.last = orjson.loads(answer)
            due = max(due + CONNECTIONS / RATE, time.perf_counter() - 1)
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
        writer.close()


@pytest.fixture(scope="module")
def area(made_up_city: Path) -> Path:
    return made_up_city


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[tuple[LocalKafka, LocalRedis]]:
    """Servers of this test's own, that nobody starts again."""
    kafka = LocalKafka(tmp_path / "kafka", port=free_port(), controller_port=free_port())
    redis = LocalRedis(tmp_path / "redis", port=free_port())
    kafka.start()
    redis.start()
    yield kafka, redis
    kafka.stop()
    redis.stop()


async def fill(kafka: LocalKafka, area: Path) -> None:
    broker = KafkaBroker(kafka.bootstrap, World.DRILL, SystemClock())
    await broker.ensure_topics([SHELTERS])
    states = {site.id: shelter_state(site.id, Place(listed=site)) for site in read_sites(area)}
    publisher = await broker.publisher()
    await publisher.publish(SHELTERS, [Message(key.encode(), s and encode(s)) for key, s in states.items()])
    await broker.close()


@pytest.fixture
def navigator(tmp_path: Path, area: Path, servers: tuple[LocalKafka, LocalRedis]) -> Iterator[Supervisor]:
    kafka, redis = servers
    plan = Plan(
        state=tmp_path / "state", area=area, port_base=free_base(), processes=("navigator",), kafka=kafka.bootstrap,
        redis=redis.url, extra={"MIO_NAVIGATOR_WORKERS": str(WORKERS)},
    )  # fmt: skip
    supervisor = Supervisor(plan)
    supervisor.start()
    yield supervisor
    supervisor.stop()


async def test_not_one_answer_fails_and_each_says_its_age(
    navigator: Supervisor,
    servers: tuple[LocalKafka, LocalRedis],
    area: Path,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    await fill(servers[0], area)
    load = Load(navigator.plan.port("navigator"))
    asking = asyncio.create_task(load.run())
    async with asyncio.timeout(60):
        while load.last.get("kind") != "route":
            await asyncio.sleep(0.05)
    await asyncio.sleep(BEFORE_S)
    before, began, killed_at_ms = load.status.total(), time.perf_counter(), SystemClock().now_ms()
    for server in servers:
        await asyncio.to_thread(server.kill)
    async with asyncio.timeout(PATIENCE_S):
        while load.status.total() - before < RATE * AFTER_S:
            await asyncio.sleep(0.05)
    load.is_over = True
    await asking
    rate = round((load.status.total() - before) / (time.perf_counter() - began))
    record_testsuite_property("routes a second while Kafka and Redis died", rate)
    assert set(load.status) == {200}
    assert load.worst_s < 2.0
    assert load.last["kind"] == "route"
    as_of = load.last["as_of"]
    assert isinstance(as_of, dict)
    assert as_of["heard_ms"] < killed_at_ms + 1_000
    assert load.last["now_ms"] - as_of["heard_ms"] > (AFTER_S - 2) * 1_000  # type: ignore[operator]
    assert navigator.is_ready("navigator")
