"""What closures and zones make of the cost of each edge."""

import numpy as np
from numba import njit

CLOSED = np.int32(1 << 30)


@njit(inline="always")
def _worse(one, other):
    """Of two factors the one that holds: 0 forbids, else the larger."""
    return min(one, other) if one == 0 or other == 0 else max(one, other)


@njit(inline="always")
def _weighed(free, factor, is_closed):
    """Cost of an edge: no factor opens what the profile may not use."""
    if free >= CLOSED or factor == 0 or is_closed:
        return CLOSED
    return np.int32(min(np.int64(free) * factor, CLOSED - 1))


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
def weigh_all(free, factor, closed, edge_link, cost):
    """Fills cost: int32[edges] from the profile's own, the zones' factors and closed: bool[links]; returns the largest finite."""
    largest = np.int32(1)
    for e in range(len(free)):
        c = _weighed(free[e], factor[e], closed[edge_link[e]])
        cost[e] = c
        if largest < c < CLOSED:
            largest = c
    return largest


@njit(cache=True, nogil=True)
def weigh_some(edges, free, factor, closed, edge_link, cost, former):
    """Brings the cost of some edges up to date; returns (how many changed, the largest finite of these).

    edges: int32[k]; afterwards the first of them are those that changed, former: int32[k] what they cost.
    """
    count = 0
    largest = np.int32(1)
    for e in edges:
        c = _weighed(free[e], factor[e], closed[edge_link[e]])
        if c == cost[e]:
            continue
        edges[count] = e
        former[count] = cost[e]
        count += 1
        cost[e] = c
        if largest < c < CLOSED:
            largest = c
    return count, largest


@njit(cache=True, nogil=True)
def weigh_again(free, factor, closed, edge_link, former, cost, edges):
    """Fills cost as `weigh_all` does, and lists in edges: int32[edges] those that cost another sum than in former: int32[edges].

    Returns (how many these are, the largest finite of theirs).
    """
    count = 0
    largest = np.int32(1)
    for e in range(len(free)):
        c = _weighed(free[e], factor[e], closed[edge_link[e]])
        cost[e] = c
        if c != former[e]:
            edges[count] = e
            count += 1
            if largest < c < CLOSED:
                largest = c
    return count, largest
