"""Documents out of files, folders and zip archives, within bounds. Reads bytes; knows no format."""

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from streams.adapters.document import MAX_BYTES

MAX_ENTRIES = 100_000
MAX_ARCHIVE_BYTES = 1 << 30
"""Unpacked, of one archive; the shelters of all Japan have 138 MB in 3,834 files."""
MAX_NESTING = 2
ZIP_MAGIC = b"PK\x03\x04"
EMPTY_ZIP_MAGIC = b"PK\x05\x06"


@dataclass(frozen=True)
class Problem:
    """Why the bytes of a document could not be had: a stable code, and a sentence."""

    reason: str
    detail: str


@dataclass(frozen=True)
class Found:
    """One document: `place` is its path, and its name in the archive behind `!/`; `data` or `problem` is there."""

    place: str
    name: str
    data: bytes = b""
    problem: Problem | None = None


def list_documents(path: Path) -> Iterator[Found]:
    """The document at `path`, or all that are in the folder or archive, in a stable order. Raises nothing."""
    for file in list_files(path):
        yield from _open(file)


def list_files(path: Path) -> Iterator[Path]:
    """`path` itself, or all below the folder but folders that can be read; links to folders are not followed."""
    if not _is_folder(path):
        yield path
        return
    closed: list[Path] = []
    for folder, subfolders, names in os.walk(path, onerror=lambda e: closed.append(Path(str(e.filename)))):
        subfolders.sort()
        for name in sorted(names):
            yield Path(folder, name)
    yield from closed


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def count_documents(path: Path) -> int:
    """How many documents a progress bar can expect; archives inside archives count as one."""
    return sum(_count_entries(file) for file in list_files(path))


def _count_entries(file: Path) -> int:
    try:
        if file.suffix.lower() == ".zip" and file.is_file():
            with zipfile.ZipFile(file) as archive:
                return min(len(archive.infolist()), MAX_ENTRIES)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return 1
    return 1


def _open(file: Path) -> Iterator[Found]:
    place = readable(str(file))
    try:
        mode = file.stat().st_mode
        if stat.S_ISDIR(mode):
            yield _problem(place, "folder-unreadable", "its entries cannot be listed: check its permissions")
            return
        if not stat.S_ISREG(mode):
            yield _problem(place, "not-a-file", "a device, pipe or socket: only files are read")
            return
        with file.open("rb") as stream:
            magic = stream.read(4)
            stream.seek(0)
            if magic in {ZIP_MAGIC, EMPTY_ZIP_MAGIC}:
                yield from _unpack(stream, place, nesting=1)
            else:
                yield _bounded(stream, place, file.name, file.stat().st_size)
    except OSError as error:
        yield _problem(place, "file-unreadable", f"{error.strerror or error}: check its permissions")


def _bounded(stream: IO[bytes], place: str, name: str, size: int) -> Found:
    """At most one byte more than an adapter takes is ever in memory."""
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        detail = f"{max(size, len(data)):,} bytes: the bound is {MAX_BYTES:,}; send it in parts"
        return _problem(place, "document-too-large", detail)
    return Found(place, readable(name), data)


def _unpack(stream: IO[bytes], place: str, *, nesting: int) -> Iterator[Found]:
    if nesting > MAX_NESTING:
        yield _problem(
            place, "archive-too-deep", f"archives inside archives: the bound is {MAX_NESTING}; unpack it"
        )
        return
    try:
        with zipfile.ZipFile(stream) as archive:
            yield from _entries(archive, place, nesting)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        yield _problem(place, "archive-unreadable", f"not a whole zip archive: {error}")


def _entries(archive: zipfile.ZipFile, place: str, nesting: int) -> Iterator[Found]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MAX_ENTRIES:
        yield _problem(
            place, "archive-too-large", f"{len(entries):,} entries: the bound is {MAX_ENTRIES:,}; split it"
        )
        return
    unpacked = 0
    for entry in entries:
        found = _entry(archive, entry, f"{place}!/{readable(entry.filename)}")
        unpacked += MAX_BYTES if found.problem else len(found.data)
        if unpacked > MAX_ARCHIVE_BYTES:
            yield _problem(
                place,
                "archive-too-large",
                f"unpacks to more than {MAX_ARCHIVE_BYTES:,} bytes; the rest is not read",
            )
            return
        if found.data.startswith((ZIP_MAGIC, EMPTY_ZIP_MAGIC)):
            yield from _unpack(io.BytesIO(found.data), found.place, nesting=nesting + 1)
        else:
            yield found


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: str) -> Found:
    try:
        with archive.open(entry) as stream:
            return _bounded(stream, place, Path(entry.filename).name, entry.file_size)
    except (
        OSError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        RuntimeError,
        ValueError,
        NotImplementedError,
    ) as error:
        return _problem(
            place, "archive-unreadable", f"entry cannot be unpacked: {type(error).__name__} {error}"
        )


def _problem(place: str, reason: str, detail: str) -> Found:
    return Found(place, place, problem=Problem(reason, readable(detail)))


def readable(text: str) -> str:
    """Text that any terminal can show: no control characters, no bytes that are no text."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(c if c.isprintable() else " " for c in whole)
