"""The Faust worker on a real broker: documents in, states out, nothing lost, bad records kept."""

import asyncio
import sys
import uuid
from collections.abc import AsyncIterator, Iterator

import h3.api.basic_int as h3
import msgspec
import pytest

from services.local.child import Child
from streams.broker import Message, Record
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.codec import decode, encode
from streams.events.alerts import AreaConditions, Condition, HazardState, Severity, Telegram
from streams.events.base import Action, AreaRef, Hazard, Status
from streams.events.cells import CellCount, SharedCount
from streams.events.closures import ClosureReport, ClosureState, Mode
from streams.events.shelters import Layer, Opening, ShelterReport, ShelterState, SiteReport
from streams.folds.cells import KEY, VALUE
from streams.topics import (
    CELL_PARTIALS,
    CELLS,
    CLOSURE_REPORTS,
    CLOSURES,
    HAZARDS,
    MANIFEST,
    SHARED,
    SHELTER_REPORTS,
    SHELTERS,
    SITE_REPORTS,
    TELEGRAMS,
    Topic,
    dead_letters,
)
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
MAIN = """
import asyncio, sys
from pathlib import Path
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.worker.app import WorkerConfig
from streams.worker.service import serve
from streams.world import World

async def main():
    bootstrap, datadir, areas, mark = sys.argv[1:]
    broker = KafkaBroker(bootstrap, World.DRILL, SystemClock())
    await serve(WorkerConfig(bootstrap, World.DRILL, Path(datadir)), broker, Path(areas).read_bytes(),
                ready=Path(mark).touch)

asyncio.run(main())
"""


def telegram(
    series: str, *, at: int, hazard: Hazard = Hazard.TSUNAMI, action: Action = Action.ISSUE
) -> Telegram:
    condition = Condition(hazard=hazard, severity=Severity.WARNING, code="51", name="津波警報")
    area = AreaConditions(area=AreaRef("tsunami", "999", "澪湾"), conditions=(condition,))
    return Telegram(
        id=f"{series}-{at}-{action}", series=series, kind="VTSE41", source="test", status=Status.EXERCISE, action=action,
        title="津波警報", headline="", issuer="訓練", issued_at_ms=at, areas=(area,),
    )  # fmt: skip


@pytest.fixture
async def broker(kafka: str) -> AsyncIterator[KafkaBroker]:
    broker = KafkaBroker(kafka, World.DRILL, SystemClock())
    await broker.ensure_topics(MANIFEST)
    yield broker
    await broker.close()


