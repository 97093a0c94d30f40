"""When the danger is where: arrival times of telegrams and maps laid on the network. Knows no walker and no clock.

Deciseconds count from `epoch_ms`, a moment that lies before every question: so nothing is worked out anew as time goes by.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from routing.kernels.depart import NEVER
from routing.walking import Ints
from services.navigator.ground import Bools, Ground, HazardMapZone
from services.navigator.links import LinkCache
from services.navigator.state import Front, World
from streams.events.base import Hazard

MINUTE_MS = 60_000
DS_MS = 100


@dataclass(frozen=True, slots=True)
class ToCome:
    """A closure that begins later: until then its links may be passed."""

    id: str
    begins_at_ms: int
    links: tuple[int, ...]


@dataclass(frozen=True)
class Timetable:
    """arrival_ds: int32[nodes], by when a node must be left. fails_ds: int32[edges], by when an edge must be passed. NEVER: no danger.

    An edge of which either end is reached counts as reached with it: the danger is never later than that.
    """

    epoch_ms: int
    fronts: tuple[Front, ...]
    to_come: tuple[ToCome, ...]
    arrival_ds: Ints
    fails_ds: Ints

    @classmethod
    def of(
        cls, ground: Ground, world: World, links: LinkCache, *, former: "Timetable | None" = None
    ) -> "Timetable | None":
        """What is known at a moment; the former one where nothing of it changed; None where no danger has a time."""
        if not world.fronts:
            return None
        to_come = tuple(
            ToCome(c.id, c.starts_at_ms, tuple(links.find(ground, c).links.tolist()))
            for c in world.closures_to_come()
            if c.starts_at_ms is not None
        )
        if former is not None and (former.fronts, former.to_come) == (world.fronts, to_come):
            return former
        network, epoch_ms = ground.network, world.at_ms
        arrival = np.full(network.node_count, NEVER, np.int32)
        passable = np.full(network.link_count, NEVER, np.int32)
        for front in world.fronts:
            for at_ms, nodes, crossing in _reached(ground, front):
                np.minimum(arrival, _ds(at_ms - epoch_ms), out=arrival, where=nodes)
                np.minimum(passable, _ds(at_ms - epoch_ms), out=passable, where=crossing)
        for closure in to_come:
            shut = list(closure.links)
            passable[shut] = np.minimum(passable[shut], _ds(closure.begins_at_ms - epoch_ms))
        ends = np.minimum(arrival[network.link_u], arrival[network.link_v])
        fails = np.minimum(passable, ends)[network.edge_link]
        return cls(epoch_ms, world.fronts, to_come, arrival, np.asarray(fails, np.int32))

    def at_ds(self, now_ms: int) -> int:
        """A moment on this timetable; not before its beginning, since no clock of ours runs back."""
        return max(0, (now_ms - self.epoch_ms) // DS_MS)


def _reached(ground: Ground, front: Front) -> Sequence[tuple[int, Bools, Bools]]:
    """(from when on, nodes, links that lead through) for each zone of a danger's map.

    A tsunami reaches a zone without a time of its own with the first wave. Any other danger without a time stays unknown, and so does
    one of which no map is at hand: an alert's area ends far inland, and says nothing of how far the danger comes.
    """
    zones = [zone for zone in ground.zones if zone.hazard is front.active.hazard]
    nodes, links = ground.covered(front.cells)
    return [
        (front.begins_at_ms + round(after * MINUTE_MS), part.inside, part.crossing)
        for zone in zones
        if (after := _after_min(zone)) is not None
        for part in (ground.membrane(zone).where(nodes, links),)
    ]


def _after_min(zone: HazardMapZone) -> float | None:
    if zone.arrives_after_min is None and zone.hazard is Hazard.TSUNAMI:
        return 0.0
    return zone.arrives_after_min


def _ds(milliseconds: int) -> np.int32:
    return np.int32(min(max(milliseconds // DS_MS, -1), int(NEVER) - 1))
