"""The made-up city of 1.1 million nodes that other benchmarks measure on; built once, kept under .mio/bench. Prints what building and opening take."""

import json
import time
from pathlib import Path

import numpy as np

import routing
from routing.build.grid_city import make_grid_city
from routing.errors import NetworkError
from routing.network import FORMAT

NODES = 1_100_000
FOLDER = Path(__file__).resolve().parents[1] / ".mio" / "bench"


def open_big_city(nodes: int = NODES) -> routing.Network:
    """The city of about `nodes` nodes from its file; drawn first where there is none of this format."""
    path = FOLDER / f"grid-{nodes}-format-{FORMAT}.mio"
    try:
        return routing.Network.load(path)
    except NetworkError:
        FOLDER.mkdir(parents=True, exist_ok=True)
        make_grid_city(nodes).save(path)
        return routing.Network.load(path)


def list_targets(network: routing.Network, count: int = 600, *, seed: int = 1) -> list[routing.Target]:
    """Targets at `count` random nodes; the same seed gives the same ones."""
    chosen = np.random.default_rng(seed).choice(network.node_count, count, replace=False)
    spots = zip(network.node_lat[chosen].tolist(), network.node_lon[chosen].tolist(), strict=True)
    return [routing.Target(f"T{i:04d}", lat, lon) for i, (lat, lon) in enumerate(spots)]


def field_of(network: routing.Network, targets: list[routing.Target]) -> routing.Field:
    """An adult's, where nothing is closed."""
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    return routing.Field.build(walking, targets, routing.Overlay(network))


def open_big_field() -> routing.Field:
    """The big city with 600 targets: for whoever measures answers or changes on it."""
    network = open_big_city()
    return field_of(network, list_targets(network))


def main() -> None:
    began = time.process_time()
    network = make_grid_city(NODES)
    made = time.process_time() - began
    open_big_city()
    began = time.perf_counter()
    opened = open_big_city()
    milliseconds = (time.perf_counter() - began) * 1000
    figures = (
        ("big_city_nodes", network.node_count, "", None, None),
        ("big_city_edges", network.edge_count, "", None, None),
        ("big_city_make", round(made, 2), "s", 60, made <= 60),
        ("big_city_open", round(milliseconds, 2), "ms", 50, milliseconds <= 50),
    )
    assert opened.node_count == network.node_count
    for name, value, unit, bar, met in figures:
        print(json.dumps({"name": name, "value": value, "unit": unit, "bar": bar, "met": met}), flush=True)


if __name__ == "__main__":
    main()
