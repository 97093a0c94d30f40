"""One moment's guidance for everybody: which hazards hold at each node, and the fields that lead away from them.

Uses the navigator's own moment, so that the drill's walkers and an app's answers follow the same rules.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

import routing
from routing.kernels.forest import INF
from routing.profiles import CLOSED
from services.drill.city import City
from services.navigator.answers import Moment
from services.navigator.ground import Bools
from services.navigator.links import LinkCache
from services.navigator.state import World, suits
from streams.dangers import is_active
from streams.events.alerts import Condition, Severity
from streams.events.base import SITE_HAZARDS, Hazard
from streams.events.shelters import Opening

Ints = npt.NDArray[np.int32]
LEAVE_LEVEL = 4
"""警戒レベル相当 4: everybody should leave (避難指示); from level 3 on those who need time."""
BITS = {hazard: 1 << index for index, hazard in enumerate(SITE_HAZARDS)}
NOWHERE = np.int32(-1)


def is_urgent(condition: Condition) -> bool:
    """Whether everybody should leave, not only those who need time."""
    if condition.level is not None:
        return condition.level >= LEAVE_LEVEL
    return condition.severity in (Severity.WARNING, Severity.CRITICAL, Severity.EMERGENCY)


@dataclass(frozen=True)
class Danger:
    """What holds where. mask: int32[nodes], bits of `SITE_HAZARDS` in force. exposed, urgent: bool[nodes].

    exposed: the node lies in a hazard-map zone of a hazard in force there, or on the coast of a tsunami.
    urgent: some hazard there asks everybody to leave.
    """

    mask: Ints
    exposed: Bools
    urgent: Bools


class Guidance:
    """Fields for one moment: rows of `next_edge`, `dist`, `target` by field. `target` indexes `City.places`; -1 is nowhere.

    next_edge, dist, target: int32[fields, nodes]. forbidden: bool[edges], closed to walkers or leading into a zone in force.
    """

    def __init__(self, city: City, world: World, danger: Danger, links: LinkCache) -> None:
        self.danger = danger
        self._moment = Moment.of(city.ground, world, links=links)
        self._index = {place.id: number for number, place in enumerate(city.places)}
        self._fields: list[routing.Field] = []
        nothing = np.ones(city.ground.network.edge_count, np.int32)
        self.forbidden = np.asarray(self._moment.overlay.apply(nothing) >= CLOSED)
        self.row = self._build()
        self.next_edge = np.stack([f.next_edge for f in self._fields])
        self.dist = np.stack([f.dist for f in self._fields])
        self.target = np.stack([self._places_of(f) for f in self._fields])

    def _build(self) -> dict[tuple[int, int], int]:
        """One field for each profile and each set of hazards that holds somewhere."""
        rows: dict[tuple[int, int], int] = {}
        for mask in np.unique(self.danger.mask):
            hazards = frozenset(h for h, bit in BITS.items() if int(mask) & bit)
            for number, profile in enumerate(routing.PROFILES):
                rows[number, int(mask)] = len(self._fields)
                self._fields.append(self._moment.field((profile, hazards)))
        return rows

    def _places_of(self, made: routing.Field) -> Ints:
        numbers = np.array([*(self._index[t.id] for t in made.targets), NOWHERE], np.int32)
        return numbers[made.target]

    def rows_for(self, profile: npt.NDArray[np.int8], node: Ints) -> Ints:
        """int32[k]: the field of each walker of a profile who stands at a node."""
        masks, where = np.unique(self.danger.mask, return_inverse=True)
        table = np.array(
            [[self.row[number, int(mask)] for mask in masks] for number in range(len(routing.PROFILES))],
            np.int32,
        )
        return table[profile, where[node]]

    def can_go(self, row: Ints, node: Ints) -> Bools:
        """bool[k]: whether any place can be reached."""
        return np.asarray(self.dist[row, node] != INF)


def find_danger(city: City, world: World) -> Danger:
    """Lays every zone in force on the nodes."""
    network = city.ground.network
    mask = np.zeros(network.node_count, np.int32)
    exposed, urgent = np.zeros(network.node_count, bool), np.zeros(network.node_count, bool)
    drawn = _drawn(city)
    for state in world.hazards.values():
        for zone in state.zones:
            hazard = zone.condition.hazard
            if not is_active(zone.condition) or hazard not in BITS:
                continue
            inside, _ = city.ground.covered(zone.cells)
            mask[inside] |= BITS[hazard]
            urgent |= inside & is_urgent(zone.condition)
            exposed |= inside if hazard is Hazard.TSUNAMI else inside & drawn.get(hazard, False)
    return Danger(mask, exposed, urgent)


def _drawn(city: City) -> dict[Hazard, Bools]:
    """Nodes inside the hazard maps' zones, by hazard."""
    found: dict[Hazard, Bools] = {}
    for zone in city.ground.zones:
        inside = city.ground.membrane(zone).inside
        found[zone.hazard] = found.get(zone.hazard, np.zeros_like(inside)) | inside
    return found


def unfit_places(city: City, world: World) -> Bools:
    """bool[places]: closed, or without the flag of a hazard that holds where the place stands. A full place is fit."""
    unfit = np.zeros(len(city.places), bool)
    for number, listed in enumerate(city.places):
        place = world.places[listed.id]
        needed = frozenset(a.hazard for a in world.list_active(listed.lat, listed.lon))
        if place.opening is Opening.FULL:
            unfit[number] = not needed.intersection(SITE_HAZARDS).issubset(place.suits)
        else:
            unfit[number] = not suits(place, needed.intersection(SITE_HAZARDS))
    return unfit
