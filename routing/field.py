"""The shelter field: for each node the best target, the cost and the next edge. Built whole; read by anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from routing.kernels.forest import INF, build_forest, follow, label_components, nearest_targets
from routing.network import Network
from routing.overlay import Overlay
from routing.profiles import CLOSED, Profile, edge_costs
from routing.snap import NEAR_M, Snap, Snapper

Ints = npt.NDArray[np.int32]

ISLAND_NODES = 50
"""A piece of fewer nodes is an island: nobody is snapped to it."""


@dataclass(frozen=True, slots=True)
class Target:
    """A place to flee to. Ties are decided by the order of ids."""

    id: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Seeds:
    """Where targets hang on the network, one row per way in.

    node, cost, target: int32[seeds]; at `link`, whose end is the node; share: float64[seeds] of the link from its first point.
    """

    node: Ints
    cost: Ints
    target: Ints
    link: Ints
    share: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Walking:
    """A network as one profile sees it when nothing is closed; made once per profile.

    cost: int32[edges], deciseconds. usable: bool[links]; ways that are cut off from the rest are not (`islands` counts them).
    """

    snapper: Snapper
    profile: Profile
    cost: Ints
    usable: npt.NDArray[np.bool_]
    islands: int

    @classmethod
    def of(cls, snapper: Snapper, profile: Profile) -> "Walking":
        """The costs, and the links that lie in a piece of at least `ISLAND_NODES` nodes (or in the largest piece)."""
        network = snapper.network
        cost = edge_costs(network, profile)
        label = label_components(
            network.in_start, network.edge_tail, network.edge_head, network.out_start, network.out_edge, cost
        )
        sizes = np.bincount(label)
        large = sizes >= min(ISLAND_NODES, int(sizes.max()))
        open_links = np.zeros(network.link_count, bool)
        open_links[network.edge_link[cost < CLOSED]] = True
        usable = open_links & large[label[network.link_u]]
        return cls(snapper, profile, cost, usable, int((open_links & ~usable).sum()))

    @property
    def network(self) -> Network:
        return self.snapper.network


@dataclass(frozen=True)
class Field:
    """An answer for every node. Immutable: a change makes a new one.

    dist, next_edge, target: int32[nodes], see `routing.kernels.forest`. cost: int32[edges] with closures and membranes.
    `unreachable`: ids of targets that are more than 300 m from any usable way.
    """

    walking: Walking
    targets: tuple[Target, ...]
    seeds: Seeds
    snaps: tuple[Snap | None, ...]
    cost: Ints
    dist: Ints
    next_edge: Ints
    target: Ints
    unreachable: tuple[str, ...]

    @classmethod
    def build(cls, walking: Walking, targets: Sequence[Target], overlay: Overlay) -> "Field":
        """Builds the whole forest: milliseconds for a city."""
        network, snapper = walking.network, walking.snapper
        ordered = tuple(sorted(targets, key=lambda t: t.id))
        cost = overlay.apply(walking.cost)
        snaps = tuple(snapper.find(t.lat, t.lon, walking.usable, reach_m=NEAR_M) for t in ordered)
        seeds = _seeds(network, snaps, cost)
        dist, next_edge, best = (np.empty(network.node_count, np.int32) for _ in range(3))
        build_forest(
            network.in_start, network.edge_tail, cost, seeds.node, seeds.cost, seeds.target,
            dist, next_edge, best, _buckets(cost, seeds.cost),
        )  # fmt: skip
        lost = tuple(t.id for t, s in zip(ordered, snaps, strict=True) if s is None)
        return cls(walking, ordered, seeds, snaps, cost, dist, next_edge, best, lost)

    @property
    def network(self) -> Network:
        return self.walking.network

    def way_from(self, node: int) -> Ints:
        """Edges from a node to its target, in order; empty at a seed or where nothing is reachable."""
        out = np.empty(self.network.node_count, np.int32)
        return out[: follow(node, self.next_edge, self.network.edge_head, out)]

    def seed_at(self, node: int) -> int:
        """Row of `seeds` through which a way that ends at `node` reaches its target."""
        rows = np.flatnonzero((self.seeds.node == node) & (self.seeds.target == self.target[node]))
        return int(rows[np.argmin(self.seeds.cost[rows])])

    def nearest(self, starts: Sequence[tuple[int, int]], count: int) -> list[tuple[int, int]]:
        """The `count` nearest distinct targets from (node, cost) starts, as (cost, target)."""
        found = np.empty((count, 2), np.int64)
        start, target, cost = self._seeds_by_node
        nodes = np.array([s[0] for s in starts], np.int32)
        costs = np.array([s[1] for s in starts], np.int64)
        network = self.network
        got = nearest_targets(
            network.out_start,
            network.out_edge,
            network.edge_head,
            self.cost,
            nodes,
            costs,
            start,
            target,
            cost,
            found,
        )
        return [(int(c), int(t)) for c, t in found[:got]]

    @cached_property
    def _seeds_by_node(self) -> tuple[Ints, Ints, Ints]:
        order = np.argsort(self.seeds.node, kind="stable")
        start = np.zeros(self.network.node_count + 1, np.int32)
        np.cumsum(np.bincount(self.seeds.node, minlength=self.network.node_count), out=start[1:])
        return start, self.seeds.target[order], self.seeds.cost[order]

    def is_reachable(self, node: int) -> bool:
        """Whether any target can be reached from the node."""
        return bool(self.dist[node] != INF)


def partial_cost(cost: int, share: float) -> int:
    """Deciseconds for a share of an edge."""
    return round(cost * share)


def _seeds(network: Network, snaps: tuple[Snap | None, ...], cost: Ints) -> Seeds:
    rows: list[tuple[int, int, int, int, float]] = []
    there, back = network.edge_of_link
    for index, snap in enumerate(snaps):
        if snap is None:
            continue
        for edge, share in ((there[snap.link], snap.share), (back[snap.link], 1 - snap.share)):
            if edge >= 0 and cost[edge] < CLOSED:
                node = int(network.edge_tail[edge])
                rows.append((node, partial_cost(int(cost[edge]), share), index, snap.link, snap.share))
    nodes, prices, targets, links = (np.array([r[i] for r in rows], np.int32) for i in range(4))
    return Seeds(nodes, prices, targets, links, np.array([r[4] for r in rows], np.float64))


def _buckets(cost: Ints, seed_cost: Ints) -> int:
    finite = cost[cost < CLOSED]
    largest = max(int(finite.max(initial=1)), int(seed_cost.max(initial=0)))
    return 1 << (largest + 1).bit_length()
