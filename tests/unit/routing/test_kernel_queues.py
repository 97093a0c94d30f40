"""The loop of `kernels.queues` against everybody's steps one by one; also run by `infra/mutate.py`, not compiled."""

import numpy as np

from routing.kernels.queues import walk_all
from tests.unit.routing.graphs import Ints, draw_trees, for_cases

CASES = 120


class Crowd:
    """A random crowd: many are ready at one moment, and many ways lead through few streets."""

    def __init__(self, case: int) -> None:
        rng = np.random.default_rng(case)
        self.next_edge, self.head = draw_trees(rng, trees=2)
        nodes, edges, count = self.next_edge.shape[1], len(self.head), int(rng.integers(0, 12))
        self.node = rng.integers(0, nodes, count).astype(np.int32)
        self.ready_ms = rng.choice([0, 0, 50, 900, 10**9], count).astype(np.int64)
        self.tree = rng.integers(0, 2, count).astype(np.int32)
        self.pass_ms = rng.choice([100, 700], edges).astype(np.int64)
        self.gap_ms = rng.choice([0.5, 333.3, 2000.0], edges)

    def walk(self) -> tuple[list[tuple[int, int, int]], Ints]:
        """(arrived, waited, end) of each person, and who passed each edge."""
        count, edges = len(self.node), len(self.head)
        arrived, waited = np.full(count, -9, np.int64), np.zeros(count, np.int64)
        used, end = np.zeros(edges, np.int32), np.full(count, -9, np.int32)
        kept = self.node.copy()
        walk_all(
            self.node, self.ready_ms, self.tree, self.next_edge, self.head, self.pass_ms, self.gap_ms,
            arrived, waited, used, end,
        )  # fmt: skip
        assert (self.node == kept).all()
        return list(zip(arrived.tolist(), waited.tolist(), end.tolist(), strict=True)), used

    def in_words(self) -> list[tuple[int, int, int]]:
        """Always the earliest of all moves, found by looking at everybody; of equal ones the first person's."""
        count = len(self.node)
        at = [[int(ready), int(node)] for ready, node in zip(self.ready_ms, self.node, strict=True)]
        waited, done = [0] * count, [False] * count
        free: dict[int, float] = {}
        while not all(done):
            i = min((i for i in range(count) if not done[i]), key=lambda i: (at[i][0], i))
            edge = int(self.next_edge[self.tree[i], at[i][1]])
            if edge < 0:
                done[i] = True
                continue
            walked = at[i][0] + int(self.pass_ms[edge])
            leaves = max(float(walked), free[edge] + self.gap_ms[edge]) if edge in free else float(walked)
            free[edge] = leaves
            out = int(np.ceil(leaves))
            waited[i] += out - walked
            at[i] = [out, int(self.head[edge])]
        return [(when, wait, node) for (when, node), wait in zip(at, waited, strict=True)]


@for_cases(CASES)
def test_everybody_walks_and_queues_as_in_words(case: int) -> None:
    crowd = Crowd(case)
    told, used = crowd.walk()
    assert told == crowd.in_words()
    passed = [0] * len(crowd.head)
    for start, number in zip(crowd.node.tolist(), crowd.tree.tolist(), strict=True):
        at = start
        while (edge := int(crowd.next_edge[number, at])) >= 0:
            passed[edge] += 1
            at = int(crowd.head[edge])
    assert used.tolist() == passed


def test_who_comes_as_the_way_is_free_again_does_not_wait() -> None:
    """One street of a second, 250 ms between two: the second comes as it is free, the third 50 ms before, the fourth long after."""
    crowd = Crowd(0)
    crowd.next_edge, crowd.head = np.array([[-1, 0]], np.int32), np.zeros(1, np.int32)
    crowd.node, crowd.tree = np.ones(4, np.int32), np.zeros(4, np.int32)
    crowd.ready_ms = np.array([0, 250, 450, 9000], np.int64)
    crowd.pass_ms, crowd.gap_ms = np.array([1000]), np.array([250.0])
    told, used = crowd.walk()
    assert told == [(1000, 0, 0), (1250, 0, 0), (1500, 50, 0), (10_000, 0, 0)]
    assert used.tolist() == [4]
