"""The watch over all sources: what it tells the stream, when it says that one is silent, and that one source's trouble is its own."""

import asyncio
import random

import pytest
from structlog.testing import capture_logs

from services.ingest.asking import BROKER_S, ask_once, keep_asking
from services.ingest.pollers import Told
from services.ingest.reach import Means, open_sources
from services.ingest.schedule import Schedule
from services.ingest.seen import SeenEntries
from services.ingest.watch import Watch
from streams.broker import BrokerUnavailableError
from streams.broker_memory import MemoryBroker
from streams.clock import ManualClock
from streams.codec import decode
from streams.events.sources import SourceHealth
from streams.folds.sources import Outcome
from streams.topics import SOURCES
from tests.unit.ingest.declared import folder, pull, push
from tests.unit.ingest.desk import Desk

ROADS = pull("https://roads.example/")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_000_000)


@pytest.fixture
async def watch(office: Desk, clock: ManualClock) -> Watch:
    watch = Watch([ROADS], office.broker, clock)
    await watch.open(office.broker)
    return watch


def told(broker: MemoryBroker) -> list[SourceHealth | None]:
    """What the stream was told of the source, in order."""
    records = [r for r in broker.records(SOURCES) if r.key == b"roads"]
    return [None if r.value is None else decode(r.value, SourceHealth) for r in records]


async def test_a_contact_without_news_is_told_seldom_and_trouble_at_once(
    office: Desk, watch: Watch, clock: ManualClock
) -> None:
    for _ in range(13):
        clock.advance(12)
        watch.note("roads", Outcome.SAME)
        await watch.tell()
    heard = [row.heard_ms for row in told(office.broker) if row is not None]
    assert heard == [None, 1_012_000, 1_084_000, 1_156_000]
    watch.note("roads", Outcome.FAILED, "HTTP 503")
    await watch.tell()
    watch.note("roads", Outcome.FAILED, "HTTP 503")
    await watch.tell()
    assert [row.detail for row in told(office.broker) if row is not None][3:] == ["", "HTTP 503"]
    watch.note("roads", Outcome.SAME)
    await watch.tell()
    last = told(office.broker)[-1]
    assert last is not None
    assert (last.trouble, last.detail) == (None, "")


async def test_a_restart_takes_over_what_was_known_and_takes_away_what_is_declared_no_more(
    office: Desk, watch: Watch, clock: ManualClock
) -> None:
    watch.note("roads", Outcome.NEWS)
    await watch.tell()
    clock.advance(9_000)
    reborn = Watch([ROADS], office.broker, clock)
    await reborn.open(office.broker)
    (row,) = reborn.list_all()
    assert (row.heard_ms, row.declared_ms) == (1_000_000, 1_000_000)
    await Watch([], office.broker, clock).open(office.broker)
    assert told(office.broker)[-1] is None


async def test_what_was_not_told_yet_is_told_at_the_end(
    office: Desk, watch: Watch, clock: ManualClock
) -> None:
    watch.note("roads", Outcome.NEWS)
    await watch.tell()
    clock.advance(1)
    watch.note("roads", Outcome.NEWS)
    running = asyncio.create_task(watch.run())
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    last = told(office.broker)[-1]
    assert last is not None
    assert last.news_ms == clock.now_ms()


async def test_a_silence_is_said_once_and_so_is_its_end(watch: Watch, clock: ManualClock) -> None:
    watch.note("roads", Outcome.NEWS)
    with capture_logs() as logs:
        for _ in range(3):
            clock.advance(600)
            watch.look()
        watch.note("roads", Outcome.SAME)
        watch.look()
    assert [(log["event"], log.get("silent")) for log in logs] == [
        ("a source is silent", "1200 s"),
        ("a source is heard again", None),
    ]
    assert logs[0]["contact"] == "tel:06-0000-0000"


async def test_a_source_without_its_key_is_in_trouble_and_the_others_are_asked(
    office: Desk, clock: ManualClock
) -> None:
    sources = [
        pull("https://roads.example/", key_env="MIO_SOURCE_A"),
        push(id="ngsi"),
        push(id="short"),
        folder("/x", id="inbox"),
    ]
    watch = Watch(sources, office.broker, clock)
    means = Means(office.client, office.intake, SeenEntries(office.broker, clock), clock)
    env = {"MIO_SOURCE_ROADS_KEY": "short"}
    doors, asking = open_sources([*sources[:2], sources[3]], {}, watch, means)
    assert (doors, [poller.source.id for poller, _ in asking]) == ({}, ["inbox"])
    doors, _ = open_sources([sources[2]], env, watch, means)
    assert doors == {}
    details = {row.id: row.detail for row in watch.list_all()}
    assert "MIO_SOURCE_A not set" in details["roads"]
    assert "MIO_SOURCE_ROADS_NEXT not set" in details["ngsi"]
    assert "less than 24 characters" in details["short"]
    assert details["inbox"] == ""


class Scripted:
    """A source whose rounds are written down. Ends the asking when there is no more."""

    def __init__(self, *rounds: Told | Exception) -> None:
        self.source = ROADS
        self._rounds = list(rounds)

    async def ask(self) -> Told:
        if not self._rounds:
            raise KeyboardInterrupt
        now = self._rounds.pop(0)
        if isinstance(now, Exception):
            raise now
        return now


async def test_waits_follow_the_schedule_and_a_lost_broker_is_not_the_sources_fault(watch: Watch) -> None:
    good, bad = Told(((Outcome.SAME, ""),)), Told(((Outcome.FAILED, "503"),), allowed_s=5000)
    rounds = Scripted(good, BrokerUnavailableError("away"), bad, good)
    waits: list[float] = []

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    with pytest.raises(KeyboardInterrupt):
        await keep_asking(rounds, Schedule(60, random.Random(1)), watch, pause=pause)
    assert (len(waits), waits[1]) == (4, BROKER_S)
    assert 60 <= waits[0] <= 66
    assert 5000 <= waits[2] <= 5500
    (row,) = watch.list_all()
    assert row.trouble is None


async def test_our_own_mistake_with_one_source_is_said_and_ends_nothing() -> None:
    with capture_logs() as logs:
        told_of_it = await ask_once(Scripted(ZeroDivisionError()))
    assert told_of_it is not None
    assert told_of_it.outcomes == ((Outcome.FAILED, "our own mistake: ZeroDivisionError"),)
    assert logs[0]["log_level"] == "error"
