"""Who gets which shelter: costs to every target, prices that spread people, ordered candidates. Keeps nobody's place: see leases.

A price is deciseconds that a target's source starts with: it rises as places become scarce against those who still want them, and
a field over priced targets sends each walker where the next place is worth most to all. Prices are the dual of least total walking
time (Bertsekas and Castañón 1989): whoever follows them walks within `EPSILON` of the optimum if the demand was the expected one.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from routing.errors import RoutingError
from routing.field import Field, Target
from routing.kernels.assign import auction
from routing.kernels.forest import INF, build_forest
from routing.profiles import CLOSED
from routing.walking import MOST_PRICE_DS

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

EPSILON = 30
"""Deciseconds by which one walker may miss the optimum."""
NO_PLACE = int(CLOSED)
"""Price of a target without a place: nobody is sent there."""


def costs_to_targets(field: Field, nodes: Ints) -> Ints:
    """int32[nodes given, targets]: cost from each node to each target as the field weighs it, INF where there is no way.

    Give a field without prices. One tree per target: 60 targets of Porto take the time of 60 fields.
    """
    network, seeds = field.network, field.seeds
    costs = np.empty((len(nodes), len(field.targets)), np.int32)
    dist, next_edge, target = (np.empty(network.node_count, np.int32) for _ in range(3))
    finite = field.cost[field.cost < CLOSED]
    largest = max(int(finite.max(initial=1)), int(seeds.cost.max(initial=0)))
    for index in range(len(field.targets)):
        only = seeds.target == index
        build_forest(
            network.in_start, network.edge_tail, field.cost, seeds.node[only], seeds.cost[only], seeds.target[only],
            dist, next_edge, target, 1 << (largest + 1).bit_length(),
        )  # fmt: skip
        costs[:, index] = dist[nodes]
    return costs


def order_candidates(costs: Ints, prices: Longs | None = None) -> Ints:
    """int32[walkers, targets]: targets from the best on, by cost and price, then index; -1 after the last that can be reached."""
    walkers, targets = costs.shape
    weighed = costs.astype(np.int64)
    if prices is not None:
        weighed = weighed + prices
        weighed[:, prices >= NO_PLACE] = INF
    weighed[costs == INF] = INF
    order = np.argsort(weighed, axis=1, kind="stable").astype(np.int32)
    reached = (weighed < INF).sum(axis=1)
    order[np.arange(targets)[None, :] >= reached[:, None]] = -1
    assert order.shape == (walkers, targets)  # noqa: S101
    return order


def settle_prices(costs: Ints, places: Longs) -> Longs:
    """int64[targets], deciseconds at which these walkers spread over these places by themselves; `NO_PLACE` where there is none.

    costs: int32[walkers, targets], of everybody who is expected still to come, or of a sample with places in the same proportion.
    Where they are more than the places, every k-th is counted: the rest finds none at any price.

    Raises:
        RoutingError: a negative number of places.
    """
    if len(places) and int(places.min()) < 0:
        raise RoutingError(
            f"{int(places.min())} places: a target has none or more; unknown capacity has no price"
        )
    total = int(places[(costs < INF).any(axis=0)].sum())
    if 0 < total < len(costs):
        costs = costs[np.linspace(0, len(costs) - 1, total).astype(np.int64)]
    prices, chosen = np.zeros(len(places), np.int64), np.empty(len(costs), np.int32)
    worth = int(costs[costs < INF].max(initial=1))  # prices end at the longest walk that anybody has
    auction(np.ascontiguousarray(costs), places.astype(np.int64), EPSILON, worth, prices, chosen)
    prices[places == 0] = NO_PLACE
    return prices


def scale_places(places: Longs, sample: int, expected: int) -> Longs:
    """int64[targets]: places in proportion for a sample of those who are expected; a target with any place keeps one."""
    if expected <= 0:
        return places.copy()
    scaled = np.floor(places * (sample / expected)).astype(np.int64)
    return np.where(places > 0, np.maximum(scaled, 1), 0)


def price_targets(targets: Sequence[Target], prices: Longs) -> tuple[Target, ...]:
    """The same targets at these prices, without those that have no place: a field over them spreads people by itself."""
    return tuple(
        replace(target, price_ds=min(price, MOST_PRICE_DS))
        for target, price in zip(targets, prices.tolist(), strict=True)
        if price < NO_PLACE
    )


def lower_bound(costs: Ints, places: Longs, prices: Longs) -> int:
    """No assignment of these walkers to these places costs less (weak duality), whatever the prices; all must be able to reach one."""
    paid = np.where(places > 0, np.maximum(prices, 0), 0)
    open_costs = np.where((costs == INF) | (places == 0), np.int64(1) << 40, costs.astype(np.int64) + paid)
    return int(open_costs.min(axis=1).sum() - (paid * places).sum())
