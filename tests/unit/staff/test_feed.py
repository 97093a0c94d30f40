"""The one reader: batches, urgency, catching up, and a view that goes away."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from dashboard_api.staff import feed as feed_module
from dashboard_api.staff.feed import Feed
from streams.broker import Record
from streams.clock import ManualClock
from streams.codec import encode
from streams.events.closures import ClosureState
from streams.events.shelters import ShelterState
from streams.topics import CLOSURES, SHELTERS
from streams.view.memory import MemoryView
from streams.view.port import ViewError, ViewSnapshot
from streams.world import World
from tests.unit.staff.test_mirror import reader


class FlakyView(MemoryView):
    """Answers only while `up`."""

    up = True

    async def snapshot(self) -> ViewSnapshot:
        if not self.up:
            raise ViewError("down")
        return await super().snapshot()


def shelter(name: str, *, offset: int = 0) -> Record:
    return Record(0, offset, 0, name.encode(), encode(ShelterState(id=name)))


def closure(name: str) -> Record:
    return Record(0, 0, 0, name.encode(), encode(ClosureState(id=name, source="s", as_of_ms=1)))


@pytest.fixture
async def view() -> MemoryView:
    view = FlakyView()
    await view.apply(SHELTERS, [shelter("first")])
    return view


@pytest.fixture
async def feed(view: MemoryView) -> AsyncIterator[Feed]:
    feed = Feed(view, reader(), clock=ManualClock(1000), world=World.DRILL)
    running = asyncio.create_task(feed.run())
    async with asyncio.timeout(5):
        while not feed.is_live:
            await asyncio.sleep(0)
    yield feed
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def events(feed: Feed, after: str | None, count: int) -> list[tuple[str, dict[str, object]]]:
    """Changes and resyncs of one page; statuses come when they like."""
    found: list[tuple[str, dict[str, object]]] = []
    async with asyncio.timeout(5):
        async for chunk in feed.stream(after):
            for block in chunk.decode().strip().split("\n\n"):
                fields = dict(line.split(": ", 1) for line in block.splitlines())
                if fields.get("event") in {"change", "resync"}:
                    found.append((fields["event"], msgspec.json.decode(fields["data"])))
            if len(found) >= count:
                break
    return found


async def test_a_burst_of_reports_is_one_frame(feed: Feed, view: MemoryView) -> None:
    waiting = asyncio.create_task(events(feed, feed.head, 1))
    await view.apply(SHELTERS, [shelter(f"s{n}", offset=n) for n in range(100)])
    ((kind, change),) = await waiting
    assert (kind, len(change["shelters"])) == ("change", 100)  # type: ignore[arg-type]


async def test_a_closure_does_not_wait_and_takes_along_what_waits(
    feed: Feed, view: MemoryView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "BATCH_S", 3600.0)
    waiting = asyncio.create_task(events(feed, feed.head, 1))
    await view.apply(SHELTERS, [shelter("s")])
    await view.apply(CLOSURES, [closure("c")])
    ((_, change),) = await waiting
    assert [len(change[k]) for k in ("shelters", "closures")] == [1, 1]  # type: ignore[arg-type]
    assert change["id"] == feed.head


async def test_the_same_key_twice_in_a_batch_is_told_once_as_it_is_now(feed: Feed, view: MemoryView) -> None:
    waiting = asyncio.create_task(events(feed, feed.head, 1))
    gone = Record(0, 2, 0, b"s", None)
    await view.apply(SHELTERS, [shelter("s"), gone])
    ((_, change),) = await waiting
    assert (change["shelters"], change["shelters_gone"]) == ([], ["s"])


async def test_a_page_from_before_the_ring_is_given_what_it_missed_from_the_view(view: MemoryView) -> None:
    before = (await view.snapshot()).last_id
    await view.apply(SHELTERS, [shelter("missed")])
    late = Feed(view, reader(), clock=ManualClock(), world=World.DRILL)
    running = asyncio.create_task(late.run())
    async with asyncio.timeout(5):
        await late.asked.wait()
    ((kind, change),) = await events(late, before, 1)
    assert (kind, [s["id"] for s in change["shelters"]]) == ("change", ["missed"])  # type: ignore[index,attr-defined]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize("after", ["99999999-0", "nonsense", ""])
async def test_an_id_that_is_not_ours_is_told_to_take_a_new_snapshot(feed: Feed, after: str) -> None:
    assert await events(feed, after, 1) == [("resync", {})]


async def test_a_view_that_goes_away_is_said_with_its_time_and_comes_back_by_itself(
    feed: Feed, view: FlakyView, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed._set_live(live=False)
    assert (feed.status().view, feed.status().view_as_of_ms) == ("away", 1000)
    view.up = False
    again = Feed(view, reader(), clock=ManualClock(5), world=World.DRILL)
    monkeypatch.setattr(feed_module, "RETRY_S", 0.01)
    running = asyncio.create_task(again.run())
    async with asyncio.timeout(5):
        await again.asked.wait()
        assert not again.is_live
        view.up = True
        while not again.is_live:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_an_empty_view_is_not_shown_as_an_empty_city() -> None:
    empty = Feed(MemoryView(), reader(), clock=ManualClock(), world=World.DRILL)
    running = asyncio.create_task(empty.run())
    async with asyncio.timeout(5):
        await empty.asked.wait()
    assert not empty.is_live
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
