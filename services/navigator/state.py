"""What the navigator knows now, as immutable values: hazards, places, closures, and the questions they answer. No I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from routing import DEARER, FORBIDDEN, Grade
from services.navigator.cover import lineage
from streams.dangers import ACTIVE_LEVEL, WITHOUT_LEVEL, is_active
from streams.events.alerts import Condition, HazardState, Severity
from streams.events.base import SITE_HAZARDS, Hazard
from streams.events.closures import ClosureState, Mode
from streams.events.shelters import Layer, Opening, ShelterState
from streams.folds.closures import in_force
from streams.folds.sources import Silence

HAPPENING_LEVEL = 5
"""警戒レベル相当 5: it has happened, or is about to (緊急安全確保)."""
SEVERITIES = tuple(Severity)
CLOSED_TO_PEOPLE = frozenset({Opening.FULL, Opening.CLOSED})


def grade_of(condition: Condition) -> Grade:
    """How the zones of a hazard weigh: nobody is sent in from level 4 on, or where no level is given; before that it is dearer."""
    known = condition.level is not None and condition.hazard is not Hazard.TSUNAMI
    return DEARER if known and condition.level == ACTIVE_LEVEL else FORBIDDEN


@dataclass(frozen=True, slots=True)
class ActiveHazard:
    """One hazard in force at a place, with where that comes from."""

    hazard: Hazard
    condition: Condition
    area: str
    source: str
    title: str
    issued_at_ms: int

    @property
    def gravity(self) -> tuple[int, int, int]:
        """Orders statements about one hazard: level, then severity, then the newest."""
        return (self.condition.level or 0, SEVERITIES.index(self.condition.severity), self.issued_at_ms)


@dataclass(frozen=True, slots=True)
class Front:
    """A danger whose time is known: from `begins_at_ms` on it is in its mapped zones where they lie in these cells."""

    cells: frozenset[int]
    begins_at_ms: int
    active: ActiveHazard


def begins_at_ms(active: ActiveHazard) -> int | None:
    """When a danger begins where it begins: the first wave at the coast, or a flood that is reported to be there.

    None is unknown, as at every level before; and a tsunami advisory, which floods no mapped zone.
    """
    condition = active.condition
    if condition.hazard is Hazard.TSUNAMI:
        return condition.arrival_at_ms if condition.severity in WITHOUT_LEVEL else None
    return active.issued_at_ms if condition.level == HAPPENING_LEVEL else None


@dataclass(frozen=True, slots=True)
class SourceAge:
    """The newest time that a source speaks of; None is unknown."""

    kind: str
    source: str
    as_of_ms: int | None


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
    prices_ds: Mapping[str, int] = field(default_factory=dict)
    """Deciseconds by which a place is weighed as farther away, by id; 0 where it is not named. For whoever spreads people."""
    silences: tuple[Silence, ...] = ()
    """Declared sources that should have been heard by now: what they speak of may have changed."""

    @cached_property
    def _zones(self) -> tuple[_Zone, ...]:
        return tuple(
            _Zone(frozenset(zone.cells), _active(state, zone.area.name, zone.condition))
            for state in self.hazards.values()
            if state.valid_until_ms is None or state.valid_until_ms > self.at_ms
            for zone in state.zones
            if zone.cells and is_active(zone.condition)
        )

    def list_active(self, lat: float, lon: float) -> list[ActiveHazard]:
        """Hazards in force at a place, the gravest statement of each (of equal ones the newest)."""
        here = lineage(lat, lon)
        found: dict[Hazard, ActiveHazard] = {}
        for zone in self._zones:
            known = found.get(zone.active.hazard)
            if (known is None or zone.active.gravity > known.gravity) and not here.isdisjoint(zone.cells):
                found[zone.active.hazard] = zone.active
        return list(found.values())

    @cached_property
    def cells_by_hazard(self) -> Mapping[Hazard, frozenset[int]]:
        """Where each hazard is in force: compacted cells."""
        found: dict[Hazard, set[int]] = {}
        for zone in self._zones:
            found.setdefault(zone.active.hazard, set()).update(zone.cells)
        return {hazard: frozenset(cells) for hazard, cells in found.items()}

    @cached_property
    def cells_by_grade(self) -> Mapping[tuple[Hazard, Grade], frozenset[int]]:
        """The same cells by how a mapped zone weighs there; a cell of several grades is in each of them."""
        found: dict[tuple[Hazard, Grade], set[int]] = {}
        for zone in self._zones:
            condition = zone.active.condition
            found.setdefault((condition.hazard, grade_of(condition)), set()).update(zone.cells)
        return {key: frozenset(cells) for key, cells in found.items()}

    @cached_property
    def fronts(self) -> tuple[Front, ...]:
        """Dangers in force whose time is known."""
        return tuple(
            Front(zone.cells, begins, zone.active)
            for zone in self._zones
            if (begins := begins_at_ms(zone.active)) is not None
        )

    @cached_property
    def sources(self) -> tuple[SourceAge, ...]:
        """Who told us what, and when last."""
        ages: dict[tuple[str, str], int | None] = {}

        def hear(kind: str, source: str, at_ms: int | None) -> None:
            if source:
                ages[kind, source] = newest((ages.get((kind, source)), at_ms))

        for state in self.hazards.values():
            hear("alerts", state.source, state.issued_at_ms)
        for place in self.places.values():
            hear("shelter list", place.listed_source, place.listed_as_of_ms)
            hear("shelter status", place.reported_source, place.reported_as_of_ms)
        for closure in self.closures.values():
            hear("closures", closure.source, closure.as_of_ms)
        return tuple(SourceAge(kind, source, at_ms) for (kind, source), at_ms in sorted(ages.items()))

    def closures_in_force(self) -> list[ClosureState]:
        """Closures that hold now, in a stable order."""
        return [c for _, c in sorted(self.closures.items()) if in_force(c, self.at_ms)]

    def closures_to_come(self) -> list[ClosureState]:
        """Closures for walkers that begin later, in a stable order."""
        later = ((c, c.starts_at_ms) for _, c in sorted(self.closures.items()) if Mode.FOOT in c.modes)
        return [c for c, starts in later if starts is not None and starts > self.at_ms]

    def list_targets(self, hazards: frozenset[Hazard], layer: Layer = Layer.SITE) -> list[ShelterState]:
        """Places of a layer to go to, on the map, and not closed or full.

        Sites: those that carry the flag of every hazard; with none in force, every site. What a list does not say suits nothing by
        itself. Shelters, to live there after: all of them, since they carry no flags.
        """
        needed = (
            frozenset(h for h in hazards if h in SITE_HAZARDS) if layer is Layer.SITE else frozenset[Hazard]()
        )
        return [p for p in self.places.values() if suits(p, needed, layer)]


def _active(state: HazardState, area: str, condition: Condition) -> ActiveHazard:
    return ActiveHazard(condition.hazard, condition, area, state.source, state.title, state.issued_at_ms)


def suits(place: ShelterState, needed: frozenset[Hazard], layer: Layer = Layer.SITE) -> bool:
    """Whether a place may be chosen automatically."""
    on_map = place.lat is not None and place.lon is not None
    return (
        on_map
        and place.layer is layer
        and place.opening not in CLOSED_TO_PEOPLE
        and needed.issubset(place.suits)
    )


def newest(times: Iterable[int | None]) -> int | None:
    """The newest of some times; None if none is known."""
    known = [t for t in times if t is not None]
    return max(known) if known else None
