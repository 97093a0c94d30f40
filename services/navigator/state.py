"""What the navigator knows now, as immutable values: hazards, places, closures, and the questions they answer. No I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from streams.cells import covers
from streams.events.alerts import Condition, HazardState, Severity
from streams.events.base import SITE_HAZARDS, Hazard
from streams.events.closures import ClosureState
from streams.events.shelters import Layer, Opening, ShelterState
from streams.folds.closures import in_force

ACTIVE_LEVEL = 3
"""警戒レベル相当 3: those who need time should leave (高齢者等避難); a site must suit from here on."""
WITHOUT_LEVEL = frozenset({Severity.WARNING, Severity.CRITICAL, Severity.EMERGENCY})
CLOSED_TO_PEOPLE = frozenset({Opening.FULL, Opening.CLOSED})


def is_active(condition: Condition) -> bool:
    """Whether people should flee from it: by level, else by grade; any tsunami advisory, warning or more."""
    if condition.hazard is Hazard.TSUNAMI:
        return condition.severity is not Severity.NONE
    if condition.level is not None:
        return condition.level >= ACTIVE_LEVEL
    return condition.severity in WITHOUT_LEVEL


@dataclass(frozen=True, slots=True)
class ActiveHazard:
    """One hazard in force at a place, with where that comes from."""

    hazard: Hazard
    condition: Condition
    area: str
    source: str
    title: str
    issued_at_ms: int


@dataclass(frozen=True)
class _Zone:
    cells: frozenset[int]
    active: ActiveHazard


@dataclass(frozen=True)
class World:
    """One moment's state. Made anew for each change, so that an answer never sees half of one."""

    hazards: Mapping[str, HazardState] = field(default_factory=dict)
    places: Mapping[str, ShelterState] = field(default_factory=dict)
    closures: Mapping[str, ClosureState] = field(default_factory=dict)
    at_ms: int = 0

    @cached_property
    def _zones(self) -> tuple[_Zone, ...]:
        return tuple(
            _Zone(frozenset(zone.cells), _active(state, zone.area.name, zone.condition))
            for state in self.hazards.values()
            if state.valid_until_ms is None or state.valid_until_ms > self.at_ms
            for zone in state.zones
            if is_active(zone.condition)
        )

    def list_active(self, lat: float, lon: float) -> list[ActiveHazard]:
        """Hazards in force at a place, the newest statement of each."""
        found: dict[Hazard, ActiveHazard] = {}
        for zone in self._zones:
            known = found.get(zone.active.hazard)
            newer = known is None or zone.active.issued_at_ms > known.issued_at_ms
            if newer and covers(zone.cells, lat, lon):
                found[zone.active.hazard] = zone.active
        return list(found.values())

    def active_anywhere(self) -> frozenset[Hazard]:
        """Hazards in force anywhere in the area; their hazard-map zones become membranes."""
        return frozenset(zone.active.hazard for zone in self._zones)

    def closures_in_force(self) -> list[ClosureState]:
        """Closures that hold now, in a stable order."""
        return [c for _, c in sorted(self.closures.items()) if in_force(c, self.at_ms)]

    def list_targets(self, hazards: frozenset[Hazard]) -> list[ShelterState]:
        """Places to flee to from these hazards: sites that carry every flag, on the map, and not closed or full.

        With no hazard in force, every site that is not closed. What a list does not say suits nothing by itself.
        """
        needed = frozenset(h for h in hazards if h in SITE_HAZARDS)
        return [p for p in self.places.values() if suits(p, needed)]


def _active(state: HazardState, area: str, condition: Condition) -> ActiveHazard:
    return ActiveHazard(condition.hazard, condition, area, state.source, state.title, state.issued_at_ms)


def suits(place: ShelterState, needed: frozenset[Hazard]) -> bool:
    """Whether a place may be chosen automatically."""
    on_map = place.lat is not None and place.lon is not None
    return (
        on_map
        and place.layer is Layer.SITE
        and place.opening not in CLOSED_TO_PEOPLE
        and needed.issubset(place.suits)
    )


def newest(times: Iterable[int | None]) -> int | None:
    """The newest of some times; None if none is known."""
    known = [t for t in times if t is not None]
    return max(known) if known else None
