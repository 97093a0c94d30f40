"""交通規制情報, 拡張版標準フォーマット (National Police Agency, by JARTIC): bans of passage that hold at all hours, one report a line.

These are standing rules of the road, signs and not barriers. What holds at certain hours or days only is set aside: a closure
here does not recur, and closing such a road for ever would be wrong.
"""

import re

from streams.adapters.document import Document, Row
from streams.adapters.places import read_position
from streams.adapters.reading import Reading, RefusedError, Source, clip
from streams.adapters.roads import Silent, closure_id, read_roads
from streams.adapters.times import parse_japanese_day
from streams.events.base import Action
from streams.events.closures import ClosureReport, Geometry, Mode

FORMAT = "jartic-csv"
KIND, PLACE, KEY = "共通規制種別コード", "規制場所の経度緯度", "ユニークキー"
CLOSING = {"1": Mode.CAR, "4": Mode.CAR, "8": Mode.FOOT}
"""歩行者用道路, 通行止め (車両), 歩行者等通行止め. 5 and 6 ban lorries and buses only, 7 is a level crossing, 13 one arm of a crossing."""
SETS = range(1, 5)
"""A regulation may hold under several sets of conditions; one that holds at all hours is enough."""
VEHICLES_AND_CARS = 0b11
"""Bits of 対象車両コード_A from the right: 車両, 自動車."""
MONTH_OF_FILE = re.compile(r"_(20[0-9]{4})_k_")
JAPAN = (20.0, 46.0, 122.0, 154.0)
"""South, north, west, east. The published files hold a few positions outside, which are mistakes."""
POINT, AREA = "1", "3"


def is_jartic(document: Document) -> bool:
    """Told by its kinds of regulation and their places."""
    return {KIND, PLACE} <= set(document.columns)


def read_jartic(document: Document, source: Source) -> Reading:
    """One report a line that bans passage; a file may be a part, so nothing ends by absence but by 廃止."""
    return read_roads(
        FORMAT,
        source,
        document.rows(),
        identify=lambda row: row.get(KEY),
        make=lambda row: _read(row, source, document.name),
    )


def _read(row: Row, source: Source, file_name: str) -> ClosureReport | Silent:
    mode = CLOSING.get(row.get(KIND))
    if mode is None:
        return Silent("other kinds of regulation, which close nothing")
    sets = [number for number in SETS if number == 1 or _is_given(row, number)]
    if mode is Mode.CAR:
        sets = [number for number in sets if _binds_cars(row, number)]
        if not sets:
            return Silent("bans of lorries, buses or bicycles only")
    if all(_is_limited(row, number) for number in sets):
        return Silent("bans at certain hours, days or seasons only")
    ident, as_of_ms = closure_id(source, row.get(KEY)), _as_of_ms(row, file_name)
    is_over = bool(row.get("意思決定廃止日")) or row.get("データ更新区分コード") == "3"
    return ClosureReport(
        id=ident,
        source=source.id,
        as_of_ms=as_of_ms,
        action=Action.CANCEL if is_over else Action.ISSUE,
        modes=(mode,),
        cause=row.get("県別規制種別名称"),
        road_names=tuple(filter(None, (row.get("路線名(代表)"),))),
        geometry=None if is_over else _geometry(row),
    )


def _is_given(row: Row, number: int) -> bool:
    return any(row.get(f"{name}{number}{tail}") for name, tail in _CONDITIONS)


_CONDITIONS = (
    ("対象期間", "_開始"),
    ("規制時間", "_開始"),
    ("規制曜日コード", ""),
    *(("対象車両コード", f"_{group}") for group in "ABCD"),
)


def _binds_cars(row: Row, number: int) -> bool:
    """Whether a set of conditions is for cars: it names vehicles in general or cars, or none at all."""
    groups = [row.get(f"対象車両コード{number}_{group}") for group in "ABCD"]
    if not any(groups):
        return True
    bits = groups[0][-2:]
    return set(bits) <= {"0", "1"} and bool(int(bits or "0", 2) & VEHICLES_AND_CARS)


def _is_limited(row: Row, number: int) -> bool:
    """Whether a set holds at times only. 0 to 2400 is all day."""
    begins, ends = row.get(f"規制時間{number}_開始"), row.get(f"規制時間{number}_終了")
    all_day = not begins or (begins.strip("0") == "" and ends == "2400")
    return not all_day or bool(row.get(f"対象期間{number}_開始") or row.get(f"規制曜日コード{number}"))


def _as_of_ms(row: Row, file_name: str) -> int:
    """The day of the record's last change, else the month in the file's name (大阪府警_202607_k_2.1.csv)."""
    month = MONTH_OF_FILE.search(file_name)
    return parse_japanese_day(row.get("データ更新日") or (month[1] if month else ""), "データ更新日")


def _geometry(row: Row) -> Geometry | None:
    """`lon lat;lon lat;…`: how many positions there are decides, where it contradicts 点・線・面コード (published files do)."""
    positions = tuple(_position(pair) for pair in row.get(PLACE).split(";") if pair.strip())
    if not positions:
        return None
    form = row.get("点・線・面コード")
    if form == AREA and len(set(positions)) > 2:
        closed = positions if positions[0] == positions[-1] else (*positions, positions[0])
        return Geometry("polygon", (closed,))
    if form == POINT or len(positions) == 1:
        return Geometry("point", tuple((position,) for position in positions))
    return Geometry("line", (positions,))


def _position(pair: str) -> tuple[float, float]:
    lon, _, lat = pair.strip().partition(" ")
    north, east = read_position(lat, lon)
    south_end, north_end, west_end, east_end = JAPAN
    if not (south_end <= north <= north_end and west_end <= east <= east_end):
        raise RefusedError(
            "coordinates-out-of-range",
            f"position {clip(pair)!r}: outside Japan ({south_end}..{north_end}, {west_end}..{east_end})",
        )
    return north, east
