"""Every telegram re-marked as an exercise or a test: the real world hears nothing of it, at the door or behind it."""

import re
from pathlib import Path

import msgspec
import pytest

from services.cli.feed_documents import list_documents as list_files
from services.ingest.parcel import Parcel, make_message, make_parcel
from streams.adapters.registry import AnyEvent, Reading, Source, read
from streams.broker import Message
from streams.cells import Gazetteer
from streams.events.base import Status
from streams.topics import CLOSURE_REPORTS, SHELTER_REPORTS, SITE_REPORTS, TELEGRAMS, WHOLE_LISTS, Topic
from streams.worker.steps import (
    Context,
    RefusedError,
    TakeStep,
    step_closure,
    step_place,
    step_telegram,
    step_whole_list,
)
from streams.world import World
from tests.faults.worker.documents import list_documents

SOURCE = Source("test", 0)
STEPS: dict[Topic, TakeStep] = {
    TELEGRAMS: step_telegram,
    SITE_REPORTS: step_place,
    SHELTER_REPORTS: step_place,
    CLOSURE_REPORTS: step_closure,
    WHOLE_LISTS: step_whole_list,
}
REAL = Context(World.REAL, Gazetteer({}, {}))
MARKED = re.compile(
    rb"(<(?:\w+:)?(?:Status|status|distributionStatus)>)\s*(%s|Actual)\s*(?=<)" % "通常".encode()
)
WORDS = {"exercise": ("訓練", "Exercise"), "test": ("試験", "Test")}


def marked(document: bytes, mark: str) -> bytes:
    """The same telegram, as of an exercise or a test."""
    japanese, english = (word.encode() for word in WORDS[mark])
    return MARKED.sub(lambda m: m[1] + (english if m[2] == b"Actual" else japanese), document)


def parcel(reading: Reading, world: World) -> Parcel:
    return make_parcel(lambda *_, **__: reading, b"", SOURCE, name="", world=world)


def leaks_behind_the_door(events: tuple[AnyEvent, ...]) -> list[AnyEvent]:
    """Those that the worker of the real world would fold, were they on its topics."""
    return [event for event in events if _is_folded(*make_message(event, SOURCE))]


def _is_folded(topic: Topic, message: Message) -> bool:
    try:
        STEPS[topic](REAL, None, message.key, message.value)
    except RefusedError as error:
        return error.reason != "other-world"
    return True


@pytest.mark.parametrize("mark", ["exercise", pytest.param("test", marks=pytest.mark.long)])
def test_no_telegram_of_the_archive_reaches_the_real_world_once_it_is_re_marked(
    archive: dict[str, bytes], readings: dict[str, Reading], mark: str
) -> None:
    heard = 0
    for name, document in archive.items():
        reading = read(marked(document, mark), SOURCE, name=name)
        assert not parcel(reading, World.REAL).messages, name
        assert not leaks_behind_the_door(reading.events), name
        # silence is not deafness: the drill hears every one of them
        heard += parcel(reading, World.DRILL).events
    assert heard == sum(len(reading.events) for reading in readings.values())


@pytest.mark.parametrize("mark", WORDS)
@pytest.mark.parametrize("folder", ["cap", "lalert"])
def test_no_alert_reaches_the_real_world_once_it_is_re_marked(data_dir: Path, folder: str, mark: str) -> None:
    heard = 0
    for found in list_files(data_dir / "alerts" / folder):
        reading = read(marked(found.data, mark), SOURCE, name=found.name)
        assert not parcel(reading, World.REAL).messages, found.place
        assert not leaks_behind_the_door(reading.events), found.place
        heard += parcel(reading, World.DRILL).events
    assert heard > 3


def test_no_made_up_document_that_says_it_is_an_exercise_reaches_the_real_world() -> None:
    formats = set()
    for document in list_documents(1, "t1"):
        reading = read(document.body, SOURCE, name=document.name)
        if any(event.status is not Status.ACTUAL for event in reading.events):
            formats.add(reading.format)
            assert not parcel(reading, World.REAL).messages
    assert formats == {"jma", "cap", "atom", "edxl", "datex2"}


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST])
def test_no_event_of_any_kind_is_folded_in_the_real_world_once_it_is_re_marked(status: Status) -> None:
    kinds = set()
    for document in list_documents(1, "t1"):
        events = tuple(
            msgspec.structs.replace(event, status=status)
            for event in read(document.body, SOURCE, name=document.name).events
        )
        assert not leaks_behind_the_door(events)
        kinds |= {type(event).__name__ for event in events}
    assert {
        "Telegram",
        "SiteReport",
        "ShelterReport",
        "ClosureReport",
        "ClosureSnapshot",
        "ShelterSnapshot",
    } <= kinds
