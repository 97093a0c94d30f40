"""From a place to its best target by a field: way, length, time, steps, alternatives; or why to stay. Words are keys, not sentences."""

from dataclasses import dataclass

import numpy as np

from routing.directions import Point, Step, cut, describe, make_course
from routing.errors import PlaceError
from routing.field import Field, partial_cost
from routing.geo import distance_m, require_place
from routing.kernels.answers import WHOLE
from routing.network import Network, Way
from routing.overlay import mode_of
from routing.profiles import CLOSED
from routing.snap import REACH_M, Snap

ALTERNATIVES = 2


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another target, and how long its own way takes."""

    target: str
    seconds: float


@dataclass(frozen=True)
class Route:
    """The way. `points` are (lat, lon) from the snapped origin to the target's own place on the network.

    edges: from the origin's own to the target's own; both of these are walked in part. cost: deciseconds as they were
    weighed, with a zone's dear metres; `seconds` is the walking time. closed_by: causes that close the origin's link.
    """

    target: str
    points: tuple[Point, ...]
    length_m: float
    seconds: float
    steps: tuple[Step, ...]
    edges: tuple[int, ...]
    cost: int
    snap: Snap
    alternatives: tuple[Alternative, ...]
    closed_by: tuple[str, ...] = ()
    starts_in_zone: bool = False
    unknown_surface_share: float = 0.0


@dataclass(frozen=True)
class Stay:
    """No way: stay where you are, and why. `reason`: no-target | cut-off."""

    reason: str
    snap: Snap
    nearest_target: str | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of an edge at either end of a way. share: of the edge that is walked; time without a zone's dear metres."""

    edge: int
    share: float
    cost: int
    time: int


@dataclass(frozen=True, slots=True)
class Decided:
    """A decided way. A direct one is one leg on the origin's own link, and has no last leg."""

    target: int
    cost: int
    first: Leg
    middle: tuple[int, ...] = ()
    last: Leg | None = None


def find_route(field: Field, lat: float, lon: float, *, alternatives: int = ALTERNATIVES) -> Route | Stay:
    """The answer for one place, with up to so many alternatives.

    Raises:
        PlaceError: it cannot be a place, or lies outside the network's surroundings.
    """
    snap = snap_origin(field, lat, lon)
    starts = list_starts(field, snap)
    directs = list_directs(field, snap)
    chosen = _choose(field, starts, directs)
    if chosen is None:
        reason = "no-target" if all(s is None for s in field.snaps) else "cut-off"
        return Stay(reason, snap, nearest_in_a_line(field, lat, lon))
    return lay_out(field, snap, chosen, _alternatives(field, starts, directs, chosen.target, alternatives))


def snap_origin(field: Field, lat: float, lon: float) -> Snap:
    """Where a place meets the network.

    Raises:
        PlaceError: it cannot be a place, or lies outside the network's surroundings.
    """
    require_place(lat, lon)
    snap = field.walking.snapper.find(lat, lon, field.walking.usable)
    if snap is None:
        raise PlaceError(_outside(field, lat, lon))
    return snap


def list_starts(field: Field, snap: Snap) -> list[Leg]:
    """Both directions of the origin's own link.

    On a closed link, or inside a zone, one may leave both ways; nobody is sent into a zone from outside. Who stands at the end of a
    closed link (as does everybody who is nearest to a corner) is not on it, and is not led along it.
    """
    overlay, free = field.overlay, field.walking.cost
    there, back = (int(edges[snap.link]) for edges in field.network.edge_of_link)
    legs = []
    for edge, other, share, end in (
        (there, back, 1 - snap.share, 1.0),
        (back, there, snap.share, 0.0),
    ):
        if edge < 0 or free[edge] >= CLOSED:
            continue
        cost = int(field.cost[edge])
        if cost >= CLOSED:
            if share > WHOLE and other >= 0 and free[other] < CLOSED:
                continue
            way = cut(field.network, snap.link, snap.share, end)
            [street] = field.network.streets_of(np.array([edge], np.int32)).tolist()
            if not all(membrane.lets_go(snap.link, way) for membrane in overlay.shut_by(street)):
                continue
            cost = int(free[edge])
        legs.append(Leg(edge, share, partial_cost(cost, share), partial_cost(int(free[edge]), share)))
    return legs


def list_directs(field: Field, snap: Snap) -> list[Decided]:
    """Targets on the origin's own link, reached without passing a node."""
    there, back = field.network.edge_of_link
    ways = []
    for index in field.targets_on(snap.link):
        target = field.snaps[index]
        if target is None:
            continue
        edge = int((there if target.share >= snap.share else back)[snap.link])
        if edge >= 0 and field.cost[edge] < CLOSED:
            share = abs(target.share - snap.share)
            cost = partial_cost(int(field.cost[edge]), share) + field.targets[index].price_ds
            time = partial_cost(int(field.walking.cost[edge]), share)
            ways.append(Decided(index, cost, Leg(edge, share, cost, time)))
    return ways


