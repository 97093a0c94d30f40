"""Small OpenStreetMap files, written out by hand: nodes on a grid of letters, ways as strings of letters."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

import routing
from routing.build.barriers import Rules
from routing.build.osm_pbf import read_osm
from routing.profiles import CLOSED

STEP = 0.001
SOUTH, WEST = 34.0, 135.0


def tags(text: str) -> dict[str, str]:
    """`highway=path foot=no` as a mapping; an underscore in a value that begins with one is a space."""
    return {k: v.replace("+", " ") for k, v in (pair.split("=", 1) for pair in text.split())}


def place_of(letter: str, drawing: Sequence[str]) -> tuple[float, float]:
    """Latitude and longitude of a letter in a drawing; its rows go from north to south, 0.001 degrees each way."""
    for row, line in enumerate(reversed(drawing)):
        if letter in line:
            return SOUTH + row * STEP, WEST + line.index(letter) * STEP
    raise AssertionError(letter)


def write_map(
    folder: Path,
    drawing: Sequence[str],
    *,
    ways: Sequence[tuple[str, str]],
    nodes: Mapping[str, str] | None = None,
    relations: Sequence[tuple[str, Sequence[tuple[str, str, str]]]] = (),
    absent: str = "",
    backwards: bool = False,
) -> Path:
    """Writes map.osm. ways: (letters, tags), numbered from 1. relations: (tags, members as (w or n, number or letter, role)).

    backwards: the same ways, the last one first.
    """
    rows = []
    for letter in sorted({c for line in drawing for c in line if c.isalnum()} - set(absent)):
        lat, lon = place_of(letter, drawing)
        own = _tags(tags((nodes or {}).get(letter, "")))
        rows.append(f'<node id="{ord(letter)}" version="1" lat="{lat:.4f}" lon="{lon:.4f}">{own}</node>')
    numbered = list(enumerate(ways, 1))
    for number, (letters, text) in reversed(numbered) if backwards else numbered:
        refs = "".join(f'<nd ref="{ord(letter)}"/>' for letter in letters)
        rows.append(f'<way id="{number}" version="1">{refs}{_tags(tags(text))}</way>')
    for number, (text, members) in enumerate(relations, 1):
        inner = "".join(
            f'<member type="{"way" if kind == "w" else "node"}" ref="{ref if kind == "w" else ord(ref)}" role="{role}"/>'
            for kind, ref, role in members
        )
        rows.append(f'<relation id="{number}" version="1">{inner}{_tags(tags(text))}</relation>')
    path = folder / "map.osm"
    path.write_text(f'<osm version="0.6">{"".join(rows)}</osm>', "utf-8")
    return path


def _tags(found: Mapping[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in found.items())


class Map:
    """A network that was read from such a file, asked by letters."""

    def __init__(
        self, folder: Path, drawing: Sequence[str], rules: Rules | None = None, **parts: object
    ) -> None:
        self.drawing = drawing
        path = write_map(folder, drawing, **parts)  # type: ignore[arg-type]
        self.network = read_osm(path, rules=rules or Rules())

    def minutes(self, start: str, goal: str, profile: str | routing.Profile = "adult") -> float | None:
        """How long the field of `goal` says that it takes from `start`; None where it cannot be reached."""
        chosen = routing.get_profile(profile) if isinstance(profile, str) else profile
        walking = routing.Walking.of(routing.Snapper(self.network), chosen)
        open_links = np.zeros(self.network.link_count, bool)
        open_links[self.network.edge_link[walking.cost < CLOSED]] = True
        walking = replace(walking, usable=open_links)  # maps this small are islands all over
        target = routing.Target("T", *place_of(goal, self.drawing))
        field = routing.Field.build(walking, [target], routing.Overlay(self.network))
        found = routing.find_route(field, *place_of(start, self.drawing))
        return found.seconds / 60 if isinstance(found, routing.Route) else None

    def passes(self, start: str, goal: str, profile: str | routing.Profile = "adult") -> bool:
        return self.minutes(start, goal, profile) is not None

    def bits_between(self, one: str, other: str) -> routing.Way:
        """The bits of the one link that ends at these two letters, by place."""
        ends = {place_of(one, self.drawing), place_of(other, self.drawing)}
        found = []
        for link in range(self.network.link_count):
            lat, lon = self.network.shape_of(link)
            rounded = {
                (round(float(a), 4), round(float(o), 4)) for a, o in ((lat[0], lon[0]), (lat[-1], lon[-1]))
            }
            if rounded == {(round(a, 4), round(o, 4)) for a, o in ends}:
                found.append(routing.Way(int(self.network.link_way[link])))
        assert len(found) == 1, found
        return found[0]
