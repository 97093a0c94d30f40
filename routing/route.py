"""From a place to its best target by a field: way, length, time, steps, alternatives; or why to stay. Words are keys, not sentences."""

from dataclasses import dataclass, field

import numpy as np

from routing.errors import PlaceError
from routing.field import Field, partial_cost
from routing.geo import bearing_deg, distance_m, require_place
from routing.network import Network, Way
from routing.overlay import Overlay
from routing.profiles import CLOSED
from routing.snap import Snap, Snapper

ALTERNATIVES = 2
TURN_DEG = 40.0
"""A change of direction of less than this is going straight on."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction: a message key with its arguments. `at` indexes the polyline."""

    key: str  # depart | turn-left | turn-right | turn-back | straight | bridge | tunnel | steps | arrive
    street: str
    length_m: float
    at: int
    bearing: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another target, and by how much it came later."""

    target: str
    seconds: float


@dataclass(frozen=True)
class Route:
    """The way. `points` are (lat, lon) from the snapped origin to the target's own place on the network."""

    target: str
    points: tuple[Point, ...]
    length_m: float
    seconds: float
    steps: tuple[Step, ...]
    links: tuple[int, ...]
    snap: Snap
    alternatives: tuple[Alternative, ...]
    starts_on_closed: bool = False
    starts_in_zone: bool = False
    unknown_surface_share: float = 0.0


@dataclass(frozen=True)
class Stay:
    """No way: stay where you are, and why. `reason`: off-network | no-target | cut-off."""

    reason: str
    snap: Snap | None = None
    nearest_target: str | None = None


@dataclass(frozen=True)
class Start:
    """One way to begin: from the origin along its own edge to that edge's head."""

    edge: int
    cost: int
    share: float  # of the edge that is still to be walked


@dataclass(frozen=True, slots=True)
class Course:
    """A way on the network: its points, its links, where in the points each link begins, and the seconds it takes."""

    points: tuple[Point, ...]
    links: tuple[int, ...]
    marks: tuple[int, ...]
    seconds: float


