"""Small random networks, and slow but obvious ways to say what a field must hold."""

from collections.abc import Sequence
from itertools import pairwise

import hypothesis.strategies as st
import networkx as nx
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

import routing
from routing.build.columns import Links, make_network
from routing.field import partial_cost
from routing.profiles import CLOSED

STEP = 0.0005
BOTH = routing.Way.FOOT | routing.Way.FOOT_BACK
WAYS = (BOTH, BOTH, BOTH, routing.Way.FOOT, routing.Way.FOOT_BACK, BOTH | routing.Way.STEPS, routing.Way.CAR)


def network_of(
    spots: Sequence[tuple[float, float]],
    ends: Sequence[tuple[int, int, routing.Way]],
    bends: Sequence[float],
    names: Sequence[str] = (),
) -> routing.Network:
    """A network through spots (lat, lon); each link has one point in the middle, moved north by its bend; names are of links."""
    points = [
        (spots[u], ((spots[u][0] + spots[v][0]) / 2 + bend, (spots[u][1] + spots[v][1]) / 2), spots[v])
        for (u, v, _), bend in zip(ends, bends, strict=True)
    ]
    flat = np.array(points, float).reshape(-1, 2)
    count = len(ends)
    return make_network(
        Links(
            u=np.array([e[0] for e in ends], np.int64),
            v=np.array([e[1] for e in ends], np.int64),
            way=np.array([int(e[2]) for e in ends], np.uint16),
            layer=np.zeros(count, np.int8),
            name=np.arange(count, dtype=np.int32) if names else np.full(count, -1, np.int32),
            start=np.arange(0, 3 * count + 1, 3),
            lat=flat[:, 0],
            lon=flat[:, 1],
            names=tuple(names),
            attribution="made for a test",
        )
    )


@st.composite
def networks(draw: st.DrawFn) -> routing.Network:
    """Up to 12 nodes on a grid, so that ties abound; parallel links, loops, one-ways, stairs, islands, ways for cars only."""
    count = draw(st.integers(2, 12))
    cells = draw(
        st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=count, max_size=count, unique=True)
    )
    spots = [(34.0 + row * STEP, 135.0 + column * STEP) for row, column in cells]
    node = st.integers(0, count - 1)
    ends = draw(st.lists(st.tuples(node, node, st.sampled_from(WAYS)), min_size=1, max_size=30))
    bends = draw(st.lists(st.sampled_from([0.0, 0.0, STEP / 2]), min_size=len(ends), max_size=len(ends)))
    bends = [bend or STEP / 3 if u == v else bend for (u, v, _), bend in zip(ends, bends, strict=True)]
    return network_of(spots, ends, bends)


@st.composite
def targets_on(
    draw: st.DrawFn, network: routing.Network, *, prices: Sequence[int] = (0,)
) -> list[routing.Target]:
    """Up to 5 targets on nodes, on links, two on one place; each has one of the prices."""
    found = []
    for number in range(draw(st.integers(0, 5))):
        link = draw(st.integers(0, network.link_count - 1))
        lat, lon = network.shape_of(link)
        at = draw(st.sampled_from([0, 1, 2]))
        price = draw(st.sampled_from(prices))
        found.append(routing.Target(f"T{number}", float(lat[at]), float(lon[at]), price))
    return found


MODES = (routing.Mode.FOOT, routing.Mode.FOOT, routing.Mode.CAR, routing.Mode.FOOT | routing.Mode.CAR)


@st.composite
def membranes_on(draw: st.DrawFn, network: routing.Network) -> routing.Membrane:
    """Any nodes inside, any links through it that may be; of any grade."""
    inside = np.array(draw(st.lists(st.booleans(), min_size=network.node_count, max_size=network.node_count)))
    crossing = np.array(
        draw(st.lists(st.booleans(), min_size=network.link_count, max_size=network.link_count))
    )
    crossing &= ~inside[network.link_u] & ~inside[network.link_v]
    grade = draw(st.sampled_from([routing.FORBIDDEN, routing.DEARER, routing.Grade(into=2, within=3)]))
    return routing.Membrane(inside, crossing, grade=grade)


