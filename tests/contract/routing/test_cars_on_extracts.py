"""Cars on real streets with their real turn restrictions: ways are as short as a search finds that expands nothing, and keep every rule."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely

import routing
from routing.cars import Driving, weigh
from routing.profiles import CLOSED
from tests.contract.routing.extracts import read_extract
from tests.unit.routing.turn_forest import NO_WAY, Rules, drive_times
from tests.unit.routing.turn_oracles import car_seeds, street_costs, turns_of

COMPARED = ("porto_portugal.osm.pbf", "monaco.osm.pbf")


def overlay_on(network: routing.Network, rng: np.random.Generator) -> routing.Overlay:
    """200 streets closed to cars, 200 to walkers, and a zone over a fifth of the map."""
    south, west, north, east = network.bbox
    links = rng.integers(0, network.link_count, (2, 200)).astype(np.int32)
    zone = shapely.Point(rng.uniform(west, east), rng.uniform(south, north)).buffer((east - west) / 4)
    return routing.Overlay(
        network,
        {"cars": np.unique(links[0]), "feet": np.unique(links[1])},
        {"zone": routing.make_membrane(routing.LinkIndex(network), zone)},
        {"cars": routing.Mode.CAR, "feet": routing.Mode.FOOT},
    )


@pytest.mark.parametrize("name", COMPARED)
def test_cars_find_what_a_search_over_edges_finds(data_dir: Path, name: str) -> None:
    network, rng = read_extract(data_dir / "osm" / name), np.random.default_rng(5)
    assert len(network.turn_from) > 0
    nodes = rng.integers(0, network.node_count, 60)
    targets = [
        routing.Target(f"T{i:02d}", float(network.node_lat[n]) + 1e-4, float(network.node_lon[n]))
        for i, n in enumerate(nodes)
    ]
    driving = Driving.on(routing.Snapper(network))
    before = routing.Field.of(weigh(driving, overlay_on(network, rng)), targets)
    field = before.repair(targets[:50], overlay_on(network, rng), most_cut=1.0).field
    turns, cost, seeds = turns_of(field), street_costs(field), car_seeds(field)
    times, rules = drive_times(network, cost, seeds), Rules(network, cost)
    edges = np.flatnonzero(cost < CLOSED)
    after = field.dist[network.node_count + turns.number[edges]].astype(np.int64)
    best = np.where(after < NO_WAY, cost[edges] + after, NO_WAY)
    for edge, spent, _ in seeds:
        at = np.searchsorted(edges, edge)
        best[at] = min(best[at], spent)
    np.testing.assert_array_equal(best, times[edges])
    routes = 0
    for link in rng.choice(np.flatnonzero(driving.usable), 100):
        found = routing.find_route(field, *(float(part[0]) for part in network.shape_of(int(link))))
        if isinstance(found, routing.Route):
            routes += 1
            assert all(network.edge_head[a] == network.edge_tail[b] for a, b in pairwise(found.edges))
            assert all(cost[edge] < CLOSED for edge in found.edges[1:])
            assert all(rules.allow(a, b) for a, b in pairwise(found.edges))
    assert routes > 20
