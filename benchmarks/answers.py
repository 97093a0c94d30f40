"""Answers on Porto and in the made-up city of 1.1 million nodes, one core: in batches and one by one, with snap, polyline and JSON. One JSON line a figure; needs MIO_TEST_DATA.

Places lie anywhere within 300 m of a way, not on nodes. Processor time, the median of some rounds.
"""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import orjson
from big_city import list_targets, open_big_city

import routing
from routing.batch import Reader, Streets
from routing.build.osm_pbf import read_osm

DATA = Path(os.environ.get("MIO_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
ROUNDS = 7
PLACES = 20_000


def cpu_s(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median processor time of one call, after one to warm up."""
    work()
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return float(np.median(times))


def say(name: str, count: int, seconds: float, bar: int | None = None) -> None:
    rate = round(count / seconds)
    met = None if bar is None else rate >= bar
    print(json.dumps({"name": name, "value": rate, "unit": "1/s", "bar": bar, "met": met}), flush=True)


def tell(name: str, value: float, unit: str) -> None:
    print(json.dumps({"name": name, "value": value, "unit": unit}), flush=True)


def porto_field() -> routing.Field:
    """60 targets on the streets of Porto, as in the other benchmarks."""
    network = read_osm(DATA / "osm" / "porto_portugal.osm.pbf")
    nodes = np.random.default_rng(1).integers(0, network.node_count, 60)
    spots = zip(network.node_lat[nodes].tolist(), network.node_lon[nodes].tolist(), strict=True)
    targets = [routing.Target(f"T{i:02d}", lat, lon) for i, (lat, lon) in enumerate(spots)]
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    return routing.Field.build(walking, targets, routing.Overlay(network))


def places_near(network: routing.Network, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Places up to some 200 m from where nodes are, float64[count] degrees twice."""
    rng = np.random.default_rng(2)
    nodes = rng.integers(0, network.node_count, count)
    return network.node_lat[nodes] + rng.normal(0, 7e-4, count), network.node_lon[nodes] + rng.normal(
        0, 9e-4, count
    )


def city_field() -> routing.Field:
    """600 targets in the made-up city of 1.1 million nodes."""
    network = open_big_city()
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    return routing.Field.build(walking, list_targets(network), routing.Overlay(network))


def measure(name: str, field: routing.Field) -> None:
    """Batch, single and whole answers, and what one of them looks like."""
    lat, lon = places_near(field.network, PLACES)
    reader = Reader(Streets(field.walking.snapper), field)
    places = list(zip(lat.tolist(), lon.tolist(), strict=True))
    found = reader.find_all(lat, lon)
    batch = cpu_s(lambda: orjson.dumps(reader.find_all(lat, lon).columns()))
    say(f"{name}_answers_batch", PLACES, batch, 100_000)
    say(f"{name}_answers_single", PLACES, cpu_s(lambda: [reader.compact(*p) for p in places]), 50_000)
    say(f"{name}_answers_whole", 2_000, cpu_s(lambda: [reader.find(*p) for p in places[:2_000]], 3))
    reader.make_table()
    say(f"{name}_answers_whole_by_table", 2_000, cpu_s(lambda: [reader.find(*p) for p in places[:2_000]], 3))
    made = cpu_s(lambda: Reader(reader._streets, field))  # noqa: SLF001
    tell(f"{name}_reader_made", round(made * 1e6), "us")
    tell(f"{name}_answers_with_way", round(float(found.has_way.mean()), 4), "")
    tell(f"{name}_answers_bytes", round(len(orjson.dumps(found.columns())) / PLACES), "bytes each")
    tell(f"{name}_answers_metres", round(float(found.length_m[found.has_way].mean())), "m on average")


def main() -> None:
    field = porto_field()
    measure("porto", field)
    places = list(zip(*(column.tolist() for column in places_near(field.network, 300)), strict=True))
    say("porto_answers_oracle", 300, cpu_s(lambda: [routing.find_route(field, *p) for p in places], 3))
    measure("big_city", city_field())


if __name__ == "__main__":
    main()
