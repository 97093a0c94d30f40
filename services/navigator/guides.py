"""Ways to given places, ready for each moment: trees and searches by profile. Keeps public places only; knows no HTTP."""

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import routing
from routing.kernels.alt import Marks
from routing.landmarks import make_marks, no_marks
from routing.targets import Pages, Search, Trees
from routing.tours import PickUp, find_tour
from services.navigator.answers import Moment
from services.navigator.warm import FieldKey
from streams.events.base import Hazard

KEPT_SETS = 8
"""Profiles, each with the zones that walkers named, for which trees are kept."""


class Guides:
    """The newest moment's trees and searches. Threads may ask at once.

    A profile's landmarks are made beside the answers once somebody asks for it; until then searches do without and take longer.
    """

    def __init__(self) -> None:
        self._pages: dict[int, Pages] = {}
        self._none: dict[int, Marks] = {}
        self._maker = ThreadPoolExecutor(1, "landmarks")
        self._marks: dict[str, Future[Marks]] = {}
        self._sets: OrderedDict[tuple[str, frozenset[Hazard]], Trees] = OrderedDict()
        self._lock = threading.Lock()

    def ways(self, moment: Moment, key: FieldKey) -> Trees:
        """Ways at a moment for the key's profile, with the zones that it assumes.

        Raises:
            RoutingError: no such profile.
        """
        weights = moment.fields.get(key).weights
        marks = self._find_marks(weights.walking)
        with self._lock:
            known = self._sets.get((key.profile, key.assumed))
            if known is None or known.search.weights is not weights or known.search.marks is not marks:
                streets = moment.ground.streets(weights.walking.snapper)
                search = Search(weights, marks, self._pages_of(weights.walking.network), streets)
                places = moment.world.places

                def is_public(goal: routing.Target) -> bool:
                    place = places.get(goal.id)
                    return place is not None and (place.lat, place.lon) == (goal.lat, goal.lon)

                known = Trees(search, is_public) if known is None else known.taken_over(search, is_public)
            self._sets[key.profile, key.assumed] = known
            self._sets.move_to_end((key.profile, key.assumed))
            while len(self._sets) > KEPT_SETS:
                self._sets.popitem(last=False)
            return known

    def without_danger(self, ways: Trees) -> Search:
        """The same as if no hazard were in force, and roads still closed: tells whether danger alone is in the way."""
        weights, overlay = ways.search.weights, ways.search.weights.overlay
        closures = {c: links for c, links in overlay.closures.items() if not c.startswith("hazard:")}
        calm = routing.Overlay(overlay.network, closures, {}, overlay.modes)
        return replace(ways.search, weights=routing.weigh(weights.walking, calm))

    def _find_marks(self, walking: routing.Walking) -> Marks:
        """Those of a profile; none as long as they are being made."""
        name = walking.profile.name
        with self._lock:
            if name not in self._marks:
                self._marks[name] = self._maker.submit(make_marks, walking)
        made = self._marks[name]
        return made.result() if made.done() else self._none_of(walking.network)

    def _pages_of(self, network: routing.Network) -> Pages:
        """Walkers share one network, cars have another."""
        return self._pages.setdefault(network.node_count, Pages(network.node_count))

    def _none_of(self, network: routing.Network) -> Marks:
        return self._none.setdefault(network.node_count, no_marks(network))


def warm_ways(moment: Moment, start: routing.Target, goal: routing.Target) -> None:
    """Compiles the loops of searches and tours, by somebody who fetches one who waits at the goal."""
    weights = moment.fields.get(FieldKey("adult")).weights
    network, streets = weights.walking.network, moment.ground.streets(weights.walking.snapper)
    search = Search(weights, no_marks(network), Pages(network.node_count), streets)
    search.way(start, goal)
    find_tour(search, start, pick_ups=[PickUp(goal)], commons=[start])
