"""A way's OpenStreetMap tags to its bits, class, speed limit, layer and name. Who may pass is `access`, wheels are `wheels`."""

import math

from routing.build.access import NOT_YET, Tags, car_of, foot_of
from routing.build.wheels import wheels_of
from routing.network import RoadClass, Way

CLOSED_AT_TIMES = "closed to walkers at times"
NO_WAY = "not a way"
CLASSES = {
    "road": RoadClass.UNCLASSIFIED,
    "track": RoadClass.TRACK,
    "bridleway": RoadClass.TRACK,
    "pedestrian": RoadClass.PEDESTRIAN,
    "path": RoadClass.FOOTWAY,
    "platform": RoadClass.FOOTWAY,
    "corridor": RoadClass.FOOTWAY,
} | {item.name.lower(): item for item in RoadClass if item not in (RoadClass.UNKNOWN, RoadClass.BARRIER)}
KMH_PER_MPH = 1.609344


def way_of(tags: Tags) -> tuple[Way, str]:
    """The properties of a way, and why no walker may use it (empty if they may). No bits at all: nobody may, the way is skipped."""
    highway = tags.get("highway")
    walkable_thing = tags.get("railway") == "platform" or tags.get("man_made") == "pier"
    if highway is None and not walkable_thing:
        return Way(0), "ferry" if tags.get("route") == "ferry" else NO_WAY
    foot, why = foot_of(tags, highway)
    way = foot | car_of(tags, highway)
    return (way | _properties(tags, highway) if way else way), why


def _properties(tags: Tags, highway: str | None) -> Way:
    way = wheels_of(tags, highway)
    if highway == "steps":
        way |= Way.STEPS
    if tags.get("bridge", "no") != "no":
        way |= Way.BRIDGE
    # a passage through a building lies on the ground: what closes its street closes it too
    if tags.get("tunnel", "no") not in ("no", "building_passage") or is_underground(tags):
        way |= Way.TUNNEL
    if tags.get("ford", "no") != "no":
        way |= Way.FORD
    if highway == "corridor" or tags.get("indoor", "no") != "no":
        way |= Way.INDOOR
    return way


def is_underground(tags: Tags) -> bool:
    """Whether the whole way lies below the street: all its levels are negative, or the tag says so."""
    if tags.get("location") == "underground":
        return True
    levels = [find_number(part) for part in tags.get("level", "").split(";")]
    return all(level is not None and level < 0 for level in levels)


def class_of(tags: Tags) -> RoadClass:
    """What it was built for; a platform or a pier is a footway."""
    highway = tags.get("highway")
    if highway in NOT_YET:
        return RoadClass.UNKNOWN
    return RoadClass.FOOTWAY if highway is None else CLASSES.get(highway, RoadClass.UNKNOWN)


def max_kmh_of(tags: Tags) -> int:
    """The signed speed limit, 1..255; 0 where there is none that can be read."""
    text = tags.get("maxspeed", "")
    value = find_number(text.removesuffix("mph").strip())
    if value is None:
        return 0
    kmh = value * KMH_PER_MPH if text.endswith("mph") else value
    return round(kmh) if 1 <= kmh <= 255 else 0


def layer_of(tags: Tags) -> int:
    """The layer, -5..5; zero where the tag is missing or no number."""
    value = find_number(tags.get("layer", "").split(";")[0])
    return int(max(-5, min(5, value or 0)))


def name_of(tags: Tags) -> str:
    """The street's name, else its number."""
    return tags.get("name") or tags.get("ref") or ""


def find_number(text: str) -> float | None:
    """The number that a text is; None where it is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
