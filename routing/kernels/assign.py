"""Who gets which place: an auction of seats (Bertsekas and Castañón 1989, The auction algorithm for the transportation problem)."""

import numpy as np
from numba import njit

from routing.kernels.forest import INF


@njit(cache=True, nogil=True)
def _sink(bid, holder, begin, size):
    """Puts the root of a heap of bids (lowest first), whose children are in order, in its place."""
    k = 0
    while True:
        child = 2 * k + 1
        if child >= size:
            return
        if child + 1 < size and bid[begin + child + 1] < bid[begin + child]:
            child += 1
        if bid[begin + k] <= bid[begin + child]:
            return
        bid[begin + k], bid[begin + child] = bid[begin + child], bid[begin + k]
        holder[begin + k], holder[begin + child] = holder[begin + child], holder[begin + k]
        k = child


@njit(cache=True, nogil=True)
def _rise(bid, holder, begin, last):
    """Puts the newest bid of a heap in its place."""
    k = last
    while k > 0:
        parent = (k - 1) // 2
        if bid[begin + parent] <= bid[begin + k]:
            return
        bid[begin + k], bid[begin + parent] = bid[begin + parent], bid[begin + k]
        holder[begin + k], holder[begin + parent] = holder[begin + parent], holder[begin + k]
        k = parent


@njit(cache=True, nogil=True)
def auction(cost, places, epsilon, worth, price, chosen):
    """Fills price: int64[targets], chosen: int32[walkers] (-1: none is worth its price).

    cost: int32[walkers, targets], INF is no way. places: int64[targets] >= 0. worth: what a walker bears at most beyond his nearest.
    A target's price is the lowest bid that holds one of its seats, and 0 while a seat is free: nobody bids for what is not scarce.
    Each walker's choice is within `epsilon` of the best that the prices offer (Bertsekas 1988, epsilon-complementary slackness).
    """
    walkers, targets = cost.shape
    begin = np.zeros(targets + 1, np.int64)
    for j in range(targets):
        begin[j + 1] = begin[j] + min(places[j], walkers)
        price[j] = 0
    size = np.zeros(targets, np.int64)
    bid = np.empty(begin[targets], np.int64)
    holder = np.empty(begin[targets], np.int32)
    waiting = np.arange(walkers - 1, -1, -1).astype(np.int32)
    count = walkers
    for i in range(walkers):
        chosen[i] = -1
    # invariant: every holder's seat is within epsilon of the best that the prices offer him
    while count > 0:
        count -= 1
        i = waiting[count]
        limit = np.int64(INF)
        for j in range(targets):
            if begin[j + 1] > begin[j] and cost[i, j] < limit:
                limit = np.int64(cost[i, j])
        limit += worth
        best, first, second = -1, limit, limit
        for j in range(targets):
            value = cost[i, j] + price[j]
            if begin[j + 1] == begin[j] or cost[i, j] == INF or value > limit:
                continue
            if best < 0 or value < first:
                second, first, best = first, value, j
            elif value < second:
                second = value
        if best < 0:
            continue
        at = begin[best]
        if size[best] < begin[best + 1] - at:
            bid[at + size[best]] = 0
            holder[at + size[best]] = i
            size[best] += 1
            _rise(bid, holder, at, size[best] - 1)
        else:
            loser = holder[at]
            chosen[loser] = -1
            waiting[count] = loser
            count += 1
            bid[at] += second - first + epsilon
            holder[at] = i
            _sink(bid, holder, at, size[best])
        chosen[i] = best
        if size[best] == begin[best + 1] - at:
            price[best] = bid[at]
