"""Hazard zones on a network: one-way membranes. Nobody is sent in, whoever is inside gets out. Knows no hazard and no alert."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from routing.kernels.weigh import lay_zone
from routing.matching import LinkIndex
from routing.network import Network

INSIDE_FACTOR = 4
"""Inside a zone each metre counts four times: out by the shortest way."""


@dataclass(frozen=True, slots=True)
class Grade:
    """How a zone weighs. into: factor of edges that lead into or through it, None forbids them. within: of edges inside it."""

    into: int | None = None
    within: int = INSIDE_FACTOR


FORBIDDEN = Grade()
DEARER = Grade(into=INSIDE_FACTOR)
"""For a danger that has only been announced: around it, if that is not four times as far."""


@dataclass(frozen=True)
class Membrane:
    """A hazard zone on a network. inside: bool[nodes]. crossing: bool[links], through it with both ends outside.

    shape: the zone in (lon, lat), for questions about one place; without it only nodes and links are known. Of two zones that
    overlap the harder grade holds.
    """

    inside: npt.NDArray[np.bool_]
    crossing: npt.NDArray[np.bool_]
    shape: BaseGeometry | None = None
    grade: Grade = FORBIDDEN

    def holds(self, lat: float, lon: float) -> bool:
        """Whether a place is known to lie in the zone."""
        return self.shape is not None and bool(shapely.contains_xy(self.shape, lon, lat))

    def lets_go(self, link: int, way: Sequence[tuple[float, float]]) -> bool:
        """Whether one may walk along `way`, (lat, lon) points on this link: from inside the zone, or past it."""
        if self.shape is None:
            return bool(self.crossing[link])
        line = shapely.LineString([(lon, lat) for lat, lon in way])
        return self.holds(*way[0]) or not self.shape.intersects(line)

    def where(
        self, nodes: npt.NDArray[np.bool_], links: npt.NDArray[np.bool_], grade: Grade = FORBIDDEN
    ) -> "Membrane":
        """The part of the zone where these nodes and links lie, at that grade."""
        return Membrane(self.inside & nodes, self.crossing & links, self.shape, grade)


class Zones(Mapping[str, Membrane]):
    """The membranes of one moment by id, and what they make of each edge. A value; overlays that share it share its work."""

    def __init__(self, network: Network, membranes: Mapping[str, Membrane]) -> None:
        self.network = network
        self._membranes = dict(membranes)

    def __getitem__(self, zone: str) -> Membrane:
        return self._membranes[zone]

    def __iter__(self) -> Iterator[str]:
        return iter(self._membranes)

    def __len__(self) -> int:
        return len(self._membranes)

    @cached_property
    def factor(self) -> npt.NDArray[np.uint8]:
        """uint8[edges]: by how much each edge is dearer; 1: not at all, 0: forbidden."""
        network = self.network
        there, back = network.edge_of_link
        factor = np.ones(network.edge_count, np.uint8)
        for membrane in self.values():
            links = np.flatnonzero(membrane.crossing)
            crossing = np.concatenate([there[links], back[links]])
            lay_zone(
                np.flatnonzero(membrane.inside), membrane.inside, crossing[crossing >= 0],
                membrane.grade.into or 0, membrane.grade.within, network.in_start, network.edge_tail, factor,
            )  # fmt: skip
        return factor


def make_membrane(index: LinkIndex, zone: BaseGeometry) -> Membrane:
    """The one-way membrane of a zone drawn in (lon, lat)."""
    network = index.network
    shapely.prepare(zone)
    inside = np.asarray(shapely.contains_xy(zone, network.node_lon, network.node_lat))
    crossing = np.zeros(network.link_count, bool)
    crossing[index.touching(index.to_plane(zone))] = True
    crossing &= ~inside[network.link_u] & ~inside[network.link_v]
    return Membrane(inside, crossing, zone)
