"""Polyline with six decimals, the compact form that map libraries read (Google's algorithm, precision 1e6)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from routing.kernels.polyline import put_polyline


def encode_polyline6(points: Sequence[tuple[float, float]] | npt.NDArray[np.float64]) -> str:
    """(lat, lon) points as text. It may hold a backslash: JSON encoders escape it."""
    text, end = put_polyline(np.asarray(points, float).reshape(-1, 2), np.empty(0, np.uint8), 0)
    return bytes(text[:end]).decode("ascii")


def decode_polyline6(text: str) -> list[tuple[float, float]]:
    """The inverse of `encode_polyline6`."""
    values: list[int] = []
    shift = value = 0
    for char in text:
        bits = ord(char) - 63
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits < 0x20:
            values.append(~(value >> 1) if value & 1 else value >> 1)
            shift = value = 0
    lat = lon = 0
    points = []
    for d_lat, d_lon in zip(values[::2], values[1::2], strict=True):
        lat, lon = lat + d_lat, lon + d_lon
        points.append((lat / 1e6, lon / 1e6))
    return points
