"""The loop of `kernels.tour` against plans that are tried one by one; also run by `infra/mutate.py`, not compiled."""

from functools import cache

import numpy as np

from routing.kernels.tour import ABOARD, ARRIVED, LEFT_BEHIND, NEVER, WAITING, plan_tour
from tests.unit.routing.graphs import for_cases

CASES = 60


class Asked:
    """A random question: some ways do not exist, many cost the same, some parties do not fit."""

    def __init__(self, case: int) -> None:
        rng = np.random.default_rng(case)
        self.count, drops = int(rng.integers(1, 4)), int(rng.integers(1, 3))
        self.places = 1 + self.count + drops
        values = np.array([0, 1, 2, 3, 1000, NEVER])
        self.cost = rng.choice(values, (self.places, self.places), p=[0.1, 0.2, 0.2, 0.2, 0.1, 0.2])
        self.party = rng.integers(1, 4, self.count)
        self.drop = rng.integers(1 + self.count, self.places, self.count)
        self.room = int(rng.integers(1, 6))

    def best(self, states: tuple[int, ...], at: int) -> tuple[int, int]:
        """(the least cost, the next place or -1) from here on."""
        return best_of(self, states, at)


@cache
def best_of(asked: Asked, states: tuple[int, ...], at: int) -> tuple[int, int]:
    persons = {s: int(asked.party[[i for i, x in enumerate(states) if x == s]].sum()) for s in range(3)}
    options = [] if persons[ABOARD] else [(int(LEFT_BEHIND) * persons[WAITING], -1)]
    for goal in range(1, asked.places):
        after = list(states)
        for i in range(asked.count):
            if goal <= asked.count:
                fits = persons[ABOARD] + int(asked.party[i]) <= asked.room
                if i == goal - 1 and states[i] == WAITING and fits:
                    after[i] = ABOARD
            elif states[i] == ABOARD and asked.drop[i] == goal:
                after[i] = ARRIVED
        way = int(asked.cost[at, goal])
        ahead = best_of(asked, tuple(after), goal)[0] if after != list(states) else int(NEVER)
        if max(way, ahead) < NEVER:
            options.append((way + ahead, goal))
    return min(options, default=(int(NEVER), -1))


@for_cases(CASES)
def test_from_every_state_and_place_the_best_plan_is_known_and_its_first_place(case: int) -> None:
    asked = Asked(case)
    shape = (3**asked.count, asked.places)
    best, action = np.full(shape, -7, np.int64), np.full(shape, -7, np.int8)
    plan_tour(asked.cost, asked.party, asked.drop, asked.room, best, action)
    for state in range(shape[0]):
        states = tuple(state // 3**i % 3 for i in range(asked.count))
        for at in range(asked.places):
            assert (int(best[state, at]), int(action[state, at])) == asked.best(states, at), (states, at)
