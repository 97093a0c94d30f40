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

from routing.errors import GeometryError
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
        """The same in (lon, lat).

        Raises:
            GeometryError: too few positions for its kind, or none at all.
        """
        least = {"point": 1, "line": 2, "polygon": 3}.get(self.kind)
        if least is None or not self.parts or any(len(part) < least for part in self.parts):
            raise GeometryError(
                f"a {self.kind} with parts of {[len(part) for part in self.parts]} positions cannot be drawn; "
                "expected a point (1), line (2 or more) or polygon (3 or more)"
            )
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
        x = (network.shape_lon - west) * self._mx
        y = (network.shape_lat - south) * METRES_PER_DEGREE
        link = np.repeat(np.arange(network.link_count), np.diff(network.shape_start))
        self._lines = np.asarray(shapely.linestrings(np.column_stack([x, y]), indices=link), object)
        self._tree = shapely.STRtree(self._lines)

    def to_plane(self, shape: BaseGeometry) -> BaseGeometry:
        """(lon, lat) to metres."""
        moved = affinity.translate(shape, -self._origin[0], -self._origin[1])
        return affinity.scale(moved, self._mx, METRES_PER_DEGREE, origin=(0, 0))

    def find_links(self, geometry: Geometry, structure: Structure = Structure.ANY) -> LinkIds:
        """Links that a closure means; empty when none is near.

        Raises:
            GeometryError: it cannot be drawn.
        """
        plane = self.to_plane(geometry.shape())
        fits = self._fits(structure, by_area=geometry.kind == "polygon")
        if geometry.kind == "point":
            found = self._nearest(plane, fits)
        elif geometry.kind == "line":
            found = self._along(plane, fits)
        else:
            found = self.touching(plane)
            found = found[fits[found]]
        return np.unique(found).astype(np.int32)

    def touching(self, plane: BaseGeometry) -> npt.NDArray[np.int64]:
        """Links that meet a shape in the local plane."""
        return np.asarray(self._tree.query(plane, predicate="intersects"))

    def _nearest(self, points: BaseGeometry, fits: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        nearest = []
        for point in shapely.get_parts(points):
            near = self._tree.query(point, predicate="dwithin", distance=POINT_REACH_M)
            near = np.sort(near[fits[near]])
            if len(near):
                nearest.append(int(near[np.argmin(shapely.distance(self._lines[near], point))]))
        return np.array(nearest, np.int64)

    def _along(self, line: BaseGeometry, fits: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        road = line.buffer(LINE_BUFFER_M, cap_style="flat")
        near = self.touching(road)
        near = np.sort(near[fits[near]])
        if len(near) == 0:
            return near
        shared = shapely.length(shapely.intersection(self._lines[near], road))
        own = shapely.length(self._lines[near])
        along = near[shared >= MOST * own]
        # a line that covers only a part of one long link closes that link
        return np.asarray(along if len(along) else near[[int(np.argmax(shared))]])

    def _fits(self, structure: Structure, *, by_area: bool) -> npt.NDArray[np.bool_]:
        """bool[links]: a bridge over a closed area is not in it, a tunnel under it neither."""
        way = self.network.link_way
        bridge, tunnel = (way & Way.BRIDGE) > 0, (way & Way.TUNNEL) > 0
        if structure is Structure.BRIDGE:
            return np.asarray(bridge)
        if structure is Structure.TUNNEL:
            return np.asarray(tunnel)
        if by_area or structure is Structure.SURFACE:
            return np.asarray(~bridge & ~tunnel & (self.network.link_layer == 0))
        return np.ones(self.network.link_count, bool)


@dataclass(frozen=True)
class Membrane:
    """A hazard zone on a network. inside: bool[nodes]. crossing: bool[links], through it with both ends outside.

    shape: the zone in (lon, lat), for questions about one place; without it only nodes and links are known.
    """

    inside: npt.NDArray[np.bool_]
    crossing: npt.NDArray[np.bool_]
    shape: BaseGeometry | None = None

    def holds(self, lat: float, lon: float) -> bool:
        """Whether a place is known to lie in the zone."""
        return self.shape is not None and bool(shapely.contains_xy(self.shape, lon, lat))

    def lets_go(self, link: int, way: Sequence[tuple[float, float]]) -> bool:
        """Whether one may walk along `way`, (lat, lon) points on this link: from inside the zone, or past it."""
        if self.shape is None:
            return bool(self.crossing[link])
        line = shapely.LineString([(lon, lat) for lat, lon in way])
        return self.holds(*way[0]) or not self.shape.intersects(line)

    def where(self, nodes: npt.NDArray[np.bool_], links: npt.NDArray[np.bool_]) -> "Membrane":
        """The part of the zone where these nodes and links lie."""
        return Membrane(self.inside & nodes, self.crossing & links, self.shape)


def make_membrane(index: LinkIndex, zone: BaseGeometry) -> Membrane:
    """The one-way membrane of a zone drawn in (lon, lat)."""
    network = index.network
    shapely.prepare(zone)
    inside = np.asarray(shapely.contains_xy(zone, network.node_lon, network.node_lat))
    crossing = np.zeros(network.link_count, bool)
    crossing[index.touching(index.to_plane(zone))] = True
    crossing &= ~inside[network.link_u] & ~inside[network.link_v]
    return Membrane(inside, crossing, zone)


@dataclass(frozen=True)
class Overlay:
    """What is in force at one moment: closures by cause, and membranes by zone. A value: a change makes a new one."""

    network: Network
    closures: Mapping[str, LinkIds] = field(default_factory=dict)
    membranes: Mapping[str, Membrane] = field(default_factory=dict)

    @cached_property
    def closed(self) -> npt.NDArray[np.bool_]:
        """bool[links]: closed by any cause; when one of two ends, the link stays closed."""
        closed = np.zeros(self.network.link_count, bool)
        for links in self.closures.values():
            closed[links] = True
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
        """bool[links]: leads through a zone from outside to outside."""
        crossing = np.zeros(self.network.link_count, bool)
        for membrane in self.membranes.values():
            crossing |= membrane.crossing
        return crossing

    @cached_property
    def enters(self) -> npt.NDArray[np.bool_]:
        """bool[edges]: leads from outside a zone to inside it (of any one zone, also from within another)."""
        enters = np.zeros(self.network.edge_count, bool)
        for membrane in self.membranes.values():
            enters |= membrane.inside[self.network.edge_head] & ~membrane.inside[self.network.edge_tail]
        return enters

    def shut_by(self, edge: int) -> list[Membrane]:
        """Membranes that shut an edge: it leads into them, or through them."""
        link, tail, head = (
            int(c[edge]) for c in (self.network.edge_link, self.network.edge_tail, self.network.edge_head)
        )
        return [
            m for m in self.membranes.values() if m.crossing[link] or (m.inside[head] and not m.inside[tail])
        ]

    def is_inside(self, link: int, lat: float, lon: float) -> bool:
        """Whether a place on a link lies in a zone that is in force there."""
        u, v = int(self.network.link_u[link]), int(self.network.link_v[link])
        return any(
            (m.inside[u] and m.inside[v])
            or ((m.inside[u] or m.inside[v] or m.crossing[link]) and m.holds(lat, lon))
            for m in self.membranes.values()
        )

    def causes_of(self, link: int) -> tuple[str, ...]:
        """Who closed a link."""
        return tuple(sorted(cause for cause, links in self.closures.items() if link in links))

    def apply(self, cost: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """int32[edges]: the costs with closures and membranes. Into a zone: closed. Inside: dearer. Out: free."""
        network = self.network
        shut = (self.closed | self.crossing)[network.edge_link]
        if self.membranes:
            within = self.inside[network.edge_head] & self.inside[network.edge_tail]
            dear = np.minimum(cost.astype(np.int64) * INSIDE_FACTOR, CLOSED - 1)
            cost = np.where(within & (cost < CLOSED), dear, cost)
            shut = shut | self.enters
        return np.where(shut, CLOSED, cost).astype(np.int32)
