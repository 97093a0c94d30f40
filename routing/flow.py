"""Ways for a crowd that leaves at once: nobody is sent into a queue that costs more than a way round it. Plans; see `queues` for what comes of it.

Prices on edges: each round everybody takes the cheapest way, and the queues that the average of all rounds would make become what
these edges cost more in the next (method of successive averages; Sheffi 1985, Urban Transportation Networks). The flow on each edge
is a sum over a subtree of the forest, so that a round costs little more than one field.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.kernels.flow import push_flow
from routing.kernels.forest import INF, build_forest
from routing.queues import Crowd, Passages, Plan, replay
from routing.walking import Ints

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Progress = Callable[[int, int], object]

ROUNDS = 30
WAIT_SHARE = 0.5
"""Of the time that a queue takes to clear: what one who comes to it waits on average."""
MOST_QUEUE_DS = 1 << 17
"""More than three hours: a longer queue is as bad as this one."""
PRICE_STEP = 1.0
"""By how much the price of a target may move in the first round, of the mean way's cost."""
PRICE_COOLING = 0.3
LATE_SHARE = 0.9
"""Of the clearance time: whoever comes later is one of the last."""
GOLDEN = (5**0.5 - 1) / 2
"""Multiples of it fill 0..1 evenly, however many they are."""


@dataclass(frozen=True)
class _Forest:
    """One round's ways. dist, next_edge, target: int32[nodes]."""

    dist: Ints
    next_edge: Ints
    target: Ints

    @classmethod
    def of(cls, passages: Passages, cost: Ints, prices: Ints, chosen: Ints) -> "_Forest":
        """To these targets only."""
        nodes = passages.node_count
        dist, next_edge, target = (np.empty(nodes, np.int32) for _ in range(3))
        largest = int(max(cost.max(initial=1), prices.max(initial=0)))
        build_forest(
            passages.in_start, passages.tail, cost, (passages.first_target + chosen).astype(np.int32), prices, chosen,
            dist, next_edge, target, 1 << (largest + 1).bit_length(),
        )  # fmt: skip
        return cls(dist, next_edge, target)


def plan_nearest(passages: Passages, crowd: Crowd) -> Plan:
    """Everybody goes to the nearest target by the shortest way, whoever else does."""
    everywhere = np.arange(passages.target_count, dtype=np.int32)
    forest = _Forest.of(passages, passages.cost, np.zeros(len(everywhere), np.int32), everywhere)
    return Plan(forest.next_edge[None], np.where(forest.dist[crowd.node] == INF, -1, 0).astype(np.int32))


def plan_flow(
    passages: Passages,
    crowd: Crowd,
    *,
    places: Rows,
    rounds: int = ROUNDS,
    progress: Progress | None = None,
) -> Plan:
    """Ways for everybody such that queues are short and no target takes in more than it has places for, while there are enough.

    places: int64[targets]; one of unknown size is one without a bound. The same people get the same plan.
    """
    nearest = plan_nearest(passages, crowd)
    if not (nearest.tree >= 0).any():
        return nearest
    load, trees = _Load.of(passages, crowd, places), []
    for number in range(1, rounds + 1):
        forest = load.next_forest()
        load.settle(forest, step_of(number))
        trees.append(forest.next_edge)
        if progress:
            progress(number, rounds)
    tree = np.where(nearest.tree < 0, -1, _deal(crowd, rounds)).astype(np.int32)
    return _hurry_last(load, crowd, _keep_places(load, crowd, trees, tree))


def step_of(number: int) -> float:
    """How much of the average becomes what round `number` says, from 1 on: later rounds know more, so the n-th weighs n times as much."""
    return 2 / (number + 1)


def _deal(crowd: Crowd, rounds: int) -> Ints:
    """int32[persons]: each round's ways for its share of every place's people."""
    weight = np.cumsum(np.arange(1, rounds + 1)) / (rounds * (rounds + 1) / 2)
    drawn = np.empty(len(crowd))
    drawn[np.argsort(crowd.node, kind="stable")] = np.arange(len(crowd)) * GOLDEN % 1
    return np.minimum(np.searchsorted(weight, drawn, side="right"), rounds - 1).astype(np.int32)