@st.composite
def overlays_on(draw: st.DrawFn, network: routing.Network) -> routing.Overlay:
    """Closures by several causes that share links, of either mode, and up to two membranes."""
    link = st.integers(0, network.link_count - 1)
    causes = draw(st.dictionaries(st.sampled_from("abc"), st.lists(link, max_size=6), max_size=3))
    closures = {cause: np.unique(np.array(links, np.int32)) for cause, links in causes.items()}
    modes = {cause: draw(st.sampled_from(MODES)) for cause in causes if draw(st.booleans())}
    membranes = draw(st.dictionaries(st.sampled_from("yz"), membranes_on(network), max_size=2))
    return routing.Overlay(network, closures, membranes, modes)


@st.composite
def fields(draw: st.DrawFn, *, prices: Sequence[int] = (0,)) -> routing.Field:
    """A whole random situation."""
    network = draw(networks())
    walking = routing.Walking.of(
        routing.Snapper(network), routing.get_profile(draw(st.sampled_from(["adult", "wheelchair"])))
    )
    targets = draw(targets_on(network, prices=prices))
    return routing.Field.build(walking, targets, draw(overlays_on(network)))


def expected_costs(walking: routing.Walking, overlay: routing.Overlay) -> list[int]:
    """Edge by edge, from the rules in words: closed by any cause that names walkers; into, through or inside a zone by its grade."""
    network, costs = walking.network, []
    for edge in range(network.edge_count):
        link, tail, head = (int(c[edge]) for c in (network.edge_link, network.edge_tail, network.edge_head))
        cost = int(walking.cost[edge])
        factors: list[int | None] = [1]
        for zone in overlay.membranes.values():
            if zone.inside[head] and zone.inside[tail]:
                factors.append(zone.grade.within)
            elif zone.inside[head] or zone.crossing[link]:
                factors.append(zone.grade.into)
        shut = any(
            link in links and overlay.modes.get(cause, routing.Mode.FOOT) & routing.Mode.FOOT
            for cause, links in overlay.closures.items()
        )
        known = [factor for factor in factors if factor is not None]
        shut = shut or len(known) < len(factors) or cost >= CLOSED
        costs.append(int(CLOSED) if shut else cost * max(known))
    return costs


def seeds_of(field: routing.Field) -> list[tuple[int, int, int]]:
    """(node, cost, target): both open ways in to each target."""
    network, rows = field.network, []
    for index, snap in enumerate(field.snaps):
        for edge in np.flatnonzero(network.edge_link == snap.link).tolist() if snap is not None else ():
            if field.cost[edge] < CLOSED:
                share = snap.share if network.edge_forward[edge] else 1 - snap.share
                cost = partial_cost(int(field.cost[edge]), share) + field.targets[index].price_ds
                rows.append((int(network.edge_tail[edge]), cost, index))
    return rows


def scipy_distances(field: routing.Field) -> np.ndarray:
    """float64[nodes], inf where no target is reachable: one virtual node, every edge turned round."""
    network, hub = field.network, field.network.node_count
    rows = {}
    for tail, head, cost in [
        *(
            (int(t), int(h), int(c))
            for t, h, c in zip(network.edge_tail, network.edge_head, field.cost, strict=True)
            if c < CLOSED
        ),
        *(
            (node, hub, cost + 1) for node, cost, _ in seeds_of(field)
        ),  # no edge may cost nothing in a sparse matrix
    ]:
        rows[head, tail] = min(cost, rows.get((head, tail), cost))
    keys = np.array(list(rows), int).reshape(-1, 2)
    matrix = coo_matrix((list(rows.values()), (keys[:, 0], keys[:, 1])), shape=(hub + 1, hub + 1))
    return dijkstra(matrix.tocsr(), indices=hub)[:hub] - 1


def networkx_distances(field: routing.Field) -> np.ndarray:
    """The same with the other oracle, on a multigraph with a node for each target."""
    network = field.network
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(network.node_count))
    for tail, head, cost in zip(
        network.edge_tail.tolist(), network.edge_head.tolist(), field.cost.tolist(), strict=True
    ):
        if cost < CLOSED:
            graph.add_edge(head, tail, weight=cost)
    sources = set()
    for node, cost, target in seeds_of(field):
        graph.add_edge(("target", target), node, weight=cost)
        sources.add(("target", target))
    found = nx.multi_source_dijkstra_path_length(graph, sources) if sources else {}
    return np.array([found.get(node, np.inf) for node in range(network.node_count)])


