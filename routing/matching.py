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

    def require_drawable(self) -> None:
        """Asks for enough positions.

        Raises:
            GeometryError: too few positions for its kind, or none at all.
        """
        least = {"point": 1, "line": 2, "polygon": 3}.get(self.kind)
        if least is None or not self.parts or any(len(part) < least for part in self.parts):
            raise GeometryError(
                f"a {self.kind} with parts of {[len(part) for part in self.parts]} positions cannot be drawn; "
                "expected a point (1), line (2 or more) or polygon (3 or more)"
            )

    def shape(self) -> BaseGeometry:
        """The same in (lon, lat).

        Raises:
            GeometryError: as `require_drawable`.
        """
        self.require_drawable()
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
        geometry.require_drawable()
        named = self.find_named(names) if structure is Structure.ANY else _NONE
        if geometry.kind == "polygon":
            near = self.touching(self.to_plane(geometry.shape()))
            return _sorted(near[self._fits(near, structure, by_area=True) | np.isin(near, named)])
        find = self._finder(geometry)
        found = find(lambda near: np.isin(near, named)) if len(named) else _NONE
        if len(found) == 0:
            found = find(lambda near: self._fits(near, structure, by_area=False))
        return _sorted(found)

    def _finder(self, geometry: Geometry) -> Callable[[Fits], npt.NDArray[np.integer]]:
        """Finds links along a line or nearest to points that fit."""
        if geometry.kind == "line":
            line = self.to_plane(geometry.shape())
            return lambda fits: self._along(line, fits)
        lat_lon = np.array([part[0] for part in geometry.parts], np.float64)
        places = np.asarray(shapely.points((lat_lon[:, ::-1] - self._origin) * self._scale))
        return lambda fits: self._nearest(places, fits)

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

    def _nearest(self, places: npt.NDArray[np.object_], fits: Fits) -> npt.NDArray[np.int64]:
        """Of each place the nearest link; of two as near the one of the lower number."""
        of, near = self._tree.query(places, predicate="dwithin", distance=POINT_REACH_M)
        fit = fits(near)
        of, near = of[fit], near[fit]
        order = np.lexsort((near, shapely.distance(self._lines[near], places[of]), of))
        first = np.flatnonzero(np.diff(of[order], prepend=-1))
        return np.asarray(near[order[first]])

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
        if structure is Structure.ANY and not by_area:
            return np.ones(len(links), bool)
        way = self.network.link_way[links]
        bridge, tunnel = (way & Way.BRIDGE) > 0, (way & Way.TUNNEL) > 0
        if structure is Structure.BRIDGE:
            return np.asarray(bridge)
        if structure is Structure.TUNNEL:
            return np.asarray(tunnel)
        return np.asarray(~bridge & ~tunnel & (self.network.link_layer[links] == 0))


def _sorted(links: npt.NDArray[np.integer]) -> LinkIds:
    return (links if len(links) < 2 else np.unique(links)).astype(np.int32)
