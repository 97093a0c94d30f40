"""What answers of one moment share, made once and kept at hand: readers of its fields, the hazards of each cell, places as they are sent."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import h3.api.basic_int as h3
import numpy as np
import numpy.typing as npt
import orjson

from routing.batch import Reader, Streets
from routing.route import ALTERNATIVES
from routing.rows import Answers
from services.navigator.answers import NONE, Answer, FieldKey, Moment
from services.navigator.departure_rows import InTime, put_in_time
from services.navigator.live import Live
from services.navigator.places import render_place
from services.navigator.state import ActiveHazard, suits
from streams.cells import HAZARD_RESOLUTION
from streams.events.base import SITE_HAZARDS, Hazard
from streams.events.shelters import Layer, ShelterState

Active = tuple[ActiveHazard, ...]
Sent = dict[str, Any] | orjson.Fragment
"""Something as JSON, or what becomes it."""


@dataclass
class Shelf:
    """One moment, and what was made from it so far. Threads may fill it at once: whatever they put is equal.

    streets: those of the moment's ground; made at the first need where nobody has them. place_of: how a place is sent. readers,
    places: what was made so far.
    """

    moment: Moment
    streets: Streets | None = None
    place_of: Callable[[ShelterState], Sent] = render_place
    readers: dict[FieldKey, Reader] = field(default_factory=dict)
    _active: dict[int, Active] = field(default_factory=dict)
    places: dict[str, Sent] = field(default_factory=dict)
    _shuts: dict[frozenset[Hazard], bool] = field(default_factory=dict)

    def active_at(self, lat: float, lon: float) -> Active:
        """Hazards in force at a place; the same in all of its cell."""
        world = self.moment.world
        if not world.cells_by_hazard:
            return ()
        cell = h3.latlng_to_cell(lat, lon, HAZARD_RESOLUTION)
        if cell not in self._active:
            self._active[cell] = tuple(world.list_active(lat, lon))
        return self._active[cell]

    def find_reader(self, profile: str, active: Active, extra: frozenset[Hazard]) -> Reader | None:
        """The reader for a profile and hazards, if it was made before with all that its answers need."""
        key, leaving = _question(profile, active, extra), self.moment.leaving
        return None if leaving is not None and leaving.find(key) is None else self.readers.get(key)

    def reader(self, profile: str, active: Active, extra: frozenset[Hazard]) -> Reader:
        """The same, made now if need be: that takes milliseconds, so do it in a thread.

        Raises:
            RoutingError: no such profile.
        """
        return self._reader(_question(profile, active, extra))

    def _reader(self, key: FieldKey) -> Reader:
        if key not in self.readers:
            field, streets = self.moment.fields.get(key), self.streets
            if streets is None or streets.network is not field.network:
                streets = self.moment.ground.streets(field.walking.snapper)
            self.readers[key] = Reader(streets, field)
        if self.moment.leaving is not None:
            self.moment.leaving.get(key, self.readers[key].field)
        return self.readers[key]

    def fill_like(self, former: "Shelf") -> None:
        """Makes the readers that `former` was asked for, as far as their fields are warm, and keeps places that did not change."""
        fields, known = dict(self.moment.fields.items()), former.moment.world.places
        for key in tuple(former.readers):
            if key in fields:
                self._reader(key)
        for place_id, sent in tuple(former.places.items()):
            if self.moment.world.places.get(place_id) is known[place_id]:
                self.places[place_id] = sent

    def answer(
        self,
        reader: Reader,
        place: tuple[float, float],
        active: Active,
        extra: frozenset[Hazard],
        *,
        now_ms: int,
    ) -> Answer:
        """The way to safety from a place (lat, lon), as `Moment.answer` finds it.

        Raises:
            PlaceError: the place is none of this area's.
        """
        key = _question(reader.field.walking.profile.name, active, extra)
        # while a danger moves, other places are those that are reached in time: they are found then
        plain = reader.find(*place, alternatives=ALTERNATIVES if self.moment.leaving is None else 0)
        found, hurry = self.moment.in_time(plain, key, reader.field, place=place, now_ms=now_ms)
        return Answer(self.moment.world, active, extra, found, self.moment.unplaced_to(key.profile), hurry)

    def in_time(
        self,
        reader: Reader,
        plain: Answers,
        places: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
        active: Active,
        extra: frozenset[Hazard],
        *,
        now_ms: int,
    ) -> InTime:
        """Answers in columns as single answers would say them, where a danger has a known time."""
        leaving = self.moment.leaving
        if leaving is None:
            return InTime(plain, {}, frozenset())
        key = _question(reader.field.walking.profile.name, active, extra)
        return put_in_time(leaving, key, reader, plain, places, now_ms)

    def place(self, place_id: str) -> Sent:
        """A place as it is sent; not to be changed."""
        if place_id not in self.places:
            self.places[place_id] = self.place_of(self.moment.get_place(place_id))
        return self.places[place_id]

    @cached_property
    def sites(self) -> tuple[list[str], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Ids and places (float64[sites] degrees) of all sites on the map, whatever their state."""
        rows = [(p.id, p.lat, p.lon) for p in self.moment.world.places.values() if p.layer is Layer.SITE]
        rows = [row for row in rows if row[1] is not None and row[2] is not None]
        ids = [row[0] for row in rows]
        return ids, np.array([row[1] for row in rows], float), np.array([row[2] for row in rows], float)

    @cached_property
    def row_of_site(self) -> dict[str, int]:
        """Where a site stands in `sites`."""
        return {place: row for row, place in enumerate(self.sites[0])}

    def shuts_sites(self, needed: frozenset[Hazard]) -> bool:
        """Whether there is any site to which nobody is sent: full, closed, or without the flag of one of these hazards."""
        if needed not in self._shuts:
            places = map(self.moment.get_place, self.sites[0])
            self._shuts[needed] = not all(suits(place, needed) for place in places)
        return self._shuts[needed]

    @cached_property
    def beside_water(self) -> npt.NDArray[np.bool_] | None:
        """bool[nodes], ends of passages that are closed because water fills them; None if there is none."""
        network = self.moment.ground.network
        closures = self.moment.overlay.closures
        filled = [links for cause, links in closures.items() if cause.startswith("hazard:")]
        if not filled:
            return None
        ends = np.zeros(network.node_count, bool)
        links = np.concatenate(filled)
        ends[network.link_u[links]] = ends[network.link_v[links]] = True
        return ends