def as_floats(dist: np.ndarray) -> np.ndarray:
    """A field's distances with infinity where nothing is reachable."""
    return np.where(dist == 2**31 - 1, np.inf, dist)


def check_canonical(field: routing.Field) -> None:
    """At each node the least (cost, target, edge) of all ways on; a target at the node itself before any edge."""
    network = field.network
    options: list[list[tuple[int, int, int]]] = [[] for _ in range(network.node_count)]
    for node, cost, target in seeds_of(field):
        options[node].append((cost, target, -1))
    for edge in np.flatnonzero(field.cost < CLOSED):
        head = network.edge_head[edge]
        if field.target[head] >= 0:
            options[network.edge_tail[edge]].append(
                (int(field.dist[head] + field.cost[edge]), int(field.target[head]), int(edge))
            )
    for node, ways in enumerate(options):
        told = (int(field.dist[node]), int(field.target[node]), int(field.next_edge[node]))
        assert told == min(ways, default=(2**31 - 1, -1, -1)), (node, ways)


def check_walk(field: routing.Field, route: routing.Route) -> None:
    """The edges join, none is closed but the first, and their costs add up to the route's."""
    network, edges = field.network, list(route.edges)
    for before, after in pairwise(edges):
        assert network.edge_head[before] == network.edge_tail[after]
    assert all(field.cost[edge] < CLOSED for edge in edges[1:])
    assert network.edge_link[edges[0]] == route.snap.link
    index = [t.id for t in field.targets].index(route.target)
    end = field.snaps[index]
    assert end is not None
    assert network.edge_link[edges[-1]] == end.link
    if len(edges) > 1:
        first = field.cost[edges[0]] if field.cost[edges[0]] < CLOSED else field.walking.cost[edges[0]]
        ahead = 1 - route.snap.share if network.edge_forward[edges[0]] else route.snap.share
        last = end.share if network.edge_forward[edges[-1]] else 1 - end.share
        total = partial_cost(int(first), ahead) + int(field.cost[edges[1:-1]].sum())
        price = field.targets[index].price_ds
        assert route.cost == total + partial_cost(int(field.cost[edges[-1]]), last) + price


def _left(snap: routing.Snap, network: routing.Network, edge: int) -> float:
    """The share of the snapped link that lies ahead of who walks along an edge of it."""
    return 1 - snap.share if network.edge_forward[edge] else snap.share


def cheapest(field: routing.Field, snap: routing.Snap) -> int | None:
    """Cost of the best way from a snapped place, by trying both directions and every target on the same link."""
    network, link, found = field.network, snap.link, []
    passable = [e for e in np.flatnonzero(network.edge_link == link) if field.walking.cost[e] < CLOSED]
    stands_at = [int(network.edge_head[e]) for e in passable if _left(snap, network, e) < 1e-9]
    for edge in np.flatnonzero(network.edge_link == link):
        head, forward = int(network.edge_head[edge]), bool(network.edge_forward[edge])
        share = _left(snap, network, edge)
        open_now = field.cost[edge] < CLOSED
        if not open_now and stands_at and share > 0.5:  # at the link's end: not on it
            continue
        entering = any(
            m.inside[head] and not m.inside[network.edge_tail[edge]] and not m.crossing[link]
            for m in field.overlay.membranes.values()
            if m.grade.into is None
        )
        free = int(field.walking.cost[edge])
        if field.target[head] >= 0 and (open_now or (free < CLOSED and not entering)):
            found.append(
                partial_cost(int(field.cost[edge]) if open_now else free, share) + int(field.dist[head])
            )
        for end, target in zip(field.snaps, field.targets, strict=True):
            ahead = (
                end is not None
                and end.link == link
                and (end.share >= snap.share if forward else end.share < snap.share)
            )
            if end is not None and ahead and open_now:
                cost = partial_cost(int(field.cost[edge]), abs(end.share - snap.share))
                found.append(cost + target.price_ds)
    return min(found, default=None)
