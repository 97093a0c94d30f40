"""From a place to a given one: whether anybody may be sent there, and by which way. From one moment; nothing of the question is kept."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import routing
from routing.snap import NEAR_M
from routing.targets import Trees
from services.navigator.answers import Answer, Moment
from services.navigator.departure import Hurry, Leaving
from services.navigator.guides import Guides
from services.navigator.reasons import Said
from services.navigator.state import ActiveHazard
from services.navigator.warm import FieldKey
from streams.events.base import SITE_HAZARDS, Hazard
from streams.events.shelters import Layer, Opening, ShelterState

YOURS = "@goal"
"""Id of a place of the asker's own."""

Hazards = frozenset[Hazard]
Place = tuple[float, float]
"""Latitude and longitude."""


class Refusal(StrEnum):
    """Why nobody is sent to a place."""

    IN_DANGER = "goal-in-danger"  # it lies in a zone whose danger is in force
    FULL = "goal-full"
    CLOSED = "goal-closed"
    OFF = "goal-off"  # no way that may be used within 300 m
    THROUGH_DANGER = "through-danger"  # every way there leads through danger
    CUT_OFF = "cut-off"
    TOO_LATE = "too-late"  # no way survives leaving now


DOORS = {Opening.FULL: Refusal.FULL, Opening.CLOSED: Refusal.CLOSED}


@dataclass(frozen=True)
class Goal:
    """Where somebody wants to go. place: what is known of it, where it stands in the list."""

    target: routing.Target
    place: ShelterState | None = None

    def suits(self, hazards: Hazards) -> bool:
        """Whether the list says that it may be used for all of these."""
        site = self.place is not None and self.place.layer is Layer.SITE
        return not hazards or (site and self.place is not None and hazards.issubset(self.place.suits))


@dataclass(frozen=True)
class Refused:
    """Nobody is sent there. hazards: those that stand against it."""

    why: Refusal
    hazards: Hazards = frozenset()


@dataclass(frozen=True)
class Trip:
    """The way to a goal, or why there is none and what is told instead. active: in force at the origin."""

    goal: Goal
    active: tuple[ActiveHazard, ...]
    way: routing.Route | Refused
    hurry: Hurry | None = None
    notes: tuple[Said, ...] = ()
    instead: Answer | None = None


