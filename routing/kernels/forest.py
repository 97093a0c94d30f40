"""Backward shortest-path forest to the best target (Dial 1969: buckets of equal cost; multi-source Dijkstra 1959)."""

from heapq import heappop, heappush

import numpy as np
from numba import njit

INF = np.int32(2**31 - 1)
CLOSED = np.int32(1 << 30)
RING = 1 << 14
"""Buckets of one decisecond each, for what is left of a repair."""


@njit(inline="always")
def spread(in_start, edge_tail, cost, dist, next_edge, target, heads, pool_node, pool_next, used, now):
    """Relaxes from the nodes in the buckets on, in the order of their costs, until no node has a better offer.

    heads: int32[power of two], the first entry of each bucket, -1 none; an entry that is farther ahead than there are buckets waits
    until its turn comes round. pool_node, pool_next: int32[used + edges], of which `used` are in buckets. now: no entry costs less.
    """
    mask = len(heads) - 1
    waiting = used
    while waiting > 0:
        slot = now & mask
        later = -1
        # invariant: every node in this bucket whose dist is `now` has its final dist, target and edge
        while heads[slot] >= 0:
            p = heads[slot]
            heads[slot] = pool_next[p]
            v = pool_node[p]
            if dist[v] > now:
                pool_next[p] = later
                later = p
                continue
            waiting -= 1
            if dist[v] < now:
                continue
            for e in range(in_start[v], in_start[v + 1]):
                c = cost[e]
                if c >= CLOSED:
                    continue
                t = edge_tail[e]
                d = now + c
                if d > dist[t]:
                    continue
                if d == dist[t] and (target[v] > target[t] or (target[v] == target[t] and e >= next_edge[t])):
                    continue
                if d < dist[t] or target[v] < target[t]:
                    pool_node[used] = t
                    pool_next[used] = heads[d & mask]
                    heads[d & mask] = used
                    used += 1
                    waiting += 1
                dist[t] = d
                next_edge[t] = e
                target[t] = target[v]
        heads[slot] = later
        now += 1


@njit(cache=True, nogil=True)
def build_forest(
    in_start, edge_tail, cost, seed_node, seed_cost, seed_target, dist, next_edge, target, buckets
):
    """Fills dist, next_edge, target: int32[nodes].

    dist: deciseconds to the best target, INF if none. next_edge: the edge to take, -1 at a seed. target: index, -1 if none.
    seed_*: int32[seeds], a target hangs at a node behind `seed_cost`. cost: int32[edges] >= 1, CLOSED or more is no way.
    buckets: power of two, best greater than any finite cost.
    Equal costs are decided by (target, edge), so that replicas agree.
    """
    nodes = len(in_start) - 1
    mask = buckets - 1
    heads = np.full(buckets, -1, np.int32)
    pool_node = np.empty(len(edge_tail) + len(seed_node), np.int32)
    pool_next = np.empty(len(edge_tail) + len(seed_node), np.int32)
    for i in range(nodes):
        dist[i] = INF
        next_edge[i] = -1
        target[i] = -1
    used = 0
    for i in range(len(seed_node)):
        v, c = seed_node[i], seed_cost[i]
        if c < dist[v] or (c == dist[v] and seed_target[i] < target[v]):
            if c < dist[v]:
                pool_node[used] = v
                pool_next[used] = heads[c & mask]
                heads[c & mask] = used
                used += 1
            dist[v] = c
            target[v] = seed_target[i]
    spread(in_start, edge_tail, cost, dist, next_edge, target, heads, pool_node, pool_next, used, 0)


