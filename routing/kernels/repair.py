"""Repair of a forest after a change: cut what hung on worsened edges, let it in again from the rim, relax.

After Ramalingam and Reps (1996, An incremental algorithm for a generalization of the shortest-path problem), with the wide buckets
of Meyer and Sanders (2003, Delta-stepping) while it is little; much is left to `forest.settle_many`. Ends in the very forest that
`build_forest` makes: at each node the least (cost, target, edge). It is the only one in which each node has the best that its
neighbours offer, so the order decides nothing.
"""

import numpy as np
from numba import njit

from routing.kernels.forest import CLOSED, INF

BUCKETS = 1 << 11
LEAST_WIDTH = 6
"""Bits of the cost that a bucket does not tell apart: 64 deciseconds, shorter than most edges."""
CUT_TOO_MUCH = -1
NEW, SEEN, QUEUED = range(3)
"""States of a node: as before; looked at; looked at and in a bucket."""
SURELY_FEW = 32
"""One node of so many is cut off in no time; when there are more, a sample tells beforehand whether it will be too much."""
SAMPLE = 64


@njit(inline="always")
def _improve(node, d, goal, edge, dist, next_edge, target, state):
    """Gives a node a better label, if it is one; whether those behind it must hear of it.

    They must when they come through a node that is other than before: also when it has the same cost by another edge, or the same
    label, but not the same way farther ahead. Whoever hangs on a node that was seen was seen as well.
    """
    if d > dist[node]:
        return False
    if d == dist[node]:
        if goal > target[node] or (goal == target[node] and edge > next_edge[node]):
            return False
        if goal == target[node] and state[node] != NEW:
            next_edge[node] = edge
            return False
    dist[node] = d
    next_edge[node] = edge
    target[node] = goal
    return True