class Scout:
    """Judges goals and finds ways, for one kind of walker who starts in one situation.

    extra: hazards that they name. others: more places whose hazards a site must be safe from.
    """

    def __init__(
        self,
        guides: Guides,
        moment: Moment,
        *,
        profile: str,
        start: Place,
        extra: Hazards,
        others: Iterable[Place] = (),
    ) -> None:
        self.moment, self.start, self.extra = moment, start, extra
        self.active = tuple(moment.world.list_active(*start))
        here, there = site_hazards(self.active), (moment.world.list_active(*place) for place in others)
        needed = here.union(extra, *map(site_hazards, there))
        self.key = FieldKey(profile, needed, extra - here)
        self.ways: Trees = guides.ways(moment, self.key)
        self._guides = guides

    def also_at(self, places: Iterable[Place]) -> "Scout":
        """The same start, with sites that suit these places too."""
        return Scout(
            self._guides, self.moment, profile=self.key.profile, start=self.start, extra=self.extra, others=places
        )  # fmt: skip

    def instead(self, now_ms: int) -> Answer:
        """The way to safety from the start."""
        return self.moment.answer(*self.start, profile=self.key.profile, extra=self.extra, now_ms=now_ms)

    @property
    def overlay(self) -> routing.Overlay:
        """With the zones of hazards that the walker named."""
        return self.ways.search.weights.overlay

    @property
    def sites(self) -> routing.Field:
        """The field of the sites that suit."""
        return self.moment.fields.get(self.key)

    def judge(self, goal: Goal) -> Refused | None:
        """Why nobody may be sent to a place whatever the way; None if somebody may."""
        if goal.place is not None and goal.place.opening in DOORS:
            return Refused(DOORS[goal.place.opening])
        zones = self._zones(goal.target)
        if zones is None:
            return Refused(Refusal.OFF)
        shut = self._hazards(z for z in zones if self.overlay.membranes[z].grade == routing.FORBIDDEN)
        return None if goal.suits(shut) else Refused(Refusal.IN_DANGER, shut)

    def why_not(self, origin: routing.Target, goal: routing.Target) -> Refused:
        """Why no way leads from place to place: danger alone, or more than that."""
        dangers = self._hazards(self.overlay.membranes) | _filling(self.overlay)
        if dangers and isinstance(self._guides.without_danger(self.ways).way(origin, goal), routing.Route):
            return Refused(Refusal.THROUGH_DANGER, dangers)
        return Refused(Refusal.CUT_OFF)

    def notes(self, goal: Goal) -> tuple[Said, ...]:
        """What to know of a goal: nobody is told that it is safe because nobody said that it is not."""
        zones, around = self._zones(goal.target) or (), self.moment.world.list_active(*_place(goal.target))
        inside = self._hazards(zones)
        hazards = site_hazards(around) | inside
        if goal.suits(hazards):
            return ()
        if goal.place is None:
            key = "warn-goal-announced" if inside else "warn-goal-hazard"
            return (Said(key, {"hazards": names_of(inside or hazards)}),)
        missing = hazards.difference(goal.place.suits) if goal.place.layer is Layer.SITE else hazards
        return (Said("warn-goal-unsuited", {"name": goal.place.name, "hazards": names_of(missing)}),)

    def in_time(
        self, found: routing.Route, goal: routing.Target, now_ms: int
    ) -> tuple[routing.Route | Refused, Hurry | None]:
        """The way where it survives leaving now, else the shortest that does; see `departure.Leaving`."""
        if self.moment.leaving is None:
            return found, None
        # of its own, since whatever it makes for this goal shall not be kept
        leaving = Leaving(self.moment.leaving.timetable)
        field = self.sites
        if not leaving.is_in_time(found, field, now_ms):
            field = self.ways.find(goal) or routing.Field.of(self.ways.search.weights, [goal])
        way, hurry = leaving.choose(found, self.key, field, place=self.start, now_ms=now_ms)
        # another way goes to the same goal
        hurry = replace(hurry, fronts=leaving.fronts_at(*self.start), instead_of=None)
        if isinstance(way, routing.Route):
            return way, hurry
        return Refused(Refusal.TOO_LATE, frozenset(front.active.hazard for front in hurry.fronts)), hurry

    def _zones(self, place: routing.Target) -> frozenset[str] | None:
        """Ids of the zones in force at a place or where it meets the network; None where no way is near."""
        walking = self.ways.search.weights.walking
        snap = walking.snapper.find(place.lat, place.lon, walking.usable, reach_m=NEAR_M)
        if snap is None:
            return None
        at = ((snap.lat, snap.lon), _place(place))
        return frozenset(zone for spot in at for zone in self.overlay.zones_at(snap.link, *spot))

    def _hazards(self, zones: Iterable[str]) -> Hazards:
        known = {zone.id: zone.hazard for zone in self.moment.ground.zones}
        found = (known.get(zone.removesuffix("/announced")) for zone in zones)
        return frozenset(hazard for hazard in found if hazard is not None)


def plan_trip(scout: Scout, goal: Goal, *, now_ms: int) -> Trip:
    """The way from the scout's start to a goal; where there is none, the way to the nearest site that suits instead."""
    start, hurry = routing.Target("", *scout.start), None
    way: routing.Route | Refused | None = scout.judge(goal)
    if way is None:
        found = scout.ways.way(start, goal.target)
        if isinstance(found, routing.Route):
            way, hurry = scout.in_time(found, goal.target, now_ms)
        else:
            way = scout.why_not(start, goal.target)
    if isinstance(way, routing.Route):
        return Trip(goal, scout.active, way, hurry, scout.notes(goal))
    return Trip(goal, scout.active, way, hurry, instead=scout.instead(now_ms))


def find_goal(moment: Moment, place_id: str) -> Goal | None:
    """A place of the list; None where it is not on the map.

    Raises:
        RoutingError: there is no such place.
    """
    place = moment.get_place(place_id)
    if place.lat is None or place.lon is None:
        return None
    return Goal(routing.Target(place.id, place.lat, place.lon), place)


def _place(target: routing.Target) -> Place:
    return target.lat, target.lon


def site_hazards(active: Iterable[ActiveHazard]) -> Hazards:
    """Those of them from which a site must be safe."""
    return frozenset(each.hazard for each in active if each.hazard in SITE_HAZARDS)


def names_of(hazards: Hazards) -> tuple[str, ...]:
    """As messages take them."""
    return tuple(sorted(str(hazard) for hazard in hazards))


def _filling(overlay: routing.Overlay) -> Hazards:
    """Hazards whose water closes low passages."""
    causes = (c for c in overlay.closures if c.startswith("hazard:"))
    return frozenset(Hazard(cause.removeprefix("hazard:")) for cause in causes)
