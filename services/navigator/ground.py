"""What never changes while the process lives: the network, its indexes, the hazard maps. Safe for any thread."""

import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

import routing
from routing.batch import Streets
from routing.profiles import CAR
from services.navigator.cover import CellCover
from streams.events.base import Hazard

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class HazardMapZone:
    """A zone of the area's hazard maps, drawn in (lon, lat).

    arrives_after_min: how long the danger takes to get here once it has begun (a tsunami: at the coast); None: the map does not say.
    """

    id: str
    hazard: Hazard
    name: str
    shape: BaseGeometry
    arrives_after_min: float | None = None


class Ground:
    """A network with everything that is worked out from it once."""

    def __init__(self, network: routing.Network, zones: Sequence[HazardMapZone]) -> None:
        self.network = network
        self.snapper = routing.Snapper(network)
        self.index = routing.LinkIndex(network)
        self.zones = tuple(zones)
        self._walking: dict[str, routing.Walking] = {}
        self._streets: dict[int, Streets] = {}
        self._membranes: dict[str, routing.Membrane] = {}
        self._lock = threading.Lock()
        middle = (network.shape_start[:-1] + network.shape_start[1:]) // 2
        self._nodes = CellCover(network.node_lat, network.node_lon)
        self._middles = CellCover(network.shape_lat[middle], network.shape_lon[middle])
        low = (network.link_way & (routing.Way.FORD | routing.Way.TUNNEL)) > 0
        self.low_links = np.flatnonzero(low).astype(np.int32)
        """Fords, tunnels and underpasses: the first to fill with water."""

    def covered(self, cells: Iterable[int]) -> tuple[Bools, Bools]:
        """bool[nodes], bool[links]: what lies in these cells; a link does with either end or its middle."""
        held = frozenset(cells)
        nodes = self._nodes.holds(held)
        network = self.network
        return nodes, self._middles.holds(held) | nodes[network.link_u] | nodes[network.link_v]

    def walking(self, profile: str) -> routing.Walking:
        """The network as a profile sees it; `car` is one.

        Raises:
            RoutingError: there is no such profile.
        """
        with self._lock:
            if profile not in self._walking:
                self._walking[profile] = (
                    routing.Driving.on(self.snapper)
                    if profile == CAR.name
                    else routing.Walking.of(self.snapper, routing.get_profile(profile))
                )
            return self._walking[profile]

    def streets(self, snapper: routing.Snapper) -> Streets:
        """The network of a profile's snapper for the compiled loops; made at first use."""
        with self._lock:
            key = id(snapper.network)
            if key not in self._streets:
                self._streets[key] = Streets(snapper)
            return self._streets[key]

    def membrane(self, zone: HazardMapZone) -> routing.Membrane:
        """The whole zone on the network; made at first use."""
        with self._lock:
            if zone.id not in self._membranes:
                self._membranes[zone.id] = routing.make_membrane(self.index, zone.shape)
            return self._membranes[zone.id]


def load_ground(area: Path) -> Ground:
    """Opens an area folder.

    Raises:
        RoutingError: it is not one; says how to build it.
    """
    network = routing.Network.load(area / "network.mio")
    file = area / "zones.geojson"
    features = json.loads(file.read_text(encoding="utf-8"))["features"] if file.exists() else []
    zones = [
        HazardMapZone(
            id=f"{number}-{feature['properties']['hazard']}",
            hazard=Hazard(feature["properties"]["hazard"]),
            name=feature["properties"].get("name", ""),
            shape=shape(feature["geometry"]),
            arrives_after_min=feature["properties"].get("arrives_after_min"),
        )
        for number, feature in enumerate(features)
    ]
    return Ground(network, zones)
