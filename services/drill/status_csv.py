"""What a municipality reports of its places today, as CSV (after EEI v1.1, item 21 避難所). Writes only what is known."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.drill.jma_xml import jst

COLUMNS = (
    "全国地方公共団体コード",
    "ID",
    "名称",
    "開設状況",
    "避難者数",
    "避難世帯数",
    "想定収容人数",
    "日時",
)


class PlaceStatus(StrEnum):
    """The words of the column 開設状況."""

    NOT_OPEN = "未開設"
    OPEN = "開設"
    FULL = "満員"
    CLOSED = "閉鎖"


@dataclass(frozen=True, kw_only=True)
class PlaceRow:
    """One place. `headcount` None is written as an empty field: unknown is not zero."""

    municipality: str
    id: str
    name: str
    status: PlaceStatus
    headcount: int | None
    capacity: int | None


def with_check_digit(code: str) -> str:
    """A municipality's five digits and the check digit of 全国地方公共団体コード."""
    total = sum(int(digit) * weight for digit, weight in zip(code, (6, 5, 4, 3, 2), strict=True))
    return f"{code}{(11 - total % 11) % 10}"


def status_document(rows: Sequence[PlaceRow], *, at_ms: int) -> bytes:
    """The CSV, one line a place."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(
            (
                with_check_digit(row.municipality),
                row.id,
                row.name,
                row.status,
                "" if row.headcount is None else row.headcount,
                "",
                "" if row.capacity is None else row.capacity,
                jst(at_ms),
            )
        )
    return output.getvalue().encode()
