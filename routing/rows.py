"""Answers in columns, and the rows that the compiled loops fill. Knows no field."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import orjson

from routing.kernels.answers import ROUTE
from routing.kernels.columns import Ways
from routing.kernels.grid import Spots
from routing.kernels.pointers import table_of
from routing.kernels.polyline import json_numbers, json_texts

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


STRIPES = 128
T = TypeVar("T", bound=np.generic)


def order_on_ground(
    bbox: tuple[float, float, float, float], lat: Floats, lon: Floats
) -> npt.NDArray[np.intp]:
    """int[n]: an order in which places near each other come one after the other, so that their ways lie in the processor's cache.

    By cells in stripes, to and fro. Whatever is no place comes somewhere.
    """
    south, west, north, east = bbox
    y, x = _stripe(lat, south, north), _stripe(lon, west, east)
    cell = y * STRIPES + np.where(y % 2, STRIPES - 1 - x, x)
    return np.argsort(cell.astype(np.int16), kind="stable")


def _stripe(at: Floats, low: float, high: float) -> Ints:
    """Cut to the box first: a number may be so large that no difference of it can be told."""
    share = (np.clip(at, low, high) - low) / max(high - low, 1e-9)
    return (np.nan_to_num(share) * (STRIPES - 1)).astype(np.int32)


def put_back(column: npt.NDArray[T], order: npt.NDArray[np.intp]) -> npt.NDArray[T]:
    """A column of rows in such an order, as the rows were before."""
    out = np.empty_like(column)
    out[order] = column
    return out


class Rows:
    """What the loops read and write, one row a place; see `Spots`, `Ways`.

    spot_table, way_table: their tables; the columns stay where they are.
    """

    def __init__(self, lat: Floats, lon: Floats) -> None:
        count = len(lat)
        link, kind, target, time = (np.full(count, -1, np.int32) for _ in range(4))
        share, away, length = (np.zeros(count) for _ in range(3))
        self.spots = Spots(np.ascontiguousarray(lat), np.ascontiguousarray(lon), link, share, away)
        self.ways = Ways(link, share, kind, target, time, length, np.zeros((count, 3), np.int64))
        self.spot_table, self.way_table = table_of(self.spots), table_of(self.ways)


@dataclass(frozen=True)
class Answers:
    """Answers in columns, one row a place.

    kind: int32, `routing.kernels.answers`. target: index into the field's targets, -1 for none. time: deciseconds as walked.
    length_m, away_m: float64, along the way and to the network. link: where it was snapped, -1 for nowhere.
    text: uint8; text[first[i]:last[i]] is the polyline6 of row i.
    """

    kind: Ints
    target: Ints
    time: Ints
    link: Ints
    length_m: Floats
    away_m: Floats
    text: npt.NDArray[np.uint8]
    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]

    @property
    def has_way(self) -> npt.NDArray[np.bool_]:
        """bool[rows]"""
        return np.asarray(self.kind == ROUTE)

    def polyline6(self, row: int) -> str:
        """The way of a row; empty where there is none."""
        return self.text[self.first[row] : self.last[row]].tobytes().decode("ascii")

    def columns(self) -> dict[str, orjson.Fragment]:
        """Columns as JSON arrays: `target` (index), `seconds`, `length_m`, `away_m`, `polyline6`; null where there is none."""
        way = self.has_way
        away, length = (np.rint(metres).astype(np.int64) for metres in (self.away_m, self.length_m))
        return {
            "target": _numbers(self.target, way),
            "seconds": _numbers(self.time, way, decimals=1),
            "length_m": _numbers(length, way),
            "away_m": _numbers(away, self.link >= 0),
            "polyline6": orjson.Fragment(json_texts(self.text, self.first, self.last).tobytes()),
        }


def _numbers(
    values: npt.NDArray[np.signedinteger], known: npt.NDArray[np.bool_], *, decimals: int = 0
) -> orjson.Fragment:
    return orjson.Fragment(json_numbers(values.astype(np.int64), known, decimals).tobytes())