@njit(cache=True, nogil=True)
def _seems_too_much(edge_head, next_edge, state, limit):
    """Whether more than `limit` ways come by a node that was seen, to judge by some spread over all."""
    nodes = len(next_edge)
    every = max(1, nodes // SAMPLE)
    asked, hit = (nodes + every - 1) // every, 0
    for v in range(0, nodes, every):
        while state[v] == NEW and next_edge[v] >= 0:
            v = edge_head[next_edge[v]]
        hit += 1 if state[v] == SEEN else 0
        if hit * nodes > limit * asked:
            return True
    return False


@njit(inline="always")
def _is_better_off(v, out_start, out_edge, edge_head, former, cost, dist):
    """Whether a way out of a node got cheaper, and so much that it is better than the one it has."""
    for k in range(out_start[v], out_start[v + 1]):
        e = out_edge[k]
        if cost[e] < former[e] and (dist[v] == INF or np.int64(dist[edge_head[e]]) + cost[e] < dist[v]):
            return True
    return False


@njit(cache=True, nogil=True)
def seems_dear(out_start, out_edge, edge_head, former, cost, dist, next_edge, places, limit):
    """Whether what edges cost now concerns more than `limit` nodes, to judge by the ways from (about) so many places spread over all.

    former, cost: int32[edges], what each cost and costs. A way is concerned where an edge on it got dearer, or where somebody on it
    is better off by another.
    """
    nodes = len(next_edge)
    every = max(1, nodes // places)
    asked, hit = (nodes + every - 1) // every, 0
    for start in range(0, nodes, every):
        v = start
        e = next_edge[v]
        is_hit = _is_better_off(v, out_start, out_edge, edge_head, former, cost, dist)
        while e >= 0 and not is_hit:
            v = edge_head[e]
            is_hit = cost[e] > former[e] or _is_better_off(
                v, out_start, out_edge, edge_head, former, cost, dist
            )
            e = next_edge[v]
        hit += 1 if is_hit else 0
        if hit * nodes > limit * asked:
            return True
    return False


@njit(cache=True, nogil=True)
def cut_off(in_start, edge_tail, edge_head, cost, changed, former_cost, moved, next_edge, state, work, limit):
    """Lists the subtrees under worsened edges and moved roots; how many nodes, CUT_TOO_MUCH if (about) more than `limit`.

    cost: int32[edges] as it is now; changed: int32[k] edges, each once, that cost `former_cost` before. moved: int32[m], roots whose
    seed is not the same any more. state: uint8[nodes] zeros, and work: int32[nodes] are for `repair_forest`.
    """
    count = 0
    for i in range(len(changed)):
        e = changed[i]
        t = edge_tail[e]
        if cost[e] > former_cost[i] and next_edge[t] == e:
            state[t] = SEEN
            work[count] = t
            count += 1
    for i in range(len(moved)):
        state[moved[i]] = SEEN
        work[count] = moved[i]
        count += 1
    few = 0 if count > SAMPLE else min(limit, len(next_edge) // SURELY_FEW)
    i = 0
    while i < count:
        if count > few:
            if count > limit or (few < limit and _seems_too_much(edge_head, next_edge, state, limit)):
                return CUT_TOO_MUCH
            few = limit
        v = work[i]
        i += 1
        for e in range(in_start[v], in_start[v + 1]):
            t = edge_tail[e]
            if next_edge[t] == e and state[t] == NEW:
                state[t] = SEEN
                work[count] = t
                count += 1
    return count


@njit(cache=True, nogil=True)
def _let_in(out_start, out_edge, edge_head, cost, dist, next_edge, target, state, work, cut):
    """Gives each cut node its best way to one that was not cut, or none."""
    for i in range(cut):
        v = work[i]
        best, best_edge, best_goal = np.int64(INF), -1, -1
        for k in range(out_start[v], out_start[v + 1]):
            e = out_edge[k]
            h = edge_head[e]
            if cost[e] >= CLOSED or state[h] != NEW or dist[h] == INF:
                continue
            d = np.int64(dist[h]) + cost[e]
            goal = target[h]
            if d < best or (d == best and (goal < best_goal or (goal == best_goal and e < best_edge))):
                best, best_edge, best_goal = d, e, goal
        dist[v] = best
        next_edge[v] = best_edge
        target[v] = best_goal


@njit(cache=True, nogil=True)
def _offer_changed(
    edge_tail, edge_head, cost, changed, former_cost, dist, next_edge, target, state, work, count
):
    """Lets edges that got cheaper offer what is behind them; how many nodes are in `work` then."""
    for i in range(len(changed)):
        e = changed[i]
        t, h = edge_tail[e], edge_head[e]
        if cost[e] >= former_cost[i] or dist[h] == INF:
            continue
        d = np.int64(dist[h]) + cost[e]
        if _improve(t, d, target[h], e, dist, next_edge, target, state) and state[t] == NEW:
            state[t] = SEEN
            work[count] = t
            count += 1
    return count


@njit(cache=True, nogil=True)
def _offer_all(in_start, edge_tail, cost, dist, next_edge, target, state, work, count):
    """Lets every edge offer what is behind it; how many nodes are in `work` then. Tells nobody of another way of the same cost."""
    for v in range(len(dist)):
        if dist[v] == INF:
            continue
        for e in range(in_start[v], in_start[v + 1]):
            if cost[e] >= CLOSED:
                continue
            t, d = edge_tail[e], dist[v] + cost[e]
            if d > dist[t]:
                continue
            if d == dist[t] and (target[v] > target[t] or (target[v] == target[t] and e >= next_edge[t])):
                continue
            dist[t] = d
            next_edge[t] = e
            target[t] = target[v]
            if state[t] == NEW:
                state[t] = SEEN
                work[count] = t
                count += 1
    return count


@njit(cache=True, nogil=True)
def repair_forest(
    in_start, edge_tail, edge_head, out_start, out_edge, cost, changed, former_cost, largest,
    seed_node, seed_cost, seed_target, dist, next_edge, target, state, work, cut, many, is_shifted,
):  # fmt: skip
    """Brings dist, next_edge, target: int32[nodes] up to date in place, after `cut_off`; returns how many nodes are in `work`.

    No finite cost of an edge is more than `largest`. seed_*: all seeds as they are now. target: already in the numbers of the seeds'
    targets. is_shifted: dist was moved with the prices, so whoever is at a border may be better off beyond it.
    Afterwards the first of `work` are the nodes on whose way anything is other than before, be it far ahead: a cost, a
    next edge, the target, the seed. These are all that were cut off, all with a better label, and all behind them. Where more than
    `many` are concerned, or all are by a price, it is quicker not to list them: then it returns ~n, and the first n of `work` still
    have to be heard (`settle_many`).
    """
    _let_in(out_start, out_edge, edge_head, cost, dist, next_edge, target, state, work, cut)
    if is_shifted:
        count = _offer_all(in_start, edge_tail, cost, dist, next_edge, target, state, work, cut)
    else:
        count = _offer_changed(
            edge_tail, edge_head, cost, changed, former_cost, dist, next_edge, target, state, work, cut
        )
    for i in range(len(seed_node)):
        v, c, goal = seed_node[i], seed_cost[i], seed_target[i]
        if next_edge[v] < 0 and dist[v] == c and target[v] == goal:
            continue
        if _improve(v, c, goal, -1, dist, next_edge, target, state) and state[v] == NEW:
            state[v] = SEEN
            work[count] = v
            count += 1
    for i in range(count):
        if dist[work[i]] < INF:
            state[work[i]] = QUEUED
    if count <= many and not is_shifted:
        count = _settle(in_start, edge_tail, cost, dist, next_edge, target, state, work, count, largest, many)
        if count <= many:
            return count
    waiting = 0
    for i in range(count):
        if state[work[i]] == QUEUED:
            work[waiting] = work[i]
            waiting += 1
    return ~waiting


@njit(inline="always")
def _link(node, slot, heads, before, after):
    """Puts a node first in a bucket. before: the node before it, or ~slot at the first."""
    first = heads[slot]
    if first >= 0:
        before[first] = node
    before[node] = ~slot
    after[node] = first
    heads[slot] = node


@njit(inline="always")
def _unlink(node, heads, before, after):
    """Takes a node out of its bucket."""
    if before[node] < 0:
        heads[~before[node]] = after[node]
    else:
        after[before[node]] = after[node]
    if after[node] >= 0:
        before[after[node]] = before[node]


@njit(cache=True, nogil=True)
def _settle(in_start, edge_tail, cost, dist, next_edge, target, state, work, count, largest, many):
    """Relaxes from the nodes in `work` on, about in the order of their costs; how many nodes are in `work` then.

    Gives up when they are more than `many`: whoever still has to be heard is QUEUED.
    """
    low, high = np.int64(INF), np.int64(0)
    for i in range(count):
        d = np.int64(dist[work[i]])
        if d < INF:
            low, high = min(low, d), max(high, d)
    width = LEAST_WIDTH
    while (max(high - low, np.int64(largest)) >> width) >= BUCKETS - 1:  # all that waits fits in one round
        width += 1
    heads = np.full(BUCKETS, -1, np.int32)
    before, after = np.empty(len(dist), np.int32), np.empty(len(dist), np.int32)
    waiting = 0
    for i in range(count):
        v = work[i]
        if dist[v] < INF:
            _link(v, (dist[v] >> width) & (BUCKETS - 1), heads, before, after)
            waiting += 1
    now = low >> width
    while waiting > 0 and count <= many:
        slot = now & (BUCKETS - 1)
        # invariant: whatever costs less than this bucket has its final label, and those behind it heard of it
        while heads[slot] >= 0:
            v = heads[slot]
            _unlink(v, heads, before, after)
            state[v] = SEEN
            waiting -= 1
            d, goal = np.int64(dist[v]), target[v]
            for e in range(in_start[v], in_start[v + 1]):
                t = edge_tail[e]
                if cost[e] >= CLOSED or not _improve(t, d + cost[e], goal, e, dist, next_edge, target, state):
                    continue
                if state[t] == NEW:
                    work[count] = t
                    count += 1
                if state[t] == QUEUED:
                    _unlink(t, heads, before, after)
                else:
                    state[t] = QUEUED
                    waiting += 1
                _link(t, (dist[t] >> width) & (BUCKETS - 1), heads, before, after)
        now += 1
    return count
