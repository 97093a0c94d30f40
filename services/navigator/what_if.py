"""What would change if: a supposed moment beside the one in force, and who would go elsewhere. Pure; touches no state."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import h3.api.basic_int as h3
import msgspec
import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

import routing
from routing.reach import CUT_OFF, Reach
from services.navigator.answers import Moment
from services.navigator.state import World
from services.navigator.warm import Basis
from streams.cells import PEOPLE_RESOLUTION, cells_of_shape
from streams.events.alerts import Condition, HazardState, HazardZone, Severity
from streams.events.base import SITE_HAZARDS, AreaRef, Hazard, Status
from streams.events.closures import ClosureState
from streams.events.shelters import Layer, Opening, ShelterState

Ints = npt.NDArray[np.int32]
Nodes = npt.NDArray[np.int64]

WHAT_IF = "what-if"
NOBODY = -1
"""No place: nothing to go to, or no way there."""


@dataclass(frozen=True)
class SupposedHazard:
    """A hazard as if in force in `area`, drawn in (lon, lat); None is everywhere."""

    hazard: Hazard
    area: BaseGeometry | None = None


@dataclass(frozen=True)
class Supposition:
    """What to suppose on top of what is in force.

    closures: closed too (an id in force is replaced). reopened: ids of closures that would end. openings: places that would
    open, close or fill, by id. places: more places. hazards: in force too. lifted: hazards that would end everywhere.
    """

    closures: Sequence[ClosureState] = ()
    reopened: Sequence[str] = ()
    openings: Mapping[str, Opening] = field(default_factory=dict)
    places: Sequence[ShelterState] = ()
    hazards: Sequence[SupposedHazard] = ()
    lifted: Sequence[Hazard] = ()


def suppose(moment: Moment, supposition: Supposition) -> Moment:
    """The moment as it would be. The one in force keeps its state, overlay and fields."""
    return Moment.of(moment.ground, suppose_world(moment.world, supposition))


def suppose_world(world: World, supposition: Supposition) -> World:
    """The state as it would be; of an id that nobody knows nothing is supposed."""
    lifted = frozenset(supposition.lifted)
    hazards = {series: _without(state, lifted) for series, state in world.hazards.items()}
    for number, supposed in enumerate(supposition.hazards):
        hazards[f"{WHAT_IF}/{number}"] = _alert(supposed, world.at_ms)
    places = {**world.places, **{place.id: place for place in supposition.places}}
    for place_id, opening in supposition.openings.items():
        if place_id in places:
            places[place_id] = msgspec.structs.replace(places[place_id], opening=opening)
    gone = frozenset(supposition.reopened)
    closures = {key: state for key, state in world.closures.items() if key not in gone}
    closures |= {closure.id: closure for closure in supposition.closures}
    return replace(world, hazards=hazards, places=places, closures=closures)


def _without(state: HazardState, lifted: frozenset[Hazard]) -> HazardState:
    kept = tuple(zone for zone in state.zones if zone.condition.hazard not in lifted)
    return state if len(kept) == len(state.zones) else msgspec.structs.replace(state, zones=kept)


def _alert(supposed: SupposedHazard, at_ms: int) -> HazardState:
    everywhere = supposed.area is None
    cells = tuple(h3.get_res0_cells()) if supposed.area is None else cells_of_shape(supposed.area)
    condition = Condition(
        hazard=supposed.hazard, severity=Severity.EMERGENCY, code=WHAT_IF, name=str(supposed.hazard)
    )
    area = AreaRef(WHAT_IF, "everywhere" if everywhere else "drawn", WHAT_IF)
    return HazardState(
        series=WHAT_IF, telegram_id=WHAT_IF, kind=WHAT_IF, source=WHAT_IF, status=Status.EXERCISE, title=WHAT_IF,
        headline="", issuer=WHAT_IF, issued_at_ms=at_ms,
        zones=(HazardZone(area=area, condition=condition, cells=cells),),
    )  # fmt: skip


@dataclass(frozen=True)
class Survey:
    """Where everybody of one profile would go. place: int32[nodes] into `ids`, NOBODY if none; time: int32[nodes], deciseconds."""

    ids: tuple[str, ...]
    place: Ints
    time: Ints


def survey(moment: Moment, profile: str) -> Survey:
    """The answer of every node: each flees from what is in force there, as `Moment.answer` decides it.

    The moment's own fields are neither used nor kept.
    """
    ground, ids = moment.ground, tuple(sorted(moment.world.places))
    rank = {place: number for number, place in enumerate(ids)}
    place = np.full(ground.network.node_count, NOBODY, np.int32)
    time = np.full(ground.network.node_count, CUT_OFF, np.int32)
    walking = ground.walking(profile)
    for hazards, nodes in _by_hazards(moment):
        reach = Reach.of(routing.Field.build(walking, list_targets(moment, hazards), moment.overlay))
        known = np.array([rank[target.id] for target in reach.field.targets] or [NOBODY], np.int32)
        found = np.where(reach.field.target >= 0, known[reach.field.target], NOBODY)
        place[nodes], time[nodes] = found[nodes], reach.time[nodes]
    return Survey(ids, place, time)


def list_targets(moment: Moment, hazards: frozenset[Hazard]) -> tuple[routing.Target, ...]:
    """The places to flee to from these hazards, each at its price."""
    return Basis(moment.ground, moment.world, moment.overlay).targets(hazards, Layer.SITE)


def _by_hazards(moment: Moment) -> list[tuple[frozenset[Hazard], npt.NDArray[np.bool_]]]:
    """Which nodes flee from which hazards: bool[nodes] for each set that occurs."""
    cells = {h: c for h, c in moment.world.cells_by_hazard.items() if h in SITE_HAZARDS}
    names = sorted(cells)
    bits = np.zeros(moment.ground.network.node_count, np.int64)
    for number, hazard in enumerate(names):
        bits |= moment.ground.covered(cells[hazard])[0].astype(np.int64) << number
    return [
        (frozenset(h for number, h in enumerate(names) if mask >> number & 1), bits == mask)
        for mask in np.unique(bits).tolist()
    ]


@dataclass(frozen=True)
class Move:
    """Crossings that would go from one place to another; None is no place."""

    before: str | None
    after: str | None
    nodes: int


@dataclass(frozen=True)
class CellChange:
    """What would change in one H3 cell of resolution 9. Counts are of crossings (nodes of the network).

    moved: to another place. cut_off: had a way and would have none. reconnected: the other way round.
    minutes_mean, minutes_most: how much longer (negative: shorter) for those that have a way before and after; None: no one has.
    """

    cell: int
    nodes: int
    moved: int
    cut_off: int
    reconnected: int
    minutes_mean: float | None
    minutes_most: float | None
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Difference:
    """What would change for one profile. nodes: all that can be asked; cells: those with any change, the gravest first."""

    nodes: int
    moved: int
    cut_off: int
    reconnected: int
    cells: tuple[CellChange, ...]


def what_if(moment: Moment, supposition: Supposition, *, profile: str) -> Difference:
    """Who would go elsewhere, by how much longer, and who would be cut off.

    Raises:
        RoutingError: there is no such profile.
    """
    before, after = survey(moment, profile), survey(suppose(moment, supposition), profile)
    return compare(moment, profile, before, after)


def compare(moment: Moment, profile: str, before: Survey, after: Survey) -> Difference:
    """Two surveys of one ground, cell by cell."""
    network, usable = moment.ground.network, moment.ground.walking(profile).usable
    asked = np.zeros(network.node_count, bool)
    asked[network.link_u[usable]] = asked[network.link_v[usable]] = True
    ids = tuple(sorted({*before.ids, *after.ids}))
    here, there = _common(before, ids), _common(after, ids)
    everybody = np.flatnonzero(asked)
    is_changed = ((here != there) | (before.time != after.time))[everybody]
    lost, found = (here != NOBODY) & (there == NOBODY), (here == NOBODY) & (there != NOBODY)
    moved = (here != there) & ~lost & ~found
    cells = _cells_of(network, everybody)
    population = Counter(cells.tolist())
    rows = []
    for cell, nodes in _by_cell(cells[is_changed], everybody[is_changed]):
        both = nodes[(before.time[nodes] != CUT_OFF) & (after.time[nodes] != CUT_OFF)]
        minutes = (after.time[both].astype(np.int64) - before.time[both]) / 600
        rows.append(
            CellChange(
                cell=cell, nodes=population[cell], moved=int(moved[nodes].sum()),
                cut_off=int(lost[nodes].sum()), reconnected=int(found[nodes].sum()),
                minutes_mean=float(minutes.mean()) if len(minutes) else None,
                minutes_most=float(minutes[np.argmax(np.abs(minutes))]) if len(minutes) else None,
                moves=_moves(ids, here[nodes], there[nodes]),
            )
        )  # fmt: skip
    rows.sort(key=lambda row: (-row.cut_off, -row.moved, -abs(row.minutes_mean or 0.0), row.cell))
    return Difference(
        nodes=int(asked.sum()), moved=int((moved & asked).sum()), cut_off=int((lost & asked).sum()),
        reconnected=int((found & asked).sum()), cells=tuple(rows),
    )  # fmt: skip


def _by_cell(cells: npt.NDArray[np.uint64], nodes: Nodes) -> Iterator[tuple[int, Nodes]]:
    """Each cell with its nodes."""
    order = np.argsort(cells, kind="stable")
    names, starts = np.unique(cells[order], return_index=True)
    yield from zip(names.tolist(), np.split(nodes[order], starts[1:]), strict=False)


def _common(one: Survey, ids: tuple[str, ...]) -> Ints:
    """The survey's places as indexes into `ids`."""
    rank = {place: number for number, place in enumerate(ids)}
    table = np.array([*(rank[place] for place in one.ids), NOBODY], np.int32)
    return np.asarray(table[one.place])


def _moves(ids: tuple[str, ...], here: Ints, there: Ints) -> tuple[Move, ...]:
    """The moves of some nodes, the commonest first; who stays with a place makes none."""
    pairs = Counter((a, b) for a, b in zip(here.tolist(), there.tolist(), strict=True) if a != b)

    def name(index: int) -> str | None:
        return ids[index] if index != NOBODY else None

    commonest = sorted(pairs.items(), key=lambda row: (-row[1], row[0]))
    return tuple(Move(name(a), name(b), count) for (a, b), count in commonest)


def _cells_of(network: routing.Network, nodes: Nodes) -> npt.NDArray[np.uint64]:
    lat, lon = network.node_lat[nodes].tolist(), network.node_lon[nodes].tolist()
    cells = [h3.latlng_to_cell(*place, PEOPLE_RESOLUTION) for place in zip(lat, lon, strict=True)]
    return np.array(cells, np.uint64)
