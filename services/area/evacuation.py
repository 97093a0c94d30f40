"""When everybody leaves at once: how long it takes on everybody's nearest way, and on ways spread over streets and sites. A plan, no forecast.

Nobody is known by name here: places with how many leave them. What the replay leaves out is said in `routing.queues`.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from routing import Field, Walking
from routing.flow import plan_flow, plan_nearest
from routing.queues import Crowd, Passages, Replay, replay
from routing.reach import CUT_OFF, Arrivals, Reach, Spots
from services.area.errors import AreaFolderError
from services.area.folder import AreaInfo, read_area
from services.area.report.report import generated_residents
from services.area.report.spots import Residents, cut_streets, read_people, snap_residents
from services.area.report.tables import write_table
from services.area.show import read_sites
from services.navigator.answers import Moment
from services.navigator.ground import Ground, load_ground
from services.navigator.state import World
from services.navigator.what_if import SupposedHazard, Supposition, list_targets, suppose
from streams.events.base import Hazard
from streams.events.shelters import ShelterState
from streams.folds.shelters import Place, shelter_state

Progress = Callable[[int, int, str], object]

SUMMARY, GROUPS = "evacuation.json", "evacuation.csv"
NOBODY_COUNTED = "nobody said how many people there are: give their number or a file lat,lon,count (--people)"
EVENLY = (5**0.5 - 1) / 2
"""Multiples of it fill a span of time evenly, however many leave in it."""


@dataclass(frozen=True)
class Order:
    """What to suppose. people: a number, spread evenly over the streets; a CSV file lat,lon,count; None: the made-up city's own.

    hazards: in force everywhere; sites must suit them. window_min: over how many minutes people leave.
    """

    people: int | Path | None = None
    profile: str = "adult"
    hazards: frozenset[Hazard] = frozenset()
    window_min: float = 0.0


@dataclass(frozen=True)
class Evacuation:
    """What came of it. places: int64[targets], where unknown as many as there are people.

    nearest: everybody on the way of their own to the nearest site; spread: on ways that go round queues and full sites.
    """

    info: AreaInfo
    order: Order
    source: str
    field: Field
    sites: tuple[ShelterState, ...]
    crowd: Crowd
    places: npt.NDArray[np.int64]
    nearest: Replay
    spread: Replay

    @property
    def unknown_sizes(self) -> int:
        """Sites whose capacity nobody has written down: taken as if there were room for all."""
        return sum(site.capacity is None for site in self.sites)


def evacuate(folder: Path, order: Order, *, now_ms: int, progress: Progress) -> Evacuation:
    """Plans and replays both.

    Raises:
        AreaFolderError: no area folder, the people cannot be read, or nobody said how many there are.
        RoutingError: the network cannot be read, no such profile, or too many people.
    """
    info = read_area(folder)
    progress(0, 1, "opening the area")
    ground = load_ground(folder)
    walking = ground.walking(order.profile)
    spots, source = _find_people(folder, info, order, walking)
    moment = _suppose(ground, folder, order.hazards, now_ms)
    field = Field.build(walking, list_targets(moment, order.hazards), moment.overlay)
    sites = tuple(moment.get_place(target.id) for target in field.targets)
    crowd = _set_out(Reach.of(field), spots, window_ds=order.window_min * 600)
    places = np.array([len(crowd) if s.capacity is None else s.capacity for s in sites], np.int64)
    passages = Passages.of(field)
    progress(0, 1, "replaying the nearest ways")
    nearest = replay(passages, crowd, plan_nearest(passages, crowd))
    plan = plan_flow(
        passages,
        crowd,
        places=places,
        progress=lambda done, total: progress(done, total, "spreading people over streets and sites"),
    )
    progress(1, 1, "replaying the spread ways")
    spread = replay(passages, crowd, plan)
    return Evacuation(info, order, source, field, sites, crowd, places, nearest, spread)


def _suppose(ground: Ground, folder: Path, hazards: frozenset[Hazard], now_ms: int) -> Moment:
    """The area's lists, and these hazards in force everywhere."""
    states = (shelter_state(site.id, Place(listed=site)) for site in read_sites(folder))
    world = World(places={s.id: s for s in states if s is not None}, at_ms=now_ms)
    return suppose(Moment.of(ground, world), Supposition(hazards=tuple(map(SupposedHazard, sorted(hazards)))))


def _find_people(folder: Path, info: AreaInfo, order: Order, walking: Walking) -> tuple[Spots, str]:
    """A spot for each person, and whose figures these are."""
    if isinstance(order.people, int):
        return _along_streets(walking, order.people), f"{order.people:,} people, evenly over the streets"
    residents = read_people(order.people) if order.people else generated_residents(folder, info)
    if residents is None:
        raise AreaFolderError(f"{folder}: {NOBODY_COUNTED}")
    return _at_homes(walking, residents), f"{residents.source} {residents.as_of}".rstrip()