def _question(profile: str, active: Iterable[ActiveHazard], extra: frozenset[Hazard]) -> FieldKey:
    """The field that `Moment.answer` would ask for."""
    hazards = frozenset(a.hazard for a in active if a.hazard in SITE_HAZARDS) if active else NONE
    return FieldKey(profile, hazards | extra, extra - hazards)


class Shelves:
    """The shelf of the newest moment, made ready before anybody asks there."""

    def __init__(self, live: Live, *, place_of: Callable[[ShelterState], Sent] = render_place) -> None:
        self._live = live
        self._place_of = place_of
        self._streets = live.moment.ground.streets(live.moment.ground.snapper)
        self._shelf = self._next = self._empty(live.moment)
        live.prepare_with(self._prepare)

    def _empty(self, moment: Moment) -> Shelf:
        return Shelf(moment, self._streets, self._place_of)

    def _prepare(self, moment: Moment) -> None:
        """Makes readers of the fields that were asked for last; in the thread that made the moment."""
        shelf = self._empty(moment)
        shelf.fill_like(self._shelf)
        self._next = shelf

    @property
    def newest(self) -> Shelf:
        """A new one whenever the moment is new."""
        moment, ready = self._live.moment, self._next
        if self._shelf.moment is not moment:
            self._shelf = ready if ready.moment is moment else self._empty(moment)
        return self._shelf
