"""What a municipality reports of its places today: the CSV after EEI v1.1 item 21, and lists of open shelters with head counts."""

import re

from streams.adapters.document import Document, Row
from streams.adapters.places import find_capacity, find_count, municipality_of, place_id
from streams.adapters.reading import Reading, RefusedError, Source, clip, read_each
from streams.adapters.times import parse_iso, parse_reiwa
from streams.events.shelters import Opening, ShelterReport

FORMAT = "shelter-status-csv"
OPENING, HEADCOUNT, AT = "開設状況", "人数", "時点"
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
    return read_each(FORMAT, source, document.rows(), lambda row: _open(row, count_column, at_text, source))


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
    """A line of a list that names open shelters only; one that closed just leaves the list, and is not reported."""
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
