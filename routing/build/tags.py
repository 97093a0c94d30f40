"""OSM tags to what may pass: the walking rules of the routing notes (checked against another engine on 2,000 origins)."""

from collections.abc import Mapping

from routing.network import Way

Tags = Mapping[str, str]

WALKABLE = frozenset(
    [
        "footway",
        "path",
        "steps",
        "pedestrian",
        "living_street",
        "track",
        "residential",
        "service",
        "platform",
        "trunk",
        "trunk_link",
        "primary",
        "primary_link",
        "secondary",
        "secondary_link",
        "tertiary",
        "tertiary_link",
        "cycleway",
        "unclassified",
        "road",
        "bridleway",
        "corridor",
    ]
)
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
PERMIT = frozenset({"yes", "designated", "official", "permissive", "destination"})
BLOCK = frozenset({"no", "private", "permit", "restricted", "military", "emergency"})
YES = frozenset({"yes", "true", "1"})
ROUGH = frozenset({"bad", "very_bad", "horrible", "very_horrible", "impassable"})
SOFT = frozenset({"sand", "mud", "grass", "gravel", "pebblestone", "ground", "dirt", "earth", "unpaved"})
NO_WHEELS = frozenset({"stile", "kissing_gate", "turnstile", "full-height_turnstile", "step", "horse_stile"})
WHEELCHAIR_INCLINE = 6.0
"""Per cent; the limit that the routing notes give for wheelchairs."""
WHEELCHAIR_KERB_M = 0.06


def _access(tags: Tags, *keys: str) -> str | None:
    """The most specific statement: permit, block, or None."""
    for key in keys:
        value = tags.get(key)
        if value is None:
            continue
        values = value.split(";")
        if any(v in PERMIT for v in values):
            return "permit"
        if any(v in BLOCK for v in values):
            return "block"
    return None


def way_of(tags: Tags) -> tuple[Way, str]:
    """The properties of a way, and why it is skipped (empty if it is not)."""
    highway = tags.get("highway")
    walkable_thing = tags.get("railway") == "platform" or tags.get("man_made") == "pier"
    if highway is None and not walkable_thing:
        return Way(0), "ferry" if tags.get("route") == "ferry" else "not a way"
    foot = _foot(tags, highway)
    way = foot | _car(tags, highway)
    if not way:
        return Way(0), _why_not(tags, highway)
    return way | _properties(tags, highway), ""


def _why_not(tags: Tags, highway: str | None) -> str:
    if highway in ("construction", "proposed", "planned", "abandoned", "razed", "disused"):
        return f"highway={highway}"
    if _access(tags, "foot", "access") == "block":
        return "access denied"
    return f"highway={highway} not for walkers"


def _foot(tags: Tags, highway: str | None) -> Way:
    access = _access(tags, "foot", "access")
    if access == "block":
        return Way(0)
    if access is None and not _has_sidewalk(tags):
        if highway is not None and highway not in WALKABLE:
            return Way(0)
        if tags.get("motorroad") in YES:
            return Way(0)
    if access == "permit" and highway in ("construction", "proposed"):
        return Way(0)
    return _foot_directions(tags, highway)


def _has_sidewalk(tags: Tags) -> bool:
    return tags.get("sidewalk") in ("yes", "both", "left", "right") and tags.get("motorroad") not in YES


def _foot_directions(tags: Tags, highway: str | None) -> Way:
    oneway = tags.get("oneway:foot") or (tags.get("oneway") if highway == "steps" else None)
    if oneway == "-1" or tags.get("foot:forward") == "no":
        return Way.FOOT_BACK
    if oneway in YES or tags.get("foot:backward") == "no":
        return Way.FOOT
    return Way.FOOT | Way.FOOT_BACK


def _car(tags: Tags, highway: str | None) -> Way:
    if highway not in DRIVABLE or _access(tags, "motorcar", "motor_vehicle", "vehicle", "access") == "block":
        return Way(0)
    oneway = tags.get("oneway")
    implied = highway in ("motorway", "motorway_link") or tags.get("junction") in ("roundabout", "circular")
    if oneway == "-1":
        return Way.CAR_BACK
    if oneway in YES or (implied and oneway != "no"):
        return Way.CAR
    return Way.CAR | Way.CAR_BACK


def _properties(tags: Tags, highway: str | None) -> Way:
    way = Way(0)
    if highway == "steps":
        way |= Way.STEPS | Way.WHEELCHAIR_NO | Way.STROLLER_NO
    if tags.get("bridge", "no") != "no":
        way |= Way.BRIDGE
    # a passage through a building lies on the ground: what closes its street closes it too
    if tags.get("tunnel", "no") not in ("no", "building_passage"):
        way |= Way.TUNNEL
    if tags.get("ford", "no") != "no":
        way |= Way.FORD
    if "surface" not in tags and "smoothness" not in tags:
        way |= Way.SURFACE_UNKNOWN
    if _excludes_wheelchair(tags):
        way |= Way.WHEELCHAIR_NO
    if tags.get("smoothness") in ROUGH or tags.get("surface") in ("sand", "mud"):
        way |= Way.STROLLER_NO
    return way


def _excludes_wheelchair(tags: Tags) -> bool:
    if tags.get("wheelchair") == "no" or tags.get("smoothness") in ROUGH:
        return True
    if tags.get("wheelchair") in ("yes", "designated"):
        return False
    incline = _number(tags.get("incline", "").rstrip("%°"))
    kerb = _number(tags.get("kerb:height", "").removesuffix("m").strip())
    too_steep = incline is not None and abs(incline) > WHEELCHAIR_INCLINE
    return too_steep or (kerb is not None and kerb > WHEELCHAIR_KERB_M) or tags.get("surface") in SOFT


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def node_blocks(tags: Tags) -> bool:
    """Whether nobody passes this node on foot: a fence, a locked gate, access denied. Gates and bollards pass.

    Access is that of a barrier. On another node, the entrance of a private car park, it says who may turn in, not who may pass by.
    """
    if "barrier" not in tags:
        return False
    access = _access(tags, "foot", "access")
    if access == "permit":
        return False
    return access == "block" or tags.get("locked") == "yes" or tags.get("barrier") in ("fence", "wall")


def layer_of(tags: Tags) -> int:
    """The layer, -5..5; zero where the tag is missing or no number."""
    value = _number(tags.get("layer", "").split(";")[0])
    return int(max(-5, min(5, value or 0)))


def name_of(tags: Tags) -> str:
    """The street's name, else its number."""
    return tags.get("name") or tags.get("ref") or ""
