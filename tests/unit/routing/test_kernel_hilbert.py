"""Positions on Hilbert's curve against the curve drawn by its own rule; also run by `infra/mutate.py`, not compiled."""

import numpy as np
import pytest

from routing.kernels.hilbert import hilbert_index


def draw_curve(order: int) -> list[tuple[int, int]]:
    """The cells in the order of the curve: four curves of the order below, the first and the last of them turned (Hilbert 1891)."""
    if order == 0:
        return [(0, 0)]
    part, side = draw_curve(order - 1), 1 << (order - 1)
    return [
        *((y, x) for x, y in part),
        *((x, y + side) for x, y in part),
        *((x + side, y + side) for x, y in part),
        *((2 * side - 1 - y, side - 1 - x) for x, y in part),
    ]


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_every_cell_has_its_place_on_the_curve(order: int) -> None:
    x, y = np.array(draw_curve(order), np.int64).T
    index = hilbert_index(x, y, order)
    assert index.dtype == np.int64
    assert index.tolist() == list(range(4**order))


def test_the_curve_ends_where_it_should_whatever_its_order() -> None:
    for order in (16, 31):
        last = (1 << order) - 1
        x, y = np.array([0, last, last, 0], np.int64), np.array([0, 0, last, last], np.int64)
        middle = 4**order // 3
        assert hilbert_index(x, y, order).tolist() == [0, 3 * middle, 2 * middle, middle]
