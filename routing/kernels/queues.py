"""What happens to a crowd on given ways: every person by themselves, first come first served. Knows no plan and no price."""

from heapq import heapify, heappop, heappush

import numpy as np
from numba import njit

PERSON_BITS = 24
"""Of an event's key; the bits above are its milliseconds."""


@njit(cache=True, nogil=True)
def walk_all(node, ready_ms, tree, next_edge, edge_head, pass_ms, gap_ms, arrived_ms, waited_ms, used, end):
    """Fills arrived_ms, waited_ms: int64[persons], when each is at the end and how long they queued; used: int32[edges];
    end: int32[persons], the node where each arrives.

    node: int32[persons], where they start, ready_ms: int64, when; tree: int32, whose ways they follow.
    next_edge: int32[trees, nodes], -1 at the end of all ways. pass_ms: int64[edges], how long one alone takes. gap_ms: float64[edges],
    the least time between two who leave an edge. Point queues (Vickrey 1969): everybody walks freely to the end of the edge and
    leaves it in the order in which they came to it, as far apart as its width asks. Queues take no room.
    """
    free_at = np.zeros(len(edge_head), np.float64)
    at = node.copy()
    persons = np.int64(1) << PERSON_BITS
    heap = [ready_ms[i] * persons + i for i in range(len(node))]
    heapify(heap)
    while len(heap) > 0:
        # invariant: nobody who moves later enters any edge earlier
        key = heappop(heap)
        i, now = key & (persons - 1), key >> PERSON_BITS
        e = next_edge[tree[i], at[i]]
        if e < 0:
            arrived_ms[i], end[i] = now, at[i]
            continue
        walked = now + pass_ms[e]
        leaves = np.float64(walked)
        if used[e] > 0:
            leaves = max(leaves, free_at[e] + gap_ms[e])
        free_at[e] = leaves
        used[e] += 1
        out = np.int64(np.ceil(leaves))
        waited_ms[i] += out - walked
        at[i] = edge_head[e]
        heappush(heap, out * persons + i)
