"""Who may pass, by OpenStreetMap's access tags: walkers and cars, one-ways, times. Knows no surface and no barrier on a node.

The walking rules are those of docs/reference/routing.md, checked against another engine on 2,000 origins.
"""

import re
from collections.abc import Mapping

from routing.network import Way

Tags = Mapping[str, str]

DRIVABLE = frozenset(
    [
        "motorway",
        "motorway_link",
        "trunk",
        "trunk_link",
        "primary",
        "primary_link",
        "secondary",
        "secondary_link",
        "tertiary",
        "tertiary_link",
        "unclassified",
        "residential",
        "living_street",
        "service",
        "road",
    ]
)
WALKABLE = (DRIVABLE - {"motorway", "motorway_link"}) | frozenset(
    ["footway", "path", "steps", "pedestrian", "track", "platform", "cycleway", "bridleway", "corridor"]
)
NOT_YET = frozenset(["construction", "proposed", "planned", "abandoned", "razed", "disused", "demolished"])
PERMIT = frozenset({"yes", "designated", "official", "permissive", "destination"})
BLOCK = frozenset({"no", "private", "permit", "restricted", "military", "emergency"})
CAR_BLOCK = BLOCK | {"agricultural", "forestry", "delivery"}
YES = frozenset({"yes", "true", "1"})
FOOT_KEYS = ("foot", "access")
CAR_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
FOOT = Way.FOOT | Way.FOOT_BACK
CAR = Way.CAR | Way.CAR_BACK
NOBODY = Way(0)
CLAUSE = re.compile(r"([^@;]+)@\s*(?:\([^)]*\)|[^;]*)")


def find_access(tags: Tags, keys: tuple[str, ...], block: frozenset[str] = BLOCK) -> str | None:
    """The most specific statement: permit, block, or None. Of several values (a;b) any permitted one wins."""
    for key in keys:
        if (value := tags.get(key)) is None:
            continue
        values = [part.strip() for part in value.split(";")]
        if any(v in PERMIT for v in values):
            return "permit"
        if any(v in block for v in values):
            return "block"
    return None


def is_closed_at_times(tags: Tags, keys: tuple[str, ...], block: frozenset[str] = BLOCK) -> bool:
    """Whether the most specific conditional statement forbids anything (`no @ (22:00-06:00)`).

    A plain statement that is more specific decides alone. Nobody knows the hour of the alarm, so a way that is closed at times is
    not relied on; one that is only open at times was closed before and stays so.
    """
    for key in keys:
        if (text := tags.get(f"{key}:conditional")) is not None:
            return any(value.strip() in block for value in CLAUSE.findall(text))
        if key in tags:
            return False
    return False


def foot_of(tags: Tags, highway: str | None) -> tuple[Way, str]:
    """The directions in which a walker may pass, and if none, why."""
    if highway in NOT_YET:
        return NOBODY, f"highway={highway}"
    access = find_access(tags, FOOT_KEYS)
    if access == "block":
        return NOBODY, "access denied"
    if is_closed_at_times(tags, FOOT_KEYS):
        return NOBODY, "closed to walkers at times"
    if access is None and not has_sidewalk(tags):
        if highway is not None and highway not in WALKABLE:
            return NOBODY, f"highway={highway} not for walkers"
        if tags.get("motorroad") in YES:
            return NOBODY, "motorroad"
    way = _foot_directions(tags, highway)
    return way, "" if way else "access denied"


def has_sidewalk(tags: Tags) -> bool:
    """A sidewalk beside the way admits walkers to a class that is closed to them; not to a motor road."""
    sides = (tags.get(f"sidewalk:{side}") in YES for side in ("both", "left", "right"))
    return tags.get("motorroad") not in YES and (
        tags.get("sidewalk") in ("yes", "both", "left", "right") or any(sides)
    )


def _foot_directions(tags: Tags, highway: str | None) -> Way:
    """One-way for walkers only by a tag that names them, and on stairs."""
    way = FOOT
    oneway = tags.get("oneway:foot") or (tags.get("oneway") if highway == "steps" else None)
    if oneway == "-1":
        way &= ~Way.FOOT
    elif oneway in YES:
        way &= ~Way.FOOT_BACK
    if tags.get("foot:forward") in BLOCK:
        way &= ~Way.FOOT
    if tags.get("foot:backward") in BLOCK:
        way &= ~Way.FOOT_BACK
    return way


def car_of(tags: Tags, highway: str | None) -> Way:
    """The directions in which a car may pass: its classes, or others where a tag names cars."""
    named = find_access(tags, CAR_KEYS[:-1], CAR_BLOCK)
    access = named or find_access(tags, CAR_KEYS, CAR_BLOCK)
    if highway is None or highway in NOT_YET or access == "block":
        return NOBODY
    if highway not in DRIVABLE and not (named == "permit" and highway in ("track", "pedestrian")):
        return NOBODY
    if is_closed_at_times(tags, CAR_KEYS, CAR_BLOCK):
        return NOBODY
    return _car_directions(tags, highway)


def _car_directions(tags: Tags, highway: str) -> Way:
    keys = ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway")
    oneway = next((tags[key] for key in keys if key in tags), None)
    implied = highway in ("motorway", "motorway_link") or tags.get("junction") in ("roundabout", "circular")
    if oneway in ("reversible", "alternating"):
        return NOBODY  # which way it runs now, nobody here knows
    if oneway == "-1":
        return Way.CAR_BACK
    if oneway in YES or (implied and oneway != "no"):
        return Way.CAR
    return CAR
