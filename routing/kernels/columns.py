"""The columns that answers are read from and written to, by name. No loops.

Whoever reads a table of them names each in its own file, so that a loop is compiled anew when they change (`kernels.answers`). One that
takes the tuple itself (`kernels.others`) is not: after a change here, `make clean`.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Lines(NamedTuple):
    """Shapes of links. start: int32[links + 1] into lat, lon, share: float64[points]; share of the link's metres so far.

    metres: float64[links]; edge_metres: float64[edges], the same by edge. kind, name, way: int32[links], what a walker notices
    (`kernels.steps`), the street (-1: no name), all that is known of it. unknown: bool[links], whether it has no known surface.
    """

    start: Ints
    lat: Floats
    lon: Floats
    share: Floats
    metres: Floats
    edge_metres: Floats
    kind: Ints
    name: Ints
    way: Ints
    unknown: Bools


class Forest(NamedTuple):
    """A field as columns.

    there, back: int32[links], edges of a link or -1. edge_head, edge_link, edge_forward: [edges]. free, cost: int32[edges],
    deciseconds as walked and as weighed. usable: bool[links]. asks: bool[1], whether there are zones, so that shapes
    decide for whoever stands on a closed edge. dist, next_edge, target: int32[nodes]. ends_here: bool[nodes], a seed is there.
    Seeds by node: seed_node, seed_edge, seed_cost, seed_time, seed_target: int32[seeds], seed_share: float64[seeds]. Targets by
    link: end_link, end_target, end_price: int32[targets], deciseconds that count for coming there at all; end_share: float64.
    """

    there: Ints
    back: Ints
    edge_head: Ints
    edge_link: Ints
    edge_forward: Bools
    free: Ints
    cost: Ints
    usable: Bools
    asks: Bools
    dist: Ints
    next_edge: Ints
    target: Ints
    ends_here: Bools
    seed_node: Ints
    seed_edge: Ints
    seed_cost: Ints
    seed_time: Ints
    seed_target: Ints
    seed_share: Floats
    end_link: Ints
    end_target: Ints
    end_price: Ints
    end_share: Floats


class Ways(NamedTuple):
    """Ways from places on links, one row each. link: int32[n], -1 where there is none; share: float64[n].

    Filled by `find_ways`: kind, target, time: int32[n], metres: float64[n], and ends: int64[n, 3], where the row's
    first part, last part and edges end in what it returns.
    """

    link: Ints
    share: Floats
    kind: Ints
    target: Ints
    time: Ints
    metres: Floats
    ends: npt.NDArray[np.int64]
