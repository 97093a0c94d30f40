"""From the bytes of a tsunami telegram to the staff page's event, while 1,000 other events a second go the same way: p99 of the seconds.

The made-up city, one machine: ingest, worker, view and staff with a Kafka and a Redis of their own. The others are half reports of
shelters (CSV) and half closures (GeoJSON), sent to ingest by a process of their own. A warning and an advisory
take turns; the clock stops when a reader of `/v1/changes` has the event. `--seconds` of load in all; it ends by itself.
"""

import argparse
import json
import multiprocessing
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from services.area.build import build_synthetic
from services.drill.city import City
from services.drill.closures import Closure, closure_document
from services.drill.jma_tsunami import ADVISORY, MAJOR, NOTHING, Forecast, Quake, tsunami
from services.drill.jma_xml import CodedName
from services.drill.status_csv import PlaceRow, PlaceStatus, status_document
from services.local.plan import Plan, read_secrets
from services.local.ports import free_base
from services.local.supervisor import Supervisor
from services.local.wait import wait_until
from streams.clock import SystemClock
from streams.events.shelters import Layer

BAR_S = 1.0
RATE = 1_000
CLOSURES = 1_000
PATIENCE_S = 60.0
PROCESSES = ("ingest", "worker", "view", "staff")
COAST = CodedName("999", "澪湾")
QUAKE = Quake(at_ms=0, name="澪湾沖", coordinate="+33.5+135.9-10000/", magnitude="8.1")


def status_rows(city: City, number: int) -> list[PlaceRow]:
    """Every shelter with another head count than before."""
    return [
        PlaceRow(
            municipality=place.municipality[:5], id=place.id, name=place.name, status=PlaceStatus.OPEN,
            headcount=number % 50, capacity=100,
        )
        for place in city.places
        if place.layer is Layer.SHELTER
    ]  # fmt: skip


def closure_collection(first: int, count: int, at_ms: int) -> bytes:
    """So many closed ways in one document, each a short line near the city's middle."""
    features: list[Any] = []
    for number in range(first, first + count):
        lat, lon = 34.48 + number % 100 * 1e-4, 135.22 + number // 100 * 1e-4
        closure = Closure(
            id=f"load-{number}", road=f"負荷{number}号", line=((lat, lon), (lat + 5e-5, lon)), structure="surface",
            modes=("foot", "car"), cause="flooding", description="負荷",
        )  # fmt: skip
        features += json.loads(closure_document(closure, at_ms=at_ms))["features"]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def load(area: Path, url: str, key: str, sent: "Synchronized[int]", stopping: Event) -> None:
    """Sends so many events a second until told to stop: a document of each kind whenever its share is due."""
    city, clock = City.load(area), SystemClock()
    shelters = len(status_rows(city, 0))
    headers = {"Authorization": f"Bearer {key}", "X-Source": "load"}
    with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE_S) as client:
        began, number, owed_shelters, owed_closures = time.perf_counter(), 0, 0, 0
        while not stopping.is_set():
            due = (time.perf_counter() - began) * RATE / 2
            number += 1
            if owed_shelters <= due:
                body = status_document(status_rows(city, number), at_ms=clock.now_ms())
                client.post("/v1/documents", content=body).raise_for_status()
                owed_shelters += shelters
            if owed_closures <= due:
                body = closure_collection(owed_closures % CLOSURES, 100, clock.now_ms())
                client.post("/v1/documents", content=body).raise_for_status()
                owed_closures += 100
            sent.value = owed_shelters + owed_closures
            wait_s = began + min(owed_shelters, owed_closures) * 2 / RATE - time.perf_counter()
            stopping.wait(max(0.0, wait_s))


