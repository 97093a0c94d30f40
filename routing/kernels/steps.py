"""Where a way's instructions begin, and what they say; `routing.directions.describe` is the oracle."""

import math

import numpy as np
from numba import njit

STRAIGHT, LEFT, RIGHT, BACK, STAIRS, BRIDGE, TUNNEL, DEPART = range(8)
RADIANS = math.pi / 180


@njit(cache=True)
def begin_steps(points, links, marks, kind, name, turn_deg, back_deg):
    """(int32[steps, 3] of (key, name, first point), float64[steps] metres as the crow flies from point to point).

    points: float64[n, 2] (lat, lon); links, marks: int32, see `Course`. kind, name: [links] of the whole network.
    """
    steps = np.empty((len(links) + 1, 3), np.int32)
    steps[0, 0], steps[0, 1], steps[0, 2] = DEPART, name[links[0]], marks[0]
    count, before = 1, np.int64(STRAIGHT)
    for i in range(len(links)):
        now, at = np.int64(kind[links[i]]), marks[i]
        turn = _turn_at(points, at, turn_deg, back_deg) if i > 0 else STRAIGHT
        same = now == before and name[links[i]] == steps[count - 1, 1]
        if same and (now != STRAIGHT or turn == STRAIGHT):
            continue
        steps[count, 0] = turn if now == STRAIGHT else now
        steps[count, 1], steps[count, 2] = name[links[i]], at
        before = now
        count += 1
    metres = np.zeros(count)
    step = 0
    for p in range(len(points) - 1):
        while step + 1 < count and steps[step + 1, 2] <= p:
            step += 1
        metres[step] += great_circle(points[p, 0], points[p, 1], points[p + 1, 0], points[p + 1, 1])
    return steps[:count], metres


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
def great_circle(lat1, lon1, lat2, lon2):
    """Metres between two places; see `routing.geo.distance_m`."""
    p1, p2 = lat1 * RADIANS, lat2 * RADIANS
    h = (
        math.sin((p2 - p1) / 2) ** 2
        + math.cos(p1) * math.cos(p2) * math.sin((lon2 - lon1) * RADIANS / 2) ** 2
    )
    return 2 * 6_371_008.8 * math.asin(math.sqrt(h))


@njit(cache=True, nogil=True)
def metres_along(start, legs):
    """float64[points]: metres from a link's first point; legs: float64[points], from the point before."""
    along = np.zeros(len(legs))
    for link in range(len(start) - 1):
        for p in range(start[link] + 1, start[link + 1]):
            along[p] = along[p - 1] + legs[p]
    return along
