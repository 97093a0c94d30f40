"""In which order a supporter picks up whom and brings them where: exact, for up to six pick-ups. Knows no person, only places.

How the supporter gets from place to place is asked of `Ways`: on foot `routing.targets` answers, for a vehicle whoever has a field
for cars.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from routing.errors import RoutingError
from routing.kernels.tour import LEFT_BEHIND, NEVER, plan_tour
from routing.route import Route, Stay
from routing.walking import Target

MOST_PICK_UPS = 6
NO_WAY = int(NEVER)
"""In a table of costs: no way leads there."""

Costs = npt.NDArray[np.int64]


class Ways(Protocol):
    """How one traveller gets from place to place, at one moment."""

    def costs(self, origins: Sequence[Target], goals: Sequence[Target]) -> Costs:
        """int64[origins, goals]: deciseconds as weighed, without any prices; NO_WAY where no way leads there.

        Raises:
            PlaceError: an origin that is no place, or that has no way near.
        """
        ...

    def way(self, origin: Target, goal: Target) -> Route | Stay:
        """The way of that cost, or why there is none.

        Raises:
            PlaceError: an origin that is no place, or that has no way near.
        """
        ...


@dataclass(frozen=True, slots=True)
class PickUp:
    """Who wait at a place. drop: where they want to be, None: at the common place. party: persons, at least 1."""

    place: Target
    drop: Target | None = None
    party: int = 1


@dataclass(frozen=True, slots=True)
class Leg:
    """From stop to stop. picked, dropped: ids of the pick-ups that get in and out at its end. aboard: persons on the way."""

    origin: Target
    goal: Target
    cost: int
    aboard: int
    picked: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tour:
    """The best plan. cost: deciseconds of all legs, as weighed. left: ids of the pick-ups that it does not serve.

    common: where everybody without a drop of their own is brought; None where nobody is.
    """

    legs: tuple[Leg, ...]
    common: Target | None
    cost: int
    left: tuple[str, ...]


def find_tour(
    ways: Ways,
    start: Target,
    *,
    pick_ups: Sequence[PickUp],
    commons: Sequence[Target] = (),
    room: int | None = None,
) -> Tour:
    """Of the plans that leave the fewest persons behind, the cheapest; equal ones are decided by the ids of common place and stops.

    commons: places of which one is chosen for all who have no drop of their own; each way there costs its price too. room: persons that ride at once, besides the
    supporter, None: any number; a full vehicle brings away whom it has and comes back. With room for all and no drops but the
    common place nobody gets out before the end.

    Raises:
        RoutingError: too many pick-ups, two of one id, or one without a drop where there is no common place.
        PlaceError: the start is no place, or has no way near.
    """
    waiting = _in_order(pick_ups, commons)
    seats = sum(p.party for p in waiting) if room is None else room
    own = _distinct(p.drop for p in waiting if p.drop is not None)
    shared = _distinct(commons) if any(p.drop is None for p in waiting) else ()
    table = _Table.of(ways, start, waiting, own, shared, seats)
    plans = [table.plan(common, seats) for common in shared or (None,)]
    return min(plans, key=lambda plan: plan[0])[1]


def _in_order(pick_ups: Sequence[PickUp], commons: Sequence[Target]) -> tuple[PickUp, ...]:
    if not 1 <= len(pick_ups) <= MOST_PICK_UPS:
        raise RoutingError(
            f"{len(pick_ups)} pick-ups: a tour has 1 to {MOST_PICK_UPS}, share them among supporters"
        )
    ordered = tuple(sorted(pick_ups, key=lambda p: p.place.id))
    if len({p.place.id for p in ordered}) < len(ordered):
        raise RoutingError("two pick-ups have one id: ties are decided by it, so give each its own")
    for pick_up in ordered:
        if pick_up.party < 1:
            raise RoutingError(
                f"pick-up {pick_up.place.id}: a party of {pick_up.party}, give at least 1 person"
            )
        if pick_up.drop is None and not commons:
            raise RoutingError(f"pick-up {pick_up.place.id} has no drop: name one, or give common places")
    return ordered


def _distinct(places: Iterable[Target]) -> tuple[Target, ...]:
    """By id, each once.

    Raises:
        RoutingError: two places of one id.
    """
    known: dict[str, Target] = {}
    for place in places:
        if known.setdefault(place.id, place) != place:
            raise RoutingError(f"two places to drop have the id {place.id!r}: give each its own")
    return tuple(known[key] for key in sorted(known))


@dataclass(frozen=True)
class _Table:
    """Costs between all stops: the start, the pick-ups, their own drops, the common places. `own` and `shared` drops are columns of it."""

    stops: tuple[Target, ...]
    waiting: tuple[PickUp, ...]
    own: tuple[Target, ...]
    cost: Costs

    @classmethod
    def of(
        cls,
        ways: Ways,
        start: Target,
        waiting: tuple[PickUp, ...],
        own: tuple[Target, ...],
        shared: tuple[Target, ...],
        seats: int,
    ) -> "_Table":
        homes = tuple(p.place for p in waiting)
        stops = (start, *homes, *own, *shared)
        cost = np.full((len(stops), len(stops)), NO_WAY, np.int64)
        first_drop, first_shared = 1 + len(homes), 1 + len(homes) + len(own)
        comes_back = bool(own) or seats < sum(p.party for p in waiting)
        leaving = len(stops) if comes_back else first_drop
        cost[:leaving, 1:first_drop] = ways.costs(stops[:leaving], homes)
        cost[1:, first_drop:first_shared] = ways.costs(stops[1:], own)
        cost[1:first_shared, first_shared:] = ways.costs(stops[1:first_shared], shared)
        cost += np.where(cost < NO_WAY, [stop.price_ds for stop in stops], 0)
        return cls(stops, waiting, own, cost)

    def plan(self, common: Target | None, seats: int) -> tuple[int, Tour]:
        """(what it is worth, the best tour) with this common place. Of two, the one that is worth less is better."""
        count = len(self.waiting)
        rows = list(range(1 + count + len(self.own)))
        if common is not None:
            rows.append(self.stops.index(common, len(rows)))
        own = {drop.id: 1 + count + number for number, drop in enumerate(self.own)}
        drop = np.array([len(rows) - 1 if p.drop is None else own[p.drop.id] for p in self.waiting])
        party = np.array([p.party for p in self.waiting])
        best, action = np.empty((3**count, len(rows)), np.int64), np.empty((3**count, len(rows)), np.int8)
        plan_tour(np.ascontiguousarray(self.cost[np.ix_(rows, rows)]), party, drop, seats, best, action)
        legs, arrived = self._follow(rows, drop, action)
        left = tuple(p.place.id for p in self.waiting if p.place.id not in arrived)
        used = common if any(p.drop is None and p.place.id in arrived for p in self.waiting) else None
        return int(best[0, 0]), Tour(legs, used, int(best[0, 0]) % int(LEFT_BEHIND), left)

    def _follow(
        self, rows: list[int], drop: npt.NDArray[np.int64], action: npt.NDArray[np.int8]
    ) -> tuple[tuple[Leg, ...], frozenset[str]]:
        """The legs that the actions tell of, and who has arrived at their end."""
        legs: list[Leg] = []
        riding: dict[int, PickUp] = {}
        arrived: set[str] = set()
        state = at = 0
        while (goal := int(action[state, at])) >= 0:
            aboard = sum(p.party for p in riding.values())
            picked: tuple[str, ...] = ()
            out: list[int] = []
            if goal <= len(self.waiting):
                riding[goal - 1] = self.waiting[goal - 1]
                picked, state = (self.waiting[goal - 1].place.id,), state + 3 ** (goal - 1)
            else:
                out = [number for number in sorted(riding) if drop[number] == goal]
            dropped = tuple(riding.pop(number).place.id for number in out)
            state += sum(3**number for number in out)
            arrived.update(dropped)
            origin, end = self.stops[rows[at]], self.stops[rows[goal]]
            legs.append(Leg(origin, end, int(self.cost[rows[at], rows[goal]]), aboard, picked, dropped))
            at = goal
        return tuple(legs), frozenset(arrived)
