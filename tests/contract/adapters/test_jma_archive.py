"""Every telegram of JMA's sample archive: read, or set aside by name; none crashes, none is dropped."""

import time
from collections import Counter
from pathlib import Path

from streams.adapters.jma_codes import WARNING_CODES, find_level
from streams.adapters.jma_titles import NOT_RELEVANT, TITLES
from streams.adapters.registry import Reading, Source, read
from streams.codec import decode, encode
from streams.events.alerts import Severity, Telegram
from streams.events.base import Action, Status

SOURCE = Source("test", 0)
READ_KINDS = {
    "VPWW50": 17, "VPWW53": 10, "VPWW54": 7, "VPWW55": 2, "VPWW56": 2, "VPWW57": 3, "VPWW58": 1, "VPWW59": 1,
    "VPWW60": 1, "VPWW61": 1, "VXWW50": 12, "VXKO": 6, "VXSU": 1, "VTSE41": 9, "VTSE51": 13, "VTSE52": 3,
    "VXSE51": 11, "VXSE53": 15, "VPHW50": 5, "VPHW51": 6, "VPOA50": 2, "VPBS50": 6, "VFVO50": 2, "VFVO56": 3,
    "VYSE50": 6, "VYSE60": 1,
}  # fmt: skip
"""Counted by file name (VXKOii is VXKO, VXSUii is VXSU)."""


def telegrams(readings: dict[str, Reading]) -> list[tuple[str, Telegram]]:
    """File name and event of each telegram that was read."""
    return [
        (name, e) for name, reading in readings.items() for e in reading.events if isinstance(e, Telegram)
    ]


def test_all_387_telegrams_are_read_or_set_aside_by_name(readings: dict[str, Reading]) -> None:
    assert len(readings) == 387
    assert {reading.format for reading in readings.values()} == {"jma"}
    assert [r for reading in readings.values() for r in reading.rejections] == []
    assert Counter(reading.kind for reading in readings.values() if reading.events) == READ_KINDS
    aside = [reading for reading in readings.values() if not reading.events]
    assert all(len(reading.notes) == 1 and reading.kind in reading.notes[0] for reading in aside)


def test_the_kind_found_by_title_is_the_kind_of_the_file_name(readings: dict[str, Reading]) -> None:
    for name, reading in readings.items():
        written = name.removesuffix(".xml").split("_")[-1]
        shares_title = reading.kind == "VYSE51" or reading.kind.startswith("VPTW")
        assert written.startswith(reading.kind[:4] if shares_title else reading.kind), name


def test_the_largest_telegram_is_read_in_a_moment(archive: dict[str, bytes]) -> None:
    largest = max(archive.values(), key=len)
    began = time.process_time()
    read(largest, SOURCE)
    assert len(largest) > 4_000_000
    assert time.process_time() - began < 5  # 0.3 s; the bound only catches what went quadratic


def test_no_title_stands_in_both_tables() -> None:
    assert TITLES.keys().isdisjoint(NOT_RELEVANT)


def test_levels_of_the_table_agree_with_the_names_that_carry_one(readings: dict[str, Reading]) -> None:
    seen: set[str] = set()
    for _, event in telegrams(readings):
        for condition in (
            c for area in event.areas for c in area.conditions if event.kind.startswith("VPWW")
        ):
            written = find_level(condition.name)
            if written is not None:
                seen.add(condition.code)
                assert WARNING_CODES[condition.code].level == written == condition.level
    assert seen == {"03", "10", "29", "49", "08", "48"}


def test_each_warning_code_of_the_archive_is_in_the_table(readings: dict[str, Reading]) -> None:
    warnings = [event for _, event in telegrams(readings) if event.kind.startswith("VPWW")]
    codes = {condition.code for event in warnings for area in event.areas for condition in area.conditions}
    assert len(codes) > 25
    assert codes <= WARNING_CODES.keys()


def test_status_and_action_are_what_the_bytes_say(
    archive: dict[str, bytes], readings: dict[str, Reading]
) -> None:
    words = {Status.ACTUAL: "通常", Status.EXERCISE: "訓練", Status.TEST: "試験"}
    actions = {Action.ISSUE: "発表", Action.CORRECT: "訂正", Action.CANCEL: "取消"}
    seen: Counter[tuple[Status, Action]] = Counter()
    for name, event in telegrams(readings):
        text = archive[name].decode()
        assert f"<Status>{words[event.status]}</Status>" in text.partition("</Control>")[0]
        assert f"<InfoType>{actions[event.action]}</InfoType>" in text
        seen[event.status, event.action] += 1
    assert seen[Status.EXERCISE, Action.ISSUE] == 13
    assert seen[Status.ACTUAL, Action.CANCEL] == 4
    assert seen[Status.ACTUAL, Action.CORRECT] == 1


def test_the_same_bytes_give_the_same_id_and_no_two_telegrams_share_one(
    archive: dict[str, bytes], readings: dict[str, Reading]
) -> None:
    read_before = telegrams(readings)
    for name, event in read_before:
        (again,) = read(archive[name], Source("other", 5)).events
        assert isinstance(again, Telegram)
        assert again.id == event.id
    assert len({event.id for _, event in read_before}) == len({archive[name] for name, _ in read_before})


def test_every_event_survives_the_codec(readings: dict[str, Reading]) -> None:
    for _, event in telegrams(readings):
        assert decode(encode(event), Telegram) == event


def test_unpacked_files_are_the_same_telegrams(archive: dict[str, bytes], data_dir: Path) -> None:
    files = sorted((data_dir / "alerts" / "jma" / "telegrams").glob("*.xml"))
    assert len(files) == 97
    for file in files:
        assert archive[file.name] == file.read_bytes()


def test_a_status_is_rewritten_like_a_drill_would(archive: dict[str, bytes]) -> None:
    document = archive["32-39_11_06_250206_VTSE41.xml"].replace(
        "<Status>通常</Status>".encode(), "<Status>訓練</Status>".encode()
    )
    (event,) = read(document, SOURCE).events
    assert isinstance(event, Telegram)
    assert event.status is Status.EXERCISE
    assert any(c.severity is Severity.EMERGENCY for a in event.areas for c in a.conditions)
