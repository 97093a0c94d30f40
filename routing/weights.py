"""What each edge costs one profile under one overlay, and what a change of the overlay makes of it. Shared by all fields of both."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from routing.errors import RoutingError
from routing.kernels.weigh import list_changed, weigh_links
from routing.overlay import Overlay, mode_of
from routing.walking import Ints, Walking

_NOTHING: Ints = np.empty(0, np.int32)
MANY = 64
"""When one link of so many closes or opens, it is quicker to close all that are closed than to look at these."""


@dataclass(frozen=True)
class Weights:
    """cost: int32[edges], deciseconds with closures and zones, CLOSED is no way; no finite one is larger than `largest`. Immutable.

    open_cost: int32[edges of the streets], the same where every link is open; the same column while nothing is closed.
    """

    walking: Walking
    overlay: Overlay
    cost: Ints
    largest: int
    open_cost: Ints

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
        open_cost, largest = overlay.weigh_open(walking.cost)
        return cls(walking, overlay, overlay.close(open_cost, mode_of(walking.profile)), largest, open_cost)

    def change(self, overlay: Overlay) -> "CostChange":
        """The weights under another overlay of the same network. Where few links close or open, only their edges are weighed."""
        if overlay is self.overlay:
            return CostChange.of(self, self, _NOTHING, _NOTHING)
        mode, factor, former = mode_of(self.walking.profile), overlay.zones.factor, self.overlay.zones.factor
        zoned = 0 if factor is former else int(np.count_nonzero(factor != former))
        closed, was_closed = overlay.closed_to(mode), self.overlay.closed_to(mode)
        count = int(np.count_nonzero(closed != was_closed))
        weights = replace(self, overlay=overlay)
        if zoned == 0 and count * MANY <= overlay.network.link_count:
            cost, edges, before = self.cost.copy(), *(np.empty(2 * count, np.int32) for _ in range(2))
            links, ways = np.flatnonzero(closed != was_closed), overlay.network.edge_of_link
            count = weigh_links(links, closed, *ways, self.open_cost, cost, edges, before)
            if count:
                weights = replace(weights, cost=cost)
            return CostChange.of(self, weights, edges[:count], before[:count])
        if zoned:
            open_cost, largest = overlay.weigh_open(self.walking.cost)
            weights = replace(weights, open_cost=open_cost, largest=largest)
        weights = replace(weights, cost=overlay.close(weights.open_cost, mode))
        return CostChange(self, weights, zoned + 2 * count)


@dataclass(frozen=True)
class CostChange:
    """From one set of weights to another. at_most: so many edges cost another sum, or fewer; which is told when somebody asks."""

    former: Weights
    weights: Weights
    at_most: int

    @classmethod
    def of(cls, former: Weights, weights: Weights, edges: Ints, former_cost: Ints) -> "CostChange":
        """Where it is known which edges they are, and what they cost before."""
        made = cls(former, weights, len(edges))
        made.__dict__.update(edges=edges, former_cost=former_cost)
        return made

    @cached_property
    def edges(self) -> Ints:
        """int32[k], those whose cost changed, each once."""
        return np.asarray(list_changed(self.former.cost, self.weights.cost))

    @cached_property
    def former_cost(self) -> Ints:
        """int32[k], what they cost before."""
        return self.former.cost[self.edges]

    def concerns(self, edges: Ints) -> bool:
        """Whether any of these edges costs another sum."""
        if self.weights is self.former:
            return False
        return not np.array_equal(self.weights.cost[edges], self.former.cost[edges])
