"""From the bytes of a real tsunami telegram to another route, over HTTP, through Kafka and the worker: p99 of the seconds.

The area is Kita-ku, Osaka, with the national list of sites; the telegram is the 大津波警報 of the exercise of 2016-09-01,
which names 大阪府. It is sent with a time of its own, then taken back by a 取消, again and again. Needs MIO_TEST_DATA.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from services.local.plan import Plan, read_secrets
from services.local.ports import free_base
from services.local.supervisor import Supervisor
from services.local.wait import wait_until
from streams.broker import Record
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.topics import SHELTERS
from streams.world import World

TELEGRAM = "32-39_12_07_250206_VTSE41.xml"
BAR_S = 1.0
ROUNDS = 50
PATIENCE_S = 60.0
JAPAN = timezone(timedelta(hours=9))
OSAKA = (34.686, 135.48, 34.718, 135.52)
PORTO = (41.135, -8.69, 41.185, -8.56)
NO_REDIS = "redis://127.0.0.1:1/0"
"""Nobody listens there: ways to safety are answered without it."""
PROCESSES = ("ingest", "navigator", "worker")

BBox = tuple[float, float, float, float]
"""South, west, north, east."""


def find_data() -> Path:
    """The folder of real files."""
    return Path(os.environ.get("MIO_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


def build_osaka(data: Path, out: Path) -> None:
    """`mio area build` for Kita-ku."""
    build_area(
        out,
        *("--graph-csv", data / "osm" / "osaka-kita"),
        *("--sites", data / "shelters" / "gsi-osaka" / "emergency"),
        *("--shelters", data / "shelters" / "gsi-osaka" / "evacuation"),
        *("--areas", data / "boundaries" / "n03-simplified" / "N03-21_27_210101.s0010.geojson"),
    )


def build_area(out: Path, *arguments: str | Path) -> None:
    """`mio area build ARGUMENTS --out OUT`."""
    command = [sys.executable, "-m", "services.cli", "area", "build", *map(str, arguments), "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True)


def build_porto(data: Path, out: Path, material: Path) -> None:
    """`mio area build` for Porto, with sites that are made up; a tsunami for 大阪府 counts there, for no telegram names Porto."""
    (material / "sites.geojson").write_text(
        json.dumps(made_up_sites(PORTO), ensure_ascii=False), encoding="utf-8"
    )
    (material / "areas.geojson").write_text(json.dumps(one_coast(PORTO, "tsunami/510")), encoding="utf-8")
    build_area(
        out,
        *("--osm", data / "osm" / "porto_portugal.osm.pbf"),
        *("--sites", material / "sites.geojson"),
        *("--areas", material / "areas.geojson"),
        *("--name", "Porto"),
    )


def made_up_sites(bbox: BBox, count: int = 60) -> dict[str, Any]:
    """Sites in the form of the national list, the same each time; every third suits a tsunami."""
    random, (south, west, north, east) = np.random.default_rng(41), bbox
    places = zip(random.uniform(west, east, count), random.uniform(south, north, count), strict=True)
    return collection(
        (
            {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]},
            {
                "NO": number,
                "共通ID": f"E9910000{number:04}01",
                "都道府県名及び市町村名": "ポルト",
                "施設・場所名": f"Largo {number}",
                "住所": "Porto",
                **dict.fromkeys(
                    ("洪水", "崖崩れ、土石流及び地滑り", "高潮", "大規模な火事", "内水氾濫", "火山現象"), ""
                ),
                "地震": "1",
                "津波": "1" if number % 3 == 0 else "",
            },
        )
        for number, (lon, lat) in enumerate(places)
    )


def one_coast(bbox: BBox, ref: str) -> dict[str, Any]:
    """The whole box as one area of that code."""
    south, west, north, east = bbox
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return collection([({"type": "Polygon", "coordinates": [ring]}, {"refs": [ref], "name": "Porto"})])


def collection(features: Iterable[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    """GeoJSON of geometries and their properties."""
    made = [{"type": "Feature", "geometry": geometry, "properties": props} for geometry, props in features]
    return {"type": "FeatureCollection", "features": made}


def read_telegram(data: Path, wanted: str = TELEGRAM) -> bytes:
    """A telegram as JMA published it."""
    with zipfile.ZipFile(data / "alerts" / "jma" / "telegrams.zip") as archive:
        name = next(name for name in archive.namelist() if name.endswith(wanted))
        return archive.read(name)


def as_drill(telegram: bytes, *, at: datetime, action: str = "発表") -> bytes:
    """The telegram as an exercise of that moment: status, action and the time of its report, nothing else."""
    text = telegram.decode()
    for element, value in (
        ("Status", "訓練"),
        ("InfoType", action),
        ("ReportDateTime", at.astimezone(JAPAN).isoformat(timespec="seconds")),
    ):
        text, found = re.subn(
            rf"<{element}>[^<]*</{element}>", f"<{element}>{value}</{element}>", text, count=1
        )
        assert found == 1, element
    return text.encode()


@dataclass(frozen=True)
class Chain:
    """Ingest, worker and navigator of one machine, asked over HTTP as any app would."""

    supervisor: Supervisor
    client: httpx.Client

    def send(self, document: bytes) -> dict[str, Any]:
        """Gives a document to ingest, returns its receipt."""
        plan = self.supervisor.plan
        key = read_secrets(plan.state)["MIO_PARTNER_KEY"]
        headers = {"Authorization": f"Bearer {key}", "X-Source": "jma", "X-Name": TELEGRAM}
        answer = self.client.post(f"{plan.url('ingest')}/v1/documents", content=document, headers=headers)
        answer.raise_for_status()
        receipt: dict[str, Any] = answer.json()
        return receipt

    def route(self, lat: float, lon: float) -> dict[str, Any]:
        """The navigator's answer for somebody at that place, or its problem where it knows no such place."""
        body = {"from": {"lat": lat, "lon": lon}, "language": "ja"}
        answer = self.client.post(f"{self.supervisor.plan.url('navigator')}/v1/routes", json=body)
        if answer.status_code != httpx.codes.UNPROCESSABLE_ENTITY:
            answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def seconds_until(self, document: bytes, holds: Callable[[], bool]) -> float:
        """From the first byte of `document` until `holds`, which is asked all the while."""
        with ThreadPoolExecutor(1) as sender:
            began = time.perf_counter()
            receipt = sender.submit(self.send, document)
            held = wait_until(holds, timeout_s=PATIENCE_S, every_s=0.002)
            seconds = time.perf_counter() - began
            assert receipt.result(PATIENCE_S)["events"] == 1
        assert held, f"nothing changed within {PATIENCE_S:.0f} s"
        return seconds

    def flees_from_tsunami(self, origin: tuple[float, float]) -> bool:
        """Whether the answer now leads to a site that carries the tsunami flag, because a tsunami is in force."""
        answer = self.route(*origin)
        return "tsunami" in answer["why"]["hazards"] and "tsunami" in answer.get("shelter", {}).get(
            "suits", ()
        )

    def find_origin(self, bbox: BBox) -> tuple[float, float]:
        """A place from which the nearest site lacks the tsunami flag."""
        south, west, north, east = bbox
        for lat in np.linspace(south, north, 12)[1:-1]:
            for lon in np.linspace(west, east, 12)[1:-1]:
                answer = self.route(float(lat), float(lon))
                if answer.get("kind") == "route" and "tsunami" not in answer["shelter"]["suits"]:
                    return float(lat), float(lon)
        raise AssertionError("every nearest site suits a tsunami")


