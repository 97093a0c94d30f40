"""How many survive a danger that moves when they follow our way, against the nearest way; and what one such answer for all costs.

Run: python benchmarks/depart.py. One JSON line per figure; `peer` is the nearest-shelter way (for times: one plain field) in the
same run. Porto if the data are there (MIO_TEST_DATA, default ../shared/data), else the made-up city. The dangers are made up:
their shape is plain, so that anyone can check it; they are no forecast for any place.
"""

import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from routing import Field, Network, Overlay, Snapper, Target, Walking, Way, get_profile
from routing.build.osm_pbf import read_osm
from routing.build.synthetic import make_city
from routing.depart import Departure
from routing.geo import METRES_PER_DEGREE
from routing.kernels.depart import NEVER

SEED = 5
TARGETS = 60
TALL_SHARE = 0.25
"""Share of the targets that stand within reach of the water all the same (tall buildings)."""
REACH_M = 3_000.0
RIVER_BRIDGE_M = 80.0
LOW_GROUND_M = 400.0
ROUNDS = 15
FEW = 5
"""A departure may cost as much as a few fields."""


@dataclass(frozen=True)
class Scenario:
    """arrival_ds: int32[nodes], fails_ds: int32[edges], people: bool[nodes], whom it concerns."""

    name: str
    arrival_ds: np.ndarray
    fails_ds: np.ndarray
    people: np.ndarray


def main() -> None:
    network, place = open_network()
    x, y = plane(network)
    from_coast = distance_from_coast(x, y)
    scenarios = [
        sea(network, from_coast, "sea_5_m_s_after_15_min", speed_m_s=5, delay_min=15),
        sea(network, from_coast, "sea_2_m_s_after_10_min", speed_m_s=2, delay_min=10),
        sea(network, from_coast, "sea_10_m_s_after_25_min", speed_m_s=10, delay_min=25),
        river(network, x, y),
    ]
    walking = Walking.of(Snapper(network), get_profile("adult"))
    took_ms = []
    for scenario in scenarios:
        targets = place_targets(network, walking, flooded=scenario.arrival_ds < NEVER)
        took_ms.append(report(scenario, walking, targets, place))
    slowest, plain = max(took_ms)
    emit(f"depart_build_{place}", slowest, "ms CPU", bar=FEW * plain, peer=plain, is_less_better=True)


def report(scenario: Scenario, walking: Walking, targets: list[Target], place: str) -> tuple[float, float]:
    """Prints the scenario's lines; returns the milliseconds of its departure and of one field."""
    field = Field.build(walking, targets, Overlay(walking.network))

    def build() -> Departure:
        return Departure.of(field, arrival_ds=scenario.arrival_ds, edge_fails_ds=scenario.fails_ds)

    departure = build()
    people = np.flatnonzero(scenario.people & (field.target >= 0))
    ours = departure.latest_ds[people] >= 0
    nearest = departure.along(field)[people] >= 0
    name = f"depart_survive_{scenario.name}_{place}"
    emit(name, float(ours.mean()), "share", bar=float(nearest.mean()), peer=float(nearest.mean()))
    saved = people[ours & ~nearest]
    longer = [departure.find_escape(int(n)) for n in saved[:2000]]
    detours = [e.time_ds / field.dist[n] for e, n in zip(longer, saved, strict=False) if e and field.dist[n]]
    if detours:
        emit(f"depart_detour_{scenario.name}_{place}", statistics.median(detours), "times the nearest way")
    return interleaved_ms(build, lambda: Field.build(walking, targets, field.overlay))


def open_network() -> tuple[Network, str]:
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    extract = Path(os.environ.get("MIO_TEST_DATA", default)) / "osm" / "porto_portugal.osm.pbf"
    return (read_osm(extract), "porto") if extract.exists() else (make_city().network, "synthetic")


