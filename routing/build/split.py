"""Ways become links between the places where they meet. Knows refs and marks, no tags."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from routing.build.columns import Links
from routing.build.relations import Restriction
from routing.build.restrictions import place_restrictions
from routing.network import RoadClass, Way

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint16]
PASSABLE = int(Way.FOOT | Way.FOOT_BACK | Way.CAR | Way.CAR_BACK)
OUTSIDE = "links with nodes outside the extract"
NO_LENGTH = "links of no length"


@dataclass(frozen=True)
class Ways:
    """Ways as columns. ids: int64[ways]; start: int64[ways + 1] into the points' `Points.where`; the rest as in `Links`."""

    ids: Ints
    start: Ints
    way: Bits
    layer: npt.NDArray[np.int8]
    name: npt.NDArray[np.int32]
    road_class: npt.NDArray[np.uint8]
    max_kmh: npt.NDArray[np.uint8]
    names: tuple[str, ...]
    restrictions: tuple[Restriction, ...] = ()
    skipped: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Points:
    """The nodes that ways use. where: int64[points of all ways] into the rest, which is one entry a node.

    ids: int64[nodes], sorted; lat, lon: float64[nodes], NaN outside the extract; takes, adds: uint16[nodes], what passing the node
    does to a way's bits; knows_kerb: bool[nodes].
    """

    where: Ints
    ids: Ints
    lat: npt.NDArray[np.float64]
    lon: npt.NDArray[np.float64]
    takes: Bits
    adds: Bits
    knows_kerb: Bools


def find_junctions(where: Ints, start: Ints, nodes: int) -> Bools:
    """bool[nodes]: ends of ways, and nodes that are used more than once."""
    junction = np.bincount(where, minlength=nodes) > 1
    if len(start) > 1:
        junction[where[start[:-1]]] = True
        junction[where[start[1:] - 1]] = True
    return junction


def split(ways: Ways, points: Points, *, attribution: str) -> Links:
    """The links. At a barrier each way ends at a node of its own; what may pass goes on by a link without length.

    A link that lacks a node's place is left out, and counted.
    """
    where = points.where
    barred = _find_barred(ways, points)
    junction = find_junctions(where, ways.start, len(points.ids)) | barred
    first, last = _cut(ways, points, junction[where])
    owner = np.repeat(np.arange(len(ways.ids)), np.diff(ways.start))[first]
    order = np.argsort(
        ways.ids[owner], kind="stable"
    )  # ends at barriers are numbered by it, whatever the order of the file
    first, last, owner = first[order], last[order], owner[order]
    way = _know_kerbs(ways.way[owner], points, where[first], where[last])
    counts = last - first + 1
    starts = np.concatenate([[0], np.cumsum(counts)])
    chosen = where[np.repeat(first - starts[:-1], counts) + np.arange(starts[-1])]
    turns = place_restrictions(
        ways.restrictions,
        way_ids=ways.ids[owner],
        first=points.ids[where[first]],
        last=points.ids[where[last]],
        barred=frozenset(points.ids[barred].tolist()),
        skipped=ways.skipped,
    )
    u, v, stubs = _pass_barriers(where[first], where[last], way, points, barred)
    doors, nodes, hubs = stubs.owner, stubs.node, len(stubs.owner)
    return Links(
        u=np.concatenate([u, stubs.u]),
        v=np.concatenate([v, stubs.v]),
        way=np.concatenate([way, stubs.way]),
        layer=ways.layer[np.concatenate([owner, owner[doors]])],
        name=ways.name[np.concatenate([owner, owner[doors]])],
        road_class=np.concatenate([ways.road_class[owner], np.full(hubs, int(RoadClass.BARRIER), np.uint8)]),
        max_kmh=ways.max_kmh[np.concatenate([owner, owner[doors]])],
        start=np.concatenate([starts, starts[-1] + 2 * np.arange(1, hubs + 1)]),
        lat=np.concatenate([points.lat[chosen], np.repeat(points.lat[nodes], 2)]),
        lon=np.concatenate([points.lon[chosen], np.repeat(points.lon[nodes], 2)]),
        names=ways.names,
        attribution=attribution,
        skipped={k: v for k, v in ways.skipped.items() if v},
        turns=turns,
    )


def _find_barred(ways: Ways, points: Points) -> Bools:
    """bool[nodes]: the mark changes something for a way that uses the node."""
    barred = np.zeros(len(points.ids), bool)
    marked = np.flatnonzero(((points.takes | points.adds) > 0)[points.where])
    way_of_point = np.searchsorted(ways.start, marked, side="right") - 1
    bits, node = ways.way[way_of_point], points.where[marked]
    changes = (((bits & ~points.takes[node]) | points.adds[node]) != bits) & ((bits & PASSABLE) > 0)
    barred[node[changes]] = True
    return barred


def _cut(ways: Ways, points: Points, is_end: Bools) -> tuple[Ints, Ints]:
    """First and last point of each link, as positions in `points.where`."""
    where = points.where
    last_of_way = np.zeros(len(where), bool)
    last_of_way[ways.start[1:] - 1] = True
    ends = np.flatnonzero(is_end)
    keep = ~last_of_way[ends[:-1]] if len(ends) else np.zeros(0, bool)
    first, last = ends[:-1][keep], ends[1:][keep]
    gaps = np.concatenate([[0], np.cumsum(np.isnan(points.lat[where]))])
    complete = gaps[last + 1] == gaps[first]
    distinct = (where[first] != where[last]) | (last - first > 2)
    ways.skipped[OUTSIDE] += int((~complete).sum())
    ways.skipped[NO_LENGTH] += int((complete & ~distinct).sum())
    good = complete & distinct
    return first[good], last[good]


def _know_kerbs(way: Bits, points: Points, first: Ints, last: Ints) -> Bits:
    """A crossing with a kerb written down at both ends has no unknown kerb."""
    known = points.knows_kerb[first] & points.knows_kerb[last]
    return np.where(known, way & ~np.uint16(Way.KERB_UNKNOWN), way).astype(np.uint16)


@dataclass(frozen=True)
class _Stubs:
    """Links without length through a barrier. owner: the link that each goes on from; node: where it stands."""

    u: Ints
    v: Ints
    way: Bits
    owner: Ints
    node: Ints


def _pass_barriers(
    first: Ints, last: Ints, way: Bits, points: Points, barred: Bools
) -> tuple[Ints, Ints, _Stubs]:
    """The links' ends, those at barriers as nodes of their own, and the stubs that join these to the node in the middle."""
    count, nodes = len(first), len(points.ids)
    link = np.arange(count)
    at_u, at_v = barred[first], barred[last]
    u = np.where(at_u, nodes + link, first)
    v = np.where(at_v, nodes + count + link, last)
    owner = np.concatenate([link[at_u], link[at_v]])
    node = np.concatenate([first[at_u], last[at_v]])
    bits = (way[owner] & ~points.takes[node]) | points.adds[node]
    passable = (bits & PASSABLE) > 0
    # a stub runs the way its link runs: from the middle to a first point, from a last point to the middle
    starts = np.concatenate([node[: at_u.sum()], v[at_v]])
    ends = np.concatenate([u[at_u], node[at_u.sum() :]])
    return u, v, _Stubs(starts[passable], ends[passable], bits[passable], owner[passable], node[passable])
