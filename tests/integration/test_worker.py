"""The Faust worker on a real broker: documents in, states out, nothing lost, bad records kept."""

import uuid
from collections.abc import AsyncIterator, Iterator

import msgspec
import pytest

from streams.broker import Message
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.codec import decode, encode
from streams.events.alerts import HazardState
from streams.events.base import Action, Hazard
from streams.events.closures import ClosureReport, ClosureSnapshot, ClosureState, Mode
from streams.events.shelters import Layer, Opening, ShelterReport, ShelterState, SiteReport
from streams.topics import (
    CLOSURE_REPORTS,
    CLOSURES,
    HAZARDS,
    MANIFEST,
    SHELTER_REPORTS,
    SHELTERS,
    SITE_REPORTS,
    TELEGRAMS,
    WHOLE_LISTS,
    dead_letters,
)
from streams.world import World
from tests.integration.worker.city import Worker, tail, telegram, until


@pytest.fixture
async def broker(kafka: str) -> AsyncIterator[KafkaBroker]:
    broker = KafkaBroker(kafka, World.DRILL, SystemClock())
    await broker.ensure_topics(MANIFEST)
    yield broker
    await broker.close()


@pytest.fixture(scope="module")
def worker(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    worker = Worker(kafka, tmp_path_factory.mktemp("worker")).start()
    yield worker
    worker.child.stop()


@pytest.mark.kafka
async def test_each_kind_of_event_becomes_its_state(broker: KafkaBroker, worker: Worker) -> None:
    run = uuid.uuid4().hex[:8]
    publisher = await broker.publisher()
    tails = {t: await tail(broker, t) for t in (HAZARDS, SHELTERS, CLOSURES)}
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
    await until(lambda: series in tails[HAZARDS].rows and closure in tails[CLOSURES].rows)
    await until(lambda: b"12" in (tails[SHELTERS].rows.get(shelter) or b""))
    hazard = decode(tails[HAZARDS].rows[series] or b"", HazardState)
    assert hazard.zones[0].cells
    state = decode(tails[SHELTERS].rows[shelter] or b"", ShelterState)
    assert (state.name, state.headcount, state.opening) == ("丘の公園", 12, Opening.OPEN)
    assert decode(tails[CLOSURES].rows[closure] or b"", ClosureState).modes == (Mode.FOOT,)


@pytest.mark.kafka
async def test_what_cannot_be_read_is_kept_with_its_reason_and_the_next_event_goes_on(
    broker: KafkaBroker, worker: Worker
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
async def test_a_cancellation_restores_what_stood_before(broker: KafkaBroker, worker: Worker) -> None:
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


@pytest.mark.kafka
async def test_a_whole_list_opens_what_it_does_not_name_any_more(broker: KafkaBroker, worker: Worker) -> None:
    run = uuid.uuid4().hex[:8]
    publisher = await broker.publisher()
    closures = await tail(broker, CLOSURES)
    gone, stays = f"{run}/gone", f"{run}/stays"

    async def publish(at_ms: int, *named: str) -> None:
        reports = [ClosureReport(id=name, source=run, as_of_ms=at_ms) for name in named]
        await publisher.publish(CLOSURE_REPORTS, [Message(r.id.encode(), encode(r)) for r in reports])
        whole = ClosureSnapshot(id=run, source=run, as_of_ms=at_ms, closures=named)
        await publisher.publish(WHOLE_LISTS, [Message(run.encode(), encode(whole))])

    await publish(1, gone, stays)
    await until(lambda: closures.rows.get(gone) and closures.rows.get(stays))
    await publish(5, stays)
    await until(lambda: closures.rows.get(gone, b"") is None)
    assert b'"as_of_ms":5' in (closures.rows.get(stays) or b"")
