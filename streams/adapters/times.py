"""Times as documents write them, to milliseconds since 1970. A time without an offset is refused, never guessed."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

from streams.adapters.reading import RefusedError, clip

JST = timezone(timedelta(hours=9))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_REIWA = re.compile(r"令和(\d+|元)年(\d+)月(\d+)日(?:(午前|午後)(\d+)時(?:(\d+)分|半)?|(正午))?")

_DAY = re.compile(r"([0-9]{4})[-/.]?([0-9]{1,2})(?:[-/.]?([0-9]{1,2}))?")


def parse_iso(text: str, field: str) -> int:
    """ISO 8601 with an offset.

    Raises:
        RefusedError: `time-missing`, `time-invalid`, `time-without-offset`.
    """
    if not text:
        raise RefusedError(
            "time-missing", f"{field}: empty; a time such as 2026-09-01T07:26:00+09:00 is needed"
        )
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError(
            "time-invalid", f"{field} {clip(text)!r}: not ISO 8601, such as 2026-09-01T07:26:00+09:00"
        ) from None
    if moment.tzinfo is None:
        raise RefusedError(
            "time-without-offset", f"{field} {clip(text)!r}: says no offset; append +09:00 for Japan's time"
        )
    return _to_ms(moment, text, field)


def find_iso(text: str, field: str) -> int | None:
    """As `parse_iso`; None where the field is empty."""
    return parse_iso(text, field) if text else None


def parse_reiwa(text: str, field: str) -> int:
    """Japan's calendar and time, such as 令和6年1月11日午後6時 or 令和6年5月1日正午.

    Raises:
        RefusedError: `time-invalid`.
    """
    match = _REIWA.search(unicodedata.normalize("NFKC", text))
    if not match:
        raise RefusedError("time-invalid", f"{field} {clip(text)!r}: expected such as 令和6年1月11日午後6時")
    year, month, day, half, hour, minute, noon = match.groups()
    hours = 12 if noon else int(hour or 0) % 12 + (12 if half == "午後" else 0)
    minutes = int(minute) if minute else 30 if match[0].endswith("半") else 0
    try:
        moment = datetime(
            2018 + (1 if year == "元" else int(year)), int(month), int(day), hours, minutes, tzinfo=JST
        )
    except (ValueError, OverflowError):
        raise RefusedError("time-invalid", f"{field} {clip(text)!r}: no such day or time") from None
    return _to_ms(moment, text, field)


def parse_japanese_day(text: str, field: str) -> int:
    """The first moment of a day in Japan: 20260401, 2026/4/1 or 2026-04-01; a month alone, 202604, is its first day.

    Raises:
        RefusedError: `time-missing`, `time-invalid`.
    """
    if not text:
        raise RefusedError("time-missing", f"{field}: empty; a day such as 2026/4/1 is needed")
    match = _DAY.fullmatch(unicodedata.normalize("NFKC", text))
    try:
        year, month, day = (int(part or 1) for part in match.groups()) if match else (0, 0, 0)
        moment = datetime(year, month, day, tzinfo=JST)
    except (ValueError, OverflowError):
        raise RefusedError(
            "time-invalid", f"{field} {clip(text)!r}: no such day; expected such as 2026/4/1"
        ) from None
    return _to_ms(moment, text, field)


def _to_ms(moment: datetime, text: str, field: str) -> int:
    try:
        at_ms = (moment - EPOCH) // timedelta(milliseconds=1)
    except OverflowError:
        at_ms = -1
    if at_ms < 0:
        raise RefusedError("time-invalid", f"{field} {clip(text)!r}: before 1970 or beyond the calendar")
    return at_ms
