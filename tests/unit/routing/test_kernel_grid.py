"""The loops of `kernels.grid` against a look at every segment; also run by `infra/mutate.py`, not compiled.

Segments run along the axes or at 45 degrees and have powers of two as lengths: so nothing is rounded, and ties are ties.
"""

from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest

from routing.kernels.grid import Grid, Spots, count_cells, fill_cells, nearest_segment, snap, snap_all
from routing.kernels.pointers import table_of
from tests.unit.routing.graphs import for_cases

Segment = tuple[float, float, float, float]
"""x, y of its ends."""
Cells = dict[tuple[int, int], list[int]]
"""Numbers of segments by column and row."""
Flags = npt.NDArray[np.bool_]
SIZE = 8.0
NONE = (-1, 0.0, 0.0, 0.0, 0.0)


def cells_of(segments: list[Segment]) -> Cells:
    """Every cell between those of its ends, for each segment."""
    cells: Cells = {}
    for number, (ax, ay, bx, by) in enumerate(segments):
        columns, rows = (sorted((int(a // SIZE), int(b // SIZE))) for a, b in ((ax, bx), (ay, by)))
        for row in range(rows[0], rows[1] + 1):
            for column in range(columns[0], columns[1] + 1):
                cells.setdefault((column, row), []).append(number)
    return cells


def grid_of(
    segments: list[Segment],
    links: list[int],
    *,
    side: int = 4,
    cells: Cells | None = None,
    total: float = 64.0,
) -> Grid:
    """A grid of side * side cells whose corner is (34 N, 135 E), 64 metres in a degree of longitude and 128 in one of latitude."""
    by_cell = cells_of(segments) if cells is None else cells
    lists = [by_cell.get((column, row), []) for row in range(side) for column in range(side)]
    ends = np.array(segments, np.float64).reshape(-1, 4)
    return Grid(
        np.array([34.0, 135.0, 64.0, 128.0, SIZE, side, side]),
        np.cumsum([0, *map(len, lists)]),
        np.array([number for one in lists for number in one], np.int32),
        ends,
        np.array(links, np.int32),
        np.arange(len(links), dtype=np.float64) * 2,
        np.maximum(np.abs(ends[:, 2] - ends[:, 0]), np.abs(ends[:, 3] - ends[:, 1])),
        np.full(max(links, default=0) + 1, total),
    )


def draw_segments(rng: np.random.Generator, count: int, side: int = 4) -> list[Segment]:
    """Some are points, some the same as others."""
    found: list[Segment] = []
    width = int(SIZE) * side
    while len(found) < count:
        x, y = rng.integers(0, width, 2).tolist()
        length = float(rng.choice([0.5, 1, 2, 4, 8, 16]))
        dx, dy = (length * int(turn) for turn in rng.integers(-1, 2, 2))
        if 0 <= x + dx < width and 0 <= y + dy < width:
            found.append((x, y, x + dx, y + dy))
    return found


def look_at(segment: Segment, px: float, py: float) -> tuple[Fraction, Fraction]:
    """(square of the distance, share along it)."""
    ax, ay, bx, by, x, y = (Fraction(value) for value in (*segment, px, py))
    square = (bx - ax) ** 2 + (by - ay) ** 2
    share = Fraction(0)
    if square:
        share = min(Fraction(1), max(Fraction(0), ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / square))
    return (ax + share * (bx - ax) - x) ** 2 + (ay + share * (by - ay) - y) ** 2, share


def nearest(
    segments: list[Segment], links: list[int], usable: Flags, place: tuple[float, float], reach: float
) -> tuple[int, float, float]:
    found = [
        (look_at(segment, *place), number)
        for number, segment in enumerate(segments)
        if usable[links[number]] and look_at(segment, *place)[0] < Fraction(reach) ** 2
    ]
    if not found:
        return -1, 0.0, reach
    square, number = min((one[0], number) for one, number in found)
    return number, float(look_at(segments[number], *place)[1]), float(square) ** 0.5


@for_cases(30)
def test_a_segment_is_in_each_cell_between_those_of_its_ends(case: int) -> None:
    rng = np.random.default_rng(case)
    segments = draw_segments(rng, 6)
    ends = np.array(segments).T.copy()
    counts = np.ones(16, np.int64)
    count_cells(*ends, SIZE, 4, counts)
    cells = cells_of(segments)
    lists = [cells.get((column, row), []) for row in range(4) for column in range(4)]
    assert counts.tolist() == [1 + len(one) for one in lists]
    start = np.cumsum([0, *map(len, lists)])
    position, items = start[:-1].copy(), np.full(start[-1], -7, np.int32)
    fill_cells(*ends, SIZE, 4, position, items)
    assert items.tolist() == [number for one in lists for number in one]
    assert position.tolist() == start[1:].tolist()


def draw_query(
    rng: np.random.Generator,
) -> tuple[list[Segment], list[int], Flags, tuple[float, float], float]:
    """(segments, their links, usable links, a place in the grid or around it, reach)."""
    segments = draw_segments(rng, int(rng.choice([1, 4, 12])))
    links = np.sort(rng.integers(0, 4, len(segments))).tolist()
    low, high = (-20, 52) if rng.random() < 0.3 else (0, 32)
    x, y = (rng.integers(2 * low, 2 * high, 2) / 2).tolist()
    return segments, links, rng.random(4) < 0.8, (x, y), float(rng.choice([0.75, 4, 9, 64]))


@for_cases(200)
def test_the_nearest_segment_is_the_one_that_a_look_at_all_finds(case: int) -> None:
    segments, links, usable, place, reach = draw_query(np.random.default_rng(case))
    found = nearest_segment(*place, grid_of(segments, links), usable, reach)
    assert found == nearest(segments, links, usable, place, reach)


def one_cell(at: tuple[float, float], *others: Segment) -> tuple[int, float, float]:
    found: tuple[int, float, float] = nearest_segment(
        *at, grid_of(list(others), [0] * len(others)), np.array([True]), 64.0
    )
    return found


def test_of_two_at_one_distance_the_lower_number_wins_wherever_it_lies() -> None:
    """Place (7, 4) lies one metre from the border to the next column, which holds what begins on the border."""
    here, there = (6.0, 0.0, 6.0, 7.0), (8.0, 0.0, 8.0, 7.0)
    assert one_cell((7.0, 4.0), here, there)[0] == 0
    assert one_cell((7.0, 4.0), there, here)[0] == 0
    assert one_cell((7.0, 4.0), here, here) == (0, 4 / 7, 1.0)


def test_what_lies_at_the_end_of_the_reach_is_out_of_it() -> None:
    grid, usable = grid_of([(6.0, 4.0, 6.0, 4.0)], [0]), np.array([True])
    assert nearest_segment(3.0, 4.0, grid, usable, 3.0) == (-1, 0.0, 3.0)
    assert nearest_segment(3.0, 4.0, grid, usable, 3.5) == (0, 0.0, 3.0)


@pytest.mark.parametrize("place", [(35.0, 36.0), (37.0, 36.0), (36.0, 35.0), (36.0, 37.0), (9.5, 63.5)])
@pytest.mark.parametrize("away", [0.5, 3.0, 9.0, 20.0])
def test_no_cell_is_looked_at_that_can_hold_nothing_nearer(place: tuple[float, float], away: float) -> None:
    """A segment in the wrong cell tells whether somebody looked there: it is nearer than the right one and would be the answer.

    Segment 0 lies where it belongs, segment 1 in each cell in turn.
    """
    side, (x, y) = 9, place
    segments = [(x + away, y, x + away, y), (x, y + 0.25, x, y + 0.25)]
    right, column, row = cells_of(segments[:1]), int(x // SIZE), int(y // SIZE)
    border = min(x % SIZE, SIZE - x % SIZE, y % SIZE, SIZE - y % SIZE)
    for other in np.ndindex(side, side):
        ring = max(abs(other[0] - column), abs(other[1] - row))
        cells = {**right, other: [*right.get(other, []), 1]}
        grid = grid_of(segments, [0, 0], side=side, cells=cells)
        is_seen = nearest_segment(x, y, grid, np.array([True]), 16.0)[0] == 1
        assert is_seen == (ring == 0 or (ring - 1) * SIZE + border <= min(away, 16.0))


@for_cases(60)
def test_a_place_meets_a_link_where_it_meets_the_segment(case: int) -> None:
    segments, links, usable, (x, y), reach = draw_query(np.random.default_rng(case))
    grid = grid_of(segments, links)
    number, share, away = nearest(segments, links, usable, (x, y), reach)
    found = snap(34 + y / 128, 135 + x / 64, table_of(grid), usable, reach)
    if number < 0:
        assert found == NONE
        return
    ax, ay, bx, by = segments[number]
    length = max(abs(bx - ax), abs(by - ay))
    on = 34 + (ay + share * (by - ay)) / 128, 135 + (ax + share * (bx - ax)) / 64
    assert found == (links[number], (2 * number + share * length) / 64, *on, away)


def test_no_share_is_more_than_the_whole_link_however_its_parts_are_rounded() -> None:
    grid = grid_of([(0.0, 1.0, 4.0, 1.0)], [0], total=3.875)
    assert snap(34 + 1 / 128, 135 + 4 / 64, table_of(grid), np.array([True]), 9.0)[1] == 1.0


@for_cases(10)
def test_many_places_are_snapped_as_each_by_itself(case: int) -> None:
    rng = np.random.default_rng(case)
    segments, links, usable, _, reach = draw_query(rng)
    grid = table_of(grid_of(segments, links))
    lat, lon = 34 + rng.integers(0, 32, 5) / 128, 135 + rng.integers(0, 32, 5) / 64
    spots = Spots(lat, lon, np.full(5, 7, np.int32), np.full(5, 7.0), np.full(5, 7.0))
    snap_all(table_of(spots), grid, usable, reach)
    rows = list(zip(spots.link.tolist(), spots.share.tolist(), spots.away.tolist(), strict=True))
    alone = [snap(*place, grid, usable, reach) for place in zip(lat, lon, strict=True)]
    assert rows == [(link, share, away) for link, share, _, _, away in alone]


def test_what_can_be_no_place_on_earth_has_no_link() -> None:
    grid = grid_of([(0.0, 0.0, 4.0, 0.0)], [0])
    nan, inf = float("nan"), float("inf")
    wrong = [(90.5, 0.0), (-90.5, 0.0), (0.0, 180.5), (0.0, -180.5), (nan, 0.0), (0.0, nan), (inf, inf)]
    right = [(90.0, 180.0), (-90.0, -180.0), (90.0, -180.0)]
    lat, lon = np.array([*wrong, *right]).T.copy()
    spots = Spots(lat, lon, np.full(10, 7, np.int32), np.full(10, 7.0), np.full(10, 7.0))
    snap_all(table_of(spots), table_of(grid), np.array([True]), 100_000.0)
    assert spots.link.tolist() == [-1] * 7 + [0] * 3
    assert spots.share[:7].tolist() == spots.away[:7].tolist() == [0.0] * 7
    assert (spots.away[7:] > 0).all()
