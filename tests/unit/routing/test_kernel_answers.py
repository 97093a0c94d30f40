"""The loops of `kernels.answers` against the rules in words; also run by `infra/mutate.py`, not compiled."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from routing.kernels.answers import ASK, NO_COST, OUTSIDE, ROUTE, STAY, find_way, find_ways, starts_of
from routing.kernels.columns import Ways
from routing.kernels.pointers import table_of
from tests.unit.routing.graphs import CLOSED, INF, for_cases
from tests.unit.routing.ground import (
    EXACT,
    End,
    Town,
    draw_streets,
    draw_town,
    lines_of,
    streets_of,
    town_of,
)

Point = tuple[float, float]
NEARLY_ALL = 1 - 1e-9


@dataclass(frozen=True)
class Way:
    """sections: (link, from share, to share); parts: how much of each edge is walked."""

    cost: int
    target: int
    edges: list[int]
    sections: list[tuple[int, float, float]]
    parts: list[float]


def begins(town: Town, link: int, share: float) -> list[tuple[int, float]]:
    """(edge, share ahead) of both ways out of a place, but for those that one may not go."""
    ways = [town.streets.edge_of.get((link, forward)) for forward in (True, False)]
    found = []
    for edge, other, ahead in ((ways[0], ways[1], 1 - share), (ways[1], ways[0], share)):
        if edge is None or town.free[edge] == CLOSED:
            continue
        may_turn = other is not None and town.free[other] < CLOSED
        if town.cost[edge] == CLOSED and ahead > NEARLY_ALL and may_turn:
            continue  # the closed street only begins here
        found.append((edge, ahead))
    return found


def weighed(town: Town, edge: int) -> int:
    """Whoever stands on a closed street leaves it at a walker's pace."""
    return town.cost[edge] if town.cost[edge] < CLOSED else town.free[edge]


def asks(town: Town, link: int) -> bool:
    """Whether a zone's shape decides: there are zones, and one may be what closes the street."""
    edges = [town.streets.edge_of.get((link, forward)) for forward in (True, False)]
    return any(e is not None and town.free[e] < CLOSED <= town.cost[e] for e in edges)


def best_way(town: Town, link: int, share: float) -> Way | None:
    """The least (cost, target, edge); of equal ones that which passes no crossing."""
    ways = []
    for end in town.ends:
        if end.link == link:
            edge = town.streets.edge_of.get((link, end.share >= share))
            if edge is not None and town.cost[edge] < CLOSED:
                part = abs(end.share - share)
                cost = round(town.cost[edge] * part) + end.price
                ways.append(Way(cost, end.target, [edge], [(link, share, end.share)], [part]))
    for edge, ahead in begins(town, link, share):
        head = town.streets.edges[edge][1]
        if town.forest.dist[head] < INF:
            cost = round(weighed(town, edge) * ahead) + int(town.forest.dist[head])
            ways.append(through(town, edge, (share, ahead), cost))
    return min(ways, key=lambda way: (way.cost, way.target, way.edges[0]), default=None)


def through(town: Town, edge: int, begin: tuple[float, float], cost: int) -> Way:
    """By the field from where an edge leads; begin: (share of its link, share of it that is ahead)."""
    share, ahead = begin
    _, node, link, forward = town.streets.edges[edge]
    target, edges = int(town.forest.target[node]), [edge]
    sections, parts = [(link, share, float(forward))], [ahead]
    while (edge := int(town.forest.next_edge[node])) >= 0:
        _, node, link, forward = town.streets.edges[edge]
        edges.append(edge)
        sections.append((link, 0.0, 1.0) if forward else (link, 1.0, 0.0))
        parts.append(1.0)
    ways_in = [seed for seed in town.seeds if (seed.node, seed.target) == (node, target)]
    last = min(ways_in, key=lambda seed: seed.cost)
    _, _, link, forward = town.streets.edges[last.edge]
    sections.append((link, 0.0, last.share) if forward else (link, 1.0, 1 - last.share))
    return Way(cost, target, [*edges, last.edge], sections, [*parts, last.share])


def cut(town: Town, section: tuple[int, float, float]) -> list[Point]:
    """The points of a part of a link, the cuts included."""
    link, begin, end = section
    lines = town.streets.lines
    on = slice(lines.start[link], lines.start[link + 1])
    shape = list(zip(lines.lat[on].tolist(), lines.lon[on].tolist(), lines.share[on].tolist(), strict=True))
    if {begin, end} == {0, 1}:
        points = [(lat, lon) for lat, lon, _ in shape]
        return points if begin == 0 else points[::-1]
    low, high = min(begin, end), max(begin, end)
    between = [(lat, lon) for lat, lon, share in shape if low < share < high]
    points = [point_at(shape, low), *between, point_at(shape, high)]
    return points if begin <= end else points[::-1]


def point_at(shape: list[tuple[float, float, float]], share: float) -> Point:
    for (lat, lon, low), (to_lat, to_lon, high) in pairwise(shape):
        if low <= share <= high and low < high:
            on, span = share - low, high - low
            return lat + (to_lat - lat) * on / span, lon + (to_lon - lon) * on / span
    return shape[0][:2]


