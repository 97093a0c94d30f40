"""Leaving in time: latest departures, and every shortest way worth its while against a danger that moves.

A node must be left by its arrival time, an edge passed by the time it fails; waiting is allowed and never helps, because both
only end. So one backward search is exact: labels of (time, latest departure) that no other beats in both (Martins 1984, On a
multicriteria shortest path problem), in buckets of equal time (Dial 1969).
"""

import heapq

import numpy as np
from numba import njit

NEVER = np.int32(2**31 - 1)
CLOSED = np.int32(1 << 30)

LABEL_TIME, LABEL_LATEST, LABEL_EDGE, LABEL_AFTER, LABEL_TARGET, LABEL_SHORTER = range(6)
_NODE, _LATEST, _EDGE, _AFTER, _TARGET, _NEXT = range(6)  # of a candidate
_BEST, _CHOSEN = range(2)  # of a node


@njit(inline="always")
def leave_by(latest, fails, time, arrival):
    """Last moment to be where an edge begins: `latest` is that of its end, and `time` the time to pass it."""
    passed = min(latest, fails)
    if passed < NEVER:
        passed -= time
    return min(passed, arrival)


@njit(inline="always")
def _is_better(pool, p, q):
    """Of two candidates of one node and equal time: the later departure, then (target, edge, seed)."""
    p_wins = (pool[q, _LATEST], pool[p, _TARGET], pool[p, _EDGE], pool[q, _AFTER])
    return p_wins < (pool[p, _LATEST], pool[q, _TARGET], pool[q, _EDGE], pool[p, _AFTER])


@njit(cache=True, nogil=True)
def survivable_labels(
    in_start, edge_tail, time, arrival, fails, seed_node, seed_time, seed_latest, seed_target, buckets
):
    """Labels of all nodes: each is a way that no other beats both in time and in latest departure.

    Returns (labels: int32[k, 6], longest: int32[nodes]). Columns LABEL_*: time to the target, latest departure, first edge (-1 at a
    seed), the label at the end of that edge (~seed at a seed), target, and the node's next shorter label (-1: none). `longest`
    is a node's label of the longest way, which is the one that may leave last; -1: no way survives.
    buckets: power of two greater than any finite time. Equal ways are decided by (target, edge), as in the field.
    """
    nodes = len(in_start) - 1
    mask = buckets - 1
    heads = np.full(buckets, -1, np.int32)
    pool = np.empty((len(edge_tail) + len(seed_node), 6), np.int32)
    labels = np.empty((nodes + nodes // 4, 6), np.int32)
    longest = np.full(nodes, -1, np.int32)
    # latest departure so far; candidate chosen among those of equal time
    state = np.full((nodes, 2), -1, np.int32)
    used = kept = waiting = 0
    for i in range(len(seed_node)):
        slot = seed_time[i] & mask
        pool[used, _NODE], pool[used, _LATEST], pool[used, _EDGE] = seed_node[i], seed_latest[i], -1
        pool[used, _AFTER], pool[used, _TARGET], pool[used, _NEXT] = ~i, seed_target[i], heads[slot]
        heads[slot] = used
        used += 1
        waiting += 1
    now = 0
    while waiting > 0:
        first = heads[now & mask]
        heads[now & mask] = -1
        # invariant: all candidates of time `now` are here, since no edge takes no time
        p = first
        while p >= 0:
            v = pool[p, _NODE]
            q = state[v, _CHOSEN]
            if pool[p, _LATEST] > state[v, _BEST] and (q < 0 or _is_better(pool, p, q)):
                state[v, _CHOSEN] = p
            waiting -= 1
            p = pool[p, _NEXT]
        p = first
        while p >= 0:
            v = pool[p, _NODE]
            if state[v, _CHOSEN] != p:
                p = pool[p, _NEXT]
                continue
            state[v, _CHOSEN] = -1
            if kept == len(labels):
                labels = np.concatenate((labels, labels))
            latest, target = pool[p, _LATEST], pool[p, _TARGET]
            labels[kept, LABEL_TIME], labels[kept, LABEL_LATEST] = now, latest
            labels[kept, LABEL_EDGE], labels[kept, LABEL_AFTER] = pool[p, _EDGE], pool[p, _AFTER]
            labels[kept, LABEL_TARGET], labels[kept, LABEL_SHORTER] = target, longest[v]
            longest[v] = kept
            state[v, _BEST] = latest
            for e in range(in_start[v], in_start[v + 1]):
                c = time[e]
                if c >= CLOSED:
                    continue
                t = edge_tail[e]
                leave = leave_by(latest, fails[e], c, arrival[t])
                d = now + c
                if leave <= state[t, _BEST]:
                    continue
                if used == len(pool):
                    pool = np.concatenate((pool, pool))
                slot = d & mask
                pool[used, _NODE], pool[used, _LATEST], pool[used, _EDGE] = t, leave, e
                pool[used, _AFTER], pool[used, _TARGET], pool[used, _NEXT] = kept, target, heads[slot]
                heads[slot] = used
                used += 1
                waiting += 1
            kept += 1
            p = pool[p, _NEXT]
        now += 1
    return labels[:kept].copy(), longest


@njit(cache=True, nogil=True)
def latest_along(order, next_edge, edge_head, time, arrival, fails, seed_latest, latest):
    """Fills latest: int32[nodes], the last moment to leave when one follows `next_edge`; -1 if it is too late.

    order: int64[k], nodes with a way, each after the node that it leads to. seed_latest: int32[nodes], for those where ways end.
    """
    latest[:] = -1
    for i in range(len(order)):
        u = order[i]
        e = next_edge[u]
        if e < 0:
            latest[u] = max(seed_latest[u], -1)
        else:
            latest[u] = max(leave_by(latest[edge_head[e]], fails[e], time[e], arrival[u]), -1)


@njit(cache=True, nogil=True)
def targets_in_time(
    start_node,
    start_at,
    out_start,
    out_edge,
    edge_head,
    time,
    latest,
    fails,
    seed_begin,
    seed_row,
    seed_time,
    seed_latest,
    seed_target,
    found,
):
    """Fills found: int64[k, 2], (when, target) of the first k targets that one can be at who is at start_node at start_at: int64[n].

    Earliest arrivals (Dijkstra 1959; waiting never helps), no edge after it fails, and no node later than `latest`: int32[nodes], the
    last moment from which any target can be reached: where none can, nobody need look. seed_row:
    int64[seeds] by node, seed_begin: int32[nodes + 1]. Returns how many were found; equal times: by target.
    """
    nodes = len(latest)
    best = np.full(nodes, np.int64(2**62))
    heap = [(start_at[i], start_node[i]) for i in range(len(start_node))]
    heapq.heapify(heap)
    count = 0
    while len(heap) > 0 and count < len(found):
        now, v = heapq.heappop(heap)
        if v >= nodes:
            if (found[:count, 1] != v - nodes).all():
                found[count, 0], found[count, 1] = now, v - nodes
                count += 1
            continue
        if now > best[v] or now > latest[v]:
            continue
        for i in range(seed_begin[v], seed_begin[v + 1]):
            row = seed_row[i]
            if now <= seed_latest[row]:
                heapq.heappush(heap, (now + seed_time[row], np.int64(nodes + seed_target[row])))
        for i in range(out_start[v], out_start[v + 1]):
            e = out_edge[i]
            head, there = edge_head[e], now + time[e]
            if time[e] < CLOSED and there <= fails[e] and there < best[head]:
                best[head] = there
                heapq.heappush(heap, (there, np.int64(head)))
    return count
