"""The navigator over HTTP on Porto and in the made-up city of 1.1 million nodes: one process serves, this one asks through loopback.

One JSON line a figure; Porto needs MIO_TEST_DATA.

Rates are requests (or answers) per second of the server's own processor time, threads and event loop together, so that they
mean one core; `wall` is what the two processes did on this machine. No queue is hidden: each connection waits for its answer.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import orjson
import psutil
import uvloop
from big_city import open_big_city

from routing.build.osm_pbf import read_osm
from routing.network import Network
from services.kit import http
from services.kit.health import Readiness
from services.local.ports import free_port
from services.navigator.app import make_app, warm
from services.navigator.ground import Ground
from services.navigator.live import Live
from services.navigator.pace import keep_pace
from streams.broker import Message
from streams.broker_memory import MemoryBroker
from streams.clock import SystemClock
from streams.codec import encode
from streams.events.base import Hazard
from streams.events.closures import ClosureState, Geometry, Mode
from streams.events.shelters import Layer, ShelterState
from streams.topics import CLOSURES, HAZARDS, SHELTERS, SOURCES
from streams.world import World

DATA = Path(os.environ.get("MIO_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
SECONDS = 6.0
CONNECTIONS = 8
CLOSURES_A_SECOND = 10
CALM_RATE, PLACES_A_BATCH = 500, 2_000
PATIENCE_S = 120.0
BIG_CITY_BOX = (28.75, 146.7, 29.25, 147.3)


@dataclass(frozen=True)
class City:
    """Where it is asked: box (south, west, north, east) of the places, how many sites are listed, and for how long it is asked before
    anything counts: until the next places of every node are in a table.
    """

    name: str
    box: tuple[float, float, float, float]
    sites: int
    warm_up_s: float
    open: Callable[[], Network]


PORTO = City(
    "porto", (41.14, -8.68, 41.18, -8.57), 60, 2.0, lambda: read_osm(DATA / "osm" / "porto_portugal.osm.pbf")
)
CITIES = {city.name: city for city in (PORTO, City("big_city", BIG_CITY_BOX, 600, 20.0, open_big_city))}


async def serve(port: int, city: City) -> None:
    """The server; closures each 100 ms once a line came from standard input."""
    network = city.open()
    clock = SystemClock()
    broker = MemoryBroker(World.DRILL, clock)
    await broker.ensure_topics([HAZARDS, SHELTERS, CLOSURES, SOURCES])
    nodes = np.random.default_rng(1).integers(0, network.node_count, city.sites)
    for number, node in enumerate(nodes.tolist()):
        lat, lon = float(network.node_lat[node]), float(network.node_lon[node])
        site = ShelterState(
            id=f"T{number:02d}", name=f"Largo {number}", lat=lat, lon=lon, layer=Layer.SITE,
            suits=(Hazard.FLOOD, Hazard.EARTHQUAKE), listed_source="bench",
        )  # fmt: skip
        await broker.publish(SHELTERS, [Message(site.id.encode(), encode(site))])
    live, readiness = Live(Ground(network, ()), clock), Readiness()
    await asyncio.to_thread(warm, live)
    keep_pace()
    await live.follow(broker)
    readiness.require("states read", lambda: live.is_ready)
    app = make_app(live, readiness, world=World.DRILL, clock=clock)
    asking = os.getppid()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(live.run())
        tasks.create_task(_close(broker, network.node_lat, network.node_lon))
        tasks.create_task(http.serve(app, port))
        while os.getppid() == asking:
            await asyncio.sleep(0.5)
        raise SystemExit(0)


async def _close(broker: MemoryBroker, lat: np.ndarray, lon: np.ndarray) -> None:
    """One closure each 100 ms, of which 100 stand at a time; from standard input comes when to begin."""
    await asyncio.to_thread(sys.stdin.readline)
    number = 0
    while True:
        spot = (float(lat[number * 97 % len(lat)]), float(lon[number * 97 % len(lon)]))
        closure = ClosureState(
            id=f"c{number % 100}", source="bench", as_of_ms=number, modes=(Mode.FOOT,), geometry=Geometry("point", ((spot,),)),
        )  # fmt: skip
        await broker.publish(CLOSURES, [Message(closure.id.encode(), encode(closure))])
        number += 1
        await asyncio.sleep(1 / CLOSURES_A_SECOND)


class Asker(asyncio.Protocol):
    """One connection: sends a request, waits for the whole answer, notes how long it took, sends the next."""

    def __init__(self, requests: Sequence[bytes], until_s: float, pause_s: float, begin_s: float) -> None:
        self._requests, self._until, self._pause, self._begin = requests, until_s, pause_s, begin_s
        self._number, self._sent, self._buffer, self._due = 0, 0.0, b"", 0.0
        self.seconds: list[float] = []
        self.bad = 0
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._due = time.perf_counter() + self._begin
        asyncio.get_running_loop().call_later(self._begin, self._ask)

    def _ask(self) -> None:
        # how late it is asked counts too: a wait behind a slow answer is a wait
        self._sent = self._due if self._pause else time.perf_counter()
        self._transport.write(self._requests[self._number % len(self._requests)])
        self._number += 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        mark = self._buffer.find(b"content-length: ") + 16
        size = head + 4 + int(self._buffer[mark : self._buffer.find(b"\r", mark)])
        if len(self._buffer) < size:
            return
        now = time.perf_counter()
        self.seconds.append(now - self._sent)
        self.bad += not self._buffer.startswith(b"HTTP/1.1 200")
        self._buffer = b""
        if now >= self._until:
            self._transport.close()
            self.ended.set_result(None)
            return
        self._due = max(self._due + self._pause, now if not self._pause else 0.0)
        if self._due > now:
            asyncio.get_running_loop().call_later(self._due - now, self._ask)
        else:
            self._ask()


def request(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nhost: navigator\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def ask(
    port: int, requests: Sequence[bytes], *, connections: int, rate: float = 0.0, seconds: float = SECONDS
) -> list[Asker]:
    """Asks as fast as answers come, or `rate` times a second in all, evenly."""
    loop, until = asyncio.get_running_loop(), time.perf_counter() + seconds
    pause = connections / rate if rate else 0.0
    made = [
        await loop.create_connection(
            lambda n=n: Asker(requests[n::connections], until, pause, n * pause / connections),
            "127.0.0.1",
            port,
        )  # type: ignore[misc]
        for n in range(connections)
    ]
    await asyncio.gather(*(asker.ended for _, asker in made))
    return [asker for _, asker in made]


async def measure(
    server: psutil.Process,
    port: int,
    name: str,
    requests: Sequence[bytes],
    *,
    each: int = 1,
    bar: float,
    connections: int,
    warm_up_s: float = 1.0,
) -> None:
    """Answers per second of the server's processor time."""
    await ask(port, requests, connections=connections, seconds=warm_up_s)
    before, began = server.cpu_times(), time.perf_counter()
    askers = await ask(port, requests, connections=connections)
    after, took = server.cpu_times(), time.perf_counter() - began
    cpu = after.user + after.system - before.user - before.system
    count = sum(len(a.seconds) for a in askers) * each
    say(
        name,
        round(count / cpu),
        "1/s of processor time",
        bar=bar,
        wall=round(count / took),
        bad=sum(a.bad for a in askers),
    )


