"""What each edge costs one profile under one overlay, and what a change of the overlay makes of it. Shared by all fields of both."""

from dataclasses import dataclass, replace

import numpy as np

from routing.errors import RoutingError
from routing.kernels.weigh import weigh_again, weigh_all, weigh_some
from routing.overlay import Overlay, mode_of
from routing.walking import Ints, Walking

_NOTHING: Ints = np.empty(0, np.int32)
MANY = 16
"""When one edge of so many may have changed, it is quicker to weigh all of them in their order."""


@dataclass(frozen=True)
class Weights:
    """cost: int32[edges], deciseconds with closures and zones, CLOSED is no way; no finite one is larger than `largest`. Immutable."""

    walking: Walking
    overlay: Overlay
    cost: Ints
    largest: int

    @classmethod
    def of(cls, walking: Walking, overlay: Overlay) -> "Weights":
        """Weighs every edge.

        Raises:
            RoutingError: the overlay is of another network, as it is for a car's; `routing.cars.weigh` knows both.
        """
        if len(walking.cost) != overlay.network.edge_count:
            raise RoutingError(
                f"{len(walking.cost):,} edges of profile {walking.profile.name} cannot be weighed by an overlay of "
                f"{overlay.network.edge_count:,}: weigh with routing.cars.weigh"
            )
        cost = np.empty(len(walking.cost), np.int32)
        closed = overlay.closed_to(mode_of(walking.profile))
        largest = weigh_all(walking.cost, overlay.zones.factor, closed, walking.network.edge_link, cost)
        return cls(walking, overlay, cost, int(largest))

    def change(self, overlay: Overlay) -> "CostChange":
        """The weights under another overlay of the same network; weighs only edges that one of both touches."""
        if overlay is self.overlay:
            return CostChange(self, self, _NOTHING, _NOTHING)
        network, mode = self.walking.network, mode_of(self.walking.profile)
        closed = overlay.closed_to(mode)
        links = np.flatnonzero(closed != self.overlay.closed_to(mode))
        edges = _NOTHING
        if overlay.zones is not self.overlay.zones:
            edges = np.flatnonzero(overlay.zones.factor != self.overlay.zones.factor).astype(np.int32)
        if (len(edges) + 2 * len(links)) * MANY > network.edge_count:
            return self._change_many(overlay)
        there, back = network.edge_of_link
        edges = np.concatenate([there[links], back[links], edges])
        edges = edges[edges >= 0]
        if len(edges) == 0:
            return CostChange(self, replace(self, overlay=overlay), _NOTHING, _NOTHING)
        cost, former = self.cost.copy(), np.empty(len(edges), np.int32)
        count, largest = weigh_some(
            edges, self.walking.cost, overlay.zones.factor, closed, network.edge_link, cost, former
        )
        weights = Weights(self.walking, overlay, cost, max(self.largest, int(largest)))
        return CostChange(self, weights, edges[:count], former[:count])

    def _change_many(self, overlay: Overlay) -> "CostChange":
        cost, edges = np.empty_like(self.cost), np.empty(len(self.cost), np.int32)
        closed = overlay.closed_to(mode_of(self.walking.profile))
        link = self.walking.network.edge_link
        count, largest = weigh_again(
            self.walking.cost, overlay.zones.factor, closed, link, self.cost, cost, edges
        )
        changed = edges[:count].copy()
        weights = Weights(self.walking, overlay, cost, max(self.largest, int(largest)))
        return CostChange(self, weights, changed, self.cost[changed])


@dataclass(frozen=True)
class CostChange:
    """From one set of weights to another. edges: int32[k], those whose cost changed; former_cost: int32[k], what they cost before."""

    former: Weights
    weights: Weights
    edges: Ints
    former_cost: Ints

    def concerns(self, edges: Ints) -> bool:
        """Whether any of these edges costs another sum."""
        if self.weights is self.former:
            return False
        return not np.array_equal(self.weights.cost[edges], self.former.cost[edges])
