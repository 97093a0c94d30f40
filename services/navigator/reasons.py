"""Why this place and not another, what lies beside the way, and how long others would walk. Keys and arguments, not sentences."""

from dataclasses import dataclass

import numpy as np

import routing
from routing.found import FoundRoute
from routing.geo import METRES_PER_DEGREE, distance_m
from routing.profiles import CAR, list_unknown
from services.navigator.departure import Hurry
from services.navigator.shelf import Shelf
from services.navigator.state import CLOSED_TO_PEOPLE
from services.navigator.words import Argument
from streams.events.base import Hazard
from streams.events.shelters import Opening, ShelterState
from streams.events.sources import Says
from streams.folds.sources import Silence

MUCH_FULLER = 0.1
"""A place is told to be fuller when its share of taken places is so much larger."""
MOST_PASSED = 8
"""So many nearer sites are looked at for one that was passed over."""
UNKNOWN_SURFACE = 0.2
"""From this share on, nobody can say whether wheels may pass."""
MOSTLY = 0.5
MINUTE_DS = 600
SPOKEN_OF = (Says.ALERTS, Says.CLOSURES, Says.SHELTER_REPORTS)
"""What ways depend on and may have changed since; a list of places does not change overnight."""
WHEELS = frozenset({"wheelchair", "stroller"})


@dataclass(frozen=True, slots=True)
class Said:
    """A message key with its arguments."""

    key: str
    arguments: dict[str, Argument]


def why_second(route: routing.Route, other: routing.Alternative, shelf: Shelf) -> list[Said]:
    """What speaks against the other place."""
    minutes = round((other.seconds - route.seconds) / 60)
    reasons = []
    if minutes >= 1:
        reasons.append(Said("second-farther", {"minutes": minutes}))
    elif _is_dearer(other.target, route.target, shelf):
        reasons.append(Said("second-filling", {}))
    elif other.seconds < route.seconds and shelf.moment.overlay.membranes:
        reasons.append(Said("second-zone", {}))
    mine, theirs = (_taken(shelf.moment.get_place(place)) for place in (route.target, other.target))
    if theirs is not None and theirs > (mine or 0.0) + MUCH_FULLER:
        reasons.append(Said("second-fuller", {"percent": round(theirs * 100)}))
    return reasons or [Said("second-alike", {})]


def _is_dearer(other: str, chosen: str, shelf: Shelf) -> bool:
    """Whether a place's last places are scarcer than those of the one that was chosen."""
    prices = shelf.moment.world.prices_ds
    return prices.get(other, 0) > prices.get(chosen, 0)


def why_chosen(
    route: routing.Route, shelf: Shelf, hurry: Hurry | None, *, profile: str, in_force: bool
) -> str:
    """The key of the reason: it is the nearest, or the nearest in time, or one of the nearest that have room.

    Where a place that is scarcer may be nearer (in a straight line at the walker's pace), nobody says that this is the nearest.
    """
    if hurry is not None and hurry.instead_of:
        return "why-in-time"
    if _scarcer_is_near(route, shelf):
        return "why-room" if in_force else "why-room-nearest"
    key = "why-suits" if in_force else "why-nearest"
    return f"{key}-car" if profile == CAR.name else key


def _scarcer_is_near(route: routing.Route, shelf: Shelf) -> bool:
    prices = shelf.moment.world.prices_ds
    own = prices.get(route.target, 0)
    dearer = [shelf.row_of_site[p] for p, ds in prices.items() if ds > own and p in shelf.row_of_site]
    if not dearer:
        return False
    _, lat, lon = shelf.sites
    from_lat, from_lon = route.points[0]
    here = np.full(len(dearer), from_lat), np.full(len(dearer), from_lon)
    return bool((distance_m(*here, lat[dearer], lon[dearer]) < route.length_m).any())


