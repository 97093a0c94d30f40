"""Asking a publisher over real HTTP: conditional, bounded, only where it was declared, and its key only to itself."""

import gzip

import pytest

from services.ingest.asking import ask_once
from services.ingest.http_pull import PullError
from services.ingest.pollers import PullPoller
from streams.folds.sources import Outcome
from streams.topics import CLOSURE_REPORTS, dead_letters
from tests.unit.ingest.declared import pull
from tests.unit.ingest.desk import Desk
from tests.unit.ingest.publisher import Page, Publisher

NEWS, SAME = ((Outcome.NEWS, ""),), ((Outcome.SAME, ""),)


def poller(office: Desk, url: str, **over: object) -> PullPoller:
    source = pull(url, **over)
    return PullPoller(source, office.puller(source), office.intake)


@pytest.mark.parametrize("how", [{"etag": '"1"'}, {"modified": "Tue, 11 Nov 2025 00:00:00 GMT"}])
async def test_what_is_the_same_is_said_to_be_and_is_not_sent_again(
    office: Desk, publisher: Publisher, how: dict[str, str]
) -> None:
    asking = poller(office, publisher.put("/d", "C1", **how))
    assert (await asking.ask()).outcomes == NEWS
    assert (await asking.ask()).outcomes == SAME
    publisher.put("/d", "C2", **{name: value.replace("1", "2") for name, value in how.items()})
    assert (await asking.ask()).outcomes == NEWS
    assert publisher.asked("/d") == [200, 304, 200]
    assert office.taken() == ["C1", "C2"]


async def test_a_publisher_that_knows_no_conditions_is_compared_by_its_bytes(
    office: Desk, publisher: Publisher
) -> None:
    asking = poller(office, publisher.put("/d", "C1"))
    assert [(await asking.ask()).outcomes for _ in range(3)] == [NEWS, SAME, SAME]
    assert office.taken() == ["C1"]


async def test_a_document_that_cannot_be_read_is_kept_once_and_stays_a_trouble_while_it_is_the_same(
    office: Desk, publisher: Publisher
) -> None:
    asking = poller(office, publisher.put("/d", "!no such column", etag='"1"'))
    refused = ((Outcome.REFUSED, "line 1: no such column"),)
    assert [(await asking.ask()).outcomes for _ in range(3)] == [refused] * 3
    assert publisher.asked("/d") == [200, 304, 304]
    assert len(office.broker.records(dead_letters(CLOSURE_REPORTS))) == 1
    publisher.put("/d", "C1", etag='"2"')
    assert [(await asking.ask()).outcomes for _ in range(2)] == [NEWS, SAME]


async def test_what_the_broker_did_not_take_is_asked_for_again(office: Desk, publisher: Publisher) -> None:
    asking = poller(office, publisher.put("/d", "C1", etag='"1"'))
    office.is_away = True
    assert await ask_once(asking) is None
    office.is_away = False
    told = await ask_once(asking)
    assert told is not None
    assert told.outcomes == NEWS
    assert publisher.asked("/d") == [200, 200]


async def test_a_document_of_another_format_than_declared_is_refused_whole(
    office: Desk, publisher: Publisher
) -> None:
    asking = poller(office, publisher.put("/d", "C1"), format="datex2")
    ((outcome, detail),) = (await asking.ask()).outcomes
    assert (outcome, office.taken()) == (Outcome.REFUSED, [])
    assert "reads as closures-geojson, the source declares datex2" in detail


async def test_a_refusal_says_how_long_to_wait_and_nothing_of_the_query(
    office: Desk, publisher: Publisher
) -> None:
    publisher.pages["/d"] = Page(status=503, headers={"retry-after": "120"})
    told = await ask_once(poller(office, f"{publisher.url}/d?token=hunter2"))
    assert told is not None
    assert (told.failed, told.allowed_s) == (True, 120)
    assert told.outcomes == ((Outcome.FAILED, f"{publisher.url}/d: HTTP 503"),)


async def test_a_publisher_that_is_not_there_is_a_failure_in_words(
    office: Desk, publisher: Publisher
) -> None:
    told = await ask_once(poller(office, "http://127.0.0.1:9/d"))
    assert told is not None
    assert told.outcomes == ((Outcome.FAILED, "http://127.0.0.1:9/d: ConnectError"),)


@pytest.mark.parametrize("squeezed", [False, True])
async def test_no_more_is_read_than_may_be_also_where_it_was_squeezed(
    office: Desk, publisher: Publisher, *, squeezed: bool
) -> None:
    body = b"C" * 50_000
    headers = {"content-encoding": "gzip"} if squeezed else {}
    url = publisher.put("/d", gzip.compress(body) if squeezed else body, headers=headers)
    with pytest.raises(PullError, match="more than 40000 bytes"):
        await poller(office, url, max_bytes=40_000).ask()
    assert (await poller(office, url, max_bytes=50_000).ask()).outcomes == NEWS


async def test_redirects_are_followed_within_what_is_declared_and_not_for_ever(
    office: Desk, publisher: Publisher
) -> None:
    publisher.put("/new", "C1", etag='"1"')
    publisher.pages["/d"] = Page(status=302, headers={"location": "/new"})
    asking = poller(office, f"{publisher.url}/d")
    assert [(await asking.ask()).outcomes for _ in range(2)] == [NEWS, SAME]
    assert publisher.asked("/new") == [200, 304]
    publisher.pages["/d"] = Page(status=302, headers={"location": "http://localhost:1/d"})
    with pytest.raises(PullError, match="the host is not declared"):
        await asking.ask()
    publisher.pages["/d"] = Page(status=302, headers={"location": "/d"})
    with pytest.raises(PullError, match="more than 3 redirects"):
        await asking.ask()


async def test_a_key_goes_to_its_own_publisher_only(office: Desk, publisher: Publisher) -> None:
    publisher.put("/d", "C1")
    other = publisher.url.replace("127.0.0.1", "localhost")
    publisher.pages["/away"] = Page(status=302, headers={"location": f"{other}/d"})
    source = pull(
        f"{publisher.url}/away", hosts=("localhost",), key_env="MIO_SOURCE_K", key_header="X-Api", key_form="k {key}"
    )  # fmt: skip
    await office.puller(source, key="hunter2").fetch(source.url)
    first, second = publisher.answered
    assert first[2]["x-api"] == "k hunter2"
    assert second[1] == 200
    assert "x-api" not in second[2]
