"""The nearest distinct targets of one place, by a search that a field guides (A*: Hart, Nilsson, Raphael 1968)."""

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

INF = np.int32(2**31 - 1)
CLOSED = np.int32(1 << 30)


class Notes(NamedTuple):
    """What one thread's searches write to. round: int32[1], the number of the search; taken:
    int32[1], how many nodes the last one went on from; seen, done: int32[nodes], the last that came by
    a node, and the last that went on from it.

    cost, time: int32[nodes], from the origin.
    """

    round: npt.NDArray[np.int32]
    taken: npt.NDArray[np.int32]
    seen: npt.NDArray[np.int32]
    done: npt.NDArray[np.int32]
    cost: npt.NDArray[np.int32]
    time: npt.NDArray[np.int32]


@njit(cache=True)
def nearest_others(starts, out_start, out_edge, forest, notes, found):
    """Fills found: int64[k, 3] with (cost, target, time) of the nearest distinct targets; returns how many there are.

    starts: int64[n, 3], (node, cost, time). Targets of equal cost come in their order; of equal ways the quicker counts.
    The field's distance is a lower bound for every target, and a consistent one, so a node's cost is final when it is taken.
    """
    if notes.round[0] == INF:
        notes.seen[:] = 0
        notes.round[0] = 0
    notes.round[0] += 1
    now, count = notes.round[0], 0
    notes.taken[0] = 0
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
        notes.taken[0] += 1
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


@njit(cache=True, nogil=True)
def others_of_all(in_start, edge_tail, forest, buckets, k):
    """int32[nodes, k, 3]: (cost, target, time) of the k nearest targets of every node, as `nearest_others` finds them; target -1: none.

    buckets: power of two greater than any finite cost. Equal costs are taken together (Dial 1969), so that ties are decided
    before anybody goes on from them.
    """
    nodes, mask = len(in_start) - 1, np.int64(buckets - 1)
    best, count = np.full((nodes, k, 3), -1, np.int32), np.zeros(nodes, np.int8)
    done, heads = np.zeros((nodes, k), np.bool_), np.full(buckets, -1, np.int32)
    pool = np.empty((k * len(edge_tail) + len(forest.seed_node), 4), np.int32)  # node, target, time, next
    used, now = len(forest.seed_node), np.int64(0)
    waiting = used
    for i in range(used):
        slot = forest.seed_cost[i] & mask
        pool[i, 0], pool[i, 1] = forest.seed_node[i], forest.seed_target[i]
        pool[i, 2], pool[i, 3] = forest.seed_time[i], heads[slot]
        heads[slot] = i
    while waiting > 0:
        first = heads[now & mask]
        heads[now & mask] = -1
        # invariant: all candidates of cost `now` are here, since no edge costs nothing
        p = first
        while p >= 0:
            v = pool[p, 0]
            count[v] = _rank(now, np.int64(pool[p, 1]), np.int64(pool[p, 2]), best[v], np.int64(count[v]))
            waiting -= 1
            p = pool[p, 3]
        p = first
        while p >= 0:
            v, target = pool[p, 0], pool[p, 1]
            p = pool[p, 3]
            for i in range(count[v]):
                if best[v, i, 1] != target or best[v, i, 0] != now or done[v, i]:
                    continue
                done[v, i] = True
                for e in range(in_start[v], in_start[v + 1]):
                    t = edge_tail[e]
                    if forest.cost[e] >= CLOSED or count[t] == k or _holds(best[t], target, count[t]):
                        continue
                    slot = (now + forest.cost[e]) & mask
                    pool[used, 0], pool[used, 1] = t, target
                    pool[used, 2], pool[used, 3] = best[v, i, 2] + forest.free[e], heads[slot]
                    heads[slot] = used
                    used += 1
                    waiting += 1
        now += 1
    return best


@njit(cache=True, nogil=True)
def _holds(best, target, count):
    held = False
    for i in range(count):
        held |= best[i, 1] == target
    return held


@njit(cache=True)
def others_from(starts, table, found):
    """What `nearest_others` finds, read from what `others_of_all` made."""
    count = 0
    for i in range(len(starts)):
        for row in range(table.shape[1]):
            cost, target, time = table[starts[i, 0], row]
            if target >= 0:
                count = _rank(starts[i, 1] + cost, np.int64(target), starts[i, 2] + time, found, count)
    return count
