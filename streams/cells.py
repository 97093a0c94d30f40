"""Areas to H3 cells and back. Pure: bytes and numbers in, cells out."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import h3.api.basic_int as h3
import msgspec
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from streams.events.base import AreaRef

HAZARD_RESOLUTION = 10
"""About 130 m across at Osaka: what routes and hazards use (streams.md, "The H3-indexed state")."""
PEOPLE_RESOLUTION = 9
"""About 350 m across at Osaka: what staff see."""

Cells = tuple[int, ...]
Box = tuple[float, float, float, float]
"""South, west, north, east, in degrees."""


class AreaError(ValueError):
    """An area file that cannot be read; the message says where."""


def cells_of_shape(area: BaseGeometry, *, resolution: int = HAZARD_RESOLUTION) -> Cells:
    """Compacted, sorted cells whose centre lies in `area` (lon, lat); at least the cell of one of its points."""
    found: set[int] = set()
    for part in _parts(area):
        if isinstance(part, shapely.Polygon):
            ring = [(lat, lon) for lon, lat in part.exterior.coords]
            holes = [[(lat, lon) for lon, lat in hole.coords] for hole in part.interiors]
            found.update(h3.polygon_to_cells(h3.LatLngPoly(ring, *holes), resolution))
        inside = part.representative_point()
        found.add(h3.latlng_to_cell(inside.y, inside.x, resolution))
    return tuple(sorted(h3.compact_cells(found)))


def _parts(area: BaseGeometry) -> Iterator[BaseGeometry]:
    """Polygons, and the lines and points that are left of rings without an area; nothing of an empty shape."""
    if hasattr(area, "geoms"):
        for part in area.geoms:
            yield from _parts(part)
    elif not area.is_empty:
        yield area


def cells_of_rings(rings: Iterable[Sequence[tuple[float, float]]], *, within: Box | None = None) -> Cells:
    """Compacted cells of polygons drawn as rings of (lat, lon), of what lies in `within` only.

    A polygon of a whole region has millions of cells, of which a city needs its own.
    """
    drawn = [shapely.make_valid(shapely.Polygon([(lon, lat) for lat, lon in ring])) for ring in rings]
    if within is not None:
        south, west, north, east = within
        drawn = list(shapely.intersection(drawn, shapely.box(west, south, east, north)))
    return cells_of_shape(shapely.union_all(drawn)) if drawn else ()


def cells_of_circle(lat: float, lon: float, *, radius_m: float) -> Cells:
    """Compacted cells of a disc; a radius of zero is the one cell of its centre."""
    edge_m = h3.average_hexagon_edge_length(HAZARD_RESOLUTION, unit="m")
    # k rings reach 1.5 k edges where they reach least, and the smallest hexagons have 0.8 of the average edge
    rings = math.ceil(radius_m / (1.2 * edge_m)) + 1
    centre = h3.latlng_to_cell(lat, lon, HAZARD_RESOLUTION)
    near = (c for c in h3.grid_disk(centre, rings) if _distance_m(c, lat, lon) <= max(radius_m, edge_m))
    return tuple(sorted(h3.compact_cells(set(near) | {centre})))


def _distance_m(cell: int, lat: float, lon: float) -> float:
    return float(h3.great_circle_distance(h3.cell_to_latlng(cell), (lat, lon), unit="m"))


def covers(cells: frozenset[int], lat: float, lon: float) -> bool:
    """Whether compacted `cells` hold the place: its cell or any of that cell's parents is among them."""
    cell = h3.latlng_to_cell(lat, lon, HAZARD_RESOLUTION)
    return cell in cells or any(h3.cell_to_parent(cell, r) in cells for r in range(HAZARD_RESOLUTION))


def boundary(cell: int) -> tuple[tuple[float, float], ...]:
    """The cell's corners as (lat, lon)."""
    return tuple(h3.cell_to_boundary(cell))


def cell_name(cell: int) -> str:
    """15 hexadecimal digits, the form in keys and pages."""
    return str(h3.int_to_str(cell))


def cell_number(name: str) -> int:
    """The inverse of `cell_name`."""
    return int(h3.str_to_int(name))


@dataclass(frozen=True)
class Gazetteer:
    """Which cells an area code covers, for the area that this system serves."""

    cells: Mapping[str, Cells]
    names: Mapping[str, str]
    box: Box | None = None
    """Round all of its areas: what an alert draws outside concerns nobody here. None: everywhere."""

    @classmethod
    def load(cls, areas: bytes) -> "Gazetteer":
        """Reads an area folder's `areas.geojson`: features with `refs` (scheme/code) and `name`.

        Raises:
            AreaError: not such a file.
        """
        try:
            document = msgspec.json.decode(areas)
            by_ref: dict[str, list[BaseGeometry]] = {}
            names: dict[str, str] = {}
            for feature in document["features"]:
                for ref in feature["properties"]["refs"]:
                    by_ref.setdefault(ref, []).append(shape(feature["geometry"]))
                    names.setdefault(ref, feature["properties"].get("name", ref))
        except (msgspec.DecodeError, ShapelyError, KeyError, TypeError, AttributeError) as error:
            raise AreaError(
                f"areas.geojson: expected features with properties refs and name ({error!r})"
            ) from error
        cells = {
            ref: cells_of_shape(shapely.make_valid(shapely.union_all(shapes)))
            for ref, shapes in by_ref.items()
        }
        return cls(cells, names, _box([part for shapes in by_ref.values() for part in shapes]))

    def cells_of(self, area: AreaRef) -> Cells:
        """Compacted cells of an area; empty when this system does not serve it."""
        return self.cells.get(area.ref, ())

    @cached_property
    def _municipalities(self) -> tuple[tuple[str, frozenset[int]], ...]:
        scheme = "muni/"
        found = sorted(ref for ref in self.cells if ref.startswith(scheme))
        return tuple((ref.removeprefix(scheme), frozenset(self.cells[ref])) for ref in found)

    def find_municipality(self, lat: float, lon: float) -> str | None:
        """The code of the municipality of this area in which a place lies (JIS X 0402, 5 digits)."""
        return next((code for code, cells in self._municipalities if covers(cells, lat, lon)), None)


def _box(shapes: Sequence[BaseGeometry]) -> Box | None:
    """Round all shapes; None where there is none."""
    drawn = [shape for shape in shapes if not shape.is_empty]
    if not drawn:
        return None
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(drawn))
    return south, west, north, east
