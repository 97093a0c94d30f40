"""Documents over HTTP: taken, refused, kept."""

from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest

from services.ingest.app import make_app
from services.ingest.doors import Doors
from services.ingest.intake import Intake
from services.ingest.parcel import MAX_DOCUMENT_BYTES
from services.ingest.watch import Watch
from services.kit.health import Readiness
from streams.adapters.registry import Reading, Source
from streams.broker import BrokerUnavailableError, Message
from streams.broker_memory import MemoryBroker
from streams.clock import ManualClock
from streams.codec import encode
from streams.events.alerts import Telegram
from streams.events.base import Action, Rejection, Status
from streams.events.closures import ClosureReport, ClosureSnapshot
from streams.events.shelters import ShelterReport
from streams.topics import (
    CLOSURE_REPORTS,
    MANIFEST,
    SHELTER_REPORTS,
    TELEGRAMS,
    WHOLE_LISTS,
    Topic,
    dead_letters,
)
from streams.world import World

KEY = "the-key"
HEADERS = {"Authorization": f"Bearer {KEY}", "X-Source": "jma"}
TELEGRAM = Telegram(
    id="t1", series="jma/VTSE41", kind="VTSE41", source="jma", status=Status.EXERCISE, action=Action.ISSUE,
    title="津波警報", headline="", issuer="気象庁", issued_at_ms=77,
)  # fmt: skip
REPORT = ShelterReport(id="P1", source="city", as_of_ms=5)
BAD = Rejection(source="jma", place="line 3", reason="coordinates-missing", detail="no latitude")


class Desk:
    """One ingest on a broker in memory, whose reader gives what the test says."""

    def __init__(self) -> None:
        self.broker = MemoryBroker(World.DRILL, ManualClock(1000))
        self.reading = Reading("jma", (TELEGRAM,), ())
        self.read_as: list[tuple[bytes, Source, str]] = []
        self.world = World.DRILL

    def read(self, document: bytes, source: Source, *, name: str = "") -> Reading:
        self.read_as.append((document, source, name))
        return self.reading

    async def publish(self, _topic: Topic, _messages: list[Message]) -> None:
        raise BrokerUnavailableError("no acknowledgement")

    def client(self, publisher: object = None) -> httpx.AsyncClient:
        intake = Intake(publisher or self.broker, self.read, ManualClock(1000), self.world)  # type: ignore[arg-type]
        watch = Watch([], intake.publisher, intake.clock)
        app = make_app(intake, Readiness(), key=KEY, watch=watch, doors=Doors({}, ManualClock(1000)))
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")

    async def send(self, document: bytes = b"<xml/>", **headers: str) -> httpx.Response:
        async with self.client() as client:
            return await client.post("/v1/documents", content=document, headers=HEADERS | headers)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    await desk.broker.ensure_topics(MANIFEST)
    yield desk
    await desk.broker.close()


async def test_a_document_becomes_events_with_cloud_event_headers(desk: Desk) -> None:
    answer = await desk.send(b"<xml/>", **{"X-Name": "15_%E6%B4%A5.xml"})
    assert (answer.status_code, answer.json()) == (
        202,
        {"format": "jma", "events": 1, "rejected": 0, "rejections": [], "notes": []},
    )
    assert desk.read_as == [(b"<xml/>", Source("jma", 1000), "15_津.xml")]
    (record,) = desk.broker.records(TELEGRAMS)
    assert (record.key, record.value) == (b"jma/VTSE41", encode(TELEGRAM))
    headers = dict(record.headers)
    assert (headers["ce_type"], headers["ce_source"], headers["ce_time"]) == (b"telegrams", b"jma", b"77")


async def test_the_same_document_twice_is_the_same_events(desk: Desk) -> None:
    await desk.send()
    await desk.send()
    first, second = desk.broker.records(TELEGRAMS)
    assert (first.value, first.headers) == (second.value, second.headers)


async def test_each_kind_of_event_goes_to_its_topic_under_its_own_key(desk: Desk) -> None:
    closure = ClosureReport(id="C9", source="roads", as_of_ms=5)
    whole = ClosureSnapshot(id="roads/F", source="roads", as_of_ms=5, closures=("C9",))
    desk.reading = Reading("mixed", (REPORT, closure, whole, TELEGRAM), ())
    assert (await desk.send()).json()["events"] == 4
    topics = (SHELTER_REPORTS, CLOSURE_REPORTS, WHOLE_LISTS, TELEGRAMS)
    assert [desk.broker.records(t)[0].key for t in topics] == [b"P1", b"C9", b"roads/F", b"jma/VTSE41"]


async def test_a_bad_row_is_told_and_kept_with_the_document_while_the_good_are_taken(desk: Desk) -> None:
    desk.reading = Reading("shelter-status-csv", (REPORT,), (BAD, BAD))
    answer = await desk.send(b"a,b", **{"X-Name": "list.csv"})
    assert answer.status_code == 202
    assert answer.json()["rejected"] == 2
    assert answer.json()["rejections"][0] == {
        "place": "line 3",
        "reason": "coordinates-missing",
        "detail": "no latitude",
    }
    (letter,) = desk.broker.records(dead_letters(SHELTER_REPORTS))
    headers = dict(letter.headers)
    assert letter.value == b"a,b"
    assert (headers["reason"], headers["place"]) == (b"coordinates-missing", b"jma/list.csv")
    assert headers["detail"].count(b"line 3: coordinates-missing: no latitude") == 2


