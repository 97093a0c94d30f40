"""One way to one place, without a field: backward search that landmarks draw towards the origin (Goldberg and Harrelson 2005, ALT).

Made so that whatever it settles is what `build_forest` would have put there: at each node of each cheapest way the least edge.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

INF = np.int32(2**31 - 1)
CLOSED = np.int32(1 << 30)
UNKNOWN = np.uint16(65535)
"""In a landmark's column: more than can be written, or no way."""
ASKED = 8
"""So many columns are looked at in one search: those that say most about it."""
ROOM = 256
"""How long a list is at first; full, it is made twice as long by what it holds already."""

DIST, NEXT, BOUND = range(3)
"""Columns of a sheet, int32[nodes, 4]: deciseconds to the target, INF if not known; the next edge, -1 at a seed; the least cost from any
origin to the node. What belongs together stands together: a node is one line of the processor's memory."""


class Marks(NamedTuple):
    """Distances to and from landmarks. columns: uint16[nodes, 2 * landmarks], whole quanta: to each, then from each. quantum: deciseconds."""

    columns: npt.NDArray[np.uint16]
    quantum: int


@njit(cache=True, nogil=True)
def write_column(dist, quantum, column):
    """Puts distances (int32[nodes], INF is no way) into column: uint16[nodes], in whole quanta."""
    for v in range(len(dist)):
        column[v] = UNKNOWN if dist[v] == INF else np.uint16(min(dist[v] // quantum, np.int64(UNKNOWN)))


@njit(cache=True, nogil=True)
def _choose_columns(start_node, start_cost, seed_node, marks):
    """(columns, what each adds: int64, both [asked]): those that bound the way from the starts to the seeds best."""
    count = marks.columns.shape[1]
    slack, half = np.int64(marks.quantum - 1), count // 2
    value, offset = np.zeros(count, np.int64), np.empty(count, np.int64)
    for k in range(count):
        sign = np.int64(marks.quantum if k >= half else -marks.quantum)
        least, known = np.int64(2**62), True
        for i in range(len(start_node)):
            there = marks.columns[start_node[i], k]
            known &= there != UNKNOWN
            least = min(least, start_cost[i] - sign * there)
        if not known:
            continue
        offset[k] = least - slack
        worth = np.int64(2**62)
        for i in range(len(seed_node)):
            there = marks.columns[seed_node[i], k]
            worth = min(worth, np.int64(0) if there == UNKNOWN else offset[k] + sign * there)
        value[k] = worth
    asked, added, used = np.empty(ASKED, np.int64), np.empty(ASKED, np.int64), 0
    while used < min(ASKED, count):
        k = np.argmax(value)
        if value[k] <= 0:
            break
        asked[used], added[used] = k, offset[k]
        value[k] = 0
        used += 1
    return asked[:used], added[:used]


@njit(inline="always")
def _bound(node, asked, added, marks):
    """The least that a way from any origin to this node costs."""
    half = marks.columns.shape[1] // 2
    least = np.int64(0)
    for i in range(len(asked)):
        there = marks.columns[node, asked[i]]
        if there != UNKNOWN:
            sign = np.int64(marks.quantum if asked[i] >= half else -marks.quantum)
            least = max(least, added[i] + sign * there)
    return least


@njit(inline="always")
def _push(heap, size, key):
    """The heap with the key in it; twice as large where it was full."""
    if size == len(heap):
        heap = np.concatenate((heap, heap))
    i = size
    while i > 0 and heap[(i - 1) >> 1] > key:
        heap[i] = heap[(i - 1) >> 1]
        i = (i - 1) >> 1
    heap[i] = key
    return heap


@njit(inline="always")
def _pop(heap, size):
    """Takes the least key off; the heap is one shorter then."""
    key, last = heap[0], heap[size - 1]
    i, size = 0, size - 1
    while True:
        k = 2 * i + 1
        if k >= size:
            break
        if heap[k + 1] < heap[k]:  # behind the end there is `last` still
            k += 1
        if heap[k] >= last:
            break
        heap[i] = heap[k]
        i = k
    heap[i] = last
    return key


@njit(cache=True, nogil=True)
def search_back(
    in_start, edge_tail, cost, start_node, start_cost, start_group, groups, seed_node, seed_cost, marks, sheet
):
    """Fills a wiped sheet as far as any origin needs it; returns (int32[k] nodes that were touched, how many were taken).

    cost: int32[edges], CLOSED or more is no way; marks hold distances over costs that are nowhere larger. start_*: int64[starts],
    each origin (group) has up to two nodes behind a cost. seed_*: int32[seeds], the target hangs behind a cost. Every node on a
    cheapest way from an origin gets its final distance and, of the edges that lie on one, the least. What else was touched is no
    answer.
    """
    asked, added = _choose_columns(start_node, start_cost, seed_node, marks)
    touched, count = np.empty(ROOM, np.int32), 0
    heap, size = np.empty(ROOM, np.int64), 0
    reached = np.full(groups, np.int64(INF))
    for i in range(len(seed_node)):
        v = seed_node[i]
        if seed_cost[i] >= sheet[v, DIST]:
            continue
        if sheet[v, DIST] == INF:
            touched[count] = v
            count += 1
            sheet[v, BOUND] = _bound(v, asked, added, marks)
        sheet[v, DIST] = seed_cost[i]
        heap = _push(heap, size, (np.int64(seed_cost[i] + sheet[v, BOUND]) << 32) | v)
        size += 1
    limit = np.int64(INF)
    taken = 0
    while size > 0:
        key = _pop(heap, size)
        size -= 1
        v = np.int64(key & 0xFFFFFFFF)
        # invariant: a node on a cheapest way that has no final distance yet waits behind another one of it, at no more than its cost
        if (key >> 32) > limit:
            break
        now = np.int64(sheet[v, DIST])
        if (key >> 32) > now + sheet[v, BOUND]:
            continue
        taken += 1
        for i in range(len(start_node)):
            g = start_group[i]
            if start_node[i] == v:
                reached[g] = min(reached[g], now + start_cost[i])
                limit = reached.max()
        for e in range(in_start[v], in_start[v + 1]):
            c = cost[e]
            if c >= CLOSED:
                continue
            t = edge_tail[e]
            d, known = now + c, sheet[t, DIST]
            if d > known or (d == known and e >= sheet[t, NEXT]):
                continue
            if d < known:
                if known == INF:
                    if count == len(touched):
                        touched = np.concatenate((touched, touched))
                    touched[count] = t
                    count += 1
                    sheet[t, BOUND] = _bound(t, asked, added, marks)
                sheet[t, DIST] = d
                heap = _push(heap, size, ((d + sheet[t, BOUND]) << 32) | t)
                size += 1
            sheet[t, NEXT] = e
    return touched[:count], taken


@njit(cache=True, nogil=True)
def copy_ways(start_node, edge_head, sheet, dist, next_edge):
    """Writes the ways from the starts, as the sheet has them, into dist, next_edge: int32[nodes]; returns int32[k], the nodes on them."""
    nodes, count = np.empty(ROOM, np.int32), 0
    for start in start_node:
        v = start
        while sheet[v, DIST] != INF and dist[v] == INF:
            if count == len(nodes):
                nodes = np.concatenate((nodes, nodes))
            nodes[count] = v
            count += 1
            dist[v], next_edge[v] = sheet[v, DIST], sheet[v, NEXT]
            if next_edge[v] >= 0:
                v = np.int64(edge_head[next_edge[v]])
    return nodes[:count]


@njit(cache=True, nogil=True)
def wipe(touched, sheet):
    """Makes these nodes as if nothing had been written; the same for two columns with `wipe_ways`."""
    for v in touched:
        sheet[v, DIST] = INF
        sheet[v, NEXT] = -1


@njit(cache=True, nogil=True)
def wipe_ways(nodes, dist, next_edge):
    """Makes these nodes as if no way led from them."""
    for v in nodes:
        dist[v] = INF
        next_edge[v] = -1
