"""Answers read from a field, compiled. What an answer means is said in `routing.route`, in Python, which is also the oracle of these loops.

No loop calls one of another file: numba keeps what it compiled until the file of the *caller* changes.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from routing.kernels.columns import Forest, Lines
from routing.kernels.pointers import column, column_of_rows

INF = np.int32(2**31 - 1)
CLOSED = np.int32(1 << 30)
NO_COST = np.int64(2**62)
WHOLE = 1 - 1e-9
"""A share of a link that is all of it."""
INT, REAL, FLAG = np.int32, np.float64, np.bool_

ROUTE, STAY, OUTSIDE, ASK = range(4)
"""Kinds of answers. ASK: the place lies where a zone's shape decides; ask `routing.find_route`."""

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


class Pick(NamedTuple):
    """What was decided at the origin. cost: deciseconds as weighed. share: of `edge` that is walked.

    direct: the target hangs on the origin's own link.
    """

    kind: int
    cost: int
    target: int
    edge: int
    share: float
    direct: bool


class Course(NamedTuple):
    """A way laid out. edges: int32; points: float64[n, 2] (lat, lon); links, marks: int32, where in the points each begins; legs:
    float64, metres on each. time: deciseconds as walked; metres along the streets.
    """

    edges: Ints
    points: Floats
    links: Ints
    marks: Ints
    legs: Floats
    time: int
    metres: float


