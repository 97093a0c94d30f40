"""JMA's warning codes: which hazard, how severe, which alert level. Tables and words only; reads no telegram.

Codes 10/03/43/33, 29/09/49/39, 19/08/48/38 and the rivers' 20/30/40/50 carry 警戒レベル 2-5; wind, snow and waves carry
none. Checked against every telegram of JMA's sample archive of 2025-06-30 (names such as レベル４高潮危険警報).
"""

import re
import unicodedata
from dataclasses import dataclass

from streams.events.alerts import Condition, Severity
from streams.events.base import Hazard

RAIN = (Hazard.INLAND_FLOOD, Hazard.FLOOD)
"""大雨 since 2026: low ground and rivers without a forecast of their own (洪水警報 went into it)."""
OLD_RAIN = {"土砂災害": (Hazard.LANDSLIDE,), "浸水害": (Hazard.INLAND_FLOOD,)}
"""大雨 until 2026 names what it means in Condition; without one it means both."""


@dataclass(frozen=True)
class Meaning:
    """What a code stands for."""

    hazards: tuple[Hazard, ...]
    severity: Severity
    level: int | None = None


_A, _W, _C, _E = Severity.ADVISORY, Severity.WARNING, Severity.CRITICAL, Severity.EMERGENCY
_WIND, _WAVE, _SNOW, _OTHER = (Hazard.WIND,), (Hazard.WAVE,), (Hazard.SNOW,), (Hazard.OTHER,)
_LAND, _SURGE, _FLOOD = (Hazard.LANDSLIDE,), (Hazard.STORM_SURGE,), (Hazard.FLOOD,)
_BLIZZARD = (Hazard.SNOW, Hazard.WIND)

WARNING_CODES: dict[str, Meaning] = {
    "10": Meaning(RAIN, _A, 2), "03": Meaning(RAIN, _W, 3), "43": Meaning(RAIN, _C, 4), "33": Meaning(RAIN, _E, 5),
    "29": Meaning(_LAND, _A, 2), "09": Meaning(_LAND, _W, 3), "49": Meaning(_LAND, _C, 4), "39": Meaning(_LAND, _E, 5),
    "19": Meaning(_SURGE, _A, 2), "08": Meaning(_SURGE, _W, 3), "48": Meaning(_SURGE, _C, 4), "38": Meaning(_SURGE, _E, 5),
    "18": Meaning(_FLOOD, _A, 2), "04": Meaning(_FLOOD, _W, 3),
    "15": Meaning(_WIND, _A), "05": Meaning(_WIND, _W), "35": Meaning(_WIND, _E),
    "13": Meaning(_BLIZZARD, _A), "02": Meaning(_BLIZZARD, _W), "32": Meaning(_BLIZZARD, _E),
    "12": Meaning(_SNOW, _A), "06": Meaning(_SNOW, _W), "36": Meaning(_SNOW, _E),
    "16": Meaning(_WAVE, _A), "07": Meaning(_WAVE, _W), "37": Meaning(_WAVE, _E),
    "22": Meaning(_SNOW, _A), "26": Meaning(_SNOW, _A),
    "14": Meaning(_OTHER, _A), "17": Meaning(_OTHER, _A), "20": Meaning(_OTHER, _A), "21": Meaning(_OTHER, _A),
    "23": Meaning(_OTHER, _A), "24": Meaning(_OTHER, _A), "25": Meaning(_OTHER, _A), "27": Meaning(_OTHER, _A),
}  # fmt: skip

RIVER_TENS = {"2": (2, _A), "3": (3, _W), "4": (4, _C), "5": (5, _E)}
"""指定河川洪水予報: 20 氾濫注意, 30 氾濫警戒, 40/41 氾濫危険, 51/53 氾濫発生; 10 lifts."""

_LEVEL = re.compile(r"レベル([1-5])")
_WORDS: tuple[tuple[str, tuple[Hazard, ...]], ...] = (
    ("大雨", RAIN), ("土砂", _LAND), ("高潮", _SURGE), ("洪水", _FLOOD), ("氾濫", _FLOOD), ("津波", (Hazard.TSUNAMI,)),
    ("風雪", _BLIZZARD), ("風", _WIND), ("竜巻", _WIND), ("波", _WAVE), ("雪", _SNOW), ("噴火", (Hazard.VOLCANO,)),
)  # fmt: skip
_SEVERITY_WORDS = (("特別警報", _E), ("危険警報", _C), ("警報", _W))


def warning_conditions(code: str, name: str, condition: str, *, transitional: bool) -> tuple[Condition, ...]:
    """What one Kind of VPWW5x says, one condition a hazard. `transitional`: VPWW53/54, whose 警報 may hide level 4."""
    meaning = WARNING_CODES.get(code) or _from_words(name)
    hazards = meaning.hazards
    if transitional and hazards == RAIN:
        named = tuple(h for word, group in OLD_RAIN.items() if word in condition for h in group)
        hazards = named or (Hazard.LANDSLIDE, Hazard.INLAND_FLOOD)
    level = _higher(meaning.level, find_level(name))
    return tuple(
        Condition(
            hazard=hazard,
            severity=meaning.severity,
            code=code,
            name=name,
            level=level,
            level_is_lower_bound=transitional and level is not None and meaning.severity is _W,
        )
        for hazard in hazards
    )


def river_condition(code: str, name: str) -> Condition:
    """What a river forecast's Kind says; `Severity.NONE` where it lifts."""
    if len(code) == 2 and code[0] in RIVER_TENS:
        level, severity = RIVER_TENS[code[0]]
    elif code.startswith("1") or name.startswith("解除"):
        level, severity = None, Severity.NONE
    else:
        level, severity = find_level(name), _from_words(name).severity
    return Condition(
        hazard=Hazard.FLOOD, severity=severity, code=code, name=name, level=_higher(level, find_level(name))
    )


def find_level(name: str) -> int | None:
    """The alert level that a name carries, such as 4 of レベル４高潮危険警報."""
    match = _LEVEL.search(unicodedata.normalize("NFKC", name))
    return int(match[1]) if match else None


def _higher(first: int | None, second: int | None) -> int | None:
    return max((level for level in (first, second) if level is not None), default=None)


def _from_words(name: str) -> Meaning:
    """A code that no table knows is not dropped: its name says hazard and severity, at least an advisory's."""
    hazards = next((group for word, group in _WORDS if word in name), _OTHER)
    severity = next((severity for word, severity in _SEVERITY_WORDS if word in name), _A)
    return Meaning(hazards, severity, find_level(name))
