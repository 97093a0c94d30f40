"""One document from outside: its bytes, and what they are as text, XML, JSON or rows, each decoded once. Knows no format."""

import csv
import io
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar
from xml.etree.ElementTree import Element

import msgspec
from charset_normalizer import from_bytes

from streams.adapters.reading import RefusedError, clip
from streams.adapters.safe_xml import parse_xml

MAX_BYTES = 16 << 20
"""JMA's largest sample has 4 MB, the largest shelter list of a prefecture 2 MB."""
MAX_JSON_DEPTH = 64
MAX_RECORDS = 200_000
"""Lines or features of one document; the emergency sites of all Japan are 115,402."""
HEAD_BYTES = 4_096
BOM = b"\xef\xbb\xbf"
UTF16 = (b"\xff\xfe", b"\xfe\xff")

T = TypeVar("T")

_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))

BINARY = (
    (b"\x1f\x8b", "gzip, which a sender says in Content-Encoding or unpacks first"),
    (b"PK\x03\x04", "a zip archive or an Office file"),
    (b"\xd0\xcf\x11\xe0", "an Office file of before 2007"),
    (b"%PDF", "a PDF"),
    (b"fgb\x03", "FlatGeobuf"),
    (b"SQLite format 3", "a GeoPackage or another SQLite file"),
    (b"\x00\x00\x27\x0a", "a shapefile"),
)
"""What offices send by mistake, by its first bytes: the sender learns what it was."""


@dataclass(frozen=True)
class Row:
    """One line of a CSV, by column."""

    fields: dict[str, str]

    def get(self, *columns: str) -> str:
        """Stripped value of the first of `columns` that is there and not empty."""
        return next((value for c in columns if (value := self.fields.get(c, "").strip())), "")

    def __str__(self) -> str:
        """The line as text, for a rejection."""
        return ",".join(self.fields.values())


class Document:
    """Bytes of at most `MAX_BYTES`, and the file name they came with, if any."""

    def __init__(self, data: bytes, *, name: str = "") -> None:
        self.data = data.removeprefix(BOM)
        self.name = name

    @cached_property
    def head(self) -> bytes:
        """The first bytes without leading white space."""
        return self.data[:HEAD_BYTES].lstrip()

    @property
    def looks_like_xml(self) -> bool:
        return self.head.startswith((b"<", *UTF16)) and b"<" in self.head[:8]

    @property
    def looks_like_json(self) -> bool:
        return self.head.startswith((b"{", b"["))

    @cached_property
    def xml(self) -> Element:
        """Root element; see `parse_xml` for what it refuses."""
        return parse_xml(self.data)

    @cached_property
    def text(self) -> str:
        """UTF-8, else Shift_JIS (CP932), else what charset-normalizer takes it for.

        Raises:
            RefusedError: `document-binary`, `encoding-unknown`.
        """
        if self.data.startswith(UTF16):
            return self._decode("utf-16")
        if b"\x00" in self.data:
            kind = next((name for magic, name in BINARY if self.data.startswith(magic)), "not text")
            raise RefusedError("document-binary", f"holds zero bytes: {kind}; send XML, JSON or CSV")
        for encoding in ("utf-8", "cp932"):
            try:
                return self.data.decode(encoding)
            except UnicodeDecodeError:
                continue
        best = from_bytes(self.data[: 1 << 20]).best()
        if best is None:
            raise RefusedError(
                "encoding-unknown", "neither UTF-8 nor Shift_JIS nor like any other; send UTF-8"
            )
        return self._decode(best.encoding)

    def _decode(self, encoding: str) -> str:
        try:
            return self.data.decode(encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise RefusedError("encoding-unknown", f"not readable as {encoding}; send UTF-8") from error

    @cached_property
    def json(self) -> Any:  # noqa: ANN401 - whatever the sender wrote
        """The JSON value.

        Raises:
            RefusedError: `json-malformed`, `json-too-deep`.
        """
        if _json_depth(self.data) > MAX_JSON_DEPTH:
            raise RefusedError("json-too-deep", f"nested deeper than {MAX_JSON_DEPTH} levels; send it flat")
        try:
            return msgspec.json.decode(self.text)
        except (msgspec.DecodeError, RecursionError) as error:
            raise RefusedError("json-malformed", f"not JSON: {clip(error, chars=200)}") from error

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the CSV's columns; empty where the first line has no comma."""
        first = next(iter(self.text.lstrip("\ufeff\r\n").splitlines()), "")
        try:
            names = next(csv.reader([first]), [])
        except csv.Error:
            names = []
        return tuple(name.strip() for name in names) if len(names) > 1 else ()

    def rows(self) -> Iterator[tuple[str, Row | RefusedError]]:
        """Lines of the CSV below its header with their places; one that does not fit the header is a refusal."""
        csv.field_size_limit(MAX_BYTES)  # a closed area's outline may be one field of more than 128 KiB
        reader = csv.reader(io.StringIO(self.text.lstrip("\ufeff\r\n"), newline=""))
        next(reader)
        for count in itertools.count(1):
            try:
                values = next(reader, None)
            except csv.Error as error:
                yield f"line {reader.line_num}", RefusedError("csv-malformed", clip(error))
                continue
            if values is None:
                return
            if count > MAX_RECORDS:
                yield f"line {reader.line_num}", too_many()
                return
            if any(value.strip() for value in values):
                yield f"line {reader.line_num}", self._row(values)

    def _row(self, values: list[str]) -> Row | RefusedError:
        """A short line lacks its last fields (spreadsheets leave them out); a long one is misread, unless it ends in nothing."""
        missing = len(self.columns) - len(values)
        if missing < 0 and any(value.strip() for value in values[missing:]):
            return RefusedError(
                "csv-columns",
                f"{len(values)} fields where the header has {len(self.columns)}: {clip(','.join(values))!r}; "
                "quote fields that hold a comma",
            )
        return Row(dict(zip(self.columns, values + [""] * missing, strict=False)))


def bounded(records: Iterable[T], place: Callable[[int], str]) -> Iterator[tuple[str, T | RefusedError]]:
    """Each record with its place, which is made of its number from 0; beyond `MAX_RECORDS` one refusal and no more."""
    for number, record in enumerate(records):
        if number == MAX_RECORDS:
            yield place(number), too_many()
            return
        yield place(number), record


def too_many() -> RefusedError:
    """Said once, at the first record beyond the bound; what is behind it is not read."""
    return RefusedError(
        "too-many-records", f"more than {MAX_RECORDS:,} records: the rest is not read; send it in parts"
    )


def _json_depth(data: bytes) -> int:
    """How deeply brackets are nested, strings left out; counting stops beyond `MAX_JSON_DEPTH`."""
    depth = deepest = 0
    for bracket in _STRINGS.sub(b"", data).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
        if deepest > MAX_JSON_DEPTH:
            break
    return deepest
