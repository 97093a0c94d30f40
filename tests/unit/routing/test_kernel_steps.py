"""The loops of `kernels.steps` against the rules in words; also run by `infra/mutate.py`, not compiled."""

import cmath
import math

import numpy as np
import pytest

from routing.kernels.steps import (
    BACK,
    BRIDGE,
    DEPART,
    LEFT,
    RIGHT,
    STAIRS,
    STRAIGHT,
    TUNNEL,
    begin_steps,
    metres_along,
)
from tests.unit.routing.graphs import for_cases

Point = tuple[float, float]
Step = tuple[int, int, int, float]
"""(key, name, first point, metres)"""

NAMELESS = -1
NORTH, EAST, SOUTH, WEST = (1, 0), (0, 1), (-1, 0), (0, -1)


def described(
    points: list[Point],
    links: list[int],
    marks: list[int],
    legs: list[float],
    *,
    kind: list[int],
    name: list[int],
    turn_deg: float = 40.0,
    back_deg: float = 150.0,
) -> list[Step]:
    steps, metres = begin_steps(
        np.array(points, float), np.array(links, np.int32), np.array(marks, np.int32), np.array(legs, float),
        np.array(kind, np.int32), np.array(name, np.int32), float(turn_deg), float(back_deg),
    )  # fmt: skip
    return [(*row, length) for row, length in zip(steps.tolist(), metres.tolist(), strict=True)]


def on_equator(*moves: tuple[int, int]) -> list[Point]:
    """A way of unit moves from the equator; so near to it that a degree north is as long as one east."""
    points = [(0.0, 0.0)]
    for north, east in moves:
        points.append((points[-1][0] + north * 2**-40, points[-1][1] + east * 2**-40))
    return points


def turn(before: tuple[int, int], after: tuple[int, int], *, turn_deg: float, back_deg: float) -> int:
    """What one is told at a corner between two nameless streets, or STRAIGHT if nothing."""
    steps = described(
        on_equator(before, after), [0, 1], [0, 1], [1, 1], kind=[STRAIGHT] * 2, name=[NAMELESS] * 2,
        turn_deg=turn_deg, back_deg=back_deg,
    )  # fmt: skip
    assert len(steps) <= 2
    return steps[1][0] if len(steps) == 2 else STRAIGHT


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (NORTH, NORTH, STRAIGHT),
        (NORTH, EAST, RIGHT),
        (EAST, SOUTH, RIGHT),
        (SOUTH, WEST, RIGHT),
        (WEST, NORTH, RIGHT),
        (NORTH, WEST, LEFT),
        (WEST, SOUTH, LEFT),
        (SOUTH, EAST, LEFT),
        (EAST, NORTH, LEFT),
        (NORTH, SOUTH, BACK),
        (EAST, WEST, BACK),
        (SOUTH, NORTH, BACK),
        (WEST, EAST, BACK),
    ],
)
def test_a_turn_is_told_by_its_side(before: tuple[int, int], after: tuple[int, int], told: int) -> None:
    assert turn(before, after, turn_deg=40, back_deg=150) == told


def test_at_the_border_a_turn_is_a_turn_and_none_back() -> None:
    assert turn(NORTH, EAST, turn_deg=90, back_deg=150) == RIGHT
    assert turn(NORTH, EAST, turn_deg=90.001, back_deg=150) == STRAIGHT
    assert turn(NORTH, EAST, turn_deg=40, back_deg=90) == RIGHT
    assert turn(NORTH, EAST, turn_deg=40, back_deg=89.999) == BACK
    assert turn(NORTH, NORTH, turn_deg=0, back_deg=150) == LEFT  # neither side, so that nothing is lost


@pytest.mark.parametrize(("east", "told"), [(1, RIGHT), (-1, LEFT)])
def test_even_the_slightest_turn_has_a_side(east: int, told: int) -> None:
    assert turn((100, 0), (100, east), turn_deg=0.5, back_deg=150) == told


