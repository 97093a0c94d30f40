"""From a moment's state to fields and answers. Pure but for the fields' cache; an answer comes from one moment only."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from shapely.geometry.base import BaseGeometry

import routing
from routing.errors import RoutingError
from services.navigator.state import ActiveHazard, World
from streams.events.base import SITE_HAZARDS, Hazard
from streams.events.closures import ClosureState, Mode
from streams.events.shelters import ShelterState

KEPT_FIELDS = 16
"""Fields kept warm: one per profile and set of hazards in use."""

Key = tuple[str, frozenset[Hazard]]


@dataclass(frozen=True)
class HazardMapZone:
    """A zone of the area's hazard maps, drawn in (lon, lat)."""

    id: str
    hazard: Hazard
    name: str
    shape: BaseGeometry


class Ground:
    """What never changes while the process lives: the network, the indexes, the hazard maps. Safe for any thread."""

    def __init__(self, network: routing.Network, zones: Sequence[HazardMapZone]) -> None:
        self.network = network
        self.snapper = routing.Snapper(network)
        self.index = routing.LinkIndex(network)
        self.zones = tuple(zones)
        self._walking: dict[str, routing.Walking] = {}
        self._membranes: dict[str, routing.Membrane] = {}
        self._lock = threading.Lock()

    def walking(self, profile: str) -> routing.Walking:
        """The network as a profile sees it.

        Raises:
            RoutingError: there is no such profile.
        """
        with self._lock:
            if profile not in self._walking:
                self._walking[profile] = routing.Walking.of(self.snapper, routing.get_profile(profile))
            return self._walking[profile]

    def membrane(self, zone: HazardMapZone) -> routing.Membrane:
        """The zone on the network; made at first use."""
        with self._lock:
            if zone.id not in self._membranes:
                self._membranes[zone.id] = routing.make_membrane(self.index, zone.shape)
            return self._membranes[zone.id]


@dataclass(frozen=True)
class Answer:
    """A route or a reason to stay, with what it was decided from."""

    world: World
    active: tuple[ActiveHazard, ...]
    hazards: frozenset[Hazard]
    route: routing.Route | routing.Stay
    unplaced_closures: tuple[str, ...]


@dataclass
class Moment:
    """One moment: the state, the overlay made from it, and the fields asked for so far."""

    ground: Ground
    world: World
    overlay: routing.Overlay
    unplaced: tuple[str, ...]
    _fields: "OrderedDict[Key, routing.Field]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(
        cls, ground: Ground, world: World, *, warm: Sequence[Key] = (), links: "LinkCache | None" = None
    ) -> "Moment":
        """Lays closures and zones on the network, then builds the fields that were in use before."""
        overlay = routing.Overlay(ground.network)
        cache = links or LinkCache()
        unplaced = []
        for closure in world.closures_in_force():
            if Mode.FOOT not in closure.modes:
                continue
            found = cache.find(ground, closure)
            if found is None or len(found) == 0:
                unplaced.append(closure.id)
            else:
                overlay.close(found, cause=closure.id)
        active = world.active_anywhere()
        overlay.set_membranes({z.id: ground.membrane(z) for z in ground.zones if z.hazard in active})
        moment = cls(ground, world, overlay, tuple(unplaced))
        for key in warm:
            moment.field(key)
        return moment

    def field(self, key: Key) -> routing.Field:
        """The field of a profile and a set of hazards; built at first use, the least used is dropped."""
        with self._lock:
            if key in self._fields:
                self._fields.move_to_end(key)
                return self._fields[key]
        places = self.world.list_targets(key[1])
        targets = [
            routing.Target(p.id, p.lat, p.lon) for p in places if p.lat is not None and p.lon is not None
        ]
        made = routing.Field.build(self.ground.walking(key[0]), targets, self.overlay)
        with self._lock:
            self._fields[key] = made
            while len(self._fields) > KEPT_FIELDS:
                self._fields.popitem(last=False)
        return made

    def keys_in_use(self) -> tuple[Key, ...]:
        """Which fields are warm."""
        with self._lock:
            return tuple(self._fields)

    def answer(
        self, lat: float, lon: float, *, profile: str, extra: frozenset[Hazard] = frozenset()
    ) -> Answer:
        """The way to safety from a place.

        Raises:
            RoutingError: no such profile, or the place is none of this area's.
        """
        active = tuple(self.world.list_active(lat, lon))
        hazards = frozenset(a.hazard for a in active if a.hazard in SITE_HAZARDS) | extra
        made = self.field((profile, hazards))
        route = routing.Router(self.ground.snapper, self.overlay).route(made, lat, lon)
        return Answer(self.world, active, hazards, route, self.unplaced)

    def get_place(self, place_id: str) -> ShelterState:
        """A place of this moment.

        Raises:
            RoutingError: there is none.
        """
        try:
            return self.world.places[place_id]
        except KeyError:
            raise RoutingError(f"no place {place_id!r}") from None


class LinkCache:
    """Which links a closure means: asked once per version of the closure."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[ClosureState, routing.LinkIds | None]] = {}

    def find(self, ground: Ground, closure: ClosureState) -> routing.LinkIds | None:
        """Links of a closure; None when it has no geometry, empty when none of ours is near."""
        known = self._known.get(closure.id)
        if known is not None and known[0] == closure:
            return known[1]
        links = None
        if closure.geometry is not None:
            geometry = routing.Geometry(closure.geometry.kind, closure.geometry.parts)
            links = ground.index.find_links(geometry, routing.Structure(str(closure.structure)))
        self._known[closure.id] = (closure, links)
        return links
