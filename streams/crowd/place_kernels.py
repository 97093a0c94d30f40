"""The loops that say where positions lie on H3's lattice. Pure numpy and numba.

H3 rounds the gnomonic projection on the nearest icosahedron face to a hexagon lattice, so a cell is a function of
(face, lattice point). `faces` float64[20, 6, 3] has six rows for each: the centre, the x and the y axis scaled to one cell
a unit, and what leads away from each of the three faces beside it: the centre less the neighbour's.
"""

import math

import numpy as np
from numba import njit

from streams.crowd.kernels import BORDER, FORGET, INVALID, UNKNOWN, mix

_EPSILON = 1e-6  # of a cell's width, 0.3 mm: nearer to a border than this, H3 itself decides
_TIE = 1e-9  # two faces are as near as each other
_ROOT = 1.1547005383792515  # 2 / sqrt 3
_OFFSET = 1 << 28  # makes lattice coordinates positive
_U = np.uint64


@njit(inline="always")
def sine_and_cosine(x):
    """Of an angle within a turn, to 1e-13, without a branch, so that a processor takes several at once.

    A quarter turn is taken off as often as needed; Taylor's series does the rest, up to an eighth of a turn.
    """
    quarters = np.rint(x * (2 / math.pi))
    z = x - quarters * (math.pi / 2)
    w = z * z
    sine = z * (1 - w / 6 * (1 - w / 20 * (1 - w / 42 * (1 - w / 72 * (1 - w / 110 * (1 - w / 156))))))
    cosine = 1 - w / 2 * (
        1 - w / 12 * (1 - w / 30 * (1 - w / 56 * (1 - w / 90 * (1 - w / 132 * (1 - w / 182)))))
    )
    n = np.int32(quarters)
    is_odd = np.float64(n & 1)
    return (
        (sine + (cosine - sine) * is_odd) * (1.0 - np.float64(n & 2)),
        (cosine + (sine - cosine) * is_odd) * (1.0 - np.float64((n + 1) & 2)),
    )


@njit(inline="always")
def hexagon(x, y, z, axes):
    """The lattice point nearest to a direction on one face: its two coordinates, and how far it is from the hexagon's side.

    Cube coordinates q + r + s = 0 are rounded, and the one that was furthest off follows from the others.
    """
    scale = 1.0 / (x * axes[0, 0] + y * axes[0, 1] + z * axes[0, 2])
    r = (x * axes[2, 0] + y * axes[2, 1] + z * axes[2, 2]) * scale * _ROOT
    q = (x * axes[1, 0] + y * axes[1, 1] + z * axes[1, 2]) * scale - 0.5 * r
    s = -q - r
    rq = np.rint(q)
    rr = np.rint(r)
    rs = np.rint(s)
    eq = abs(q - rq)
    er = abs(r - rr)
    es = abs(s - rs)
    worst_q = eq > er and eq > es
    worst_r = not worst_q and er > es
    rq = -rr - rs if worst_q else rq
    rr = -rq - rs if worst_r else rr
    q -= rq
    r -= rr
    s = -q - r
    return rq, rr, 1.0 - max(abs(q - r), abs(r - s), abs(s - q))


@njit(cache=True, nogil=True, error_model="numpy")
def project(lat, lon, axes, column, row, sure):
    """Lattice points (int32 `column`, `row`) of positions on one face of `faces`.

    sure: bool[n], False where it is no position, another face may be as near, or the cell's border is too near.
    """
    for i in range(len(lat)):
        a = np.float64(lat[i])
        o = np.float64(lon[i])
        z, flat = sine_and_cosine(a * (math.pi / 180))
        y, x = sine_and_cosine(o * (math.pi / 180))
        x *= flat
        y *= flat
        q, r, inside = hexagon(x, y, z, axes)
        column[i] = np.int32(q)
        row[i] = np.int32(r)
        sure[i] = (
            (abs(a) <= 90.0)
            & (abs(o) <= 180.0)
            & (x * axes[3, 0] + y * axes[3, 1] + z * axes[3, 2] > _TIE)
            & (x * axes[4, 0] + y * axes[4, 1] + z * axes[4, 2] > _TIE)
            & (x * axes[5, 0] + y * axes[5, 1] + z * axes[5, 2] > _TIE)
            & (inside >= _EPSILON)
        )


@njit(cache=True, nogil=True)
def _point(face, column, row):
    return (_U(face) << _U(58)) | (_U(np.int64(column) + _OFFSET) << _U(29)) | _U(np.int64(row) + _OFFSET)


@njit(cache=True, nogil=True)
def nearest_face(lat, lon, faces):
    """(the face nearest to a position, the lattice point on it or 0 where H3 must decide)."""
    z, flat = sine_and_cosine(lat * (math.pi / 180))
    y, x = sine_and_cosine(lon * (math.pi / 180))
    x *= flat
    y *= flat
    face = 0
    best = -2.0
    second = -2.0
    for f in range(20):
        d = x * faces[f, 0, 0] + y * faces[f, 0, 1] + z * faces[f, 0, 2]
        if d > best:
            second = best
            best = d
            face = f
        elif d > second:
            second = d
    q, r, inside = hexagon(x, y, z, faces[face])
    if best - second < _TIE or inside < _EPSILON:
        return face, _U(0)
    return face, _point(face, q, r)


@njit(cache=True, nogil=True)
def locate(lat, lon, face, faces, column, row, sure, point_key, point_cell, number, key):
    """Fills `number` (cell number or a code of `kernels`) and `key` (lattice point); returns how many need H3's answer.

    column, row, sure: from `project` on `face`; what is not sure is looked at alone.
    point_key, point_cell: hash table from lattice point to cell number, key 0 is empty.
    """
    asked = 0
    mask = _U(len(point_key) - 1)
    for i in range(len(lat)):
        if sure[i]:
            k = _point(face, column[i], row[i])
        else:
            a = np.float64(lat[i])
            o = np.float64(lon[i])
            if math.isnan(a) and math.isnan(o):
                number[i] = FORGET
                continue
            if not (abs(a) <= 90.0 and abs(o) <= 180.0):
                number[i] = INVALID
                continue
            _, k = nearest_face(a, o, faces)
        key[i] = k
        if k == _U(0):
            number[i] = BORDER
            asked += 1
            continue
        h = mix(k) & mask
        while point_key[h] != k and point_key[h] != 0:
            h = (h + _U(1)) & mask
        if point_key[h] == k:
            number[i] = point_cell[h]
        else:
            number[i] = UNKNOWN
            asked += 1
    return asked


@njit(cache=True, nogil=True)
def put_points(point_key, point_cell, key, cell):
    """Enters lattice points into the hash table; it must have room."""
    mask = _U(len(point_key) - 1)
    for i in range(len(key)):
        h = mix(key[i]) & mask
        while point_key[h] != 0 and point_key[h] != key[i]:
            h = (h + _U(1)) & mask
        point_key[h] = key[i]
        point_cell[h] = cell[i]
