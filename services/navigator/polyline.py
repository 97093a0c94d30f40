"""Polyline with six decimals, the compact form that map libraries read (Google's algorithm, precision 1e6)."""

from collections.abc import Iterable


def encode_polyline6(points: Iterable[tuple[float, float]]) -> str:
    """(lat, lon) points as text. It may hold a backslash: JSON encoders escape it."""
    out: list[str] = []
    last_lat = last_lon = 0
    for lat, lon in points:
        now_lat, now_lon = round(lat * 1e6), round(lon * 1e6)
        _append(out, now_lat - last_lat)
        _append(out, now_lon - last_lon)
        last_lat, last_lon = now_lat, now_lon
    return "".join(out)


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


def _append(out: list[str], value: int) -> None:
    value = ~(value << 1) if value < 0 else value << 1
    while value >= 0x20:
        out.append(chr((0x20 | (value & 0x1F)) + 63))
        value >>= 5
    out.append(chr(value + 63))