@dataclass
class Router:
    """Answers from fields of one network. Holds no state about anybody."""

    snapper: Snapper
    overlay: Overlay
    _closed: "np.typing.NDArray[np.bool_] | None" = field(default=None, repr=False)

    @property
    def network(self) -> Network:
        return self.snapper.network

    def route(self, shelter_field: Field, lat: float, lon: float) -> Route | Stay:
        """The answer for one place.

        Raises:
            PlaceError: it cannot be a place, or lies outside the network's surroundings.
        """
        require_place(lat, lon)
        snap = self.snapper.find(lat, lon, shelter_field.walking.usable)
        if snap is None:
            raise PlaceError(self._outside(lat, lon))
        starts, on_closed = self._starts(shelter_field, snap)
        direct = self._direct(shelter_field, snap)
        best = min(
            (s for s in starts if shelter_field.is_reachable(self._head(s))),
            key=lambda s: (s.cost + int(shelter_field.dist[self._head(s)]), s.edge),
            default=None,
        )
        if direct is not None and (
            best is None or direct[0] <= best.cost + shelter_field.dist[self._head(best)]
        ):
            return self._finish_direct(shelter_field, snap, direct[1], starts, on_closed=on_closed)
        if best is None:
            reason = "no-target" if len(shelter_field.seeds.node) == 0 else "cut-off"
            return Stay(reason, snap, self._as_the_crow_flies(shelter_field, lat, lon))
        return self._finish(shelter_field, snap, best, starts, on_closed=on_closed)

    def _head(self, start: Start) -> int:
        return int(self.network.edge_head[start.edge])

    def _starts(self, shelter_field: Field, snap: Snap) -> tuple[list[Start], bool]:
        """Both directions of the origin's own link; on a closed link at the free cost, since one has to leave it."""
        if self._closed is None:
            self._closed = self.overlay.closed_links()
        on_closed = bool(self._closed[snap.link])
        there, back = self.network.edge_of_link
        starts = []
        for edge, share in ((int(there[snap.link]), 1 - snap.share), (int(back[snap.link]), snap.share)):
            if edge < 0 or shelter_field.walking.cost[edge] >= CLOSED:
                continue
            cost = int(shelter_field.cost[edge])
            if cost >= CLOSED:
                if not on_closed:
                    continue
                cost = int(shelter_field.walking.cost[edge])
            starts.append(Start(edge, partial_cost(cost, share), share))
        return starts, on_closed

    def _direct(self, shelter_field: Field, snap: Snap) -> tuple[int, int] | None:
        """(cost, target) of the cheapest target on the origin's own link, without passing a node."""
        best: tuple[int, int] | None = None
        there, back = self.network.edge_of_link
        for index, target in enumerate(shelter_field.snaps):
            if target is None or target.link != snap.link:
                continue
            ahead = target.share >= snap.share
            edge = int(there[snap.link] if ahead else back[snap.link])
            if edge >= 0 and shelter_field.cost[edge] < CLOSED:
                cost = partial_cost(int(shelter_field.cost[edge]), abs(target.share - snap.share))
                best = min(best or (cost, index), (cost, index))
        return best

    def _finish_direct(
        self, shelter_field: Field, snap: Snap, index: int, starts: list[Start], *, on_closed: bool
    ) -> Route:
        target = shelter_field.snaps[index]
        if target is None:
            raise AssertionError("a direct target has a snap")
        points = cut(self.network, snap.link, snap.share, target.share)
        there, back = self.network.edge_of_link
        edge = int((there if target.share >= snap.share else back)[snap.link])
        seconds = partial_cost(int(shelter_field.walking.cost[edge]), abs(target.share - snap.share)) / 10
        way = Course(points, (snap.link,), (0,), seconds)
        return self._route(shelter_field, snap, index, way, starts, on_closed=on_closed)

    def _finish(
        self, shelter_field: Field, snap: Snap, start: Start, starts: list[Start], *, on_closed: bool
    ) -> Route:
        network = self.network
        edges = shelter_field.way_from(self._head(start))
        last = int(network.edge_head[edges[-1]]) if len(edges) else self._head(start)
        seed = shelter_field.seed_at(last)
        end_link, end_share = int(shelter_field.seeds.link[seed]), float(shelter_field.seeds.share[seed])
        forward = bool(network.edge_forward[start.edge])
        points = list(cut(network, snap.link, snap.share, 1.0 if forward else 0.0))
        marks = [0]
        cost = partial_cost(int(shelter_field.walking.cost[start.edge]), start.share)
        for edge in edges:
            link = int(network.edge_link[edge])
            marks.append(len(points) - 1)
            points += cut(network, link, *((0.0, 1.0) if network.edge_forward[edge] else (1.0, 0.0)))[1:]
            cost += int(shelter_field.walking.cost[edge])
        marks.append(len(points) - 1)
        from_first = int(network.link_u[end_link]) == last and self._enters_from_first(shelter_field, seed)
        points += cut(network, end_link, 0.0 if from_first else 1.0, end_share)[1:]
        end_edge = network.edge_of_link[0 if from_first else 1][end_link]
        cost += partial_cost(
            int(shelter_field.walking.cost[end_edge]), end_share if from_first else 1 - end_share
        )
        links = (snap.link, *(int(network.edge_link[e]) for e in edges), end_link)
        index = int(shelter_field.seeds.target[seed])
        way = Course(tuple(points), links, tuple(marks), cost / 10)
        return self._route(shelter_field, snap, index, way, starts, on_closed=on_closed)

    def _enters_from_first(self, shelter_field: Field, seed: int) -> bool:
        """Whether this seed enters its link at the link's first point (a link may be a loop: both ends one node)."""
        link, share = int(shelter_field.seeds.link[seed]), float(shelter_field.seeds.share[seed])
        edge = int(self.network.edge_of_link[0][link])
        if edge < 0 or shelter_field.cost[edge] >= CLOSED:
            return False
        return partial_cost(int(shelter_field.cost[edge]), share) == int(shelter_field.seeds.cost[seed])

    def _route(
        self,
        shelter_field: Field,
        snap: Snap,
        index: int,
        way: Course,
        starts: list[Start],
        *,
        on_closed: bool,
    ) -> Route:
        lat, lon = np.array(way.points).T
        links = way.links
        legs = distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
        lengths = self.network.link_length_m[list(links)]
        unknown = (self.network.link_way[list(links)] & Way.SURFACE_UNKNOWN) > 0
        heads = [(self._head(s), s.cost) for s in starts]
        others = [
            Alternative(shelter_field.targets[t].id, c / 10)
            for c, t in shelter_field.nearest(heads, ALTERNATIVES + 1)
            if t != index
        ]
        inside = self.overlay.inside()
        return Route(
            target=shelter_field.targets[index].id,
            points=way.points,
            length_m=float(legs.sum()),
            seconds=way.seconds,
            steps=describe(self.network, way, legs),
            links=links,
            snap=snap,
            alternatives=tuple(others[:ALTERNATIVES]),
            starts_on_closed=on_closed,
            starts_in_zone=bool(
                inside[self.network.link_u[snap.link]] or inside[self.network.link_v[snap.link]]
            ),
            unknown_surface_share=float(lengths[unknown].sum() / max(float(lengths.sum()), 1e-9)),
        )

    def _as_the_crow_flies(self, shelter_field: Field, lat: float, lon: float) -> str | None:
        if not shelter_field.targets:
            return None
        lats = np.array([t.lat for t in shelter_field.targets])
        lons = np.array([t.lon for t in shelter_field.targets])
        away = distance_m(np.full_like(lats, lat), np.full_like(lons, lon), lats, lons)
        return shelter_field.targets[int(np.argmin(away))].id

    def _outside(self, lat: float, lon: float) -> str:
        south, west, north, east = self.network.bbox
        to_lat, to_lon = min(max(lat, south), north), min(max(lon, west), east)
        away = float(distance_m(np.array(lat), np.array(lon), np.array(to_lat), np.array(to_lon)))
        return (
            f"({lat}, {lon}) is {away / 1000:.1f} km outside this area ({south:.4f}, {west:.4f} to {north:.4f}, {east:.4f}), "
            "or at sea: no way within 5 km"
        )


