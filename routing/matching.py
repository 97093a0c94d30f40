"""Which links of a network a report means: by its drawing, by the road's name. Knows no cause and no mode."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from routing.errors import GeometryError
from routing.geo import METRES_PER_DEGREE
from routing.network import Network, Way

LinkIds = npt.NDArray[np.int32]
"""int32[k], sorted."""

POINT_REACH_M = 30.0
"""A closure given as a point closes the nearest link within this distance."""
LINE_BUFFER_M = 12.0
"""A link belongs to a closed line when most of it lies within this distance (half a wide road)."""
MOST = 0.6
_NONE: LinkIds = np.empty(0, np.int32)
Fits = Callable[[npt.NDArray[np.int64]], npt.NDArray[np.bool_]]


def canonical_name(text: str) -> str:
    """A road's name or number without what spelling adds: width, case, spaces, hyphens, dots; 一般国道18号線 is 国道18号."""
    name = re.sub(r"[\s\-‐‑–−.・]", "", unicodedata.normalize("NFKC", text).casefold())
    return re.sub(r"^(?:一般)?(.*道\d+号)線?$", r"\1", name)


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
        self._origin = np.array([west, south])
        self._scale = METRES_PER_DEGREE * np.array([np.cos(np.radians((south + north) / 2)), 1.0])
        places = (np.column_stack([network.shape_lon, network.shape_lat]) - self._origin) * self._scale
        link = np.repeat(np.arange(network.link_count), np.diff(network.shape_start))
        self._lines = np.asarray(shapely.linestrings(places, indices=link), object)
        self._tree = shapely.STRtree(self._lines)

    def to_plane(self, shape: BaseGeometry) -> BaseGeometry:
        """(lon, lat) to metres."""
        return shapely.transform(shape, lambda places: (places - self._origin) * self._scale)

    def find_links(
        self, geometry: Geometry, structure: Structure = Structure.ANY, *, names: Iterable[str] = ()
    ) -> LinkIds:
        """Links that a closure means; empty when none is near.

        names: of the road, as the feed says. Where the structure is unknown they decide between what lies on top of each other:
        a line or point means a road of that name if one is there, and an area holds also the bridges and tunnels of that name.

        Raises:
            GeometryError: it cannot be drawn.
        """
        plane = self.to_plane(geometry.shape())
        by_area = geometry.kind == "polygon"
        named = self.find_named(names) if structure is Structure.ANY else _NONE
        if by_area:
            near = self.touching(plane)
            found = near[self._fits(near, structure, by_area=True) | np.isin(near, named)]
        else:
            find = self._nearest if geometry.kind == "point" else self._along
            of_name = find(plane, lambda near: np.isin(near, named)) if len(named) else np.empty(0, np.int64)
            found = of_name
            if len(found) == 0:
                found = find(plane, lambda near: self._fits(near, structure, by_area=False))
        return np.unique(found).astype(np.int32)

    def find_named(self, names: Iterable[str]) -> LinkIds:
        """All links of the roads with one of these names or numbers, however they are spelt; empty when there is none."""
        wanted = {canonical_name(name) for name in names} - {""}
        numbers = [number for name in wanted for number in self._numbers_by_name.get(name, ())]
        return np.flatnonzero(np.isin(self.network.link_name, numbers)).astype(np.int32) if numbers else _NONE

    @cached_property
    def _numbers_by_name(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, text in enumerate(self.network.names):
            for name in text.split(";"):
                found.setdefault(canonical_name(name), []).append(number)
        return found

    def touching(self, plane: BaseGeometry) -> npt.NDArray[np.int64]:
        """Links that meet a shape in the local plane."""
        return np.asarray(self._tree.query(plane, predicate="intersects"))

    def _nearest(self, points: BaseGeometry, fits: Fits) -> npt.NDArray[np.int64]:
        nearest = []
        for point in shapely.get_parts(points):
            near = self._tree.query(point, predicate="dwithin", distance=POINT_REACH_M)
            near = np.sort(near[fits(near)])
            if len(near):
                nearest.append(int(near[np.argmin(shapely.distance(self._lines[near], point))]))
        return np.array(nearest, np.int64)

    def _along(self, line: BaseGeometry, fits: Fits) -> npt.NDArray[np.int64]:
        road = line.buffer(LINE_BUFFER_M, cap_style="flat")
        near = self.touching(road)
        near = np.sort(near[fits(near)])
        if len(near) == 0:
            return near
        shared = shapely.length(shapely.intersection(self._lines[near], road))
        own = shapely.length(self._lines[near])
        along = near[(shared >= MOST * own) & (own > 0)]  # what has no length, a barrier, lies along nothing
        # a line that covers only a part of one long link closes that link
        return np.asarray(along if len(along) else near[[int(np.argmax(shared))]])

    def _fits(
        self, links: npt.NDArray[np.int64], structure: Structure, *, by_area: bool
    ) -> npt.NDArray[np.bool_]:
        """Per link: a bridge over a closed area is not in it, a tunnel under it neither."""
        way = self.network.link_way[links]
        bridge, tunnel = (way & Way.BRIDGE) > 0, (way & Way.TUNNEL) > 0
        if structure is Structure.BRIDGE:
            return np.asarray(bridge)
        if structure is Structure.TUNNEL:
            return np.asarray(tunnel)
        if by_area or structure is Structure.SURFACE:
            return np.asarray(~bridge & ~tunnel & (self.network.link_layer[links] == 0))
        return np.ones(len(links), bool)
