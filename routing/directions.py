"""A way as instructions: one where the street or the direction changes, one for each bridge, tunnel and stair. Keys, not sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.geo import bearing_deg, distance_m
from routing.network import Network, Way

TURN_DEG = 40.0
"""A change of direction of less than this is going straight on."""
BACK_DEG = 150.0
KINDS = ((int(Way.STEPS), "steps"), (int(Way.BRIDGE), "bridge"), (int(Way.TUNNEL), "tunnel"))

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction: a message key with its arguments. `at` indexes the polyline."""

    key: str  # depart | turn-left | turn-right | turn-back | straight | bridge | tunnel | steps | arrive
    street: str
    length_m: float
    at: int


@dataclass(frozen=True)
class Course:
    """A way on the network as it is drawn.

    points: (lat, lon), no two in a row alike. links, marks: the links walked, and where in the points each begins.
    """

    points: tuple[Point, ...]
    links: tuple[int, ...]
    marks: tuple[int, ...]

    def legs_m(self) -> npt.NDArray[np.float64]:
        """float64[points - 1]: metres from each point to the next."""
        lat, lon = np.array(self.points).T
        return distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:])


def make_course(network: Network, sections: Sequence[tuple[int, float, float]]) -> Course:
    """Joins sections (link, from share, to share; backwards if to < from). Sections without length leave no trace."""
    points: list[Point] = []
    links: list[int] = []
    marks: list[int] = []
    for link, start, end in sections:
        piece = cut(network, link, start, end)
        fresh = [
            p for i, p in enumerate(piece) if p != (piece[i - 1] if i else points[-1] if points else None)
        ]
        if not points:
            points.append(fresh.pop(0))
        if fresh:
            links.append(link)
            marks.append(len(points) - 1)
            points += fresh
    if len(points) == 1:  # the origin is the target
        points, links, marks = points * 2, [sections[0][0]], [0]
    return Course(tuple(points), tuple(links), tuple(marks))


def cut(network: Network, link: int, start: float, end: float) -> tuple[Point, ...]:
    """Points of a link from share `start` to share `end` (backwards if end < start), both cut points included."""
    lat, lon = network.shape_of(link)
    if abs(end - start) == 1:
        whole = tuple(zip(lat.tolist(), lon.tolist(), strict=True))
        return whole if start < end else whole[::-1]
    legs = distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
    along = np.concatenate([[0.0], np.cumsum(legs)])
    along /= max(float(along[-1]), 1e-9)
    low, high = min(start, end), max(start, end)
    shares = np.concatenate([[low], along[(along > low) & (along < high)], [high]])
    points = tuple(
        zip(np.interp(shares, along, lat).tolist(), np.interp(shares, along, lon).tolist(), strict=True)
    )
    return points if start <= end else points[::-1]


def describe(network: Network, course: Course) -> tuple[Step, ...]:
    """The instructions of a course, ending with `arrive`."""
    begun: list[tuple[str, str, str, int]] = []  # key, kind, street, at
    for link, at in zip(course.links, course.marks, strict=True):
        kind, street = kind_of(network, link), network.name_of(link)
        if not begun:
            begun.append(("depart", "straight", street, at))
            turn = "straight"
        else:
            turn = turn_at(course.points, at)
        same = begun[-1][1:3] == (kind, street)
        if same and (kind != "straight" or turn == "straight"):
            continue
        begun.append((kind if kind != "straight" else turn, kind, street, at))
    legs = course.legs_m()
    ends = [*(at for *_, at in begun[1:]), len(legs)]
    steps = [
        Step(key, street, float(legs[at:end].sum()), at)
        for (key, _, street, at), end in zip(begun, ends, strict=True)
    ]
    return (*steps, Step("arrive", "", 0.0, len(course.points) - 1))


def kind_of(network: Network, link: int) -> str:
    """What a walker notices about a link: steps, bridge, tunnel, or straight for a plain street."""
    way = int(network.link_way[link])
    for bit, kind in KINDS:
        if way & bit:
            return kind
    return "straight"


def turn_at(points: Sequence[Point], at: int) -> str:
    """How one turns at an inner point of a polyline."""
    before, after = bearing_deg(*points[at - 1], *points[at]), bearing_deg(*points[at], *points[at + 1])
    degrees = (after - before + 180) % 360 - 180
    if abs(degrees) < TURN_DEG:
        return "straight"
    if abs(degrees) > BACK_DEG:
        return "turn-back"
    return "turn-right" if degrees > 0 else "turn-left"