def _along_streets(walking: Walking, people: int) -> Spots:
    """As many on each metre of street as on any other."""
    streets = cut_streets(walking.network)
    length = np.where(walking.usable[streets.spots.link], streets.length_m, 0.0)
    ends = np.cumsum(length)
    if people < 1 or not len(ends) or ends[-1] == 0:
        raise AreaFolderError(f"{people} people on {float(length.sum()):.0f} m of street: nobody to plan for")
    row = np.searchsorted(ends, (np.arange(people) + 0.5) / people * ends[-1])
    return Spots(streets.spots.link[row], streets.spots.share[row])


def _at_homes(walking: Walking, residents: Residents) -> Spots:
    """Each place's people, rounded; those farther than 300 m from any way are left out."""
    spots, rows = snap_residents(residents, walking)
    count = np.rint(residents.count[rows]).astype(np.int64)
    return Spots(np.repeat(spots.link, count), np.repeat(spots.share, count))


def _set_out(reach: Reach, spots: Spots, *, window_ds: float) -> Crowd:
    """Everybody at the crossing by which the nearest way leaves their own street, when they have walked there."""
    network, there = reach.field.network, reach.arrivals(spots)
    at_crossing = there.node >= 0
    node = np.where(at_crossing, there.node, network.link_u[spots.link]).astype(np.int32)
    leaves = np.arange(len(spots)) * EVENLY % 1 * window_ds
    return Crowd(node, np.rint(leaves + _first_leg(reach, there, node)).astype(np.int64))


def _first_leg(reach: Reach, there: Arrivals, node: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """int64[persons]: deciseconds to that crossing; 0 for those who have no way, or whose site is on their own street."""
    walked = there.time.astype(np.int64) - reach.time[node]
    return np.where((there.node >= 0) & (there.time != CUT_OFF), np.maximum(0, walked), 0)


def figures(seen: Replay, places: npt.NDArray[np.int64]) -> dict[str, float | int | None]:
    """What a plan came to. Minutes are since the alarm; null where nobody arrives."""
    came = seen.arrived_s[np.isfinite(seen.arrived_s)]

    def minutes(values: npt.NDArray[np.float64], how: Callable[..., np.floating]) -> float | None:
        return round(float(how(values)) / 60, 2) if len(values) else None

    return {
        "last_min": minutes(came, np.max),
        "p95_min": minutes(came, lambda v: np.percentile(v, 95)),
        "mean_trip_min": minutes(seen.trip_s[np.isfinite(seen.trip_s)], np.mean),
        "mean_queue_min": minutes(seen.waited_s[np.isfinite(seen.waited_s)], np.mean),
        "arrived": len(came),
        "over_capacity": seen.over(places),
        "no_way": seen.stranded,
    }


def write_evacuation(made: Evacuation, out: Path, *, made_ms: int) -> None:
    """`evacuation.json`: the figures and every site; `evacuation.csv`: how many go from where to which site, spread."""
    out.mkdir(parents=True, exist_ok=True)
    count = len(made.field.targets)
    loads = {"nearest": made.nearest.loads(count).tolist(), "spread": made.spread.loads(count).tolist()}
    summary = {
        "area": made.info.name, "made_up": made.info.synthetic, "network": made.info.network_hash[:12], "made_ms": made_ms,
        "people": len(made.crowd), "source_of_people": made.source, "profile": made.order.profile,
        "hazards": sorted(str(h) for h in made.order.hazards), "window_min": made.order.window_min,
        "sites_of_unknown_capacity": made.unknown_sizes,
        "nearest": figures(made.nearest, made.places), "spread": figures(made.spread, made.places),
        "sites": [
            {"id": s.id, "name": s.name, "lat": s.lat, "lon": s.lon, "capacity": s.capacity,
             **{how: loaded[row] for how, loaded in loads.items()}}
            for row, s in enumerate(made.sites)
        ],
    }  # fmt: skip
    (out / SUMMARY).write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    names = (
        "lat",
        "lon",
        "people",
        "site",
        "site name",
        "last arrival min",
        "mean trip min",
        "area",
        "made up",
    )
    write_table(out / GROUPS, names, _groups(made))


def _groups(made: Evacuation) -> list[Sequence[object]]:
    """One row for all who set out from one crossing to one site."""
    network, seen, targets = made.field.network, made.spread, max(1, len(made.sites))
    goes = np.flatnonzero(seen.target >= 0)
    group = made.crowd.node[goes].astype(np.int64) * targets + seen.target[goes]
    known, row, people = np.unique(group, return_inverse=True, return_counts=True)
    last = np.zeros(len(known))
    np.maximum.at(last, row, seen.arrived_s[goes])
    trip = np.bincount(row, weights=seen.trip_s[goes], minlength=len(known)) / np.maximum(people, 1)
    tail = (made.info.name, "made up" if made.info.synthetic else "")
    rows: list[Sequence[object]] = []
    for key, number, at, mean in zip(
        known.tolist(), people.tolist(), last.tolist(), trip.tolist(), strict=True
    ):
        node, site = key // targets, made.sites[key % targets]
        lat, lon = round(float(network.node_lat[node]), 6), round(float(network.node_lon[node]), 6)
        rows.append((lat, lon, number, site.id, site.name, round(at / 60, 1), round(mean / 60, 1), *tail))
    return rows
