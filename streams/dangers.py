"""When a condition is one to flee from, and which hazards are in force at a place. Pure; knows no route."""

from collections.abc import Iterable

from streams.cells import covers
from streams.events.alerts import Condition, HazardState, Severity
from streams.events.base import Hazard

ACTIVE_LEVEL = 3
"""警戒レベル相当 3: those who need time should leave (高齢者等避難); a site must suit from here on."""
WITHOUT_LEVEL = frozenset({Severity.WARNING, Severity.CRITICAL, Severity.EMERGENCY})


def is_active(condition: Condition) -> bool:
    """Whether people should flee from it: by level, else by grade; any tsunami advisory, warning or more."""
    if condition.hazard is Hazard.TSUNAMI:
        return condition.severity is not Severity.NONE
    if condition.level is not None:
        return condition.level >= ACTIVE_LEVEL
    return condition.severity in WITHOUT_LEVEL


def hazards_at(
    states: Iterable[HazardState], lat: float | None, lon: float | None, *, now_ms: int
) -> frozenset[Hazard]:
    """Hazards to flee from that are in force at a place; none where nobody knows where it is."""
    if lat is None or lon is None:
        return frozenset()
    return frozenset(
        zone.condition.hazard
        for state in states
        if state.valid_until_ms is None or state.valid_until_ms > now_ms
        for zone in state.zones
        if is_active(zone.condition) and covers(frozenset(zone.cells), lat, lon)
    )
