"""The shelter field on Porto: build against scipy, opening. Prints one JSON line a figure; needs the test data (MIO_TEST_DATA)."""

import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

import routing
from routing.build.osm_pbf import read_osm
from routing.profiles import CLOSED
from services.navigator.answers import Moment
from services.navigator.ground import Ground
from services.navigator.links import LinkCache
from services.navigator.state import World as State
from streams.events.base import Hazard
from streams.events.closures import ClosureState, Geometry, Mode
from streams.events.shelters import ShelterState

DATA = Path(os.environ.get("MIO_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
ROUNDS = 7


def cpu_ms(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median processor time of one call, after one to warm up."""
    work()
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append((time.process_time() - began) * 1000)
    return float(np.median(times))


def say(
    name: str,
    value: float,
    unit: str,
    *,
    bar: float | None = None,
    less: bool = True,
    peer: float | None = None,
) -> None:
    """One figure; `ratio` is how many times faster than the peer in the same run."""
    met = None if bar is None else bool(value <= bar if less else value >= bar)
    ratio = None if peer is None else round(peer / value, 2)
    peer = None if peer is None else round(peer, 3)
    print(
        json.dumps(
            {
                "name": name,
                "value": round(value, 3),
                "unit": unit,
                "bar": bar,
                "met": met,
                "peer": peer,
                "ratio": ratio,
            }
        ),
        flush=True,
    )


def scipy_search(field: routing.Field) -> Callable[[], object]:
    """Scipy's best way to do the same: one search from a virtual node over turned edges, matrix made beforehand."""
    network, hub = field.network, field.network.node_count
    open_edges = np.flatnonzero(field.cost < CLOSED)
    tail = np.concatenate([network.edge_head[open_edges], np.full(len(field.seeds.node), hub)])
    head = np.concatenate([network.edge_tail[open_edges], field.seeds.node])
    cost = np.concatenate([field.cost[open_edges], field.seeds.cost + 1])
    order = np.lexsort((cost, head, tail))
    first = np.unique(np.stack([tail[order], head[order]]), axis=1, return_index=True)[1]
    keep = order[first]
    matrix = coo_matrix((cost[keep], (tail[keep], head[keep])), shape=(hub + 1, hub + 1)).tocsr()
    return lambda: dijkstra(matrix, indices=hub)


def moment_ms(network: routing.Network, targets: list[routing.Target]) -> float:
    """From a changed state to a moment with four fields: what stands between a closure and the answers that know it."""
    ground, links = Ground(network, ()), LinkCache()
    places = {t.id: ShelterState(id=t.id, lat=t.lat, lon=t.lon, suits=(Hazard.FLOOD,)) for t in targets}
    former = Moment.of(ground, State(places=places), links=links)
    for profile in ("adult", "slow"):
        for hazards in (frozenset[Hazard](), frozenset({Hazard.FLOOD})):
            former.field((profile, hazards))
    rounds = iter(range(1, ROUNDS + 2))

    def change() -> None:
        first = next(rounds) * 1000
        spots = zip(network.node_lat[first : first + 100], network.node_lon[first : first + 100], strict=True)
        closures = {
            f"c{i}": ClosureState(
                id=f"c{i}", source="bench", as_of_ms=first, modes=(Mode.FOOT,),
                geometry=Geometry("point", (((float(lat), float(lon)),),)),
            )
            for i, (lat, lon) in enumerate(spots)
        }  # fmt: skip
        Moment.of(ground, State(places=places, closures=closures), former=former, links=links)

    return cpu_ms(change)


def main() -> None:
    path = DATA / "osm" / "porto_portugal.osm.pbf"
    began = time.process_time()
    network = read_osm(path)
    say("porto_load_pbf", time.process_time() - began, "s", bar=5)
    with tempfile.TemporaryDirectory() as folder:
        network.save(Path(folder) / "network.mio")
        say(
            "porto_open_saved",
            cpu_ms(lambda: routing.Network.load(Path(folder) / "network.mio")),
            "ms",
            bar=50,
        )
    rng = np.random.default_rng(1)
    nodes = rng.integers(0, network.node_count, 60)
    targets = [
        routing.Target(f"T{i:02d}", float(network.node_lat[n]), float(network.node_lon[n]))
        for i, n in enumerate(nodes)
    ]
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    overlay = routing.Overlay(network)
    field = routing.Field.build(walking, targets, overlay)
    built = cpu_ms(lambda: routing.Field.build(walking, targets, overlay))
    say("porto_field_build", built, "ms", peer=cpu_ms(scipy_search(field)))
    say("porto_moment_after_100_closures_4_fields", moment_ms(network, targets), "ms", bar=150)


if __name__ == "__main__":
    main()
