"""Which links of the network a closure means: asked once per version of the closure. What cannot be placed is told, never dropped."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import structlog

import routing
from routing.errors import GeometryError
from services.navigator.ground import Ground
from streams.events.closures import ClosureState, Geometry

_log = structlog.get_logger(__name__)
NO_LINKS: routing.LinkIds = np.empty(0, np.int32)


class Placing(StrEnum):
    """How a closure came to its links; all but the first three go to the staff's repair list."""

    DRAWN = "drawn"
    ELSEWHERE = "elsewhere"  # it lies in another area
    CHOSEN = "chosen"  # staff chose the whole road of that name
    BY_NAME = "by-name"  # no usable drawing: the whole road of that name is closed
    NOT_DRAWN = "not-drawn"  # no usable drawing, and no road of that name
    NO_ROAD_THERE = "no-road-there"  # drawn in this area, where no way is

    @property
    def needs_repair(self) -> bool:
        return self not in (Placing.DRAWN, Placing.ELSEWHERE, Placing.CHOSEN)


@dataclass(frozen=True)
class Placed:
    """The links of a closure, and how they were found."""

    links: routing.LinkIds
    how: Placing


class LinkCache:
    """Answers for the closures that were asked for last."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[ClosureState, Placed]] = {}

    def find(self, ground: Ground, closure: ClosureState) -> Placed:
        """Where a closure lies on the network."""
        known = self._known.get(closure.id)
        if known is not None and known[0] == closure:
            return known[1]
        placed = _place(ground, closure)
        if placed.how.needs_repair:
            _log.warning(
                "a closure needs a place", closure=closure.id, how=placed.how, links=len(placed.links)
            )
        self._known[closure.id] = (closure, placed)
        return placed

    def keep(self, ids: frozenset[str]) -> None:
        """Forgets all other closures."""
        self._known = {key: value for key, value in self._known.items() if key in ids}


def _place(ground: Ground, closure: ClosureState) -> Placed:
    drawn = closure.geometry and _draw(ground, closure, closure.geometry)
    if drawn and drawn.how in (Placing.DRAWN, Placing.ELSEWHERE):
        return drawn
    links = ground.index.find_named(closure.road_names)
    if len(links):
        is_chosen = closure.repaired is not None and closure.geometry is None
        return Placed(links, Placing.CHOSEN if is_chosen else Placing.BY_NAME)
    return drawn or Placed(NO_LINKS, Placing.NOT_DRAWN)


def _draw(ground: Ground, closure: ClosureState, drawn: Geometry) -> Placed | None:
    """By its drawing; None if that cannot be one."""
    geometry = routing.Geometry(drawn.kind, drawn.parts)
    structure = routing.Structure(str(closure.structure))
    try:
        links = ground.index.find_links(geometry, structure, names=closure.road_names)
    except GeometryError as error:
        _log.error("a closure cannot be drawn", closure=closure.id, error=str(error))
        return None
    if len(links):
        return Placed(links, Placing.DRAWN)
    is_ours = closure.repaired is not None or _is_here(ground, drawn)
    return Placed(NO_LINKS, Placing.NO_ROAD_THERE if is_ours else Placing.ELSEWHERE)


def _is_here(ground: Ground, geometry: Geometry) -> bool:
    """Whether some of it lies in the network's box."""
    south, west, north, east = ground.network.bbox
    lat, lon = np.array([position for part in geometry.parts for position in part]).T
    return bool(((lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)).any())
