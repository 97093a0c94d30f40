"""Segments in a square grid, and the nearest one to a point."""

import numpy as np
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


@njit(cache=True, nogil=True)
def nearest_segment(px, py, size, nx, ny, start, items, ax, ay, bx, by, segment_link, usable, reach):
    """(segment, share along it 0..1, distance m) of the nearest usable segment within `reach` metres; segment -1 if none."""
    cx, cy = int(np.floor(px / size)), int(np.floor(py / size))
    best, best_segment, best_share = reach * reach, -1, 0.0
    rings = int(reach / size) + 1
    for ring in range(rings + 1):
        # a ring's cells are at least (ring - 1) * size away
        if ring > 0 and best <= ((ring - 1) * size) ** 2:
            break
        for y in range(max(cy - ring, 0), min(cy + ring, ny - 1) + 1):
            edge_row = y in (cy - ring, cy + ring)
            for x in range(max(cx - ring, 0), min(cx + ring, nx - 1) + 1):
                if not edge_row and x != cx - ring and x != cx + ring:
                    continue
                c = y * nx + x
                for k in range(start[c], start[c + 1]):
                    s = items[k]
                    if not usable[segment_link[s]]:
                        continue
                    dx, dy = bx[s] - ax[s], by[s] - ay[s]
                    square = dx * dx + dy * dy
                    share = 0.0
                    if square > 0:
                        share = min(1.0, max(0.0, ((px - ax[s]) * dx + (py - ay[s]) * dy) / square))
                    ex, ey = px - ax[s] - share * dx, py - ay[s] - share * dy
                    d = ex * ex + ey * ey
                    if d < best or (d == best and s < best_segment):
                        best, best_segment, best_share = d, s, share
    return best_segment, best_share, np.sqrt(best)
