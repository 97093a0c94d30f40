"""Ours and the libraries on the same bare graph, for benchmarks/peers.py: places, field, networkx, scipy."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import networkx as nx
import numpy as np
import orjson
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

import routing
from peers.client import EXTRACT, WALKS, Place
from routing.batch import Reader, Streets
from routing.build.osm_pbf import read_osm
from routing.kernels.grid import snap_all
from routing.profiles import CLOSED
from routing.rows import Rows
from routing.snap import NEAR_M, REACH_M, frozen

OURS = "ours"
Measured = tuple[float, float]
"""Processor time in s, sum of metres (NaN: unknown)."""


@dataclass(frozen=True)
class Way:
    """One way in which an engine does the job. kind: one (origin by origin) | batch (many in one call) | closed (with a closure)."""

    engine: str
    how: str
    kind: str
    count: int
    run: Callable[[int, int], Measured]


def timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def walk_porto() -> routing.Walking:
    """Porto as one sees it who counts metres, on steps too."""
    return routing.Walking.of(routing.Snapper(read_osm(EXTRACT)), routing.Profile("metres", 1.0, 1.0))


def city_places() -> tuple[list[Place], list[Place]]:
    """The recorded targets and origins in the city: walks of some 900 m."""
    recorded = json.loads(WALKS.read_text(encoding="utf-8"))
    return [(lat, lon) for lat, lon in recorded["targets"]], [
        (lat, lon) for lat, lon, *_ in recorded["walks"]
    ]


def region_places(walking: routing.Walking) -> tuple[list[Place], list[Place]]:
    """As many, even over the whole extract: walks of some kilometres."""
    south, west, north, east = walking.network.bbox
    rng = np.random.default_rng(61)
    drawn = zip(rng.uniform(south, north, 3200).tolist(), rng.uniform(west, east, 3200).tolist(), strict=True)
    near = [p for p in drawn if walking.snapper.find(*p, walking.usable, reach_m=NEAR_M) is not None]
    return near[:60], near[60:2060]


class Porto:
    """Our field of some targets, and the same graph for networkx and scipy."""

    def __init__(self, walking: routing.Walking, places: tuple[list[Place], list[Place]]) -> None:
        self.targets, self.origins = places
        network = walking.network
        targets = [routing.Target(f"T{i:02d}", lat, lon) for i, (lat, lon) in enumerate(self.targets)]
        self.field = routing.Field.build(walking, targets, routing.Overlay(network))
        self.reader = Reader(Streets(walking.snapper), self.field)
        self.usable = frozen(walking.usable)
        self.lat, self.lon = np.array(self.origins).T.copy()

    def one(self, first: int, count: int) -> Measured:
        """Snap, way, polyline and JSON for each."""
        places = [self.origins[i % len(self.origins)] for i in range(first, first + count)]
        return timed(lambda: [self.reader.compact(*place) for place in places]), np.nan

    def batch(self, first: int, count: int) -> Measured:
        """The same in columns."""
        rows = np.arange(first, first + count) % len(self.origins)
        lat, lon = self.lat[rows], self.lon[rows]
        spent = timed(lambda: orjson.dumps(self.reader.find_all(lat, lon).columns()))
        return spent, float(self.reader.find_all(lat, lon).length_m.sum())

    def metres(self, first: int, count: int) -> Measured:
        """Snap and distance only, in columns: what the tables and trees of peers tell."""
        rows = np.arange(first, first + count) % len(self.origins)
        lat, lon = self.lat[rows], self.lon[rows]
        found: list[np.ndarray] = []
        spent = timed(lambda: found.append(self._look_up(lat, lon)))
        return spent, float(found[0].sum())

    def _look_up(self, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        """float64[n] metres: by way of either end of the origin's link, or along it to a target on it."""
        walking, network = self.field.walking, self.field.network
        rows = Rows(lat, lon)
        link, share = rows.spots.link, rows.spots.share
        snap_all(rows.spot_table, walking.snapper.grid, self.usable, REACH_M)
        there, back = (edges[link] for edges in network.edge_of_link)
        cost, dist = self.field.cost.astype(float), self.field.dist
        along = np.where(there >= 0, cost[there], np.inf), np.where(back >= 0, cost[back], np.inf)
        best = np.minimum(
            dist[network.link_v[link]] + (1 - share) * along[0], dist[network.link_u[link]] + share * along[1]
        )
        for snap in self.field.snaps:
            if snap is not None:
                rows = np.flatnonzero(link == snap.link)
                ahead = snap.share - share[rows]
                best[rows] = np.minimum(
                    best[rows], np.maximum(ahead * along[0][rows], -ahead * along[1][rows])
                )
        return best / 10

    def ways(self) -> list[Way]:
        """Ours."""
        return [
            Way(OURS, "distances only", "metres", 2000, self.metres),
            Way(OURS, "one by one", "one", 2000, self.one),
            Way(OURS, "batch", "batch", 2000, self.batch),
        ]

    def close_one(self, turn: int) -> float:
        """Seconds until the field knows of one more closed link."""
        network = self.field.network
        links = np.random.default_rng(turn).integers(0, network.link_count, 1).astype(np.int32)
        return timed(lambda: self.field.repair(overlay=routing.Overlay(network, {"c": links})))

    def rows(self) -> np.ndarray:
        """int64[k, 3]: tail, head, cost of the open edges; the last node stands behind all targets."""
        field, hub = self.field, self.field.network.node_count
        open_edges = np.flatnonzero(field.cost < CLOSED)
        network, seeds = field.network, field.seeds
        tail = np.concatenate([network.edge_tail[open_edges], seeds.node])
        head = np.concatenate([network.edge_head[open_edges], np.full(len(seeds.node), hub)])
        cost = np.concatenate([field.cost[open_edges], seeds.cost + 1])
        rows = np.stack([tail, head, cost], axis=1).astype(np.int64)
        rows = rows[np.lexsort((cost, head, tail))]
        return rows[np.unique(rows[:, :2], axis=0, return_index=True)[1]]  # of parallel edges the shortest

    def start_nodes(self) -> list[int]:
        """The nearer end of each origin's link: peers on a bare graph need not snap."""
        walking, network = self.field.walking, self.field.network
        snaps = [walking.snapper.find(*place, walking.usable) for place in self.origins]
        ends = network.link_u, network.link_v
        return [int(ends[snap.share > 0.5][snap.link]) for snap in snaps if snap is not None]


def graph_ways(porto: Porto) -> tuple[list[Way], dict[str, Callable[[], object]]]:
    """Networkx, searching from both ends and stopping where they meet; and the whole forest anew, by networkx and by scipy."""
    rows, hub = porto.rows(), porto.field.network.node_count
    starts = porto.start_nodes()
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(rows.tolist())
    turned = graph.reverse()
    matrix = csr_matrix((rows[:, 2], (rows[:, 1], rows[:, 0])), shape=(hub + 1, hub + 1))

    def search(first: int, count: int) -> Measured:
        chosen = [starts[i % len(starts)] for i in range(first, first + count)]
        return timed(lambda: [nx.bidirectional_dijkstra(graph, node, hub) for node in chosen]), np.nan

    anew = {
        "networkx": lambda: nx.single_source_dijkstra_path_length(turned, hub),
        "scipy": lambda: dijkstra(matrix, indices=hub),
    }
    return [Way("networkx", "search from both ends, origins snapped before", "one", 5, search)], anew
