"""On real streets: a search and a tree find the way of a field of that target, and another engine knows no cheaper one, whatever closes."""

from dataclasses import replace
from pathlib import Path

import numpy as np

import routing
from routing.kernels.forest import INF
from routing.landmarks import make_marks
from routing.targets import Pages, Search, Trees
from routing.tours import NO_WAY, PickUp, find_tour
from tests.contract.routing.extracts import read_extract
from tests.contract.routing.test_repair_on_extracts import City
from tests.unit.routing.oracles import cheapest, scipy_distances

ROUNDS = 8
EACH = 4
"""So many questions a round; each round's first is compared with scipy too."""


def place_in(city: City, name: str) -> routing.Target:
    """Near some node."""
    node = int(city.rng.integers(city.network.node_count))
    lat, lon = float(city.network.node_lat[node]), float(city.network.node_lon[node])
    return routing.Target(name, lat + city.rng.uniform(-2e-4, 2e-4), lon)


def test_whatever_closes_both_find_the_canonical_way(data_dir: Path) -> None:
    network = read_extract(data_dir / "osm" / "monaco.osm.pbf")
    city = City(network, seed=5)
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    marks, pages = make_marks(walking), Pages(network.node_count)
    trees, asked, found_ways = None, [place_in(city, f"g{n}") for n in range(3)], 0
    for _ in range(ROUNDS):
        city.change()
        weights = routing.Weights.of(walking, city.overlay)
        search = Search(weights, marks, pages)
        trees = Trees(search, lambda _: True) if trees is None else trees.taken_over(search, lambda _: True)
        for turn in range(EACH):
            origin = place_in(city, "o")
            goal = asked[turn] if turn < len(asked) else place_in(city, "g")
            field = routing.Field.of(weights, [goal])
            expected = routing.find_route(field, origin.lat, origin.lon, alternatives=0)
            assert search.way(origin, goal) == expected
            tree = trees.get(goal)
            assert np.array_equal(tree.next_edge, field.next_edge)
            assert trees.way(origin, goal) == expected
            found_ways += isinstance(expected, routing.Route)
            if turn == 0:
                dist = scipy_distances(field)
                exact = replace(field, dist=np.where(np.isinf(dist), INF, dist).astype(np.int32))
                least = cheapest(exact, expected.snap)
                assert search.costs([origin], [goal])[0, 0] == (NO_WAY if least is None else least)
    assert found_ways > ROUNDS


def test_a_tour_through_real_streets_costs_what_its_ways_cost(data_dir: Path) -> None:
    network = read_extract(data_dir / "osm" / "monaco.osm.pbf")
    city = City(network, seed=6)
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("slow"))
    search = Search(
        routing.Weights.of(walking, routing.Overlay(network)), make_marks(walking), Pages(network.node_count)
    )
    pick_ups = [PickUp(place_in(city, f"p{n}")) for n in range(6)]
    commons = [place_in(city, f"s{n}") for n in range(4)]
    tour = find_tour(search, place_in(city, "start"), pick_ups=pick_ups, commons=commons, room=2)
    ways = [search.way(leg.origin, leg.goal) for leg in tour.legs]
    assert len(tour.legs) >= 6 - len(tour.left)
    assert [way.cost for way in ways if isinstance(way, routing.Route)] == [leg.cost for leg in tour.legs]