@pytest.fixture(scope="module")
def worker(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    tmp_path = tmp_path_factory.mktemp("worker")
    (tmp_path / "areas.geojson").write_bytes(AREAS)
    mark = tmp_path / "ready"
    arguments = [kafka, str(tmp_path / "data"), str(tmp_path / "areas.geojson"), str(mark)]
    child = Child("worker", [sys.executable, "-c", MAIN, *arguments], log=tmp_path / "worker.log")
    try:
        child.wait_ready(mark.exists, timeout_s=60)
        yield child
    finally:
        child.stop()


class Tail:
    """What a topic holds, by key."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes | None] = {}
        self.headers: dict[str, dict[str, bytes]] = {}

    def __call__(self, records: list[Record]) -> None:
        for r in records:
            self.rows[r.key.decode()] = r.value
            self.headers[r.key.decode()] = dict(r.headers)


async def tail(broker: KafkaBroker, topic: Topic) -> Tail:
    rows = Tail()
    follower = await broker.follow(topic, rows)  # type: ignore[arg-type]
    await follower.wait_caught_up()
    return rows


async def until(condition: object, timeout_s: float = 20) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.02)


@pytest.mark.kafka
async def test_each_kind_of_event_becomes_its_state(broker: KafkaBroker, worker: Child) -> None:
    run = uuid.uuid4().hex[:8]
    publisher = await broker.publisher()
    tails = {t: await tail(broker, t) for t in (HAZARDS, SHELTERS, CLOSURES, CELLS, SHARED)}
    series, shelter, closure = f"s-{run}", f"sh-{run}", f"c-{run}"
    await publisher.publish(TELEGRAMS, [Message(series.encode(), encode(telegram(series, at=1)))])
    site = SiteReport(
        id=shelter,
        source="list",
        layer=Layer.SITE,
        name="丘の公園",
        lat=34.5,
        lon=135.27,
        suits=(Hazard.TSUNAMI,),
    )
    report = ShelterReport(id=shelter, source="staff", as_of_ms=5, opening=Opening.OPEN, headcount=12)
    await publisher.publish(SITE_REPORTS, [Message(shelter.encode(), encode(site))])
    await publisher.publish(SHELTER_REPORTS, [Message(shelter.encode(), encode(report))])
    road = ClosureReport(id=closure, source="road", as_of_ms=3, modes=(Mode.FOOT,), cause="flood")
    await publisher.publish(CLOSURE_REPORTS, [Message(closure.encode(), encode(road))])
    cell = h3.latlng_to_cell(34.5, 135.27, 9)
    rows = [Message(KEY.pack(cell, p), VALUE.pack(7, 1, 100 + p)) for p in (0, 1)]
    await publisher.publish(CELL_PARTIALS, rows)
    name = f"{cell:x}"
    await until(lambda: series in tails[HAZARDS].rows and closure in tails[CLOSURES].rows)
    await until(lambda: b"12" in (tails[SHELTERS].rows.get(shelter) or b""))
    await until(lambda: b'"count":14' in (tails[CELLS].rows.get(name) or b""))
    await until(lambda: b'"shown":14' in (tails[SHARED].rows.get(f"staff:99101|{name}") or b""))
    hazard = decode(tails[HAZARDS].rows[series] or b"", HazardState)
    assert hazard.zones[0].cells
    state = decode(tails[SHELTERS].rows[shelter] or b"", ShelterState)
    assert (state.name, state.headcount, state.opening) == ("丘の公園", 12, Opening.OPEN)
    assert decode(tails[CLOSURES].rows[closure] or b"", ClosureState).modes == (Mode.FOOT,)
    assert decode(tails[CELLS].rows[name] or b"", CellCount).as_of_ms == 101
    await publisher.publish(CELL_PARTIALS, [Message(KEY.pack(cell, 0), None)])
    await until(lambda: b'"shown":null' in (tails[SHARED].rows[f"staff:99101|{name}"] or b""))
    assert decode(tails[SHARED].rows[f"staff:99101|{name}"] or b"", SharedCount).fewer_than == 10


@pytest.mark.kafka
async def test_what_cannot_be_read_is_kept_with_its_reason_and_the_next_event_goes_on(
    broker: KafkaBroker, worker: Child
) -> None:
    run = uuid.uuid4().hex[:8]
    publisher = await broker.publisher()
    letters, hazards = await tail(broker, dead_letters(TELEGRAMS)), await tail(broker, HAZARDS)
    await publisher.publish(TELEGRAMS, [Message(run.encode(), b"\xff not json")])
    await publisher.publish(TELEGRAMS, [Message(run.encode(), encode(telegram(run, at=1)))])
    await until(lambda: run in letters.rows and run in hazards.rows)
    assert letters.rows[run] == b"\xff not json"
    assert letters.headers[run]["reason"] == b"undecodable"
    assert b"Telegram" in letters.headers[run]["detail"]


@pytest.mark.kafka
async def test_a_cancellation_restores_what_stood_before(broker: KafkaBroker, worker: Child) -> None:
    series = uuid.uuid4().hex[:8]
    publisher = await broker.publisher()
    hazards = await tail(broker, HAZARDS)
    first = msgspec.structs.replace(telegram(series, at=1), event_id="a")
    second = msgspec.structs.replace(telegram(series, at=2), event_id="b")
    cancel = msgspec.structs.replace(telegram(series, at=3, action=Action.CANCEL), event_id="b")
    for event in (cancel, second, first):
        await publisher.publish(TELEGRAMS, [Message(series.encode(), encode(event))])
    await until(lambda: b'"issued_at_ms":1' in (hazards.rows.get(series) or b""))
    assert decode(hazards.rows[series] or b"", HazardState).telegram_id == first.id
