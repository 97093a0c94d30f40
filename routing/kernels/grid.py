"""Segments in a square grid, and the nearest one to a point."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit


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
    """All segments of a network in square cells of `size` metres, `nx` columns and `ny` rows from the corner (south, west).

    mx, my: metres in a degree. start: int64[cells + 1] into items: int32, numbers of segments.
    segment: float64[segments, 4], its ends (x, y, x, y) in metres from the corner. link: int32[segments].
    before, length: float64[segments], metres of its link before it, and its own. total: float64[links], metres.
    """

    south: float
    west: float
    mx: float
    my: float
    size: float
    nx: int
    ny: int
    start: npt.NDArray[np.int64]
    items: npt.NDArray[np.int32]
    segment: npt.NDArray[np.float64]
    link: npt.NDArray[np.int32]
    before: npt.NDArray[np.float64]
    length: npt.NDArray[np.float64]
    total: npt.NDArray[np.float64]


@njit(cache=True, nogil=True)
def snap(lat, lon, grid, usable, reach):
    """(link or -1, share of the way along it, lat, lon, distance m) of the nearest usable link within `reach` metres."""
    px, py = (lon - grid.west) * grid.mx, (lat - grid.south) * grid.my
    s, share, distance = nearest_segment(px, py, grid, usable, reach)
    if s < 0:
        return -1, 0.0, 0.0, 0.0, 0.0
    ax, ay, bx, by = grid.segment[s]
    link = grid.link[s]
    along = (grid.before[s] + share * grid.length[s]) / grid.total[link]
    on_lat, on_lon = (
        (ay + share * (by - ay)) / grid.my + grid.south,
        (ax + share * (bx - ax)) / grid.mx + grid.west,
    )
    return link, min(1.0, along), on_lat, on_lon, distance


@njit(cache=True, nogil=True)
def snap_all(lat, lon, grid, usable, reach, link, share, away):
    """Many places, float64[n] degrees: fills link: int32[n], -1 where there is none, share and away (metres): float64[n]."""
    for i in range(len(lat)):
        link[i], share[i], away[i] = -1, 0.0, 0.0
        if abs(lat[i]) <= 90 and abs(lon[i]) <= 180:
            link[i], share[i], _, _, away[i] = snap(lat[i], lon[i], grid, usable, reach)


@njit(cache=True, nogil=True)
def nearest_segment(px, py, grid, usable, reach):
    """(segment, share along it 0..1, distance m) of the nearest usable segment within `reach` metres; segment -1 if none.

    Of two at the same distance the one of the lower number.
    """
    size, nx, ny = grid.size, grid.nx, grid.ny
    cx, cy = int(np.floor(px / size)), int(np.floor(py / size))
    to_border = min(px - cx * size, (cx + 1) * size - px, py - cy * size, (cy + 1) * size - py)
    best, best_segment, best_share = reach * reach, -1, 0.0
    rings = int(reach / size) + 1
    for ring in range(rings + 1):
        # a ring's cells are at least so far away
        if ring > 0 and best < ((ring - 1) * size + to_border) ** 2:
            break
        for y in range(max(cy - ring, 0), min(cy + ring, ny - 1) + 1):
            step = 1 if y in (cy - ring, cy + ring) else max(2 * ring, 1)
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
    return best_segment, best_share, np.sqrt(best)