def cut(network: Network, link: int, start: float, end: float) -> tuple[Point, ...]:
    """Points of a link from share `start` to share `end` (backwards if end < start), both cut points included."""
    lat, lon = network.shape_of(link)
    legs = distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
    along = np.concatenate([[0.0], np.cumsum(legs)])
    along /= max(float(along[-1]), 1e-9)
    low, high = min(start, end), max(start, end)
    between = (along > low) & (along < high)
    shares = np.concatenate([[low], along[between], [high]])
    points = tuple(
        zip(np.interp(shares, along, lat).tolist(), np.interp(shares, along, lon).tolist(), strict=True)
    )
    return points if start <= end else points[::-1]


def describe(network: Network, course: Course, legs: "np.typing.NDArray[np.float64]") -> tuple[Step, ...]:
    """Instructions: one where the street or the direction changes, one for each bridge, tunnel and stair.

    legs: float64[points - 1], metres from each point to the next.
    """
    points = course.points
    steps: list[Step] = []
    for at, link in zip(course.marks, course.links, strict=True):
        here = bearing_deg(*points[at], *points[min(at + 1, len(points) - 1)])
        key = _kind(network, link)
        street = network.name_of(link)
        if steps and key == "straight":
            turn = (here - steps[-1].bearing + 180) % 360 - 180
            key = _turn(turn)
            if key == "straight" and street == steps[-1].street:
                steps[-1] = _replace_bearing(steps[-1], here)
                continue
        steps.append(Step("depart" if not steps else key, street, 0.0, at, here))
    ends = [*(s.at for s in steps[1:]), len(legs)]
    measured = [
        Step(s.key, s.street, float(legs[s.at : e].sum()), s.at, s.bearing)
        for s, e in zip(steps, ends, strict=True)
    ]
    return (*measured, Step("arrive", "", 0.0, len(points) - 1, 0.0))


def _replace_bearing(step: Step, bearing: float) -> Step:
    return Step(step.key, step.street, step.length_m, step.at, bearing)


def _kind(network: Network, link: int) -> str:
    way = int(network.link_way[link])
    if way & Way.STEPS:
        return "steps"
    if way & Way.BRIDGE:
        return "bridge"
    if way & Way.TUNNEL:
        return "tunnel"
    return "straight"


def _turn(degrees: float) -> str:
    if abs(degrees) < TURN_DEG:
        return "straight"
    if abs(degrees) > 150:
        return "turn-back"
    return "turn-right" if degrees > 0 else "turn-left"
