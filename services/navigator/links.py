"""Which links of the network a closure means: asked once per version of the closure."""

import numpy as np
import structlog

import routing
from routing.errors import GeometryError
from services.navigator.ground import Ground
from streams.events.closures import ClosureState, Geometry

_log = structlog.get_logger(__name__)


class LinkCache:
    """Answers for the closures that were asked for last."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[ClosureState, routing.LinkIds | None]] = {}

    def find(self, ground: Ground, closure: ClosureState) -> routing.LinkIds | None:
        """Links of a closure, none where it lies in another area; None where it should lie here but cannot be placed."""
        known = self._known.get(closure.id)
        if known is not None and known[0] == closure:
            return known[1]
        links = _place(ground, closure)
        self._known[closure.id] = (closure, links)
        return links

    def keep(self, ids: frozenset[str]) -> None:
        """Forgets all other closures."""
        self._known = {key: value for key, value in self._known.items() if key in ids}


def _place(ground: Ground, closure: ClosureState) -> routing.LinkIds | None:
    if closure.geometry is None:
        return None
    geometry = routing.Geometry(closure.geometry.kind, closure.geometry.parts)
    try:
        links = ground.index.find_links(geometry, routing.Structure(str(closure.structure)))
    except GeometryError as error:
        _log.error("a closure cannot be drawn", closure=closure.id, error=str(error))
        return None
    if len(links) or not _is_here(ground, closure.geometry):
        return links
    return None


def _is_here(ground: Ground, geometry: Geometry) -> bool:
    """Whether some of it lies in the network's box."""
    south, west, north, east = ground.network.bbox
    lat, lon = np.array([position for part in geometry.parts for position in part]).T
    return bool(((lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)).any())
