"""The nearest distinct targets of one place, by a search that a field guides (A*: Hart, Nilsson, Raphael 1968)."""

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

INF = np.int32(2**31 - 1)
CLOSED = np.int32(1 << 30)


class Notes(NamedTuple):
    """What one thread's searches write to. round: int32[1], the number of the search; seen, done: int32[nodes], the last that came by
    a node, and the last that went on from it.

    cost, time: int32[nodes], from the origin.
    """

    round: npt.NDArray[np.int32]
    seen: npt.NDArray[np.int32]
    done: npt.NDArray[np.int32]
    cost: npt.NDArray[np.int32]
    time: npt.NDArray[np.int32]


@njit(cache=True, nogil=True)
def nearest_others(starts, out_start, out_edge, forest, notes, found):
    """Fills found: int64[k, 3] with (cost, target, time) of the nearest distinct targets; returns how many there are.

    starts: int64[n, 3], (node, cost, time). Targets of equal cost come in their order; of equal ways the quicker counts.
    The field's distance is a lower bound for every target, and a consistent one, so a node's cost is final when it is taken.
    """
    if notes.round[0] == INF:
        notes.seen[:] = 0
        notes.done[:] = 0
        notes.round[0] = 0
    notes.round[0] += 1
    now, count = notes.round[0], 0
    # (least cost of a whole way through the node) << 32 | node
    heap = [np.int64(0)]
    heap.pop()
    for i in range(len(starts)):
        _reach(starts[i, 0], starts[i, 1], starts[i, 2], now, forest, notes, heap)
    while len(heap) > 0:
        key = heappop(heap)
        # invariant: whoever waits leads to no target that is cheaper than this bound
        if count == len(found) and key >> 32 > found[count - 1, 0]:
            break
        v = key & 0xFFFFFFFF
        if notes.done[v] == now:
            continue
        notes.done[v] = now
        cost, time = np.int64(notes.cost[v]), np.int64(notes.time[v])
        if forest.ends_here[v]:
            row = np.searchsorted(forest.seed_node, v)
            while row < len(forest.seed_node) and forest.seed_node[row] == v:
                count = _rank(
                    cost + forest.seed_cost[row],
                    forest.seed_target[row],
                    time + forest.seed_time[row],
                    found,
                    count,
                )
                row += 1
        for i in range(out_start[v], out_start[v + 1]):
            e = out_edge[i]
            if forest.cost[e] < CLOSED:
                _reach(
                    forest.edge_head[e],
                    cost + forest.cost[e],
                    time + forest.free[e],
                    now,
                    forest,
                    notes,
                    heap,
                )
    return count


@njit(cache=True, nogil=True)
def _reach(node, cost, time, now, forest, notes, heap):
    """Notes a way to a node, if it is the best so far and leads anywhere."""
    if forest.dist[node] == INF:
        return
    if notes.seen[node] == now and (notes.cost[node], notes.time[node]) <= (cost, time):
        return
    notes.seen[node], notes.done[node], notes.cost[node], notes.time[node] = now, 0, cost, time
    heappush(heap, (np.int64(cost + forest.dist[node]) << 32) | np.int64(node))


@njit(cache=True, nogil=True)
def _rank(cost, target, time, found, count):
    """Puts a way among the best of each target, in the order of (cost, target); returns how many targets there are now."""
    at = count
    for i in range(count):
        if found[i, 1] == target:
            if (found[i, 0], found[i, 2]) <= (cost, time):
                return count
            at = i
    if at == count:
        if count < len(found):
            count += 1
        else:
            at -= 1
            if (found[at, 0], found[at, 1]) <= (cost, target):
                return count
    while at > 0 and (found[at - 1, 0], found[at - 1, 1]) > (cost, target):
        found[at] = found[at - 1]
        at -= 1
    found[at, 0], found[at, 1], found[at, 2] = cost, target, time
    return count
