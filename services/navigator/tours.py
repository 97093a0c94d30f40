"""A supporter's tour: who is fetched in which order and brought where, and who cannot be and why. From one moment; nothing is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import routing
from routing.escape import latest_along
from routing.kernels.depart import NEVER
from routing.targets import nearest_goals
from routing.tours import Leg, PickUp, Tour, find_tour
from services.navigator.answers import Answer
from services.navigator.departure import Hurry, Leaving
from services.navigator.state import ActiveHazard
from services.navigator.trips import Goal, Hazards, Place, Refusal, Refused, Scout

NEAREST_OF_EACH = 3
"""Sites of which the common one is chosen: so many of the nearest of each pick-up. The nearest alone would do where all ride at once."""
START = "@start"
NO_TOUR = Tour((), None, 0, ())


class Left(StrEnum):
    """Why somebody is not fetched; a message key each."""

    IN_DANGER = "left-in-danger"
    OFF = "left-off"
    CUT_OFF = "left-cut-off"
    THROUGH_DANGER = "left-through-danger"
    TOO_MANY = "left-too-many"
    NO_SITE = "left-no-site"
    NO_WAY_ON = "left-no-way-on"
    TOO_LATE = "left-too-late"


AS_LEFT = {
    Refusal.IN_DANGER: Left.IN_DANGER,
    Refusal.OFF: Left.OFF,
    Refusal.CUT_OFF: Left.CUT_OFF,
    Refusal.THROUGH_DANGER: Left.THROUGH_DANGER,
}


@dataclass(frozen=True)
class Waiting:
    """Who wait at a place, under a reference that means something to the asker only. wish: where they would like to be brought."""

    ref: str
    place: Place
    persons: int = 1
    wish: Goal | None = None

    @property
    def target(self) -> routing.Target:
        return routing.Target(self.ref, *self.place)


@dataclass(frozen=True)
class LeftOut:
    """Somebody who is not fetched."""

    ref: str
    why: Left
    hazards: Hazards = frozenset()


@dataclass(frozen=True)
class Moved:
    """Somebody who is not brought where they wish, but to the common place."""

    ref: str
    wish: Goal
    refused: Refused


@dataclass(frozen=True)
class Round:
    """The tour, leg by leg with its ways. instead: the supporter's own way to safety, where nobody can be fetched.

    active: in force at the start. common: id of the site where those without a drop of their own are brought.
    """

    active: tuple[ActiveHazard, ...]
    hazards: Hazards
    legs: tuple[tuple[Leg, routing.Route], ...] = ()
    common: str | None = None
    left: tuple[LeftOut, ...] = ()
    moved: tuple[Moved, ...] = ()
    hurry: Hurry | None = None
    instead: Answer | None = None

    @property
    def seconds(self) -> float:
        return sum(route.seconds for _, route in self.legs)


def plan_round(scout: Scout, waiting: Sequence[Waiting], *, seats: int | None, now_ms: int) -> Round:
    """The best round from the scout's start; see `routing.tours.find_tour`.

    Raises:
        RoutingError: two references are the same.
    """
    drops = _Drops(scout, waiting)
    judged = {each.ref: gone for each in waiting if (gone := _judge(scout, each, drops, seats)) is not None}
    served = [each for each in waiting if each.ref not in judged]
    plan = _plan(scout, served, drops, seats)
    legs = tuple((leg, _way(plan.scout, leg)) for leg in plan.tour.legs)
    hurry, is_late = _hurry(plan.scout, legs, now_ms)
    left = judged | plan.left
    if is_late:
        left |= {each.ref: LeftOut(each.ref, Left.TOO_LATE) for each in served if each.ref not in left}
        legs = ()
    instead = None if legs else scout.instead(now_ms)
    common = plan.tour.common
    return Round(
        active=scout.active,
        hazards=plan.scout.key.hazards,
        legs=legs,
        common=common.id if common and legs else None,
        left=tuple(left[each.ref] for each in waiting if each.ref in left),
        moved=tuple(drops.moved[e.ref] for e in waiting if e.ref in drops.moved and e.ref not in left),
        hurry=instead.hurry if instead else hurry,
        instead=instead,
    )


@dataclass(frozen=True)
class _Plan:
    """A tour, the scout whose sites it may end at, and whom it leaves."""

    scout: Scout
    tour: Tour
    left: dict[str, LeftOut]


def _plan(scout: Scout, served: Sequence[Waiting], drops: "_Drops", seats: int | None) -> _Plan:
    """The best tour for these. The common site must suit where they wait; who is left counts in this no more."""
    wide = scout.also_at(each.place for each in served)
    without = [each for each in served if drops.of(each) is None]
    commons = nearest_goals(wide.sites, [each.target for each in without], NEAREST_OF_EACH)
    left = {} if commons else {e.ref: LeftOut(e.ref, Left.NO_SITE, wide.key.hazards) for e in without}
    pick_ups = [PickUp(e.target, drops.of(e), e.persons) for e in served if e.ref not in left]
    if not pick_ups:
        return _Plan(wide, NO_TOUR, left)
    origin = routing.Target(START, *scout.start)
    tour = find_tour(wide.ways, origin, pick_ups=pick_ups, commons=commons, room=seats)
    left |= {each.ref: _why_left(wide, origin, each) for each in served if each.ref in tour.left}
    rest = [each for each in served if each.ref not in left]
    if left and rest and scout.also_at(each.place for each in rest).key != wide.key:
        again = _plan(scout, rest, drops, seats)
        return _Plan(again.scout, again.tour, left | again.left)
    return _Plan(wide, tour, left)


class _Drops:
    """Where each wishes to be brought, as far as anybody may be sent there."""

    def __init__(self, scout: Scout, waiting: Sequence[Waiting]) -> None:
        self.moved: dict[str, Moved] = {}
        for each in waiting:
            if each.wish is not None and (refused := scout.judge(each.wish)) is not None:
                self.moved[each.ref] = Moved(each.ref, each.wish, refused)

    def of(self, waiting: Waiting) -> routing.Target | None:
        """None: the common place."""
        return None if waiting.wish is None or waiting.ref in self.moved else waiting.wish.target


def _judge(scout: Scout, waiting: Waiting, drops: _Drops, seats: int | None) -> LeftOut | None:
    """Why somebody cannot be fetched, whoever else is."""
    if seats is not None and waiting.persons > seats:
        return LeftOut(waiting.ref, Left.TOO_MANY)
    refused = scout.judge(Goal(waiting.target))
    if refused is not None:
        return LeftOut(waiting.ref, AS_LEFT[refused.why], refused.hazards)
    alone = scout.also_at([waiting.place])
    if drops.of(waiting) is None and not alone.sites.targets:
        return LeftOut(waiting.ref, Left.NO_SITE, alone.key.hazards)
    return None


def _why_left(scout: Scout, start: routing.Target, waiting: Waiting) -> LeftOut:
    """Why the best tour does without somebody."""
    if isinstance(scout.ways.way(start, waiting.target), routing.Route):
        return LeftOut(waiting.ref, Left.NO_WAY_ON)
    refused = scout.why_not(start, waiting.target)
    return LeftOut(waiting.ref, AS_LEFT[refused.why], refused.hazards)


def _way(scout: Scout, leg: Leg) -> routing.Route:
    found = scout.ways.way(leg.origin, leg.goal)
    assert isinstance(found, routing.Route)  # noqa: S101
    return found


def _hurry(scout: Scout, legs: Sequence[tuple[Leg, routing.Route]], now_ms: int) -> tuple[Hurry | None, bool]:
    """(how long the supporter may wait before setting out, whether it is too late for some of the ways)."""
    if scout.moment.leaving is None or not legs:
        return None, False
    times, walking = scout.moment.leaving.timetable, scout.ways.search.weights.walking.on_streets
    elapsed_ds, spare = 0, int(NEVER)
    for _, route in legs:
        latest = latest_along(route, walking, times.arrival_ds, times.fails_ds)
        if latest != NEVER:
            spare = min(spare, latest - elapsed_ds - times.at_ds(now_ms))
        elapsed_ds += round(route.seconds * 10)
    if spare < 0:
        return None, True
    fronts = Leaving(times).fronts_at(*scout.start)
    return Hurry(fronts, spare_ds=None if spare == NEVER else spare), False
