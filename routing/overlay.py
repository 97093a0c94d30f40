"""What is closed or dangerous now, on top of a network: closures by cause, hazard zones as one-way membranes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from routing.geo import METRES_PER_DEGREE
from routing.network import Network, Way
from routing.profiles import CLOSED

LinkIds = npt.NDArray[np.int32]
"""int32[k], sorted."""

POINT_REACH_M = 30.0
"""A closure given as a point closes the nearest link within this distance."""
LINE_BUFFER_M = 12.0
"""A link belongs to a closed line when most of it lies within this distance (half a wide road)."""
MOST = 0.6
INSIDE_FACTOR = 4
"""Inside a zone each metre counts four times: out by the shortest way."""


class Structure(StrEnum):
    """Where a closure lies. `ANY`: the feed does not say; it closes what is on the ground."""

    ANY = "unknown"
    SURFACE = "surface"
    BRIDGE = "bridge"
    TUNNEL = "tunnel"


@dataclass(frozen=True)
class Geometry:
    """point | line | polygon as parts of (lat, lon)."""

    kind: str
    parts: Sequence[Sequence[tuple[float, float]]]

    def shape(self) -> BaseGeometry:
        """The same in (lon, lat)."""
        parts = [[(lon, lat) for lat, lon in part] for part in self.parts]
        if self.kind == "point":
            return shapely.MultiPoint([part[0] for part in parts])
        if self.kind == "line":
            return shapely.MultiLineString(parts)
        return shapely.make_valid(
            shapely.union_all([shapely.make_valid(shapely.Polygon(part)) for part in parts])
        )


class LinkIndex:
    """The links of a network as lines in a local plane of metres, in an R-tree. Built once."""

    def __init__(self, network: Network) -> None:
        self.network = network
        south, west, north, _ = network.bbox
        self._origin = (west, south)
        self._mx = METRES_PER_DEGREE * float(np.cos(np.radians((south + north) / 2)))

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._lines)

    @cached_property
    def _lines(self) -> npt.NDArray[np.object_]:
        n = self.network
        x = (n.shape_lon - self._origin[0]) * self._mx
        y = (n.shape_lat - self._origin[1]) * METRES_PER_DEGREE
        link = np.repeat(np.arange(n.link_count), np.diff(n.shape_start))
        return np.asarray(shapely.linestrings(np.column_stack([x, y]), indices=link), object)

    def to_plane(self, shape: BaseGeometry) -> BaseGeometry:
        """(lon, lat) to metres."""
        moved = affinity.translate(shape, -self._origin[0], -self._origin[1])
        return affinity.scale(moved, self._mx, METRES_PER_DEGREE, origin=(0, 0))

    def find_links(self, geometry: Geometry, structure: Structure = Structure.ANY) -> npt.NDArray[np.int32]:
        """Links that a closure means; empty when none is near. int32[k], sorted."""
        plane = self.to_plane(geometry.shape())
        if geometry.kind == "point":
            found = self._nearest(plane)
        elif geometry.kind == "line":
            found = self._along(plane)
        else:
            found = self._tree.query(plane, predicate="intersects")
        links = np.unique(found).astype(np.int32)
        return links[self._fits(links, structure, by_area=geometry.kind == "polygon")]

    def _nearest(self, points: BaseGeometry) -> npt.NDArray[np.int64]:
        pairs = self._tree.query_nearest(
            shapely.get_parts(points), max_distance=POINT_REACH_M, all_matches=False
        )
        return np.asarray(pairs[1])

    def _along(self, line: BaseGeometry) -> npt.NDArray[np.int64]:
        road = line.buffer(LINE_BUFFER_M, cap_style="flat")
        near = self._tree.query(road, predicate="intersects")
        if len(near) == 0:
            return np.asarray(near)
        shared = shapely.length(shapely.intersection(self._lines[near], road))
        own = shapely.length(self._lines[near])
        along = near[shared >= MOST * own]
        # a line that covers only a part of one long link closes that link
        return np.asarray(along if len(along) else near[[int(np.argmax(shared))]])

    def _fits(
        self, links: npt.NDArray[np.int32], structure: Structure, *, by_area: bool
    ) -> npt.NDArray[np.bool_]:
        way = self.network.link_way[links]
        bridge, tunnel = (way & Way.BRIDGE) > 0, (way & Way.TUNNEL) > 0
        if structure is Structure.BRIDGE:
            return np.asarray(bridge)
        if structure is Structure.TUNNEL:
            return np.asarray(tunnel)
        if by_area or structure is Structure.SURFACE:
            return np.asarray(~bridge & ~tunnel & (self.network.link_layer[links] == 0))
        return np.ones(len(links), bool)


@dataclass(frozen=True)
class Membrane:
    """A hazard zone on a network: nodes inside it, and links that cross it with both ends outside."""

    inside: npt.NDArray[np.bool_]
    crossing: npt.NDArray[np.int32]


def make_membrane(index: LinkIndex, zone: BaseGeometry) -> Membrane:
    """The one-way membrane of a zone drawn in (lon, lat)."""
    network = index.network
    shapely.prepare(zone)
    inside = shapely.contains_xy(zone, network.node_lon, network.node_lat)
    plane = index.to_plane(zone)
    touched = np.unique(index._tree.query(plane, predicate="intersects"))  # noqa: SLF001
    both_out = ~inside[network.link_u[touched]] & ~inside[network.link_v[touched]]
    return Membrane(np.asarray(inside), touched[both_out].astype(np.int32))


@dataclass
class Overlay:
    """Closures by cause, and the membranes in force. `version` grows with each change."""

    network: Network
    _closed: dict[str, npt.NDArray[np.int32]] = field(default_factory=dict)
    _membranes: dict[str, Membrane] = field(default_factory=dict)
    version: int = 0

    def close(self, links: npt.NDArray[np.int32], *, cause: str) -> None:
        """Closes links for this cause; what the same cause closed before is replaced."""
        self._closed[cause] = links
        self.version += 1

    def reopen(self, cause: str) -> None:
        """Ends one cause; a link that another cause closes stays closed."""
        if self._closed.pop(cause, None) is not None:
            self.version += 1

    def set_membranes(self, membranes: Mapping[str, Membrane]) -> None:
        """Replaces the zones in force."""
        if dict(membranes).keys() != self._membranes.keys():
            self.version += 1
        self._membranes = dict(membranes)

    def copy(self) -> "Overlay":
        """An overlay that can be changed without touching this one; arrays are shared, they are never written."""
        return Overlay(self.network, dict(self._closed), dict(self._membranes), self.version)

    def closed_links(self) -> npt.NDArray[np.bool_]:
        """bool[links]: closed by any cause."""
        closed = np.zeros(self.network.link_count, bool)
        for links in self._closed.values():
            closed[links] = True
        return closed

    def causes_of(self, link: int) -> list[str]:
        """Who closed a link."""
        return sorted(cause for cause, links in self._closed.items() if link in links)

    def inside(self) -> npt.NDArray[np.bool_]:
        """bool[nodes]: inside any zone in force."""
        inside = np.zeros(self.network.node_count, bool)
        for membrane in self._membranes.values():
            inside |= membrane.inside
        return inside

    def apply(self, cost: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """int32[edges]: the costs with closures and membranes. Into a zone: closed. Inside: dearer. Out: free."""
        network = self.network
        closed = self.closed_links()
        for membrane in self._membranes.values():
            closed[membrane.crossing] = True
        result = np.where(closed[network.edge_link], CLOSED, cost)
        inside = self.inside()
        if inside.any():
            tail_in, head_in = inside[network.edge_tail], inside[network.edge_head]
            result = np.where(head_in & ~tail_in, CLOSED, result)
            dear = head_in & tail_in & (result < CLOSED)
            result = np.where(dear, np.minimum(result.astype(np.int64) * INSIDE_FACTOR, CLOSED - 1), result)
        return result.astype(np.int32)
