"""Hazards by the words of an alert, in English and Japanese, for formats that have no code for them. Reads no format."""

import re
import unicodedata

from streams.events.base import Hazard

_WORDS: tuple[tuple[str, tuple[Hazard, ...]], ...] = (
    ("tsunami|津波", (Hazard.TSUNAMI,)),
    ("storm surge|coastal ?flood|高潮", (Hazard.STORM_SURGE,)),
    ("flash ?flood", (Hazard.INLAND_FLOOD, Hazard.FLOOD)),
    ("(?<!flash )(?<!coastal )(?<!flash)(?<!coastal)flood|洪水|氾濫|河川|決壊", (Hazard.FLOOD,)),
    ("rain|浸水|内水|大雨|豪雨", (Hazard.INLAND_FLOOD,)),
    ("landslide|mudslide|debris flow|土砂|崖崩れ|がけ崩れ|土石流", (Hazard.LANDSLIDE,)),
    ("earthquake|地震", (Hazard.EARTHQUAKE,)),
    ("volcan|eruption|噴火|火山", (Hazard.VOLCANO,)),
    ("fire|火災|火事", (Hazard.FIRE,)),
    ("wind|tornado|hurricane|typhoon|cyclone|thunderstorm|暴風|竜巻|台風", (Hazard.WIND,)),
    (r"snow|blizzard|avalanche|\bice\b|雪", (Hazard.SNOW,)),
    ("high surf|sea ?state|波浪|高波", (Hazard.WAVE,)),
)
_PATTERNS = tuple((re.compile(words), hazards) for words, hazards in _WORDS)


def hazards_of(text: str) -> tuple[Hazard, ...]:
    """Every hazard that the text names, in a fixed order; `OTHER` where it names none."""
    plain = unicodedata.normalize("NFKC", text).lower()
    found = (hazard for pattern, hazards in _PATTERNS if pattern.search(plain) for hazard in hazards)
    return tuple(dict.fromkeys(found)) or (Hazard.OTHER,)
