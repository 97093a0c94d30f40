"""Ways to given places on Porto and on the made-up city of 1.1 million nodes: searches, trees, tours, beside what others do for one pair.

Prints one JSON line a figure. Processor time of one thread, medians; ours and the peers' searches take turns over the same pairs.
`search` is the loop alone, `answer` everything from two places in degrees to line and steps in columns. `near`: about 1 km apart; `far`: any
two places of the network. Needs the test data (MIO_TEST_DATA).
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import permutations

import networkx as nx
import numpy as np
from big_city import list_targets, open_big_city
from field import DATA, say
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import dijkstra

import routing
import routing.targets
from routing.batch import Reader, Streets
from routing.build.osm_pbf import read_osm
from routing.geo import METRES_PER_DEGREE
from routing.landmarks import make_marks, no_marks
from routing.profiles import CLOSED
from routing.targets import Pages, Search, Trees
from routing.tours import PickUp, find_tour
from routing.walking import Target
from routing.weights import Weights

PAIRS = 60
PEER_PAIRS = 5
KEPT = 16
NEAR_M = (900, 1100)


class Stopwatch:
    """A loop that remembers how long its last call took, us."""

    def __init__(self, loop: Callable[..., object]) -> None:
        self.loop, self.last_us = loop, 0.0

    def __call__(self, *columns: object) -> object:
        began = time.thread_time_ns()
        made = self.loop(*columns)
        self.last_us = (time.thread_time_ns() - began) / 1e3
        return made


SEARCH = Stopwatch(routing.targets.search_back)
routing.targets.search_back = SEARCH  # type: ignore[assignment]


def timed_us(work: Callable[[], object]) -> float:
    began = time.thread_time_ns()
    work()
    return (time.thread_time_ns() - began) / 1e3


class City:
    """A network with places to go from and to."""

    def __init__(self, name: str, network: routing.Network) -> None:
        self.name, self.network = name, network
        walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
        self.weights = Weights.of(walking, routing.Overlay(network))
        began = time.thread_time_ns()
        marks = make_marks(walking)
        say(f"{name}_landmarks", (time.thread_time_ns() - began) / 1e9, "s")
        say(f"{name}_landmarks_bytes_per_node", marks.columns.nbytes / network.node_count, "bytes")
        pages, self.streets = Pages(network.node_count), Streets(walking.snapper)
        self.search = Search(self.weights, marks, pages, self.streets)
        self.plain = Search(self.weights, no_marks(network), pages, self.streets)
        self.rng = np.random.default_rng(1)
        self.nodes = np.unique(network.link_u[walking.usable])

    def place(self, node: int, name: str = "g") -> Target:
        return Target(name, float(self.network.node_lat[node]), float(self.network.node_lon[node]))

    def pairs(self, kind: str, count: int) -> Iterator[tuple[int, int]]:
        """Nodes that some way joins."""
        lat, lon = self.network.node_lat, self.network.node_lon
        while count:
            start, goal = self.rng.choice(self.nodes, 2).tolist()
            if kind == "near":
                east = (lon[self.nodes] - lon[start]) * np.cos(np.radians(lat[start]))
                away = np.hypot(lat[self.nodes] - lat[start], east) * METRES_PER_DEGREE
                ring = self.nodes[(away > NEAR_M[0]) & (away < NEAR_M[1])]
                if len(ring) == 0:
                    continue
                goal = int(self.rng.choice(ring))
            if isinstance(self.search.way(self.place(start), self.place(goal)), routing.Route):
                count -= 1
                yield start, goal


def scipy_graph(city: City) -> csr_matrix:
    """The cheapest of each pair of nodes' edges."""
    network, cost = city.network, city.weights.cost
    open_edges = np.flatnonzero(cost < CLOSED)
    order = open_edges[np.argsort(-cost[open_edges], kind="stable")]
    tail, head = network.edge_tail[order], network.edge_head[order]
    _, last = np.unique(np.stack([tail, head])[:, ::-1], axis=1, return_index=True)
    keep = order[::-1][last]
    shape = (network.node_count, network.node_count)
    return coo_matrix((cost[keep], (network.edge_tail[keep], network.edge_head[keep])), shape=shape).tocsr()


def networkx_graph(city: City) -> nx.MultiDiGraph:
    network, graph = city.network, nx.MultiDiGraph()
    columns = network.edge_tail.tolist(), network.edge_head.tolist(), city.weights.cost.tolist()
    graph.add_weighted_edges_from(row for row in zip(*columns, strict=True) if row[2] < CLOSED)
    return graph


def measure_searches(city: City, kind: str, *, bar_us: float | None) -> None:
    loop, plain, whole = [], [], []
    for start, goal in city.pairs(kind, PAIRS):
        origin, target = city.place(start), city.place(goal)
        whole.append(timed_us(lambda o=origin, t=target: city.search.way(o, t)))
        loop.append(SEARCH.last_us)
        city.plain.way(origin, target)
        plain.append(SEARCH.last_us)
    name = f"{city.name}_{kind}"
    say(f"{name}_search", float(np.median(loop)), "us", bar=bar_us)
    say(f"{name}_search_mean_and_plain", float(np.mean(loop)), "us", peer=float(np.mean(plain)))
    say(f"{name}_answer", float(np.median(whole)), "us")


