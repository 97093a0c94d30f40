"""Distances, bearings and the local plane. Degrees are WGS 84; metres are on a sphere of 6,371,008.8 m (IUGG mean radius)."""

import math

import numpy as np
import numpy.typing as npt

from routing.errors import PlaceError

RADIUS_M = 6_371_008.8
METRES_PER_DEGREE = math.pi * RADIUS_M / 180

Floats = npt.NDArray[np.float64]


def distance_m(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats) -> Floats:
    """Great-circle distance in metres, element by element."""
    p1, p2 = np.radians(lat1), np.radians(lat2)
    h = np.sin((p2 - p1) / 2) ** 2 + np.cos(p1) * np.cos(p2) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    return np.asarray(2 * RADIUS_M * np.arcsin(np.sqrt(h)))


def bearing_deg(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Direction from the first place to the second: 0 north, 90 east."""
    dx = (lon2 - lon1) * math.cos(math.radians((lat1 + lat2) / 2))
    return math.degrees(math.atan2(dx, lat2 - lat1)) % 360


def compass(bearing: float) -> str:
    """One of north, northeast, ... for a bearing in degrees."""
    names = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
    return names[round(bearing / 45) % 8]


def require_place(lat: float, lon: float) -> None:
    """Checks that this can be a place on earth.

    Raises:
        PlaceError: with the likely mistake: metres, or latitude and longitude swapped.
    """
    if math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180:
        return
    if abs(lat) <= 180 and abs(lon) <= 90:
        raise PlaceError(
            f"latitude {lat} is outside -90..90: latitude and longitude seem swapped, give LAT,LON"
        )
    if abs(lat) > 1000 or abs(lon) > 1000:
        raise PlaceError(f"({lat}, {lon}) looks like projected metres: give degrees of WGS 84 as LAT,LON")
    raise PlaceError(f"({lat}, {lon}) is no place: latitude -90..90, longitude -180..180")
