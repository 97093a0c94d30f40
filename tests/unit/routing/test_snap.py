from itertools import pairwise

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import routing
from routing.errors import PlaceError
from routing.geo import METRES_PER_DEGREE, require_place
from tests.unit.routing.oracles import BOTH, STEP, network_of, networks


def brute_force(network: routing.Network, lat: float, lon: float, usable: np.ndarray) -> float:
    """Metres to the nearest usable segment, one by one, in the local plane."""
    south, west, north, _ = network.bbox
    mx = METRES_PER_DEGREE * np.cos(np.radians((south + north) / 2))
    best = np.inf
    p = np.array([(lon - west) * mx, (lat - south) * METRES_PER_DEGREE])
    for link in np.flatnonzero(usable):
        lats, lons = network.shape_of(int(link))
        xy = np.column_stack([(lons - west) * mx, (lats - south) * METRES_PER_DEGREE])
        for a, b in pairwise(xy):
            d = b - a
            share = 0.0 if not d.any() else float(np.clip((p - a) @ d / (d @ d), 0, 1))
            best = min(best, float(np.hypot(*(p - a - share * d))))
    return best


@settings(max_examples=200, deadline=None)
@given(networks(), st.floats(-0.02, 0.02), st.floats(-0.02, 0.02), st.data())
def test_the_nearest_usable_link_is_found(
    network: routing.Network, north: float, east: float, data: st.DataObject
) -> None:
    lat, lon = 34.0 + north, 135.0 + east
    usable = np.array(
        data.draw(st.lists(st.booleans(), min_size=network.link_count, max_size=network.link_count))
    )
    found = routing.Snapper(network).find(lat, lon, usable)
    expected = brute_force(network, lat, lon, usable)
    assert (found is None) == (expected > 5000)
    if found is not None:
        assert found.distance_m == pytest.approx(expected, abs=1e-6)
        assert usable[found.link]
        assert 0 <= found.share <= 1


def test_a_snap_tells_the_share_along_the_link_and_the_way_to_it() -> None:
    network = network_of([(34.0, 135.0), (34.0, 135.0 + STEP)], [(0, 1, BOTH)], [0.0])
    found = routing.Snapper(network).find(34.0 + STEP / 10, 135.0 + STEP / 4, np.array([True]))
    assert found is not None
    share = found.share if network.shape_lon[0] < 135.0 + STEP / 2 else 1 - found.share
    assert share == pytest.approx(0.25, abs=1e-6)
    assert found.direction == "south"
    assert found.is_near


@pytest.mark.parametrize(
    ("lat", "lon", "word"),
    [
        (135.5, 34.6, "swapped"),
        (120_000.0, -45_000.0, "metres"),
        (95.0, 200.0, "no place"),
        (float("nan"), 1.0, "no place"),
    ],
)
def test_what_cannot_be_a_place_is_refused_with_the_likely_mistake(lat: float, lon: float, word: str) -> None:
    with pytest.raises(PlaceError, match=word):
        require_place(lat, lon)


def test_a_place_far_away_is_refused_with_the_distance() -> None:
    network = network_of([(34.0, 135.0), (34.0, 135.0 + STEP)], [(0, 1, BOTH)], [0.0])
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    field = routing.Field.build(walking, [], routing.Overlay(network))
    with pytest.raises(PlaceError, match=r"111\.2 km outside"):
        routing.find_route(field, 35.0, 135.0)
