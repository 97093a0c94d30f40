"""From a moment's state to fields and answers. Pure but for the fields' cache; an answer comes from one moment only."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

import routing
from routing.errors import RoutingError
from routing.profiles import CAR
from services.navigator.departure import Hurry, Leaving
from services.navigator.ground import Ground, HazardMapZone
from services.navigator.links import LinkCache, Placing
from services.navigator.state import ActiveHazard, World
from services.navigator.timetable import Timetable
from services.navigator.warm import NONE, Basis, FieldKey, WarmFields
from streams.events.base import SITE_HAZARDS, Hazard
from streams.events.closures import ClosureState, Mode
from streams.events.shelters import Layer, ShelterState

__all__ = ["NONE", "Answer", "FieldKey", "Ground", "HazardMapZone", "Key", "LinkCache", "Misplaced", "Moment"]

FILLING = (Hazard.FLOOD, Hazard.INLAND_FLOOD, Hazard.STORM_SURGE, Hazard.TSUNAMI)
"""Hazards that fill fords, tunnels and underpasses; these are closed where such a hazard is in force."""
MODES = {Mode.FOOT: routing.Mode.FOOT, Mode.CAR: routing.Mode.CAR}

Key = tuple[str, frozenset[Hazard]]
"""Profile, and the hazards from which a site must be safe."""


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A line of the staff's repair list: a closure in force that has no place of its own on the network."""

    closure: ClosureState
    how: Placing


@dataclass(frozen=True)
class Answer:
    """A route or a reason to stay, with what it was decided from. extra: hazards that the walker named.

    hurry: None where no danger in force has a known time.
    """

    world: World
    active: tuple[ActiveHazard, ...]
    extra: frozenset[Hazard]
    route: routing.Route | routing.Stay
    unplaced_closures: tuple[str, ...]
    hurry: Hurry | None = None

    @property
    def hazards(self) -> frozenset[Hazard]:
        """The hazards from which the site must be safe."""
        return frozenset(a.hazard for a in self.active if a.hazard in SITE_HAZARDS) | self.extra


@dataclass(frozen=True)
class Moment:
    """One moment: the state, the overlay made from it, and the fields asked for so far.

    repair_list: closures that staff must place by hand, of either mode. leaving: None where no danger in force has a known time.
    """

    ground: Ground
    world: World
    overlay: routing.Overlay
    repair_list: tuple[Misplaced, ...]
    fields: WarmFields
    leaving: Leaving | None = None

    @classmethod
    def of(
        cls, ground: Ground, world: World, *, former: "Moment | None" = None, links: LinkCache | None = None
    ) -> "Moment":
        """Lays closures and zones on the network, and repairs the fields that the former moment kept warm.

        What did not change since `former` is taken over: a head count alone makes no new field. The former moment stays as it
        is; whoever reads there gets its answers to the end.
        """
        links = links or LinkCache()
        closures, modes, misplaced = _closures(ground, world, links)
        if former is not None and former.world.cells_by_grade == world.cells_by_grade:
            membranes: Mapping[str, routing.Membrane] = former.overlay.membranes
            closures |= {c: v for c, v in former.overlay.closures.items() if c.startswith("hazard:")}
        else:
            membranes, low = _hazards(ground, world)
            closures |= low
        overlay = routing.Overlay(ground.network, closures, membranes, modes)
        if former is not None and _same(former.overlay, overlay):
            overlay = former.overlay
        basis = Basis(ground, world, overlay)
        fields = WarmFields(basis) if former is None else WarmFields.after(former.fields, basis)
        before = None if former is None else former.leaving
        known = None if before is None else before.timetable
        times = Timetable.of(ground, world, links, former=known)
        leaving = Leaving.after(before, times, dict(fields.items()))
        return cls(ground, world, overlay, misplaced, fields, leaving)

    def field(self, key: Key, assumed: frozenset[Hazard] = NONE, layer: Layer = Layer.SITE) -> routing.Field:
        """The field of a profile and a set of hazards; built at first use, the least used is dropped.

        assumed: hazards whose hazard-map zones count whole, though no telegram says so.
        """
        return self.fields.get(FieldKey(*key, assumed, layer))

    def unplaced_to(self, profile: str) -> tuple[str, ...]:
        """Ids of closures for those who travel so that close nothing, because nobody knows where they are."""
        return self._unplaced_of(Mode.CAR) if profile == CAR.name else self.unplaced

    @cached_property
    def unplaced(self) -> tuple[str, ...]:
        """The same for walkers."""
        return self._unplaced_of(Mode.FOOT)

    def _unplaced_of(self, mode: Mode) -> tuple[str, ...]:
        return tuple(
            m.closure.id for m in self.repair_list if m.how is not Placing.BY_NAME and mode in m.closure.modes
        )

    def answer(
        self,
        lat: float,
        lon: float,
        *,
        profile: str,
        extra: frozenset[Hazard] = NONE,
        layer: Layer = Layer.SITE,
        now_ms: int | None = None,
    ) -> Answer:
        """The way to safety from a place, or (layer SHELTER) to where one can live after. now_ms: None is the moment itself.

        Raises:
            RoutingError: no such profile, or the place is none of this area's.
        """
        routing.require_place(lat, lon)
        active = tuple(self.world.list_active(lat, lon))
        hazards = frozenset(a.hazard for a in active if a.hazard in SITE_HAZARDS)
        key = FieldKey(profile, hazards | extra, extra - hazards, layer)
        made = self.fields.get(key)
        found, hurry = self.in_time(
            routing.find_route(made, lat, lon), key, made, place=(lat, lon), now_ms=now_ms
        )
        return Answer(self.world, active, extra, found, self.unplaced_to(profile), hurry)

    def in_time(
        self,
        plain: routing.Route | routing.Stay,
        key: FieldKey,
        field: routing.Field,
        *,
        place: tuple[float, float],
        now_ms: int | None = None,
    ) -> tuple[routing.Route | routing.Stay, Hurry | None]:
        """What to tell whoever leaves a place (lat, lon) now, where a field says `plain`; see `Leaving.decide`."""
        if self.leaving is None:
            return plain, None
        return self.leaving.decide(plain, key, field, place=place, now_ms=now_ms or self.world.at_ms)

    def get_place(self, place_id: str) -> ShelterState:
        """A place of this moment.

        Raises:
            RoutingError: there is none.
        """
        try:
            return self.world.places[place_id]
        except KeyError:
            raise RoutingError(f"no place {place_id!r}") from None


