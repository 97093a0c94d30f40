"""Leaving in time: whether the plain way survives leaving now, which one to take where it does not. Knows no HTTP and no clock.

Where no danger has a time, nothing here is asked and nothing is built.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, fields, replace

import routing
from routing.depart import Departure
from routing.escape import Escapes, latest_along
from routing.kernels.depart import NEVER
from routing.route import ALTERNATIVES, nearest_in_a_line
from services.navigator.cover import lineage
from services.navigator.state import Front
from services.navigator.timetable import Timetable
from services.navigator.warm import FieldKey

KEPT_DEPARTURES = 16
"""One per field in use while a danger moves; some 30 bytes a node and 4 an edge each."""
TOO_LATE = "too-late"
"""Reason to stay: no way survives leaving now."""


Found = routing.Route | routing.Stay
Place = tuple[float, float]
"""Latitude and longitude."""


@dataclass(frozen=True, slots=True)
class Hurry:
    """What time there is. fronts: the dangers with a known time at the origin, soonest first.

    spare_ds: how much later than now one may leave by the way that was told; None: no danger binds it, or there is none.
    instead_of: the target of the plain way, where that does not survive.
    """

    fronts: tuple[Front, ...] = ()
    spare_ds: int | None = None
    instead_of: str | None = None


class Leaving:
    """One moment's timetable, and the departures asked for so far; few of them."""

    def __init__(self, timetable: Timetable) -> None:
        self.timetable = timetable
        self._made: OrderedDict[FieldKey, Escapes] = OrderedDict()
        self._lock = threading.Lock()
        self._building = threading.Lock()

    @classmethod
    def after(
        cls, former: "Leaving | None", timetable: Timetable | None, of_moment: dict[FieldKey, routing.Field]
    ) -> "Leaving | None":
        """Takes over the departures whose field and times are still the same; None where no danger has a time."""
        if timetable is None:
            return None
        leaving = cls(timetable)
        if former is not None and former.timetable is timetable:
            same = ((key, made) for key, made in former.items() if made.field is of_moment.get(key))
            leaving._made.update(same)
        return leaving

    def items(self) -> list[tuple[FieldKey, Escapes]]:
        """Keys and what was made for them, least used first."""
        with self._lock:
            return list(self._made.items())

    def find(self, key: FieldKey) -> Escapes | None:
        """The escapes of a field, if they were made before."""
        with self._lock:
            if key not in self._made:
                return None
            self._made.move_to_end(key)
            return self._made[key]

    def get(self, key: FieldKey, field: routing.Field) -> Escapes:
        """The same, made now if need be: that takes as long as a few fields, so do it in a thread. One at a time is made."""
        with self._building:
            made = self.find(key)
            if made is None:
                times = self.timetable
                network = field.network
                departure = Departure.of(
                    field,
                    arrival_ds=network.by_node(times.arrival_ds),
                    edge_fails_ds=network.by_edge(times.fails_ds),
                )
                made = Escapes(field, departure)
            with self._lock:
                self._made[key] = made
                while len(self._made) > KEPT_DEPARTURES:
                    self._made.popitem(last=False)
        return made

    def decide(
        self, plain: Found, key: FieldKey, field: routing.Field, *, place: Place, now_ms: int
    ) -> tuple[Found, Hurry]:
        """The plain way where it survives leaving now; else the shortest that does; else to stay, since it is too late for any.

        Its alternatives are those that can be reached in time; those of `plain` do not count.
        """
        found, hurry = self.choose(plain, key, field, place=place, now_ms=now_ms, alternatives=ALTERNATIVES)
        hurry = replace(hurry, fronts=self.fronts_at(*place))
        if isinstance(found, routing.Stay) or hurry.instead_of:
            return found, hurry
        now_ds = self.timetable.at_ds(now_ms)
        others = self.get(key, field).list_in_time(*place, now_ds, most=ALTERNATIVES + 1)
        kept = tuple(other for other in others if other.target != found.target)
        said = {f.name: getattr(found, f.name) for f in fields(routing.Route)}
        return routing.Route(**said | {"alternatives": kept[:ALTERNATIVES]}), hurry

    def choose(
        self,
        plain: Found,
        key: FieldKey,
        field: routing.Field,
        *,
        place: Place,
        now_ms: int,
        alternatives: int = 0,
    ) -> tuple[Found, Hurry]:
        """The same without its fronts, and without a look at the plain way's alternatives; another way gets so many of its own."""
        times = self.timetable
        if isinstance(plain, routing.Stay):
            return plain, Hurry()
        now_ds, latest = times.at_ds(now_ms), self._latest(plain, field)
        if latest == NEVER:
            return plain, Hurry()
        if latest >= now_ds:
            return plain, Hurry(spare_ds=latest - now_ds)
        escape = self.get(key, field).find(*place, now_ds, alternatives=alternatives)
        if escape is None:
            nearest = nearest_in_a_line(field, *place)
            return routing.Stay(TOO_LATE, plain.snap, nearest), Hurry()
        until = self._latest(escape, field)
        return escape, Hurry((), None if until == NEVER else until - now_ds, plain.target)

    def is_in_time(self, route: routing.Route, field: routing.Field, now_ms: int) -> bool:
        """Whether a way survives leaving now."""
        return self._latest(route, field) >= self.timetable.at_ds(now_ms)

    def _latest(self, route: routing.Route, field: routing.Field) -> int:
        times = self.timetable
        return latest_along(route, field.walking.on_streets, times.arrival_ds, times.fails_ds)

    def fronts_at(self, lat: float, lon: float) -> tuple[Front, ...]:
        """The dangers with a known time at a place, soonest first."""
        here = lineage(lat, lon)
        found = [front for front in self.timetable.fronts if not here.isdisjoint(front.cells)]
        return tuple(sorted(found, key=lambda front: front.begins_at_ms))
