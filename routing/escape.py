"""From a place to a way that survives leaving now: until when the plain way may be left for, and which one to take where that is over.

Knows no feed and no clock: times are deciseconds of a `Departure`, see `routing.depart`.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from routing.depart import Departure
from routing.field import Field
from routing.kernels.depart import LABEL_EDGE, LABEL_TARGET, NEVER, targets_in_time
from routing.route import (
    ALTERNATIVES,
    Alternative,
    Decided,
    Leg,
    Route,
    lay_out,
    list_directs,
    list_starts,
    snap_origin,
)
from routing.snap import Snap
from routing.walking import Ints, Walking

_FAR = np.int64(1) << 40


def latest_along(route: Route, walking: Walking, arrival_ds: Ints, fails_ds: Ints) -> int:
    """The last moment to set out by a route and still pass each of its nodes and edges in time; NEVER: no danger binds.

    arrival_ds: int32[nodes]; fails_ds: int32[edges]; NEVER where no danger comes. Below 0: it was too late before time began.
    """
    network, edges = walking.network, np.array(route.edges, np.int64)
    whole = walking.cost[edges].astype(np.int64)
    total = round(route.seconds * 10)
    if len(edges) == 1:
        passed = np.array([total])
    else:
        ahead = 1 - route.snap.share if network.edge_forward[edges[0]] else route.snap.share
        whole[0] = round(float(whole[0]) * ahead)
        passed = np.cumsum(whole)
        passed[-1] = total
    heads = network.edge_head[edges[:-1]]
    until = np.concatenate([fails_ds[edges], arrival_ds[heads]]).astype(np.int64)
    left = np.where(until == NEVER, _FAR, until - np.concatenate([passed, passed[:-1]]))
    latest = int(left.min())
    return int(NEVER) if latest >= _FAR else latest


def _ends(next_edge: Ints, edge_head: Ints) -> Ints:
    """int32[nodes]: the node at which each node's way ends, by way of twice as many edges each time."""
    end = np.where(next_edge >= 0, edge_head[next_edge], np.arange(len(next_edge), dtype=np.int32))
    while ((further := end[end]) != end).any():
        end = further
    return np.asarray(end, np.int32)


@dataclass(frozen=True)
class Escapes:
    """A field and its departure: what can still be reached, place by place. Both of one moment."""

    field: Field
    departure: Departure

    @cached_property
    def along(self) -> Ints:
        """int32[nodes]: the last moment to leave a node on the field's own way; NEVER: no danger binds it; -1: too late, or no way."""
        return self.departure.along(self.field)

    @cached_property
    def safest(self) -> Field:
        """The same field for those who cannot ask again: where a danger binds its way, the way that may be left for last.

        It stays right as time goes by: whoever can still survive from a node does by its way. dist is the plain way's. The next node
        goes on by the way that *it* may be left by for last, which may lead to another target than the shorter one that would do.
        """
        field, labels = self.field, self.departure.labels
        next_edge, target = field.next_edge.copy(), field.target.copy()
        bound = np.flatnonzero(self.along != NEVER)
        next_edge[bound] = target[bound] = -1
        label = self.departure.longest[bound]
        alive, label = bound[label >= 0], label[label >= 0]
        next_edge[alive], target[alive] = labels[label, LABEL_EDGE], labels[label, LABEL_TARGET]
        return replace(field, next_edge=next_edge, target=target[_ends(next_edge, field.network.edge_head)])

    def find(self, lat: float, lon: float, at_ds: int, *, alternatives: int = ALTERNATIVES) -> Route | None:
        """The shortest way that survives leaving a place then, with so many next targets that can also be reached; None: none does.

        Equal ways are decided by target, then edge.

        Raises:
            PlaceError: the place lies outside the network's surroundings.
        """
        snap = snap_origin(self.field, lat, lon)
        ways = self._ways(snap, at_ds)
        if not ways:
            return None
        *_, best = min(ways, key=lambda way: way[:3])
        reached = self._reach(snap, at_ds, alternatives + 1) if alternatives else []
        others = [
            Alternative(self.field.targets[target].id, time / 10)
            for target, time in reached
            if target != best.target
        ]
        return lay_out(self.field, snap, best, tuple(others[:alternatives]))

    def list_in_time(
        self, lat: float, lon: float, at_ds: int, *, most: int = ALTERNATIVES
    ) -> tuple[Alternative, ...]:
        """The first targets that can be reached by whoever leaves then, soonest first.

        Raises:
            PlaceError: the place lies outside the network's surroundings.
        """
        found = self._reach(snap_origin(self.field, lat, lon), at_ds, most)
        return tuple(Alternative(self.field.targets[target].id, time / 10) for target, time in found)

    def _ways(self, snap: Snap, at_ds: int) -> list[tuple[int, int, int, Decided]]:
        """(time, target, first edge, way) of those that survive: the best by each end of the origin's own link, and along it."""
        field, seeds = self.field, self.field.seeds
        ways = [
            (way.first.time, way.target, way.first.edge, way)
            for way in list_directs(field, snap)
            if at_ds + way.first.time <= self._fails(way.first)
        ]
        for leg in list_starts(field, snap):
            there, escape = at_ds + leg.time, None
            if there <= self._fails(leg):
                escape = self.departure.find_escape(int(field.network.edge_head[leg.edge]), there)
            if escape is None:
                continue
            row = escape.seed
            last = Leg(
                int(seeds.edge[row]), float(seeds.share[row]), int(seeds.cost[row]), int(seeds.time[row])
            )
            cost = leg.cost + int(field.cost[escape.edges].sum()) + last.cost
            way = Decided(escape.target, cost, leg, tuple(escape.edges.tolist()), last)
            ways.append((leg.time + escape.time_ds, escape.target, leg.edge, way))
        return ways

    def _reach(self, snap: Snap, at_ds: int, most: int) -> list[tuple[int, int]]:
        """(target, time) of the targets that can be reached in time."""
        field, departure = self.field, self.departure
        network, heads = field.network, field.network.edge_head
        legs = [leg for leg in list_starts(field, snap) if at_ds + leg.time <= self._fails(leg)]
        hung = len(np.unique(departure.seeds.target))  # a search for one more would go everywhere
        found = np.empty((min(most, hung), 2), np.int64)
        begin, rows = departure.seeds_by_node
        count = targets_in_time(
            np.array([heads[leg.edge] for leg in legs], np.int64), np.array([at_ds + leg.time for leg in legs], np.int64),
            network.out_start, network.out_edge, heads, departure.time_ds, departure.latest_ds, departure.fails_ds,
            begin, rows, departure.seeds.time, departure.seed_latest_ds, departure.seeds.target, found,
        )  # fmt: skip
        reached = [(int(when) - at_ds, int(target)) for when, target in found[:count]]
        reached += [
            (way.first.time, way.target)
            for way in list_directs(field, snap)
            if at_ds + way.first.time <= self._fails(way.first)
        ]
        times: dict[int, int] = {}
        for time, target in sorted(reached):
            times.setdefault(target, time)
        return list(times.items())[:most]

    def _fails(self, leg: Leg) -> int:
        return int(self.departure.fails_ds[leg.edge])
