"""Polyline with six decimals (Google's algorithm, precision 1e6) and columns of JSON, written into bytes."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from routing.kernels.pointers import column

POINT_BYTES = 14
"""The most that a point takes: two numbers below 2^30 in groups of five bits, with the sign."""
DRAWN_BYTES = 28
"""The same for a position of GeoJSON."""
NUMBER_BYTES = 22
"""The most that a number takes in an array: 19 digits, with sign, point and comma."""
FRAME_BYTES = 77
"""The most that an answer takes without its name and line."""
LIKELY_BYTES = 64
"""What a way may take, as a first guess at the room for many."""
BACKSLASH, QUOTE, COMMA, MINUS, DOT, ZERO, OPEN, CLOSE = 92, 34, 44, 45, 46, 48, 91, 93
JSON_TO, JSON_SECONDS, JSON_LENGTH, JSON_LINE, JSON_END = (
    np.frombuffer(part, np.uint8)
    for part in (b'{"to":', b',"seconds":', b',"length_m":', b',"polyline6":"', b'"}')
)
NULL = (110, 117, 108, 108)


@njit(cache=True, nogil=True)
def grown(text, room):
    """The same bytes with room for at least `room`."""
    if room <= len(text):
        return text
    larger = np.empty(max(room, 2 * len(text)), np.uint8)
    larger[: len(text)] = text
    return larger


@njit(cache=True, nogil=True)
def put_polyline(points, text, used):
    """Points: float64[n, 2] (lat, lon), written from `used` on; returns (text, its new end)."""
    text = grown(text, used + POINT_BYTES * len(points))
    last_lat = last_lon = np.int64(0)
    for i in range(len(points)):
        lat, lon = np.int64(np.rint(points[i, 0] * 1e6)), np.int64(np.rint(points[i, 1] * 1e6))
        used = _put_number(lat - last_lat, text, used)
        used = _put_number(lon - last_lon, text, used)
        last_lat, last_lon = lat, lon
    return text, used


@njit(cache=True, nogil=True)
def _put_number(value, text, used):
    value = ~(value << 1) if value < 0 else value << 1
    while value >= 0x20:
        text[used] = (0x20 | (value & 0x1F)) + 63
        used += 1
        value >>= 5
    text[used] = value + 63
    return used + 1


@njit(cache=True, nogil=True)
def put_bytes(source, out, at):
    """Copies bytes; returns the new end."""
    for i in range(len(source)):
        out[at + i] = source[i]
    return at + len(source)


@njit(cache=True, nogil=True)
def put_escaped(text, first, last, out, at):
    """Copies a polyline into a JSON string: of its letters only the backslash means something there. Returns the new end."""
    for i in range(first, last):
        if text[i] == BACKSLASH:
            out[at] = BACKSLASH
            at += 1
        out[at] = text[i]
        at += 1
    return at


@njit(cache=True, nogil=True)
def put_decimal(value, decimals, out, at):
    """Writes an integer as a number with so many decimals; returns the new end."""
    if value < 0:
        out[at] = MINUS
        at += 1
        value = -value
    digits = 1
    rest = value // 10
    while rest > 0:
        digits += 1
        rest //= 10
    digits = max(digits, decimals + 1)
    width = digits + (decimals > 0)
    for i in range(width - 1, -1, -1):
        if decimals > 0 and i == width - 1 - decimals:
            out[at + i] = DOT
            continue
        out[at + i] = ZERO + value % 10
        value //= 10
    return at + width


@njit(cache=True, nogil=True)
def encode_edges(edge_link, edge_forward, start, lat, lon):
    """(code_start: int64[edges + 1], code: uint8): how a polyline goes on along each whole edge; start, lat, lon: see `Lines`.

    What is written for a point depends only on the one before: so the middle of a way is copied, not worked out.
    """
    code_start, code, used = (
        np.zeros(len(edge_link) + 1, np.int64),
        np.empty(len(lat), np.uint8),
        0,
    )
    for e in range(len(edge_link)):
        first, last = start[edge_link[e]], start[edge_link[e] + 1] - 1
        steps = last - first
        code = grown(code, used + POINT_BYTES * steps)
        for k in range(steps):
            a, b = (first + k, first + k + 1) if edge_forward[e] else (last - k, last - k - 1)
            if lat[a] != lat[b] or lon[a] != lon[b]:
                used = _put_step(lat[a], lon[a], lat[b], lon[b], code, used)
        code_start[e + 1] = used
    return code_start, code[:used].copy()


@njit(cache=True, nogil=True)
def _put_step(lat1, lon1, lat2, lon2, text, used):
    north = np.int64(np.rint(lat2 * 1e6)) - np.int64(np.rint(lat1 * 1e6))
    east = np.int64(np.rint(lon2 * 1e6)) - np.int64(np.rint(lon1 * 1e6))
    return _put_number(east, text, _put_number(north, text, used))


class Texts(NamedTuple):
    """What is copied into answers. code_start: int64[edges + 1] into code: uint8, see `encode_edges`. name_start: int64[targets + 1] into
    name: uint8, ids of targets as JSON strings.
    """

    code_start: npt.NDArray[np.int64]
    code: npt.NDArray[np.uint8]
    name_start: npt.NDArray[np.int64]
    name: npt.NDArray[np.uint8]


@njit(cache=True, nogil=True)
def polylines(points, edges, ends, texts, text_end):
    """The text of many ways, of which `kernels.answers.find_ways` says points, edges and ends; fills text_end: int64[n]. texts: the table."""
    code_start, code = column(texts, 0, np.int64), column(texts, 1, np.uint8)
    text, used, first, edge = np.empty(LIKELY_BYTES * len(ends), np.uint8), 0, 0, 0
    for i in range(len(ends)):
        middle, last, edge_end = ends[i]
        head, whole, tail = points[first:middle], edges[edge:edge_end], points[middle:last]
        text, used = _put_way(head, whole, tail, code_start, code, text, used)
        first, edge, text_end[i] = last, edge_end, used
    return text[:used]


@njit(cache=True, nogil=True)
def _put_way(head, whole, tail, code_start, code, text, used):
    """Writes one way from `used` on; returns (text, its new end). head, tail: points of its first and last edge, whole: edges between."""
    room = POINT_BYTES * (len(head) + len(tail) + 1)
    for e in whole:
        room += code_start[e + 1] - code_start[e]
    text, used = put_polyline(head, grown(text, used + room), used)
    origin = used
    for e in whole:
        for c in range(code_start[e], code_start[e + 1]):
            text[used] = code[c]
            used += 1
    for p in range(1, len(tail)):  # the first of them is where the edges end
        used = _put_step(tail[p - 1, 0], tail[p - 1, 1], tail[p, 0], tail[p, 1], text, used)
    if len(head) == 1 and used == origin:  # the origin is the target
        used = _put_number(0, text, _put_number(0, text, used))
    return text, used


@njit(cache=True)
def way_json(points, edges, ways, texts):
    """The compact answer as JSON: uint8[n]. ways: the table of `kernels.columns.Ways`, of which the only row has a way; the others: what
    `find_ways` returned for it, and the table of `Texts`.
    """
    code_start, code = column(texts, 0, np.int64), column(texts, 1, np.uint8)
    target, time, metres = (
        column(ways, 3, np.int32)[0],
        column(ways, 4, np.int32)[0],
        column(ways, 5, np.float64)[0],
    )
    middle = column(ways, 6, np.int64)[0]
    text, used = _put_way(points[:middle], edges, points[middle:], code_start, code, np.empty(0, np.uint8), 0)
    return _answer_json(target, time, metres, text[:used], texts)


@njit(cache=True)
def line_json(target, time, metres, points, texts):
    """The same of a way whose points are known: float64[n, 2] (lat, lon)."""
    text, used = put_polyline(points, np.empty(0, np.uint8), 0)
    return _answer_json(target, time, metres, text[:used], texts)


@njit(cache=True, nogil=True)
def _answer_json(target, time, metres, text, texts):
    start = column(texts, 2, np.int64)
    name = column(texts, 3, np.uint8)[start[target] : start[target + 1]]
    out = np.empty(FRAME_BYTES + len(name) + 2 * len(text), np.uint8)
    at = put_bytes(name, out, put_bytes(JSON_TO, out, 0))
    at = put_decimal(np.int64(time), 1, out, put_bytes(JSON_SECONDS, out, at))
    at = put_decimal(np.int64(np.rint(metres)), 0, out, put_bytes(JSON_LENGTH, out, at))
    at = put_escaped(text, 0, len(text), out, put_bytes(JSON_LINE, out, at))
    return out[: put_bytes(JSON_END, out, at)]


@njit(cache=True)
def draw_json(points):
    """A way drawn twice as JSON, uint8 each: GeoJSON's coordinates, [lon, lat] to six decimals, and the polyline."""
    text, used = put_polyline(points, np.empty(0, np.uint8), 0)
    line = np.empty(2 * used + 2, np.uint8)
    line[0] = QUOTE
    end = put_escaped(text, 0, used, line, 1)
    line[end] = QUOTE
    out, at = np.empty(DRAWN_BYTES * len(points) + 1, np.uint8), 0
    for i in range(len(points)):
        out[at] = COMMA if i > 0 else OPEN
        out[at + 1] = OPEN
        at = put_decimal(np.int64(np.rint(points[i, 1] * 1e6)), 6, out, at + 2)
        out[at] = COMMA
        at = put_decimal(np.int64(np.rint(points[i, 0] * 1e6)), 6, out, at + 1)
        out[at] = CLOSE
        at += 1
    out[at] = CLOSE
    return out[: at + 1], line[: end + 1]


@njit(cache=True, nogil=True)
def json_texts(text, first, last):
    """A JSON array of polylines text[first[i]:last[i]], null where empty."""
    out = np.empty(2 * len(text) + 5 * len(first) + 2, np.uint8)
    out[0], at = OPEN, 1
    for i in range(len(first)):
        if i > 0:
            out[at] = COMMA
            at += 1
        if first[i] == last[i]:
            for letter in NULL:
                out[at] = letter
                at += 1
            continue
        out[at] = QUOTE
        at = put_escaped(text, first[i], last[i], out, at + 1)
        out[at] = QUOTE
        at += 1
    out[at] = CLOSE
    return out[: at + 1]


@njit(cache=True, nogil=True)
def json_numbers(values, known, decimals):
    """A JSON array of integers as numbers with so many decimals, null where not known; values: int64[n], known: bool[n]."""
    out = np.empty(NUMBER_BYTES * len(values) + 2, np.uint8)
    out[0], at = OPEN, 1
    for i in range(len(values)):
        if i > 0:
            out[at] = COMMA
            at += 1
        if known[i]:
            at = put_decimal(values[i], decimals, out, at)
            continue
        for letter in NULL:
            out[at] = letter
            at += 1
    out[at] = CLOSE
    return out[: at + 1]