def measure_peers(city: City, kind: str, graph: nx.MultiDiGraph | None, matrix: csr_matrix) -> None:
    """Over the same pairs in turns. networkx's A* gets the straight line at full speed as its bound; scipy stops at the goal's cost."""
    lat, lon = np.radians(city.network.node_lat), np.radians(city.network.node_lon)

    def line_ds(one: int, other: int) -> float:
        """Deciseconds as the crow walks, a little less, since links are rounded."""
        east = (lon[one] - lon[other]) * np.cos((lat[one] + lat[other]) / 2)
        return float(np.hypot(lat[one] - lat[other], east) * 6_371_008.8 * 10 * 0.95)

    ours: list[float] = []
    theirs: dict[str, list[float]] = {}
    for start, goal in city.pairs(kind, PEER_PAIRS):
        origin, target = city.place(start), city.place(goal)
        ours.append(timed_us(lambda o=origin, t=target: city.search.way(o, t)))
        limit = int(city.search.costs([origin], [target])[0, 0])
        searches = {"scipy_dijkstra": lambda s=start, c=limit: dijkstra(matrix, indices=s, limit=c)}
        if graph is not None:
            searches["networkx_astar"] = lambda s=start, g=goal: nx.astar_path(graph, s, g, line_ds)
            searches["networkx_bidirectional"] = lambda s=start, g=goal: nx.bidirectional_dijkstra(
                graph, s, g
            )
        for peer, search in searches.items():
            theirs.setdefault(peer, []).append(timed_us(search))
    for peer, times in theirs.items():
        say(
            f"{city.name}_{kind}_answer_and_{peer}",
            float(np.median(ours)),
            "us",
            peer=float(np.median(times)),
        )


def measure_trees(city: City) -> None:
    """Answers from a tree that is kept, and 16 trees after 100 closures."""
    trees = Trees(city.search, lambda _: True)
    goals = [city.place(int(node), f"T{n:02}") for n, node in enumerate(city.rng.choice(city.nodes, KEPT))]
    built = timed_us(lambda: [trees.get(goal) for goal in goals])
    starts = [city.place(node) for node in city.rng.choice(city.nodes, 1000).tolist()]
    reader = Reader(city.streets, trees.get(goals[0]))
    reader.compact(starts[0].lat, starts[0].lon)
    read = timed_us(lambda: [reader.compact(start.lat, start.lon) for start in starts])
    say(f"{city.name}_answers_from_a_tree", 1e6 * len(starts) / read, "1/s")
    whole = timed_us(lambda: [trees.way(start, goals[0]) for start in starts[:200]])
    say(f"{city.name}_answers_from_a_tree_with_steps", 1e6 * 200 / whole, "1/s")
    mended = []
    for turn in range(9):
        rng = np.random.default_rng(turn)
        links = np.unique(rng.choice(city.network.link_count, 100)).astype(np.int32)
        weights = Weights.of(city.weights.walking, routing.Overlay(city.network, {"c": links}))
        later = trees.taken_over(replace(city.search, weights=weights), lambda _: True)
        mended.append(timed_us(lambda later=later: [later.find(goal) for goal in goals]))
    say(
        f"{city.name}_{KEPT}_trees_after_100_closures",
        float(np.median(mended)) / 1e3,
        "ms",
        peer=built / 1e3,
    )


def measure_tours(city: City, matrix: csr_matrix) -> None:
    """Six pick-ups within a kilometre or so and the 12 nearest sites; scipy's searches and all orders of the stops as the peer."""
    field = routing.Field.of(city.weights, list_targets(city.network, 60 if city.name == "porto" else 600))
    ours, few, theirs = [], [], []
    for start, _ in city.pairs("near", 5):
        lat, lon = city.network.node_lat, city.network.node_lon
        east = (lon[city.nodes] - lon[start]) * np.cos(np.radians(lat[start]))
        near = city.nodes[np.hypot(lat[city.nodes] - lat[start], east) * METRES_PER_DEGREE < 1000]
        chosen = city.rng.choice(near, 6, replace=False).tolist()
        pick_ups = [PickUp(city.place(node, f"p{n}")) for n, node in enumerate(chosen)]
        sites = routing.targets.nearest_goals(field, [p.place for p in pick_ups], 3)
        plan = {"pick_ups": pick_ups, "commons": sites}
        origin = city.place(start)
        ours.append(timed_us(lambda o=origin, p=plan: find_tour(city.search, o, **p)))
        few.append(timed_us(lambda o=origin, p=plan: find_tour(city.search, o, room=2, **p)))
        ends = [int(field.seeds.node[field.seeds.target == field.targets.index(s)][0]) for s in sites]
        theirs.append(timed_us(lambda s=start, c=chosen, e=ends: try_all(matrix, s, c, e)))
    name = f"{city.name}_tour_of_6"
    say(name, float(np.median(ours)) / 1e3, "ms", peer=float(np.median(theirs)) / 1e3)
    say(f"{name}_two_seats", float(np.median(few)) / 1e3, "ms")


def try_all(matrix: csr_matrix, start: int, chosen: list[int], ends: list[int]) -> float:
    """The cost of the best order."""
    dist = dijkstra(matrix, indices=[start, *chosen])
    home = dist[1:, ends].min(axis=1)
    best = np.inf
    for order in permutations(range(6)):
        cost, at = 0.0, 0
        for stop in order:
            cost, at = cost + dist[at, chosen[stop]], stop + 1
        best = min(best, cost + home[order[-1]])
    return float(best)


def main() -> None:
    porto = City("porto", read_osm(DATA / "osm" / "porto_portugal.osm.pbf"))
    matrix, graph = scipy_graph(porto), networkx_graph(porto)
    for kind in ("near", "far"):
        measure_searches(porto, kind, bar_us=100 if kind == "near" else None)
        measure_peers(porto, kind, graph, matrix)
    measure_trees(porto)
    measure_tours(porto, matrix)
    big = City("big_city", open_big_city())
    matrix = scipy_graph(big)
    for kind, bar in (("near", 100), ("far", 6000)):
        measure_searches(big, kind, bar_us=bar)
        measure_peers(big, kind, None, matrix)
    measure_trees(big)
    measure_tours(big, matrix)


if __name__ == "__main__":
    main()
