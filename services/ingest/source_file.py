"""Reads `sources.toml`: every mistake in it at once, each with its line and what to do. Asks nobody."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from services.ingest.declared import AnySource, Declared, FolderSource
from services.kit.settings import SettingsError
from streams.events.sources import Says

NAME = "sources.toml"
HINTS = {
    "kind": "feed, pull, folder or push",
    "says": f"some of {', '.join(Says)}",
    "expected_s": 'seconds, or "none" where it has no rhythm',
    "id": "lower-case letters, digits and . _ - /, such as roads/osaka",
    "check": "key or signature",
}
"""What is expected in fields whose types do not say it well."""
_TABLE = re.compile(r"^\s*\[\[\s*source\s*\]\]")
_FIELD = re.compile(r"(?: - at `\$\.?([A-Za-z_]*).*`)?$")
_UNKNOWN = re.compile(r"unknown field `([^`]*)`|missing required field `([^`]*)`")
_TOML_LINE = re.compile(r"\(at line (\d+)")


class SourceFileError(SettingsError):
    """All that is wrong with a file, one line each: file, line, source, field, remedy."""


@dataclass(frozen=True)
class Declaration:
    """A source and the line where it begins."""

    source: AnySource
    line: int


def find_source_file(named: str, area: Path) -> Path | None:
    """The file that is named, else the area's; None where there is none.

    Raises:
        SourceFileError: the file that is named does not exist.
    """
    if not named:
        file = area / NAME
        return file if file.exists() else None
    if not Path(named).is_file():
        raise SourceFileError(f"MIO_SOURCES={named}: no such file; see docs/reference/sources.md")
    return Path(named)


def read_source_file(file: Path) -> tuple[Declaration, ...]:
    """Every source that a file declares, in its order.

    Raises:
        SourceFileError: anything in it is wrong.
    """
    try:
        text = file.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        raise SourceFileError(f"{file}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise SourceFileError(f"{file}: not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        where = f"line {found[1]}" if found else "end"
        raise SourceFileError(f"{file}, {where}: not TOML: {error}") from None
    reader = _Reader(file, text.splitlines(), document)
    declared = list(reader.read())
    if reader.faults:
        raise SourceFileError("\n".join(reader.faults))
    return tuple(declared)


class _Reader:
    """One reading of one file."""

    def __init__(self, file: Path, lines: list[str], document: Mapping[str, Any]) -> None:
        self._file = file
        self._lines = lines
        self._document = document
        self._starts = [number for number, line in enumerate(lines, 1) if _TABLE.match(line)]
        self.faults: list[str] = []

    def read(self) -> Iterator[Declaration]:
        tables = self._document.get("source", [])
        strangers = [name for name in self._document if name != "source"]
        if strangers or not isinstance(tables, list) or len(tables) != len(self._starts):
            named = f"{strangers[0]!r} stands" if strangers else "something stands"
            self._say(1, "", f"{named} outside of a source: begin each source with a line [[source]]")
            return
        ids: dict[str, int] = {}
        for start, table in zip(self._starts, tables, strict=True):
            source = self._convert(start, table)
            if source is None:
                continue
            for field, fault in source.faults():
                self._say(self._line_of(start, field), source.id, f"{field}: {fault}")
            if source.id in ids:
                self._say(start, source.id, f"id: stands in line {ids[source.id]} too; give each its own")
            ids.setdefault(source.id, start)
            yield Declaration(self._placed(source), start)

    def _convert(self, start: int, table: Any) -> AnySource | None:  # noqa: ANN401 - whatever TOML holds
        try:
            source: AnySource = msgspec.convert(table, AnySource)
        except msgspec.ValidationError as error:
            self._say_mismatch(start, str(table.get("id", "")), str(error))
            return None
        return source

    def _placed(self, source: AnySource) -> AnySource:
        if not isinstance(source, FolderSource):
            return source
        return msgspec.structs.replace(source, folder=str(self._file.absolute().parent / source.folder))

    def _say_mismatch(self, start: int, source_id: str, error: str) -> None:
        """What msgspec says, with the field in front. It quotes types and bounds, never the value."""
        named = _UNKNOWN.search(error)
        at = _FIELD.search(error)
        field = next((name for name in (*(named.groups() if named else ()), at and at[1]) if name), "")
        sentence = _FIELD.sub("", error)
        if field in HINTS:
            sentence = f"{sentence}; expected {HINTS[field]}"
        self._say(self._line_of(start, field), source_id, f"{field}: {sentence}" if field else sentence)

    def _line_of(self, start: int, field: str) -> int:
        """The line of a field of the table that begins at `start`; its first line where the field is not there."""
        end = next((number for number in self._starts if number > start), len(self._lines) + 1)
        wanted = re.compile(rf"^\s*{re.escape(field)}\s*=")
        for number in range(start + 1, end):
            if field and wanted.match(self._lines[number - 1]):
                return number
        return start

    def _say(self, line: int, source_id: str, what: str) -> None:
        of = f", source {source_id!r}" if source_id else ""
        self.faults.append(f"{self._file}, line {line}{of}: {what} (docs/reference/sources.md)")


def get_keys(source: Declared, env: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of a source; of two names one may be unset, while keys are changed.

    Raises:
        SettingsError: there is none; names the variables and never a key.
    """
    names = source.env_names()
    keys = tuple(env[name] for name in names if env.get(name))
    if names and not keys:
        raise SettingsError(
            f"source {source.id!r}: {' and '.join(names)} not set; put the key into the environment of this process"
        )
    return keys
