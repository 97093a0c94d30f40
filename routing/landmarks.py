"""Distances to and from a few far-off crossings: what they say bounds every way, and closures can only make ways longer. Knows no target."""

import numpy as np

from routing.kernels.alt import Marks, write_column
from routing.kernels.forest import INF, build_forest
from routing.network import Network
from routing.profiles import CLOSED
from routing.snap import frozen
from routing.walking import Ints, Walking

LANDMARKS = 16
"""64 bytes a node."""
WRITABLE = 60_000
"""Quanta in the largest distance of the first landmark: what is up to a tenth farther can still be written."""

TRIED = 5
"""Places from which the network's main piece is looked for."""

Sides = tuple[Ints, Ints, Ints]
"""Where each node's edges begin, their other ends, their costs: backward or forward."""


def no_marks(network: Network) -> Marks:
    """Says nothing: a search by it goes in all directions."""
    return Marks(frozen(np.empty((network.node_count, 0), np.uint16)), 1)


def make_marks(walking: Walking, *, count: int = LANDMARKS) -> Marks:
    """Landmarks of a profile while nothing is closed, each as far as may be from those before it.

    Costs two builds of a field for each. It holds whatever closes later, as no closure and no zone makes a way cheaper.
    """
    if not walking.usable.any():
        return no_marks(walking.network)
    network, out = walking.network, walking.network.out_edge
    backward = network.in_start, network.edge_tail, walking.cost
    forward = network.out_start, network.edge_head[out], walking.cost[out]
    columns = np.empty((network.node_count, 2 * count), np.uint16)
    nearest, quantum = _most_joined(walking, backward, forward), 0
    for number in range(count):
        landmark = _farthest(nearest)
        both = [_distances(landmark, *sides) for sides in (backward, forward)]
        if number == 0:
            nearest = np.full_like(nearest, INF)
            quantum = 1 + max(int(found[found < INF].max()) for found in both) // WRITABLE
        for column, found in zip((number, count + number), both, strict=True):
            write_column(found, quantum, columns[:, column])
        nearest = np.minimum(nearest, np.maximum(*both))
    return Marks(frozen(columns), quantum)


def _most_joined(walking: Walking, backward: Sides, forward: Sides) -> Ints:
    """Distances there or back, whichever is more, of a node in the main piece: an island's landmarks would say nothing of the rest."""
    links = np.flatnonzero(walking.usable)
    tried = links[np.linspace(0, len(links) - 1, TRIED).astype(int)]
    edges = np.maximum(*walking.network.edge_of_link)[tried]
    nodes = walking.network.edge_head[edges].tolist()
    found = [np.maximum(_distances(node, *backward), _distances(node, *forward)) for node in nodes]
    return max(found, key=lambda dist: int((dist < INF).sum()))


def _distances(node: int, start: Ints, end: Ints, cost: Ints) -> Ints:
    """int32[nodes], INF where there is no way."""
    dist, next_edge, target = (np.empty(len(start) - 1, np.int32) for _ in range(3))
    seed = np.array([node], np.int32), np.zeros(1, np.int32), np.zeros(1, np.int32)
    largest = int(cost[cost < CLOSED].max(initial=1))
    build_forest(start, end, cost, *seed, dist, next_edge, target, 1 << (largest + 1).bit_length())
    return dist


def _farthest(nearest: Ints) -> int:
    """Of the nodes from which one gets there and back, the farthest; of equal ones the first."""
    return int(np.argmax(np.where(nearest < INF, nearest, -1)))


__all__ = ["LANDMARKS", "make_marks", "no_marks"]
