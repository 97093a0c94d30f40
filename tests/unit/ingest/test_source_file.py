"""The file of sources: read whole, or every mistake in it with its line."""

import re
import textwrap
from pathlib import Path

import pytest

from services.ingest.declared import FolderSource, PullSource
from services.ingest.source_file import SourceFileError, find_source_file, get_keys, read_source_file
from services.kit.settings import SettingsError
from services.local.tools import REPOSITORY
from streams.events.sources import Says
from tests.unit.ingest.declared import pull, push

GOOD = """
[[source]]
id = "roads/osaka"
kind = "pull"
name = "道路課"
says = ["closures"]
terms = "https://roads.example/terms"
licence = "CC BY 4.0"
contact = "tel:06-0000-0000"
expected_s = 720
url = "https://roads.example/datex.xml"
key_env = "MIO_SOURCE_ROADS_KEY"

[[source]]
id = "inbox"
kind = "folder"
name = "受信箱"
says = ["shelter_reports", "shelter_lists"]
terms = "internal"
licence = "none"
contact = "内線 21"
expected_s = "none"
folder = "inbox"
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "sources.toml"
    file.write_text(text, encoding="utf-8")
    return file


def faults_of(folder: Path, old: str, new: str) -> list[str]:
    """What is said of the good file with one thing changed."""
    assert old in GOOD
    with pytest.raises(SourceFileError) as refused:
        read_source_file(write(folder, GOOD.replace(old, new)))
    return str(refused.value).splitlines()


def test_every_kind_is_read_with_its_line(tmp_path: Path) -> None:
    roads, inbox = read_source_file(write(tmp_path, GOOD))
    assert isinstance(roads.source, PullSource)
    assert (roads.line, inbox.line) == (2, 14)
    assert (roads.source.says, roads.source.silent_after_s) == ((Says.CLOSURES,), 720)
    assert isinstance(inbox.source, FolderSource)
    assert (inbox.source.folder, inbox.source.silent_after_s) == (str(tmp_path / "inbox"), None)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('kind = "pull"', 'kind = "pul"', 4, "kind: Invalid value 'pul'; expected feed, pull, folder or push"),
        ('kind = "pull"\n', "", 2, "kind"),
        ('["closures"]', '["closures", "weather"]', 6, "says: Invalid enum value 'weather'; expected some of alerts"),
        ('["closures"]', '["closures", "closures"]', 6, "says: names something twice"),
        ("expected_s = 720", "expected_s = 70", 10, "less than two intervals"),
        ("expected_s = 720", 'expected_s = "often"', 10, 'seconds, or "none"'),
        ("expected_s = 720\n", "", 2, "expected_s: Object missing required field"),
        ("expected_s = 720", "expected_s = 720\ninterval_s = 1", 11, "interval_s: Expected `int` >= 10"),
        ("expected_s = 720", "expected_s = 720\nintervall_s = 60", 11, "unknown field `intervall_s`"),
        ('"https://roads.example/datex.xml"', '"https://me:pw@roads.example/"', 11, "name a variable in key_env"),
        ('"https://roads.example/datex.xml"', '"file:///etc/passwd"', 11, "expected https://host/path"),
        ('"https://roads.example/datex.xml"', '"http://roads.example/"', 11, "a key in the clear"),
        ('"https://roads.example/datex.xml"', '"https://[roads/"', 11, "is no address"),
        ('id = "roads/osaka"', 'id = "Roads"', 3, "id:"),
        ('id = "inbox"', 'id = "roads/osaka"', 14, "stands in line 2 too"),
        ("expected_s = 720", 'expected_s = 720\nformat = "datex"', 11, "'datex' is no format: one of atom"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_file_line_source_field_and_what_to_do(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    (fault,) = faults_of(tmp_path, old, new)
    assert fault.startswith(f"{tmp_path / 'sources.toml'}, line {line}")
    assert words in fault
    assert "docs/reference/sources.md" in fault


@pytest.mark.parametrize("page", ["reference/sources.md", "how-to/connect-a-feed.md"])
def test_what_the_pages_show_can_be_read(page: str, tmp_path: Path) -> None:
    text = (REPOSITORY / "docs" / page).read_text(encoding="utf-8")
    (shown,) = re.findall(r"^( *)```toml\n(.*?)^\1```$", text, re.DOTALL | re.MULTILINE)
    assert read_source_file(write(tmp_path, textwrap.dedent(shown[1])))


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('"pull"', '"pul"').replace('folder = "inbox"', "folder = 3")
    with pytest.raises(SourceFileError) as refused:
        read_source_file(write(tmp_path, text))
    assert [fault.count("line") for fault in str(refused.value).splitlines()] == [1, 1]


def test_a_key_that_stands_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, "MIO_SOURCE_ROADS_KEY", "hunter2hunter2")
    assert "never the key itself" in fault
    assert "hunter2" not in fault


def test_no_other_variable_can_be_sent_to_a_publisher(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, "MIO_SOURCE_ROADS_KEY", "MIO_DEVICE_SECRET")
    assert "line 12" in fault


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[source]\n", "line 1: not TOML"),
        ("[source]\nid = 'x'\n", "begin each source with a line [[source]]"),
        ("title = 'x'\n", "'title' stands outside of a source"),
        ("source = [1]\n", "outside of a source"),
    ],
)
def test_what_is_no_list_of_sources_is_said_to_be_none(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SourceFileError, match=r"sources\.toml") as refused:
        read_source_file(write(tmp_path, text))
    assert words in str(refused.value)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceFileError, match="save it as UTF-8"):
        read_source_file(tmp_path / "sources.toml")


def test_without_a_file_there_are_no_sources_and_a_named_one_must_exist(tmp_path: Path) -> None:
    assert find_source_file("", tmp_path) is None
    file = write(tmp_path, GOOD)
    assert find_source_file("", tmp_path) == file
    with pytest.raises(SourceFileError, match="no such file"):
        find_source_file(str(tmp_path / "other.toml"), tmp_path)


def test_keys_come_from_the_environment_and_one_of_two_is_enough() -> None:
    assert get_keys(pull("https://x/"), {}) == ()
    assert get_keys(push(), {"MIO_SOURCE_ROADS_NEXT": "new"}) == ("new",)
    assert get_keys(push(), {"MIO_SOURCE_ROADS_KEY": "old", "MIO_SOURCE_ROADS_NEXT": "new"}) == ("old", "new")
    with pytest.raises(SettingsError, match="MIO_SOURCE_ROADS_KEY and MIO_SOURCE_ROADS_NEXT not set"):
        get_keys(push(), {"MIO_SOURCE_ROADS_KEY": ""})


def test_the_silence_of_a_subscription_must_outlast_its_throttling() -> None:
    assert list(push(throttling_s=60, expected_s=120).faults()) == []
    ((field, _),) = push(throttling_s=120, expected_s=120).faults()
    assert field == "expected_s"
