"""The auction of `kernels.assign` against every way to seat a few, and what its prices promise to many; also run by `infra/mutate.py`."""

from itertools import product

import numpy as np

from routing.kernels.assign import auction
from tests.unit.routing.graphs import INF, for_cases

CASES = 150


def hold(cost: np.ndarray, places: np.ndarray, *, epsilon: int, worth: int) -> tuple[list[int], list[int]]:
    """(price of each target, chosen by each walker)."""
    price, chosen = np.full(len(places), -7, np.int64), np.full(len(cost), -7, np.int32)
    auction(cost, places, epsilon, worth, price, chosen)
    return price.tolist(), chosen.tolist()


def draw_costs(rng: np.random.Generator, walkers: int, targets: int) -> np.ndarray:
    """Many alike; to some targets there is no way for some, to none for others."""
    cost = rng.choice([int(rng.integers(0, 400)), 100, 100, 200, 301], (walkers, targets)).astype(np.int32)
    cost += rng.integers(0, 2, cost.shape).astype(np.int32) * int(rng.choice([0, 50]))
    cost[rng.random(cost.shape) < rng.choice([0, 0.1])] = INF
    cost[rng.random(walkers) < 0.1] = INF
    return cost


@for_cases(CASES)
def test_everybody_has_what_the_prices_offer_or_finds_it_not_worth_while(case: int) -> None:
    rng = np.random.default_rng(case)
    walkers, targets, epsilon = int(rng.integers(0, 25)), int(rng.integers(1, 5)), int(rng.integers(1, 40))
    cost, places = draw_costs(rng, walkers, targets), rng.choice([0, 1, 2, 5, 9, 10**12], targets)
    worth = int(rng.choice([0, 60, 300, 5000]))
    price, chosen = hold(cost, places, epsilon=epsilon, worth=worth)
    for target in range(targets):
        assert price[target] >= 0
        assert chosen.count(target) <= places[target]
        assert price[target] == 0 or chosen.count(target) == places[target], "a free seat costs nothing"
    for walker, choice in enumerate(chosen):
        ways = {t: int(c) for t, c in enumerate(cost[walker]) if c < INF and places[t] > 0}
        offers = {t: c + price[t] for t, c in ways.items()}
        if choice == -1:
            assert not offers or min(offers.values()) > min(ways.values()) + worth
        else:
            assert offers[choice] <= min(offers.values()) + epsilon
            assert offers[choice] <= min(ways.values()) + worth + epsilon


@for_cases(CASES)
def test_the_total_is_the_least_where_epsilon_is_less_than_one_part_of_a_walker(case: int) -> None:
    rng = np.random.default_rng(case)
    walkers, targets = int(rng.integers(1, 6)), int(rng.integers(1, 4))
    cost, places = rng.integers(0, 12, (walkers, targets)).astype(np.int32), rng.integers(0, 4, targets)
    places[0] += max(0, walkers - int(places.sum()))
    _, chosen = hold(cost * np.int32(walkers + 1), places, epsilon=1, worth=100_000)
    totals = [
        sum(int(cost[w, t]) for w, t in enumerate(seats))
        for seats in product(range(targets), repeat=walkers)
        if all(seats.count(t) <= places[t] for t in range(targets))
    ]
    assert sum(int(cost[w, t]) for w, t in enumerate(chosen)) == min(totals)


def test_the_price_is_what_the_next_best_costs_more_and_epsilon() -> None:
    """Two want the one seat of the first target; the next best of whoever bids last is 10 farther."""
    cost = np.array([[5, 15], [5, 15]], np.int32)
    assert sorted(hold(cost, np.array([1, 1]), epsilon=2, worth=10)[1]) == [0, 1]
    assert hold(cost, np.array([1, 1]), epsilon=2, worth=10)[0] == [12, 0]


def test_nobody_bears_more_than_the_walk_is_worth() -> None:
    cost = np.array([[5, 15], [5, 15]], np.int32)
    price, chosen = hold(cost, np.array([1, 1]), epsilon=2, worth=9)
    assert (price, sorted(chosen)) == ([11, 0], [-1, 0])


def test_of_equal_offers_the_first_target_is_taken() -> None:
    assert hold(np.array([[7, 7, 7]], np.int32), np.array([0, 1, 1]), epsilon=1, worth=0) == ([0, 0, 0], [1])


@for_cases(20)
def test_seats_go_to_those_for_whom_the_other_place_is_farthest(case: int) -> None:
    """Eleven seats for twenty: whoever gives way bids least, however the bids came."""
    rng = np.random.default_rng(case)
    detour = rng.permutation(20) * 100
    cost = np.stack([np.zeros(20, int), detour], axis=1).astype(np.int32)
    price, chosen = hold(cost, np.array([11, 20]), epsilon=1, worth=10_000)
    assert sorted(detour[np.array(chosen) == 1].tolist()) == [100 * k for k in range(9)]
    assert 800 < price[0] <= 901
