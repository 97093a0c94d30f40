"""What a position that cannot be used may have meant: latitude and longitude swapped, or metres of a Japanese plane. Proposes only."""

import re
from collections.abc import Iterator
from functools import lru_cache

from pyproj import Transformer
from pyproj.exceptions import ProjError

from streams.events.repairs import Candidate

ZONES = range(1, 20)
FIRST_CRS = 6669
"""EPSG of 平面直角座標系 I on JGD2011; XIX is 6687. In degrees JGD2011 differs from WGS 84 by centimetres."""
SOURCE = "written"
SWAPPED_SCORE, METRES_SCORE = 0.9, 0.7
"""Metres fit the box of a town in one zone, seldom in two: what was meant is not said."""
_NUMBER = re.compile(r"[-+]?\d{1,9}(?:\.\d{1,12})?")

Box = tuple[float, float, float, float]


def find_written(written: str, *, box: Box) -> tuple[Candidate, ...]:
    """Positions that `written` may mean, inside a box (south, west, north, east) only."""
    numbers = [float(text) for text in _NUMBER.findall(written)]
    if len(numbers) != 2:
        return ()
    return tuple(dict.fromkeys(c for c in _list_meanings(*numbers) if _is_inside(c, box)))


def _list_meanings(first: float, second: float) -> Iterator[Candidate]:
    if max(abs(first), abs(second)) <= 180:
        for lat, lon in ((second, first), (first, second)):
            yield _candidate("swapped", lat, lon, score=SWAPPED_SCORE)
        return
    for zone in ZONES:
        # the survey's X is north; GeoJSON and most software write east first
        for name, east, north in (("", first, second), ("-xy", second, first)):
            try:
                lat, lon = _plane(zone).transform(north, east)
            except ProjError:
                continue
            yield _candidate(f"EPSG:{FIRST_CRS + zone - 1}{name}", lat, lon, score=METRES_SCORE)


@lru_cache(maxsize=len(ZONES))
def _plane(zone: int) -> Transformer:
    """(north, east) in metres to (lat, lon): the order of axes that EPSG gives both."""
    return Transformer.from_crs(FIRST_CRS + zone - 1, 6668)


def _candidate(name: str, lat: float, lon: float, *, score: float) -> Candidate:
    reason = "swapped" if name == "swapped" else "metres"
    return Candidate(
        id=name,
        name=name,
        lat=round(lat, 6),
        lon=round(lon, 6),
        source=SOURCE,
        score=score,
        reasons=(reason,),
    )


def _is_inside(candidate: Candidate, box: Box) -> bool:
    south, west, north, east = box
    return south <= candidate.lat <= north and west <= candidate.lon <= east
