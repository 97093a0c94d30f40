"""Who gets which shelter: walking against the least possible, and how fast places are kept. Prints one JSON line a figure.

Run: python benchmarks/assign.py. Porto if the data are there (MIO_TEST_DATA, default ../shared/data), else the made-up city; the
people and the shelters' sizes are drawn. A real Redis is started. The least total is bounded from below by the dual of the
min-cost flow (weak duality), so a ratio told here is never too good; on a sample the bound is checked against scipy's solver.
"""

import asyncio
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from routing import Field, Network, Overlay, Snapper, Target, Walking, get_profile
from routing.assign import (
    costs_to_targets,
    lower_bound,
    order_candidates,
    price_targets,
    scale_places,
    settle_prices,
)
from routing.build.osm_pbf import read_osm
from routing.build.synthetic import make_city
from routing.geo import METRES_PER_DEGREE
from routing.kernels.forest import INF
from services.local.ports import free_port
from services.local.redis import LocalRedis
from services.navigator.leases.port import BATCH, Places, Wish
from services.navigator.leases.redis import RedisBook
from streams.world import World

DATA = Path(os.environ.get("MIO_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
SEED = 3
SHELTERS = 60
PEOPLE = 20_000
HISTORY = 1_000
"""Walkers whose places are remembered as the picture of those still to come."""
BAR_RATIO = 1.06
CLIENTS = 3
MOVED = 2_000
ROUNDS = 3
NOW, UNTIL = 1_000, 601_000


def main() -> None:
    field, place = open_field()
    people = draw_people(field)
    costs = costs_to_targets(field, people)
    for spare in (1.05, 1.3):
        say_walking(field, people, costs, spare=spare, place=place)
    say_prices(costs)
    with tempfile.TemporaryDirectory() as folder:
        server = LocalRedis(Path(folder) / "redis", port=free_port())
        server.start()
        try:
            say_rate(server.url)
            say_moving(server.url, costs)
        finally:
            server.stop()


def open_field() -> tuple[Field, str]:
    """60 targets at drawn nodes, adults, nothing closed."""
    porto = DATA / "osm" / "porto_portugal.osm.pbf"
    network: Network = read_osm(porto) if porto.exists() else make_city().network
    walking = Walking.of(Snapper(network), get_profile("adult"))
    nodes = np.random.default_rng(SEED).choice(
        np.unique(network.link_u[walking.usable]), SHELTERS, replace=False
    )
    targets = [
        Target(f"T{i:02d}", float(network.node_lat[n]), float(network.node_lon[n]))
        for i, n in enumerate(nodes)
    ]
    return Field.build(walking, targets, Overlay(network)), "porto" if porto.exists() else "made_up_city"


def draw_people(field: Field) -> np.ndarray:
    """int32[PEOPLE], nodes from which some target can be reached: 85 % around 12 centres, the rest anywhere; in the order they ask."""
    network, rng = field.network, np.random.default_rng(SEED + 1)
    y = network.node_lat * METRES_PER_DEGREE
    x = network.node_lon * METRES_PER_DEGREE * np.cos(np.radians(network.node_lat.mean()))
    weight = np.full(network.node_count, 0.15 / network.node_count)
    for centre in rng.choice(network.node_count, 12):
        away = (x - x[centre]) ** 2 + (y - y[centre]) ** 2
        bell = np.exp(-away / 2 / rng.uniform(500, 2000) ** 2)
        weight += 0.85 / 12 * bell / bell.sum()
    weight[field.dist == INF] = 0
    return rng.choice(network.node_count, PEOPLE, p=weight / weight.sum()).astype(np.int32)


def draw_places(need: int, spare: float, *, seed: int = SEED) -> np.ndarray:
    """int64[SHELTERS], sizes as uneven as real ones, `spare` times what is needed."""
    sizes = np.random.default_rng(seed).lognormal(0, 0.8, SHELTERS)
    return np.floor(sizes / sizes.sum() * need * spare).astype(np.int64) + 1


def take_in_turn(people: np.ndarray, costs: np.ndarray, places: np.ndarray, *, priced: bool) -> int:
    """Deciseconds in total when everybody asks in turn and gets the first candidate with room; prices follow every batch.

    Prices know who has asked so far and how many are still to come, never who these are.
    """
    left, total = places.copy(), 0
    for start in range(0, len(people), BATCH):
        some = slice(start, start + BATCH)
        prices = np.zeros(SHELTERS, np.int64)
        if priced and start:
            seen = costs[max(0, start - HISTORY) : start]
            prices = settle_prices(seen, scale_places(left, len(seen), len(people) - start))
        order = order_candidates(costs[some], prices)
        for row, walker in enumerate(range(start, min(start + BATCH, len(people)))):
            chosen = next(int(j) for j in order[row] if left[j] > 0)
            left[chosen] -= 1
            total += int(costs[walker, chosen])
    assert (left >= 0).all(), "over capacity"
    return total


def say_walking(field: Field, people: np.ndarray, costs: np.ndarray, *, spare: float, place: str) -> None:
    """Total walking time over the least possible; peers: the same leases without prices, and the nearest shelter alone."""
    places = draw_places(PEOPLE, spare)
    settled = settle_prices(costs, places)
    least = lower_bound(costs, places, settled)
    ours, plain = (take_in_turn(people, costs, places, priced=p) / least for p in (True, False))
    crowd = np.bincount(costs.argmin(axis=1), minlength=SHELTERS)
    away = float(np.maximum(crowd - places, 0).sum() / PEOPLE)
    say(
        f"{place}_walking_over_least_spare_{spare}", ours, "ratio", bar=BAR_RATIO, people=PEOPLE, shelters=SHELTERS,
        over_capacity=0, leases_without_prices=round(plain, 3), nearest_only_turned_away=round(away, 3),
    )  # fmt: skip
    spread = Field.build(field.walking, price_targets(field.targets, settled), field.overlay)
    told = np.array([int(t.id[1:]) for t in spread.targets])[spread.target[people]]
    beyond = np.maximum(np.bincount(told, minlength=SHELTERS) - places, 0).sum() / PEOPLE
    say(
        f"{place}_priced_field_turned_away_spare_{spare}", float(beyond), "share",
        peer=round(away, 3), peer_name="nearest only", note="whole streets tie at these prices; leases send the rest on",
    )  # fmt: skip


def say_prices(costs: np.ndarray) -> None:
    """Time to settle prices, and the dual bound against an exact solver on a sample that it can hold."""
    sample = costs[:MOVED]
    places = draw_places(MOVED, 1.1)
    settle_prices(sample, places)
    began = time.process_time()
    prices = settle_prices(sample, places)
    took = (time.process_time() - began) * 1000
    table = sample[:, np.repeat(np.arange(SHELTERS), places)].astype(np.int64)
    began = time.process_time()
    rows, columns = linear_sum_assignment(table)
    peer = (time.process_time() - began) * 1000
    least = int(table[rows, columns].sum())
    say(
        "settle_prices_2000_walkers", took, "ms", peer=round(peer, 1), peer_name="scipy linear_sum_assignment",
        bound_over_least=round(lower_bound(sample, places, prices) / least, 5),
    )  # fmt: skip


@dataclass(frozen=True)
class Errand:
    """What one client does: its wishes in calls of `batch`; leaving: whence they move, empty for new leases."""

    url: str
    wishes: list[Wish]
    batch: int
    leaving: str


def client(errand: Errand, barrier: Barrier, took: "multiprocessing.Queue[tuple[float, int]]") -> None:
    """One process: connects, waits for the others, asks, tells seconds and how many got a place."""

    async def ask() -> tuple[float, int]:
        book = RedisBook(errand.url, World.DRILL, timeout_s=30)
        await book.list_rooms(["T00"], now_ms=NOW)
        await asyncio.to_thread(barrier.wait)
        began, placed = time.perf_counter(), 0
        for start in range(0, len(errand.wishes), errand.batch):
            some = errand.wishes[start : start + errand.batch]
            granted = await book.take(some, now_ms=NOW, until_ms=UNTIL, leaving=errand.leaving)
            placed += sum(g.lease is not None and g.lease.shelter != errand.leaving for g in granted)
        seconds = time.perf_counter() - began
        await book.close()
        return seconds, placed

    took.put(asyncio.run(ask()))


def run_clients(url: str, wishes: Sequence[Wish], *, batch: int, leaving: str = "") -> tuple[float, int]:
    """Wall seconds until the last of the clients is done, and how many wishes were granted."""
    context = multiprocessing.get_context("spawn")
    barrier, took = context.Barrier(CLIENTS), context.Queue()
    errands = [Errand(url, list(wishes[i::CLIENTS]), batch, leaving) for i in range(CLIENTS)]
    processes = [context.Process(target=client, args=(errand, barrier, took)) for errand in errands]
    for process in processes:
        process.start()
    done = [took.get() for _ in processes]
    for process in processes:
        process.join()
    return max(seconds for seconds, _ in done), sum(placed for _, placed in done)


async def open_book(url: str, places: np.ndarray, walking: Sequence[Wish] = ()) -> None:
    """A new book with these places, and leases for those who walk already."""
    book = RedisBook(url, World.DRILL, timeout_s=30)
    await book._client.flushall()  # noqa: SLF001
    assert await book.begin("bench", hold_ms=60_000)
    await book.set_places([Places(f"T{i:02d}", 0, int(room)) for i, room in enumerate(places)])
    assert await book.open("bench")
    granted = await book.take(walking, now_ms=NOW, until_ms=UNTIL)
    assert all(g.lease is not None for g in granted)
    await book.close()


async def check_books(url: str, places: np.ndarray, expected: int) -> None:
    """Nobody over capacity, and every place accounted for."""
    book = RedisBook(url, World.DRILL, timeout_s=30)
    names = [f"T{i:02d}" for i in range(SHELTERS)]
    rooms = await book.list_rooms(names, now_ms=NOW)
    assert all(r.walking <= size for r, size in zip(rooms, places.tolist(), strict=True)), "over capacity"
    assert sum(r.walking for r in rooms) == expected, "the books do not balance"
    await book.close()


def say_rate(url: str) -> None:
    """New leases a second over all clients, and what one call per walker gives."""
    count, rng = 30_000, np.random.default_rng(SEED)
    places = np.full(SHELTERS, count // SHELTERS + 50)
    orders = rng.permuted(np.tile(np.arange(SHELTERS), (count, 1)), axis=1)
    wishes = [Wish(f"{i:032x}", 1, tuple(f"T{j:02d}" for j in orders[i])) for i in range(count)]
    rates = {}
    for batch, some in ((BATCH, wishes), (50, wishes), (1, wishes[:6000])):
        asyncio.run(open_book(url, places))
        seconds, placed = run_clients(url, some, batch=batch)
        asyncio.run(check_books(url, places, placed))
        rates[batch] = placed / seconds
    say(
        "leases_3_clients", rates[BATCH], "1/s", less=False, peer=round(rates[1], 1), peer_name="one call per walker",
        in_batches_of_50=round(rates[50]), over_capacity=0,
    )  # fmt: skip


def say_moving(url: str, costs: np.ndarray) -> None:
    """2,000 walkers of a shelter that became full get places elsewhere: wall time of the slowest of 3 clients."""
    full = int(np.bincount(costs.argmin(axis=1), minlength=SHELTERS).argmax())
    walkers = np.flatnonzero(costs.argmin(axis=1) == full)[:MOVED]
    walkers = np.resize(walkers, MOVED)
    places = draw_places(MOVED, 1.05, seed=SEED + 9)
    places[full] = MOVED
    order = order_candidates(costs[walkers])
    name = f"T{full:02d}"
    wishes = [Wish(f"{i:032x}", 1, tuple(f"T{j:02d}" for j in order[i] if j >= 0)) for i in range(MOVED)]
    took: dict[int, list[float]] = {BATCH: [], 1: []}
    room = int(np.delete(places, full).sum())
    for batch, seconds in took.items():
        for _ in range(ROUNDS if batch > 1 else 1):
            asyncio.run(open_book(url, places, [Wish(w.id, 1, (name,)) for w in wishes]))
            wall, placed = run_clients(url, wishes, batch=batch, leaving=name)
            assert placed == min(MOVED, room), (placed, room)
            asyncio.run(check_books(url, places, MOVED))
            seconds.append(wall * 1000)
    say(
        "full_shelter_2000_walkers_placed", float(np.median(took[BATCH])), "ms", bar=200,
        peer=round(float(np.median(took[1])), 1), peer_name="one call per walker", worst=round(max(took[BATCH]), 1),
        over_capacity=0,
    )  # fmt: skip


def say(
    name: str, value: float, unit: str, *, bar: float | None = None, less: bool = True, **more: object
) -> None:
    """One figure; `ratio` is how many times faster than the peer in the same run."""
    peer = more.get("peer")
    if isinstance(peer, float) and unit in {"ms", "1/s"}:
        more["ratio"] = round(peer / value if less else value / peer, 2)
    met = None if bar is None else bool(value <= bar if less else value >= bar)
    print(
        json.dumps({"name": name, "value": round(value, 3), "unit": unit, "bar": bar, "met": met, **more}),
        flush=True,
    )


if __name__ == "__main__":
    main()
