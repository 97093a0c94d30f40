"""What a whole field says at once: the walking time of any number of places on the network, and what passes where. Plans; routes nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from routing.directions import cut
from routing.field import Field
from routing.kernels.answers import WHOLE
from routing.kernels.forest import INF
from routing.kernels.reach import add_loads, add_times
from routing.overlay import LinkIds
from routing.profiles import CLOSED

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

CUT_OFF = int(INF)
"""No open way leads to a target."""
NOT_PASSABLE = -1
"""This profile cannot use the link at all."""
LOST = "lost"
NEVER = 2**62


@dataclass(frozen=True)
class Spots:
    """Places on links: `share` of the way along `link` from its first point. link: int32[n], share: float64[n]."""

    link: Ints
    share: Floats

    def __len__(self) -> int:
        return len(self.link)


@dataclass(frozen=True)
class Arrivals:
    """What each spot's walker does. time: int32[n], deciseconds, CUT_OFF or NOT_PASSABLE.

    node: int32[n], where the walker leaves the own link, -1 if never; target: int32[n] into `Field.targets`, -1 if none.
    """

    time: Ints
    node: Ints
    target: Ints


@dataclass(frozen=True)
class Reach:
    """A field with the walking time of every node. order: int64[reachable], by cost; time: int32[nodes], CUT_OFF if none.

    A field weighs the metres inside a hazard zone; these times do not: they are what a clock shows.
    """

    field: Field
    order: npt.NDArray[np.int64]
    time: Ints

    @classmethod
    def of(cls, field: Field) -> "Reach":
        """Walks every way of the field once."""
        order = np.argsort(field.dist, kind="stable")
        order = order[: int((field.dist != INF).sum())]
        time = np.full(field.network.node_count, INF, np.int32)
        _seed_times(field, time)
        add_times(order, field.next_edge, field.network.edge_head, field.walking.cost, time)
        return cls(field, order, time)

    def loads(self, weight: Floats) -> Floats:
        """float64[nodes]: how much of `weight` (float64[nodes], what starts there) starts at or passes through each node."""
        load = weight.astype(np.float64).copy()
        add_loads(self.order, self.field.next_edge, self.field.network.edge_head, load)
        return load

    def arrivals(self, spots: Spots) -> Arrivals:
        """The walking time, first node and target of every spot, as a route from there would have them.

        One who stands on a closed link may leave it both ways; nobody is led into a zone, and whoever is inside gets out.
        """
        field, network = self.field, self.field.network
        there, back = network.edge_of_link
        rank = np.full(len(spots), NEVER, np.int64)
        time = np.full(len(spots), CUT_OFF, np.int64)
        node, target = np.full(len(spots), -1, np.int32), np.full(len(spots), -1, np.int32)
        there, back = there[spots.link], back[spots.link]
        for edge, other, share, end in (
            (there, back, 1 - spots.share, 1.0),
            (back, there, spots.share, 0.0),
        ):
            free, cost = field.walking.cost[edge], field.cost[edge]
            head = network.edge_head[edge]
            passable = (edge >= 0) & (free < CLOSED) & (field.dist[head] != INF)
            passable &= (
                (cost < CLOSED) | (share <= WHOLE) | (other < 0) | (field.walking.cost[other] >= CLOSED)
            )
            self._keep_out(spots, edge, end, passable)
            leg = np.rint(np.where(cost < CLOSED, cost, free) * share).astype(np.int64)
            key = self._rank(leg + field.dist[head], field.target[head])
            better = passable & (key < rank)
            rank = np.where(better, key, rank)
            time = np.where(better, np.rint(free * share).astype(np.int64) + self.time[head], time)
            node, target = np.where(better, head, node), np.where(better, field.target[head], target)
        self._directs(spots, rank, time, node, target)
        time[~self._passable(spots)] = NOT_PASSABLE
        return Arrivals(time.astype(np.int32), node.astype(np.int32), target.astype(np.int32))

    def _keep_out(self, spots: Spots, edge: Ints, end: float, passable: npt.NDArray[np.bool_]) -> None:
        """Takes back from `passable` what would lead into a zone, or past its border; out of one, everybody may go."""
        network, overlay = self.field.network, self.field.overlay
        for row in np.flatnonzero(passable & (overlay.enters[edge] | overlay.crossing[spots.link])).tolist():
            link = int(spots.link[row])
            way = cut(network, link, float(spots.share[row]), end)
            passable[row] = all(zone.lets_go(link, way) for zone in overlay.shut_by(int(edge[row])))

    def _rank(self, cost: npt.NDArray[np.int64], target: Ints | int) -> npt.NDArray[np.int64]:
        """Orders ways by cost, then target."""
        return np.asarray(cost * (len(self.field.targets) + 1) + target)

    def _passable(self, spots: Spots) -> npt.NDArray[np.bool_]:
        """bool[n]: the profile may use the link in one direction at least."""
        there, back = self.field.network.edge_of_link
        free = self.field.walking.cost
        open_there, open_back = ((e >= 0) & (free[e] < CLOSED) for e in (there[spots.link], back[spots.link]))
        return np.asarray(open_there | open_back)

    def _directs(
        self,
        spots: Spots,
        rank: npt.NDArray[np.int64],
        time: npt.NDArray[np.int64],
        node: Ints,
        target: Ints,
    ) -> None:
        """Targets on the spot's own link, reached without passing a node."""
        field = self.field
        there, back = field.network.edge_of_link
        by_link = np.argsort(spots.link, kind="stable")
        links = spots.link[by_link]
        for index, snap in enumerate(field.snaps):
            if snap is None:
                continue
            rows = by_link[slice(*np.searchsorted(links, [snap.link, snap.link + 1]))]
            away = snap.share - spots.share[rows]
            edge = np.where(away >= 0, there[snap.link], back[snap.link])
            cost, free = field.cost[edge], field.walking.cost[edge]
            price = field.targets[index].price_ds
            key = self._rank(np.rint(cost * np.abs(away)).astype(np.int64) + price, index)
            better = (edge >= 0) & (cost < CLOSED) & (key <= rank[rows])
            rows, key, walked = rows[better], key[better], (free * np.abs(away))[better]
            rank[rows], node[rows], target[rows], time[rows] = key, -1, index, np.rint(walked)


