"""What a municipality reports of its places today: the CSV after EEI v1.1 item 21, and lists of open shelters with head counts."""

import re
from dataclasses import replace

from streams.adapters.document import Document, Row
from streams.adapters.places import find_capacity, find_count, municipality_of, place_id
from streams.adapters.reading import Reading, RefusedError, Source, clip, read_each
from streams.adapters.times import parse_iso, parse_reiwa
from streams.events.shelters import Opening, ShelterReport, ShelterSnapshot

FORMAT = "shelter-status-csv"
OPENING, HEADCOUNT, AT = "開設状況", "人数", "時点"
TOWN = ("全国地方公共団体コード", "所在地_全国地方公共団体コード", "所在地_市区町村")
OPENINGS = {
    "未開設": Opening.NOT_OPEN,
    "開設": Opening.OPEN,
    "常設": Opening.OPEN,
    "満員": Opening.FULL,
    "閉鎖": Opening.CLOSED,
    "不明": Opening.UNKNOWN,
    "": Opening.UNKNOWN,
}
_HEADCOUNT_AT = re.compile(r"人数_(.+?)時点")
"""The time may stand in the column's name: 人数_令和6年1月9日午後6時時点."""


def is_status_csv(document: Document) -> bool:
    """Told by 開設状況, or by a head count at a time."""
    columns = set(document.columns)
    if "ID" not in columns:
        return False
    return OPENING in columns or {HEADCOUNT, AT} <= columns or _count_column(document)[1] != ""


def read_status_csv(document: Document, source: Source) -> Reading:
    """One report a line."""
    if OPENING in document.columns:
        return read_each(FORMAT, source, document.rows(), lambda row: _status(row, source))
    count_column, at_text = _count_column(document)
    reading = read_each(
        FORMAT, source, document.rows(), lambda row: _open(row, count_column, at_text, source)
    )
    whole = _find_whole(document, reading, source)
    return reading if whole is None else replace(reading, events=(*reading.events, whole))


def _find_whole(document: Document, reading: Reading, source: Source) -> ShelterSnapshot | None:
    """The list of open shelters as a whole; None where it may not be: lines refused, several times, or several municipalities."""
    reports = [event for event in reading.events if isinstance(event, ShelterReport)]
    towns = {row.get(*TOWN) for _, row in document.rows() if isinstance(row, Row)}
    moments = {report.as_of_ms for report in reports}
    if reading.rejections or len(moments) != 1 or len(towns) != 1 or "" in towns:
        return None
    return ShelterSnapshot(
        id=f"{source.id}/{towns.pop()}",
        source=source.id,
        as_of_ms=moments.pop(),
        shelters=tuple(sorted({report.id for report in reports})),
    )


def _count_column(document: Document) -> tuple[str, str]:
    """The column with the head count, and the time that its name holds, if any."""
    found = ((column, match[1]) for column in document.columns if (match := _HEADCOUNT_AT.fullmatch(column)))
    return next(found, (HEADCOUNT, ""))


def _status(row: Row, source: Source) -> ShelterReport:
    word = row.get(OPENING)
    if word not in OPENINGS:
        raise RefusedError(
            "status-unknown",
            f"{OPENING} {clip(word)!r}: expected one of {'、'.join(w for w in OPENINGS if w)}",
        )
    return ShelterReport(
        id=_id(row),
        source=source.id,
        as_of_ms=parse_iso(row.get("日時"), "日時"),
        opening=OPENINGS[word],
        headcount=find_count(row.get("避難者数"), "避難者数"),
        households=find_count(row.get("避難世帯数"), "避難世帯数"),
        capacity=find_capacity(row.get("想定収容人数")),
        name=row.get("名称"),
    )


def _open(row: Row, count_column: str, at_text: str, source: Source) -> ShelterReport:
    """A line of a list that names open shelters only; one that closed just leaves the list."""
    return ShelterReport(
        id=_id(row),
        source=source.id,
        as_of_ms=parse_reiwa(at_text or row.get(AT), AT),
        opening=Opening.OPEN,
        headcount=find_count(row.get(count_column), count_column),
        capacity=find_capacity(row.get("想定収容人数")),
        name=row.get("名称"),
    )


def _id(row: Row) -> str:
    return place_id(
        row.get("ID"), municipality_of(row.get("全国地方公共団体コード", "所在地_全国地方公共団体コード"))
    )
