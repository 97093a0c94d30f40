"""A made-up evening for the staff page: states as the worker would write them, put into a real view by its own door."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import h3.api.basic_int as h3
import msgspec
import numpy as np
import redis
import uvicorn

from dashboard_api.staff.app import start
from services.kit.health import Readiness
from services.kit.settings import Settings
from streams.broker import Broker, Record
from streams.broker_memory import MemoryBroker
from streams.cells import PEOPLE_RESOLUTION, Gazetteer, cell_name
from streams.clock import SystemClock
from streams.codec import decode, encode
from streams.events.alerts import Condition, HazardState, HazardZone, Severity
from streams.events.base import AreaRef, Hazard, Status
from streams.events.cells import SharedCount
from streams.events.closures import ClosureState, Geometry, Mode, Structure
from streams.events.shelters import Opening, ShelterState, SiteReport
from streams.topics import CLOSURES, HAZARDS, SHARED, SHELTERS, Topic
from streams.view.redis import RedisView
from streams.world import World

KEY = "the-key"
BRIDGE = ((34.4886, 135.2345), (34.4886, 135.2352))


@dataclass
class Writer:
    """Writes states as the view process does: each with a higher offset."""

    view: RedisView
    offset: int = 0
    _names: dict[str, str] = field(default_factory=dict)

    async def put(self, topic: Topic, rows: Iterable[tuple[str, msgspec.Struct | None]]) -> None:
        records = []
        for key, state in rows:
            self.offset += 1
            value = None if state is None else encode(state)
            records.append(Record(0, self.offset, 0, key.encode(), value))
        await self.view.apply(topic, records)


def count(municipality: str, cell: int, people: int, *, at_ms: int) -> tuple[str, SharedCount]:
    recipient = f"staff:{municipality}"
    state = SharedCount(
        recipient=recipient, cell=cell, shown=people if people >= 10 else None, as_of_ms=at_ms, fewer_than=10,
        policy="2026-1", row=1,
    )  # fmt: skip
    return f"{recipient}|{cell_name(cell)}", state


def alert(
    name: str, *, level: int | None, severity: Severity, hazard: Hazard, areas: Iterable[AreaRef],
    gazetteer: Gazetteer, at_ms: int, series: str, status: Status = Status.EXERCISE,
) -> tuple[str, HazardState]:  # fmt: skip
    condition = Condition(hazard=hazard, severity=severity, code="1", name=name, level=level)
    zones = tuple(HazardZone(area=a, condition=condition, cells=gazetteer.cells_of(a)) for a in areas)
    state = HazardState(
        series=series, telegram_id=f"{series}/1", kind="VPWW55", source="jma", status=status,
        title="気象警報・注意報", headline=f"【訓練】{name}を発表しています。", issuer="澪地方気象台（架空）",
        issued_at_ms=at_ms, zones=zones,
    )  # fmt: skip
    return series, state


def city(code: str, name: str) -> AreaRef:
    return AreaRef("city", f"{code}00", name)


NORTH, SOUTH, BEACH = city("99101", "澪北市"), city("99102", "澪南市"), city("99103", "浜手町")


async def evening(area: Path, writer: Writer) -> None:
    """Rain at level 4 in the north, surge at 3 on the coast; people, a full school, a flooded bridge."""
    now_ms = SystemClock().now_ms()
    gazetteer = Gazetteer.load((area / "areas.geojson").read_bytes())
    reports = [decode(line, SiteReport) for line in (area / "sites.jsonl").read_bytes().splitlines()]
    await writer.put(SHELTERS, [(r.id, place(r, number, now_ms)) for number, r in enumerate(reports)])
    await writer.put(SHARED, people(area, now_ms))
    rain = alert(
        "レベル４大雨危険警報", level=4, severity=Severity.CRITICAL, hazard=Hazard.INLAND_FLOOD,
        areas=(NORTH,), gazetteer=gazetteer, at_ms=now_ms - 480_000, series="jma/VPWW55/rain",
    )  # fmt: skip
    surge = alert(
        "レベル３高潮警報", level=3, severity=Severity.WARNING, hazard=Hazard.STORM_SURGE,
        areas=(SOUTH, BEACH), gazetteer=gazetteer, at_ms=now_ms - 1_500_000, series="jma/VPWW56/surge",
    )  # fmt: skip
    wind = alert(
        "暴風警報", level=None, severity=Severity.WARNING, hazard=Hazard.WIND,
        areas=(NORTH, SOUTH, BEACH), gazetteer=gazetteer, at_ms=now_ms - 3_000_000, series="jma/VPWW61/wind",
    )  # fmt: skip
    await writer.put(HAZARDS, [rain, surge, wind])
    await writer.put(CLOSURES, [closure("C-1", now_ms)])


def closure(name: str, now_ms: int) -> tuple[str, ClosureState]:
    state = ClosureState(
        id=name, source="澪県道路課（架空）", as_of_ms=now_ms - 240_000, modes=(Mode.FOOT, Mode.CAR),
        cause="冠水", description="橋の上まで水が来ています", road_names=("澪3号橋",),
        geometry=Geometry("line", (BRIDGE,)), structure=Structure.BRIDGE, starts_at_ms=now_ms - 300_000,
    )  # fmt: skip
    return name, state


OPENINGS = (Opening.OPEN, Opening.OPEN, Opening.NOT_OPEN, Opening.OPEN, Opening.UNKNOWN)


def place(report: SiteReport, number: int, now_ms: int) -> ShelterState:
    opening = OPENINGS[number % len(OPENINGS)]
    capacity = report.capacity or 100
    headcount = int(capacity * (number * 37 % 80) / 100) if opening is Opening.OPEN else None
    if number == 7:
        opening, headcount = Opening.FULL, capacity
    if number == 23:
        opening, headcount = Opening.CLOSED, None
    is_reported = opening is not Opening.UNKNOWN
    return ShelterState(
        id=report.id, layer=report.layer, name=report.name, lat=report.lat, lon=report.lon,
        suits=report.suits, unsuited=report.unsuited, capacity=report.capacity,
        municipality=report.municipality, opening=opening, headcount=headcount,
        listed_source="架空の避難場所一覧", listed_as_of_ms=now_ms - 90 * 86_400_000,
        reported_source="澪北市 開設状況（架空）" if is_reported else "",
        reported_as_of_ms=now_ms - 60_000 * (number % 9) - 20_000 if is_reported else None,
    )  # fmt: skip


def people(area: Path, now_ms: int) -> list[tuple[str, SharedCount]]:
    """Crowds around a few centres; the rest is nearly empty."""
    gazetteer = Gazetteer.load((area / "areas.geojson").read_bytes())
    rng = np.random.default_rng(7)
    found = []
    for code, middle in (
        ("99101", (34.485, 135.225)),
        ("99102", (34.505, 135.25)),
        ("99103", (34.52, 135.23)),
    ):
        cells = h3.uncompact_cells(gazetteer.cells[f"muni/{code}"], 10)
        for cell in sorted({h3.cell_to_parent(c, PEOPLE_RESOLUTION) for c in cells}):
            lat, lon = h3.cell_to_latlng(cell)
            metres = np.hypot((lat - middle[0]) * 111_000, (lon - middle[1]) * 91_000)
            mean = 420 * np.exp(-((metres / 900) ** 2)) + 25 * np.exp(-((metres / 2600) ** 2))
            found.append(count(code, cell, int(rng.poisson(mean)), at_ms=now_ms - 12_000))
    owned: dict[int, tuple[str, SharedCount]] = {}
    for key, state in found:
        owned.setdefault(state.cell, (key, state))
    return list(owned.values())


def wipe(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()


@asynccontextmanager
async def serving(
    area: Path, redis_url: str, *, municipalities: str = "", port: int = 0, broker: Broker | None = None
) -> AsyncIterator[str]:
    """The staff process in this one, on a free port or a given one: its address, once it is ready."""
    settings = Settings(area=area, redis=redis_url, municipalities=municipalities, partner_key=KEY)
    readiness = Readiness()
    broker = broker or MemoryBroker(World.DRILL, SystemClock())
    process = await start(settings, broker, RedisView(redis_url, World.DRILL), readiness)
    listener = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(process.app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    tasks = [asyncio.ensure_future(part()) for part in process.background]
    serve = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        async with asyncio.timeout(15):
            while readiness.waiting_for() or not server.started:
                await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        process.before_end()
        server.should_exit = True
        await serve
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
