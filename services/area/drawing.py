"""An area as one SVG picture: ways, water-side structures, zones, sites and shelters, and a route if there is one. No map server, no font."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from shapely.geometry import shape

from routing import Network, Way
from streams.events.shelters import Layer, SiteReport

WIDTH = 1600.0
MARGIN = 24.0
STYLES = (
    ("street", "#9aa3ad", 0.7),
    ("stairs", "#b5651d", 1.0),
    ("tunnel", "#5b4b8a", 1.4),
    ("bridge", "#1f4e79", 1.8),
)
"""Kind of link, colour and width; later ones are drawn on top."""
ZONE_COLOURS = {
    "tsunami": "#7fb3d5", "storm_surge": "#76d7c4", "flood": "#85c1e9", "inland_flood": "#aed6f1",
    "landslide": "#d7bd94",
}  # fmt: skip
LAYER_COLOURS = {Layer.SITE: "#107a3b", Layer.SHELTER: "#b03a2e"}

Point = tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """Degrees to picture units; north is up."""

    south: float
    west: float
    north: float
    east: float

    @property
    def scale(self) -> float:
        return (WIDTH - 2 * MARGIN) / max(self.east - self.west, 1e-6)

    @property
    def stretch(self) -> float:
        """How much longer a degree of latitude is than one of longitude here."""
        return 1 / max(0.01, math.cos(math.radians((self.south + self.north) / 2)))

    @property
    def height(self) -> float:
        return (self.north - self.south) * self.scale * self.stretch + 2 * MARGIN

    def place(self, lat: float, lon: float) -> tuple[float, float]:
        """x, y of a place."""
        return (
            MARGIN + (lon - self.west) * self.scale,
            self.height - MARGIN - (lat - self.south) * self.scale * self.stretch,
        )

    def path(self, points: Iterable[Point]) -> str:
        """Path commands through (lat, lon) points."""
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (self.place(*p) for p in points))


def draw_area(
    network: Network,
    places: Sequence[SiteReport],
    *,
    title: str,
    zones: Sequence[dict[str, Any]] = (),
    route: Sequence[Point] = (),
) -> str:
    """The picture as SVG text. `zones` are GeoJSON features with a property `hazard`; `route` is drawn last."""
    frame = Frame(*network.bbox)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {frame.height:.0f}" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH:.0f}" height="{frame.height:.0f}" fill="#fbfaf7"/>',
        *_zones(frame, zones),
        *_links(frame, network),
        *_places(frame, places),
    ]
    if route:
        parts.append(
            f'<path d="{frame.path(route)}" fill="none" stroke="#d4380d" stroke-width="5" stroke-linejoin="round"/>'
        )
        x, y = frame.place(*route[0])
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8" fill="#d4380d"/>')
    parts.append(_caption(frame, f"{title} — {network.attribution}"))
    return "\n".join([*parts, "</svg>", ""])


def _links(frame: Frame, network: Network) -> list[str]:
    way = network.link_way
    kind = np.select(
        [(way & Way.BRIDGE) > 0, (way & Way.TUNNEL) > 0, (way & Way.STEPS) > 0], [3, 2, 1], default=0
    )
    drawn = []
    for number, (name, colour, width) in enumerate(STYLES):
        paths = [
            frame.path(zip(*(c.tolist() for c in network.shape_of(int(link))), strict=True))
            for link in np.flatnonzero(kind == number)
        ]
        drawn.append(
            f'<path class="{name}" d="{"".join(paths)}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
        )
    return drawn


def _zones(frame: Frame, zones: Sequence[dict[str, Any]]) -> list[str]:
    drawn = []
    for feature in zones:
        colour = ZONE_COLOURS.get(feature["properties"]["hazard"], "#e6b0aa")
        area = shape(feature["geometry"])
        rings = [
            ring
            for polygon in getattr(area, "geoms", [area])
            for ring in (polygon.exterior, *polygon.interiors)
        ]
        outline = "".join(frame.path((lat, lon) for lon, lat in ring.coords) + "Z" for ring in rings)
        drawn.append(f'<path d="{outline}" fill="{colour}" fill-opacity="0.35" fill-rule="evenodd"/>')
    return drawn


def _places(frame: Frame, places: Sequence[SiteReport]) -> list[str]:
    drawn = []
    for place in places:
        x, y = frame.place(place.lat, place.lon)
        drawn.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{LAYER_COLOURS[place.layer]}" stroke="#fff">'
            f"<title>{escape(place.name)}</title></circle>"
        )
    return drawn


def _caption(frame: Frame, text: str) -> str:
    return (
        f'<text x="{MARGIN}" y="{frame.height - 6:.0f}" font-family="sans-serif" font-size="14" fill="#444">'
        f"{escape(text)}</text>"
    )