def _seed_times(field: Field, time: Ints) -> None:
    seeds = field.seeds
    first = (field.next_edge[seeds.node] < 0) & (seeds.cost == field.dist[seeds.node])
    first &= seeds.target == field.target[seeds.node]
    time[seeds.node[first]] = seeds.time[first]


@dataclass(frozen=True)
class Loss:
    """What the loss of some links does. stranded: bool[nodes], had a way and have none. added: int32[nodes], deciseconds more."""

    stranded: npt.NDArray[np.bool_]
    added: Ints


def lose(reach: Reach, links: LinkIds | Sequence[int]) -> Loss:
    """The exact loss, by the field repaired without these links."""
    field = reach.field
    closures = {**field.overlay.closures, LOST: np.unique(np.asarray(links, np.int32))}
    repair = field.repair(overlay=replace(field.overlay, closures=closures))
    without, touched = repair.field, repair.touched.astype(np.int64)
    touched = touched[np.argsort(without.dist[touched], kind="stable")]
    stranded = np.zeros(field.network.node_count, bool)
    stranded[touched] = without.dist[touched] == INF
    time = reach.time.copy()
    time[touched] = INF
    _seed_times(without, time)
    add_times(
        touched[~stranded[touched]], without.next_edge, field.network.edge_head, field.walking.cost, time
    )
    added = np.where(stranded | (reach.time == INF), 0, time.astype(np.int64) - reach.time)
    return Loss(stranded, np.maximum(added, 0).astype(np.int32))
