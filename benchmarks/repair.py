"""Repair of the shelter field after a change, on Porto and on the made-up city of 1.1 million nodes, against building anew and scipy.

Prints one JSON line a figure. Processor time of one thread, medians; changes and peers take turns in the same run. `kernel` are the loops
alone (what is cut off, the repair; or the build), `field` all of Field.repair until answers are fresh, `told` the same and whom it
concerns, `moment` what the navigator does before answers are fresh. A rebuild is what one would do instead, by the same code: lay the
zones that are new, weigh every edge, hang the targets, grow the whole field. `in_rebuilds` is the median of what a change cost in
rebuilds that were measured right beside it. Needs the test data (MIO_TEST_DATA).
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import shapely
from big_city import field_of, list_targets, open_big_field
from field import scipy_search
from shapely.affinity import affine_transform

import routing
import routing.field
from routing.build.osm_pbf import read_osm
from routing.geo import METRES_PER_DEGREE
from routing.kernels.forest import build_forest, settle_many
from routing.kernels.repair import cut_off, repair_forest, seems_dear
from services.navigator.answers import Moment
from services.navigator.ground import Ground
from services.navigator.links import LinkCache
from services.navigator.state import World
from streams.events.base import Hazard
from streams.events.closures import ClosureState, Geometry, Mode
from streams.events.shelters import Opening, ShelterState

DATA = Path(os.environ.get("MIO_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
ROUNDS = 22
"""Even: each of two ways comes first equally often, as whoever is second finds the columns at hand."""
CLOSE, CLOSE_ROUNDS = 0.04, 88
"""Where a change costs so nearly a rebuild, on whichever side, more rounds tell which is dearer."""
Change = Callable[[routing.Field, int], Callable[[], routing.Repair]]
"""Makes a change ready (untimed) and returns the repair (timed)."""


class Stopwatch:
    """A kernel that adds up how long its calls took, ms."""

    def __init__(self, kernel: Callable[..., object]) -> None:
        self.kernel, self.total_ms = kernel, 0.0

    def __call__(self, *columns: object) -> object:
        began = time.process_time_ns()
        made = self.kernel(*columns)
        self.total_ms += (time.process_time_ns() - began) / 1e6
        return made


LOOPS = {
    loop.__name__: Stopwatch(loop) for loop in (build_forest, seems_dear, cut_off, repair_forest, settle_many)
}
for name, stopwatch in LOOPS.items():
    setattr(routing.field, name, stopwatch)


def take_loops_ms() -> float:
    """What all loops took since the last time."""
    total = sum(stopwatch.total_ms for stopwatch in LOOPS.values())
    for stopwatch in LOOPS.values():
        stopwatch.total_ms = 0.0
    return total


def say(
    name: str, value: float, unit: str = "ms", *, bar: float | None = None, peer: float | None = None
) -> None:
    met = None if bar is None else bool(value <= bar)
    ratio = None if peer is None else round(peer / value, 2)
    peer = None if peer is None else round(peer, 3)
    line = {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "bar": bar,
        "met": met,
        "peer": peer,
        "ratio": ratio,
    }
    print(json.dumps(line), flush=True)


def timed(work: Callable[[], object]) -> float:
    began = time.process_time_ns()
    work()
    return (time.process_time_ns() - began) / 1e6


def compare(name: str, field: routing.Field, change: Change, *, bar: float | None = None) -> float:
    """Medians of one kind of change and of building the same anew, in turns; what it costs in rebuilds."""
    kernel, whole, anew, anew_kernel, told, touched, rebuilt = [], [], [], [], [], [], 0
    turn = 0
    while turn < ROUNDS or (turn < CLOSE_ROUNDS and abs(in_rebuilds(whole, anew) - 1) < CLOSE):
        turn += 1
        made = change(
            field, turn
        )()  # both ways have been taken once, and each comes first in half of the turns
        began = time.process_time_ns()
        touched.append(len(made.touched))
        asking = (time.process_time_ns() - began) / 1e6
        work = change(field, turn)
        rebuild = partial(
            routing.Field.build, made.field.walking, made.field.targets, as_new(made.field.overlay, field)
        )
        ways = [(work, whole, kernel), (rebuild, anew, anew_kernel)]
        for doing, times, loops in ways if turn % 2 else reversed(ways):
            take_loops_ms()
            times.append(timed(doing))
            loops.append(take_loops_ms())
        told.append(whole[-1] + asking)
        rebuilt += made.rebuilt
    ratio = in_rebuilds(whole, anew)
    say(f"{name}_kernel", float(np.median(kernel)), bar=bar, peer=float(np.median(anew_kernel)))
    say(f"{name}_field", float(np.median(whole)), peer=float(np.median(anew)))
    say(f"{name}_told", float(np.median(told)), peer=float(np.median(anew)))
    say(f"{name}_in_rebuilds", ratio, "")
    say(f"{name}_touched", float(np.median(touched)), "nodes")
    if rebuilt:
        say(f"{name}_built_anew", rebuilt, f"of {turn}")
    return ratio


def in_rebuilds(whole: Sequence[float], anew: Sequence[float]) -> float:
    """Of rounds side by side; whichever came first counts as much as the other."""
    pairs = np.array(whole) / np.array(anew)
    return float(np.sqrt(np.median(pairs[::2]) * np.median(pairs[1::2])))


def as_new(overlay: routing.Overlay, field: routing.Field) -> routing.Overlay:
    """Without what was worked out from it; zones that were in force before are laid already."""
    if overlay.zones is field.overlay.zones:
        return replace(overlay)
    return replace(overlay, membranes=dict(overlay.membranes))


def closures(count: int) -> Change:
    """So many links close, by so many causes; each round others."""

    def change(field: routing.Field, turn: int) -> Callable[[], routing.Repair]:
        network = field.network
        links = (
            np.random.default_rng([turn, count])
            .choice(network.link_count, count, replace=False)
            .astype(np.int32)
        )
        laid = {f"c{i}": links[i : i + 1] for i in range(count)}
        overlay = routing.Overlay(network, laid, field.overlay.membranes)
        return lambda: field.repair(overlay=overlay)

    return change


def reopened(count: int) -> Change:
    """So many links open again."""
    close = closures(count)

    def change(field: routing.Field, turn: int) -> Callable[[], routing.Repair]:
        closed = close(field, turn)().field
        return lambda: closed.repair(overlay=field.overlay)

    return change


def disc(radius_m: float) -> Change:
    """A zone of that radius comes into force; its membrane is known already, as a hazard map's is. Each round another."""
    known = dict[int, routing.Membrane]()

    def change(field: routing.Field, turn: int) -> Callable[[], routing.Repair]:
        if not known:
            known.update(enumerate(discs(field.network, radius_m)))
        overlay = routing.Overlay(field.network, field.overlay.closures, {"zone": known[turn % len(known)]})
        return lambda: field.repair(overlay=overlay)

    return change


