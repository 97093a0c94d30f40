"""From a moment's state to fields and answers. Pure but for the fields' cache; an answer comes from one moment only."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

import routing
from routing.errors import RoutingError
from services.navigator.ground import Ground, HazardMapZone
from services.navigator.links import LinkCache
from services.navigator.state import ActiveHazard, World
from streams.events.base import SITE_HAZARDS, Hazard
from streams.events.closures import Mode
from streams.events.shelters import ShelterState

__all__ = ["Answer", "Ground", "HazardMapZone", "Key", "LinkCache", "Moment"]

KEPT_FIELDS = 16
"""Fields kept warm: one per profile and set of hazards in use."""
FILLING = (Hazard.FLOOD, Hazard.INLAND_FLOOD, Hazard.STORM_SURGE, Hazard.TSUNAMI)
"""Hazards that fill fords, tunnels and underpasses; these are closed where such a hazard is in force."""

Key = tuple[str, frozenset[Hazard]]
"""Profile, and the hazards from which a site must be safe."""
NONE: frozenset[Hazard] = frozenset()


@dataclass(frozen=True)
class Answer:
    """A route or a reason to stay, with what it was decided from. extra: hazards that the walker named."""

    world: World
    active: tuple[ActiveHazard, ...]
    extra: frozenset[Hazard]
    route: routing.Route | routing.Stay
    unplaced_closures: tuple[str, ...]

    @property
    def hazards(self) -> frozenset[Hazard]:
        """The hazards from which the site must be safe."""
        return frozenset(a.hazard for a in self.active if a.hazard in SITE_HAZARDS) | self.extra


@dataclass
class Moment:
    """One moment: the state, the overlay made from it, and the fields asked for so far."""

    ground: Ground
    world: World
    overlay: routing.Overlay
    unplaced: tuple[str, ...]
    _fields: "OrderedDict[tuple[Key, frozenset[Hazard]], routing.Field]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(
        cls, ground: Ground, world: World, *, former: "Moment | None" = None, links: LinkCache | None = None
    ) -> "Moment":
        """Lays closures and zones on the network, and makes the fields that the former moment kept warm.

        What did not change since `former` is taken over: a head count alone makes no new field.
        """
        closures, unplaced = _closures(ground, world, links or LinkCache())
        if former is not None and former.world.cells_by_hazard == world.cells_by_hazard:
            membranes: Mapping[str, routing.Membrane] = former.overlay.membranes
            closures |= {c: v for c, v in former.overlay.closures.items() if c.startswith("hazard:")}
        else:
            membranes, low = _hazards(ground, world)
            closures |= low
        overlay = routing.Overlay(ground.network, closures, membranes)
        if former is not None and _same(former.overlay, overlay):
            overlay = former.overlay
        moment = cls(ground, world, overlay, unplaced)
        if former is not None:
            moment._take_over(former)
        return moment

    def kept_fields(self) -> "list[tuple[tuple[Key, frozenset[Hazard]], routing.Field]]":
        """The warm fields, least used first."""
        with self._lock:
            return list(self._fields.items())

    def _take_over(self, former: "Moment") -> None:
        for (key, assumed), made in former.kept_fields():
            same = self.overlay is former.overlay and made.targets == self._targets(key[1])
            self._fields[key, assumed] = made if same else self._build(key, assumed)

    def field(self, key: Key, assumed: frozenset[Hazard] = NONE) -> routing.Field:
        """The field of a profile and a set of hazards; built at first use, the least used is dropped.

        assumed: hazards whose hazard-map zones count whole, though no telegram says so.
        """
        with self._lock:
            if (key, assumed) in self._fields:
                self._fields.move_to_end((key, assumed))
                return self._fields[key, assumed]
        made = self._build(key, assumed)
        with self._lock:
            self._fields[key, assumed] = made
            while len(self._fields) > KEPT_FIELDS:
                self._fields.popitem(last=False)
        return made

    def _build(self, key: Key, assumed: frozenset[Hazard]) -> routing.Field:
        overlay = self.overlay
        if assumed:
            whole = {z.id: self.ground.membrane(z) for z in self.ground.zones if z.hazard in assumed}
            overlay = routing.Overlay(self.ground.network, overlay.closures, {**overlay.membranes, **whole})
        return routing.Field.build(self.ground.walking(key[0]), self._targets(key[1]), overlay)

    def _targets(self, hazards: frozenset[Hazard]) -> tuple[routing.Target, ...]:
        places = sorted(self.world.list_targets(hazards), key=lambda p: p.id)
        return tuple(
            routing.Target(p.id, p.lat, p.lon) for p in places if p.lat is not None and p.lon is not None
        )

    def answer(self, lat: float, lon: float, *, profile: str, extra: frozenset[Hazard] = NONE) -> Answer:
        """The way to safety from a place.

        Raises:
            RoutingError: no such profile, or the place is none of this area's.
        """
        routing.require_place(lat, lon)
        active = tuple(self.world.list_active(lat, lon))
        hazards = frozenset(a.hazard for a in active if a.hazard in SITE_HAZARDS)
        made = self.field((profile, hazards | extra), extra - hazards)
        return Answer(self.world, active, extra, routing.find_route(made, lat, lon), self.unplaced)

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


def _closures(ground: Ground, world: World, links: LinkCache) -> tuple[Closures, tuple[str, ...]]:
    """Links closed to walkers by each closure in force, and the closures that should lie here but cannot be placed."""
    closures: Closures = {}
    unplaced = []
    in_force = [c for c in world.closures_in_force() if Mode.FOOT in c.modes]
    links.keep(frozenset(c.id for c in in_force))
    for closure in in_force:
        found = links.find(ground, closure)
        if found is None:
            unplaced.append(closure.id)
        elif len(found):
            closures[closure.id] = found
    return closures, tuple(unplaced)


def _hazards(ground: Ground, world: World) -> tuple[dict[str, routing.Membrane], Closures]:
    """Hazard-map zones where their hazard is in force, and what its water fills."""
    membranes: dict[str, routing.Membrane] = {}
    low: Closures = {}
    for hazard, cells in world.cells_by_hazard.items():
        nodes, links = ground.covered(cells)
        for zone in ground.zones:
            if zone.hazard is hazard:
                part = ground.membrane(zone).where(nodes, links)
                if part.inside.any() or part.crossing.any():
                    membranes[zone.id] = part
        if hazard in FILLING and len(filled := ground.low_links[links[ground.low_links]]):
            low[f"hazard:{hazard}"] = filled
    return membranes, low


def _same(one: routing.Overlay, other: routing.Overlay) -> bool:
    """Whether two overlays close the same links for the same causes, with the same membranes."""
    return (
        one.membranes is other.membranes
        and one.closures.keys() == other.closures.keys()
        and all(np.array_equal(one.closures[cause], links) for cause, links in other.closures.items())
    )
