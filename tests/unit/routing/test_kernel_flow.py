"""The loop of `kernels.flow` against sums over whoever is behind; also run by `infra/mutate.py`, not compiled."""

import numpy as np
import pytest

from routing.kernels.flow import push_flow
from tests.unit.routing.graphs import draw_trees, for_cases

CASES = 120


@for_cases(CASES)
def test_flow_and_the_time_over_which_it_comes_are_sums_over_whoever_is_behind(case: int) -> None:
    rng = np.random.default_rng(case)
    (next_edge,), head = draw_trees(rng, trees=1)
    nodes, edges = len(next_edge), len(head)
    persons, span = rng.choice([0.0, 1.0, 40.0], nodes), rng.choice([0.0, 100.0], nodes)
    rate, step = rng.choice([0.02, 0.1, 2.0], edges), float(rng.choice([1.0, 0.25]))
    former, former_spread = rng.choice([0.0, 8.0], edges), rng.choice([0.0, 24.0], edges)
    flow, spread, load = former.copy(), former_spread.copy(), np.full(nodes, -7.0)
    push_flow(next_edge, head, persons, span, rate, step, flow, spread, load)
    whole, times = persons.copy(), persons * span
    expected, over = former * (1 - step), former_spread * (1 - step)
    for node in range(nodes - 1, -1, -1):  # edges lead to lower numbers: all who come to a node are known
        edge = int(next_edge[node])
        if edge < 0 or whole[node] == 0:
            continue
        comes = times[node] / whole[node]
        expected[edge] += step * whole[node]
        over[edge] += step * times[node]
        whole[head[edge]] += whole[node]
        times[head[edge]] += whole[node] * max(comes, expected[edge] / rate[edge])
    assert load == pytest.approx(whole)
    assert flow == pytest.approx(expected)
    assert spread == pytest.approx(over)
