"""The lock of Kafka's jars."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.local.errors import PartMissingError
from services.local.jars import LOCK, ROOTS, LockedJar, parse_lock, verify

NAME = st.from_regex(r"[a-z][a-z0-9._-]{0,20}", fullmatch=True)


@given(st.lists(st.tuples(NAME, NAME, NAME, st.binary(max_size=8)), max_size=5))
def test_what_is_written_as_a_line_is_read_back(rows: list[tuple[str, str, str, bytes]]) -> None:
    jars = tuple(LockedJar(g, a, v, sha256=hashlib.sha256(content).hexdigest()) for g, a, v, content in rows)
    text = "# a comment\n\n" + "".join(f"{jar.line}\n" for jar in jars)
    assert parse_lock(text) == jars


@pytest.mark.parametrize(
    "line", ["org.slf4j:slf4j-simple 00", "org.slf4j:slf4j-simple:1.7.36", "a:b:c " + "g" * 64]
)
def test_a_line_without_three_coordinates_and_a_digest_is_named(line: str) -> None:
    with pytest.raises(PartMissingError, match=r"line 2: expected 'group:artifact:version sha256'"):
        parse_lock(f"# lock\n{line}\n")


def test_a_download_that_is_not_what_the_lock_says_is_deleted(tmp_path: Path) -> None:
    download = tmp_path / "jar"
    download.write_bytes(b"something else")
    with pytest.raises(PartMissingError, match=r"simple-1.jar: SHA-256 is .*, the lock says 0000"):
        verify(LockedJar("org", "simple", "1", sha256="0" * 64), download)
    assert not download.exists()


def test_the_committed_lock_holds_its_roots_and_no_address() -> None:
    text = LOCK.read_text(encoding="utf-8")
    coordinates = {(jar.group, jar.artifact, jar.version) for jar in parse_lock(text)}
    assert set(ROOTS) <= coordinates
    assert "://" not in text
