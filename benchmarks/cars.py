"""Cars on Porto's streets with their turn restrictions: build, changes, answers; beside networkx on the same line graph. Prints JSON lines.

Run: python benchmarks/cars.py; needs the test data (MIO_TEST_DATA). `porto_walkers_*` is the same work for walkers in the same run.
"""

import time
from collections.abc import Callable

import networkx as nx
import numpy as np
import orjson
from field import DATA, cpu_ms, say

import routing
from routing.batch import Reader, Streets
from routing.build.osm_pbf import read_osm
from routing.cars import CarWeights, Driving, Turns
from routing.profiles import CLOSED
from services.navigator.polyline import encode_polyline6

TARGETS = 60
PLACES = 2000
CLOSURES = (1, 100, 1000)


def main() -> None:
    network = read_osm(DATA / "osm" / "porto_portugal.osm.pbf")
    rng = np.random.default_rng(1)
    snapper, nodes = routing.Snapper(network), rng.integers(0, network.node_count, TARGETS)
    targets = [
        routing.Target(f"T{i:02d}", float(network.node_lat[n]), float(network.node_lon[n]))
        for i, n in enumerate(nodes)
    ]
    driving, overlay = Driving.on(snapper), routing.Overlay(network)
    turns = driving.turns
    say("porto_car_edges", int((turns.number >= 0).sum()), "edges")
    say("porto_car_turns", turns.edge_count, "turns")
    say("porto_car_network_build", cpu_ms(lambda: Turns.of(network, driving.streets.cost), 3), "ms")
    weights = CarWeights.on(driving, overlay)
    field = routing.Field.of(weights, targets)
    say_builds(field, weights, targets)
    say_changes(field, network, rng)
    say_answers(field, network, rng)


def say_builds(field: routing.Field, weights: CarWeights, targets: list[routing.Target]) -> None:
    """A field with turns, one without, and networkx on the line graph."""
    walkers = routing.Weights.of(
        routing.Walking.of(field.walking.on_streets.snapper, routing.get_profile("adult")), weights.overlay
    )
    peer = cpu_ms(networkx_search(field), 1)
    say("porto_car_field_build", cpu_ms(lambda: routing.Field.of(weights, targets)), "ms", peer=peer)
    say("porto_walkers_field_build", cpu_ms(lambda: routing.Field.of(walkers, targets)), "ms")
    say("porto_car_field_bytes", sum(c.nbytes for c in (field.dist, field.next_edge, field.target)), "bytes")


def networkx_search(field: routing.Field) -> Callable[[], object]:
    """Dijkstra from all targets over turns turned round; the graph is made beforehand."""
    network, graph = field.network, nx.DiGraph()
    rows = np.flatnonzero(field.cost < CLOSED)
    ends = zip(network.edge_head[rows].tolist(), network.edge_tail[rows].tolist(), strict=True)
    costs = field.cost[rows].tolist()
    graph.add_weighted_edges_from((*pair, cost) for pair, cost in zip(ends, costs, strict=True))
    for node, cost in zip(field.seeds.node.tolist(), field.seeds.cost.tolist(), strict=True):
        graph.add_edge("target", node, weight=cost)
    return lambda: nx.single_source_dijkstra_path_length(graph, "target")


def say_changes(field: routing.Field, network: routing.Network, rng: np.random.Generator) -> None:
    """Streets that close to cars, the target that opens last, and what building anew would cost each time."""
    usable = np.flatnonzero(field.walking.usable)
    for count in CLOSURES:
        links = np.unique(rng.choice(usable, count)).astype(np.int32)
        closed = routing.Overlay(network, {"x": links}, modes={"x": routing.Mode.CAR})
        say(f"porto_car_{count}_closures", cpu_ms(lambda o=closed: field.repair(overlay=o)), "ms")
    say("porto_car_one_target_less", cpu_ms(lambda: field.repair(field.targets[1:])), "ms")


def say_answers(field: routing.Field, network: routing.Network, rng: np.random.Generator) -> None:
    """Whole answers one by one and compact ones in a batch, with snap, polyline and JSON."""
    links = rng.choice(np.flatnonzero(field.walking.usable), PLACES)
    lat, lon = (column[network.link_u[links]].copy() for column in (network.node_lat, network.node_lon))
    began = time.process_time()
    reader = Reader(Streets(field.walking.snapper), field)
    say("porto_car_reader_build", (time.process_time() - began) * 1000, "ms")

    def one_by_one() -> None:
        for at_lat, at_lon in zip(lat.tolist(), lon.tolist(), strict=True):
            reader.compact(at_lat, at_lon)

    def by_python() -> None:
        for at_lat, at_lon in zip(lat[:100].tolist(), lon[:100].tolist(), strict=True):
            found = routing.find_route(field, at_lat, at_lon)
            if isinstance(found, routing.Route):
                orjson.dumps({"to": found.target, "line": encode_polyline6(found.points)})

    say(
        "porto_car_answers_batch",
        PLACES * 1000 / cpu_ms(lambda: orjson.dumps(reader.find_all(lat, lon).columns())),
        "1/s",
    )
    say("porto_car_answers_single", PLACES * 1000 / cpu_ms(one_by_one, 3), "1/s")
    say("porto_car_answers_in_python", 100 * 1000 / cpu_ms(by_python, 3), "1/s")


if __name__ == "__main__":
    main()
