"""A danger that moves: until when one may leave, and the shortest way that survives leaving now. Knows no feed and no clock: times are deciseconds from now.

A node must be left by the time the danger arrives there; an edge (bridge, underpass) must be passed by the time it fails.
L(u) = min(T(u), max over edges of min(L(v), Te) - c), see `routing.kernels.depart`.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from routing.errors import RoutingError
from routing.field import Field, Ints, Seeds
from routing.kernels.depart import (
    LABEL_AFTER,
    LABEL_EDGE,
    LABEL_LATEST,
    LABEL_SHORTER,
    LABEL_TARGET,
    LABEL_TIME,
    NEVER,
    latest_along,
    survivable_labels,
)
from routing.network import Network
from routing.profiles import CLOSED


@dataclass(frozen=True, slots=True)
class Escape:
    """A way that survives. margin_ds: how much later than asked one may leave and still pass it; NEVER: no danger binds.

    target: index into the targets that `seeds` speaks of. seed: row of `seeds` by which the way ends. time_ds: to the target.
    """

    edges: Ints
    target: int
    seed: int
    time_ds: int
    margin_ds: int


@dataclass(frozen=True)
class Departure:
    """The answer for every node against one danger. Immutable, as a field is.

    time_ds: int32[edges] as walked, CLOSED is no way. arrival_ds: int32[nodes] and fails_ds: int32[edges], NEVER where no danger
    comes. seed_latest_ds: int32[seeds], last moment to be at the seed's node. labels: int32[k, 6], longest: int32[nodes], see
    `routing.kernels.depart.survivable_labels`.
    """

    network: Network
    seeds: Seeds
    time_ds: Ints
    arrival_ds: Ints
    fails_ds: Ints
    seed_latest_ds: Ints
    labels: Ints
    longest: Ints

    @classmethod
    def build(
        cls,
        network: Network,
        seeds: Seeds,
        *,
        time_ds: Ints,
        arrival_ds: Ints,
        edge_fails_ds: Ints,
        target_fails_ds: Ints | None = None,
    ) -> "Departure":
        """Works out every way worth keeping: as cheap as a few fields.

        target_fails_ds: int32[targets], by when one must have arrived; None: a target stands whatever comes.

        Raises:
            RoutingError: a column of another length than the network's, or an edge that takes no time.
        """
        _require_length("time_ds", time_ds, network.edge_count, "edges")
        _require_length("arrival_ds", arrival_ds, network.node_count, "nodes")
        _require_length("edge_fails_ds", edge_fails_ds, network.edge_count, "edges")
        if int(time_ds.min(initial=1)) < 1:
            raise RoutingError(
                f"an edge takes {int(time_ds.min())} ds: the least is 1, or labels have no order"
            )
        arrival, fails = (np.maximum(column, -1).astype(np.int32) for column in (arrival_ds, edge_fails_ds))
        until = fails[seeds.edge]
        if target_fails_ds is not None:
            until = np.minimum(until, np.maximum(target_fails_ds, -1)[seeds.target])
        seed_latest = np.where(until == NEVER, NEVER, until - seeds.time)
        seed_latest = np.minimum(seed_latest, arrival[seeds.node]).astype(np.int32)
        finite = time_ds[time_ds < CLOSED]
        largest = max(int(finite.max(initial=1)), int(seeds.time.max(initial=0)))
        labels, longest = survivable_labels(
            network.in_start, network.edge_tail, time_ds, arrival, fails,
            seeds.node, seeds.time, seed_latest, seeds.target, 1 << (largest + 1).bit_length(),
        )  # fmt: skip
        return cls(network, seeds, time_ds, arrival, fails, seed_latest, labels, longest)

    @classmethod
    def of(
        cls, field: Field, *, arrival_ds: Ints, edge_fails_ds: Ints, target_fails_ds: Ints | None = None
    ) -> "Departure":
        """Against a danger, with the targets, closures and membranes of a field. Times are as walked, not as weighed."""
        time = np.where(field.cost < CLOSED, field.walking.cost, CLOSED).astype(np.int32)
        return cls.build(
            field.network, field.seeds, time_ds=time,
            arrival_ds=arrival_ds, edge_fails_ds=edge_fails_ds, target_fails_ds=target_fails_ds,
        )  # fmt: skip

    @cached_property
    def latest_ds(self) -> Ints:
        """int32[nodes]: last moment to leave and still survive; NEVER where no danger binds, -1 where it is too late."""
        latest = np.full(self.network.node_count, -1, np.int32)
        survives = self.longest >= 0
        latest[survives] = self.labels[self.longest[survives], LABEL_LATEST]
        return latest

    @cached_property
    def seeds_by_node(self) -> tuple[Ints, npt.NDArray[np.int64]]:
        """Where each node's rows of `seeds` begin, int32[nodes + 1], and the rows, int64[seeds]."""
        begin = np.zeros(self.network.node_count + 1, np.int32)
        np.cumsum(np.bincount(self.seeds.node, minlength=self.network.node_count), out=begin[1:])
        return begin, np.argsort(self.seeds.node, kind="stable")

    def find_escape(self, node: int, leave_at_ds: int = 0) -> Escape | None:
        """The shortest way that survives leaving the node then; None: none does. Equal ways: by (target, edge), as in the field."""
        label = self._find_label(node, leave_at_ds)
        if label < 0:
            return None
        table = self.labels
        time, latest, target = (int(table[label, c]) for c in (LABEL_TIME, LABEL_LATEST, LABEL_TARGET))
        margin = latest if latest == NEVER else latest - leave_at_ds
        edges = []
        while table[label, LABEL_EDGE] >= 0:
            edges.append(int(table[label, LABEL_EDGE]))
            label = int(table[label, LABEL_AFTER])
        seed = ~int(table[label, LABEL_AFTER])
        return Escape(np.array(edges, np.int32), target, seed, time, margin)

    def way_from(self, node: int, leave_at_ds: int = 0) -> Ints | None:
        """Edges of `find_escape`, in order; empty at a seed; None: no way survives."""
        escape = self.find_escape(node, leave_at_ds)
        return None if escape is None else escape.edges

    def margin_ds(self, node: int, leave_at_ds: int = 0) -> int | None:
        """How much later than that one may leave on the way of `find_escape`; None: no way survives."""
        label = self._find_label(node, leave_at_ds)
        if label < 0:
            return None
        latest = int(self.labels[label, LABEL_LATEST])
        return latest if latest == NEVER else latest - leave_at_ds

    def along(self, field: Field) -> Ints:
        """int32[nodes]: last moment to leave when one follows the field's way, which does not know of the danger; -1: too late."""
        network, seeds = field.network, self.seeds
        at_end = np.full(network.node_count, -1, np.int32)
        chosen = field.target[seeds.node] == seeds.target
        cheapest = np.full(network.node_count, NEVER, np.int32)
        np.minimum.at(cheapest, seeds.node[chosen], seeds.cost[chosen])
        chosen &= seeds.cost == cheapest[seeds.node]
        for row in np.flatnonzero(chosen)[::-1]:  # of equal seeds the first one counts, as in `Field.seed_at`
            at_end[seeds.node[row]] = self.seed_latest_ds[row]
        order = np.argsort(field.dist, kind="stable")
        latest = np.empty(network.node_count, np.int32)
        latest_along(
            order[field.target[order] >= 0], field.next_edge, network.edge_head, self.time_ds,
            self.arrival_ds, self.fails_ds, at_end, latest,
        )  # fmt: skip
        return latest

    def _find_label(self, node: int, leave_at_ds: int) -> int:
        """The shortest label that may leave then; -1: none. A node's labels grow in both time and latest departure."""
        table = self.labels
        found, label = -1, int(self.longest[node])
        while label >= 0 and table[label, LABEL_LATEST] >= leave_at_ds:
            found, label = label, int(table[label, LABEL_SHORTER])
        return found


def _require_length(name: str, column: Ints, count: int, of: str) -> None:
    if len(column) != count:
        raise RoutingError(
            f"{name} has {len(column)} values, the network has {count} {of}: give one for each"
        )