Closures = dict[str, routing.LinkIds]
Modes = dict[str, routing.Mode]


def _closures(
    ground: Ground, world: World, links: LinkCache
) -> tuple[Closures, Modes, tuple[Misplaced, ...]]:
    """Links closed by each closure in force and to whom, and the closures that have no place of their own."""
    closures: Closures = {}
    modes: Modes = {}
    misplaced = []
    in_force = world.closures_in_force()
    links.keep(frozenset(c.id for c in (*in_force, *world.closures_to_come())))
    for closure in in_force:
        placed = links.find(ground, closure)
        if placed.how.needs_repair:
            misplaced.append(Misplaced(closure, placed.how))
        if len(placed.links):
            closures[closure.id] = placed.links
            modes[closure.id] = routing.Mode(sum(MODES[mode] for mode in set(closure.modes)))
    return closures, modes, tuple(misplaced)


def _hazards(ground: Ground, world: World) -> tuple[dict[str, routing.Membrane], Closures]:
    """Hazard-map zones where their hazard is in force, at the grade that holds there, and what its water fills."""
    membranes: dict[str, routing.Membrane] = {}
    for (hazard, grade), cells in world.cells_by_grade.items():
        zones = [zone for zone in ground.zones if zone.hazard is hazard]
        nodes, links = ground.covered(cells if zones else ())
        for zone in zones:
            part = ground.membrane(zone).where(nodes, links, grade)
            if part.inside.any() or part.crossing.any():
                membranes[zone.id if grade == routing.FORBIDDEN else f"{zone.id}/announced"] = part
    low: Closures = {}
    for hazard, cells in world.cells_by_hazard.items():
        if hazard in FILLING and len(ground.low_links):
            _, links = ground.covered(cells)
            if len(filled := ground.low_links[links[ground.low_links]]):
                low[f"hazard:{hazard}"] = filled
    return membranes, low


def _same(one: routing.Overlay, other: routing.Overlay) -> bool:
    """Whether two overlays close the same links for the same causes and modes, with the same membranes."""
    return (
        one.membranes is other.membranes
        and one.modes == other.modes
        and one.closures.keys() == other.closures.keys()
        and all(np.array_equal(one.closures[cause], links) for cause, links in other.closures.items())
    )