@contextmanager
def run_chain(state: Path, area: Path) -> Iterator[Chain]:
    """The three processes on a Kafka of their own; ready when every listed place is on the stream."""
    supervisor = Supervisor(
        Plan(state=state, area=area, port_base=free_base(), processes=PROCESSES, redis=NO_REDIS)
    )
    listed = len((area / "sites.jsonl").read_bytes().splitlines())
    supervisor.start()
    try:
        with httpx.Client(timeout=PATIENCE_S) as client:
            chain = Chain(supervisor, client)
            asyncio.run(wait_for_places(supervisor.kafka, listed))
            yield chain
    finally:
        supervisor.stop()


async def wait_for_places(bootstrap: str, count: int) -> None:
    """Returns when the topic `shelters` holds `count` places."""
    broker, places, complete = (
        KafkaBroker(bootstrap, World.DRILL, SystemClock()),
        set[bytes](),
        asyncio.Event(),
    )

    def apply(records: Sequence[Record]) -> None:
        places.update(record.key for record in records)
        if len(places) >= count:
            complete.set()

    try:
        async with asyncio.timeout(PATIENCE_S):
            await broker.follow(SHELTERS, apply)
            await complete.wait()
    finally:
        await broker.close()


def measure(chain: Chain, origin: tuple[float, float], telegram: bytes) -> Iterator[float]:
    """Seconds of each change: the warning, its cancellation, and so on, each a second younger than the one before."""
    now = datetime.now(JAPAN)
    for number in range(ROUNDS):
        warning = as_drill(telegram, at=now + timedelta(seconds=2 * number))
        yield chain.seconds_until(warning, lambda: chain.flees_from_tsunami(origin))
        cancel = as_drill(telegram, at=now + timedelta(seconds=2 * number + 1), action="取消")
        yield chain.seconds_until(cancel, lambda: not chain.flees_from_tsunami(origin))


def main() -> None:
    data = find_data()
    with tempfile.TemporaryDirectory(prefix="mio-bench-") as folder:
        area = Path(folder, "area")
        build_osaka(data, area)
        with run_chain(Path(folder, "state"), area) as chain:
            seconds = np.array(list(measure(chain, chain.find_origin(OSAKA), read_telegram(data))))
    p50, p99 = np.percentile(seconds, [50, 99])
    figure = {
        "name": "telegram bytes to another route, p99",
        "value": round(float(p99), 3),
        "unit": "s",
        "bar": BAR_S,
        "met": bool(p99 < BAR_S),
        "peer": None,
        "ratio": None,
        "p50": round(float(p50), 3),
        "changes": len(seconds),
    }
    print(json.dumps(figure))


if __name__ == "__main__":
    main()
