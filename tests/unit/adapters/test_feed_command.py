"""`mio feed read` on files that are whole, broken, hostile or not there."""

import json
import os
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli import feed_documents
from services.cli.feed import app

STATUS = "ID,名称,開設状況,日時\nA1,北小学校,開設,2026-09-01T07:26:00+09:00\n".encode()
BAD_STATUS = "ID,名称,開設状況,日時\nA1,北小学校,開設,きのう\n".encode()


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(app, ["read", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def run_json(*arguments: str | Path) -> list[dict[str, dict[str, object]]]:
    return [json.loads(line) for line in run(*arguments, "--json").stdout.splitlines()]


def archive(path: Path, **entries: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in entries.items():
            packed.writestr(name, data)
    return path


def reasons(*paths: Path) -> list[object]:
    return [line["rejection"]["reason"] for line in run_json(*paths) if "rejection" in line]


def test_each_event_and_rejection_is_a_line_and_the_summary_counts_them(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_bytes(STATUS)
    (tmp_path / "bad.csv").write_bytes(BAD_STATUS)
    result = run(tmp_path)
    assert result.exit_code == 0
    assert f"{tmp_path}/good.csv: report  A1  北小学校  open  2026-09-01 07:26 JST" in result.stdout
    assert f"{tmp_path}/bad.csv: rejected  time-invalid  line 2" in result.stdout
    assert "time-invalid 1" in result.stdout.splitlines()[-1]


def test_json_lines_end_with_the_summary(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_bytes(STATUS)
    event, summary = run_json(tmp_path / "good.csv")
    assert event["event"]["id"] == "A1"
    assert summary["summary"] == {
        "documents": 1,
        "rows": [
            {
                "format": "shelter-status-csv",
                "kind": "",
                "documents": 1,
                "events": 1,
                "notes": 0,
                "rejections": {},
            }
        ],
    }


def test_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    result = run(tmp_path / "nowhere")
    assert result.exit_code == 1
    assert f"{tmp_path}/nowhere: no such file or folder" in result.stderr


def test_nothing_readable_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    result = run(tmp_path)
    assert result.exit_code == 1
    assert "nothing could be read in 1 documents" in result.stderr


def test_an_archive_and_one_inside_it_are_read(tmp_path: Path) -> None:
    inner = archive(tmp_path / "inner.zip", a=STATUS).read_bytes()
    outer = archive(tmp_path / "outer.zip", b=STATUS, c=inner)
    (tmp_path / "inner.zip").unlink()
    places = [line.get("document") for line in run_json(outer) if "event" in line]
    assert places == [f"{outer}!/b", f"{outer}!/c!/a"]


def test_archives_without_end_are_refused(tmp_path: Path) -> None:
    data = archive(tmp_path / "0.zip", a=STATUS).read_bytes()
    for depth in range(1, 4):
        data = archive(tmp_path / f"{depth}.zip", inner=data).read_bytes()
    assert reasons(tmp_path / "3.zip") == ["archive-too-deep"]


def test_a_bomb_is_refused_without_filling_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = archive(tmp_path / "bomb.zip", zeros=b"\0" * 40_000_000)
    assert bomb.stat().st_size < 50_000
    assert reasons(bomb) == ["document-too-large"]
    many = archive(tmp_path / "many.zip", a=STATUS, b=STATUS, c=STATUS)
    monkeypatch.setattr(feed_documents, "MAX_ARCHIVE_BYTES", 2 * len(STATUS))
    assert reasons(many) == ["archive-too-large"]
    monkeypatch.setattr(feed_documents, "MAX_ENTRIES", 2)
    assert reasons(many) == ["archive-too-large"]


@pytest.mark.parametrize("cut", [10, 40, -30, -5])
def test_a_torn_archive_is_refused(tmp_path: Path, cut: int) -> None:
    whole = archive(tmp_path / "whole.zip", a=STATUS, b=STATUS).read_bytes()
    (tmp_path / "torn.zip").write_bytes(whole[:cut])
    assert reasons(tmp_path / "torn.zip") == ["archive-unreadable"]


def test_an_entry_that_does_not_match_its_checksum_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    path = tmp_path / "stored.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr("a", STATUS)
        packed.writestr("b", STATUS)
    path.write_bytes(path.read_bytes().replace(b"A1", b"A2", 1))
    lines = run_json(path)
    assert [line["rejection"]["reason"] for line in lines if "rejection" in line] == ["archive-unreadable"]
    assert [line.get("document") for line in lines if "event" in line] == [f"{path}!/b"]


def test_a_file_above_the_bound_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "large.xml").open("wb") as sparse:
        sparse.truncate(100_000_000)
    (line, _) = run_json(tmp_path)
    assert line["rejection"]["reason"] == "document-too-large"
    assert "100,000,000 bytes" in str(line["rejection"]["detail"])


def test_a_pipe_in_a_folder_is_no_document(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert reasons(tmp_path) == ["not-a-file"]


def test_a_link_to_nowhere_and_a_link_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "broken").symlink_to(tmp_path / "gone")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    assert reasons(tmp_path) == ["file-unreadable", "file-unreadable"]


def test_what_may_not_be_looked_into_is_refused_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # permissions do not bind root, under whom tests may run: the refusals of the system are raised here
    (tmp_path / "closed").mkdir()
    (tmp_path / "good.csv").write_bytes(STATUS)
    (tmp_path / "secret.csv").write_bytes(STATUS)
    scan, open_file = os.scandir, Path.open

    def scandir(path: Path | str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    def opened(self: Path, *arguments: str) -> object:
        if self.name == "secret.csv":
            raise PermissionError(13, "Permission denied", str(self))
        return open_file(self, *arguments)

    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(Path, "open", opened)
    found = [
        (Path(f.place).name, f.problem and f.problem.reason) for f in feed_documents.list_documents(tmp_path)
    ]
    assert found == [("good.csv", None), ("secret.csv", "file-unreadable"), ("closed", "folder-unreadable")]


def test_a_name_of_wild_bytes_and_control_characters_in_a_text_reach_no_terminal(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff\x1b[2J.csv"
    Path(os.fsdecode(name)).write_bytes(STATUS.replace("北小学校".encode(), b"\x1b]0;x\x07"))
    result = run(tmp_path)
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    assert "\x07" not in result.stdout


def test_a_summary_by_folder_has_a_line_for_each_folder_and_archive_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.csv").write_text("nothing known", encoding="utf-8")
    packed = archive(tmp_path / "b.zip", one=b"{}", two=b"<html/>")
    lines = run_json("--summary", "--by-folder", tmp_path)
    (only,) = lines
    rows = only["summary"]["rows"]
    assert [(row["folder"], row["format"], row["documents"]) for row in rows] == [  # type: ignore[attr-defined, index]
        (str(tmp_path / "a"), "unknown", 1),
        (str(packed), "unknown", 2),
    ]