@dataclass
class _Load:
    """Where the rounds have come to. flow, spread: float64[passages], see `kernels.flow`; prices: float64[targets], deciseconds."""

    passages: Passages
    places: Rows
    persons: Floats
    span: Floats
    flow: Floats
    spread: Floats
    prices: Floats
    arrived: Floats

    @classmethod
    def of(cls, passages: Passages, crowd: Crowd, places: Rows) -> "_Load":
        edges, nodes = len(passages.head), passages.node_count
        return cls(
            passages, places, np.bincount(crowd.node, minlength=nodes).astype(np.float64),
            np.full(nodes, float(np.ptp(crowd.ready_ds))), np.zeros(edges), np.zeros(edges),
            np.zeros(len(places)), np.zeros(len(places)),
        )  # fmt: skip

    @property
    def cost(self) -> Ints:
        """int32[passages]: with the queues that the average flow makes."""
        through = self.flow / (self.passages.rate / 10)
        comes = self.spread / np.maximum(self.flow, 1e-9)
        queue = np.clip((through - comes) * WAIT_SHARE, 0, MOST_QUEUE_DS)
        return self.passages.cost + np.rint(queue).astype(np.int32)

    def next_forest(self) -> _Forest:
        """The cheapest ways at the costs and prices of now."""
        everywhere = np.arange(len(self.prices), dtype=np.int32)
        return _Forest.of(self.passages, self.cost, np.rint(self.prices).astype(np.int32), everywhere)

    def settle(self, forest: _Forest, step: float) -> None:
        """Takes a round's ways into the average, and lets prices of targets follow who comes."""
        passages, load = self.passages, np.empty(self.passages.node_count)
        push_flow(
            forest.next_edge, passages.head, self.persons, self.span, passages.rate / 10, step,
            self.flow, self.spread, load,
        )  # fmt: skip
        self.arrived += (load[passages.first_target :] - self.arrived) * step
        over = np.clip((self.arrived - self.places) / np.maximum(self.places, 1), -1, 1)
        mean = float(forest.dist[forest.dist != INF].mean())
        self.prices = np.maximum(0, self.prices + over * PRICE_STEP * mean / (1 + PRICE_COOLING / step))


def _keep_places(load: _Load, crowd: Crowd, trees: list[Ints], tree: Ints) -> Plan:
    """Moves those who would come to a full target, and are soonest at one that has room, while there is any."""
    passages, cost = load.passages, load.cost
    ends = [_ends_of(passages, each) for each in trees]
    target = np.where(tree < 0, -1, np.array(ends)[tree, crowd.node]).astype(np.int32)
    while True:
        arrive = np.bincount(target[target >= 0], minlength=passages.target_count)
        over, room = np.flatnonzero(arrive > load.places), np.flatnonzero(arrive < load.places)
        if len(over) == 0 or len(room) == 0:
            return Plan(np.array(trees), tree)
        aside = _Forest.of(passages, cost, np.zeros(len(room), np.int32), room.astype(np.int32))
        moved = 0
        for full in over:
            here = np.flatnonzero((target == full) & (aside.dist[crowd.node] != INF))
            soonest = np.argsort(aside.dist[crowd.node[here]], kind="stable")
            going = here[soonest[: arrive[full] - load.places[full]]]
            tree[going] = len(trees)
            target[going] = aside.target[crowd.node[going]]
            moved += len(going)
        if moved == 0:
            return Plan(np.array(trees), tree)
        trees.append(aside.next_edge)


def _ends_of(passages: Passages, next_edge: Ints) -> Ints:
    """int32[nodes]: the target to which each node's way leads, -1 if none: by doubling, since ways are long."""
    jump = np.where(next_edge >= 0, passages.head[next_edge], np.arange(passages.node_count))
    while not np.array_equal(further := jump[jump], jump):
        jump = further
    return np.where(jump >= passages.first_target, jump - passages.first_target, -1).astype(np.int32)


def _hurry_last(load: _Load, crowd: Crowd, plan: Plan) -> Plan:
    """Lets the last ones go straight to where there is room, if that brings everybody in earlier: when they come, queues are over.

    Prices know how long queues are, not when.
    """
    passages = load.passages
    seen = replay(passages, crowd, plan)
    room = load.places - seen.loads(passages.target_count)
    somewhere = np.flatnonzero(room > 0).astype(np.int32)
    if len(somewhere) == 0 or seen.stranded == len(crowd):
        return plan
    straight = _Forest.of(passages, passages.cost, np.zeros(len(somewhere), np.int32), somewhere)
    late = np.flatnonzero(seen.arrived_s > LATE_SHARE * seen.clearance_s)
    late = late[np.argsort(-seen.arrived_s[late], kind="stable")]
    late = late[straight.dist[crowd.node[late]] / 10 < seen.trip_s[late]]
    tree = plan.tree.copy()
    tree[_as_many_as_fit(late, straight.target[crowd.node[late]], room)] = len(plan.next_edge)
    tried = Plan(np.concatenate([plan.next_edge, straight.next_edge[None]]), tree)
    return tried if replay(passages, crowd, tried).clearance_s < seen.clearance_s else plan


def _as_many_as_fit(persons: Rows, target: Ints, room: Rows) -> Rows:
    """The first of them for each target, as many as it has room for."""
    order = np.argsort(target, kind="stable")
    first = np.searchsorted(target[order], target[order])
    return persons[order][np.arange(len(order)) - first < room[target[order]]]