def without_repeats(points: list[Point]) -> list[Point]:
    return [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]


def laid_out(town: Town, way: Way) -> tuple[list[Point], list[tuple[int, int, float]]]:
    """(points, (link, where in them it begins, metres) of each section that is seen)."""
    points: list[Point] = []
    seen = []
    for section, part in zip(way.sections, way.parts, strict=True):
        before = max(len(points), 1)
        points = without_repeats(points + cut(town, section))
        if len(points) > before:
            seen.append((section[0], before - 1, part * float(town.streets.lines.metres[section[0]])))
    if len(points) == 1:
        return points * 2, [(way.sections[0][0], 0, 0.0)]
    return points, seen


def time_of(town: Town, way: Way) -> int:
    return sum(round(town.free[e] * part) for e, part in zip(way.edges, way.parts, strict=True))


def metres_of(town: Town, way: Way) -> float:
    metres = town.streets.lines.metres
    return sum(part * float(metres[link]) for (link, *_), part in zip(way.sections, way.parts, strict=True))


def draw_places(rng: np.random.Generator, town: Town, count: int = 6) -> list[tuple[int, float]]:
    links = len(town.streets.lines.metres)
    return [(int(rng.integers(0, links)), int(rng.integers(0, 17)) / 16) for _ in range(count)]


def draw(case: int) -> tuple[np.random.Generator, Town]:
    rng = np.random.default_rng(case)
    return rng, draw_town(rng, draw_streets(rng), asks=case % 5 == 0)


def tables(town: Town) -> tuple[np.ndarray, np.ndarray]:
    return table_of(town.forest), table_of(town.streets.lines)


def check_way(town: Town, link: int, share: float) -> None:
    kind, cost, target, edges, points, links, marks, legs, time, metres, bare, known = find_way(
        link, share, *tables(town)
    )
    way = best_way(town, link, share)
    if way is None or (town.forest.asks[0] and asks(town, link)):
        assert kind == (ASK if town.forest.asks[0] and asks(town, link) else STAY)
        assert kind == ASK or (cost, target) == (NO_COST, -1)
        shapes = [column.shape for column in (edges, points, links, marks, legs)]
        assert shapes == [(0,), (0, 2), (0,), (0,), (0,)]
        assert (time, metres, bare, known) == (0, 0, 0, 0)
        return
    assert (kind, cost, target, edges.tolist()) == (ROUTE, way.cost, way.target, way.edges)
    expected, seen = laid_out(town, way)
    assert [tuple(point) for point in points.tolist()] == expected
    assert list(zip(links.tolist(), marks.tolist(), legs.tolist(), strict=True)) == seen
    assert (time, metres) == (time_of(town, way), metres_of(town, way))
    lines, whole = town.streets.lines, [link for link, *_ in way.sections]
    unknown = sum(float(lines.metres[link]) for link in whole if lines.unknown[link])
    assert bare == unknown / max(sum(float(lines.metres[link]) for link in whole), 1e-9)
    assert known == np.bitwise_or.reduce(lines.way[whole])


@for_cases(120)
def test_a_way_is_the_cheapest_and_laid_out_from_cut_to_cut(case: int) -> None:
    rng, town = draw(case)
    for link, share in draw_places(rng, town):
        check_way(town, link, share)


def rows_for(places: Sequence[tuple[int, float]]) -> Ways:
    """link -1: it lies outside."""
    count = len(places)
    kind, target, time = (np.full(count, -7, np.int32) for _ in range(3))
    return Ways(
        np.array([link for link, _ in places], np.int32), np.array([share for _, share in places], float),
        kind, target, time, np.full(count, -7.0), np.full((count, 3), -7, np.int64),
    )  # fmt: skip


def check_rows(town: Town, places: Sequence[tuple[int, float]]) -> None:
    ways = rows_for(places)
    points, edges = find_ways(table_of(ways), *tables(town))
    used, count = 0, 0
    for row, (link, share) in enumerate(places):
        first, last, end = ways.ends[row].tolist()
        way = best_way(town, link, share) if link >= 0 else None
        is_asked = link >= 0 and town.forest.asks[0] and asks(town, link)
        if way is None or is_asked:
            assert ways.kind[row] == (OUTSIDE if link < 0 else ASK if is_asked else STAY)
            assert (first, last, end) == (used, used, count)
            assert (ways.target[row], ways.time[row], ways.metres[row]) == (-7, -7, -7)
            continue
        assert ways.kind[row] == ROUTE
        assert (ways.target[row], ways.time[row]) == (way.target, time_of(town, way))
        assert ways.metres[row] == metres_of(town, way)
        parts = [without_repeats(cut(town, section)) for section in (way.sections[0], way.sections[-1])]
        if len(way.edges) == 1:
            parts[1] = []
        assert [tuple(p) for p in points[used:first].tolist()] == parts[0]
        assert [tuple(p) for p in points[first:last].tolist()] == parts[1]
        assert edges[count:end].tolist() == way.edges[1:-1]
        used, count = last, end
    assert (len(points), len(edges)) == (used, count)


