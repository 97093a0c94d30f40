"""The way to one given place: from a tree that is kept for it, or by a search of its own. Knows no person and no list of shelters.

A tree is a field of one target: built once, read by all who go there, repaired when something closes. A search keeps nothing.
Both give the same answer to the last edge.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from routing.batch import Reader, Streets
from routing.field import Field
from routing.kernels.alt import Marks, copy_ways, search_back, wipe, wipe_ways
from routing.kernels.forest import INF
from routing.kernels.weigh import list_changed
from routing.route import Leg, Route, Stay, find_route, list_directs, list_starts, snap_origin
from routing.seeds import Doors
from routing.snap import NEAR_M, Snap, frozen
from routing.tours import NO_WAY, Costs
from routing.walking import Ints, Target
from routing.weights import CostChange, Weights

KEPT_TREES = 32
"""12 bytes a node each, and 4 an edge for each change that some of them have not seen."""
AT_ONCE = 4
"""Searches under way; each writes on 24 bytes a node. More would only wait for processors."""
WORTH_A_TREE = 0.3
"""A tree costs about as much as searches that take so many nodes, as a share of all."""
MOST_COUNTED = 4096
"""So many places are remembered for what searches for them have cost."""


class Sheet:
    """Paper for one search. labels: int32[nodes, 4], see `routing.kernels.alt`. dist, next_edge: int32[nodes], the ways that it found."""

    def __init__(self, nodes: int) -> None:
        self.labels = np.zeros((nodes, 4), np.int32)
        self.dist, self.next_edge = np.full(nodes, INF, np.int32), np.full(nodes, -1, np.int32)
        wipe(np.arange(nodes, dtype=np.int32), self.labels)


class Pages:
    """Sheets for one network: made at need, used again, never more than `AT_ONCE`."""

    def __init__(self, nodes: int) -> None:
        self._turn = threading.BoundedSemaphore(AT_ONCE)
        self._free: list[Sheet] = []
        self.target = np.zeros(nodes, np.int32)
        """int32[nodes]: the one target, wherever a way leads to it."""

    @contextmanager
    def sheet(self) -> Iterator[Sheet]:
        """One with nothing on it; whoever writes wipes it."""
        with self._turn:
            sheet = self._free.pop() if self._free else Sheet(len(self.target))
            try:
                yield sheet
            finally:
                self._free.append(sheet)


@dataclass(frozen=True)
class _Origins:
    """Where ways begin. legs: how each origin may be left; node, cost, group: int64[legs], the same in columns."""

    snaps: tuple[Snap, ...]
    legs: tuple[list[Leg], ...]
    node: Costs
    cost: Costs
    group: Costs


@dataclass(frozen=True)
class Search:
    """Ways at one moment to places for which no tree is kept. Nothing of a question stays behind. It is a `routing.tours.Ways`.

    marks: landmarks over the costs of the weights' profile, or none. pages: of their network. streets: the network as compiled loops
    read it; without it ways are laid out some ten times as slowly.
    """

    weights: Weights
    marks: Marks
    pages: Pages
    streets: Streets | None = None

    def way(self, origin: Target, goal: Target) -> Route | Stay:
        """The way from place to place, whatever the goal's price. No alternatives.

        Raises:
            PlaceError: the origin is no place, or has no way near.
        """
        return self.seek(origin, goal)[0]

    def seek(self, origin: Target, goal: Target) -> tuple[Route | Stay, int]:
        """The way, and how many nodes were taken on the search for it.

        Raises:
            PlaceError: the origin is no place, or has no way near.
        """
        with self._searched(goal, [origin]) as (field, _, taken):
            return self.read(field, origin), taken

    def read(self, field: Field, origin: Target) -> Route | Stay:
        """The way from a place by a field, without alternatives."""
        if self.streets is None:
            return find_route(field, origin.lat, origin.lon, alternatives=0)
        return Reader(self.streets, field).find(origin.lat, origin.lon, alternatives=0)

    def costs(self, origins: Sequence[Target], goals: Sequence[Target]) -> Costs:
        """What the same ways cost, from each origin to each goal: one search a goal.

        Raises:
            PlaceError: an origin is no place, or has no way near.
        """
        table = np.full((len(origins), len(goals)), NO_WAY, np.int64)
        for column, goal in enumerate(goals if len(origins) else ()):
            with self._searched(goal, origins) as (field, left, _):
                table[:, column] = _costs_by(field, left)
        return table

    @contextmanager
    def _searched(self, goal: Target, origins: Sequence[Target]) -> Iterator[tuple[Field, _Origins, int]]:
        """A field of one target that holds as far as these origins need it, and as long as the context is open."""
        left = leave(self.weights, origins)
        walking, network = self.weights.walking, self.weights.walking.network
        snap = walking.snapper.find(goal.lat, goal.lon, walking.usable, reach_m=NEAR_M)
        with self.pages.sheet() as sheet:
            field = _hang(self.weights, (_unpriced(goal),), (snap,), sheet, self.pages.target)
            touched, taken = search_back(
                frozen(network.in_start), frozen(network.edge_tail), frozen(field.cost),
                left.node, left.cost, left.group, len(origins),
                field.seeds.node, field.seeds.cost, self.marks, sheet.labels,
            )  # fmt: skip
            heads = frozen(network.edge_head)
            copied = copy_ways(left.node, heads, sheet.labels, sheet.dist, sheet.next_edge)
            try:
                yield field, left, int(taken)
            finally:
                wipe(touched, sheet.labels)
                wipe_ways(copied, sheet.dist, sheet.next_edge)


def leave(weights: Weights, origins: Sequence[Target]) -> _Origins:
    """How these places may be left.

    Raises:
        PlaceError: one of them is no place, or has no way near.
    """
    field = _hang(weights, (), (), Sheet(0), np.empty(0, np.int32))
    snaps = tuple(snap_origin(field, origin.lat, origin.lon) for origin in origins)
    legs = tuple(list_starts(field, snap) for snap in snaps)
    rows = [
        (int(weights.walking.network.edge_head[leg.edge]), leg.cost, number)
        for number, each in enumerate(legs)
        for leg in each
    ]
    node, cost, group = np.array(rows, np.int64).reshape(-1, 3).T.copy()
    return _Origins(snaps, legs, node, cost, group)


def nearest_goals(field: Field, origins: Sequence[Target], count: int) -> list[Target]:
    """Of a field's targets those that are among the `count` nearest of any origin, by id.

    Raises:
        PlaceError: an origin is no place, or has no way near.
    """
    left, found = leave(field.weights, origins), set[int]()
    for snap, legs in zip(left.snaps, left.legs, strict=True):
        starts = [(int(field.network.edge_head[leg.edge]), leg.cost, 0) for leg in legs]
        ways = [(cost, target) for cost, target, _ in field.nearest(starts, count)]
        ways += [(way.cost, way.target) for way in list_directs(field, snap)]
        found.update(list(dict.fromkeys(target for _, target in sorted(ways)))[:count])
    return [field.targets[number] for number in sorted(found)]


def _hang(
    weights: Weights, goals: tuple[Target, ...], snaps: tuple[Snap | None, ...], sheet: Sheet, target: Ints
) -> Field:
    """A field that has these goals, and the ways on the sheet."""
    doors = Doors.of(weights.walking.network, snaps, [0] * len(goals))
    seeds = doors.seeds(weights.walking, weights.cost)
    return Field(weights, goals, snaps, doors, seeds, sheet.dist, sheet.next_edge, target)


def _costs_by(field: Field, left: _Origins) -> Costs:
    """int64[origins]: what the cheapest way to the field's target costs, NO_WAY where there is none."""
    heads = field.network.edge_head
    found = np.full(len(left.snaps), NO_WAY, np.int64)
    for number, (snap, legs) in enumerate(zip(left.snaps, left.legs, strict=True)):
        costs = [way.cost for way in list_directs(field, snap)]
        for leg in legs:
            head = int(heads[leg.edge])
            if field.is_reachable(head):
                costs.append(leg.cost + int(field.dist[head]))
        found[number] = min(costs, default=NO_WAY)
    return found