def discs(network: routing.Network, radius_m: float) -> Iterator[routing.Membrane]:
    index = routing.LinkIndex(network)
    for node in np.random.default_rng(int(radius_m)).choice(network.node_count, ROUNDS + 1).tolist():
        lat, lon = float(network.node_lat[node]), float(network.node_lon[node])
        wide = 1 / np.cos(np.radians(lat))
        zone = affine_transform(
            shapely.Point(0, 0).buffer(radius_m / METRES_PER_DEGREE), [wide, 0, 0, 1, lon, lat]
        )
        yield routing.make_membrane(index, zone)


def lifted(radius_m: float) -> Change:
    """Such a zone is in force no more."""
    lay = disc(radius_m)

    def change(field: routing.Field, turn: int) -> Callable[[], routing.Repair]:
        laid = lay(field, turn)().field
        overlay = routing.Overlay(field.network, field.overlay.closures, {})
        return lambda: laid.repair(overlay=overlay)

    return change


def shelters_fill(share: float) -> Change:
    """At least one of them, others each round."""

    def change(field: routing.Field, turn: int) -> Callable[[], routing.Repair]:
        order = np.random.default_rng(turn).permutation(len(field.targets))
        left = [field.targets[i] for i in order[max(1, int(share * len(order))) :].tolist()]
        return lambda: field.repair(left)

    return change


def shelters_open(share: float) -> Change:
    """Those that were full are open again."""
    fill = shelters_fill(share)

    def change(field: routing.Field, turn: int) -> Callable[[], routing.Repair]:
        filled = fill(field, turn)().field
        return lambda: filled.repair(field.targets)

    return change


def priced(field: routing.Field, turn: int) -> list[routing.Target]:
    prices = np.random.default_rng(turn).integers(0, 1200, len(field.targets)).tolist()
    return [replace(t, price_ds=p) for t, p in zip(field.targets, prices, strict=True)]


def prices_move(field: routing.Field, turn: int) -> Callable[[], routing.Repair]:
    targets = priced(field, turn)
    return lambda: field.repair(targets)


def everything(count: int) -> Change:
    """So many links close and a zone comes into force, two shelters fill and all others are priced anew, at once."""
    close, lay = closures(count), disc(2000)

    def change(field: routing.Field, turn: int) -> Callable[[], routing.Repair]:
        targets = priced(field, turn)[2:]
        closed, laid = close(field, turn)().field.overlay, lay(field, turn)().field.overlay
        overlay = routing.Overlay(field.network, closed.closures, dict(laid.membranes))
        return lambda: field.repair(targets, overlay)

    return change


