"""The loops of `kernels.queues` and `kernels.flow` by themselves, held to slow ways to say the same; each mistake in them must show here."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from routing.kernels.flow import push_flow
from routing.kernels.queues import walk_all
from tests.unit.routing.test_queues import RATES

Forest = tuple[np.ndarray, np.ndarray]


@st.composite
def forests(draw: st.DrawFn, *, trees: int = 1) -> Forest:
    """(next_edge: int32[trees, nodes], edge_head): from each node one edge to a node of a lower number, or none."""
    nodes = draw(st.integers(2, 8))
    ends = draw(st.permutations([(node, lower) for node in range(nodes) for lower in range(node)]))
    number = {pair: edge for edge, pair in enumerate(ends)}
    next_edge = np.full((trees, nodes), -1, np.int32)
    for tree in range(trees):
        for node in range(1, nodes):
            next_edge[tree, node] = number.get((node, draw(st.integers(-1, node - 1))), -1)
    return next_edge, np.array([lower for _, lower in ends], np.int32)


def walk_in_words(
    persons: list[tuple[int, int, int]], forest: Forest, pass_ms: list[int], gap_ms: list[float]
) -> list[tuple[int, int, int]]:
    """(arrived, waited, end) of each (node, ready, tree): always the earliest of all moves, found by looking at everybody."""
    next_edge, head = forest
    at = [[ready, node] for node, ready, _ in persons]
    waited, done = [0] * len(persons), [False] * len(persons)
    free: dict[int, float] = {}
    while not all(done):
        i = min((i for i in range(len(persons)) if not done[i]), key=lambda i: (at[i][0], i))
        edge = int(next_edge[persons[i][2], at[i][1]])
        if edge < 0:
            done[i] = True
            continue
        walked = at[i][0] + pass_ms[edge]
        leaves = max(float(walked), free[edge] + gap_ms[edge]) if edge in free else float(walked)
        free[edge] = leaves
        out = int(np.ceil(leaves))
        waited[i] += out - walked
        at[i] = [out, int(head[edge])]
    return [(when, wait, node) for (when, node), wait in zip(at, waited, strict=True)]


@settings(max_examples=200, deadline=None)
@given(forests(trees=2), st.data())
def test_everybody_walks_and_queues_as_in_words(forest: Forest, data: st.DataObject) -> None:
    next_edge, head = forest
    nodes, edges = next_edge.shape[1], len(head)
    person = st.tuples(st.integers(0, nodes - 1), st.sampled_from([0, 0, 50, 900]), st.integers(0, 1))
    persons = data.draw(st.lists(person, min_size=1, max_size=12))
    pass_ms = data.draw(st.lists(st.sampled_from([100, 700]), min_size=edges, max_size=edges))
    gap_ms = data.draw(st.lists(st.sampled_from([0.5, 333.3, 2000.0]), min_size=edges, max_size=edges))
    node, ready, tree = (np.array(column) for column in zip(*persons, strict=True))
    arrived, waited = np.zeros(len(persons), np.int64), np.zeros(len(persons), np.int64)
    used, end = np.zeros(edges, np.int32), np.full(len(persons), -9, np.int32)
    walk_all(
        node.astype(np.int32), ready.astype(np.int64), tree.astype(np.int32), next_edge, head,
        np.array(pass_ms, np.int64), np.array(gap_ms), arrived, waited, used, end,
    )  # fmt: skip
    told = list(zip(arrived.tolist(), waited.tolist(), end.tolist(), strict=True))
    assert told == walk_in_words(persons, forest, pass_ms, gap_ms)
    passed = [0] * edges
    for start, _, number in persons:
        at = start
        while (edge := int(next_edge[number, at])) >= 0:
            passed[edge] += 1
            at = int(head[edge])
    assert used.tolist() == passed


@settings(max_examples=200, deadline=None)
@given(forests(), st.data())
def test_flow_and_the_time_over_which_it_comes_are_sums_over_whoever_is_behind(
    forest: Forest, data: st.DataObject
) -> None:
    (next_edge,), head = forest
    nodes, edges = len(next_edge), len(head)
    persons = np.array(data.draw(st.lists(st.sampled_from([0.0, 1.0, 40.0]), min_size=nodes, max_size=nodes)))
    span = np.array(data.draw(st.lists(st.sampled_from([0.0, 100.0]), min_size=nodes, max_size=nodes)))
    rate = np.array(data.draw(st.lists(st.sampled_from(RATES), min_size=edges, max_size=edges)))
    step = data.draw(st.sampled_from([1.0, 0.25]))
    before = np.array(data.draw(st.lists(st.sampled_from([0.0, 8.0]), min_size=edges, max_size=edges)))
    flow, spread, load = before.copy(), before * 3, np.empty(nodes)
    push_flow(next_edge, head, persons, span, rate, step, flow, spread, load)
    whole, times = persons.copy(), persons * span
    expected, over = before * (1 - step), before * 3 * (1 - step)
    for node in range(
        nodes - 1, -1, -1
    ):  # edges lead to lower numbers, so all who come to a node are known here
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
