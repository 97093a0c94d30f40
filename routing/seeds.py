"""Where targets hang on the network: the ends of all ways. A way ends on a part of an edge, not at a node."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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

    def equals(self, other: "Seeds") -> bool:
        """Whether all rows are the same."""
        return all(
            np.array_equal(one, two)
            for one, two in (
                (self.edge, other.edge),
                (self.cost, other.cost),
                (self.target, other.target),
                (self.share, other.share),
            )
        )


def partial_cost(cost: int, share: float) -> int:
    """Deciseconds for a share of an edge."""
    return round(cost * share)


def make_seeds(
    walking: Walking, snaps: Sequence[Snap | None], cost: Ints, *, prices_ds: Ints | None = None
) -> Seeds:
    """Both ways in to each target, where they are open. prices_ds: int32[snaps], None: none has a price."""
    hung = [(index, snap.link, snap.share) for index, snap in enumerate(snaps) if snap is not None]
    index, link = (np.array([row[column] for row in hung], np.int64) for column in (0, 1))
    along = np.array([row[2] for row in hung], np.float64)
    edge = np.stack([ends[link] for ends in walking.network.edge_of_link], axis=1).ravel()
    share = np.stack([along, 1 - along], axis=1).ravel()
    target = np.repeat(index, 2)
    kept = edge >= 0
    kept[kept] = cost[edge[kept]] < CLOSED
    edge, share, target = edge[kept], share[kept], target[kept].astype(np.int32)
    weighed, time = (np.rint(column[edge] * share).astype(np.int32) for column in (cost, walking.cost))
    if prices_ds is not None:
        weighed += prices_ds[target]
    return Seeds(walking.network.edge_tail[edge], edge, weighed, time, np.asarray(target, np.int32), share)
