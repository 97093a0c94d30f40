"""How small a published field is, and how long it takes to make and to read it. Run: python benchmarks/publish.py

One JSON line per figure. Porto if the data are there (MIO_TEST_DATA, default ../shared/data), else the made-up city.
Files are counted whole: header, names of 60 targets, codes of edges, ranks of nodes.
"""

import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from routing import Field, Network, Overlay, Snapper, Target, Walking, get_profile
from routing.build.osm_pbf import read_osm
from routing.build.synthetic import make_city
from routing.publish import Layout, publish_field, publish_network
from routing.published import read_field
from routing.published_files import read_network

TARGETS = 60
CLOSED_LINKS = 100
ROUNDS = 9
BITS_BAR = 3.0


def main() -> None:
    network, place = open_network()
    rng = np.random.default_rng(5)
    walking = Walking.of(Snapper(network), get_profile("adult"))
    nodes = rng.choice(np.unique(network.link_u[walking.usable]), TARGETS, replace=False)
    targets = [
        Target(f"E99101{i:03d}", float(network.node_lat[n]), float(network.node_lon[n]))
        for i, n in enumerate(nodes)
    ]
    names = {target.id: f"第{i}小学校（架空）" for i, target in enumerate(targets)}
    closed = np.unique(rng.choice(network.link_count, CLOSED_LINKS)).astype(np.int32)
    field = Field.build(walking, targets, Overlay(network, {"works": closed}))
    layout = Layout.of(network)

    def make() -> bytes:
        return publish_field(
            field, layout, area=place, hazards=["tsunami"], names=names, made_at_ms=0, expires_at_ms=900_000
        )

    made, tile = make(), publish_network(layout)
    known = read_network(tile)
    phone = read_field(made, known)
    same = float((phone.target == field.target).mean())
    emit(f"publish_field_size_{place}", len(made) * 8 / network.node_count, "bits per node", bar=BITS_BAR)
    emit(f"publish_field_bytes_{place}", len(made), "bytes")
    emit(f"publish_network_size_{place}", len(tile) / network.node_count, "bytes per node")
    emit(f"publish_network_bytes_{place}", len(tile), "bytes")
    emit(f"publish_field_write_{place}", median_ms(make), "ms CPU")
    emit(f"publish_field_read_{place}", median_ms(lambda: read_field(made, known)), "ms CPU")
    emit(f"publish_same_target_{place}", same, "share of nodes", bar=1.0, is_less_better=False)


def open_network() -> tuple[Network, str]:
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    extract = Path(os.environ.get("MIO_TEST_DATA", default)) / "osm" / "porto_portugal.osm.pbf"
    network, place = (read_osm(extract), "porto") if extract.exists() else (make_city().network, "synthetic")
    return replace(network, content_hash=place), place


def median_ms(work: Callable[[], object]) -> float:
    took = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        work()
        took.append((time.process_time() - begin) * 1000)
    return statistics.median(took)


def emit(
    name: str, value: float, unit: str, *, bar: float | None = None, is_less_better: bool = True
) -> None:
    met = None if bar is None else (value <= bar if is_less_better else value >= bar)
    line = {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "bar": bar,
        "met": met,
        "peer": None,
        "ratio": None,
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
