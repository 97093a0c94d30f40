"""What wheels cannot pass, and what nobody has written down, by OpenStreetMap's tags. Unknown is neither passable nor closed: it is told.

Limits for wheelchairs: incline 6 %, kerb 6 cm, smoothness good (the project's routing notes; openrouteservice's wheelchair profile has
the same defaults); width 90 cm (what Japan's barrier-free guidance asks of a doorway). The width for pushchairs is our assumption:
the widest single ones measure 65 cm.
"""

import math
import re

from routing.build.access import Tags
from routing.network import Way

INCLINE_PERCENT = 6.0
KERB_M = 0.06
WHEELCHAIR_WIDTH_M = 0.9
STROLLER_WIDTH_M = 0.7
SMOOTH = frozenset({"excellent", "good"})
ROUGH = frozenset(["bad", "very_bad", "horrible", "very_horrible", "impassable"])
SOFT = frozenset(
    [
        "sand",
        "mud",
        "grass",
        "gravel",
        "pebblestone",
        "ground",
        "dirt",
        "earth",
        "unpaved",
        "woodchips",
        "rock",
        "cobblestone",
        "unhewn_cobblestone",
        "stepping_stones",
        "grass_paver",
    ]
)
SINKING = frozenset({"sand", "mud", "stepping_stones", "rock"})
NO_WHEELS = frozenset(
    ["stile", "horse_stile", "kissing_gate", "turnstile", "full-height_turnstile", "step", "log", "debris"]
)
"""Barriers that neither a wheelchair nor a pushchair passes."""
SIGNED = frozenset({"yes", "designated"})
CROSSINGS = ("footway", "path", "cycleway")
NUMBER = re.compile(r"\s*(-?\d+(?:[.,]\d+)?)\s*(\S*)\s*")
METRES = {"": 1.0, "m": 1.0, "cm": 0.01, "mm": 0.001, "ft": 0.3048, "'": 0.3048, '"': 0.0254, "in": 0.0254}


def wheels_of(tags: Tags, highway: str | None) -> Way:
    """The bits of a way that concern wheels."""
    way = Way(0)
    if highway == "steps":
        way |= Way.WHEELCHAIR_NO | Way.STROLLER_NO
    elif tags.get("wheelchair") in SIGNED:
        way |= Way.WHEELCHAIR_YES
    elif _excludes_wheelchair(tags):
        way |= Way.WHEELCHAIR_NO
    if _excludes_stroller(tags):
        way |= Way.STROLLER_NO
    return way | _known(tags, highway)


def _known(tags: Tags, highway: str | None) -> Way:
    way = Way(0)
    if "surface" not in tags and "smoothness" not in tags:
        way |= Way.SURFACE_UNKNOWN
    if incline_percent(tags) is not None:
        way |= Way.INCLINE_KNOWN
    if find_metres(tags.get("width")) is not None:
        way |= Way.WIDTH_KNOWN
    if highway in CROSSINGS and tags.get(highway or "") == "crossing" and not knows_kerb(tags):
        way |= Way.KERB_UNKNOWN
    return way


def _excludes_wheelchair(tags: Tags) -> bool:
    incline, width = incline_percent(tags), find_metres(tags.get("width"))
    return (
        tags.get("wheelchair") == "no"
        or ("smoothness" in tags and tags["smoothness"] not in SMOOTH)
        or tags.get("surface") in SOFT
        or tags.get("tracktype") in ("grade3", "grade4", "grade5")
        or "sac_scale" in tags
        or (incline is not None and abs(incline) > INCLINE_PERCENT)
        or (width is not None and width < WHEELCHAIR_WIDTH_M)
        or kerb_stops_wheelchair(tags)
    )


def _excludes_stroller(tags: Tags) -> bool:
    width = find_metres(tags.get("width"))
    return (
        tags.get("stroller") == "no"
        or tags.get("smoothness") in ROUGH
        or tags.get("surface") in SINKING
        or tags.get("tracktype") in ("grade4", "grade5")
        or "sac_scale" in tags
        or (width is not None and width < STROLLER_WIDTH_M)
    )


def kerb_stops_wheelchair(tags: Tags) -> bool:
    """A kerb of more than 6 cm; without a height, one that is called raised or rolled."""
    height = find_metres(tags.get("kerb:height"))
    if height is not None:
        return height > KERB_M
    return tags.get("kerb") in ("raised", "rolled")


def knows_kerb(tags: Tags) -> bool:
    """Whether the kerb's height, or a kind that settles the matter, is written down. `yes` says that there is one, no more."""
    return tags.get("kerb", "yes") != "yes" or find_metres(tags.get("kerb:height")) is not None


def incline_percent(tags: Tags) -> float | None:
    """The signed incline of `8%`, `-5°`, `1:12`; None for `up`, `down`, and what cannot be read."""
    text = tags.get("incline", "").replace("％", "%")
    if ratio := re.fullmatch(r"\s*(-?\d+)\s*:\s*(\d+)\s*", text):
        return 100 * int(ratio[1]) / int(ratio[2]) if int(ratio[2]) else None
    found = NUMBER.fullmatch(text)
    if not found or found[2] not in ("", "%", "°"):
        return None
    value = float(found[1].replace(",", "."))
    return 100 * math.tan(math.radians(value)) if found[2] == "°" and abs(value) < 90 else value


def find_metres(text: str | None) -> float | None:
    """A length such as `0.9`, `90 cm`, `3'`; None where there is none that can be read."""
    found = NUMBER.fullmatch(text or "")
    if not found or found[2] not in METRES:
        return None
    return float(found[1].replace(",", ".")) * METRES[found[2]]
