"""What answers of one moment share, made once and kept at hand: readers of its fields, the hazards of each cell, places as they are sent."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import h3.api.basic_int as h3
import numpy as np
import numpy.typing as npt

from routing.batch import Reader, Streets
from routing.rows import Answers
from services.navigator.answers import NONE, Answer, FieldKey, Moment
from services.navigator.departure_rows import InTime, put_in_time
from services.navigator.live import Live
from services.navigator.places import render_place
from services.navigator.state import ActiveHazard
from streams.cells import HAZARD_RESOLUTION
from streams.events.base import SITE_HAZARDS, Hazard
from streams.events.shelters import Layer

Active = tuple[ActiveHazard, ...]


@dataclass
class Shelf:
    """One moment, and what was made from it so far. Threads may fill it at once: whatever they put is equal.

    streets: those of the moment's ground; made at the first need where nobody has them.
    """

    moment: Moment
    streets: Streets | None = None
    _readers: dict[FieldKey, Reader] = field(default_factory=dict)
    _active: dict[int, Active] = field(default_factory=dict)
    _places: dict[str, dict[str, Any]] = field(default_factory=dict)

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
        return None if leaving is not None and leaving.find(key) is None else self._readers.get(key)

    def reader(self, profile: str, active: Active, extra: frozenset[Hazard]) -> Reader:
        """The same, made now if need be: that takes milliseconds, so do it in a thread.

        Raises:
            RoutingError: no such profile.
        """
        key = _question(profile, active, extra)
        if key not in self._readers:
            streets = self.streets or Streets(self.moment.ground.snapper)
            self._readers[key] = Reader(streets, self.moment.fields.get(key))
        if self.moment.leaving is not None:
            self.moment.leaving.get(key, self._readers[key].field)
        return self._readers[key]

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
        key, plain = _question(reader.field.walking.profile.name, active, extra), reader.find(*place)
        found, hurry = self.moment.in_time(plain, key, reader.field, place=place, now_ms=now_ms)
        return Answer(self.moment.world, active, extra, found, self.moment.unplaced, hurry)

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

    def place(self, place_id: str) -> dict[str, Any]:
        """A place as it is sent; not to be changed."""
        if place_id not in self._places:
            self._places[place_id] = render_place(self.moment.get_place(place_id))
        return self._places[place_id]

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
    """The shelf of the newest moment."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._streets = Streets(live.moment.ground.snapper)
        self._shelf = Shelf(live.moment, self._streets)

    @property
    def newest(self) -> Shelf:
        """A new one whenever the moment is new."""
        moment, shelf = self._live.moment, self._shelf
        if shelf.moment is not moment:
            shelf = self._shelf = Shelf(moment, self._streets)
        return shelf