def _choose(field: Field, starts: list[Leg], directs: list[Decided]) -> Decided | None:
    """The cheapest way; equal costs are decided by target, then edge, so that replicas agree."""
    heads = field.network.edge_head
    ways = list(directs)
    for leg in starts:
        head = int(heads[leg.edge])
        if field.is_reachable(head):
            ways.append(Decided(int(field.target[head]), leg.cost + int(field.dist[head]), leg))
    best = min(ways, key=lambda w: (w.cost, w.target, w.first.edge), default=None)
    if best is None or best in directs:
        return best
    head = int(heads[best.first.edge])
    middle = field.way_from(head)
    seeds, row = field.seeds, field.seed_at(int(heads[middle[-1]]) if len(middle) else head)
    last = Leg(int(seeds.edge[row]), float(seeds.share[row]), int(seeds.cost[row]), int(seeds.time[row]))
    return Decided(best.target, best.cost, best.first, tuple(middle.tolist()), last)


def _alternatives(
    field: Field, starts: list[Leg], directs: list[Decided], chosen: int, count: int
) -> tuple[Alternative, ...]:
    if count == 0:
        return ()
    legs = [(int(field.network.edge_head[leg.edge]), leg.cost, leg.time) for leg in starts]
    found = field.nearest(legs, count + 1)
    found += [(way.cost, way.target, way.first.time) for way in directs]
    times: dict[int, int] = {}
    for _, target, time in sorted(found):
        if target != chosen:
            times.setdefault(target, time)
    return tuple(Alternative(field.targets[t].id, time / 10) for t, time in list(times.items())[:count])


def lay_out(field: Field, snap: Snap, way: Decided, alternatives: tuple[Alternative, ...]) -> Route:
    """A decided way as the answer."""
    network, overlay = field.network, field.overlay
    edges = (way.first.edge, *way.middle, *((way.last.edge,) if way.last else ()))
    course = make_course(network, _sections(network, snap, way))
    links = network.edge_link[list(edges)]
    lengths = network.link_length_m[links]
    unknown = (network.link_way[links] & Way.SURFACE_UNKNOWN) > 0
    time = (
        way.first.time + int(field.walking.cost[list(way.middle)].sum()) + (way.last.time if way.last else 0)
    )
    return Route(
        target=field.targets[way.target].id,
        points=course.points,
        length_m=float(course.legs_m().sum()),
        seconds=time / 10,
        steps=describe(network, course),
        edges=tuple(network.streets_of(np.array(edges, np.int32)).tolist()),
        cost=way.cost,
        snap=snap,
        alternatives=alternatives,
        closed_by=overlay.causes_of(snap.link, mode_of(field.walking.profile)),
        starts_in_zone=overlay.is_inside(snap.link, snap.lat, snap.lon),
        unknown_surface_share=float(lengths[unknown].sum() / max(float(lengths.sum()), 1e-9)),
    )


def _sections(network: Network, snap: Snap, way: Decided) -> list[tuple[int, float, float]]:
    """(link, from share, to share) along the way."""

    def whole(edge: int) -> tuple[int, float, float]:
        link = int(network.edge_link[edge])
        return (link, 0.0, 1.0) if network.edge_forward[edge] else (link, 1.0, 0.0)

    _, _, end = whole(way.first.edge)
    if way.last is None:
        forward = network.edge_forward[way.first.edge]
        return [(snap.link, snap.share, snap.share + (way.first.share if forward else -way.first.share))]
    link, begin, _ = whole(way.last.edge)
    stop = way.last.share if begin == 0 else 1 - way.last.share
    return [(snap.link, snap.share, end), *(whole(edge) for edge in way.middle), (link, begin, stop)]


def nearest_in_a_line(field: Field, lat: float, lon: float) -> str | None:
    """Id of the target that is nearest in a straight line; None: there is none."""
    if not field.targets:
        return None
    lats = np.array([t.lat for t in field.targets])
    lons = np.array([t.lon for t in field.targets])
    away = distance_m(np.full_like(lats, lat), np.full_like(lons, lon), lats, lons)
    return field.targets[int(np.argmin(away))].id


def _outside(field: Field, lat: float, lon: float) -> str:
    network, walking = field.network, field.walking
    if not walking.usable.any():
        return (
            f"({lat}, {lon}): none of this area's {network.link_count:,} ways may be used by profile {walking.profile.name}: "
            "ask for another profile, or build the area from a network with ways for it"
        )
    south, west, north, east = network.bbox
    to_lat, to_lon = min(max(lat, south), north), min(max(lon, west), east)
    away = float(distance_m(np.array(lat), np.array(lon), np.array(to_lat), np.array(to_lon)))
    where = f"{away / 1000:.1f} km outside" if away else "inside"
    swapped = south <= lon <= north and west <= lat <= east
    hint = (
        "latitude and longitude seem swapped, give LAT,LON"
        if swapped
        else "is it at sea, or in another area?"
    )
    return (
        f"({lat}, {lon}) is {where} this area's box ({south:.4f}, {west:.4f} to {north:.4f}, {east:.4f}), "
        f"with no way that may be used within {REACH_M / 1000:.0f} km: {hint}"
    )
