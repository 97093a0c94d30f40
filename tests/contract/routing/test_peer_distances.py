"""Walks in Porto are as long as another engine's: its distances were recorded by benchmarks/peers/record_walks.py."""

import json
from pathlib import Path

import numpy as np
import pytest

import routing
from tests.contract.routing.extracts import read_extract

WALKS = json.loads((Path(__file__).parent / "porto_walks.json").read_text(encoding="utf-8"))
PEER = np.array(WALKS["walks"])
"""float64[2000, 4]: lat, lon, metres by the peer, its target."""
EXPLAINED = {(41.144313, -8.623822)}
"""Each has its paragraph in docs/reference/routing.md, "Beside another engine"."""
RECORDED_M = 0.01
"""Its distances were written down to the centimetre, and three of the walks are none at all."""
METRES = routing.Profile("metres", speed_m_s=1.0, steps_m_s=1.0)
"""A cost of one decisecond is a decimetre, on steps too."""


@pytest.fixture(scope="module")
def walked_m(data_dir: Path) -> np.ndarray:
    """float64[2000]: metres from each of the peer's origins to the nearest of its targets, by the field; infinite for no way."""
    network = read_extract(data_dir / "osm" / "porto_portugal.osm.pbf")
    targets = [routing.Target(f"T{i:02d}", lat, lon) for i, (lat, lon) in enumerate(WALKS["targets"])]
    walking = routing.Walking.of(routing.Snapper(network), METRES)
    field = routing.Field.build(walking, targets, routing.Overlay(network))
    found = [routing.find_route(field, lat, lon) for lat, lon in PEER[:, :2]]
    return np.array([route.length_m if isinstance(route, routing.Route) else np.inf for route in found])


def test_nearest_walks_differ_by_5_percent_for_at_most_one_origin_in_a_thousand(walked_m: np.ndarray) -> None:
    differs = np.abs(walked_m - PEER[:, 2]) > 0.05 * PEER[:, 2] + RECORDED_M
    assert differs.mean() <= 0.001
    assert {(lat, lon) for lat, lon in PEER[differs, :2].tolist()} == EXPLAINED


def test_most_walks_are_as_long_to_a_thousandth(walked_m: np.ndarray) -> None:
    off = np.abs(walked_m - PEER[:, 2]) / np.maximum(PEER[:, 2], 1)
    assert np.quantile(off, 0.95) <= 0.001
    assert (off > 0.01).mean() <= 0.005


def test_the_recorded_walks_are_what_the_bar_asks_for() -> None:
    assert (len(WALKS["targets"]), len(PEER)) == (60, 2000)
    assert len(np.unique(PEER[:, :2], axis=0)) == 2000
    assert (PEER[:, 2] >= 0).all()
    assert len(np.unique(PEER[:, 3])) >= 59
