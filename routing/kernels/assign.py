"""Who gets which place: an auction of seats (Bertsekas and Castañón 1989, The auction algorithm for the transportation problem)."""

import numpy as np
from numba import njit

from routing.kernels.forest import INF


@njit(cache=True, nogil=True)
def _sink(bid, holder):
    """Puts the root of a heap of bids (lowest first), whose children are in order, in its place."""
    k = 0
    while True:
        child = 2 * k + 1
        if child >= len(bid):
            return
        if child + 1 < len(bid) and bid[child + 1] < bid[child]:
            child += 1
        if bid[k] <= bid[child]:
            return
        bid[k], bid[child] = bid[child], bid[k]
        holder[k], holder[child] = holder[child], holder[k]
        k = child


@njit(cache=True, nogil=True)
def auction(cost, places, epsilon, worth, price, chosen):
    """Fills price: int64[targets], chosen: int32[walkers] (-1: none is worth its price).

    cost: int32[walkers, targets], INF is no way. places: int64[targets] >= 0. worth: what a walker bears at most beyond his nearest.
    A target's price is the lowest bid that holds one of its seats, and 0 while a seat is free: nobody bids for what is not scarce.
    Each walker's choice is within `epsilon` of the best that the prices offer (Bertsekas 1988, epsilon-complementary slackness); of
    equal offers he takes the first target's.
    """
    walkers, targets = cost.shape
    seats, taken = np.minimum(places, walkers), np.zeros(targets, np.int64)
    end = np.cumsum(seats)
    bid, holder = np.zeros(seats.sum(), np.int64), np.empty(seats.sum(), np.int32)
    waiting, count = np.arange(walkers).astype(np.int32), walkers
    price[:], chosen[:] = 0, -1
    # invariant: every holder's seat is within epsilon of the best that the prices offer him
    while count > 0:
        count -= 1
        i = waiting[count]
        limit = np.int64(INF)
        for j in range(targets):
            if seats[j] > 0:
                limit = min(limit, np.int64(cost[i, j]))
        limit += worth
        best, first, second = -1, limit, limit
        for j in range(targets):
            value = cost[i, j] + price[j]
            if seats[j] == 0 or cost[i, j] == INF or value > limit:
                continue
            if best < 0 or value < first:
                second, first, best = first, value, j
            else:
                second = min(second, value)
        if best < 0:
            continue
        at = end[best] - seats[best]
        if taken[best] < seats[best]:
            holder[at + taken[best]] = i
            taken[best] += 1
        else:
            loser = holder[at]
            chosen[loser] = -1
            waiting[count] = loser
            count += 1
            bid[at] += second - first + epsilon
            holder[at] = i
            _sink(bid[at : end[best]], holder[at : end[best]])
            price[best] = bid[at]
        chosen[i] = best