def plane(network: Network) -> tuple[np.ndarray, np.ndarray]:
    """Metres east and north of the south-west corner."""
    south, west, north, _ = network.bbox
    x = (network.node_lon - west) * METRES_PER_DEGREE * np.cos(np.radians((south + north) / 2))
    return x, (network.node_lat - south) * METRES_PER_DEGREE


def distance_from_coast(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Metres east of the westernmost crossing within the same kilometre, which is taken for the shore."""
    band = (y / 1000).astype(int)
    shore = np.full(band.max() + 1, np.inf)
    np.minimum.at(shore, band, x)
    return np.asarray(x - shore[band])


def sea(
    network: Network, from_coast: np.ndarray, name: str, *, speed_m_s: float, delay_min: float
) -> Scenario:
    """A front from the shore that ends REACH_M inland."""
    arrival = ((delay_min * 60 + from_coast / speed_m_s) * 10).astype(np.int32)
    inside = from_coast < REACH_M
    fails = np.full(network.edge_count, NEVER, np.int32)
    return Scenario(name, np.where(inside, arrival, NEVER).astype(np.int32), fails, inside)


def river(network: Network, x: np.ndarray, y: np.ndarray) -> Scenario:
    """Long bridges fail one after another in 5 to 20 minutes, underpasses in 5 to 15; low ground floods within the hour."""
    rng = np.random.default_rng(SEED)
    way = network.link_way
    long_bridge = ((way & Way.BRIDGE) > 0) & (network.link_length_m > RIVER_BRIDGE_M)
    if not long_bridge.any():
        long_bridge = (way & Way.BRIDGE) > 0
    fails = np.full(network.link_count, NEVER, np.int32)
    fails[long_bridge] = rng.integers(3_000, 12_000, int(long_bridge.sum()))
    tunnel = (way & Way.TUNNEL) > 0
    fails[tunnel] = rng.integers(3_000, 9_000, int(tunnel.sum()))
    ends = np.concatenate([network.link_u[long_bridge], network.link_v[long_bridge]])
    away, _ = cKDTree(np.column_stack([x[ends], y[ends]])).query(np.column_stack([x, y]))
    arrival = ((10 + 50 * away / LOW_GROUND_M) * 600).astype(np.int32)
    arrival = np.where(away < LOW_GROUND_M, arrival, NEVER).astype(np.int32)
    return Scenario("river_bridges_fail", arrival, fails[network.edge_link], away < 1_000)


def place_targets(network: Network, walking: Walking, *, flooded: np.ndarray) -> list[Target]:
    """TARGETS at random crossings that can be walked to; of those in the water only the tall ones stand."""
    rng = np.random.default_rng(SEED)
    usable = np.zeros(network.node_count, bool)
    usable[network.link_u[walking.usable]] = True
    chosen = rng.choice(np.flatnonzero(usable), TARGETS, replace=False)
    stands = ~flooded[chosen] | (rng.random(TARGETS) < TALL_SHARE)
    return [
        Target(f"T{number:03d}", float(network.node_lat[node]), float(network.node_lon[node]))
        for number, node in enumerate(chosen[stands])
    ]


def interleaved_ms(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """Median CPU milliseconds of both, in alternating rounds, so that a busy machine burdens both alike."""
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for work, times in zip((first, second), took, strict=True):
            begin = time.process_time()
            work()
            times.append((time.process_time() - begin) * 1000)
    return statistics.median(took[0]), statistics.median(took[1])


def emit(
    name: str, value: float, unit: str, *, bar: float | None = None, peer: float | None = None,
    is_less_better: bool = False,
) -> None:  # fmt: skip
    met = None if bar is None else (value <= bar if is_less_better else value >= bar)
    ratio = round(value / peer, 3) if peer else None
    rounded = [None if n is None else round(n, 4) for n in (value, bar, peer)]
    line = {"name": name, "value": rounded[0], "unit": unit, "bar": rounded[1], "met": met}
    print(json.dumps({**line, "peer": rounded[2], "ratio": ratio}))


if __name__ == "__main__":
    main()
