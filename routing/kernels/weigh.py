"""What closures and zones make of the cost of each edge."""

import numpy as np
from numba import njit

CLOSED = np.int32(1 << 30)


@njit(inline="always")
def _worse(one, other):
    """Of two factors the one that holds: 0 forbids, else the larger."""
    return min(one, other) if one == 0 or other == 0 else max(one, other)


@njit(cache=True, nogil=True)
def lay_zone(nodes, inside, crossing_edges, into, within, in_start, edge_tail, factor):
    """Lays one zone over factor: uint8[edges], 0 forbids. into, within: factors of edges that enter it and that stay in it.

    nodes: int32[k], those where inside: bool[nodes] is set. crossing_edges: int32[m], they count as entering.
    """
    for v in nodes:
        for e in range(in_start[v], in_start[v + 1]):
            factor[e] = _worse(factor[e], within if inside[edge_tail[e]] else into)
    for e in crossing_edges:
        factor[e] = _worse(factor[e], into)


@njit(cache=True, nogil=True)
def weigh_open(free, factor, cost):
    """Fills cost: int32[edges] from the profile's own and the zones' factors, where every link is open; returns the largest finite.

    No factor opens what the profile may not use. Without a branch, so that several edges are weighed at once.
    """
    largest = np.int32(1)
    for e in range(len(free)):
        is_no_way = (free[e] >= CLOSED) | (factor[e] == 0)
        c = np.int32(min(np.int64(free[e]) * factor[e], np.int64(CLOSED - 1)))
        cost[e] = CLOSED if is_no_way else c
        largest = max(largest, np.int32(0) if is_no_way else c)
    return largest


@njit(cache=True, nogil=True)
def close_links(links, there, back, cost):
    """Closes both edges of links: int64[k]. there, back: int32[links], -1 none."""
    for link in links:
        for e in (there[link], back[link]):
            if e >= 0:
                cost[e] = CLOSED


@njit(cache=True, nogil=True)
def weigh_links(links, closed, there, back, open_cost, cost, edges, former):
    """Brings the cost of both edges of links: int64[k] up to date that closed or opened; returns how many edges cost another sum.

    closed: bool[links]. The first of edges: int32[2 k] are these, of former: int32[2 k] what they cost.
    """
    count = 0
    for link in links:
        for e in (there[link], back[link]):
            if e < 0:
                continue
            c = CLOSED if closed[link] else open_cost[e]
            if c == cost[e]:
                continue
            edges[count] = e
            former[count] = cost[e]
            count += 1
            cost[e] = c
    return count


@njit(cache=True, nogil=True)
def list_changed(former, cost):
    """int32[k], rising: the edges that cost another sum."""
    edges = np.empty(len(cost), np.int32)
    count = 0
    for e in range(len(cost)):
        edges[count] = e
        count += 1 if cost[e] != former[e] else 0
    return edges[:count].copy()
