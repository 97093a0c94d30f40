"""The figures of a report, from an opened area: shares by district, catchments, bottlenecks. Draws and writes nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from routing import PROFILES, Field, Walking, Way
from routing.bottlenecks import Bottleneck, Candidate, find_bottlenecks, find_structures
from routing.reach import CUT_OFF, NOT_PASSABLE, Arrivals, Reach, Spots
from services.area.report.districts import District, locate
from services.area.report.spots import Residents, Streets, cut_streets, snap_residents
from services.navigator.answers import Moment
from services.navigator.ground import Ground
from services.navigator.state import World
from services.navigator.what_if import SupposedHazard, Supposition, list_targets, suppose
from streams.events.base import SITE_HAZARDS, Hazard
from streams.events.shelters import ShelterState

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Progress = Callable[[int, int, str], object]

MINUTES = (5, 10, 15)
LATER, CUT, UNUSABLE, CLASSES = 3, 4, 5, 6
"""Classes of a place: within 5, 10, 15 minutes (0, 1, 2), later, cut off, and not to be passed by this profile at all."""
MAIN_PROFILE = "adult"
KEPT_BOTTLENECKS = 10


@dataclass(frozen=True)
class Shares:
    """How much of each district is in each class: float64[districts + 1, CLASSES], metres or people; the last row is outside."""

    amounts: Floats

    def row(self, district: int | None) -> Floats:
        """float64[CLASSES]: one district; None is the whole area."""
        return np.asarray(self.amounts.sum(axis=0) if district is None else self.amounts[district])

    def within(self, minutes: int, district: int | None = None) -> float | None:
        """Share within so many minutes of a suitable site; None where there is nothing to share."""
        classes = self.row(district)
        whole = float(classes.sum())
        return float(classes[: MINUTES.index(minutes) + 1].sum()) / whole if whole else None


@dataclass(frozen=True)
class Catchment:
    """What one site takes in when all go to their nearest: metres of street, people. None is unknown, never zero."""

    place: ShelterState
    street_m: float
    people: float | None

    @property
    def missing(self) -> float | None:
        """People more than places; negative is room to spare. Unknown where either is."""
        capacity = self.place.capacity
        return None if self.people is None or capacity is None else self.people - capacity


@dataclass(frozen=True)
class Situation:
    """One hazard as if in force in the whole area; None is no hazard, when every site suits.

    streets, people: by profile; people is empty where nobody said where they live. classes: int8[spots] of the main profile.
    zones: how many hazard-map zones count. suitable: sites that carry the flag; remote: how many more do, but lie farther than
    300 m from any way. Bottlenecks are those of the main profile.
    """

    hazard: Hazard | None
    suitable: tuple[ShelterState, ...]
    remote: int
    zones: int
    streets: dict[str, Shares]
    people: dict[str, Shares]
    classes: npt.NDArray[np.int8]
    catchments: tuple[Catchment, ...]
    stranding: tuple[Bottleneck, ...]
    lengthening: tuple[Bottleneck, ...]


@dataclass(frozen=True)
class Homes:
    """Where residents step onto the ways of one profile. rows: of the residents; district: int32[n]."""

    spots: Spots
    rows: npt.NDArray[np.int64]
    district: Ints
    count: Floats


@dataclass(frozen=True)
class Basis:
    """What all situations share. unplaced: people farther than 300 m from any way of the main profile."""

    moment: Moment
    districts: tuple[District, ...]
    streets: Streets
    street_district: Ints
    residents: Residents | None
    homes: dict[str, Homes]
    structures: Sequence[Candidate]

    @property
    def surface_unknown(self) -> float:
        """Share of the street length of whose surface nothing is known."""
        way = self.moment.ground.network.link_way[self.streets.spots.link]
        unknown = (way & Way.SURFACE_UNKNOWN) > 0
        return float(self.streets.length_m[unknown].sum() / self.streets.length_m.sum())

    @property
    def unplaced(self) -> float:
        if self.residents is None:
            return 0.0
        return float(self.residents.count.sum() - self.homes[MAIN_PROFILE].count.sum())


def prepare(
    ground: Ground,
    places: Sequence[ShelterState],
    *,
    districts: tuple[District, ...],
    residents: Residents | None,
    now_ms: int,
    progress: Progress,
) -> Basis:
    """Cuts the streets, finds the homes and the structures."""
    progress(0, 1, "cutting streets")
    streets = cut_streets(ground.network)
    homes = {}
    if residents is not None:
        for number, profile in enumerate(PROFILES):
            progress(number, len(PROFILES), f"finding homes: {profile}")
            homes[profile] = _settle(residents, ground.walking(profile), districts)
    progress(0, 1, "finding bridges and tunnels")
    return Basis(
        Moment.of(ground, World(places={p.id: p for p in places}, at_ms=now_ms)), districts, streets,
        locate(districts, streets.lat, streets.lon), residents, homes, find_structures(ground.network),
    )  # fmt: skip


def _settle(residents: Residents, walking: Walking, districts: tuple[District, ...]) -> Homes:
    spots, rows = snap_residents(residents, walking)
    return Homes(
        spots, rows, locate(districts, residents.lat[rows], residents.lon[rows]), residents.count[rows]
    )


def analyse(basis: Basis, *, progress: Progress) -> tuple[Situation, ...]:
    """Asks every street and every home, for no hazard and for each that a site can be designated for."""
    hazards: tuple[Hazard | None, ...] = (None, *SITE_HAZARDS)
    known: dict[tuple[object, ...], Situation] = {}
    found = []
    for number, hazard in enumerate(hazards):
        moment, needed = _suppose(basis, hazard)
        key = (list_targets(moment, needed), *moment.overlay.membranes, *moment.overlay.closures)
        say = partial(_say, progress, number, len(hazards), str(hazard or "no hazard"))
        if key not in known:
            known[key] = _situation(basis, moment, needed, progress=say)
        found.append(replace(known[key], hazard=hazard))
    progress(len(hazards), len(hazards), "drawing")
    return tuple(found)


def _say(progress: Progress, number: int, total: int, title: str, part: str) -> None:
    progress(number, total, f"{title}: {part}")


def _suppose(basis: Basis, hazard: Hazard | None) -> tuple[Moment, frozenset[Hazard]]:
    """The moment with the hazard in force everywhere, and what its sites must suit."""
    if hazard is None:
        return basis.moment, frozenset()
    return suppose(basis.moment, Supposition(hazards=(SupposedHazard(hazard),))), frozenset({hazard})


def _situation(
    basis: Basis, moment: Moment, needed: frozenset[Hazard], *, progress: Callable[[str], object]
) -> Situation:
    targets = list_targets(moment, needed)
    streets, people, asked = {}, {}, {}
    for profile in PROFILES:
        progress(profile)
        walking = moment.ground.walking(profile)
        reach = Reach.of(Field.build(walking, targets, moment.overlay))
        there = reach.arrivals(basis.streets.spots)
        kinds = classify(there, walking.usable[basis.streets.spots.link])
        streets[profile] = _share(kinds, basis.street_district, basis.streets.length_m, len(basis.districts))
        if homes := basis.homes.get(profile):
            people[profile] = _people(basis, reach, homes)
        asked[profile] = reach, there, kinds
    progress("bottlenecks")
    main, there, kinds = asked[MAIN_PROFILE]
    lost = _bottlenecks(basis, main) if targets else []
    return Situation(
        hazard=None,
        suitable=tuple(
            moment.world.places[target.id]
            for target, snap in zip(main.field.targets, main.field.snaps, strict=True)
            if snap is not None
        ),
        remote=len(main.field.unreachable),
        zones=len(moment.overlay.membranes),
        streets=streets,
        people=people,
        classes=kinds,
        catchments=_catchments(basis, moment.world, main, there),
        stranding=_worst(lost, "stranded"),
        lengthening=_worst(lost, "minutes"),
    )


def classify(arrivals: Arrivals, usable: npt.NDArray[np.bool_]) -> npt.NDArray[np.int8]:
    """int8[n]: the class of each place; usable: bool[n], its link is no island."""
    bounds = np.array(MINUTES) * 600
    kinds = np.searchsorted(bounds, arrivals.time, side="left").astype(np.int8)
    kinds[(arrivals.time == CUT_OFF) | ~usable] = CUT
    kinds[arrivals.time == NOT_PASSABLE] = UNUSABLE
    return kinds


def _share(kinds: npt.NDArray[np.int8], district: Ints, weight: Floats, districts: int) -> Shares:
    cell = district.astype(np.int64) * CLASSES + kinds
    table = np.bincount(cell, weight, minlength=(districts + 1) * CLASSES)
    return Shares(table.reshape(districts + 1, CLASSES).astype(np.float64))


def _people(basis: Basis, reach: Reach, homes: Homes) -> Shares:
    """People by class. Who lives where this profile has no way within 300 m cannot pass the streets there."""
    there = reach.arrivals(homes.spots)
    kinds = classify(there, np.ones(len(homes.count), bool))
    shares = _share(kinds, homes.district, homes.count, len(basis.districts))
    main = basis.homes[MAIN_PROFILE]
    stuck = ~np.isin(main.rows, homes.rows)
    shares.amounts[:, UNUSABLE] += np.bincount(
        main.district[stuck], main.count[stuck], minlength=len(basis.districts) + 1
    )
    return shares


def _bottlenecks(basis: Basis, reach: Reach) -> list[Bottleneck]:
    """By people where they are known, else by crossings."""
    nodes = reach.field.network.node_count
    homes = basis.homes.get(MAIN_PROFILE)
    if homes is None:
        return find_bottlenecks(reach, np.ones(nodes), structures=basis.structures)
    first = reach.arrivals(homes.spots).node
    on_way = first >= 0
    weight = np.bincount(first[on_way], homes.count[on_way], minlength=nodes).astype(np.float64)
    return find_bottlenecks(reach, weight, structures=basis.structures)


def _worst(lost: list[Bottleneck], figure: str) -> tuple[Bottleneck, ...]:
    kept = [one for one in lost if getattr(one, figure) > 0]
    return tuple(sorted(kept, key=lambda one: -getattr(one, figure))[:KEPT_BOTTLENECKS])


def _catchments(basis: Basis, world: World, reach: Reach, there: Arrivals) -> tuple[Catchment, ...]:
    """One for each suitable site, the shortest of places first; those of unknown room after, by street."""
    targets = reach.field.targets
    street_m = _by_target(there.target, basis.streets.length_m, len(targets))
    homes = basis.homes.get(MAIN_PROFILE)
    people: Sequence[float | None] = [None] * len(targets)
    if homes is not None:
        people = _by_target(reach.arrivals(homes.spots).target, homes.count, len(targets)).tolist()
    rows = [
        Catchment(world.places[target.id], float(metres), count)
        for target, snap, metres, count in zip(targets, reach.field.snaps, street_m, people, strict=True)
        if snap is not None
    ]

    def gravity(row: Catchment) -> tuple[float, float]:
        return (-row.missing if row.missing is not None else float("inf"), -row.street_m)

    return tuple(sorted(rows, key=gravity))


def _by_target(target: Ints, weight: Floats, targets: int) -> Floats:
    reached = target >= 0
    return np.bincount(target[reached], weight[reached], minlength=targets).astype(np.float64)
