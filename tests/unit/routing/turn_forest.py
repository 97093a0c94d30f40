"""A second oracle for cars, quick enough for whole extracts: Dijkstra over edges by a heap, which expands no network."""

from heapq import heappop, heappush

import numpy as np

import routing
from routing.profiles import CLOSED

NO_WAY = 2**31 - 1
Seed = tuple[int, int, int]
"""Edge, deciseconds from its beginning, target."""


def drive_times(network: routing.Network, cost: np.ndarray, seeds: list[Seed]) -> np.ndarray:
    """int64[edges]: deciseconds from the beginning of each edge to the best target, NO_WAY if there is none."""
    rules = Rules(network, cost)
    best = np.full(network.edge_count, NO_WAY, np.int64)
    heap = [(spent, edge) for edge, spent, _ in seeds if cost[edge] < CLOSED]
    heap.sort()
    for spent, edge in heap:
        best[edge] = min(best[edge], spent)
    while heap:
        now, edge = heappop(heap)
        if now > best[edge]:
            continue
        for before in rules.before(edge):
            if now + rules.cost[before] < best[before] and rules.allow(before, edge):
                best[before] = now + rules.cost[before]
                heappush(heap, (int(best[before]), before))
    return best


class Rules:
    """Which edge may follow which, by plain lists and sets."""

    def __init__(self, network: routing.Network, cost: np.ndarray) -> None:
        self.cost = cost.tolist()
        self.link, self.tail, self.head = (
            c.tolist() for c in (network.edge_link, network.edge_tail, network.edge_head)
        )
        self.no: dict[int, set[int]] = {}
        self.only: dict[int, set[int]] = {}
        rows = zip(network.turn_from.tolist(), network.turn_to.tolist(), network.turn_only, strict=True)
        for start, goal, only in rows:
            (self.only if only else self.no).setdefault(start, set()).add(goal)
        self.into: dict[int, list[int]] = {}
        self.links_out: dict[int, set[int]] = {}
        for edge in np.flatnonzero(cost < CLOSED).tolist():
            self.into.setdefault(self.head[edge], []).append(edge)
            self.links_out.setdefault(self.tail[edge], set()).add(self.link[edge])

    def before(self, edge: int) -> list[int]:
        return self.into.get(self.tail[edge], [])

    def allow(self, start: int, goal: int) -> bool:
        if goal in self.no.get(start, ()):
            return False
        if only := self.only.get(start):
            return goal in only
        if self.link[start] != self.link[goal] or self.tail[start] == self.head[start]:
            return True
        return not self.links_out[self.tail[goal]] - {self.link[goal]}
