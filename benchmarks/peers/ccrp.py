"""CCRP, the Capacity Constrained Route Planner (Lu, George and Shekhar 2005), as its authors describe it; the peer of `routing.flow`.

Again and again the way on which somebody who still waits arrives earliest, through whatever room earlier groups have left on each
edge in each slot of time; as many as fit there leave by it as one group. One search from all sources at once finds it (their
super source), and it ends at the first target that has room.
"""

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numba import njit

from routing.queues import Crowd, Passages, Plan

SLOT_DS = 50
"""Five seconds. Slots of two take twice as long to plan, and the last one arrives no earlier."""
HORIZON_S = 4 * 3600
MOST_EDGES = 600
"""Of one way."""
NEVER = 2**31 - 1
MOST_TREES = 4000
"""In which all its ways are told to the judge."""


class Tables(NamedTuple):
    """What CCRP reads and books. room: int32[edges, slots], who may still enter; slots: int32[edges], time to pass.

    waiting: int64[nodes]; places: int64[targets]; best, by, when: int32[nodes], slot of arrival, last edge, and slot of entering it.
    path: int32, edges of the groups one after the other; group: int64[groups, 4] (end in path, persons, slot of leaving, source).
    """

    out_start: np.ndarray
    out_edge: np.ndarray
    tail: np.ndarray
    head: np.ndarray
    slots: np.ndarray
    room: np.ndarray
    sources: np.ndarray
    waiting: np.ndarray
    places: np.ndarray
    best: np.ndarray
    by: np.ndarray
    when: np.ndarray
    path: np.ndarray
    group: np.ndarray


@njit(cache=True)
def search(now: Tables, first_target: int) -> int:
    """The target with room that somebody who waits reaches first; -1 if none. Fills best, by, when."""
    now.best[:] = NEVER
    now.by[:] = -1
    heap = [np.int64(0)]
    heap.pop()
    for u in now.sources:
        if now.waiting[u] > 0:
            now.best[u] = 0
            heappush(heap, np.int64(u))
    while len(heap) > 0:
        key = heappop(heap)
        t, u = key >> 32, key & 0xFFFFFFFF
        if u >= first_target and now.places[u - first_target] > 0:
            return u
        if t == now.best[u]:
            go_on(now, t, u, heap)
    return -1


@njit(cache=True)
def go_on(now: Tables, t: int, u: int, heap: list) -> None:
    """Looks along each edge from where one is at slot t, waiting there until it has room."""
    for k in range(now.out_start[u], now.out_start[u + 1]):
        e = now.out_edge[k]
        v = now.head[e]
        s = t
        while s + now.slots[e] < now.best[v] and s < now.room.shape[1] and now.room[e, s] <= 0:
            s += 1
        if s + now.slots[e] < now.best[v] and s < now.room.shape[1]:
            now.best[v], now.by[v], now.when[v] = s + now.slots[e], e, s
            heappush(heap, (np.int64(now.best[v]) << 32) | np.int64(v))


@njit(cache=True)
def book(now: Tables, goal: int, first_target: int, number: int) -> int:
    """Books the way to a goal for as many as fit, as group `number`; how many they are."""
    persons, u, length = now.places[goal - first_target], goal, 0
    while now.by[u] >= 0:
        persons = min(persons, np.int64(now.room[now.by[u], now.when[u]]))
        u = now.tail[now.by[u]]
        length += 1
    persons = min(persons, now.waiting[u])
    used = now.group[number - 1, 0] if number > 0 else 0
    v, slot = goal, np.int64(0)
    for k in range(used + length - 1, used - 1, -1):
        e, slot = now.by[v], np.int64(now.when[v])
        now.path[k] = e
        now.room[e, slot] -= persons
        v = now.tail[e]
    now.group[number, 0], now.group[number, 1] = used + length, persons
    now.group[number, 2], now.group[number, 3] = slot, u
    now.waiting[u] -= persons
    now.places[goal - first_target] -= persons
    return persons


@njit(cache=True)
def ccrp(now: Tables, first_target: int) -> int:
    """Plans for all; how many groups, -1 if somebody finds no way."""
    left, groups = now.waiting.sum(), 0
    while left > 0:
        goal = search(now, first_target)
        if goal < 0:
            return -1
        left -= book(now, goal, first_target, groups)
        groups += 1
    return groups


class Ccrp:
    """The planner with its tables laid out, so that only planning is timed."""

    def __init__(self, passages: Passages, crowd: Crowd, places: np.ndarray) -> None:
        self.passages, self.groups = passages, 0
        nodes = passages.node_count
        out_start = np.zeros(nodes + 1, np.int32)
        np.cumsum(np.bincount(passages.tail, minlength=nodes), out=out_start[1:])
        room = np.maximum(1, np.rint(passages.rate * SLOT_DS / 10)).astype(np.int32)
        self.tables = Tables(
            out_start, np.argsort(passages.tail, kind="stable").astype(np.int32), passages.tail, passages.head,
            np.maximum(1, np.rint(passages.cost / SLOT_DS)).astype(np.int32), np.repeat(room[:, None], HORIZON_S * 10 // SLOT_DS, axis=1),
            np.unique(crowd.node).astype(np.int64), np.bincount(crowd.node, minlength=nodes).astype(np.int64), places.copy(),
            *(np.empty(nodes, np.int32) for _ in range(3)),
            np.empty(MOST_EDGES * len(crowd), np.int32), np.zeros((len(crowd), 4), np.int64),
        )  # fmt: skip

    def plan(self) -> None:
        """Plans, once."""
        self.groups = int(ccrp(self.tables, self.passages.first_target))
        assert self.groups >= 0, "CCRP found no way for somebody"

    def as_plan(self) -> tuple[Crowd, Plan]:
        """The schedule for `routing.queues.replay`: each leaves in the slot of their group."""
        group, groups = self.tables.group[: self.groups], self.groups
        trees = np.full((MOST_TREES, self.passages.node_count), -1, np.int32)
        tree = np.empty(groups, np.int32)
        used = lay_trees(group, self.tables.path, self.passages.tail, trees, tree)
        assert used >= 0, f"CCRP uses more than {MOST_TREES} trees"
        node, leave_ds = np.repeat(group[:, 3], group[:, 1]), np.repeat(group[:, 2] * SLOT_DS, group[:, 1])
        plan = Plan(trees[:used], np.repeat(tree, group[:, 1]))
        return Crowd(node.astype(np.int32), leave_ds), plan


@njit(cache=True)
def lay_trees(
    group: np.ndarray, path: np.ndarray, tail: np.ndarray, trees: np.ndarray, tree: np.ndarray
) -> int:
    """Lays each group's way into the first of trees: int32[k, nodes] in which no other leads elsewhere; how many are used, or -1."""
    used, begin = 0, 0
    for g in range(len(group)):
        chosen = 0
        while chosen < used:
            fits = True
            for k in range(begin, group[g, 0]):
                there = trees[chosen, tail[path[k]]]
                if there >= 0 and there != path[k]:
                    fits = False
                    break
            if fits:
                break
            chosen += 1
        if chosen == len(trees):
            return -1
        used = max(used, chosen + 1)
        for k in range(begin, group[g, 0]):
            trees[chosen, tail[path[k]]] = path[k]
        tree[g] = chosen
        begin = group[g, 0]
    return used
