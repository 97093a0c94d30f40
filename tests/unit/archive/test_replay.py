"""A recording as a drill: re-marked, in order, in its own time, and from where it was interrupted."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from services.archive.exercise import ORIGIN, REPLAYED, make_cue
from services.archive.replay import Player, Recording, ReplayError, find_next_ms, record
from streams.broker import BrokerUnavailableError, Message, Record
from streams.clock import ManualClock, ScenarioClock
from streams.codec import CodecError, decode, encode
from streams.events.alerts import Telegram
from streams.events.base import Status
from streams.events.shelters import Layer, SiteReport
from streams.topics import CLOSURE_REPORTS, CONSENTS, POSITIONS, SITE_REPORTS, TELEGRAMS, DataClass, Topic
from streams.world import World
from tests.unit.streams.given import closure, telegram

FROM_MS = 1_000


def recorded(event: object, *, at_ms: int = 0, offset: int = 0, **fields: object) -> Record:
    headers = (("ce_id", b"of the real one"), ("ce_source", b"jma"))
    return Record(0, offset, at_ms, b"k", encode(event), headers)  # type: ignore[arg-type]


def recording(*at_ms: int) -> Recording:
    found = [(TELEGRAMS, recorded(telegram(at), at_ms=at, offset=n)) for n, at in enumerate(at_ms)]
    return record(World.REAL, found, to_ms=10_000, by_event_time=False)


@pytest.mark.parametrize("status", Status)
def test_a_telegram_becomes_an_exercise_whatever_it_was(status: Status) -> None:
    cue = make_cue(TELEGRAMS, recorded(telegram(5, status=status)), world=World.REAL, by_event_time=False)
    found = decode(cue.message.value or b"", Telegram)
    assert found.status is (Status.TEST if status is Status.TEST else Status.EXERCISE)
    assert found == telegram(5, status=found.status)


def test_a_replayed_record_says_where_it_is_from_and_is_not_taken_for_the_real_one() -> None:
    event = recorded(telegram(5, status=Status.ACTUAL), offset=7)
    headers = dict(make_cue(TELEGRAMS, event, world=World.REAL, by_event_time=False).message.headers)
    assert headers[ORIGIN] == b"real.telegrams[0]@7"
    assert headers["ce_source"] == b"jma"
    assert headers["ce_id"] != b"of the real one"


def test_what_was_no_event_then_is_none_now() -> None:
    for value in (b"{", None):
        with pytest.raises(CodecError):
            make_cue(TELEGRAMS, Record(0, 0, 0, b"k", value), world=World.REAL, by_event_time=False)
    assert (
        record(
            World.REAL, [(TELEGRAMS, Record(0, 0, 0, b"k", b"{"))], to_ms=9, by_event_time=False
        ).unreadable
        == 1
    )


def test_nothing_of_persons_is_replayed() -> None:
    assert {topic.data_class for topic in REPLAYED} == {DataClass.PUBLIC, DataClass.OFFICIAL}
    assert {TELEGRAMS, SITE_REPORTS, CLOSURE_REPORTS} <= set(REPLAYED)
    assert not {POSITIONS, CONSENTS} & set(REPLAYED)


def test_cues_come_by_arrival_or_by_the_events_own_time_and_end_before_the_end() -> None:
    site = SiteReport(id="s", source="list", layer=Layer.SITE, name="x", lat=34.5, lon=135.27)
    found = [
        (CLOSURE_REPORTS, recorded(closure(50), at_ms=300)),
        (TELEGRAMS, recorded(telegram(90), at_ms=100)),
        (SITE_REPORTS, recorded(site, at_ms=200)),
        (TELEGRAMS, recorded(telegram(95), at_ms=400)),
    ]

    def order(*, by_event_time: bool, to_ms: int) -> list[tuple[int, str]]:
        cues = record(World.REAL, found, to_ms=to_ms, by_event_time=by_event_time).cues
        return [(cue.at_ms, cue.topic.name) for cue in cues]

    assert order(by_event_time=False, to_ms=400) == [
        (100, "telegrams"),
        (200, "site-reports"),
        (300, "closure-reports"),
    ]
    assert order(by_event_time=True, to_ms=95) == [
        (0, "site-reports"),
        (50, "closure-reports"),
        (90, "telegrams"),
    ]


class Sent:
    """A publisher that keeps what it was given, and goes away after some batches."""

    def __init__(self, *, batches: int = 100) -> None:
        self.at_ms: list[int] = []
        self.batches = batches

    async def publish(self, topic: Topic, messages: Sequence[Message]) -> None:
        if not self.batches:
            raise BrokerUnavailableError(f"{topic.name}: gone")
        self.batches -= 1
        self.at_ms += [decode(message.value or b"", Telegram).issued_at_ms for message in messages]


def player(found: Recording, sent: Sent, folder: Path, shown: list[int] | None = None) -> Player:
    def show(done: int, _total: int, _what: str) -> None:
        if shown is not None:
            shown.append(done)

    return Player(found, sent, folder / "replay.json", FROM_MS, show)


async def test_what_stood_before_is_written_at_once_and_the_rest_when_its_time_comes(tmp_path: Path) -> None:
    wall, sent, shown = ManualClock(0), Sent(), list[int]()
    clock = ScenarioClock(FROM_MS - 500, 0, 10, wall)
    playing = asyncio.create_task(player(recording(1, 999, 1_500, 3_000), sent, tmp_path, shown).play(clock))
    for wall_ms, done in ((0, [1, 999]), (100, [1, 999, 1_500]), (250, [1, 999, 1_500, 3_000])):
        wall.at_ms = wall_ms
        async with asyncio.timeout(20):
            while sent.at_ms != done:
                await asyncio.sleep(0.01)
    assert await playing == 4
    assert shown == [2, 3, 4]


async def test_an_interrupted_replay_goes_on_where_it_was(tmp_path: Path) -> None:
    found, late = recording(1, 2, 1_500, 3_000, 4_000), ScenarioClock(9_999, 0, 1, ManualClock(0))
    early = ScenarioClock(1_200, 0, 1, ManualClock(0))
    first = Sent(batches=1)
    with pytest.raises(BrokerUnavailableError):
        await player(found, first, tmp_path).play(_Then(early, late))  # type: ignore[arg-type]
    assert first.at_ms == [1, 2]
    assert find_next_ms(found, tmp_path / "replay.json", FROM_MS) == 1_500
    second = Sent()
    assert await player(found, second, tmp_path).play(late) == 3
    assert second.at_ms == [1_500, 3_000, 4_000]
    assert await player(found, Sent(), tmp_path).play(late) == 0
    assert find_next_ms(found, tmp_path / "replay.json", FROM_MS) == FROM_MS


class _Then:
    """One clock, and from the second look on another."""

    def __init__(self, *clocks: ScenarioClock) -> None:
        self._clocks = list(clocks)

    def now_ms(self) -> int:
        clock = self._clocks[0]
        self._clocks = self._clocks[1:] or self._clocks
        return clock.now_ms()


async def test_a_bookmark_of_another_recording_is_refused(tmp_path: Path) -> None:
    late = ScenarioClock(9_999, 0, 1, ManualClock(0))
    await player(recording(1, 2), Sent(), tmp_path).play(late)
    with pytest.raises(ReplayError, match="another recording"):
        await player(recording(1, 3), Sent(), tmp_path).play(late)


async def test_a_day_of_thousands_is_written_in_bounded_batches(tmp_path: Path) -> None:
    sent, shown = Sent(), list[int]()
    late = ScenarioClock(9_999, 0, 1, ManualClock(0))
    await player(recording(*range(1, 1_201)), sent, tmp_path, shown).play(late)
    assert shown == [500, 1_000, 1_200]
    assert sent.at_ms == list(range(1, 1_201))
