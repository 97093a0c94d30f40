"""From a place to the ordered list of all suitable targets, and to the way to one of them. Forgets the place."""

from collections.abc import Iterable

import routing
from services.navigator.answers import Moment
from services.navigator.warm import FieldKey
from streams.events.base import SITE_HAZARDS, Hazard
from streams.events.shelters import ShelterState

FROM_A_SHELTER = ("wheelchair", "adult")
"""Nobody knows how those walk who hold a lease: places that wheels can reach come first."""


def list_candidates(
    moment: Moment, lat: float, lon: float, *, profile: str, extra: frozenset[Hazard], now_ms: int
) -> list[str]:
    """Ids of the places that suit what is in force there, nearest on foot first; empty where none can be reached.

    Where a danger with a known time is on its way: those that are reached before it.

    Raises:
        RoutingError: no such profile, or the place is none of this area's.
    """
    routing.require_place(lat, lon)
    key = _key(moment, lat, lon, profile, extra)
    field = moment.fields.get(key)
    found = routing.find_route(field, lat, lon, alternatives=len(field.targets))
    if moment.leaving is not None:
        found, hurry = moment.leaving.choose(found, key, field, place=(lat, lon), now_ms=now_ms)
        if hurry.spare_ds is not None or hurry.instead_of:
            escapes, at_ds = moment.leaving.get(key, field), moment.leaving.timetable.at_ds(now_ms)
            return [t.target for t in escapes.list_in_time(lat, lon, at_ds, most=len(field.targets))]
    return [] if isinstance(found, routing.Stay) else [found.target, *(t.target for t in found.alternatives)]


def list_near(moment: Moment, left: ShelterState) -> list[str]:
    """Ids of the places to which those may go who were on their way to `left`, nearest to it first.

    They must suit each hazard in force anywhere that `left` suits: it was chosen for some of these.
    """
    if left.lat is None or left.lon is None:
        return []
    hazards = frozenset(h for h in moment.world.cells_by_hazard if h in SITE_HAZARDS and h in left.suits)
    ids: list[str] = []
    for profile in FROM_A_SHELTER:
        field = moment.fields.get(FieldKey(profile, hazards))
        found = routing.find_route(field, left.lat, left.lon, alternatives=len(field.targets))
        if isinstance(found, routing.Route):
            ids += [found.target, *(t.target for t in found.alternatives)]
    return _others(ids, left.id)


def find_way(
    moment: Moment,
    shelter: str,
    place: tuple[float, float],
    *,
    profile: str,
    extra: frozenset[Hazard],
    now_ms: int,
) -> routing.Route | None:
    """The way from a place (lat, lon) to one shelter; None: no safe way leads there, or it comes too late, or it is none of the moment's.

    Raises:
        RoutingError: no such profile, or the place is none of this area's.
    """
    routing.require_place(*place)
    known = moment.world.places.get(shelter)
    if known is None or known.lat is None or known.lon is None:
        return None
    key = _key(moment, *place, profile, extra)
    target = routing.Target(known.id, known.lat, known.lon)
    field = routing.Field.of(moment.fields.get(key).weights, [target])
    found = routing.find_route(field, *place)
    if isinstance(found, routing.Stay):
        return None
    if moment.leaving is not None and not moment.leaving.is_in_time(found, field, now_ms):
        return None
    return found


def _key(moment: Moment, lat: float, lon: float, profile: str, extra: frozenset[Hazard]) -> FieldKey:
    hazards = frozenset(a.hazard for a in moment.world.list_active(lat, lon) if a.hazard in SITE_HAZARDS)
    return FieldKey(profile, hazards | extra, extra - hazards)


def _others(ids: Iterable[str], left: str) -> list[str]:
    return [place for place in dict.fromkeys(ids) if place != left]
