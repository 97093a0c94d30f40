"""Repair of a forest after a change: cut what hung on worsened edges, let it in again from the rim, relax.

After Ramalingam and Reps (1996, An incremental algorithm for a generalization of the shortest-path problem), with the buckets of
Dial (1969). Ends in the very forest that `build_forest` makes: at each node the least (cost, target, edge), which is unique.
"""

import numpy as np
from numba import njit

INF = np.int32(2**31 - 1)
CLOSED = np.int32(1 << 30)
BUCKETS = 1 << 13
"""Costs may be larger: what is farther ahead waits in its bucket for a later lap."""
CUT_TOO_MUCH = -1


@njit(inline="always")
def _offer(node, d, goal, edge, dist, next_edge, target, seen, work, heads, pool_node, pool_next, counts):
    """Gives a node a better label, if it is one; counts: int64[2], entries in the pool and nodes in `work`.

    A node that was seen and keeps its cost is in the queue already: all offers of one cost come before its bucket is reached.
    """
    if d > dist[node]:
        return
    if d == dist[node] and (goal > target[node] or (goal == target[node] and edge >= next_edge[node])):
        return
    if d < dist[node] or seen[node] == 0:
        slot = d & (BUCKETS - 1)
        pool_node[counts[0]] = node
        pool_next[counts[0]] = heads[slot]
        heads[slot] = counts[0]
        counts[0] += 1
    if seen[node] == 0:
        seen[node] = 1
        work[counts[1]] = node
        counts[1] += 1
    dist[node] = d
    next_edge[node] = edge
    target[node] = goal


@njit(cache=True, nogil=True)
def _cut(in_start, edge_tail, cost, changed, former_cost, moved, next_edge, seen, work, limit):
    """Lists the subtrees under worsened edges and moved roots in `work`; how many nodes, CUT_TOO_MUCH if more than `limit`."""
    count = 0
    for i in range(len(changed)):
        e = changed[i]
        t = edge_tail[e]
        if cost[e] > former_cost[i] and next_edge[t] == e and seen[t] == 0:
            seen[t] = 1
            work[count] = t
            count += 1
    for i in range(len(moved)):
        if seen[moved[i]] == 0:
            seen[moved[i]] = 1
            work[count] = moved[i]
            count += 1
    i = 0
    while i < count:
        if count > limit:
            return CUT_TOO_MUCH
        v = work[i]
        i += 1
        for e in range(in_start[v], in_start[v + 1]):
            t = edge_tail[e]
            if next_edge[t] == e and seen[t] == 0:
                seen[t] = 1
                work[count] = t
                count += 1
    return count


@njit(cache=True, nogil=True)
def repair_forest(
    in_start, edge_tail, edge_head, out_start, out_edge, cost, changed, former_cost, moved,
    seed_node, seed_cost, seed_target, dist, next_edge, target, seen, work, limit,
):  # fmt: skip
    """Brings dist, next_edge, target: int32[nodes] up to date in place; how many nodes are in `work`, CUT_TOO_MUCH: build anew.

    cost: int32[edges] as it is now; changed: int32[k] edges that cost `former_cost` before. moved: int32[m], roots whose seed is
    not the same any more. seed_*: all seeds as they are now. target: already in the numbers of the seeds' targets.
    seen: uint8[nodes] zeros, work: int32[nodes]; both tell afterwards which nodes were looked at. When CUT_TOO_MUCH is
    returned, the forest is as it was.
    """
    counts = np.zeros(2, np.int64)
    cut = _cut(in_start, edge_tail, cost, changed, former_cost, moved, next_edge, seen, work, limit)
    if cut == CUT_TOO_MUCH:
        return cut
    counts[1] = cut
    heads = np.full(BUCKETS, -1, np.int32)
    # each edge makes at most one better offer in each of two roles, each cut node is let in once
    most = 2 * len(edge_tail) + len(seed_node) + cut
    pool_node, pool_next = np.empty(most, np.int32), np.empty(most, np.int32)
    for i in range(cut):
        v = work[i]
        dist[v] = INF
        next_edge[v] = -1
        target[v] = -1
    for i in range(cut):
        v = work[i]
        best, best_edge, best_goal = np.int64(INF), -1, -1
        for k in range(out_start[v], out_start[v + 1]):
            e = out_edge[k]
            h = edge_head[e]
            if cost[e] >= CLOSED or seen[h] != 0 or dist[h] == INF:
                continue
            d = np.int64(dist[h]) + cost[e]
            goal = target[h]
            if d < best or (d == best and (goal < best_goal or (goal == best_goal and e < best_edge))):
                best, best_edge, best_goal = d, e, goal
        if best_edge >= 0:
            _offer(
                v, best, best_goal, best_edge, dist, next_edge, target, seen, work,
                heads, pool_node, pool_next, counts,
            )  # fmt: skip
    for i in range(len(changed)):
        e = changed[i]
        h = edge_head[e]
        if cost[e] < former_cost[i] and dist[h] != INF:
            _offer(
                edge_tail[e], np.int64(dist[h]) + cost[e], target[h], e, dist, next_edge, target, seen, work,
                heads, pool_node, pool_next, counts,
            )  # fmt: skip
    for i in range(len(seed_node)):
        _offer(
            seed_node[i], np.int64(seed_cost[i]), seed_target[i], -1, dist, next_edge, target, seen, work,
            heads, pool_node, pool_next, counts,
        )  # fmt: skip
    _settle(
        in_start, edge_tail, cost, dist, next_edge, target, seen, work, heads, pool_node, pool_next, counts
    )
    return counts[1]


