"""Positions to numbered H3 cells, exactly as H3 answers, at the speed of a hash look-up. Folds nothing."""

import functools
import itertools
import math
from collections.abc import Sequence

import h3.api.basic_int as h3
import numpy as np
import numpy.typing as npt

from streams.cells import PEOPLE_RESOLUTION
from streams.crowd import kernels
from streams.crowd.place_kernels import locate, nearest_face, project, put_points

Floats = npt.NDArray[np.float32]
EARTH_RADIUS_M = 6_371_008.8


@functools.cache
def faces() -> npt.NDArray[np.float64]:
    """The icosahedron under H3, from its own pentagons, as `place_kernels` wants it: float64[20, 6, 3].

    Axes are scaled so that neighbouring cells of PEOPLE_RESOLUTION are one unit apart; odd resolutions are turned by
    asin(sqrt(3 / 28)) (h3geo.org, "Coordinate systems").
    """
    corners = unit_vectors([*h3.get_pentagons(0)])
    scale = math.sqrt(7.0) ** PEOPLE_RESOLUTION / ((3 - math.sqrt(5.0)) / 2)
    turn = math.asin(math.sqrt(3 / 28)) if PEOPLE_RESOLUTION % 2 else 0.0
    rows = []
    for a, b, c in itertools.combinations(corners, 3):
        if min(a @ b, b @ c, a @ c) < 0.3:
            continue
        centre = (a + b + c) / np.linalg.norm(a + b + c)
        east = a - (a @ centre) * centre
        east /= np.linalg.norm(east)
        north = np.cross(centre, east)
        x = scale * (math.cos(turn) * east + math.sin(turn) * north)
        y = scale * (math.cos(turn) * north - math.sin(turn) * east)
        rows.append([centre, x, y])
    found = np.array(rows)
    centre = found[:, 0]
    beside = np.argsort(-centre @ centre.T, axis=1)[:, 1:4]  # the first is the face itself
    return np.concatenate([found, centre[:, None] - centre[beside]], axis=1)


def unit_vectors(cells: Sequence[int]) -> npt.NDArray[np.float64]:
    """float64[n, 3]: from the earth's centre to the middle of each cell."""
    lat, lon = np.radians([h3.cell_to_latlng(cell) for cell in cells]).T
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


class Lattice:
    """Numbers H3 cells in the order of their first sight. One for all partitions of a process; it only grows."""

    def __init__(self) -> None:
        self._faces = faces()
        self._face = 0
        self._number: dict[int, int] = {}
        self._cells = np.zeros(1024, np.uint64)
        self._centre_m = np.zeros((1024, 3), np.float32)
        self._measured = 0
        self._points = 0
        self._point_key = np.zeros(1 << 14, np.uint64)
        self._point_cell = np.zeros(1 << 14, np.int32)

    def __len__(self) -> int:
        return len(self._number)

    @property
    def cells(self) -> npt.NDArray[np.uint64]:
        """uint64[cells]: the H3 cell of each number."""
        return self._cells[: len(self._number)]

    @property
    def centre_m(self) -> npt.NDArray[np.float32]:
        """float32[room, 3]: the middle of each number's cell, metres from the earth's centre."""
        return self._centre_m

    def _number_of(self, cell: int) -> int:
        """Given now if it has none; `_measure` must follow."""
        known = self._number.get(cell)
        if known is not None:
            return known
        number = self._number[cell] = len(self._number)
        if number == len(self._cells):
            self._cells = np.concatenate([self._cells, np.zeros_like(self._cells)])
            self._centre_m = np.concatenate([self._centre_m, np.zeros_like(self._centre_m)])
        self._cells[number] = cell
        return number

    def numbers(self, cells: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
        """The numbers of many."""
        found = np.fromiter((self._number_of(cell) for cell in cells.tolist()), np.int32, len(cells))
        self._measure()
        return found

    def locate(self, lat: Floats, lon: Floats) -> npt.NDArray[np.int32]:
        """int32[n]: the cell's number of each position, or `kernels.INVALID`, or `kernels.FORGET` where both are NaN.

        H3 is asked once for each lattice point, and for each position within 0.3 mm of a border: the answer is H3's.
        """
        count = len(lat)
        column, row, sure = np.empty(count, np.int32), np.empty(count, np.int32), np.empty(count, np.bool_)
        project(lat, lon, self._faces[self._face], column, row, sure)
        elsewhere = np.flatnonzero(~sure & (np.abs(lat) <= 90))
        if 2 * len(elsewhere) > count:
            # the people of one process live on one face, or most of them; the others are looked at one by one
            first = elsewhere[0]
            self._face, _ = nearest_face(float(lat[first]), float(lon[first]), self._faces)
            project(lat, lon, self._faces[self._face], column, row, sure)
        number, key = np.empty(count, np.int32), np.empty(count, np.uint64)
        asked = locate(
            lat, lon, self._face, self._faces, column, row, sure, self._point_key, self._point_cell, number, key
        )  # fmt: skip
        if asked:
            self._ask(lat, lon, number, key)
        return number

    def _measure(self) -> None:
        """Middles of the cells that were numbered since."""
        fresh = self._cells[self._measured : len(self)]
        if len(fresh):
            self._centre_m[self._measured : len(self)] = EARTH_RADIUS_M * unit_vectors(fresh.tolist())
            self._measured = len(self)

    def _ask(
        self, lat: Floats, lon: Floats, number: npt.NDArray[np.int32], key: npt.NDArray[np.uint64]
    ) -> None:
        learnt: dict[int, int] = {}
        for i in np.flatnonzero((number == kernels.UNKNOWN) | (number == kernels.BORDER)):
            point = int(key[i])
            is_inner = number[i] == kernels.UNKNOWN
            if is_inner and point in learnt:
                number[i] = learnt[point]
                continue
            number[i] = self._number_of(h3.latlng_to_cell(float(lat[i]), float(lon[i]), PEOPLE_RESOLUTION))
            if is_inner:
                learnt[point] = int(number[i])
        self._learn(learnt)
        self._measure()

    def _learn(self, learnt: dict[int, int]) -> None:
        self._points += len(learnt)
        if self._points * 2 > len(self._point_key):
            old = self._point_key != 0
            keys, cells = self._point_key[old], self._point_cell[old]
            room = 1 << (self._points * 2).bit_length()
            self._point_key = np.zeros(room, np.uint64)
            self._point_cell = np.zeros(room, np.int32)
            put_points(self._point_key, self._point_cell, keys, cells)
        count = len(learnt)
        keys = np.fromiter(learnt.keys(), np.uint64, count)
        put_points(self._point_key, self._point_cell, keys, np.fromiter(learnt.values(), np.int32, count))
