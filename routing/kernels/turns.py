"""Backward shortest-path forest over edges, so that each turn can be forbidden (Caldwell 1961; buckets as in Dial 1969). For vehicles."""

import numpy as np
from numba import njit

INF = np.int32(2**31 - 1)
CLOSED = np.int32(1 << 30)


@njit(cache=True, nogil=True)
def may_turn(
    start, goal, edge_link, turn_start, turn_to, turn_only, edge_tail, edge_head, out_start, out_edge, cost
):
    """Whether a vehicle that comes by edge `start` may go on by edge `goal`, which begins where `start` ends.

    Where any `only` names the former, its goals alone are allowed; otherwise all but those forbidden. Back along the same link
    only where nothing else leads on: at a dead end.
    """
    listed = False
    any_only = False
    for i in range(turn_start[start], turn_start[start + 1]):
        if turn_only[i]:
            any_only = True
        if turn_to[i] == goal:
            if not turn_only[i]:
                return False
            listed = True
    if any_only:
        return listed
    if edge_link[start] != edge_link[goal] or edge_tail[start] == edge_head[start]:
        return True
    node = edge_head[start]
    for i in range(out_start[node], out_start[node + 1]):
        other = out_edge[i]
        if cost[other] < CLOSED and edge_link[other] != edge_link[start]:
            return False
    return True


@njit(cache=True, nogil=True)
def build_turn_forest(
    in_start, edge_tail, edge_head, edge_link, out_start, out_edge, cost, turn_start, turn_to, turn_only,
    seed_edge, seed_cost, seed_target, dist, next_edge, target, buckets,
):  # fmt: skip
    """Fills dist, next_edge, target: int32[edges].

    dist: deciseconds from the beginning of an edge, along it, to the best target; INF if none. next_edge: the edge after it, -1
    where the target stands on it. target: index, -1 if none. seed_*: int32[seeds], a target stands on an edge, `seed_cost` from its
    beginning. cost: int32[edges] >= 1, CLOSED or more is no way. turn_start: int32[edges + 1] into turn_to, turn_only by former edge.
    buckets: power of two greater than any finite cost. Equal costs are decided by (target, edge), so that replicas agree.
    """
    edges = len(edge_tail)
    mask = buckets - 1
    heads = np.full(buckets, -1, np.int32)
    # an edge is improved once by an edge after it, since these come in order of dist, and before that once by each seed
    pool_edge = np.empty(edges + len(seed_edge), np.int32)
    pool_next = np.empty(edges + len(seed_edge), np.int32)
    for e in range(edges):
        dist[e] = INF
        next_edge[e] = -1
        target[e] = -1
    used = 0
    for i in range(len(seed_edge)):
        e, c = seed_edge[i], seed_cost[i]
        if cost[e] < CLOSED and (c < dist[e] or (c == dist[e] and seed_target[i] < target[e])):
            if c < dist[e]:
                pool_edge[used] = e
                pool_next[used] = heads[c & mask]
                heads[c & mask] = used
                used += 1
            dist[e] = c
            target[e] = seed_target[i]
    waiting = used
    now = 0
    while waiting > 0:
        slot = now & mask
        # invariant: every edge in this bucket whose dist is `now` has its final dist, target and next edge
        while heads[slot] >= 0:
            p = heads[slot]
            heads[slot] = pool_next[p]
            waiting -= 1
            e = pool_edge[p]
            if dist[e] != now:
                continue
            node = edge_tail[e]
            for f in range(in_start[node], in_start[node + 1]):
                c = cost[f]
                if c >= CLOSED:
                    continue
                d = now + c
                tie = d == dist[f]
                if d > dist[f] or (
                    tie and (target[e] > target[f] or (target[e] == target[f] and e >= next_edge[f]))
                ):
                    continue
                if not may_turn(
                    f,
                    e,
                    edge_link,
                    turn_start,
                    turn_to,
                    turn_only,
                    edge_tail,
                    edge_head,
                    out_start,
                    out_edge,
                    cost,
                ):
                    continue
                if not tie:
                    pool_edge[used] = f
                    pool_next[used] = heads[d & mask]
                    heads[d & mask] = used
                    used += 1
                    waiting += 1
                dist[f] = d
                next_edge[f] = e
                target[f] = target[e]
        now += 1
