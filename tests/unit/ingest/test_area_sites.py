"""The area's own list at start."""

from pathlib import Path

import msgspec
import pytest

from services.ingest.sites import list_news, publish_sites
from streams.broker import Message
from streams.broker_memory import MemoryBroker
from streams.clock import ManualClock
from streams.codec import encode
from streams.events.base import Hazard
from streams.events.shelters import Layer, Opening, ShelterReport, ShelterState, SiteReport
from streams.folds.shelters import Place, shelter_state
from streams.topics import MANIFEST, SHELTERS, SITE_REPORTS, dead_letters
from streams.world import World


def site(number: int = 1, **fields: object) -> SiteReport:
    return msgspec.structs.replace(
        SiteReport(
            id=f"P{number}", source="list", layer=Layer.SITE, name="丘の公園", lat=34.5, lon=135.27,
            suits=(Hazard.TSUNAMI,), as_of_ms=1000,
        ),
        **fields,
    )  # fmt: skip


def state_of(listed: SiteReport, reported: ShelterReport | None = None) -> ShelterState:
    state = shelter_state(listed.id, Place(listed, reported))
    assert state is not None
    return state


@pytest.fixture
async def broker() -> MemoryBroker:
    broker = MemoryBroker(World.DRILL, ManualClock(5))
    await broker.ensure_topics(MANIFEST)
    return broker


def write(folder: Path, *lines: bytes) -> Path:
    file = folder / "sites.jsonl"
    file.write_bytes(b"\n".join(lines) + b"\n")
    return file


async def test_every_row_is_told_the_first_time(tmp_path: Path, broker: MemoryBroker) -> None:
    file = write(tmp_path, encode(site(1)), encode(site(2)))
    assert await publish_sites(file, broker, broker, ManualClock(5)) == 2
    first, _ = sorted(broker.records(SITE_REPORTS), key=lambda r: r.key)
    assert (first.key, first.value) == (b"P1", encode(site(1)))
    assert dict(first.headers)["ce_type"] == b"site-reports"


async def test_a_restart_tells_only_what_the_stream_does_not_hold(
    tmp_path: Path, broker: MemoryBroker
) -> None:
    known = [state_of(site(1)), state_of(site(2))]
    await broker.publish(SHELTERS, [Message(state.id.encode(), encode(state)) for state in known])
    file = write(tmp_path, encode(site(1)), encode(site(2, name="新しい名", as_of_ms=2000)))
    assert await publish_sites(file, broker, broker, ManualClock(5)) == 1
    assert [record.key for record in broker.records(SITE_REPORTS)] == [b"P2"]


async def test_a_row_that_cannot_be_read_is_kept_and_the_others_are_told(
    tmp_path: Path, broker: MemoryBroker
) -> None:
    file = write(tmp_path, encode(site(1)), b'{"type": "site-report"}', encode(site(3)))
    assert await publish_sites(file, broker, broker, ManualClock(5)) == 2
    (letter,) = broker.records(dead_letters(SITE_REPORTS))
    assert letter.value == b'{"type": "site-report"}'
    assert dict(letter.headers)["place"] == b"sites.jsonl line 2"


def test_a_report_about_a_place_does_not_make_its_row_news() -> None:
    report = ShelterReport(
        id="P1", source="staff", as_of_ms=9, opening=Opening.OPEN, headcount=3, capacity=50
    )
    assert list_news([site(1)], {"P1": state_of(site(1), report)}) == []


def test_a_place_that_was_only_reported_is_news() -> None:
    reported = shelter_state("P1", Place(None, ShelterReport(id="P1", source="staff", as_of_ms=9)))
    assert reported is not None
    assert list_news([site(1)], {"P1": reported}) == [site(1)]


def test_an_older_list_is_no_news() -> None:
    assert list_news([site(1, as_of_ms=500)], {"P1": state_of(site(1))}) == []
    assert list_news([site(1, as_of_ms=None)], {"P1": state_of(site(1))}) == []


def test_a_flag_that_changed_is_news_and_a_place_taken_off_too() -> None:
    known = {"P1": state_of(site(1))}
    assert list_news([site(1, suits=())], known)
    assert list_news([site(1, removed=True)], known)
    assert list_news([site(1, removed=True)], {}) == []
