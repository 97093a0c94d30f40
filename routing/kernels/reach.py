"""Sums and ways out over a finished forest: one pass each, nodes in the order of their cost."""

import numpy as np
from numba import njit

from routing.kernels.forest import CLOSED, INF

NO_WAY = np.int64(2**62)


@njit(cache=True, nogil=True)
def add_times(order, next_edge, edge_head, free_cost, time):
    """time: int32[nodes], given at seeds; fills it for the nodes of `order` (int64, heads before tails) along their ways."""
    for i in range(len(order)):
        e = next_edge[order[i]]
        if e >= 0:
            time[order[i]] = free_cost[e] + time[edge_head[e]]


@njit(cache=True, nogil=True)
def add_loads(order, next_edge, edge_head, load):
    """load: float64[nodes], what starts at each node; afterwards what starts at or passes through it."""
    for i in range(len(order) - 1, -1, -1):
        e = next_edge[order[i]]
        if e >= 0:
            load[edge_head[e]] += load[order[i]]


@njit(cache=True, nogil=True)
def find_escapes(next_edge, edge_tail, edge_head, cost, dist, seed_node, seed_cost, escape):
    """escape: int64[nodes] gets min(dist[x] + cost + dist[y]) over edges x -> y that leave the node's subtree, else NO_WAY.

    With ways that may be walked both ways, escape[v] - 2 * dist[v] is the detour of v when its next edge is lost, and no
    node behind v has a longer one (replacement paths; Malik, Mittal and Gupta 1989). A target in the subtree is a way out too.
    """
    escape[:] = NO_WAY
    for e in range(len(edge_tail)):
        x, y = edge_tail[e], edge_head[e]
        if cost[e] >= CLOSED or dist[y] == INF or next_edge[x] == e:
            continue
        way = np.int64(dist[x]) + cost[e] + dist[y]
        # invariant: a is an ancestor of x, b one of y; below where they meet, the edge leaves the subtree of a.
        # Ways get shorter towards their end, so the further of both cannot be an ancestor of the other
        a, b = x, y
        while a != b:
            if b < 0 or (a >= 0 and dist[a] >= dist[b]):
                escape[a] = min(escape[a], way)
                a = edge_head[next_edge[a]] if next_edge[a] >= 0 else -1
            else:
                b = edge_head[next_edge[b]] if next_edge[b] >= 0 else -1
    for s in range(len(seed_node)):
        a = seed_node[s]
        way = np.int64(dist[a]) + seed_cost[s]
        while next_edge[a] >= 0:
            escape[a] = min(escape[a], way)
            a = edge_head[next_edge[a]]
