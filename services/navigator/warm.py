"""The fields of one moment, kept warm: built at first use, repaired when the next moment comes, few of them. Knows no HTTP and no broker."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import routing
from services.navigator.ground import Ground
from services.navigator.state import World
from streams.events.base import Hazard
from streams.events.shelters import Layer

KEPT_FIELDS = 16
"""One per profile, set of hazards and layer in use; 12 bytes a node each, and 4 an edge for each profile."""
NONE: frozenset[Hazard] = frozenset()
MOST_DS = 36_000
MOST_BEFORE_A_WAVE_DS = 1_800
"""What room elsewhere may cost at most in a tsunami: three minutes' walk; otherwise an hour."""

Targets = tuple[routing.Target, ...]


class FieldKey(NamedTuple):
    """hazards: from which a site must be safe. assumed: hazards whose mapped zones count whole, though no telegram says so."""

    profile: str
    hazards: frozenset[Hazard] = NONE
    assumed: frozenset[Hazard] = NONE
    layer: Layer = Layer.SITE


@dataclass(frozen=True)
class Basis:
    """What the fields of one moment stand on."""

    ground: Ground
    world: World
    overlay: routing.Overlay

    def targets(self, hazards: frozenset[Hazard], layer: Layer) -> Targets:
        """Places to go to, each at its price; no price sends people far while a wave is on its way."""
        places = sorted(self.world.list_targets(hazards, layer), key=lambda p: p.id)
        prices, most = self.world.prices_ds, MOST_BEFORE_A_WAVE_DS if Hazard.TSUNAMI in hazards else MOST_DS
        return tuple(
            routing.Target(p.id, p.lat, p.lon, min(prices.get(p.id, 0), most))
            for p in places
            if p.lat is not None and p.lon is not None
        )

    def assume(self, hazards: frozenset[Hazard]) -> routing.Overlay:
        """The overlay with the whole mapped zones of these hazards."""
        if not hazards:
            return self.overlay
        whole = {z.id: self.ground.membrane(z) for z in self.ground.zones if z.hazard in hazards}
        return self._with({**self.overlay.membranes, **whole})

    def assume_again(
        self, hazards: frozenset[Hazard], former: "Basis", made: routing.Overlay
    ) -> routing.Overlay:
        """The same, where `former` made this of it: zones that did not change are not laid again."""
        if self.overlay is former.overlay:
            return made
        if hazards and self.overlay.zones is former.overlay.zones:
            return self._with(made.zones)
        return self.assume(hazards)

    def _with(self, membranes: Mapping[str, routing.Membrane]) -> routing.Overlay:
        return routing.Overlay(self.ground.network, self.overlay.closures, membranes, self.overlay.modes)

    def has_targets_of(self, former: "Basis") -> bool:
        """Whether no place and no price changed."""
        return self.world.places == former.world.places and self.world.prices_ds == former.world.prices_ds


class WarmFields:
    """Fields by key, the least used first."""

    def __init__(self, basis: Basis) -> None:
        self.basis = basis
        self._fields: OrderedDict[FieldKey, routing.Field] = OrderedDict()
        self._lock = threading.Lock()

    @classmethod
    def after(cls, former: "WarmFields", basis: Basis) -> "WarmFields":
        """The former's fields as they are now. The former keeps its own, for those who still read there."""
        made, same_targets = cls(basis), basis.has_targets_of(former.basis)
        changes: dict[int, routing.CostChange] = {}
        for key, field in former.items():
            if id(field.weights) not in changes:
                overlay = basis.assume_again(key.assumed, former.basis, field.overlay)
                changes[id(field.weights)] = field.weights.change(overlay)
            targets = None if same_targets else basis.targets(key.hazards, key.layer)
            made._fields[key] = field.repair(targets, change=changes[id(field.weights)]).field
        return made

    def items(self) -> list[tuple[FieldKey, routing.Field]]:
        """Keys and fields, least used first."""
        with self._lock:
            return list(self._fields.items())

    def get(self, key: FieldKey) -> routing.Field:
        """A field; built at first use, then the least used of too many is dropped.

        Raises:
            RoutingError: no such profile.
        """
        with self._lock:
            if key in self._fields:
                self._fields.move_to_end(key)
                return self._fields[key]
        made = routing.Field.of(self._weights(key), self.basis.targets(key.hazards, key.layer))
        with self._lock:
            self._fields[key] = made
            while len(self._fields) > KEPT_FIELDS:
                self._fields.popitem(last=False)
        return made

    def _weights(self, key: FieldKey) -> routing.Weights:
        """Those of a warm field of the same profile and zones, or new ones."""
        for other, field in self.items():
            if (other.profile, other.assumed) == (key.profile, key.assumed):
                return field.weights
        return routing.weigh(self.basis.ground.walking(key.profile), self.basis.assume(key.assumed))
