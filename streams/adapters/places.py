"""What the lists of designated places share: flags, coordinates, municipality codes, capacity in words. Reads no file."""

import math
import re
import unicodedata
from collections.abc import Callable

import msgspec

from streams.adapters.reading import RefusedError, clip
from streams.events.base import SITE_HAZARDS, Hazard
from streams.events.shelters import SiteReport, UnplacedSite

HAZARD_COLUMNS: dict[Hazard, str] = dict(
    zip(
        SITE_HAZARDS,
        ("洪水", "崖崩れ、土石流及び地滑り", "高潮", "地震", "津波", "大規模な火事", "内水氾濫", "火山現象"),
        strict=True,
    )
)
YES = frozenset({"1", "1.0", "○", "〇", "◯", "true", "TRUE", "True"})
NO = frozenset({"", "0", "0.0", "×", "false", "FALSE", "False"})

UNPLACED_ONLY = frozenset({"why", "written", "place"})
"""Fields of `UnplacedSite` that a placed row has not."""
MAX_CAPACITY = 1_000_000
_COUNT = r"(\d[\d,]*)人"
_INDOORS_AND_OUT = re.compile(rf"屋内{_COUNT}(?:[/／、 ])?屋外{_COUNT}")
_PLAIN = re.compile(r"(?:約)?(\d[\d,]*)(?:\.0)?(?:人|名)?")


def read_flags(value_of: Callable[[str], str]) -> tuple[tuple[Hazard, ...], tuple[Hazard, ...]]:
    """Hazards that a place suits, and those it does not. A row without any flag says nothing: both are empty.

    Raises:
        RefusedError: `flag-invalid`.
    """
    flags = {hazard: value_of(column).strip() for hazard, column in HAZARD_COLUMNS.items()}
    for hazard, flag in flags.items():
        if flag not in YES | NO:
            raise RefusedError(
                "flag-invalid", f"{HAZARD_COLUMNS[hazard]} {clip(flag)!r}: expected 1, 0 or nothing"
            )
    suits = tuple(hazard for hazard, flag in flags.items() if flag in YES)
    said_no = any(flag for flag in flags.values() if flag in NO)
    if not suits and not said_no:
        return (), ()
    return suits, tuple(hazard for hazard in flags if hazard not in suits)


def find_yes(text: str) -> bool | None:
    """Whether a flag is set; None where it is empty or means something else."""
    return True if text.strip() in YES else None if text.strip() not in NO - {""} else False


def read_position(lat: object, lon: object) -> tuple[float, float]:
    """Degrees, WGS 84.

    Raises:
        RefusedError: `coordinates-missing`, `coordinates-invalid`, `coordinates-swapped`, `coordinates-out-of-range`.
    """
    if _is_empty(lat) or _is_empty(lon):
        raise RefusedError(
            "coordinates-missing", "no latitude or longitude: geocode the address, then send it again"
        )
    north, east = _degrees("latitude", lat), _degrees("longitude", lon)
    if abs(north) <= 90 and abs(east) <= 180:
        return north, east
    if abs(east) <= 90 and abs(north) <= 180:
        raise RefusedError(
            "coordinates-swapped",
            f"latitude {north:g}, longitude {east:g}: swapped; GeoJSON is [longitude, latitude]",
        )
    raise RefusedError(
        "coordinates-out-of-range",
        f"latitude {north:g}, longitude {east:g}: outside -90..90, -180..180 (metres of a projection? send WGS 84 degrees)",
    )


def place_row(row: UnplacedSite, read: Callable[[], tuple[float, float]]) -> SiteReport | UnplacedSite:
    """The row at the position that `read` gives; where it refuses, the row as it is, with the reason: staff will place it."""
    try:
        lat, lon = read()
    except RefusedError as error:
        return msgspec.structs.replace(row, why=error.reason)
    said = msgspec.structs.asdict(row)
    return SiteReport(
        lat=lat, lon=lon, **{name: value for name, value in said.items() if name not in UNPLACED_ONLY}
    )


def written(lat: object, lon: object) -> str:
    """Latitude and longitude as they stand in the record; empty where neither does."""
    return "" if _is_empty(lat) and _is_empty(lon) else clip(f"{lat}, {lon}", chars=80)


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _degrees(name: str, value: object) -> float:
    try:
        number = (
            float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else math.nan
        )
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise RefusedError("coordinates-invalid", f"{name} {clip(value)!r}: not a number of degrees")
    return number


def find_capacity(text: str) -> int | None:
    """How many people a place holds, where its words say so; None where they do not.

    屋内191人／屋外0人(面積の1/2) counts both; 屋内480人 alone counts that; words with any other figure stay words.
    """
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    plain = re.sub(r"\([^()]*\)$", "", plain)
    if both := _INDOORS_AND_OUT.fullmatch(plain):
        return _bounded(_number(both[1]) + _number(both[2]))
    if one := re.fullmatch(rf"(?:屋内|屋外|収容)?{_COUNT}", plain) or _PLAIN.fullmatch(plain):
        return _bounded(_number(one[1]))
    return None


def _number(text: str) -> int:
    return int(text.replace(",", "")[:12])


def _bounded(number: int) -> int | None:
    return number if number <= MAX_CAPACITY else None


def find_count(text: str, field: str) -> int | None:
    """A count of people; None where the field is empty: unknown, not zero.

    Raises:
        RefusedError: `number-invalid`.
    """
    plain = unicodedata.normalize("NFKC", text).replace(",", "").removesuffix("人").strip()
    if not plain:
        return None
    match = re.fullmatch(r"([0-9]{1,9})(?:\.0)?", plain)
    if not match or int(match[1]) > MAX_CAPACITY:
        raise RefusedError(
            "number-invalid", f"{field} {clip(text)!r}: expected a count from 0 to {MAX_CAPACITY:,}"
        )
    return int(match[1])


def municipality_of(code: str) -> str:
    """JIS X 0402 in 5 digits from 5, or 6 with check digit; empty where the code is neither."""
    digits = unicodedata.normalize("NFKC", code).strip().removesuffix(".0")
    return digits[:5] if re.fullmatch(r"[0-9]{5,6}", digits) else ""


def place_id(written: str, municipality: str) -> str:
    """The id under which lists and reports meet.

    An id of digits alone counts within its municipality only, so the municipality's code goes before it.

    Raises:
        RefusedError: `id-missing`.
    """
    if not written:
        raise RefusedError("id-missing", "no id: without one a place cannot be told from the next")
    return f"{municipality}-{written}" if written.isdecimal() and municipality else written
