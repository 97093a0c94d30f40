"""A crowd that leaves at once: when the last one arrives, by ours, by CCRP and by everybody's nearest way. Prints one JSON line a figure.

Run: python benchmarks/flow.py. The middle of Porto if the data are there (MIO_TEST_DATA, default ../shared/data), else the made-up
city. All three are judged by the same replay with queues (`routing.queues`); planning is timed by processor time, ours
before and after CCRP.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from field import DATA, say
from peers.ccrp import Ccrp

from routing import Field, Overlay, Snapper, Target, Walking, get_profile
from routing.build.osm_pbf import read_osm
from routing.build.synthetic import make_city
from routing.flow import plan_flow, plan_nearest
from routing.geo import METRES_PER_DEGREE
from routing.kernels.forest import INF
from routing.queues import Crowd, Passages, Replay, replay

MIDDLE = (41.1530, -8.6110)
RADIUS_M = 1500
SHELTERS = 30
CASES = (("20k_tight", 20_000, 1.3), ("50k_roomy", 50_000, 3.0), ("100k_tight", 100_000, 1.3))
"""Name, people, and places for each of them."""


@dataclass(frozen=True)
class Case:
    """A crowd and what it walks on. nodes: int32, where one may start."""

    passages: Passages
    crowd: Crowd
    places: np.ndarray


def open_field() -> Field:
    """Shelters drawn within the radius, everything beyond it closed."""
    porto = DATA / "osm" / "porto_portugal.osm.pbf"
    network = read_osm(porto) if porto.exists() else make_city().network
    south, west, north, east = network.bbox
    lat, lon = MIDDLE if porto.exists() else ((south + north) / 2, (west + east) / 2)
    metres = np.array([METRES_PER_DEGREE, METRES_PER_DEGREE * np.cos(np.radians(lat))])
    away = np.hypot((network.node_lat - lat) * metres[0], (network.node_lon - lon) * metres[1])
    beyond = np.flatnonzero((away[network.link_u] > RADIUS_M) | (away[network.link_v] > RADIUS_M))
    overlay = Overlay(network, {"beyond": beyond.astype(np.int32)})
    walking = Walking.of(Snapper(network), get_profile("adult"))
    middle = Field.build(walking, [Target("middle", lat, lon)], overlay)
    nodes = np.random.default_rng(1).choice(np.flatnonzero(middle.dist != INF), SHELTERS, replace=False)
    targets = [
        Target(f"T{i:02d}", float(network.node_lat[n]), float(network.node_lon[n]))
        for i, n in enumerate(nodes)
    ]
    return Field.build(walking, targets, overlay)


def keep(passages: Passages, chosen: np.ndarray) -> Passages:
    """The passages between chosen nodes only, numbered anew: neither planner shall pay for the rest of the map."""
    number = np.cumsum(chosen) - 1
    rows = chosen[passages.tail] & chosen[passages.head]
    head = number[passages.head[rows]].astype(np.int32)
    start = np.zeros(int(chosen.sum()) + 1, np.int32)
    np.cumsum(np.bincount(head, minlength=len(start) - 1), out=start[1:])
    return replace(
        passages, in_start=start, tail=number[passages.tail[rows]].astype(np.int32), head=head,
        cost=passages.cost[rows], time=passages.time[rows], rate=passages.rate[rows],
    )  # fmt: skip


def draw_case(field: Field, people: int, spare: float) -> Case:
    """Half of the people around six places, half anywhere; places as uneven as real ones."""
    rng, network = np.random.default_rng(2), field.network
    whole = Passages.of(field)
    inside = np.concatenate([field.dist != INF, np.ones(whole.target_count, bool)])
    nodes = np.flatnonzero(field.dist != INF)
    y = network.node_lat[nodes] * METRES_PER_DEGREE
    x = network.node_lon[nodes] * METRES_PER_DEGREE * np.cos(np.radians(MIDDLE[0]))
    weight = np.full(len(nodes), 0.5 / len(nodes))
    for centre in rng.choice(len(nodes), 6):
        bell = np.exp(-((x - x[centre]) ** 2 + (y - y[centre]) ** 2) / 2 / rng.uniform(150, 400) ** 2)
        weight += 0.5 / 6 * bell / bell.sum()
    node = rng.choice(len(nodes), people, p=weight / weight.sum()).astype(np.int32)
    sizes = rng.lognormal(0, 0.6, SHELTERS)
    places = np.floor(sizes / sizes.sum() * people * spare).astype(np.int64) + 1
    return Case(keep(whole, inside), Crowd(node, np.zeros(people, np.int64)), places)


def timed_ms(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def say_case(name: str, case: Case) -> None:
    """Clearance and planning time, CCRP in the same rounds."""
    passages, crowd, places = case.passages, case.crowd, case.places
    peer = Ccrp(passages, crowd, places)
    before_ms = timed_ms(lambda: plan_flow(passages, crowd, places=places))
    peer_ms = timed_ms(peer.plan)
    ours_ms = (before_ms + timed_ms(lambda: plan_flow(passages, crowd, places=places))) / 2
    scheduled, plan = peer.as_plan()
    theirs = replay(passages, scheduled, plan)
    ours = replay(passages, crowd, plan_flow(passages, crowd, places=places))
    nearest = replay(passages, crowd, plan_nearest(passages, crowd))
    check(ours, places, len(crowd))
    check(theirs, places, len(crowd))
    say(f"flow_{name}_clearance", ours.clearance_s / 60, "min", bar=1.02 * theirs.clearance_s / 60, peer=theirs.clearance_s / 60)  # fmt: skip
    say(f"flow_{name}_mean_trip", float(np.mean(ours.trip_s)) / 60, "min", peer=float(np.mean(theirs.arrived_s)) / 60)  # fmt: skip
    say(f"flow_{name}_plan", ours_ms, "ms", bar=0.1 * peer_ms, peer=peer_ms)  # fmt: skip
    say(f"flow_{name}_nearest_way_clearance", nearest.clearance_s / 60, "min")
    say(f"flow_{name}_nearest_way_turned_away", nearest.over(places) / len(crowd), "share")


def check(seen: Replay, places: np.ndarray, people: int) -> None:
    """Nobody is lost, and nobody is over capacity."""
    assert seen.stranded == 0
    assert seen.loads(len(places)).sum() == people
    assert seen.over(places) == 0


def main() -> None:
    field = open_field()
    warm = draw_case(field, 500, 2.0)
    plan_flow(warm.passages, warm.crowd, places=warm.places)
    Ccrp(warm.passages, warm.crowd, warm.places).plan()
    for name, people, spare in CASES:
        say_case(name, draw_case(field, people, spare))


if __name__ == "__main__":
    main()
