"""The report's maps as inline SVG: hexagons by walking time, streets, borders, zones, sites, numbered links. No outside resource."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

import h3.api.basic_int as h3
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from routing.bottlenecks import Bottleneck
from services.area.basemap import find_major
from services.area.drawing import Frame
from services.area.report.analysis import CLASSES, CUT, LATER, Basis, Situation
from services.area.report.districts import District
from services.navigator.cover import parents
from services.navigator.ground import HazardMapZone
from streams.events.shelters import Layer

WIDTH = 760.0
MARGIN = 8.0
ALL_STREETS = 8_000
"""So many links are all drawn; of more, only the major ones."""
MOST_CELLS = 6_000
RESOLUTIONS = (10, 9, 8, 7)
COLOURS = {0: "#2166ac", 1: "#67a9cf", 2: "#c6dbef", LATER: "#f4a582", CUT: "#b2182b"}
"""Blue is in time, red is not; the last also carries a hatch, for those who see no colour and for black and white print."""
ZONE_COLOUR = "#54278f"


@dataclass(frozen=True)
class Atlas:
    """What all maps of a report share: the frame, the hexagons of the streets, and the drawing that stays the same."""

    basis: Basis
    frame: Frame
    cells: npt.NDArray[np.uint64]
    cell_of_spot: npt.NDArray[np.int64]

    @classmethod
    def of(cls, basis: Basis) -> "Atlas":
        """Hexagons as fine as a page can show."""
        streets = basis.streets
        frame = Frame(*basis.moment.ground.network.bbox, width=WIDTH, margin=MARGIN)
        places = zip(streets.lat.tolist(), streets.lon.tolist(), strict=True)
        finest = np.array([h3.latlng_to_cell(*place, RESOLUTIONS[0]) for place in places], np.uint64)
        for resolution in RESOLUTIONS:
            found, cell_of_spot = np.unique(parents(finest, resolution), return_inverse=True)
            if len(found) <= MOST_CELLS:
                break
        return cls(basis, frame, found, cell_of_spot)

    def shared(self) -> str:
        """Symbols that every map uses once: streets, borders, the hatch."""
        network = self.basis.moment.ground.network
        drawn = np.arange(network.link_count)
        if network.link_count > ALL_STREETS:
            drawn = np.flatnonzero(find_major(network))
        streets = self._lines(network.shape_of(int(link)) for link in drawn)
        return (
            '<svg class="shared" width="0" height="0" aria-hidden="true"><defs>'
            '<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            f'<rect width="5" height="5" fill="{COLOURS[CUT]}"/><path d="M0 0V5" stroke="#fff" stroke-width="1.6"/></pattern>'
            '<pattern id="slant" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">'
            f'<path d="M0 0V7" stroke="{ZONE_COLOUR}" stroke-width="1" stroke-opacity=".5"/></pattern>'
            f'<g id="streets"><path d="{streets}" fill="none" stroke="#333" stroke-opacity=".45" stroke-width=".6"/></g>'
            f'<g id="borders">{self._borders()}</g></defs></svg>'
        )

    def draw(self, situation: Situation, marked: Sequence[Bottleneck], *, label: str) -> str:
        """One map; `marked` are numbered from 1."""
        height = self.frame.height
        return "\n".join(
            (
                f'<svg class="map" viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img" aria-label="{escape(label)}">',
                f'<rect width="{WIDTH:.0f}" height="{height:.0f}" fill="#f7f6f2"/>',
                *self._hexagons(situation),
                '<use href="#streets"/>',
                *self._zones(situation),
                '<use href="#borders"/>',
                *self._sites(situation),
                *self._marks(marked),
                self._scale(),
                "</svg>",
            )
        )

    def _hexagons(self, situation: Situation) -> list[str]:
        """Each hexagon in the class of its median street."""
        table = np.zeros((len(self.cells), CLASSES))
        np.add.at(table, (self.cell_of_spot, situation.classes), self.basis.streets.length_m)
        table = table[:, : CUT + 1]
        running = np.cumsum(table, axis=1)
        median = (running >= running[:, -1:] / 2).argmax(axis=1)
        drawn = []
        for kind, colour in COLOURS.items():
            shapes = "".join(
                self._outlines[i] for i in np.flatnonzero((median == kind) & (running[:, -1] > 0))
            )
            fill = "url(#hatch)" if kind == CUT else colour
            drawn.append(f'<path d="{shapes}" fill="{fill}" stroke="{colour}" stroke-width=".3"/>')
        return drawn

    @cached_property
    def _outlines(self) -> list[str]:
        return [self._ring(h3.cell_to_boundary(int(cell))) for cell in self.cells]

    def _ring(self, points: Iterable[tuple[float, float]]) -> str:
        """A closed path through (lat, lon) points in tenths of a unit, each step from the one before."""
        return f"{self._steps(list(points))}z"

    def _steps(self, points: Sequence[tuple[float, float]]) -> str:
        spots = np.round(np.array([self.frame.place(*point) for point in points]), 1)
        moves = np.diff(spots, axis=0)
        words = [f"{x:g} {y:g}" for x, y in np.round(moves, 1).tolist() if x or y]
        return f"M{spots[0, 0]:g} {spots[0, 1]:g}" + (f"l{' '.join(words)}" if words else "")

    def _lines(self, shapes: Iterable[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]) -> str:
        return "".join(
            self._steps(list(zip(lats.tolist(), lons.tolist(), strict=True))) for lats, lons in shapes
        )

    @property
    def _window(self) -> BaseGeometry:
        south, west, north, east = self.basis.moment.ground.network.bbox
        return shapely.box(west, south, east, north)

    @property
    def _fine(self) -> float:
        """Degrees that nobody sees on the map."""
        return 0.4 / self.frame.scale

    def _outline(self, area: BaseGeometry) -> str:
        """The rings of what of an area lies on the map."""
        seen = shapely.simplify(shapely.intersection(area, self._window), self._fine)
        return "".join(
            self._ring((lat, lon) for lon, lat in ring.coords)
            for part in shapely.get_parts(seen)
            if isinstance(part, shapely.Polygon)
            for ring in (part.exterior, *part.interiors)
        )

    def _borders(self) -> str:
        """The lines between districts, each once, and the districts' names."""
        if not self.basis.districts:
            return ""
        lines = shapely.union_all([shapely.boundary(district.shape) for district in self.basis.districts])
        seen = shapely.line_merge(shapely.intersection(shapely.simplify(lines, self._fine), self._window))
        course = "".join(
            self._steps([(lat, lon) for lon, lat in part.coords])
            for part in shapely.get_parts(seen)
            if isinstance(part, shapely.LineString)
        )
        names = "".join(self._label(district) for district in self.basis.districts)
        return (
            f'<path d="{course}" fill="none" stroke="#111" stroke-width="1.4" stroke-dasharray="6 3"/>{names}'
        )

    def _label(self, district: District) -> str:
        seen = shapely.intersection(district.shape, self._window)
        if not seen.area:
            return ""
        middle = seen.representative_point()
        x, y = self.frame.place(middle.y, middle.x)
        x = min(max(x, 50), WIDTH - 50)
        return (
            f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="middle" class="label">{escape(district.name)}</text>'
        )

    def _zones(self, situation: Situation) -> list[str]:
        zones: list[HazardMapZone] = [
            zone for zone in self.basis.moment.ground.zones if zone.hazard is situation.hazard
        ]
        return [
            f'<path d="{self._outline(zone.shape)}" fill="url(#slant)" stroke="{ZONE_COLOUR}" stroke-width="1.6" '
            f'fill-rule="evenodd"><title>{escape(zone.name)}</title></path>'
            for zone in zones
        ]

    def _sites(self, situation: Situation) -> list[str]:
        suitable = {place.id for place in situation.suitable}
        places = sorted(self.basis.moment.world.places.values(), key=lambda place: place.id in suitable)
        drawn = []
        for place in places:
            if place.lat is None or place.lon is None or place.layer is not Layer.SITE:
                continue
            x, y = self.frame.place(place.lat, place.lon)
            style = (
                'r="4" fill="#00441b" stroke="#fff" stroke-width="1.2"'
                if place.id in suitable
                else 'r="2.6" fill="#fff" stroke="#444" stroke-width="1"'
            )
            drawn.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" {style}><title>{escape(place.name)}</title></circle>'
            )
        return drawn

    def _marks(self, marked: Sequence[Bottleneck]) -> list[str]:
        network = self.basis.moment.ground.network
        drawn = []
        for number, one in enumerate(marked, 1):
            course = self._lines(network.shape_of(int(link)) for link in one.links)
            x, y = self.frame.place(one.lat, one.lon)
            drawn.append(
                f'<path d="{course}" fill="none" stroke="#111" stroke-width="4"/>'
                f'<path d="{course}" fill="none" stroke="#ffd92f" stroke-width="2"/>'
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9" fill="#ffd92f" stroke="#111" stroke-width="1.5"/>'
                f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" class="number">{number}</text>'
            )
        return drawn

    def _scale(self) -> str:
        """A bar of a round length, and where north is."""
        metres_wide = 111_195.0 / self.frame.stretch / self.frame.scale
        metres = max(
            m
            for m in (50, 100, 200, 500, 1000, 2000, 5000, 10_000)
            if m / metres_wide <= WIDTH / 4 or m == 50
        )
        long, y = metres / metres_wide, self.frame.height - 14
        text = f"{metres} m" if metres < 1000 else f"{metres // 1000} km"
        return (
            f'<g class="scale"><rect x="10" y="{y - 18:.0f}" width="{long + 62:.0f}" height="26" fill="#fff" fill-opacity=".85"/>'
            f'<path d="M16 {y - 4:.0f}v6h{long:.1f}v-6" fill="none" stroke="#111" stroke-width="1.5"/>'
            f'<text x="{22 + long:.0f}" y="{y + 3:.0f}">{text} N↑</text></g>'
        )
