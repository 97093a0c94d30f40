"""A crowd on its ways, replayed person by person with queues where ways are narrow. Judges plans; makes none, routes nobody.

Not in it: queues that grow back over a crossing, people who come the other way, the door of the place itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.errors import RoutingError
from routing.field import Field
from routing.kernels.queues import PERSON_BITS, walk_all
from routing.network import Network, RoadClass, Way
from routing.profiles import CLOSED
from routing.walking import Ints

Floats = npt.NDArray[np.float64]

LEVEL_PERSONS_M_S = 1.3
"""Most persons who pass a metre of clear width in a second in a corridor (IMO, MSC.1/Circ.1533, 2016, annex 2, appendix 1, table 1.2)."""
STAIRS_PERSONS_M_S = 1.0
"""The same on stairs, of which the map does not say who climbs: 1.1 go down and 0.88 up in that table."""
PAVEMENTS_M = 4.0
"""Two pavements of 2 m, the least where few walk (道路構造令 article 11, paragraph 3; 3.5 m where many do); cars keep the carriageway."""
STREET_M = 4.0
"""The least width of a street that houses may stand on (建築基準法 article 42, paragraph 1)."""
PATH_M = 2.0
"""As a pavement."""
STAIRS_M = 1.5
"""Two people side by side: assumed, no table says it."""
WIDTH_M = {
    **dict.fromkeys(RoadClass, PAVEMENTS_M),
    **dict.fromkeys(
        (RoadClass.UNCLASSIFIED, RoadClass.RESIDENTIAL, RoadClass.LIVING_STREET, RoadClass.PEDESTRIAN), STREET_M
    ),
    **dict.fromkeys(
        (
            RoadClass.UNKNOWN, RoadClass.SERVICE, RoadClass.TRACK, RoadClass.FOOTWAY, RoadClass.CYCLEWAY, RoadClass.BARRIER,
        ),
        PATH_M,
    ),
    RoadClass.STEPS: STAIRS_M,
}  # fmt: skip
"""Assumed by class: nobody has written the real ones into the network."""


def persons_per_s(network: Network) -> Floats:
    """float64[links]: the most who pass a link in a second, in one direction."""
    width = np.array([WIDTH_M[road_class] for road_class in RoadClass])[network.link_class]
    stairs = (network.link_way & Way.STEPS) > 0
    return np.where(stairs, np.minimum(width, STAIRS_M) * STAIRS_PERSONS_M_S, width * LEVEL_PERSONS_M_S)


@dataclass(frozen=True)
class Passages:
    """What a crowd walks on: the open edges of a network and the ways in to its targets. The last nodes are the targets.

    in_start: int32[nodes + 1]; tail, head: int32[passages], sorted by head. cost, time: int32, deciseconds for one alone, as weighed
    and as walked, at least 1. rate: float64, persons a second at most. target_count: how many of the nodes are targets, in their order.
    """

    in_start: Ints
    tail: Ints
    head: Ints
    cost: Ints
    time: Ints
    rate: Floats
    target_count: int

    @classmethod
    def of(cls, field: Field) -> "Passages":
        """Those of a field's network; prices of its targets are left out."""
        network, seeds = field.network, field.seeds
        edges = np.flatnonzero(field.cost < CLOSED)
        nodes, targets = network.node_count, len(field.targets)
        head = np.concatenate([network.edge_head[edges], nodes + seeds.target]).astype(np.int32)
        in_start = np.zeros(nodes + targets + 1, np.int32)
        np.cumsum(np.bincount(head, minlength=nodes + targets), out=in_start[1:])
        price = np.array([t.price_ds for t in field.targets], np.int32)
        cost = np.concatenate([field.cost[edges], seeds.cost - price[seeds.target]])
        time = np.concatenate([field.walking.cost[edges], seeds.time])
        return cls(
            in_start,
            np.concatenate([network.edge_tail[edges], seeds.node]).astype(np.int32),
            head,
            np.maximum(1, cost).astype(np.int32),
            np.maximum(1, time).astype(np.int32),
            persons_per_s(network)[network.edge_link[np.concatenate([edges, seeds.edge])]],
            targets,
        )

    @property
    def node_count(self) -> int:
        """Targets included."""
        return len(self.in_start) - 1

    @property
    def first_target(self) -> int:
        """The node of the first target."""
        return self.node_count - self.target_count


@dataclass(frozen=True)
class Crowd:
    """Who sets out. node: int32[persons]; ready_ds: int64[persons], when, deciseconds."""

    node: Ints
    ready_ds: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.node)


@dataclass(frozen=True)
class Plan:
    """Who follows which ways. next_edge: int32[trees, nodes] into passages, -1 at the end; tree: int32[persons], -1: has no way."""

    next_edge: Ints
    tree: Ints


@dataclass(frozen=True)
class Replay:
    """What came of a plan. target: int32[persons], where each arrived, -1: nowhere. used: int32[passages], how many passed.

    arrived_s, trip_s, waited_s: float64[persons], NaN for those who had no way: the moment of arrival, the time since they were
    ready, and how much of it they queued.
    """

    arrived_s: Floats
    trip_s: Floats
    waited_s: Floats
    target: Ints
    used: Ints

    @property
    def clearance_s(self) -> float:
        """When the last one arrives; NaN where nobody does."""
        return float(np.nanmax(self.arrived_s)) if np.isfinite(self.arrived_s).any() else float("nan")

    @property
    def stranded(self) -> int:
        """Persons without a way."""
        return int(np.isnan(self.arrived_s).sum())

    def loads(self, targets: int) -> npt.NDArray[np.int64]:
        """int64[targets]: who arrived where."""
        return np.bincount(self.target[self.target >= 0], minlength=targets)

    def over(self, places: Sequence[int] | npt.NDArray[np.int64]) -> int:
        """Persons who arrive where there is no place left for them."""
        room = np.asarray(places)
        return int(np.maximum(0, self.loads(len(room)) - room).sum())


def replay(passages: Passages, crowd: Crowd, plan: Plan) -> Replay:
    """Lets the crowd walk.

    Raises:
        RoutingError: more persons than an event's key has room for.
    """
    if len(crowd) >= 1 << PERSON_BITS:
        raise RoutingError(
            f"{len(crowd):,} persons: at most {(1 << PERSON_BITS) - 1:,}; let one stand for several"
        )
    goes = plan.tree >= 0
    count, ready_ms = int(goes.sum()), crowd.ready_ds[goes] * 100
    arrived, waited = np.zeros(count, np.int64), np.zeros(count, np.int64)
    used, end = np.zeros(len(passages.head), np.int32), np.empty(count, np.int32)
    walk_all(
        crowd.node[goes], ready_ms, plan.tree[goes], plan.next_edge, passages.head,
        passages.time.astype(np.int64) * 100, 1000 / passages.rate, arrived, waited, used, end,
    )  # fmt: skip
    return Replay(
        _spread(goes, arrived / 1000), _spread(goes, (arrived - ready_ms) / 1000), _spread(goes, waited / 1000),
        _spread(goes, end - passages.first_target, -1).astype(np.int32), used,
    )  # fmt: skip


def _spread(goes: npt.NDArray[np.bool_], values: npt.NDArray[np.number], none: float = np.nan) -> Floats:
    """float64[persons]: the values of those who go, `none` for the others."""
    spread = np.full(len(goes), none)
    spread[goes] = values
    return spread