@njit(cache=True, nogil=True)
def settle_many(in_start, edge_tail, cost, dist, next_edge, target, waiting):
    """Relaxes from the nodes in `waiting` on, in the very order of their costs: each node once.

    waiting: int32[n], all whose neighbours have not heard of what they cost; no INF among them.
    """
    heads = np.full(RING, -1, np.int32)
    pool_node = np.empty(len(edge_tail) + len(waiting), np.int32)
    pool_next = np.empty(len(edge_tail) + len(waiting), np.int32)
    low = np.int64(INF)
    for i in range(len(waiting)):
        v = waiting[i]
        low = min(low, np.int64(dist[v]))
        slot = dist[v] & (RING - 1)
        pool_node[i] = v
        pool_next[i] = heads[slot]
        heads[slot] = i
    spread(in_start, edge_tail, cost, dist, next_edge, target, heads, pool_node, pool_next, len(waiting), low)


@njit(cache=True, nogil=True)
def follow(node, next_edge, edge_head, out):
    """Writes the edges from `node` to its target into out: int32[nodes]; returns how many."""
    count = 0
    e = next_edge[node]
    while e >= 0:
        out[count] = e
        count += 1
        e = next_edge[edge_head[e]]
    return count


@njit(cache=True, nogil=True)
def nearest_targets(
    out_start, out_edge, edge_head, cost, free_cost, from_node, from_cost, from_time,
    seed_start, seed_target, seed_cost, seed_time, found,
):  # fmt: skip
    """Forward search for the nearest distinct targets; found: int64[k, 3] gets (cost, target, time), returns how many.

    from_node, from_cost, from_time: int64, where the search begins. seed_start: int32[nodes + 1] into seed_*.
    cost decides; free_cost gives the time that the decided way takes. Targets of equal cost come in their order.
    """
    nodes = len(out_start) - 1
    dist = np.full(nodes, np.int64(2**62), np.int64)
    time = np.zeros(nodes, np.int64)
    # (cost, 1 + target or 0, node or time): a node leaves before a target of the same cost, so that no target is missed
    heap = [(np.int64(0), np.int64(0), np.int64(0))]
    heap.pop()
    for i in range(len(from_node)):
        v = from_node[i]
        if from_cost[i] < dist[v]:
            dist[v] = from_cost[i]
            time[v] = from_time[i]
            heappush(heap, (from_cost[i], np.int64(0), v))
    count = 0
    while len(heap) > 0:
        d, t, v = heappop(heap)
        if t > 0:
            fresh = True
            for i in range(count):
                if found[i, 1] == t - 1:
                    fresh = False
            if fresh:
                found[count, 0] = d
                found[count, 1] = t - 1
                found[count, 2] = v
                count += 1
                if count == len(found):
                    return count
            continue
        if d > dist[v]:
            continue
        for s in range(seed_start[v], seed_start[v + 1]):
            heappush(heap, (d + seed_cost[s], np.int64(1 + seed_target[s]), time[v] + seed_time[s]))
        for i in range(out_start[v], out_start[v + 1]):
            e = out_edge[i]
            c = cost[e]
            if c >= CLOSED:
                continue
            h = edge_head[e]
            if d + c < dist[h]:
                dist[h] = d + c
                time[h] = time[v] + free_cost[e]
                heappush(heap, (d + c, np.int64(0), np.int64(h)))
    return count


@njit(cache=True, nogil=True)
def label_components(in_start, edge_tail, edge_head, out_start, out_edge, cost):
    """int32[nodes]: nodes that any usable edges join, whichever way they lead, get the same label."""
    nodes = len(in_start) - 1
    label = np.full(nodes, -1, np.int32)
    stack = np.empty(nodes, np.int32)
    labels = 0
    for root in range(nodes):
        if label[root] >= 0:
            continue
        label[root] = labels
        stack[0] = root
        size = 1
        while size > 0:
            size -= 1
            v = stack[size]
            for e in range(in_start[v], in_start[v + 1]):
                t = edge_tail[e]
                if cost[e] < CLOSED and label[t] < 0:
                    label[t] = labels
                    stack[size] = t
                    size += 1
            for i in range(out_start[v], out_start[v + 1]):
                h = edge_head[out_edge[i]]
                if cost[out_edge[i]] < CLOSED and label[h] < 0:
                    label[h] = labels
                    stack[size] = h
                    size += 1
        labels += 1
    return label
