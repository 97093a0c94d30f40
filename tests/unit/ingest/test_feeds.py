"""Feeds whose entries point to documents: each fetched once, nothing missed after an outage, nothing fetched twice after a restart."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest import pollers
from services.ingest.asking import ask_once
from services.ingest.feed_index import Entry, read_index
from services.ingest.seen import KEPT_MS
from streams.adapters.reading import RefusedError
from streams.broker import Message
from streams.folds.sources import Outcome
from streams.topics import SEEN_ENTRIES
from tests.unit.ingest.declared import feed
from tests.unit.ingest.desk import Desk
from tests.unit.ingest.publisher import Page, Publisher

Listed = tuple[str, str, str]
NEWS, SAME = ((Outcome.NEWS, ""),), ((Outcome.SAME, ""),)


def entry(publisher: Publisher, number: int, *, minute: int | None = None, text: str = "") -> Listed:
    """An entry, and the document that it points to."""
    address = publisher.put(f"/data/{number}.xml", text or f"C{number}")
    return f"urn:{number}", f"2026-11-25T01:{number if minute is None else minute:02}:00Z", address


async def test_each_entry_is_fetched_once_whatever_the_feed_repeats(
    office: Desk, publisher: Publisher
) -> None:
    one, two = entry(publisher, 1), entry(publisher, 2)
    asking = await office.feed_poller(feed(publisher.feed("/short", one, two)))
    assert [(await asking.ask()).outcomes for _ in range(2)] == [NEWS, SAME]
    publisher.feed("/short", one, two, entry(publisher, 3))
    assert (await asking.ask()).outcomes == NEWS
    assert office.taken() == ["C1", "C2", "C3"]
    assert [publisher.asked(f"/data/{n}.xml") for n in (1, 2, 3)] == [[200]] * 3


async def test_an_entry_in_a_newer_version_is_fetched_again_and_an_older_one_is_not(
    office: Desk, publisher: Publisher
) -> None:
    asking = await office.feed_poller(feed(publisher.feed("/short", entry(publisher, 1, minute=5))))
    await asking.ask()
    publisher.feed("/short", entry(publisher, 1, minute=4, text="old"))
    await asking.ask()
    assert office.taken() == ["C1"]
    publisher.feed("/short", entry(publisher, 1, minute=6, text="new"))
    await asking.ask()
    assert office.taken() == ["C1", "new"]


async def test_a_restart_fetches_nothing_again(office: Desk, publisher: Publisher) -> None:
    one, two = entry(publisher, 1), entry(publisher, 2)
    source = feed(publisher.feed("/short", one), long_url=publisher.feed("/long", one, two))
    await (await office.feed_poller(source)).ask()
    reborn = await office.feed_poller(source)
    assert (await reborn.ask()).outcomes == SAME
    assert [publisher.asked(f"/data/{n}.xml") for n in (1, 2)] == [[200], [200]]
    assert publisher.asked("/long") == [200, 200]


async def test_the_long_feed_is_read_at_the_start_and_after_an_outage_and_else_left_alone(
    office: Desk, publisher: Publisher
) -> None:
    listed = [entry(publisher, number) for number in range(1, 6)]
    source = feed(publisher.feed("/short", listed[0]), long_url=publisher.feed("/long", *listed[:2]))
    asking = await office.feed_poller(source)
    await asking.ask()
    assert office.taken() == ["C1", "C2"]
    for number in range(9):
        office.wall.advance(60)
        publisher.feed("/short", listed[0], etag=f'"{number}"')
        await asking.ask()
    assert publisher.asked("/long") == [200]
    publisher.pages["/short"].status = 500
    for _ in range(3):
        office.wall.advance(400)
        assert (await ask_once(asking) or pytest.fail("no broker")).failed
    publisher.feed("/short", listed[4])
    publisher.feed("/long", *listed)
    await asking.ask()
    assert office.taken() == ["C1", "C2", "C3", "C4", "C5"]
    assert publisher.asked("/long") == [200, 200]


async def test_a_long_feed_that_did_not_come_is_owed_until_it_does(
    office: Desk, publisher: Publisher
) -> None:
    one, two = entry(publisher, 1), entry(publisher, 2)
    asking = await office.feed_poller(
        feed(publisher.feed("/short", one, etag='"1"'), long_url=f"{publisher.url}/long")
    )
    told = await asking.ask()
    assert (told.failed, office.taken()) == (True, ["C1"])
    publisher.feed("/long", one, two)
    assert (await asking.ask()).outcomes == NEWS
    assert office.taken() == ["C1", "C2"]


async def test_the_newest_come_first_and_no_round_is_endless(
    office: Desk, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pollers, "MOST_ENTRIES", 2)
    asking = await office.feed_poller(
        feed(publisher.feed("/short", *(entry(publisher, n) for n in range(1, 6)), etag='"1"'))
    )
    await asking.ask()
    assert office.taken() == ["C4", "C5"]
    await asking.ask()
    await asking.ask()
    assert office.taken() == ["C1", "C2", "C3", "C4", "C5"]


async def test_a_document_that_does_not_come_is_asked_for_again_and_given_up_in_the_end(
    office: Desk, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pollers, "MOST_TRIES", 3)
    asking = await office.feed_poller(
        feed(publisher.feed("/short", entry(publisher, 1), entry(publisher, 2)))
    )
    publisher.pages["/data/1.xml"].status = 500
    failed = (Outcome.FAILED, f"{publisher.url}/data/1.xml: HTTP 500")
    assert (await asking.ask()).outcomes == (NEWS[0], failed)
    assert (await asking.ask()).outcomes == (failed,)
    assert (await asking.ask()).outcomes == ((Outcome.REFUSED, failed[1]),)
    assert (await asking.ask()).outcomes == SAME
    assert publisher.asked("/data/1.xml") == [500] * 3


async def test_a_document_that_is_gone_is_asked_for_once(office: Desk, publisher: Publisher) -> None:
    asking = await office.feed_poller(
        feed(publisher.feed("/short", ("urn:1", "", f"{publisher.url}/gone.xml")))
    )
    ((outcome, _),) = (await asking.ask()).outcomes
    assert (outcome, (await asking.ask()).outcomes) == (Outcome.REFUSED, SAME)
    assert publisher.asked("/gone.xml") == [404]


async def test_a_publisher_that_is_down_is_left_alone_after_a_few(office: Desk, publisher: Publisher) -> None:
    listed = [entry(publisher, number) for number in range(1, 9)]
    for _, _, address in listed:
        publisher.pages[address.removeprefix(publisher.url)].status = 503
    asking = await office.feed_poller(feed(publisher.feed("/short", *listed)))
    assert (await asking.ask()).failed
    assert len(publisher.answered) == 1 + pollers.PATIENCE


async def test_a_publisher_that_asks_to_be_left_alone_is_at_once(office: Desk, publisher: Publisher) -> None:
    listed = [entry(publisher, number) for number in range(1, 4)]
    for _, _, address in listed:
        publisher.pages[address.removeprefix(publisher.url)] = Page(
            status=429, headers={"retry-after": "300"}
        )
    asking = await office.feed_poller(feed(publisher.feed("/short", *listed)))
    assert (await asking.ask()).allowed_s == 300
    assert len(publisher.answered) == 2


async def test_an_entry_that_leads_elsewhere_is_passed_by_and_the_others_are_taken(
    office: Desk, publisher: Publisher
) -> None:
    stray = ("urn:x", "2026-11-25T02:00:00Z", "http://169.254.169.254/latest/meta-data")
    local = ("urn:y", "2026-11-25T02:00:00Z", "file:///etc/passwd")
    asking = await office.feed_poller(feed(publisher.feed("/short", stray, local, entry(publisher, 1))))
    assert [(await asking.ask()).outcomes for _ in range(2)] == [NEWS, SAME]
    assert office.taken() == ["C1"]


async def test_a_document_that_could_not_be_read_is_kept_and_not_fetched_again(
    office: Desk, publisher: Publisher
) -> None:
    asking = await office.feed_poller(feed(publisher.feed("/short", entry(publisher, 1, text="!broken"))))
    assert (await asking.ask()).outcomes == ((Outcome.REFUSED, "line 1: broken"),)
    assert (await asking.ask()).outcomes == SAME
    assert publisher.asked("/data/1.xml") == [200]


async def test_what_the_broker_did_not_take_is_fetched_again(office: Desk, publisher: Publisher) -> None:
    asking = await office.feed_poller(feed(publisher.feed("/short", entry(publisher, 1), etag='"1"')))
    office.is_away = True
    assert await ask_once(asking) is None
    office.is_away = False
    assert (await asking.ask()).outcomes == NEWS
    assert office.taken() == ["C1"]


async def test_alerts_that_stand_in_the_feed_itself_are_taken_with_it_once(
    office: Desk, publisher: Publisher
) -> None:
    alert = "<alert><identifier>a</identifier><sender>s</sender></alert>"
    text = f"<feed><entry><id>a</id><updated>2026-11-25T01:00:00Z</updated><content>{alert}</content></entry></feed>"
    asking = await office.feed_poller(feed(publisher.put("/short", text), format="cap"))
    assert (await asking.ask()).outcomes == NEWS
    assert office.taken() == text.split()
    assert (await asking.ask()).outcomes == SAME
    assert office.taken() == text.split()


async def test_what_is_no_feed_is_a_trouble(office: Desk, publisher: Publisher) -> None:
    publisher.put("/short", "<html><body>portal</body></html>")
    ((outcome, detail),) = (await (await office.feed_poller(feed(f"{publisher.url}/short"))).ask()).outcomes
    assert outcome is Outcome.REFUSED
    assert "expected an Atom or RSS feed" in detail


async def test_a_mark_that_cannot_be_read_costs_one_fetch_more(office: Desk, publisher: Publisher) -> None:
    await office.broker.publish(SEEN_ENTRIES, [Message(b"jma/extra\nurn:1", b"{"), Message(b"\xff", b"{")])
    asking = await office.feed_poller(feed(publisher.feed("/short", entry(publisher, 1))))
    assert (await asking.ask()).outcomes == NEWS


async def test_old_entries_that_nobody_lists_are_forgotten(office: Desk, publisher: Publisher) -> None:
    one, two = entry(publisher, 1), entry(publisher, 2)
    asking = await office.feed_poller(feed(publisher.feed("/short", one, two)))
    await asking.ask()
    office.wall.at_ms += KEPT_MS + 1
    publisher.feed("/short", two)
    await asking.ask()
    newest = {record.key: record.value for record in office.broker.records(SEEN_ENTRIES)}
    assert [key for key, value in newest.items() if value is None] == [b"jma/extra\nurn:1"]


def test_an_index_says_what_each_entry_is_and_where() -> None:
    atom = b"""<feed xmlns="http://www.w3.org/2005/Atom">
      <entry><id>a</id><updated>u</updated><link href="one.xml"/></entry>
      <entry><updated>u</updated><link href="https://x/two.xml"/></entry>
      <entry><id>c</id><updated>u</updated></entry>
    </feed>"""
    assert read_index(atom, "https://h/feed/x.xml") == [
        Entry("a", "u", "https://h/feed/one.xml"),
        Entry("https://x/two.xml", "u", "https://x/two.xml"),
    ]
    rss = b"<rss><channel><item><guid>g</guid><pubDate>p</pubDate><link>https://x/1</link></item></channel></rss>"
    assert read_index(rss, "https://h/") == [Entry("g", "p", "https://x/1")]


@pytest.mark.parametrize(
    "document", [b"", b"{}", b"<feed", b'<!DOCTYPE f [<!ENTITY a "b">]><feed>&a;</feed>']
)
def test_an_index_that_may_not_be_read_is_refused(document: bytes) -> None:
    with pytest.raises(RefusedError):
        read_index(document, "https://h/")


@given(
    st.binary(max_size=300)
    | st.from_regex(rb"<feed>(<entry>(<id>[a-z]?</id>|<link href='[a-z:/]{0,9}'/>)*</entry>)*</feed>")
)
def test_no_bytes_break_the_reading_of_an_index(document: bytes) -> None:
    try:
        entries = read_index(document, "https://h/feed.xml")
    except RefusedError:
        return
    assert all(entry.id for entry in entries)


def test_the_feeds_of_weather_services_are_read_or_refused_by_name(data_dir: Path) -> None:
    found = {}
    for file in sorted((data_dir / "alerts/cap").glob("*.atom")):
        try:
            entries = read_index(file.read_bytes(), "https://h/feed.xml")
        except RefusedError as error:
            found[file.stem] = error.reason
        else:
            found[file.stem] = " ".join(
                "inside" if entry.address is None else "elsewhere" for entry in entries
            )
    assert found["weather_index"] == "elsewhere elsewhere"
    assert found["earthquake_index"] == "elsewhere"
    assert found["canada_signed"] == "inside"
    assert found["no_link"] == ""