@njit(cache=True, nogil=True)
def _lines_at(t):
    return Lines(
        start=column(t, 0, INT), lat=column(t, 1, REAL), lon=column(t, 2, REAL), share=column(t, 3, REAL),
        metres=column(t, 4, REAL), edge_metres=column(t, 5, REAL), kind=column(t, 6, INT),
        name=column(t, 7, INT), way=column(t, 8, INT), unknown=column(t, 9, FLAG),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _forest_at(t):
    return Forest(
        there=column(t, 0, INT), back=column(t, 1, INT), edge_head=column(t, 2, INT),
        edge_link=column(t, 3, INT), edge_forward=column(t, 4, FLAG), free=column(t, 5, INT),
        cost=column(t, 6, INT), usable=column(t, 7, FLAG), asks=column(t, 8, FLAG), dist=column(t, 9, INT),
        next_edge=column(t, 10, INT), target=column(t, 11, INT), ends_here=column(t, 12, FLAG),
        seed_node=column(t, 13, INT), seed_edge=column(t, 14, INT), seed_cost=column(t, 15, INT),
        seed_time=column(t, 16, INT), seed_target=column(t, 17, INT), seed_share=column(t, 18, REAL),
        end_link=column(t, 19, INT), end_target=column(t, 20, INT), end_price=column(t, 21, INT),
        end_share=column(t, 22, REAL),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def part_of(cost, share):
    """Deciseconds for a share of an edge."""
    return np.int64(np.rint(cost * share))


@njit(cache=True, nogil=True)
def _only_begins(link, turn, ahead, forest):
    """Whether a closed link only begins where one stands, so that one need not go along it."""
    e, other = forest.there[link], forest.back[link]
    if turn:
        e, other = other, e
    return forest.cost[e] >= CLOSED and ahead > WHOLE and other >= 0 and forest.free[other] < CLOSED


@njit(cache=True, nogil=True)
def choose(link, share, forest):
    """The cheapest way from a place on a link; equal costs are decided by target, then edge."""
    cost, target, edge, part, direct = NO_COST, np.int64(-1), np.int64(-1), 0.0, False
    row = np.searchsorted(forest.end_link, link)
    while row < len(forest.end_link) and forest.end_link[row] == link:
        end = forest.end_share[row]
        e = np.int64(forest.there[link] if end >= share else forest.back[link])
        if e >= 0 and forest.cost[e] < CLOSED:
            c, t = (
                part_of(forest.cost[e], abs(end - share)) + forest.end_price[row],
                np.int64(forest.end_target[row]),
            )
            if (c, t, e) < (cost, target, edge):
                cost, target, edge, part, direct = c, t, e, abs(end - share), True
        row += 1
    for turn in range(2):
        e = np.int64(forest.back[link] if turn else forest.there[link])
        if e < 0 or forest.free[e] >= CLOSED:
            continue
        if forest.asks[0] and forest.cost[e] >= CLOSED:
            return Pick(ASK, cost, target, edge, part, direct)
        ahead = share if turn else 1 - share
        head = forest.edge_head[e]
        if forest.dist[head] == INF or _only_begins(link, turn, ahead, forest):
            continue
        c = np.int64(forest.cost[e] if forest.cost[e] < CLOSED else forest.free[e])
        c, t = part_of(c, ahead) + forest.dist[head], np.int64(forest.target[head])
        if (c, t, e) < (cost, target, edge):
            cost, target, edge, part, direct = c, t, e, ahead, False
    if edge < 0:
        return Pick(STAY, cost, target, edge, part, direct)
    return Pick(ROUTE, cost, target, edge, part, direct)


@njit(cache=True, nogil=True)
def lay_out(link, share, pick, forest, lines):
    """The way that was decided, from edge to edge and point to point."""
    edges, part, room = _edges(pick, forest, lines)
    points, last = np.empty((room, 2), np.float64), len(edges) - 1
    links, marks, legs = np.empty(len(edges), np.int32), np.empty(len(edges), np.int32), np.zeros(len(edges))
    time, metres, count, sections = np.int64(0), 0.0, 0, 0
    for i in range(len(edges)):
        e = edges[i]
        on, forward = forest.edge_link[e], forest.edge_forward[e]
        begin, end = (0.0, 1.0) if forward else (1.0, 0.0)
        walked = part if i == last else pick.share if i == 0 else 1.0
        if i == 0:
            begin = share
        if i == last:
            end = begin + (walked if forward else -walked)
        time += part_of(forest.free[e], walked)
        metres += walked * lines.metres[on]
        before = max(count, 1)
        count = _lay_link(on, begin, end, lines, points, count)
        if count > before:
            links[sections], marks[sections], legs[sections] = on, before - 1, walked * lines.metres[on]
            sections += 1
    if count == 1:  # the origin is the target
        points[1] = points[0]
        links[0], marks[0], count, sections = link, 0, 2, 1
    return Course(edges, points[:count], links[:sections], marks[:sections], legs[:sections], time, metres)


@njit(cache=True, nogil=True)
def _edges(pick, forest, lines):
    """(edges of the whole way, share of the last one that is walked, the most points that it has)."""
    edges, count, room = np.empty(64, np.int32), 0, 0
    e, part = np.int32(pick.edge), pick.share
    while e >= 0:
        # invariant: there is room for this edge and for the last one
        edges[count] = e
        count += 1
        room += _points_of(forest.edge_link[e], lines)
        if pick.direct:
            break
        if count + 1 == len(edges):
            edges = _longer(edges)
        node = forest.edge_head[e]
        e = forest.next_edge[node]
        if e < 0:
            seed = _seed_at(node, pick.target, forest)
            edges[count], part = forest.seed_edge[seed], forest.seed_share[seed]
            room += _points_of(forest.edge_link[edges[count]], lines)
            count += 1
    return edges[:count], part, room


@njit(cache=True, nogil=True)
def _points_of(link, lines):
    """How many there are on a link, and the most on a part of it: two cuts, and those between."""
    return lines.start[link + 1] - lines.start[link]


@njit(cache=True, nogil=True)
def _longer(edges):
    """The same edges, with twice the room."""
    longer = np.empty(2 * len(edges), np.int32)
    longer[: len(edges)] = edges
    return longer


@njit(cache=True, nogil=True)
def _lay_link(link, begin, end, lines, points, count):
    """Adds the points of a link from share `begin` to `end`, cut points included, none twice in a row; returns how many there are."""
    first, last = lines.start[link], lines.start[link + 1] - 1
    if begin == 0 and end == 1:
        for p in range(first, last + 1):
            count = _put(points, count, lines.lat[p], lines.lon[p])
        return count
    if begin == 1 and end == 0:
        for p in range(last, first - 1, -1):
            count = _put(points, count, lines.lat[p], lines.lon[p])
        return count
    count = _put(points, count, *_point_at(link, begin, lines))
    for k in range(last - first + 1):
        p = first + k if begin <= end else last - k
        if min(begin, end) < lines.share[p] < max(begin, end):
            count = _put(points, count, lines.lat[p], lines.lon[p])
    return _put(points, count, *_point_at(link, end, lines))


@njit(cache=True, nogil=True)
def _put(points, count, lat, lon):
    if count > 0 and points[count - 1, 0] == lat and points[count - 1, 1] == lon:
        return count
    points[count, 0], points[count, 1] = lat, lon
    return count + 1


@njit(cache=True, nogil=True)
def _point_at(link, share, lines):
    """The point at a share of a link's metres."""
    p, last = lines.start[link], lines.start[link + 1] - 1
    if share >= 1:
        return lines.lat[last], lines.lon[last]
    while p + 1 < last and lines.share[p + 1] <= share:
        p += 1
    on, span = share - lines.share[p], lines.share[p + 1] - lines.share[p]
    if span == 0:  # a link without length
        return lines.lat[p], lines.lon[p]
    lat = (lines.lat[p + 1] - lines.lat[p]) / span * on + lines.lat[p]
    return lat, (lines.lon[p + 1] - lines.lon[p]) / span * on + lines.lon[p]


@njit(cache=True)
def find_way(link, share, forest_table, lines_table):
    """From a place on a link: kind, cost and target of its `Pick`; edges, points, links, marks, legs, time and metres of its `Course`; the
    share of its metres of unknown surface, and what is known of any of its links. It is over in microseconds, so it keeps Python's lock.
    """
    forest, lines = _forest_at(forest_table), _lines_at(lines_table)
    pick = choose(link, share, forest)
    way = lay_out(link, share, pick, forest, lines) if pick.kind == ROUTE else _nowhere()
    whole, unknown, known = 0.0, 0.0, np.int32(0)
    for e in way.edges:
        metres = lines.metres[forest.edge_link[e]]
        whole += metres
        unknown += metres * lines.unknown[forest.edge_link[e]]
        known |= lines.way[forest.edge_link[e]]
    bare = unknown / max(whole, 1e-9)
    return (
        pick.kind, pick.cost, pick.target, way.edges, way.points, way.links, way.marks, way.legs, way.time,
        way.metres, bare, known,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _nowhere():
    none = np.empty(0, np.int32)
    return Course(none, np.empty((0, 2)), none, none, np.empty(0), np.int64(0), 0.0)


@njit(cache=True, nogil=True)
def find_ways(ways, forest_table, lines_table):
    """Fills the rows of `Ways`. Returns (points of the walked parts of the first and the last edge: float64[k, 2] (lat, lon), whole
    edges between: int32[m]), of all rows one after the other. ways: their table.
    """
    forest, lines = _forest_at(forest_table), _lines_at(lines_table)
    link, share, kind = column(ways, 0, INT), column(ways, 1, REAL), column(ways, 2, INT)
    target, time, metres = column(ways, 3, INT), column(ways, 4, INT), column(ways, 5, REAL)
    ends = column_of_rows(ways, 6, np.int64, 3)
    points, edges = np.empty((16 * len(link) + 64, 2)), np.empty(64 * len(link) + 64, np.int32)
    used = count = 0
    for i in range(len(link)):
        ends[i, 0] = ends[i, 1] = used
        ends[i, 2], kind[i] = count, OUTSIDE
        if link[i] < 0:
            continue
        pick = choose(link[i], share[i], forest)
        kind[i] = pick.kind
        if pick.kind != ROUTE:
            continue
        e = np.int32(pick.edge)
        forward = forest.edge_forward[e]
        end = share[i] + (pick.share if forward else -pick.share) if pick.direct else np.float64(forward)
        points = _with_room(points, used, link[i], lines)
        used += _lay_link(link[i], share[i], end, lines, points[used:], 0)
        ends[i, 0] = used
        took, length = part_of(forest.free[e], pick.share), pick.share * lines.metres[link[i]]
        if not pick.direct:
            node = forest.edge_head[e]
            e = forest.next_edge[node]
            while e >= 0:
                if count == len(edges):
                    edges = _longer(edges)
                edges[count] = e
                count += 1
                took += forest.free[e]
                length += lines.edge_metres[e]
                node = forest.edge_head[e]
                e = forest.next_edge[node]
            seed = _seed_at(node, pick.target, forest)
            e, part = forest.seed_edge[seed], forest.seed_share[seed]
            on, forward = forest.edge_link[e], forest.edge_forward[e]
            points = _with_room(points, used, on, lines)
            begin, end = (0.0, part) if forward else (1.0, 1 - part)
            used += _lay_link(on, begin, end, lines, points[used:], 0)
            took, length = took + part_of(forest.free[e], part), length + part * lines.metres[on]
        target[i], time[i], metres[i] = pick.target, took, length
        ends[i, 1], ends[i, 2] = used, count
    return points[:used], edges[:count]


@njit(cache=True, nogil=True)
def _with_room(points, used, link, lines):
    """The same points, with room for those of a link."""
    need = used + _points_of(link, lines)
    if need <= len(points):
        return points
    larger = np.empty((2 * need, 2))
    larger[:used] = points[:used]
    return larger


@njit(cache=True, nogil=True)
def _seed_at(node, target, forest):
    """Row of the seeds through which a way that ends at a node reaches its target."""
    best = np.int64(-1)
    row = np.searchsorted(forest.seed_node, node)
    while row < len(forest.seed_node) and forest.seed_node[row] == node:
        if forest.seed_target[row] == target and (best < 0 or forest.seed_cost[row] < forest.seed_cost[best]):
            best = row
        row += 1
    return best


@njit(cache=True)
def starts_of(link, share, table):
    """int64[n, 3]: (node, cost, time) at both ends of the origin's link, as far as one may walk there. table: of a `Forest`."""
    forest = _forest_at(table)
    starts, count = np.empty((2, 3), np.int64), 0
    for turn in range(2):
        e = forest.back[link] if turn else forest.there[link]
        if e < 0 or forest.free[e] >= CLOSED:
            continue
        ahead = share if turn else 1 - share
        if _only_begins(link, turn, ahead, forest):
            continue
        free = forest.free[e]
        starts[count, 0] = forest.edge_head[e]
        starts[count, 1] = part_of(forest.cost[e] if forest.cost[e] < CLOSED else free, ahead)
        starts[count, 2] = part_of(free, ahead)
        count += 1
    return starts[:count]
