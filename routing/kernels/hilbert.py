"""Hilbert curve positions, so that neighbours on the ground are neighbours in memory (Hilbert 1891; Warren, Hacker's Delight 16-1)."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def hilbert_index(x, y, order):
    """x, y: int64[n] in 0..2^order-1 -> int64[n], position on the curve."""
    out = np.empty(len(x), np.int64)
    for i in range(len(x)):
        a, b, d = x[i], y[i], 0
        s = np.int64(1) << (order - 1)
        while s > 0:
            rx = 1 if (a & s) > 0 else 0
            ry = 1 if (b & s) > 0 else 0
            d += s * s * ((3 * rx) ^ ry)
            if ry == 0:
                # from here on only the bits below s count: all of them turned over
                if rx == 1:
                    a, b = ~a, ~b
                a, b = b, a
            s >>= 1
        out[i] = d
    return out