async def latency(port: int, name: str, requests: Sequence[bytes]) -> None:
    """p50, p99 and the worst of 500 requests a second."""
    askers = await ask(port, requests, connections=CONNECTIONS, rate=CALM_RATE)
    times = np.array([s for a in askers for s in a.seconds]) * 1000
    rest = {
        "p50": round(float(np.median(times)), 2),
        "worst": round(float(times.max()), 1),
        "asked": len(times),
    }
    p99 = round(float(np.percentile(times, 99)), 2)
    say(name, p99, "ms", bar=20, less=True, **rest, bad=sum(a.bad for a in askers))


def say(name: str, value: float, unit: str, *, bar: float, less: bool = False, **more: object) -> None:
    met = bool(value <= bar if less else value >= bar)
    print(
        json.dumps({"name": name, "value": value, "unit": unit, "bar": bar, "met": met, **more}), flush=True
    )


@asynccontextmanager
async def server(port: int, city: City) -> AsyncIterator[asyncio.subprocess.Process]:
    """A ready server in a process of its own; it ends with this one."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        __file__,
        "--serve",
        str(port),
        "--city",
        city.name,
        stdin=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[1],
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not await is_ready(port):
            if child.returncode is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not come up within {PATIENCE_S:.0f} s")
            await asyncio.sleep(0.2)
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


async def is_ready(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.write(b"GET /readyz HTTP/1.1\r\nhost: navigator\r\nconnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer.startswith(b"HTTP/1.1 200")


async def measure_city(city: City) -> None:
    rng, (south, west, north, east) = np.random.default_rng(3), city.box
    lat, lon = rng.uniform(south, north, 20_000).tolist(), rng.uniform(west, east, 20_000).tolist()
    single = [
        request("/v1/routes", orjson.dumps({"from": {"lat": a, "lon": o}}))
        for a, o in zip(lat, lon, strict=True)
    ]
    batch = [
        request(
            "/v1/routes/batch",
            orjson.dumps({"lat": lat[i : i + PLACES_A_BATCH], "lon": lon[i : i + PLACES_A_BATCH]}),
        )
        for i in range(0, len(lat), PLACES_A_BATCH)
    ]
    port, name = free_port(), city.name
    async with server(port, city) as child:
        process = psutil.Process(child.pid)
        await measure(
            process,
            port,
            f"{name}_http_single",
            single,
            bar=3_000,
            connections=CONNECTIONS,
            warm_up_s=city.warm_up_s,
        )
        await measure(
            process, port, f"{name}_http_batch", batch, each=PLACES_A_BATCH, bar=40_000, connections=2
        )
        await latency(port, f"{name}_http_single_p99_calm", single)
        assert child.stdin is not None
        child.stdin.write(b"close\n")
        await child.stdin.drain()
        await latency(port, f"{name}_http_single_p99_at_10_closures_a_second", single)


async def main() -> None:
    for city in CITIES.values():
        await measure_city(city)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--serve", type=int)
    parser.add_argument("--city", choices=CITIES, default=PORTO.name)
    asked = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(asked.serve, CITIES[asked.city]) if asked.serve else main())
