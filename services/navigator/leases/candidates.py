"""From a place to the ordered list of all suitable targets. Forgets the place."""

import routing
from services.navigator.answers import Moment
from streams.events.base import SITE_HAZARDS, Hazard


def list_candidates(
    moment: Moment, lat: float, lon: float, *, profile: str, extra: frozenset[Hazard]
) -> list[str]:
    """Ids of the places that suit what is in force there, nearest on foot first; empty where none can be reached.

    Raises:
        RoutingError: no such profile, or the place is none of this area's.
    """
    routing.require_place(lat, lon)
    hazards = frozenset(a.hazard for a in moment.world.list_active(lat, lon) if a.hazard in SITE_HAZARDS)
    field = moment.field((profile, hazards | extra), extra - hazards)
    found = routing.find_route(field, lat, lon, alternatives=len(field.targets))
    if isinstance(found, routing.Stay):
        return []
    return [found.target, *(other.target for other in found.alternatives)]