def _taken(place: ShelterState) -> float | None:
    """The share of its places that are taken; None is unknown."""
    if place.capacity is None or place.headcount is None or place.capacity <= 0:
        return None
    return place.headcount / place.capacity


def find_passed(
    route: routing.Route, shelf: Shelf, needed: frozenset[Hazard], hurry: Hurry | None = None
) -> tuple[str, Said] | None:
    """The place that cannot be reached in time; or the nearest site in a straight line that nobody is sent to, if it is nearer than
    the one that was chosen. And why.
    """
    if hurry is not None and hurry.instead_of and hurry.instead_of != route.target:
        late = shelf.moment.get_place(hurry.instead_of)
        return late.id, Said("passed-late", {"name": late.name})
    ids, lat, lon = shelf.sites
    nothing = not shelf.moment.world.prices_ds and not shelf.shuts_sites(needed)
    if nothing or route.target not in shelf.row_of_site:
        return None
    from_lat, from_lon = route.snap.lat, route.snap.lon
    north = (lat - from_lat) * METRES_PER_DEGREE
    east = (lon - from_lon) * METRES_PER_DEGREE * np.cos(np.radians(from_lat))
    away = north * north + east * east
    nearer = np.flatnonzero(away < away[shelf.row_of_site[route.target]])
    for row in nearer[np.argsort(away[nearer], kind="stable")][:MOST_PASSED].tolist():
        place = shelf.moment.get_place(ids[row])
        said = _why_not(place, needed)
        if said is None and _is_dearer(place.id, route.target, shelf):
            said = Said("passed-filling", {"name": place.name})
        if said:
            return place.id, said
    return None


def _why_not(place: ShelterState, needed: frozenset[Hazard]) -> Said | None:
    if place.opening in CLOSED_TO_PEOPLE:
        key = "passed-full" if place.opening is Opening.FULL else "passed-closed"
        return Said(key, {"name": place.name})
    missing = sorted(str(h) for h in needed.difference(place.suits))
    return Said("passed-unsuited", {"name": place.name, "hazards": tuple(missing)}) if missing else None


def minutes_by_profile(
    route: routing.Route, profile: str, network: routing.Network
) -> dict[str, float | None]:
    """Minutes along this way for each profile; None where it cannot pass, or where nobody knows whether it can.

    Nobody knows whether a car's way may be walked.
    """
    if profile == CAR.name:
        return dict.fromkeys(routing.PROFILES)
    stairs_m, ways = _met(route, network)
    own = routing.get_profile(profile)
    level_s = route.seconds - stairs_m / (own.steps_m_s or own.speed_m_s)
    minutes: dict[str, float | None] = {}
    for name, other in routing.PROFILES.items():
        passes = (stairs_m == 0 or other.steps_m_s is not None) and not ways & int(other.excluded)
        if name == profile:
            minutes[name] = round(route.seconds / 60, 1)
        elif not passes or (name in WHEELS and route.unknown_surface_share >= UNKNOWN_SURFACE):
            minutes[name] = None
        else:
            stairs_s = stairs_m / (other.steps_m_s or other.speed_m_s)
            minutes[name] = round((level_s * own.speed_m_s / other.speed_m_s + stairs_s) / 60, 1)
    return minutes


def _met(route: routing.Route, network: routing.Network) -> tuple[float, int]:
    """Metres on stairs, and the bits of `routing.Way` that any of its links has."""
    if isinstance(route, FoundRoute):
        return route.trace.stairs_m, route.trace.known
    links = network.edge_link[np.array(route.edges, np.int32)]
    stairs_m = sum(step.length_m for step in route.steps if step.key == "steps")
    return stairs_m, int(np.bitwise_or.reduce(network.link_way[links]))