CHANGES: tuple[tuple[str, Change], ...] = (
    ("1_closure", closures(1)),
    ("1000_closures", closures(1000)),
    ("3000_closures", closures(3000)),
    ("10000_closures", closures(10_000)),
    ("60000_closures", closures(60_000)),
    ("100_openings", reopened(100)),
    ("3000_openings", reopened(3000)),
    ("10000_openings", reopened(10_000)),
    ("60000_openings", reopened(60_000)),
    ("a_shelter_fills", shelters_fill(0)),
    ("half_of_all_shelters_fill", shelters_fill(0.5)),
    ("a_shelter_opens", shelters_open(0)),
    ("half_of_all_shelters_open", shelters_open(0.5)),
    ("all_prices_move", prices_move),
    ("disc_500_m", disc(500)),
    ("disc_10_km", disc(10_000)),
    ("disc_10_km_lifted", lifted(10_000)),
    ("everything_with_100_closures", everything(100)),
    ("everything_with_10000_closures", everything(10_000)),
)


def measure(
    city: str, field: routing.Field, *, closures_bar: float, disc_bar: float | None, build_bar: float | None
) -> None:
    network = field.network
    anew = [
        timed(lambda: routing.Field.build(field.walking, field.targets, field.overlay)) for _ in range(ROUNDS)
    ]
    search = scipy_search(field)
    search()
    peer = float(np.median([timed(search) for _ in range(5)]))
    say(f"{city}_build", float(np.median(anew)), bar=build_bar, peer=peer)
    columns = (field.dist, field.next_edge, field.target)
    say(
        f"{city}_bytes_per_node_and_field",
        sum(c.nbytes for c in columns) / network.node_count,
        "bytes",
        bar=12,
    )
    worst = [compare(f"{city}_100_closures", field, closures(100), bar=closures_bar)]
    worst.append(compare(f"{city}_disc_2_km", field, disc(2000), bar=disc_bar))
    worst += [compare(f"{city}_{name}", field, change) for name, change in CHANGES]
    say(f"{city}_dearest_change_in_rebuilds", max(worst), "", bar=1)


def moments(network: routing.Network, targets: list[routing.Target]) -> Iterator[tuple[str, float, float]]:
    """(change, ms with repair, ms from nothing) of a whole moment with four warm fields of two profiles."""
    ground, links = Ground(network, ()), LinkCache()
    places = {t.id: ShelterState(id=t.id, lat=t.lat, lon=t.lon, suits=(Hazard.FLOOD,)) for t in targets}
    keys = [(p, h) for p in ("adult", "slow") for h in (frozenset[Hazard](), frozenset({Hazard.FLOOD}))]

    def closed(turn: int) -> World:
        nodes = np.random.default_rng(turn).choice(network.node_count, 100, replace=False)
        spots = zip(network.node_lat[nodes].tolist(), network.node_lon[nodes].tolist(), strict=True)
        states = (
            ClosureState(
                id=f"c{turn}-{i}",
                source="bench",
                as_of_ms=1,
                modes=(Mode.FOOT,),
                geometry=Geometry("point", ((spot,),)),
            )
            for i, spot in enumerate(spots)
        )
        return World(places=places, closures={state.id: state for state in states})

    def filled(turn: int) -> World:
        state = places[targets[turn % len(targets)].id]
        full = ShelterState(
            id=state.id, lat=state.lat, lon=state.lon, suits=state.suits, opening=Opening.FULL
        )
        return World(places={**places, state.id: full})

    former = Moment.of(ground, World(places=places), links=links)
    for key in keys:
        former.field(key)

    def anew(world: World) -> None:
        made = Moment.of(ground, world, links=LinkCache())
        for key in keys:
            made.field(key)

    for name, world_of in (("100_closures", closed), ("shelter_full", filled)):
        repaired, built = [], []
        for turn in range(ROUNDS):
            world = world_of(turn)
            repaired.append(timed(lambda w=world: Moment.of(ground, w, former=former, links=links)))
            built.append(timed(lambda w=world: anew(w)))
        yield name, float(np.median(repaired)), float(np.median(built))


def main() -> None:
    porto = read_osm(DATA / "osm" / "porto_portugal.osm.pbf")
    targets = list_targets(porto, 60)
    measure("porto", field_of(porto, targets), closures_bar=0.5, disc_bar=1, build_bar=None)
    for name, repaired, built in moments(porto, targets):
        say(f"porto_moment_4_fields_{name}", repaired, peer=built)
    measure("big_city", open_big_field(), closures_bar=10, disc_bar=None, build_bar=150)


if __name__ == "__main__":
    main()
