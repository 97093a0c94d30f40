"""Segments in a square grid, and the nearest one to a point."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from routing.kernels.pointers import column, column_of_rows

SOUTH, WEST, MX, MY, SIZE, NX, NY = range(7)
"""Rows of `Grid.frame`."""


@njit(cache=True, nogil=True)
def count_cells(ax, ay, bx, by, size, nx, counts):
    """How many segments touch each cell's column and row range; counts: int64[columns * rows]. Coordinates are metres from the corner."""
    for i in range(len(ax)):
        x0, x1 = int(min(ax[i], bx[i]) / size), int(max(ax[i], bx[i]) / size)
        y0, y1 = int(min(ay[i], by[i]) / size), int(max(ay[i], by[i]) / size)
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                counts[y * nx + x] += 1


@njit(cache=True, nogil=True)
def fill_cells(ax, ay, bx, by, size, nx, position, items):
    """Writes the segment numbers; position: int64[columns * rows], first free place of each cell, moved on."""
    for i in range(len(ax)):
        x0, x1 = int(min(ax[i], bx[i]) / size), int(max(ax[i], bx[i]) / size)
        y0, y1 = int(min(ay[i], by[i]) / size), int(max(ay[i], by[i]) / size)
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                c = y * nx + x
                items[position[c]] = i
                position[c] += 1


class Grid(NamedTuple):
    """All segments of a network in square cells.

    frame: float64[7], the corner in degrees, metres in a degree of longitude and latitude, metres of a cell, columns and rows.
    start: int64[cells + 1] into items: int32, numbers of segments.
    segment: float64[segments, 4], its ends (x, y, x, y) in metres from the corner. link: int32[segments].
    before, length: float64[segments], metres of its link before it, and its own. total: float64[links], metres.
    """

    frame: npt.NDArray[np.float64]
    start: npt.NDArray[np.int64]
    items: npt.NDArray[np.int32]
    segment: npt.NDArray[np.float64]
    link: npt.NDArray[np.int32]
    before: npt.NDArray[np.float64]
    length: npt.NDArray[np.float64]
    total: npt.NDArray[np.float64]


class Spots(NamedTuple):
    """Places and where they meet the network. lat, lon: float64[n], degrees. Filled by `snap_all`: link: int32[n], -1 where there is
    none, share, away: float64[n], along the link and metres to it.
    """

    lat: npt.NDArray[np.float64]
    lon: npt.NDArray[np.float64]
    link: npt.NDArray[np.int32]
    share: npt.NDArray[np.float64]
    away: npt.NDArray[np.float64]


@njit(cache=True, nogil=True)
def _grid_at(table):
    return Grid(
        column(table, 0, np.float64),
        column(table, 1, np.int64),
        column(table, 2, np.int32),
        column_of_rows(table, 3, np.float64, 4),
        column(table, 4, np.int32),
        column(table, 5, np.float64),
        column(table, 6, np.float64),
        column(table, 7, np.float64),
    )


@njit(cache=True)
def snap(lat, lon, grid, usable, reach):
    """(link or -1, share of the way along it, lat, lon, distance m) of the nearest usable link within `reach` metres.

    grid: the table of a `Grid`. It is over in microseconds, so it keeps Python's lock.
    """
    return _snap(lat, lon, _grid_at(grid), usable, reach)


@njit(cache=True, nogil=True)
def _snap(lat, lon, grid, usable, reach):
    frame = grid.frame
    px, py = (lon - frame[WEST]) * frame[MX], (lat - frame[SOUTH]) * frame[MY]
    s, share, distance = nearest_segment(px, py, grid, usable, reach)
    if s < 0:
        return np.int32(-1), 0.0, 0.0, 0.0, 0.0
    ax, ay, bx, by = grid.segment[s]
    link = grid.link[s]
    along = (grid.before[s] + share * grid.length[s]) / grid.total[link]
    on_lat, on_lon = (
        (ay + share * (by - ay)) / frame[MY] + frame[SOUTH],
        (ax + share * (bx - ax)) / frame[MX] + frame[WEST],
    )
    return link, min(1.0, along), on_lat, on_lon, distance


@njit(cache=True, nogil=True)
def snap_all(spots, grid, usable, reach):
    """Many places: fills the rows of `Spots`. spots, grid: tables. What can be no place on earth has no link."""
    lat, lon, link = column(spots, 0, np.float64), column(spots, 1, np.float64), column(spots, 2, np.int32)
    share, away = column(spots, 3, np.float64), column(spots, 4, np.float64)
    segments = _grid_at(grid)
    for i in range(len(lat)):
        link[i], share[i], away[i] = -1, 0.0, 0.0
        if abs(lat[i]) <= 90 and abs(lon[i]) <= 180:
            link[i], share[i], _, _, away[i] = _snap(lat[i], lon[i], segments, usable, reach)


@njit(cache=True, nogil=True)
def nearest_segment(px, py, grid, usable, reach):
    """(segment, share along it 0..1, distance m) of the nearest usable segment less than `reach` metres away; segment -1 if none.

    Of two at the same distance the one of the lower number.
    """
    size, nx, ny = grid.frame[SIZE], int(grid.frame[NX]), int(grid.frame[NY])
    cx, cy = int(np.floor(px / size)), int(np.floor(py / size))
    to_border = min(px - cx * size, (cx + 1) * size - px, py - cy * size, (cy + 1) * size - py)
    best, best_segment, best_share = reach * reach, -1, 0.0
    ring, away = 0, 0.0
    while away * away <= best:  # a ring's cells are at least so far away
        for y in range(max(cy - ring, 0), min(cy + ring, ny - 1) + 1):
            step = 1 if y in (cy - ring, cy + ring) else 2 * ring
            for x in range(cx - ring, cx + ring + 1, step):
                if x < 0 or x >= nx:
                    continue
                c = y * nx + x
                for k in range(grid.start[c], grid.start[c + 1]):
                    s = grid.items[k]
                    if not usable[grid.link[s]]:
                        continue
                    ax, ay = grid.segment[s, 0], grid.segment[s, 1]
                    dx, dy = grid.segment[s, 2] - ax, grid.segment[s, 3] - ay
                    square = dx * dx + dy * dy
                    share = 0.0
                    if square > 0:
                        share = min(1.0, max(0.0, ((px - ax) * dx + (py - ay) * dy) / square))
                    ex, ey = px - ax - share * dx, py - ay - share * dy
                    d = ex * ex + ey * ey
                    if d < best or (d == best and s < best_segment):
                        best, best_segment, best_share = d, s, share
        away = ring * size + to_border
        ring += 1
    return best_segment, best_share, np.sqrt(best)
