"""What two states of a forest have to do with each other: the numbers of targets, their prices, their seeds, and whose way is other."""

import numpy as np
from numba import njit

NEW, SEEN = range(2)
"""States of a node: as before; its way is other."""


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
def shifted(dist, target, shift):
    """int32[nodes]: the costs by each target's new price; shift: int32[targets + 1], how much dearer, its last row is for -1, none."""
    out = np.empty(len(dist), np.int32)
    for v in range(len(dist)):
        out[v] = dist[v] + shift[target[v]]
    return out


@njit(cache=True, nogil=True)
def renumbered(target, renumber):
    """int32[nodes]: the targets by their new numbers; renumber: int32[targets + 1], its last row is for -1, none."""
    out = np.empty(len(target), np.int32)
    for v in range(len(target)):
        out[v] = renumber[target[v]]
    return out


@njit(cache=True, nogil=True)
def compare_forests(
    in_start,
    edge_tail,
    changed,
    moved,
    renumber,
    old_dist,
    old_next,
    old_target,
    dist,
    next_edge,
    target,
    state,
):
    """int32[k], rising: nodes on whose way anything is other in one forest than in another; see `repair_forest`, `cut_off`.

    moved: int32[m], roots whose seed is not the same. renumber: int32[targets + 1], from the old numbers of targets to the new.
    state: uint8[nodes], any; afterwards SEEN for these, NEW for all others.
    """
    found = np.empty(len(dist), np.int32)
    count = 0
    for v in range(len(dist)):
        same = dist[v] == old_dist[v] and target[v] == renumber[old_target[v]]
        state[v] = NEW if same and next_edge[v] == old_next[v] else SEEN
        if same and state[v] == SEEN:
            found[count] = v
            count += 1
    for i in range(len(changed)):
        t = edge_tail[changed[i]]
        if next_edge[t] == changed[i] and state[t] == NEW:  # what changed farther ahead made up for it
            state[t] = SEEN
            found[count] = t
            count += 1
    for i in range(len(moved)):
        if state[moved[i]] == NEW:
            state[moved[i]] = SEEN
            found[count] = moved[i]
            count += 1
    # nobody else's change hides from those behind: they have another cost or target as well
    i = 0
    while i < count:
        v = found[i]
        i += 1
        for e in range(in_start[v], in_start[v + 1]):
            t = edge_tail[e]
            if next_edge[t] == e and state[t] == NEW:
                state[t] = SEEN
                found[count] = t
                count += 1
    count = 0
    for v in range(len(dist)):
        found[count] = v
        count += 1 if state[v] == SEEN else 0
    return found[:count]
