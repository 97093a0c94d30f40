"""Links that much depends on: whose loss strands most, and whose loss lengthens most. Exact for each one that is returned."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
import numpy.typing as npt
import shapely

from routing.geo import METRES_PER_DEGREE
from routing.kernels.reach import NO_WAY, find_escapes
from routing.network import Network, Way
from routing.overlay import LinkIds
from routing.reach import Floats, Reach, lose

Nodes = npt.NDArray[np.int64]

SIDE_BY_SIDE_M = 25.0
"""Bridges of one layer that run this close are one structure: carriageways, footways and tracks of the same bridge."""
STRANDED_MINUTES = 60.0
"""What it weighs to have no way at all; our own choice, only to put bottlenecks in one order."""
STRUCTURES_TRIED = 120
STREETS_TRIED = 30


@dataclass(frozen=True)
class Candidate:
    """Links that are lost together. kind: bridge | tunnel | street."""

    kind: str
    links: LinkIds


@dataclass(frozen=True)
class Bottleneck:
    """What the loss of `links` does, in the unit of `weight` (nodes or people). minutes: weight x minutes added.

    carried: passes here now. stranded: has no way any more. lengthened: has a longer way. worst_s: the longest detour.
    nodes: (stranded, lengthened) crossings, whatever the weight.
    """

    kind: str
    links: LinkIds
    name: str
    lat: float
    lon: float
    carried: float
    stranded: float
    lengthened: float
    minutes: float
    worst_s: float
    nodes: tuple[int, int]

    @property
    def burden(self) -> float:
        """Minutes that the loss costs in all; whoever is stranded counts as `STRANDED_MINUTES`."""
        return self.minutes + STRANDED_MINUTES * self.stranded


def find_structures(network: Network) -> list[Candidate]:
    """Bridges and tunnels, each with everything that belongs to it."""
    return [
        Candidate(kind, links)
        for kind, bit in (("bridge", Way.BRIDGE), ("tunnel", Way.TUNNEL))
        for links in _group(network, np.flatnonzero(network.link_way & bit))
    ]


def _group(network: Network, links: Nodes) -> Iterator[LinkIds]:
    """Links that share a node, or lie side by side in one layer."""
    if not len(links):
        return
    lines = _lines(network, links)
    one, other = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=SIDE_BY_SIDE_M)
    ends = np.stack([network.link_u[links], network.link_v[links]], axis=1)
    meets = (ends[one][:, :, None] == ends[other][:, None, :]).any(axis=(1, 2))
    same_layer = network.link_layer[links[one]] == network.link_layer[links[other]]
    joined = meets | same_layer
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(links)))
    graph.add_edges_from(zip(one[joined].tolist(), other[joined].tolist(), strict=True))
    for group in nx.connected_components(graph):
        yield links[np.sort(np.fromiter(group, np.int64, len(group)))].astype(np.int32)


def _lines(network: Network, links: Nodes) -> npt.NDArray[np.object_]:
    """The links as lines in a plane of metres."""
    south, west, north, _ = network.bbox
    stretch = METRES_PER_DEGREE * float(np.cos(np.radians((south + north) / 2)))
    return np.array(
        [
            shapely.LineString(np.column_stack([(lon - west) * stretch, (lat - south) * METRES_PER_DEGREE]))
            for lat, lon in (network.shape_of(int(link)) for link in links)
        ],
        object,
    )


def find_streets(reach: Reach, load: Floats, *, count: int = STREETS_TRIED) -> list[Candidate]:
    """Single links without a bridge or tunnel, by what their loss can do at most: strand, then lengthen.

    load: float64[nodes], see `Reach.loads`. A target's own link is left out: its loss is the loss of the target.
    """
    field, network = reach.field, reach.field.network
    escape = np.empty(network.node_count, np.int64)
    find_escapes(
        field.next_edge, network.edge_tail, network.edge_head, field.cost, field.dist,
        field.seeds.node, field.seeds.cost, escape,
    )  # fmt: skip
    special = (network.link_way & (Way.BRIDGE | Way.TUNNEL)) > 0
    special[[snap.link for snap in field.snaps if snap is not None]] = True
    inner = reach.order[field.next_edge[reach.order] >= 0]
    link = network.edge_link[field.next_edge[inner]]
    inner, link = inner[~special[link]], link[~special[link]]
    stuck = escape[inner] == NO_WAY
    detour = np.where(stuck, 0, escape[inner] - 2 * field.dist[inner].astype(np.int64))
    chosen = _apart(network, link, np.where(stuck, load[inner], 0.0), count)
    chosen += _apart(network, link, load[inner] * detour, count)
    return [Candidate("street", np.array([one], np.int32)) for one in dict.fromkeys(chosen)]


def _apart(network: Network, link: npt.NDArray[np.int32], score: Floats, count: int) -> list[int]:
    """The links of the highest scores above zero, no two of which meet."""
    taken: set[int] = set()
    chosen: list[int] = []
    for row in np.argsort(-score, kind="stable"):
        if score[row] <= 0 or len(chosen) == count:
            break
        ends = {int(network.link_u[link[row]]), int(network.link_v[link[row]])}
        if taken.isdisjoint(ends):
            chosen.append(int(link[row]))
        taken |= ends
    return chosen


def find_bottlenecks(
    reach: Reach,
    weight: Floats,
    *,
    structures: Sequence[Candidate],
    progress: Callable[[int, int], object] = lambda _done, _total: None,
) -> list[Bottleneck]:
    """Every candidate whose loss strands or lengthens anybody, in no order. weight: float64[nodes], what starts at each.

    Tried are the structures that most passes through, and the single streets of `find_streets`.
    """
    load = reach.loads(weight)
    carried = np.array([_carried(reach, load, each.links) for each in structures])
    order = np.argsort(-carried, kind="stable")[:STRUCTURES_TRIED]
    tried = [structures[row] for row in order if carried[row] > 0] + find_streets(reach, load)
    found = []
    for number, candidate in enumerate(tried, 1):
        lost = _judge(reach, candidate, weight, _carried(reach, load, candidate.links))
        if lost.stranded or lost.lengthened:
            found.append(lost)
        progress(number, len(tried))
    return found


def _carried(reach: Reach, load: Floats, links: LinkIds) -> float:
    """What passes over any of these links, each walker once: where the way last leaves them."""
    field, network = reach.field, reach.field.network
    edges = np.concatenate([column[links] for column in network.edge_of_link])
    edges = edges[edges >= 0]
    tails = network.edge_tail[edges]
    on = field.next_edge[tails] == edges
    edges, tails = edges[on], tails[on]
    onward = field.next_edge[network.edge_head[edges]]
    last = (onward < 0) | ~np.isin(network.edge_link[onward], links)
    return float(load[tails[last]].sum())


def _judge(reach: Reach, candidate: Candidate, weight: Floats, carried: float) -> Bottleneck:
    network, loss = reach.field.network, lose(reach, candidate.links)
    longer = loss.added > 0
    lat, lon = _middle(network, candidate.links)
    return Bottleneck(
        kind=candidate.kind,
        links=candidate.links,
        name=_name(network, candidate.links),
        lat=lat,
        lon=lon,
        carried=carried,
        stranded=float(weight[loss.stranded].sum()),
        lengthened=float(weight[longer].sum()),
        minutes=float((weight * loss.added).sum() / 600),
        worst_s=float(loss.added.max(initial=0)) / 10,
        nodes=(int(loss.stranded.sum()), int(longer.sum())),
    )


def _name(network: Network, links: LinkIds) -> str:
    """The name that most of the structure's length carries; empty if none does."""
    length: dict[str, float] = {}
    for link in links.tolist():
        if name := network.name_of(link):
            length[name] = length.get(name, 0.0) + float(network.link_length_m[link])
    return max(sorted(length), key=lambda name: length[name], default="")


def _middle(network: Network, links: LinkIds) -> tuple[float, float]:
    """A place on the structure: half way along the longest of its links."""
    longest = int(links[int(np.argmax(network.link_length_m[links]))])
    lat, lon = network.shape_of(longest)
    line = shapely.line_interpolate_point(
        shapely.LineString(np.column_stack([lon, lat])), 0.5, normalized=True
    )
    return float(line.y), float(line.x)