class Page:
    """Reads `/v1/changes` as a page does, and knows which telegrams it was told of."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.told: dict[str, tuple[int, float]] = {}
        """Series -> when its newest telegram was issued, and when the page had it on our clock."""
        self.changes = 0

    def read(self) -> None:
        """Until the server ends; takes a new snapshot and goes on whenever it is told to."""
        try:
            while True:
                with httpx.stream("GET", f"{self.url}/v1/changes", timeout=PATIENCE_S) as answer:
                    for line in answer.iter_lines():
                        if line.startswith("data: {"):
                            self._take(json.loads(line.removeprefix("data: ")))
                self._take(httpx.get(f"{self.url}/v1/snapshot", timeout=PATIENCE_S).json())
        except httpx.TransportError:
            return  # the servers were stopped: the measurement is over

    def _take(self, data: dict[str, Any]) -> None:
        now = time.perf_counter()
        self.changes += len(data.get("shelters", ())) + len(data.get("closures", ()))
        for alert in data.get("alerts", ()):
            self.told[alert["series"]] = (alert["issued_at_ms"], now)


def telegram(number: int, at_ms: int) -> bytes:
    """A major warning, then an advisory, and so on: each says something else than the one before."""
    kind, before = (MAJOR, NOTHING) if number % 2 == 0 else (ADVISORY, MAJOR)
    return tsunami(
        Forecast(coast=COAST, kind=kind, before=before), QUAKE, at_ms=at_ms, event_id="20261125000000",
        headline=f"負荷試験{number}",
    )  # fmt: skip


def measure(page: Page, client: httpx.Client, seconds: float) -> Iterator[float]:
    """Seconds from the first byte of each telegram to the page's event."""
    base_ms = SystemClock().now_ms() // 1000 * 1000
    until = time.perf_counter() + seconds
    number = 0
    while time.perf_counter() < until:
        at_ms = base_ms + number * 1000
        body = telegram(number, at_ms)
        began = time.perf_counter()
        client.post("/v1/documents", content=body).raise_for_status()
        had = wait_until(
            lambda at_ms=at_ms: any(at == at_ms for at, _ in page.told.values()),
            timeout_s=PATIENCE_S,
            every_s=0.002,
        )
        assert had, f"the page was not told within {PATIENCE_S:.0f} s"
        yield next(when for at, when in page.told.values() if at == at_ms) - began
        number += 1
        time.sleep(0.2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=40.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="mio-bench-") as folder:
        area = Path(folder, "area")
        build_synthetic(area, progress=lambda _: None)
        supervisor = Supervisor(
            Plan(state=Path(folder, "state"), area=area, port_base=free_base(), processes=PROCESSES)
        )
        supervisor.start()
        try:
            figure = run(supervisor, area, seconds)
        finally:
            supervisor.stop()
    print(json.dumps(figure))


def run(supervisor: Supervisor, area: Path, seconds: float) -> dict[str, Any]:
    """The figure, from servers that run."""
    plan = supervisor.plan
    key = read_secrets(plan.state)["MIO_PARTNER_KEY"]
    page = Page(plan.url("staff"))
    reader = threading.Thread(target=page.read, daemon=True)
    context = multiprocessing.get_context("spawn")
    sent, stopping = context.Value("q", 0), context.Event()
    loader = context.Process(target=load, args=(area, plan.url("ingest"), key, sent, stopping))
    headers = {"Authorization": f"Bearer {key}", "X-Source": "jma", "X-Name": "VTSE41.xml"}
    with httpx.Client(base_url=plan.url("ingest"), headers=headers, timeout=PATIENCE_S) as client:
        reader.start()
        loader.start()
        try:
            assert wait_until(lambda: page.changes >= 2 * RATE, timeout_s=PATIENCE_S), (
                "the page hears nothing"
            )
            first, began = sent.value, time.perf_counter()
            found = np.array(list(measure(page, client, seconds)))
            rate = (sent.value - first) / (time.perf_counter() - began)
        finally:
            stopping.set()
            loader.join(PATIENCE_S)
    print(f"{len(found)} telegrams, {rate:.0f} other events a second", file=sys.stderr)
    p50, p99 = np.percentile(found, [50, 99])
    return {
        "name": "telegram bytes to the page's event beside 1,000 events/s, p99",
        "value": round(float(p99), 3),
        "unit": "s",
        "bar": BAR_S,
        "met": bool(p99 < BAR_S and rate > 0.95 * RATE),
        "peer": None,
        "ratio": None,
        "p50": round(float(p50), 3),
        "telegrams": len(found),
        "others_per_s": round(rate),
    }


if __name__ == "__main__":
    main()
