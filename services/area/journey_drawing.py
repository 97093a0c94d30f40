"""One way and its surroundings as an SVG picture: start, way, places, what is closed and why, the zones in force. Finds no way."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import shapely

from routing import Network
from services.area.drawing import (
    LAYER_COLOURS,
    STYLES,
    Frame,
    Legend,
    Point,
    course_of,
    draw_links,
    draw_places,
    draw_scale,
    draw_zones,
    picture,
    text,
)
from streams.events.shelters import Layer, SiteReport

WAY_COLOUR, CLOSED_COLOUR, FILLED_COLOUR, ZONE_COLOUR = "#0057d9", "#c1121f", "#00667a", "#54278f"
CROSS = "M-7-7L7 7M-7 7L7-7"
LISTED = 8
"""So many closures that the picture shows are named in its legend."""
LONGEST = 48
"""Letters of a line of the legend."""
WORDS = {
    "stairs": "階段 stairs",
    "tunnel": "トンネル、地下道（点線）tunnel, underpass (dashed)",
    "bridge": "橋 bridge",
}
LAST_POINTS = 6
"""The side from which a way reaches its end is seen in so many of its points."""
ROOM = 1.7
"""The next places are shown as well while the picture grows to so many times what the way alone needs."""


@dataclass(frozen=True)
class Closed:
    """What one cause closes to the walker. links: int32[k]; words: why; fills: closed because water may stand there."""

    words: str
    links: Sequence[int]
    fills: bool = False

    @property
    def colour(self) -> str:
        return FILLED_COLOUR if self.fills else CLOSED_COLOUR


@dataclass(frozen=True)
class Journey:
    """One answer to be drawn. way: (lat, lon) points, empty if there is none; goal: id of its place.

    others: ids of the next places, each with what is written beside it. start: (lat, lon).
    """

    start: Point
    way: Sequence[Point] = ()
    goal: str = ""
    closed: Sequence[Closed] = ()
    others: Sequence[tuple[str, str]] = ()


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
    frame = _frame(places, journey)
    shown = [closed for closed in journey.closed if _links_shown(frame, network, closed)]
    drawn = [
        *draw_zones(frame, zones, outlined=True),
        *draw_links(frame, network),
        *_closures(frame, network, shown),
        *_way(frame, journey),
        *_crosses(frame, network, shown),
        *draw_places(frame, [p for p in places if frame.shows([p.lat], [p.lon])]),
        *_others(frame, places, journey),
        *_ends(frame, places, journey),
        *draw_scale(frame),
    ]
    if mark:
        drawn.append(text(frame.width / 2, 34, mark, size=24, weight=700, anchor="middle", colour="#7a1020"))
    in_view = shapely.box(frame.west, frame.south, frame.east, frame.north)
    has_zone = any(shapely.geometry.shape(zone["geometry"]).intersects(in_view) for zone in zones)
    legend = _legend(places, journey, shown, zones=has_zone)
    return picture(frame, drawn, f"{title} — {network.attribution}", below=legend)


def _frame(places: Sequence[SiteReport], journey: Journey) -> Frame:
    """Around the way, and the next places as far as they are near."""
    points = [journey.start, *journey.way, *_goal_place(places, journey)]
    own = Frame.around(points)
    others = {place.id: (place.lat, place.lon) for place in places}
    for place, _ in journey.others:
        wider = Frame.around([*points, others[place]])
        if wider.north - wider.south <= ROOM * (own.north - own.south):
            points.append(others[place])
    return Frame.around(points)


def _links_shown(frame: Frame, network: Network, closed: Closed) -> list[int]:
    """Those of its links that lie in the picture, at least in part."""
    return [int(link) for link in closed.links if frame.shows(*network.shape_of(int(link)))]


def _closures(frame: Frame, network: Network, shown: Sequence[Closed]) -> list[str]:
    """Closed links in colour and white, below the way: it may begin on one of them."""
    drawn = []
    for closed in shown:
        for link in _links_shown(frame, network, closed):
            course = course_of(frame, network, link)
            drawn.append(
                f'<g class="closed"><path d="{course}" fill="none" stroke="{closed.colour}" stroke-width="7"/>'
                f'<path d="{course}" fill="none" stroke="#fff" stroke-width="4" stroke-dasharray="7 7"/></g>'
            )
    return drawn


def _crosses(frame: Frame, network: Network, shown: Sequence[Closed]) -> list[str]:
    """A cross on the middle of each closed link; the first of a cause has its number."""
    drawn = []
    for number, closed in enumerate(shown, 1):
        for place, link in enumerate(_links_shown(frame, network, closed)):
            x, y = _middle(frame, network, link)
            drawn.append(
                f'<path d="{CROSS}" transform="translate({x:.1f} {y:.1f})" stroke="{closed.colour}" stroke-width="4" '
                'stroke-linecap="round"/>'
            )
            if place == 0 and number <= LISTED:
                drawn.append(text(x + 12, y - 10, f"{number}", size=20, weight=700, colour=closed.colour))
    return drawn


def _middle(frame: Frame, network: Network, link: int) -> Point:
    """x, y halfway along a link."""
    lats, lons = network.shape_of(link)
    line = shapely.LineString([frame.place(*p) for p in zip(lats.tolist(), lons.tolist(), strict=True)])
    middle = line.interpolate(0.5, normalized=True)
    return middle.x, middle.y


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
            before = frame.place(*journey.way[-LAST_POINTS:][0])[0] if journey.way else x
            drawn.append(_beside(frame, x, y, place.name, size=20, weight=700, left=x < before))
    return drawn


def _others(frame: Frame, places: Sequence[SiteReport], journey: Journey) -> list[str]:
    """The next places as rings with their names, where the picture shows them."""
    words, drawn = dict(journey.others), []
    for place in places:
        if place.id in words and frame.shows([place.lat], [place.lon]):
            x, y = frame.place(place.lat, place.lon)
            colour = LAYER_COLOURS[place.layer]
            drawn.append(
                f'<circle class="other" cx="{x:.1f}" cy="{y:.1f}" r="11" fill="none" stroke="{colour}" stroke-width="3"/>'
            )
            drawn.append(_beside(frame, x, y, f"{place.name} {words[place.id]}", size=16))
    return drawn


def _beside(
    frame: Frame, x: float, y: float, words: str, *, size: int, weight: int = 400, left: bool = False
) -> str:
    """Words on that side of a point where there is room; left: rather on this one."""
    if x > frame.width * 0.7 or (left and x > frame.width * 0.2):
        return text(x - 22, y + 6, words, size=size, weight=weight, anchor="end")
    return text(x + 22, y + 6, words, size=size, weight=weight)


def _legend(
    places: Sequence[SiteReport], journey: Journey, shown: Sequence[Closed], *, zones: bool
) -> Legend:
    """What the marks mean, in both languages, what closes each number, and where one could go instead."""
    entries = [(WAY_COLOUR, "道 way")] if journey.way else []
    if zones:
        entries.append((ZONE_COLOUR, "危険区域 hazard zone, nobody is led in"))
    entries += [
        (LAYER_COLOURS[Layer.SITE], "緊急避難場所 site"),
        (LAYER_COLOURS[Layer.SHELTER], "避難所 shelter"),
    ]
    entries += [(colour, WORDS[name]) for name, colour, _, _ in STYLES if name in WORDS]
    names = {place.id: (place.name, LAYER_COLOURS[place.layer]) for place in places}
    for place, words in journey.others:
        name, colour = names[place]
        entries.append((colour, _short(f"○ 次の候補 next best: {name} {words}")))
    numbered = zip(count(1), shown[:LISTED], strict=False)
    entries += [(closed.colour, f"× {number} {_short(closed.words)}") for number, closed in numbered]
    if (more := len(shown) - LISTED) > 0:
        entries.append((CLOSED_COLOUR, f"× ほか{more}件の通行止め, {more} more closures"))
    return Legend(entries)


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
