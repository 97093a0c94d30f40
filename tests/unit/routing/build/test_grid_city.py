"""The city for measuring: as large as asked, the same each time, and a real network in every respect that is measured."""

import numpy as np
import pytest

import routing
from routing.build.grid_city import make_grid_city
from routing.network import COLUMNS
from routing.profiles import CAR, CLOSED, edge_costs


@pytest.fixture(scope="module")
def city() -> routing.Network:
    return make_grid_city(20_000)


def test_it_has_the_size_that_was_asked_for(city: routing.Network) -> None:
    assert city.node_count == pytest.approx(20_000, rel=0.01)
    assert city.link_count / city.node_count == pytest.approx(1.6, abs=0.05)


def test_the_same_seed_gives_the_same_city_and_another_another() -> None:
    one, same, other = make_grid_city(400), make_grid_city(400), make_grid_city(400, seed=1)
    for name in COLUMNS:
        nan = getattr(one, name).dtype.kind == "f"
        assert np.array_equal(getattr(one, name), getattr(same, name), equal_nan=nan), name
    assert not np.array_equal(one.node_lat, other.node_lat)


def test_it_has_bridges_underpasses_stairs_and_one_ways_and_hangs_together(city: routing.Network) -> None:
    for bit in (routing.Way.BRIDGE, routing.Way.TUNNEL, routing.Way.STEPS, routing.Way.SURFACE_UNKNOWN):
        assert 0 < ((city.link_way & bit) > 0).mean() < 0.6, bit
    assert (city.link_layer[(city.link_way & routing.Way.BRIDGE) > 0] == 1).all()
    assert (city.link_layer[(city.link_way & routing.Way.TUNNEL) > 0] == -1).all()
    for profile in (*routing.PROFILES.values(), CAR):
        cost = edge_costs(city, profile)
        assert 0.5 < (cost < CLOSED).mean() < 1, profile.name
    walking = routing.Walking.of(routing.Snapper(city), routing.get_profile("adult"))
    assert walking.usable.mean() > 0.99
