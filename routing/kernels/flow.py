"""What a crowd makes of a forest: how many come by each edge, and over how long. Estimates for plans; `kernels.queues` judges them."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def push_flow(next_edge, edge_head, persons, span, rate, step, flow, spread, load):
    """Moves `step` of the average flow over to this forest. load: float64[nodes], who comes to each node by it alone.

    next_edge: int32[nodes], -1 at the end. persons, span: float64[nodes], who sets out, and over how many deciseconds. rate:
    float64[edges], persons a decisecond at most. flow: float64[edges], persons on average of all forests so far; spread: the same
    times the deciseconds over which they come. A narrow edge meters what is behind it: whoever comes over `last` leaves it over
    `flow / rate`, if that is longer, and queues nowhere for the same reason again.
    """
    nodes = len(next_edge)
    before, last = np.zeros(nodes, np.int32), np.empty(nodes, np.float64)
    for v in range(nodes):
        if next_edge[v] >= 0:
            before[edge_head[next_edge[v]]] += 1
        load[v] = persons[v]
        last[v] = persons[v] * span[v]
    for e in range(len(flow)):
        flow[e] *= 1 - step
        spread[e] *= 1 - step
    ready = np.empty(nodes, np.int32)
    count = 0
    for v in range(nodes):
        if before[v] == 0:
            ready[count] = v
            count += 1
    i = 0
    while i < count:
        # invariant: all who come through v are in load[v], and last[v] is their number times the time over which they come
        v = ready[i]
        i += 1
        e = next_edge[v]
        if e < 0:
            continue
        h = edge_head[e]
        if load[v] > 0:
            comes = last[v] / load[v]
            flow[e] += step * load[v]
            spread[e] += step * load[v] * comes
            load[h] += load[v]
            last[h] += load[v] * max(comes, flow[e] / rate[e])
        before[h] -= 1
        if before[h] == 0:
            ready[count] = h
            count += 1
