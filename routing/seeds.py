"""Where targets hang on the network: the ends of all ways. A way ends on a part of an edge, not at a node."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.network import Network
from routing.profiles import CLOSED
from routing.snap import Snap
from routing.walking import Ints, Walking


@dataclass(frozen=True)
class Seeds:
    """One row per open way in to a target: from `node` along `edge` for `share` of it. Rows are in the order of targets.

    node, edge, cost, time, target: int32[seeds]; share: float64[seeds]. cost is as weighed now, with the target's price; time as
    walked, in deciseconds.
    """

    node: Ints
    edge: Ints
    cost: Ints
    time: Ints
    target: Ints
    share: npt.NDArray[np.float64]


def partial_cost(cost: int, share: float) -> int:
    """Deciseconds for a share of an edge."""
    return round(cost * share)


@dataclass(frozen=True)
class Doors:
    """Both ways in to each target, open or not; what seeds are made of. A value of the targets alone.

    edge, target, price_ds: int32[doors]; share: float64[doors], of the edge, from its tail. In the order of targets.
    """

    edge: Ints
    share: npt.NDArray[np.float64]
    target: Ints
    price_ds: Ints

    @classmethod
    def of(cls, network: Network, snaps: Sequence[Snap | None], prices_ds: Sequence[int]) -> "Doors":
        """The doors of targets that hang at these places; None hangs nowhere."""
        hung = [(index, snap.link, snap.share) for index, snap in enumerate(snaps) if snap is not None]
        index, link = (np.array([row[column] for row in hung], np.int64) for column in (0, 1))
        along = np.array([row[2] for row in hung], np.float64)
        row, edge = network.edges_along(link)
        share = np.where(network.edge_forward[edge], along[row], 1 - along[row])
        target = index[row].astype(np.int32)
        return cls(edge, share, target, np.array(prices_ds, np.int32)[target])

    def of_some(self, number: Ints, prices_ds: Sequence[int]) -> "Doors":
        """The doors of those targets that have a number, by it, at new prices. number: int32[targets + 1], rising, negative: none."""
        target = number[self.target]
        kept = target >= 0
        target = target[kept]
        return Doors(self.edge[kept], self.share[kept], target, np.array(prices_ds, np.int32)[target])

    def seeds(self, walking: Walking, cost: Ints) -> Seeds:
        """Those that are open, at what they cost now. cost: int32[edges]."""
        is_open = cost[self.edge] < CLOSED
        edge, share, target = self.edge[is_open], self.share[is_open], self.target[is_open]
        weighed, time = (np.rint(column[edge] * share).astype(np.int32) for column in (cost, walking.cost))
        weighed += self.price_ds[is_open]
        return Seeds(walking.network.edge_tail[edge], edge, weighed, time, target, share)
