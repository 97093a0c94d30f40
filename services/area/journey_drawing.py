"""One way and its surroundings as an SVG picture: start, way, place, what is closed, the zones in force. Finds no way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from routing import Network
from services.area.drawing import (
    LAYER_COLOURS,
    Frame,
    Point,
    course_of,
    draw_links,
    draw_places,
    draw_zones,
    picture,
    text,
)
from streams.events.shelters import Layer, SiteReport

WAY_COLOUR, CLOSED_COLOUR, ZONE_COLOUR = "#0b3d91", "#c1121f", "#54278f"
CROSS = "M-7-7L7 7M-7 7L7-7"


@dataclass(frozen=True)
class Journey:
    """One answer to be drawn. way: (lat, lon) points, empty if there is none; goal: id of its place.

    closed: int32[k], links closed to the walker. start: (lat, lon).
    """

    start: Point
    way: Sequence[Point] = ()
    goal: str = ""
    closed: Sequence[int] = ()


def draw_journey(
    network: Network,
    places: Sequence[SiteReport],
    journey: Journey,
    *,
    title: str,
    zones: Sequence[dict[str, Any]] = (),
    mark: str = "",
) -> str:
    """One way and its surroundings as SVG text. zones: those in force, nobody is led in. mark: what is written on top."""
    frame = Frame.around([journey.start, *journey.way, *_goal_place(places, journey)])
    drawn = [
        *draw_zones(frame, zones, outlined=True),
        *draw_links(frame, network),
        *_closures(frame, network, journey.closed),
        *_way(frame, journey),
        *draw_places(frame, [p for p in places if frame.shows([p.lat], [p.lon])]),
        *_ends(frame, places, journey),
        *_legend(frame, journey, zones=bool(zones)),
    ]
    if mark:
        drawn.append(text(frame.width / 2, 34, mark, size=24, weight=700, anchor="middle", colour="#7a1020"))
    return picture(frame, drawn, f"{title} — {network.attribution}")


def _closures(frame: Frame, network: Network, closed: Sequence[int]) -> list[str]:
    """Closed links in red and white, with a cross on the middle of each."""
    drawn = []
    for link in closed:
        lats, lons = network.shape_of(int(link))
        if not frame.shows(lats, lons):
            continue
        course = course_of(frame, network, int(link))
        line = shapely.LineString([frame.place(*p) for p in zip(lats.tolist(), lons.tolist(), strict=True)])
        middle = line.interpolate(0.5, normalized=True)
        drawn.append(
            f'<g class="closed"><path d="{course}" fill="none" stroke="{CLOSED_COLOUR}" stroke-width="7"/>'
            f'<path d="{course}" fill="none" stroke="#fff" stroke-width="4" stroke-dasharray="7 7"/>'
            f'<path d="{CROSS}" transform="translate({middle.x:.1f} {middle.y:.1f})" stroke="{CLOSED_COLOUR}" '
            'stroke-width="4" stroke-linecap="round"/></g>'
        )
    return drawn


def _way(frame: Frame, journey: Journey) -> list[str]:
    if len(journey.way) < 2:
        return []
    course = frame.path(journey.way)
    line = 'fill="none" stroke-linejoin="round" stroke-linecap="round"'
    return [
        f'<path d="{course}" {line} stroke="#fff" stroke-width="12"/>',
        f'<path class="way" d="{course}" {line} stroke="{WAY_COLOUR}" stroke-width="7"/>',
    ]


def _goal_place(places: Sequence[SiteReport], journey: Journey) -> list[Point]:
    return [(p.lat, p.lon) for p in places if p.id == journey.goal]


def _ends(frame: Frame, places: Sequence[SiteReport], journey: Journey) -> list[str]:
    """Where the walker stands, how the network is reached from there and left at the end, and the place by name."""
    x, y = frame.place(*journey.start)
    drawn = []
    for outer, inner in zip(
        [journey.start, *_goal_place(places, journey)],
        [journey.way[0], journey.way[-1]] if journey.way else [],
        strict=False,
    ):
        drawn.append(
            f'<path d="{frame.path([outer, inner])}" fill="none" stroke="{WAY_COLOUR}" stroke-width="4" stroke-dasharray="2 7" '
            'stroke-linecap="round"/>'
        )
    drawn.append(
        f'<circle class="start" cx="{x:.1f}" cy="{y:.1f}" r="11" fill="#fff" stroke="{WAY_COLOUR}" stroke-width="6"/>'
    )
    for place in places:
        if place.id == journey.goal:
            x, y = frame.place(place.lat, place.lon)
            drawn.append(
                f'<path class="goal" d="M{x - 15:.1f} {y:.1f}L{x:.1f} {y - 15:.1f}L{x + 15:.1f} {y:.1f}h-4v13h-22v-13Z" '
                f'fill="{LAYER_COLOURS[place.layer]}" stroke="#fff" stroke-width="2.5"/>'
            )
            anchor = "end" if x > frame.width * 0.7 else "start"
            drawn.append(
                text(
                    x + (-22 if anchor == "end" else 22),
                    y + 6,
                    place.name,
                    size=20,
                    weight=700,
                    anchor=anchor,
                )
            )
    return drawn


def _legend(frame: Frame, journey: Journey, *, zones: bool) -> list[str]:
    """What the marks mean, in both languages, above the caption."""
    entries = [(WAY_COLOUR, "道 way")] if journey.way else []
    if journey.closed:
        entries.append((CLOSED_COLOUR, "通行止め closed"))
    if zones:
        entries.append(("#54278f", "危険区域 hazard zone, nobody is led in"))
    entries += [
        (LAYER_COLOURS[Layer.SITE], "緊急避難場所 site"),
        (LAYER_COLOURS[Layer.SHELTER], "避難所 shelter"),
    ]
    top = frame.height - 44 - 26 * len(entries)
    drawn = [
        f'<rect x="14" y="{top:.0f}" width="400" height="{26 * len(entries) + 12}" fill="#fff" fill-opacity=".88" stroke="#999"/>'
    ]
    for number, (colour, words) in enumerate(entries):
        y = top + 24 + 26 * number
        drawn.append(f'<rect x="24" y="{y - 12:.0f}" width="22" height="12" fill="{colour}"/>')
        drawn.append(text(56, y, words, size=16))
    return drawn
