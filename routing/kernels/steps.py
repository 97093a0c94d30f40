"""Where a way's instructions begin, and what they say; `routing.directions.describe` is the oracle."""

import math

import numpy as np
from numba import njit

STRAIGHT, LEFT, RIGHT, BACK, STAIRS, BRIDGE, TUNNEL, DEPART = range(8)
RADIANS = math.pi / 180


@njit(cache=True)
def begin_steps(points, links, marks, legs, kind, name, turn_deg, back_deg):
    """(int32[steps, 3] of (key, name, first point), float64[steps] metres).

    points: float64[n, 2] (lat, lon); links, marks: int32, legs: float64, see `Course`. kind, name: [links] of the whole network.
    """
    steps = np.empty((len(links) + 1, 3), np.int32)
    steps[0, 0], steps[0, 1], steps[0, 2] = DEPART, name[links[0]], marks[0]
    count, before, metres = 1, np.int64(STRAIGHT), np.zeros(len(links) + 1)
    for i in range(len(links)):
        now, at = np.int64(kind[links[i]]), marks[i]
        turn = _turn_at(points, at, turn_deg, back_deg) if i > 0 else STRAIGHT
        same = now == before and name[links[i]] == steps[count - 1, 1]
        if not same or (now == STRAIGHT and turn != STRAIGHT):
            steps[count, 0] = turn if now == STRAIGHT else now
            steps[count, 1], steps[count, 2] = name[links[i]], at
            before = now
            count += 1
        metres[count - 1] += legs[i]
    return steps[:count], metres[:count]


@njit(cache=True, nogil=True)
def _turn_at(points, at, turn_deg, back_deg):
    change = _bearing(points, at) - _bearing(points, at - 1)
    degrees = (change + 180) % 360 - 180
    if abs(degrees) < turn_deg:
        return STRAIGHT
    if abs(degrees) > back_deg:
        return BACK
    return RIGHT if degrees > 0 else LEFT


@njit(cache=True, nogil=True)
def _bearing(points, at):
    north = points[at + 1, 0] - points[at, 0]
    east = (points[at + 1, 1] - points[at, 1]) * math.cos((points[at, 0] + points[at + 1, 0]) / 2 * RADIANS)
    return math.atan2(east, north) / RADIANS % 360


@njit(cache=True, nogil=True)
def metres_along(start, legs):
    """float64[points]: metres from a link's first point; legs: float64[points], from the point before."""
    along = np.zeros(len(legs))
    for link in range(len(start) - 1):
        for p in range(start[link] + 1, start[link + 1]):
            along[p] = along[p - 1] + legs[p]
    return along
