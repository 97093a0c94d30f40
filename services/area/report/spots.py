"""Where a report asks: every few metres of street, and where people live. Columns; no answer is found here."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from routing import Network, Snapper, Walking, Way
from routing.reach import Spots
from routing.snap import NEAR_M
from services.area.errors import AreaFolderError

Floats = npt.NDArray[np.float64]

EVERY_M = 10.0
"""Streets are asked at least every ten metres."""
COLUMNS = ("lat", "lon", "count")


@dataclass(frozen=True)
class Streets:
    """Every street that somebody can walk, cut in pieces of at most `EVERY_M`; a spot is the middle of a piece.

    length_m, lat, lon: float64[n].
    """

    spots: Spots
    length_m: Floats
    lat: Floats
    lon: Floats


@dataclass(frozen=True)
class Residents:
    """Where people are, by place. lat, lon, count: float64[n]. source: whose figures, as_of: of when, both for a reader."""

    lat: Floats
    lon: Floats
    count: Floats
    source: str
    as_of: str


def cut_streets(network: Network) -> Streets:
    """The middle of every piece of walkable street."""
    links = np.flatnonzero((network.link_way & (Way.FOOT | Way.FOOT_BACK)) > 0).astype(np.int32)
    lengths = network.link_length_m[links].astype(np.float64)
    pieces = np.maximum(1, np.ceil(lengths / EVERY_M)).astype(np.int64)
    link, row = np.repeat(links, pieces), np.repeat(np.arange(len(links)), pieces)
    number = np.arange(len(link)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (number + 0.5) / pieces[row]
    lat, lon = _place(network, links, row, share)
    return Streets(Spots(link, share), lengths[row] / pieces[row], lat, lon)


def _place(
    network: Network, links: npt.NDArray[np.int32], row: npt.NDArray[np.int64], share: Floats
) -> tuple[Floats, Floats]:
    """Latitude and longitude of the share of each link."""
    counts = np.diff(network.shape_start)[links]
    first = np.repeat(network.shape_start[links] - (np.cumsum(counts) - counts), counts)
    points = first + np.arange(int(counts.sum()))
    lines = shapely.linestrings(
        np.column_stack([network.shape_lon[points], network.shape_lat[points]]),
        indices=np.repeat(np.arange(len(links)), counts),
    )
    middle = shapely.line_interpolate_point(np.asarray(lines, object)[row], share, normalized=True)
    return shapely.get_y(middle), shapely.get_x(middle)


def snap_residents(residents: Residents, walking: Walking) -> tuple[Spots, npt.NDArray[np.int64]]:
    """Where each place's people step onto a way of this profile, and which rows these are: others have none within 300 m."""
    snapper: Snapper = walking.snapper
    snaps = [
        snapper.find(lat, lon, walking.usable, reach_m=NEAR_M)
        for lat, lon in zip(residents.lat.tolist(), residents.lon.tolist(), strict=True)
    ]
    rows = np.array([row for row, snap in enumerate(snaps) if snap is not None], np.int64)
    found = [snap for snap in snaps if snap is not None]
    spots = Spots(np.array([s.link for s in found], np.int32), np.array([s.share for s in found], np.float64))
    return spots, rows


def read_people(path: Path) -> Residents:
    """A CSV file with the columns lat, lon, count (degrees of WGS 84, people); other columns are ignored.

    Raises:
        AreaFolderError: names the line, the value and what is expected.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise AreaFolderError(f"{path}: cannot be read as UTF-8 ({error})") from None
    rows = csv.DictReader(text.splitlines())
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise AreaFolderError(
            f"{path}: no column {', '.join(missing)}; expected a first line with {','.join(COLUMNS)}"
        )
    table = [_row(row, f"{path}: line {number}") for number, row in enumerate(rows, 2)]
    if not table:
        raise AreaFolderError(f"{path}: no row below the column names")
    lat, lon, count = np.array(table, np.float64).T
    return Residents(lat, lon, count, source=path.name, as_of="")


def _row(row: dict[str, str | None], place: str) -> tuple[float, float, float]:
    try:
        lat, lon, count = (float(row[name] or "") for name in COLUMNS)
    except ValueError:
        given = ", ".join(f"{name}={row[name]!r}" for name in COLUMNS)
        raise AreaFolderError(
            f"{place}: {given}: expected three numbers; leave a row out whose count is unknown"
        ) from None
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise AreaFolderError(f"{place}: ({lat}, {lon}) is no place: give degrees of WGS 84 as lat, lon")
    if not (math.isfinite(count) and count >= 0):
        raise AreaFolderError(f"{place}: count {count} is no number of people: 0 or more")
    return lat, lon, count
