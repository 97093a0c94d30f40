"""An area, or the surroundings of one way, as an SVG picture: streets, structures, zones, places, closures. No map server, no font."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt
from shapely.geometry import shape

from routing import Network, Way
from routing.geo import METRES_PER_DEGREE
from services.area.basemap import MAJOR
from streams.events.shelters import Layer, SiteReport

WIDTH = 1600.0
MARGIN = 24.0
STYLES = (
    ("street", "#9aa3ad", 0.7, ""),
    ("major", "#7c8792", 1.3, ""),
    ("stairs", "#c2600c", 1.0, ""),
    ("tunnel", "#3d4852", 1.4, "5 4"),
    ("bridge", "#3d4852", 1.8, ""),
)
"""Kind of link, colour, width and dashes; later ones are drawn on top."""
ZONE_COLOURS = {
    "tsunami": "#7fb3d5", "storm_surge": "#76d7c4", "flood": "#85c1e9", "inland_flood": "#aed6f1",
    "landslide": "#d7bd94",
}  # fmt: skip
LAYER_COLOURS = {Layer.SITE: "#107a3b", Layer.SHELTER: "#b03a2e"}
LEAST_VIEW_M = 500.0
"""A picture of a way shows at least this much from side to side."""
VIEW = 1.35
"""And the way's surroundings: its own box, this many times as wide."""
TALLEST = 1.1
"""Of a picture of a way: height by width, and width by height."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """Degrees to picture units; north is up. width, margin: of the picture."""

    south: float
    west: float
    north: float
    east: float
    width: float = WIDTH
    margin: float = MARGIN

    @property
    def scale(self) -> float:
        return (self.width - 2 * self.margin) / max(self.east - self.west, 1e-6)

    @property
    def stretch(self) -> float:
        """How much longer a degree of latitude is than one of longitude here."""
        return 1 / max(0.01, math.cos(math.radians((self.south + self.north) / 2)))

    @property
    def height(self) -> float:
        return (self.north - self.south) * self.scale * self.stretch + 2 * self.margin

    def place(self, lat: float, lon: float) -> tuple[float, float]:
        """x, y of a place."""
        return (
            self.margin + (lon - self.west) * self.scale,
            self.height - self.margin - (lat - self.south) * self.scale * self.stretch,
        )

    @classmethod
    def around(cls, points: Sequence[Point]) -> "Frame":
        """The surroundings of a way, of a shape that a screen shows whole."""
        lats, lons = [p[0] for p in points], [p[1] for p in points]
        lat, lon = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
        shrink = max(0.01, math.cos(math.radians(lat)))
        least = LEAST_VIEW_M / METRES_PER_DEGREE
        tall = max(VIEW * (max(lats) - min(lats)), least)
        wide = max(VIEW * (max(lons) - min(lons)) * shrink, least)
        tall, wide = max(tall, wide / TALLEST) / 2, max(wide, tall / TALLEST) / shrink / 2
        return cls(lat - tall, lon - wide, lat + tall, lon + wide)

    def shows(self, lats: Iterable[float], lons: Iterable[float]) -> bool:
        """Whether the box of some points lies in the picture, at least in part."""
        ys, xs = list(lats), list(lons)
        return (
            min(ys) <= self.north and max(ys) >= self.south and min(xs) <= self.east and max(xs) >= self.west
        )

    def path(self, points: Iterable[Point]) -> str:
        """Path commands through (lat, lon) points."""
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (self.place(*p) for p in points))


def draw_area(
    network: Network, places: Sequence[SiteReport], *, title: str, zones: Sequence[dict[str, Any]] = ()
) -> str:
    """The whole area as SVG text. `zones` are GeoJSON features with a property `hazard`."""
    frame = Frame(*network.bbox)
    drawn = [
        *draw_zones(frame, zones),
        *draw_links(frame, network),
        *draw_places(frame, places),
        *draw_scale(frame),
    ]
    return picture(frame, drawn, f"{title} — {network.attribution}")


def picture(frame: Frame, drawn: Iterable[str], title: str, *, below: "Legend | None" = None) -> str:
    """The whole SVG text of what was drawn, with the title, and the legend below it."""
    height = frame.height + (below.height if below else 0)
    size = f"{frame.width:.0f} {height:.0f}"
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img">',
            f"<title>{escape(title)}</title>",
            (
                "<defs>"
                '<pattern id="zone" width="14" height="14" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
                '<path d="M0 0V14" stroke="#54278f" stroke-width="1.5" stroke-opacity=".45"/></pattern>'
                f'<clipPath id="frame"><rect width="{frame.width:.0f}" height="{frame.height:.0f}"/></clipPath></defs>'
            ),
            f'<rect width="{frame.width:.0f}" height="{height:.0f}" fill="#fff"/>',
            f'<g clip-path="url(#frame)"><rect width="{frame.width:.0f}" height="{frame.height:.0f}" fill="#fbfaf7"/>',
            *drawn,
            text(frame.margin, frame.height - 6, title, size=14),
            "</g>",
            *(below.drawn(frame) if below else ()),
            "</svg>",
            "",
        )
    )


@dataclass(frozen=True)
class Legend:
    """What the marks of a picture mean: colour and words of each, in columns below it, so that it hides nothing."""

    entries: Sequence[tuple[str, str]]
    columns: int = 3
    line: float = 26.0

    @property
    def height(self) -> float:
        return math.ceil(len(self.entries) / self.columns) * self.line + 20

    def drawn(self, frame: Frame) -> list[str]:
        """Swatches and words."""
        rows, wide = (
            math.ceil(len(self.entries) / self.columns),
            (frame.width - 2 * frame.margin) / self.columns,
        )
        drawn = []
        for number, (colour, words) in enumerate(self.entries):
            x = frame.margin + number // rows * wide
            y = frame.height + 26 + number % rows * self.line
            drawn.append(f'<rect x="{x:.0f}" y="{y - 12:.0f}" width="22" height="12" fill="{colour}"/>')
            drawn.append(text(x + 32, y, words, size=16))
        return drawn


def draw_links(frame: Frame, network: Network) -> list[str]:
    """The streets that the picture shows, one path for each kind; thicker where it shows a part only."""
    way = network.link_way
    major = np.isin(network.link_class, [int(c) for c in MAJOR])
    kind = np.select(
        [(way & Way.BRIDGE) > 0, (way & Way.TUNNEL) > 0, (way & Way.STEPS) > 0, major],
        [4, 3, 2, 1],
        default=0,
    )
    near = _visible(frame, network)
    thicker = 1.0 if len(near) == network.link_count else 3.0
    drawn = []
    for number, (name, colour, width, dashes) in enumerate(STYLES):
        paths = [course_of(frame, network, link) for link in near[kind[near] == number].tolist()]
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        drawn.append(
            f'<path class="{name}" d="{"".join(paths)}" fill="none" stroke="{colour}" '
            f'stroke-width="{width * thicker:.1f}"{dashed}/>'
        )
    return drawn


def _visible(frame: Frame, network: Network) -> npt.NDArray[np.int64]:
    """Links whose box lies in the picture, at least in part."""
    first = network.shape_start[:-1]
    lowest, highest = (
        [ufunc.reduceat(column, first) for column in (network.shape_lat, network.shape_lon)]
        for ufunc in (np.minimum, np.maximum)
    )
    return np.flatnonzero(
        (lowest[0] <= frame.north)
        & (highest[0] >= frame.south)
        & (lowest[1] <= frame.east)
        & (highest[1] >= frame.west)
    )


def course_of(frame: Frame, network: Network, link: int) -> str:
    """Path commands along a link."""
    lats, lons = network.shape_of(link)
    return frame.path(zip(lats.tolist(), lons.tolist(), strict=True))


def draw_zones(frame: Frame, zones: Sequence[dict[str, Any]], *, outlined: bool = False) -> list[str]:
    """Zones by the colour of their hazard; those in force are outlined and hatched."""
    drawn = []
    edge = ' stroke="#54278f" stroke-width="3"' if outlined else ""
    for feature in zones:
        colour = ZONE_COLOURS.get(feature["properties"]["hazard"], "#e6b0aa")
        area = shape(feature["geometry"])
        rings = [
            ring
            for polygon in getattr(area, "geoms", [area])
            for ring in (polygon.exterior, *polygon.interiors)
        ]
        outline = "".join(frame.path((lat, lon) for lon, lat in ring.coords) + "Z" for ring in rings)
        drawn.append(
            f'<path class="zone" d="{outline}" fill="{colour}" fill-opacity="0.35" fill-rule="evenodd"/>'
        )
        if outlined:
            drawn.append(f'<path d="{outline}" fill="url(#zone)" fill-rule="evenodd"{edge}/>')
    return drawn


def draw_places(frame: Frame, places: Sequence[SiteReport]) -> list[str]:
    """Sites and shelters, by colour."""
    drawn = []
    for place in places:
        x, y = frame.place(place.lat, place.lon)
        drawn.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{LAYER_COLOURS[place.layer]}" stroke="#fff">'
            f"<title>{escape(place.name)}</title></circle>"
        )
    return drawn


def draw_scale(frame: Frame) -> list[str]:
    """A bar of so many metres in the lower right corner, and which way is north."""
    units = frame.scale * frame.stretch / METRES_PER_DEGREE
    longest = frame.width / 5 / units
    power = 10.0 ** math.floor(math.log10(longest))
    metres = max(step * power for step in (1, 2, 5) if step * power <= longest)
    right, y = frame.width - frame.margin, frame.height - 44
    left = right - metres * units
    words = f"{metres:,.0f} m" if metres < 1000 else f"{metres / 1000:,.0f} km"
    bar = f"M{left:.1f} {y - 8:.1f}V{y:.1f}H{right:.1f}V{y - 8:.1f}"
    return [
        f'<path class="scale" d="{bar}" fill="none" stroke="#222" stroke-width="3"/>',
        text((left + right) / 2, y - 10, f"{words}   北 N ↑", size=16, anchor="middle"),
    ]


def text(
    x: float,
    y: float,
    words: str,
    *,
    size: int,
    weight: int = 400,
    anchor: str = "start",
    colour: str = "#222",
) -> str:
    """Words with a light rim, so that they can be read on streets."""
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-family="sans-serif" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{colour}" paint-order="stroke" stroke="#fff" stroke-width="4" '
        f'stroke-linejoin="round">{escape(words)}</text>'
    )
