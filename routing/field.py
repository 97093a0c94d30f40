"""The shelter field: for each node the best target, the cost and the next edge. A value, read by anybody; a change repairs a copy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from routing.errors import RoutingError
from routing.kernels.compare import compare_forests, find_moved_roots, renumbered, shifted
from routing.kernels.forest import INF, build_forest, follow, nearest_targets, settle_many
from routing.kernels.repair import CUT_TOO_MUCH, cut_off, repair_forest, seems_dear
from routing.network import Network
from routing.overlay import Overlay
from routing.seeds import Doors, Seeds, partial_cost
from routing.snap import Snap
from routing.walking import Ints, Target, Walking
from routing.weights import CostChange, Weights

__all__ = ["Field", "Ints", "Repair", "Seeds", "Target", "Walking", "partial_cost"]

REBUILD_SHARE = 0.32
"""A change that cuts off more than this share of the nodes costs nearly as much as building anew."""
FEW_EDGES = 128
"""Where one edge of so many costs another sum, a sample of ways tells whether it is too much before any node is looked at."""
ASKED = 16
"""Places that are asked so."""
MANY_NODES = 32
"""Where one node of so many is concerned, all are settled as a build does it."""
MANY_PRICES = 8
"""Where one target of so many is priced anew, costs are moved with the prices, instead of all ways to it being cut off."""
GONE = -2
"""Number of a target that is none any more; every node that had it is cut off."""


@dataclass(frozen=True)
class Field:
    """An answer for every node. Immutable: a change makes a new one, so that no reader sees half of it.

    dist, next_edge, target: int32[nodes], see `routing.kernels.forest`: 12 bytes a node. The weights are shared by all fields of
    one profile. snaps: where each target hangs; None is more than 300 m from any usable way. doors: the ways in to them; seeds are
    those of them that are open.
    """

    weights: Weights
    targets: tuple[Target, ...]
    snaps: tuple[Snap | None, ...]
    doors: Doors
    seeds: Seeds
    dist: Ints
    next_edge: Ints
    target: Ints

    @classmethod
    def build(cls, walking: Walking, targets: Sequence[Target], overlay: Overlay) -> "Field":
        """Builds the whole forest: milliseconds for a city."""
        return cls.of(Weights.of(walking, overlay), targets)

    @classmethod
    def of(cls, weights: Weights, targets: Sequence[Target]) -> "Field":
        """Builds it on weights that other fields may share.

        Raises:
            RoutingError: two targets of one id.
        """
        ordered = order_targets(targets)
        snaps, doors = _hang(weights.walking, ordered)
        nothing = np.empty(0, np.int32)
        seeds = doors.seeds(weights.walking, weights.cost)
        return cls(weights, ordered, snaps, doors, seeds, nothing, nothing, nothing).grown()

    def grown(self) -> "Field":
        """The same with a forest from nothing."""
        network, cost, seeds = self.network, self.weights.cost, self.seeds
        dist, next_edge, target = (np.empty(network.node_count, np.int32) for _ in range(3))
        largest = max(self.weights.largest, int(seeds.cost.max(initial=0)))
        build_forest(
            network.in_start, network.edge_tail, cost, seeds.node, seeds.cost, seeds.target,
            dist, next_edge, target, 1 << (largest + 1).bit_length(),
        )  # fmt: skip
        return replace(self, dist=dist, next_edge=next_edge, target=target)

    def repair(
        self,
        targets: Sequence[Target] | None = None,
        overlay: Overlay | None = None,
        *,
        change: CostChange | None = None,
        most_cut: float = REBUILD_SHARE,
    ) -> "Repair":
        """The field after a change of targets (None: the same) and overlay (None: the same), equal to a new one bit for bit.

        change: the overlay's change as edge deltas, where fields that share weights have one already. most_cut: share of the
        nodes; it is built anew where more are cut off.

        Raises:
            RoutingError: two targets of one id; a change that does not begin at this field's weights.
        """
        change = change or self.weights.change(overlay or self.overlay)
        if change.former is not self.weights:
            raise RoutingError(
                "this change begins at other weights than the field's: take it from field.weights"
            )
        ordered = self.targets if targets is None else order_targets(targets)
        draft = replace(self, weights=change.weights)
        if ordered != self.targets:
            draft = replace(draft, targets=ordered, **self._hang_again(ordered))
        if draft.doors is not self.doors or change.concerns(self.doors.edge):
            draft = replace(draft, seeds=draft.doors.seeds(self.walking, draft.cost))
        elif change.at_most == 0:
            made = self if change.weights is self.weights else draft
            return Repair(made, False, _nobody)
        return self._mend(draft, change, most_cut)

    def _hang_again(self, targets: tuple[Target, ...]) -> dict[str, Any]:
        """Snaps and doors of other targets; taken from these where all of them are among these, at whatever prices."""
        number = _renumber(self.targets, targets)
        known = [row for row, new in enumerate(number[:-1].tolist()) if new != GONE]
        are_all_known = len(known) == len(targets) and all(
            (self.targets[row].lat, self.targets[row].lon) == (new.lat, new.lon)
            for row, new in zip(known, targets, strict=True)
        )
        if not are_all_known:
            snaps, doors = _hang(self.walking, targets)
        else:
            snaps = tuple(self.snaps[row] for row in known)
            doors = self.doors.of_some(number, [t.price_ds for t in targets])
        return {"snaps": snaps, "doors": doors}

    def _mend(self, draft: "Field", change: CostChange, most_cut: float) -> "Repair":
        """draft: the new weights, targets and seeds, still with the old forest."""
        network, seeds = self.network, draft.seeds
        ways, out = (network.in_start, network.edge_tail), (network.out_start, network.out_edge)
        share = most_cut if draft.targets is self.targets else most_cut**2  # both at once cost as both
        if self._seems_dear(draft, change, int(share * network.node_count)):
            return self._rebuilt(draft, change)
        limit, renumber = int(most_cut * network.node_count), _renumber(self.targets, draft.targets)
        if self._lose_their_target(renumber, limit):
            return self._rebuilt(draft, change)
        shift = self._find_shift(draft)
        dist = self.dist if shift is None else shifted(self.dist, self.target, shift)
        moved = self._find_moved_roots(seeds, renumber, dist, shift)
        state, work = np.zeros(network.node_count, np.uint8), np.empty(network.node_count, np.int32)
        changed = draft.cost, change.edges, change.former_cost
        cut = cut_off(*ways, network.edge_head, *changed, moved, self.next_edge, state, work, limit)
        if cut == CUT_TOO_MUCH:
            return self._rebuilt(draft, change)
        same = draft.targets is self.targets
        target = self.target.copy() if same else renumbered(self.target, renumber)
        dist = dist.copy() if shift is None else dist
        made = replace(draft, dist=dist, next_edge=self.next_edge.copy(), target=target)
        count = repair_forest(
            *ways, network.edge_head, *out, *changed, draft.weights.largest, seeds.node, seeds.cost, seeds.target,
            dist, made.next_edge, target, state, work, cut, network.node_count // MANY_NODES, shift is not None,
        )  # fmt: skip
        if count < 0:
            settle_many(*ways, draft.cost, dist, made.next_edge, target, work[:~count])
            return Repair(made, False, lambda: self._find_touched(made, change))
        touched = work[:count].copy()
        return Repair(made, False, lambda: touched)

    def _seems_dear(self, draft: "Field", change: CostChange, limit: int) -> bool:
        """Whether the ways from some places spread over all tell that most of the change is beyond the limit."""
        network = self.network
        if change.at_most * FEW_EDGES <= network.edge_count:
            return False
        return bool(
            seems_dear(
                network.out_start, network.out_edge, network.edge_head, self.cost, draft.cost,
                self.dist, self.next_edge, ASKED, limit,
            )
        )  # fmt: skip

    def _lose_their_target(self, renumber: Ints, limit: int) -> bool:
        """The same where targets are none any more."""
        asked = self.target[:: max(1, self.network.node_count // ASKED)]
        lost = int(np.count_nonzero(renumber[asked] == GONE))
        return lost * self.network.node_count > limit * len(asked)

    def _rebuilt(self, draft: "Field", change: CostChange) -> "Repair":
        # read in order once, the costs are at hand, as they are for whoever weighs anew and has just written them
        draft.cost.max(initial=0)
        made = draft.grown()
        return Repair(made, True, lambda: self._find_touched(made, change))

    def _find_touched(self, made: "Field", change: CostChange) -> Ints:
        """Where somebody is told anything else by the field that was made of this one."""
        network, renumber = self.network, _renumber(self.targets, made.targets)
        moved = self._find_moved_roots(made.seeds, renumber, self.dist)
        columns = self.dist, self.next_edge, self.target, made.dist, made.next_edge, made.target
        state = np.empty(network.node_count, np.uint8)
        return np.asarray(
            compare_forests(
                network.in_start, network.edge_tail, change.edges, moved, renumber, *columns, state
            )
        )

    def _find_shift(self, draft: "Field") -> Ints | None:
        """int32[targets + 1]: how much dearer each became by its price alone, all its doors alike; None where too few did."""
        if draft.targets is self.targets:
            return None
        prices = {(t.id, t.lat, t.lon): t.price_ds for t in draft.targets}
        dearer = [prices.get((t.id, t.lat, t.lon), t.price_ds) - t.price_ds for t in self.targets]
        shift = np.array([*dearer, 0], np.int32)
        doors = self.doors
        shift[doors.target[draft.cost[doors.edge] != self.cost[doors.edge]]] = 0
        return shift if np.count_nonzero(shift) * MANY_PRICES > len(shift) else None

    def _find_moved_roots(self, seeds: Seeds, renumber: Ints, dist: Ints, shift: Ints | None = None) -> Ints:
        """dist: the costs, moved by `shift`."""
        if seeds is self.seeds:
            return np.empty(0, np.int32)
        old, new = self.seeds, seeds
        old_cost = old.cost if shift is None else old.cost + shift[old.target]
        return np.asarray(
            find_moved_roots(
                self.next_edge, dist, self.target, renumber,
                np.argsort(old.node, kind="stable"), old.node, old_cost, old.target, np.stack([old.edge, old.share], 1),
                np.argsort(new.node, kind="stable"), new.node, new.cost, new.target, np.stack([new.edge, new.share], 1),
            )
        )  # fmt: skip

    @property
    def walking(self) -> Walking:
        return self.weights.walking

    @property
    def overlay(self) -> Overlay:
        return self.weights.overlay

    @property
    def cost(self) -> Ints:
        """int32[edges] with closures and membranes."""
        return self.weights.cost

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


@dataclass(frozen=True)
class Repair:
    """A field after a change. rebuilt: it was cheaper."""

    field: Field
    rebuilt: bool
    _tell: Callable[[], Ints]

    @cached_property
    def touched(self) -> Ints:
        """int32[k], the nodes on whose way anything is other than before, exactly these, in no order.

        Whoever walks by the former field and comes through none of them keeps way, cost and target. Where many are concerned they
        are looked for when somebody asks first; the former field is kept until then.
        """
        return self._tell()


def _nobody() -> Ints:
    return np.empty(0, np.int32)


def order_targets(targets: Sequence[Target]) -> tuple[Target, ...]:
    """By id.

    Raises:
        RoutingError: two of one id.
    """
    ordered = tuple(sorted(targets, key=lambda t: t.id))
    for one, other in pairwise(ordered):
        if one.id == other.id:
            raise RoutingError(
                f"two targets have the id {one.id!r}: ties are decided by it, so give each its own"
            )
    return ordered


def _hang(walking: Walking, targets: tuple[Target, ...]) -> tuple[tuple[Snap | None, ...], Doors]:
    """Where each target hangs on the network, and the ways in."""
    snaps = tuple(walking.snap_target(t) for t in targets)
    return snaps, Doors.of(walking.network, snaps, [t.price_ds for t in targets])


def _renumber(old: tuple[Target, ...], new: tuple[Target, ...]) -> Ints:
    """int32[old + 1]: number of each old target among the new, GONE if it is none; the last row keeps "none" for index -1."""
    if old is new:
        return np.append(np.arange(len(old), dtype=np.int32), np.int32(-1))
    numbers = {target.id: number for number, target in enumerate(new)}
    return np.array([*(numbers.get(target.id, GONE) for target in old), -1], np.int32)
