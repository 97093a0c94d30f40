"""Roads of the network that a closure without a drawing may mean, by their names. Proposes; a person decides."""

import numpy as np

from routing import LinkIds
from services.navigator.ground import Ground
from streams.events.closures import ClosureState
from streams.events.repairs import Candidate
from streams.repair.candidates import LEAST_NAME, NAME_WEIGHT
from streams.repair.words import name_likeness

LIMIT = 3
KEPT = 2_000
"""Answers remembered: a city has many thousand names, and the list is made anew with each change of state."""
SOURCE = "network"


class RoadNames:
    """The names of one network's roads."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._known: dict[tuple[str, ...], tuple[Candidate, ...]] = {}
        self._names = sorted({name for text in ground.network.names for name in text.split(";") if name})

    def find_candidates(self, closure: ClosureState) -> tuple[Candidate, ...]:
        """The roads whose names are most like the closure's own, best first; where one is the same it comes alone."""
        wanted = closure.said.road_names if closure.said else closure.road_names
        if wanted not in self._known:
            if len(self._known) >= KEPT:
                self._known.clear()
            self._known[wanted] = self._find(wanted)
        return self._known[wanted]

    def _find(self, wanted: tuple[str, ...]) -> tuple[Candidate, ...]:
        found = [
            (likeness, name)
            for name in self._names
            if (likeness := max((name_likeness(own, name) for own in wanted), default=0.0)) >= LEAST_NAME
        ]
        best = sorted(found, key=lambda item: (-item[0], item[1]))
        same = [item for item in best if item[0] == 1]
        candidates = (self._candidate(likeness, name) for likeness, name in (same or best)[:LIMIT])
        return tuple(candidate for candidate in candidates if candidate is not None)

    def _candidate(self, likeness: float, name: str) -> Candidate | None:
        links = self._ground.index.find_named((name,))
        if len(links) == 0:
            return None
        lat, lon = self._middle(links)
        return Candidate(
            id=name,
            name=name,
            lat=round(lat, 6),
            lon=round(lon, 6),
            source=SOURCE,
            score=round(NAME_WEIGHT * likeness**2, 2),
            reasons=("same-name" if likeness == 1 else "similar-name",),
        )

    def _middle(self, links: LinkIds) -> tuple[float, float]:
        """The corner of the road that is nearest to the mean of its corners: on the road, wherever the mean lies."""
        network = self._ground.network
        nodes = np.unique(np.concatenate([network.link_u[links], network.link_v[links]]))
        lat, lon = network.node_lat[nodes], network.node_lon[nodes]
        east = np.cos(np.radians(lat.mean()))
        away = (lat - lat.mean()) ** 2 + ((lon - lon.mean()) * east) ** 2
        nearest = int(away.argmin())
        return float(lat[nearest]), float(lon[nearest])