async def test_a_document_of_which_nothing_can_be_read_is_a_problem_with_its_reasons(desk: Desk) -> None:
    unknown = Rejection(source="jma", place="document", reason="format-unknown", detail="not a format")
    desk.reading = Reading("unknown", (), (unknown,))
    answer = await desk.send(b"\x00\x01")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["rejections"][0]["reason"] == "format-unknown"
    assert desk.broker.records(dead_letters(TELEGRAMS))[0].value == b"\x00\x01"


async def test_a_valid_document_without_events_is_taken(desk: Desk) -> None:
    desk.reading = Reading("jma", (), (), ("a bulletin without areas",))
    answer = await desk.send()
    assert (answer.status_code, answer.json()["notes"]) == (202, ["a bulletin without areas"])


async def test_the_drill_takes_no_telegram_that_means_it(desk: Desk) -> None:
    desk.reading = Reading("jma", (msgspec.structs.replace(TELEGRAM, status=Status.ACTUAL),), ())
    answer = await desk.send()
    assert answer.status_code == 422
    assert answer.json()["rejections"][0]["reason"] == "other-world"
    assert desk.broker.records(TELEGRAMS) == []


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST])
async def test_the_real_world_takes_nothing_that_is_practised(desk: Desk, status: Status) -> None:
    desk.world = World.REAL
    practised = (
        msgspec.structs.replace(TELEGRAM, status=status),
        msgspec.structs.replace(REPORT, status=status),
    )
    desk.reading = Reading("jma", practised, ())
    answer = await desk.send()
    assert [r["reason"] for r in answer.json()["rejections"]] == ["other-world"] * 2
    assert desk.broker.records(TELEGRAMS) + desk.broker.records(SHELTER_REPORTS) == []


async def test_an_event_that_the_worker_could_not_keep_eight_times_is_refused(desk: Desk) -> None:
    desk.reading = Reading("jma", (msgspec.structs.replace(TELEGRAM, headline="津" * 400_000), TELEGRAM), ())
    answer = await desk.send()
    assert (answer.json()["events"], answer.json()["rejections"][0]["reason"]) == (1, "event-too-large")


async def test_a_document_that_is_too_large_is_not_read(desk: Desk) -> None:
    answer = await desk.send(b"x" * (MAX_DOCUMENT_BYTES + 1))
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")
    assert desk.read_as == []


async def test_a_body_that_hides_its_length_is_cut_off_at_the_limit(desk: Desk) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1 << 20
            yield bytes(1 << 20)

    async with desk.client() as client:
        answer = await client.post("/v1/documents", content=endless(), headers=HEADERS)
    assert answer.status_code == 413
    assert sent <= MAX_DOCUMENT_BYTES + (2 << 20)


async def test_without_the_key_nothing_is_read(desk: Desk) -> None:
    for key in ("", "Bearer no", "Bearer the-key2"):
        async with desk.client() as client:
            answer = await client.post(
                "/v1/documents", content=b"x", headers=HEADERS | {"Authorization": key}
            )
        assert (answer.status_code, answer.json()["field"]) == (401, "Authorization")
    assert desk.read_as == []


@pytest.mark.parametrize("name", ["", "a b", "x" * 101, "-a"])
async def test_a_source_needs_a_name_that_can_stand_in_a_log(desk: Desk, name: str) -> None:
    answer = await desk.send(**{"X-Source": name})
    assert (answer.status_code, answer.json()["field"]) == (422, "X-Source")


async def test_nothing_is_acknowledged_before_the_broker_has_it(desk: Desk) -> None:
    async with desk.client(desk) as client:
        answer = await client.post("/v1/documents", content=b"x", headers=HEADERS)
        sources = await client.get("/v1/sources")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert sources.json()["sources"] == []


async def test_each_feed_shows_when_it_was_last_good(desk: Desk) -> None:
    async with desk.client() as client:
        await client.post("/v1/documents", content=b"x", headers=HEADERS)
        body = (await client.get("/v1/sources")).json()
    assert (body["world"], body["since_ms"], body["now_ms"]) == ("drill", 1000, 1000)
    assert body["sources"][0] | {"events": 1} == {
        "source": "jma", "format": "jma", "heard_ms": 1000, "last_good_ms": 1000,
        "documents": 1, "events": 1, "rejected": 0,
    }  # fmt: skip


async def test_documents_and_refusals_are_counted_by_format_and_reason(desk: Desk) -> None:
    desk.reading = Reading("counted-format", (REPORT,), (BAD,))
    await desk.send()
    async with desk.client() as client:
        text = (await client.get("/metrics")).text
    assert 'mio_documents_total{format="counted-format",outcome="taken"} 1.0' in text
    assert 'mio_document_events_total{format="counted-format"} 1.0' in text
    assert 'mio_rejections_total{format="counted-format",reason="coordinates-missing"} 1.0' in text