def _unpriced(goal: Target) -> Target:
    return replace(goal, price_ds=0) if goal.price_ds else goal


class Trees:
    """Ways at one moment to places that many go to: by a tree where there is one, else by a search. It is a `routing.tours.Ways`.

    is_public: of which places a tree may be kept. It is built once searches have cost as much; of too many the least used is dropped.
    """

    def __init__(
        self,
        search: Search,
        is_public: Callable[[Target], bool],
        *,
        kept: int = KEPT_TREES,
        trees: Mapping[Target, Field] = MappingProxyType({}),
    ) -> None:
        self.search = search
        self._is_public = is_public
        self._kept = kept
        self._trees = OrderedDict(trees)
        self._taken: OrderedDict[Target, int] = OrderedDict()
        self._lock = threading.Lock()

    def taken_over(self, search: Search, is_public: Callable[[Target], bool]) -> "Trees":
        """These trees at another moment of the same profile. Each is repaired when somebody next asks for it.

        So no moment waits for trees, and one that nobody uses costs nothing. These here stay as they are.
        """
        with self._lock:
            return Trees(search, is_public, kept=self._kept, trees=self._trees)

    def way(self, origin: Target, goal: Target) -> Route | Stay:
        """The way from place to place, whatever the goal's price. No alternatives.

        Raises:
            PlaceError: the origin is no place, or has no way near.
        """
        tree = self.find(goal)
        if tree is not None:
            return self.search.read(tree, origin)
        found, taken = self.search.seek(origin, goal)
        if self._is_public(goal) and self._is_worth_it(_unpriced(goal), taken):
            self.get(goal)
        return found

    def costs(self, origins: Sequence[Target], goals: Sequence[Target]) -> Costs:
        """What the same ways cost, from each origin to each goal.

        Raises:
            PlaceError: an origin is no place, or has no way near.
        """
        table = np.full((len(origins), len(goals)), NO_WAY, np.int64)
        left = leave(self.search.weights, origins)
        for column, goal in enumerate(goals):
            tree = self.find(goal)
            found = self.search.costs(origins, [goal])[:, 0] if tree is None else _costs_by(tree, left)
            table[:, column] = found
        return table

    def find(self, goal: Target) -> Field | None:
        """The tree that is kept for a place, as it is now."""
        goal = _unpriced(goal)
        with self._lock:
            tree = self._trees.get(goal)
            if tree is None:
                return None
            self._trees.move_to_end(goal)
        weights = self.search.weights
        if tree.weights is weights:
            return tree
        repaired = tree.repair(change=_difference(tree.weights, weights)).field
        self._keep(goal, repaired)
        return repaired

    def get(self, goal: Target) -> Field:
        """The same; built now where there is none."""
        goal = _unpriced(goal)
        return self.find(goal) or self._keep(goal, Field.of(self.search.weights, [goal]))

    def _keep(self, goal: Target, tree: Field) -> Field:
        with self._lock:
            self._trees[goal] = tree
            self._taken.pop(goal, None)
            while len(self._trees) > self._kept:
                self._trees.popitem(last=False)
        return tree

    def _is_worth_it(self, goal: Target, taken: int) -> bool:
        """Whether all searches for it have taken as many nodes as a tree costs."""
        with self._lock:
            self._taken[goal] = self._taken.pop(goal, 0) + taken
            while len(self._taken) > MOST_COUNTED:
                self._taken.popitem(last=False)
            return self._taken[goal] >= WORTH_A_TREE * self.search.weights.walking.network.node_count


def _difference(former: Weights, weights: Weights) -> CostChange:
    """From one set of weights to another of the same profile, however many changes lie between."""
    edges = list_changed(former.cost, weights.cost)
    return CostChange.of(former, weights, edges, former.cost[edges])