def test_who_begins_on_a_bridge_is_told_so_after_departing() -> None:
    points, kinds = on_equator(NORTH, NORTH, NORTH, NORTH), [BRIDGE, TUNNEL, STAIRS, BRIDGE]
    steps = described(points, [0, 1, 2, 3], [0, 1, 2, 3], [5, 6, 7, 8], kind=kinds, name=[4, 4, 4, 4])
    assert steps == [
        (DEPART, 4, 0, 0),
        (BRIDGE, 4, 0, 5),
        (TUNNEL, 4, 1, 6),
        (STAIRS, 4, 2, 7),
        (BRIDGE, 4, 3, 8),
    ]


def test_a_street_is_one_instruction_as_long_as_it_is_one() -> None:
    points = on_equator(NORTH, NORTH, NORTH, EAST, EAST)
    steps = described(
        points, [2, 0, 1, 3, 4], [0, 1, 2, 3, 4], [1, 2, 4, 8, 16], kind=[STRAIGHT] * 5, name=[7, 8, 7, 8, 9]
    )
    assert steps == [(DEPART, 7, 0, 3), (STRAIGHT, 8, 2, 4), (RIGHT, 8, 3, 8), (STRAIGHT, 9, 4, 16)]


def test_a_bend_of_stairs_or_of_a_bridge_is_no_instruction() -> None:
    points = on_equator(NORTH, EAST, SOUTH, WEST)
    steps = described(
        points, [0, 1, 2, 3], [0, 1, 2, 3], [1, 2, 4, 8], kind=[STAIRS, STAIRS, BRIDGE, BRIDGE], name=[-1] * 4
    )
    assert steps == [(DEPART, -1, 0, 0), (STAIRS, -1, 0, 3), (BRIDGE, -1, 2, 12)]


def heading(a: Point, b: Point) -> complex:
    """North is real, east imaginary; a degree east is shorter by the cosine of the latitude midway."""
    return complex(b[0] - a[0], (b[1] - a[1]) * math.cos(math.radians((a[0] + b[0]) / 2)))


def in_words(
    points: list[Point],
    links: list[int],
    marks: list[int],
    legs: list[float],
    kind: list[int],
    name: list[int],
) -> list[Step]:
    told: list[Step] = [(DEPART, name[links[0]], marks[0], 0)]
    street = (STRAIGHT, name[links[0]])
    for i, (link, at, metres) in enumerate(zip(links, marks, legs, strict=True)):
        here, key = (kind[link], name[link]), kind[link]
        if i and key == STRAIGHT:
            ratio = heading(points[at], points[at + 1]) / heading(points[at - 1], points[at])
            degrees = math.degrees(cmath.phase(ratio))
            if abs(degrees) >= 40:
                key = BACK if abs(degrees) > 150 else RIGHT if degrees > 0 else LEFT
        if here != street or (kind[link] == STRAIGHT and key != STRAIGHT):
            told.append((key, name[link], at, 0))
            street = here
        told[-1] = (*told[-1][:3], told[-1][3] + metres)
    return told


@for_cases(80)
def test_a_way_is_told_as_the_rules_say(case: int) -> None:
    """Far north, over degrees, where it matters which latitude is taken."""
    rng = np.random.default_rng(case)
    count = int(rng.integers(1, 9))
    length = [int(n) for n in rng.integers(1, 3, count)]  # points that each link adds
    points = [(float(a), float(o)) for a, o in rng.uniform((50, -20), (75, 20), (1 + sum(length), 2))]
    marks = [sum(length[:i]) for i in range(count)]
    links = [int(link) for link in rng.integers(0, 6, count)]
    legs = [float(metres) for metres in rng.integers(1, 99, count)]
    kind = [int(k) for k in rng.choice([STRAIGHT, STRAIGHT, STAIRS, BRIDGE, TUNNEL], 6)]
    name = [int(n) for n in rng.integers(-1, 2, 6)]
    assert described(points, links, marks, legs, kind=kind, name=name) == in_words(
        points, links, marks, legs, kind, name
    )


def test_metres_are_counted_along_each_link_from_its_own_beginning() -> None:
    start = np.array([0, 2, 5, 5, 7], np.int32)  # the third link has no point
    legs = np.array([9, 1, 9, 2, 4, 9, 8], float)
    assert metres_along(start, legs).tolist() == [0, 1, 0, 2, 6, 0, 8]
    assert metres_along(np.array([0], np.int32), np.empty(0)).tolist() == []
