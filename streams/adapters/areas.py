"""Areas as alerts draw them: circles and polygons, written as numbers, to rings of (lat, lon). Knows no format."""

import math
import re

from streams.adapters.places import read_position
from streams.adapters.reading import RefusedError, clip

Ring = tuple[tuple[float, float], ...]

CORNERS = 32
MAX_RADIUS_KM = 2_000.0
METRES_PER_DEGREE = 111_320.0
"""Of latitude, on a sphere: within 0.6 % everywhere."""
_SEPARATORS = re.compile(r"[,\s]+")


def read_circle(text: str) -> tuple[float, float, float]:
    """Latitude, longitude and radius in metres of `35.69,139.75 0.5` (CAP, EDXL-DE: kilometres) or `35.69,139.75,0.5`.

    Raises:
        RefusedError: `circle-invalid`, or a reason of `read_position`.
    """
    numbers = [part for part in _SEPARATORS.split(text.strip()) if part]
    if len(numbers) != 3:
        raise RefusedError("circle-invalid", f"circle {clip(text)!r}: expected latitude,longitude radius")
    lat, lon = read_position(numbers[0], numbers[1])
    try:
        radius_km = float(numbers[2])
    except ValueError:
        radius_km = math.nan
    if not 0 <= radius_km <= MAX_RADIUS_KM:
        raise RefusedError(
            "circle-invalid", f"circle {clip(text)!r}: radius outside 0..{MAX_RADIUS_KM:,.0f} km"
        )
    return lat, lon, radius_km * 1000


def circle_ring(lat: float, lon: float, *, radius_m: float) -> Ring:
    """A ring round a place; of one position where the radius is zero."""
    if radius_m == 0:
        return ((lat, lon),) * 4
    north = radius_m / METRES_PER_DEGREE
    east = north / max(0.01, math.cos(math.radians(lat)))
    angles = [2 * math.pi * corner / CORNERS for corner in range(CORNERS)]
    ring = [
        (
            max(-90.0, min(90.0, lat + north * math.cos(a))),
            max(-180.0, min(180.0, lon + east * math.sin(a))),
        )
        for a in angles
    ]
    return (*ring, ring[0])


def read_ring(text: str) -> Ring:
    """A ring of `lat,lon lat,lon …`; closed where its last position is not its first.

    Raises:
        RefusedError: `polygon-invalid`, or a reason of `read_position`.
    """
    pairs = [pair.split(",") for pair in text.split()]
    if len(pairs) < 3 or any(len(pair) != 2 for pair in pairs):
        raise RefusedError(
            "polygon-invalid", f"polygon {clip(text)!r}: expected three or more latitude,longitude"
        )
    ring = tuple(read_position(lat, lon) for lat, lon in pairs)
    return ring if ring[0] == ring[-1] and len(ring) > 3 else (*ring, ring[0])