@for_cases(80)
def test_rows_of_ways_have_their_ends_and_the_edges_between(case: int) -> None:
    rng, town = draw(case)
    places = draw_places(rng, town)
    if case % 2:
        places.insert(int(rng.integers(0, 7)), (-1, 0.0))
    check_rows(town, places)


@for_cases(60)
def test_a_search_starts_at_both_ends_of_a_street_that_one_may_leave(case: int) -> None:
    rng, town = draw(case)
    table = table_of(town.forest)
    for link, share in draw_places(rng, town):
        expected = [
            [town.streets.edges[e][1], round(weighed(town, e) * ahead), round(town.free[e] * ahead)]
            for e, ahead in begins(town, link, share)
        ]
        assert starts_of(link, share, table).tolist() == expected


def straight(metres: Sequence[float], ends: Sequence[End], *, shapes: Sequence[Sequence[float]] = ()) -> Town:
    """Links one after the other, each as many deciseconds as it has metres; shapes: shares of the points on each."""
    shapes = shapes or [(0.0, 1.0)] * len(metres)
    drawn = [[(EXACT, EXACT * (link + share), share) for share in shape] for link, shape in enumerate(shapes)]
    streets = streets_of(
        [(i, i + 1, "<>") for i in range(len(metres))], lines_of(drawn, metres), len(metres) + 1
    )
    cost = [round(metres[link]) for _, _, link, _ in streets.edges]
    return town_of(streets, cost, cost, ends)


def test_a_way_may_have_any_number_of_edges() -> None:
    for count in (2, 62, 63, 64, 65, 66, 126, 127, 128, 129, 130, 257):
        town = straight([1.0] * count, [End(0, count - 1, 0.5, 0)])
        check_way(town, 0, 0.25)
        check_rows(town, [(0, 0.25)])
        check_rows(town, [(0, 0.25), (1, 0.5), (-1, 0.0), (0, 0.75)])


@pytest.mark.parametrize("many", [(0, 1, 2), (0,), (2,)])
def test_a_link_may_have_any_number_of_points(many: tuple[int, ...]) -> None:
    shapes = [[k / 256 for k in range(257)] if link in many else [0.0, 1.0] for link in range(3)]
    town = straight([16.0] * 3, [End(0, 2, 1.0, 0)], shapes=shapes)
    for share in (0.0, 1 / 512, 0.5, 1.0):
        check_way(town, 0, share)
        check_rows(town, [(0, share), (2, share), (1, share)])
        check_rows(town, [(0, share)])


def test_a_link_without_length_is_one_place() -> None:
    shapes = [[(0, 0, 0), (0, 1, 1)], [(0, 1, 0)] * 3]
    streets = streets_of([(0, 1, "<>"), (1, 2, "<>")], lines_of(shapes, [8.0, 0.0]), 3)
    town = town_of(streets, [8, 1, 8, 1], [8, 1, 8, 1], [End(0, 0, 0.5, 0)])
    for share in (0.0, 0.5, 1.0):
        check_way(town, 1, share)
        check_rows(town, [(1, share)])


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 1.0])
def test_who_stands_at_a_bend_or_at_an_end_is_exactly_where_it_is_drawn(share: float) -> None:
    """Where numbers are not exact, a point that is worked out lies beside it."""
    shape = [(0.1, 0.1, 0.0), (0.7, 1.1, 0.3), (0.3, 0.2, 0.7), (1.1, 0.9, 1.0)]
    streets = streets_of([(0, 1, "<>")], lines_of([shape], [10.0]), 2)
    drawn = next((lat, lon) for lat, lon, at in shape if at == share)
    for end in (0.0, 0.1, 0.45, 0.8, 1.0):
        town = town_of(streets, [10, 10], [10, 10], [End(0, 0, end, 0)])
        points = find_way(0, share, *tables(town))[4]
        assert tuple(points[0].tolist()) == drawn


@pytest.mark.parametrize(
    ("share", "ends"), [(0.0, [0]), (0.5, [1, 0]), (1 - NEARLY_ALL, [1, 0]), (NEARLY_ALL, [1, 0]), (1.0, [1])]
)
def test_whoever_is_not_all_of_a_closed_street_away_from_its_end_may_go_there(
    share: float, ends: list[int]
) -> None:
    """The target lies beyond node 0."""
    streets = streets_of([(0, 1, "<>"), (0, 2, "<>")], lines_of([[(0, 0, 0), (0, 1, 1)]] * 2, [9.0, 9.0]), 3)
    cost = [CLOSED if link == 0 else 9 for _, _, link, _ in streets.edges]
    town = town_of(streets, [9] * 4, cost, [End(0, 1, 0.5, 0)])
    assert find_way(0, share, *tables(town))[0] == (ROUTE if 0 in ends else STAY)
    assert starts_of(0, share, table_of(town.forest))[:, 0].tolist() == ends
