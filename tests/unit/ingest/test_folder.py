"""A watched folder: nothing half-written is read, everything is moved on, and the reason lies beside what was refused."""

from pathlib import Path

import pytest

from services.ingest.asking import ask_once
from services.ingest.folder import FolderPoller
from services.ingest.pollers import Told
from streams.folds.sources import Outcome
from tests.unit.ingest.declared import folder
from tests.unit.ingest.desk import Desk

SAME = ((Outcome.SAME, ""),)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def poller(office: Desk, inbox: Path, **over: object) -> FolderPoller:
    return FolderPoller(folder(str(inbox), **over), office.intake, wall=office.wall)


async def settle(office: Desk, asking: FolderPoller) -> Told:
    """Two looks with enough time between them."""
    await asking.ask()
    office.wall.advance(2)
    return await asking.ask()


def names(where: Path) -> list[str]:
    return sorted(path.name for path in where.iterdir() if path.is_file())


async def test_a_whole_file_is_taken_and_moved_to_done(office: Desk, inbox: Path) -> None:
    (inbox / "道路.json").write_text("C1 C2")
    told = await settle(office, poller(office, inbox))
    assert told.outcomes == ((Outcome.NEWS, ""),)
    assert office.taken() == ["C1", "C2"]
    assert (names(inbox), names(inbox / "done")) == ([], ["道路.json"])


async def test_a_file_that_grows_is_left_until_it_is_whole(office: Desk, inbox: Path) -> None:
    asking = poller(office, inbox)
    with (inbox / "list.csv").open("w") as growing:
        for part in ("C1", " C2", " C3"):
            growing.write(part)
            growing.flush()
            assert (await asking.ask()).outcomes == SAME
            office.wall.advance(5)
    assert (await asking.ask()).outcomes == ((Outcome.NEWS, ""),)
    assert office.taken() == ["C1", "C2", "C3"]


async def test_a_file_that_changes_while_it_is_read_is_not_taken_by_half(
    office: Desk, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking, file = poller(office, inbox), inbox / "list.csv"
    file.write_text("C1")
    await asking.ask()
    office.wall.advance(2)
    find = asking._find_whole

    def grow_after_the_look() -> object:
        found = find()
        file.write_text("C1 C2")
        return found

    monkeypatch.setattr(asking, "_find_whole", grow_after_the_look)
    assert (await asking.ask()).outcomes == SAME
    monkeypatch.undo()
    await settle(office, asking)
    assert office.taken() == ["C1", "C2"]


async def test_what_cannot_be_read_lies_in_refused_with_the_reason_beside_it(
    office: Desk, inbox: Path
) -> None:
    (inbox / "bad.csv").write_text("!no header")
    told = await settle(office, poller(office, inbox))
    assert told.outcomes == ((Outcome.REFUSED, "bad.csv: line 1: no header"),)
    assert names(inbox / "refused") == ["bad.csv", "bad.csv.reason.txt"]
    assert (inbox / "refused/bad.csv.reason.txt").read_text() == "line 1: made-up: no header\n"


async def test_a_second_file_of_one_name_loses_neither(office: Desk, inbox: Path) -> None:
    asking = poller(office, inbox)
    for text in ("C1", "C2", "C3"):
        (inbox / "list.csv").write_text(text)
        await settle(office, asking)
    assert names(inbox / "done") == ["list.1.csv", "list.2.csv", "list.csv"]
    assert office.taken() == ["C1", "C2", "C3"]


async def test_a_file_that_is_too_large_is_not_read(office: Desk, inbox: Path) -> None:
    (inbox / "big.csv").write_text("C" * 101)
    told = await settle(office, poller(office, inbox, max_bytes=100))
    assert told.outcomes[0][0] is Outcome.REFUSED
    assert "more than 100 bytes" in (inbox / "refused/big.csv.reason.txt").read_text()
    assert office.taken() == []


async def test_hidden_unfinished_and_empty_files_links_and_folders_are_left_alone(
    office: Desk, inbox: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("C9")
    for name in (".list.csv", "list.csv.part", "list.csv~", "~$list.csv", "x.tmp"):
        (inbox / name).write_text("C1")
    (inbox / "empty.csv").touch()
    (inbox / "link.csv").symlink_to(tmp_path / "secret")
    (inbox / "below").mkdir()
    (inbox / "below/list.csv").write_text("C1")
    assert (await settle(office, poller(office, inbox))).outcomes == SAME
    assert office.taken() == []


async def test_without_the_broker_files_stay_where_they_are(office: Desk, inbox: Path) -> None:
    asking = poller(office, inbox)
    (inbox / "list.csv").write_text("C1")
    await asking.ask()
    office.wall.advance(2)
    office.is_away = True
    assert await ask_once(asking) is None
    assert names(inbox) == ["list.csv"]
    office.is_away = False
    await asking.ask()
    assert (names(inbox), office.taken()) == ([], ["C1"])


async def test_a_folder_that_is_not_there_is_a_trouble_that_ends_when_it_is(
    office: Desk, tmp_path: Path
) -> None:
    asking = poller(office, tmp_path / "later")
    ((outcome, detail),) = (await asking.ask()).outcomes
    assert outcome is Outcome.FAILED
    assert "make it" in detail
    (tmp_path / "later").mkdir()
    assert (await asking.ask()).outcomes == SAME


async def test_a_file_that_cannot_be_moved_on_is_taken_once_all_the_same(office: Desk, inbox: Path) -> None:
    asking = poller(office, inbox)
    (inbox / "done").write_text("in the way")
    (inbox / "list.csv").write_text("C1")
    told = await settle(office, asking)
    assert [outcome for outcome, _ in told.outcomes][:1] == [Outcome.NEWS]
    assert "cannot be moved to done" in told.outcomes[-1][1]
    assert (await asking.ask()).failed
    assert office.taken().count("C1") == 1
    (inbox / "done").unlink(missing_ok=True)
    assert not (await asking.ask()).failed
    assert (inbox / "done/list.csv").read_text() == "C1"