@njit(cache=True, nogil=True)
def _settle(
    in_start, edge_tail, cost, dist, next_edge, target, seen, work, heads, pool_node, pool_next, counts
):
    """Relaxes from the queued nodes on, in the order of their costs."""
    if counts[0] == 0:
        return
    now = np.int64(INF)
    for p in range(counts[0]):
        now = min(now, np.int64(dist[pool_node[p]]))
    done = 0
    while done < counts[0]:
        slot = now & (BUCKETS - 1)
        p = heads[slot]
        heads[slot] = -1
        # invariant: every node whose dist is `now` has its final label
        while p >= 0:
            following = pool_next[p]
            v = pool_node[p]
            if dist[v] > now:  # of a later lap
                pool_next[p] = heads[slot]
                heads[slot] = p
                p = following
                continue
            done += 1
            p = following
            if dist[v] != now:
                continue
            goal = target[v]
            for e in range(in_start[v], in_start[v + 1]):
                if cost[e] < CLOSED:
                    _offer(
                        edge_tail[e], now + cost[e], goal, e, dist, next_edge, target, seen, work,
                        heads, pool_node, pool_next, counts,
                    )  # fmt: skip
        now += 1


@njit(cache=True, nogil=True)
def find_moved_roots(
    next_edge, dist, target, renumber,
    old_order, old_node, old_cost, old_target, old_rest, new_order, new_node, new_cost, new_target, new_rest,
):  # fmt: skip
    """int32[k]: nodes where ways end by a seed that is not the same any more, and not nearer. renumber: int32[targets + 1], to new.

    The seed of a root is the first row of its node, cost and target. *_rest: float64[seeds, 2], what else a row says.
    *_order: rows sorted by node, stable.
    """
    moved = np.empty(len(old_node), np.int32)
    count = k = 0
    previous = -1
    for i in old_order:
        v = old_node[i]
        if v == previous or next_edge[v] >= 0 or dist[v] != old_cost[i] or target[v] != old_target[i]:
            continue
        previous = v
        while k < len(new_order) and new_node[new_order[k]] < v:
            k += 1
        is_better, is_same, is_first = False, False, True
        n = k
        while n < len(new_order) and new_node[new_order[n]] == v:
            j = new_order[n]
            n += 1
            if new_target[j] != renumber[old_target[i]]:
                continue
            if new_cost[j] < old_cost[i]:
                is_better = True
            elif new_cost[j] == old_cost[i] and is_first:
                is_first = False
                is_same = new_rest[j, 0] == old_rest[i, 0] and new_rest[j, 1] == old_rest[i, 1]
        if not is_better and not is_same:
            moved[count] = v
            count += 1
    return moved[:count]


@njit(cache=True, nogil=True)
def find_touched(
    in_start, edge_tail, looked_at, moved, renumber,
    old_dist, old_next, old_target, dist, next_edge, target, touched,
):  # fmt: skip
    """int32[k], in no order: nodes on whose way anything is other than before, be it far ahead: cost, next edge, target or seed.

    looked_at: int32[m], all nodes that may have another label. touched: uint8[nodes] zeros, set to 1 for these.
    """
    found = np.empty(len(dist), np.int32)
    count = 0
    for i in range(len(moved)):
        touched[moved[i]] = 1
        found[count] = moved[i]
        count += 1
    for i in range(len(looked_at)):
        v = looked_at[i]
        same = dist[v] == old_dist[v] and next_edge[v] == old_next[v] and target[v] == renumber[old_target[v]]
        if not same and touched[v] == 0:
            touched[v] = 1
            found[count] = v
            count += 1
    i = 0
    while i < count:
        v = found[i]
        i += 1
        for e in range(in_start[v], in_start[v + 1]):
            t = edge_tail[e]
            if next_edge[t] == e and touched[t] == 0:
                touched[t] = 1
                found[count] = t
                count += 1
    return found[:count].copy()
