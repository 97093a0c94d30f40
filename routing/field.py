"""The shelter field: for each node the best target, the cost and the next edge. Built whole; read by anybody."""

import dataclasses
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
    """Where targets hang on the network, one row per way in: from `node` along `edge` for `share` of it.

    node, edge, cost, time, target: int32[seeds]; share: float64[seeds]. cost is as weighed now, time as walked, in deciseconds.
    """

    node: Ints
    edge: Ints
    cost: Ints
    time: Ints
    target: Ints
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
    _snaps: dict[tuple[float, float], Snap | None] = dataclasses.field(default_factory=dict, repr=False)

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

    def snap_target(self, target: Target) -> Snap | None:
        """Where a target hangs on the network, within 300 m; remembered, since targets stay where they are."""
        place = (target.lat, target.lon)
        if place not in self._snaps:
            self._snaps[place] = self.snapper.find(*place, self.usable, reach_m=NEAR_M)
        return self._snaps[place]


@dataclass(frozen=True)
class Field:
    """An answer for every node. Immutable: a change makes a new one.

    dist, next_edge, target: int32[nodes], see `routing.kernels.forest`. cost: int32[edges] with closures and membranes.
    snaps: where each target hangs; None is more than 300 m from any usable way.
    """

    walking: Walking
    overlay: Overlay
    targets: tuple[Target, ...]
    snaps: tuple[Snap | None, ...]
    seeds: Seeds
    cost: Ints
    dist: Ints
    next_edge: Ints
    target: Ints

    @classmethod
    def build(cls, walking: Walking, targets: Sequence[Target], overlay: Overlay) -> "Field":
        """Builds the whole forest: milliseconds for a city."""
        network = walking.network
        ordered = tuple(sorted(targets, key=lambda t: t.id))
        cost = overlay.apply(walking.cost)
        snaps = tuple(walking.snap_target(t) for t in ordered)
        seeds = make_seeds(walking, snaps, cost)
        dist, next_edge, best = (np.empty(network.node_count, np.int32) for _ in range(3))
        build_forest(
            network.in_start, network.edge_tail, cost, seeds.node, seeds.cost, seeds.target,
            dist, next_edge, best, _buckets(cost, seeds.cost),
        )  # fmt: skip
        return cls(walking, overlay, ordered, snaps, seeds, cost, dist, next_edge, best)

    @property
    def network(self) -> Network:
        return self.walking.network

    @property
    def unreachable(self) -> tuple[str, ...]:
        """Ids of targets that are more than 300 m from any usable way."""
        return tuple(t.id for t, snap in zip(self.targets, self.snaps, strict=True) if snap is None)

    def way_from(self, node: int) -> Ints:
        """Edges from a node to its target, in order; empty at a seed or where nothing is reachable."""
        out = np.empty(self.network.node_count, np.int32)
        return out[: follow(node, self.next_edge, self.network.edge_head, out)]

    def seed_at(self, node: int) -> int:
        """Row of `seeds` through which a way that ends at `node` reaches its target."""
        rows = np.flatnonzero((self.seeds.node == node) & (self.seeds.target == self.target[node]))
        return int(rows[np.argmin(self.seeds.cost[rows])])

    def targets_on(self, link: int) -> list[int]:
        """Indexes of the targets that hang on a link, in order."""
        return self._targets_by_link.get(link, [])

    def nearest(self, starts: Sequence[tuple[int, int, int]], count: int) -> list[tuple[int, int, int]]:
        """The `count` nearest distinct targets from (node, cost, time) starts, as (cost, target, time)."""
        found = np.empty((count, 3), np.int64)
        begin, rows = self._seeds_by_node
        seeds, network = self.seeds, self.network
        table = np.array(starts, np.int64).reshape(-1, 3)
        got = nearest_targets(
            network.out_start, network.out_edge, network.edge_head, self.cost, self.walking.cost,
            table[:, 0], table[:, 1], table[:, 2],
            begin, seeds.target[rows], seeds.cost[rows], seeds.time[rows], found,
        )  # fmt: skip
        return [(int(c), int(t), int(s)) for c, t, s in found[:got]]

    @cached_property
    def _seeds_by_node(self) -> tuple[Ints, npt.NDArray[np.int64]]:
        start = np.zeros(self.network.node_count + 1, np.int32)
        np.cumsum(np.bincount(self.seeds.node, minlength=self.network.node_count), out=start[1:])
        return start, np.argsort(self.seeds.node, kind="stable")

    @cached_property
    def _targets_by_link(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for index, snap in enumerate(self.snaps):
            if snap is not None:
                found.setdefault(snap.link, []).append(index)
        return found

    def is_reachable(self, node: int) -> bool:
        """Whether any target can be reached from the node."""
        return bool(self.dist[node] != INF)


def partial_cost(cost: int, share: float) -> int:
    """Deciseconds for a share of an edge."""
    return round(cost * share)


def make_seeds(walking: Walking, snaps: Sequence[Snap | None], cost: Ints) -> Seeds:
    """Both ways in to each target, where they are open."""
    rows: list[tuple[int, int, int, int, int]] = []
    shares: list[float] = []
    there, back = walking.network.edge_of_link
    for index, snap in enumerate(snaps):
        if snap is None:
            continue
        for edge, share in ((int(there[snap.link]), snap.share), (int(back[snap.link]), 1 - snap.share)):
            if edge >= 0 and cost[edge] < CLOSED:
                weighed, walked = (partial_cost(int(c[edge]), share) for c in (cost, walking.cost))
                rows.append((int(walking.network.edge_tail[edge]), edge, weighed, walked, index))
                shares.append(share)
    node, edges, price, time, target = np.array(rows, np.int32).reshape(-1, 5).T.copy()
    return Seeds(node, edges, price, time, target, np.array(shares, np.float64))


def _buckets(cost: Ints, seed_cost: Ints) -> int:
    finite = cost[cost < CLOSED]
    largest = max(int(finite.max(initial=1)), int(seed_cost.max(initial=0)))
    return 1 << (largest + 1).bit_length()
