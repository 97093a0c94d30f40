"""A network as one kind of walker sees it when nothing is closed, and the places to flee to. Knows no closure and no field."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.errors import RoutingError
from routing.kernels.forest import label_components
from routing.network import Network
from routing.profiles import CLOSED, Profile, edge_costs
from routing.snap import NEAR_M, Snap, Snapper

Ints = npt.NDArray[np.int32]

ISLAND_NODES = 50
"""A piece of fewer nodes is an island: nobody is snapped to it."""
MOST_PRICE_DS = 1 << 20
"""A price of more than a day would only stand for "never": leave the target out instead."""


@dataclass(frozen=True, slots=True)
class Target:
    """A place to flee to. Ties are decided by the order of ids.

    price_ds: deciseconds that are added to the cost of every way that ends here, as if the door were that much farther away; it
    weighs in every choice, and in no walking time. 0: none.

    Raises:
        RoutingError: a price below 0 or above `MOST_PRICE_DS`.
    """

    id: str
    lat: float
    lon: float
    price_ds: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.price_ds <= MOST_PRICE_DS:
            raise RoutingError(
                f"target {self.id}: price_ds {self.price_ds} is outside 0..{MOST_PRICE_DS} deciseconds; leave out a target "
                "that nobody shall be sent to"
            )


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

    @property
    def on_streets(self) -> "Walking":
        """The same without regard to turns: routes name the edges of its network."""
        return self

    def snap_target(self, target: Target) -> Snap | None:
        """Where a target hangs on the network, within 300 m; remembered, since targets stay where they are."""
        place = (target.lat, target.lon)
        if place not in self._snaps:
            self._snaps[place] = self.snapper.find(*place, self.usable, reach_m=NEAR_M)
        return self._snaps[place]