def list_warnings(route: routing.Route, shelf: Shelf, profile: str) -> list[Said]:
    """What to know before setting out."""
    found = [Said("warn-car", {}), Said("warn-car-roads", {})] if profile == CAR.name else []
    if route.closed_by:
        found.append(Said("warn-closed", {"closures": ", ".join(route.closed_by)}))
    if route.starts_in_zone:
        found.append(Said("warn-zone", {}))
    if not route.snap.is_near:
        metres, direction = round(route.snap.distance_m), route.snap.direction
        found.append(Said("warn-far", {"metres": metres, "direction": direction}))
    if profile in WHEELS:
        if route.unknown_surface_share >= UNKNOWN_SURFACE:
            found.append(Said("warn-surface", {"percent": round(route.unknown_surface_share * 100)}))
        found += _unknown_to_wheels(route, shelf, profile)
    if passage := _underpass(route, shelf):
        found.append(passage)
    return found


def list_silent(silences: tuple[Silence, ...], now_ms: int) -> list[Said]:
    """Of what nothing was heard for too long, from whom and for how long: one sentence for each thing that ways depend on."""
    found = []
    for says in SPOKEN_OF:
        those = [silence for silence in silences if says in silence.source.says]
        if not those:
            continue
        names: dict[str, Argument] = {"sources": tuple(silence.source.name for silence in those)}
        times = [silence.since_ms for silence in those]
        if None in times:
            found.append(Said(f"warn-unheard-{says}", names))
        else:
            longest_ms = now_ms - min(t for t in times if t is not None)
            found.append(Said(f"warn-silent-{says}", names | {"minutes": max(1, longest_ms // 60_000)}))
    return found


def list_stay_warnings(profile: str) -> list[Said]:
    """What to know where there is no way: a car's answer says nothing of those who walk."""
    return [Said("warn-car-stay", {})] if profile == CAR.name else []


def _unknown_to_wheels(route: routing.Route, shelf: Shelf, profile: str) -> list[Said]:
    """What else nobody has written down of most of the way."""
    shares = list_unknown_of(route, shelf.moment.ground.network, profile)
    what = tuple(name for name, share in shares.items() if name != "surface" and share >= MOSTLY)
    return [Said("warn-wheels", {"what": what})] if what else []


def list_unknown_of(route: routing.Route, network: routing.Network, profile: str) -> dict[str, float]:
    """Shares of the way's length of which surface, incline, width, kerbs are unknown; empty for those who walk."""
    if profile not in WHEELS:
        return {}
    shares = list_unknown(network, routing.get_profile(profile), np.array(route.edges, np.int32))
    return {name: round(share, 3) for name, share in shares.items()}


def list_hurry(hurry: Hurry | None, shelf: Shelf) -> list[Said]:
    """Until when one may leave, and of which danger that begins nobody has a map."""
    if hurry is None:
        return []
    mapped = {zone.hazard for zone in shelf.moment.ground.zones}
    unmapped = sorted({str(f.active.hazard) for f in hurry.fronts if f.active.hazard not in mapped})
    found = [Said("warn-unmapped", {"hazards": tuple(unmapped)})] if unmapped else []
    if hurry.spare_ds is not None:
        found.append(Said("warn-leave", {"minutes": hurry.spare_ds // MINUTE_DS}))
    return found


def _underpass(route: routing.Route, shelf: Shelf) -> Said | None:
    """A ford, tunnel or underpass beside the way that is closed because it may fill: who knows the town would go through."""
    beside = shelf.beside_water
    if beside is None:
        return None
    network = shelf.moment.ground.network
    nodes = network.edge_head[list(route.edges[:-1])]
    met = nodes[beside[nodes]]
    if len(met) == 0:
        return None
    overlay, node = shelf.moment.overlay, int(met[0])
    for cause, links in overlay.closures.items():
        if cause.startswith("hazard:"):
            here = links[(network.link_u[links] == node) | (network.link_v[links] == node)]
            if len(here):
                street = network.name_of(int(here[0]))
                return Said("warn-underpass", {"street": street, "hazards": (cause.removeprefix("hazard:"),)})
    return None
