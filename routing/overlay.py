"""What is closed or dangerous now, on top of a network: closures by cause and mode, hazard zones as one-way membranes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntFlag
from functools import cached_property
from typing import cast

import numpy as np
import numpy.typing as npt

from routing.kernels.weigh import close_links, weigh_open
from routing.matching import LinkIds
from routing.membranes import Membrane, Zones
from routing.network import Network
from routing.profiles import CAR_BITS, Profile

__all__ = ["EVERYBODY", "LinkIds", "Mode", "Overlay", "mode_of"]


class Mode(IntFlag):
    """Who may not pass a closure."""

    FOOT = 1
    CAR = 2


EVERYBODY = Mode.FOOT | Mode.CAR


def mode_of(profile: Profile) -> Mode:
    """By which closures a profile is stopped."""
    return Mode.CAR if profile.bits == CAR_BITS else Mode.FOOT


@dataclass(frozen=True)
class Overlay:
    """What is in force at one moment: closures by cause, and membranes by zone. A value: a change makes a new one.

    modes: whom each cause stops; one that is not named there stops everybody. Where the membranes did not change, give those of
    the former overlay: what they make of each edge is then worked out once.
    """

    network: Network
    closures: Mapping[str, LinkIds] = field(default_factory=dict)
    membranes: Mapping[str, Membrane] = field(default_factory=dict)
    modes: Mapping[str, Mode] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.membranes, Zones):
            object.__setattr__(self, "membranes", Zones(self.network, self.membranes))

    @property
    def zones(self) -> Zones:
        """The membranes with what they make of each edge."""
        return cast("Zones", self.membranes)

    @cached_property
    def closed(self) -> npt.NDArray[np.bool_]:
        """bool[links]: closed to walkers by any cause; when one of two ends, the link stays closed."""
        return self._closed_to(Mode.FOOT)

    @cached_property
    def _closed_to_cars(self) -> npt.NDArray[np.bool_]:
        return self._closed_to(Mode.CAR)

    def closed_to(self, mode: Mode) -> npt.NDArray[np.bool_]:
        """bool[links]: closed by any cause that names this mode."""
        return self.closed if mode is Mode.FOOT else self._closed_to_cars

    def _closed_to(self, mode: Mode) -> npt.NDArray[np.bool_]:
        closed = np.zeros(self.network.link_count, bool)
        stops = int(mode).__and__  # a flag's own takes as long as all the rest
        stopping = [
            links for cause, links in self.closures.items() if stops(self.modes.get(cause, EVERYBODY))
        ]
        if stopping:
            closed[np.concatenate(stopping)] = True
        return closed

    @cached_property
    def inside(self) -> npt.NDArray[np.bool_]:
        """bool[nodes]: inside any zone."""
        inside = np.zeros(self.network.node_count, bool)
        for membrane in self.membranes.values():
            inside |= membrane.inside
        return inside

    @cached_property
    def crossing(self) -> npt.NDArray[np.bool_]:
        """bool[links]: leads through a zone that forbids it, from outside to outside."""
        crossing = np.zeros(self.network.link_count, bool)
        for membrane in self._forbidding:
            crossing |= membrane.crossing
        return crossing

    @cached_property
    def enters(self) -> npt.NDArray[np.bool_]:
        """bool[edges]: leads from outside a zone that forbids it to inside (of any one zone, also from within another)."""
        enters = np.zeros(self.network.edge_count, bool)
        for membrane in self._forbidding:
            enters |= membrane.inside[self.network.edge_head] & ~membrane.inside[self.network.edge_tail]
        return enters

    @cached_property
    def _forbidding(self) -> tuple[Membrane, ...]:
        return tuple(m for m in self.membranes.values() if m.grade.into is None)

    def shut_by(self, edge: int) -> list[Membrane]:
        """Membranes that shut an edge: it leads into them, or through them."""
        link, tail, head = (
            int(c[edge]) for c in (self.network.edge_link, self.network.edge_tail, self.network.edge_head)
        )
        return [m for m in self._forbidding if m.crossing[link] or (m.inside[head] and not m.inside[tail])]

    def zones_at(self, link: int, lat: float, lon: float) -> tuple[str, ...]:
        """Ids of the zones in force at a place on a link."""
        u, v = int(self.network.link_u[link]), int(self.network.link_v[link])
        return tuple(
            zone
            for zone, m in self.membranes.items()
            if (m.inside[u] and m.inside[v])
            or ((m.inside[u] or m.inside[v] or m.crossing[link]) and m.holds(lat, lon))
        )

    def is_inside(self, link: int, lat: float, lon: float) -> bool:
        """Whether a place on a link lies in a zone that is in force there."""
        return bool(self.zones_at(link, lat, lon))

    def causes_of(self, link: int, mode: Mode = Mode.FOOT) -> tuple[str, ...]:
        """What closes a link to walkers, or to cars."""
        if not self.closed_to(mode)[link]:
            return ()
        causes = (
            c for c, links in self.closures.items() if self.modes.get(c, EVERYBODY) & mode and link in links
        )
        return tuple(sorted(causes))

    def apply(self, cost: npt.NDArray[np.int32], mode: Mode = Mode.FOOT) -> npt.NDArray[np.int32]:
        """int32[edges]: the costs with closures and membranes. Into a zone: closed, or dearer. Inside: dearer. Out: free."""
        return self.close(self.weigh_open(cost)[0], mode)

    def weigh_open(self, cost: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], int]:
        """(int32[edges], the largest that is a way): the costs with membranes, where every link is open."""
        weighed = np.empty(len(cost), np.int32)
        largest = weigh_open(cost, self.zones.factor, weighed)
        return weighed, int(largest)

    def close(self, cost: npt.NDArray[np.int32], mode: Mode) -> npt.NDArray[np.int32]:
        """int32[edges]: the costs with closures; the very same column where nothing is closed."""
        links = np.flatnonzero(self.closed_to(mode))
        if len(links) == 0:
            return cost
        closed = cost.copy()
        close_links(links, *self.network.edge_of_link, closed)
        return closed
