"""Cars: the network with a node for each edge that a car may have come by, so that a field keeps turn restrictions. Knows no search.

A field, its repair, its answers, trees and tours are those of walkers; only the network that they run on is another one.
"""

from copy import copy
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from routing.kernels.turns import list_concerned, list_turns, settle_backs
from routing.network import Network
from routing.overlay import Overlay
from routing.profiles import CAR, CLOSED
from routing.snap import Snapper
from routing.walking import Ints, Walking
from routing.weights import CostChange, Weights

Bools = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]
NOTHING: Ints = np.empty(0, np.int32)

BY_EDGE = ("edge_link", "edge_forward", "edge_climb_m", "edge_pace")
"""Columns of a network in which a turn into a street is as the street."""


@dataclass(frozen=True, kw_only=True)
class Turns(Network):
    """A network as cars pass it. Its links, shapes and names are those of `streets`, shared; nodes and edges are its own.

    The first nodes are those of the streets, where a car sets out and may go any way; no edge leads there. After them comes one
    node for each edge that a car may use, where it stands when it has come by that edge. An edge is a street after a turn:
    street: int32[edges], the edge of `streets`. The first that leads to a node stands for the street itself, from its beginning.
    number: int32[street edges], which of the nodes after the first is the edge's, -1 if none.
    is_back: bool[edges], the turn leads back where one came from: only where nothing else leads on.
    """

    streets: Network
    street: Ints
    number: Ints
    is_back: Bools

    @classmethod
    def of(cls, streets: Network, cost: Ints) -> Self:
        """cost: int32[street edges], CLOSED where cars may not."""
        chosen = np.flatnonzero(cost < CLOSED).astype(np.int32)
        number = np.full(streets.edge_count, -1, np.int32)
        number[chosen] = np.arange(len(chosen), dtype=np.int32)
        start, tail, street, is_back = list_turns(
            chosen, number, streets.in_start, streets.edge_link, streets.edge_tail, streets.edge_head,
            streets.turn_start, streets.turn_to, streets.turn_only,
        )  # fmt: skip
        nodes = streets.node_count + len(chosen)
        out_start = np.zeros(nodes + 1, np.int32)
        np.cumsum(np.bincount(tail, minlength=nodes), out=out_start[1:])
        own = {
            "node_lat": np.concatenate([streets.node_lat, streets.node_lat[streets.edge_head[chosen]]]),
            "node_lon": np.concatenate([streets.node_lon, streets.node_lon[streets.edge_head[chosen]]]),
            "in_start": np.concatenate([np.zeros(streets.node_count, np.int32), start]),
            "edge_tail": tail,
            "edge_head": streets.node_count + number[street],
            "out_start": out_start,
            "out_edge": np.argsort(tail, kind="stable").astype(np.int32),
            "turn_from": np.empty(0, np.int32),
            "turn_to": np.empty(0, np.int32),
            "turn_only": np.empty(0, bool),
        }
        own |= {name: getattr(streets, name)[street] for name in BY_EDGE}
        shared = {f.name: getattr(streets, f.name) for f in fields(Network) if f.name not in own}
        return cls(**shared, **own, streets=streets, street=street, number=number, is_back=is_back)

    @cached_property
    def edge_of_link(self) -> tuple[Ints, Ints]:
        """int32[links] twice: the edges that stand for the link itself, there and back; -1 where no car may."""
        first = self.in_start[self.streets.node_count + self.number]
        first[self.number < 0] = -1
        there, back = (np.where(edge < 0, -1, first[edge]) for edge in self.streets.edge_of_link)
        return there, back

    def streets_of(self, edges: Ints) -> Ints:
        """int32[k], edges of the streets."""
        return self.street[edges]

    def by_node(self, values: Ints) -> Ints:
        """int32[nodes], from int32[nodes of the streets]: a car that has come by an edge is at its end."""
        return np.concatenate([values, values[self.streets.edge_head[self.number >= 0]]])

    def by_edge(self, values: Ints) -> Ints:
        """int32[edges], from int32[edges of the streets]."""
        return values[self.street]

    def edges_along(self, links: Rows) -> tuple[Rows, Ints]:
        """As for a network; every turn into a street is an edge along it."""
        row, first = super().edges_along(links)
        head = self.edge_head[first]
        many = self.in_start[head + 1] - self.in_start[head]
        within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        return np.repeat(row, many), (np.repeat(first, many) + within).astype(np.int32)

    @cached_property
    def backs(self) -> tuple[Ints, Ints]:
        """int32[street nodes + 1] into int32[turns back], edges: those that turn back at each node."""
        rows = np.flatnonzero(self.is_back).astype(np.int32)
        node = self.streets.edge_tail[self.street[rows]]
        start = np.zeros(self.streets.node_count + 1, np.int32)
        np.cumsum(np.bincount(node, minlength=self.streets.node_count), out=start[1:])
        return start, rows[np.argsort(node, kind="stable")]

    def lay(self, street_cost: Ints) -> Ints:
        """int32[edges] from the streets' costs: int32[street edges]."""
        cost = street_cost[self.street]
        self._settle(np.flatnonzero(self.is_back).astype(np.int32), street_cost, cost)
        return cost

    def lay_some(self, edges: Ints, street_cost: Ints, cost: Ints) -> tuple[Ints, Ints]:
        """Brings `cost` up to date where these edges of the streets changed; returns the edges that changed, and what they cost."""
        streets, (back_start, back_row) = self.streets, self.backs
        rows = list_concerned(
            edges, self.in_start[streets.node_count :], self.number, self.is_back, streets.edge_tail,
            back_start, back_row, np.zeros(streets.node_count, bool),
        )  # fmt: skip
        former = cost[rows]
        cost[rows] = street_cost[self.street[rows]]
        self._settle(rows[self.is_back[rows]], street_cost, cost)
        changed = cost[rows] != former
        return rows[changed], former[changed]

    def _settle(self, rows: Ints, street_cost: Ints, cost: Ints) -> None:
        streets = self.streets
        settle_backs(
            rows, self.street, streets.edge_tail, streets.edge_link, streets.out_start, streets.out_edge,
            street_cost, cost,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Driving(Walking):
    """A network as cars see it when nothing is closed. `network` is `turns`; streets: without regard to turns."""

    turns: Turns
    streets: Walking

    @classmethod
    def on(cls, snapper: Snapper) -> Self:
        """Made once for a network. Places are snapped to links, and these are the same: the snapper's grid is shared."""
        streets = Walking.of(snapper, CAR)
        turns = Turns.of(snapper.network, streets.cost)
        on_turns = copy(snapper)
        on_turns.network = turns
        cost = streets.cost[turns.street]
        return cls(on_turns, CAR, cost, streets.usable, streets.islands, turns=turns, streets=streets)

    @property
    def on_streets(self) -> Walking:
        return self.streets


@dataclass(frozen=True, kw_only=True)
class CarWeights(Weights):
    """What each turn into a street costs under one overlay, which is of the streets. on_streets: the same without regard to turns."""

    driving: Driving
    on_streets: Weights

    @classmethod
    def on(cls, driving: Driving, overlay: Overlay) -> Self:
        """Weighs every edge."""
        streets = Weights.of(driving.on_streets, overlay)
        cost = driving.turns.lay(streets.cost)
        return cls(
            driving, overlay, cost, streets.largest, streets.open_cost, driving=driving, on_streets=streets
        )

    def change(self, overlay: Overlay) -> CostChange:
        """As for walkers. A street that closes may make a dead end, where one may then turn back."""
        if overlay is self.overlay:
            return CostChange.of(self, self, NOTHING, NOTHING)
        streets = self.on_streets.change(overlay)
        weights = replace(self, overlay=overlay, on_streets=streets.weights)
        if len(streets.edges) == 0:
            return CostChange.of(self, weights, NOTHING, NOTHING)
        cost = self.cost.copy()
        edges, former = self.driving.turns.lay_some(streets.edges, streets.weights.cost, cost)
        weights = replace(
            weights, cost=cost, largest=streets.weights.largest, open_cost=streets.weights.open_cost
        )
        return CostChange.of(self, weights, edges, former)


def weigh(walking: Walking, overlay: Overlay) -> Weights:
    """The weights of walkers, or of cars."""
    return CarWeights.on(walking, overlay) if isinstance(walking, Driving) else Weights.of(walking, overlay)
