"""The made-up city as the drill sees it: its ground, places and areas, read from the area folder. Knows no script and no people."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import h3.api.basic_int as h3
import numpy as np
import numpy.typing as npt

from routing.network import Way
from services.drill.closures import Line
from services.drill.jma_xml import CodedName
from services.navigator.answers import Ground
from services.navigator.app import load_ground
from streams.cells import HAZARD_RESOLUTION, Gazetteer
from streams.codec import decode
from streams.events.shelters import SiteReport

Bools = npt.NDArray[np.bool_]


class DrillError(Exception):
    """The drill cannot go on; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class City:
    """Everything that stays the same during a drill. `municipalities`: five digits and name, in the order of the area file."""

    ground: Ground
    gazetteer: Gazetteer
    places: tuple[SiteReport, ...]
    municipalities: tuple[CodedName, ...]

    @classmethod
    def load(cls, area: Path) -> "City":
        """Opens an area folder."""
        areas = (area / "areas.geojson").read_bytes()
        rows = (area / "sites.jsonl").read_bytes().splitlines()
        return cls(
            load_ground(area),
            Gazetteer.load(areas),
            tuple(decode(row, SiteReport) for row in rows if row),
            _municipalities(areas),
        )

    @cached_property
    def node_cells(self) -> npt.NDArray[np.uint64]:
        """uint64[nodes, resolutions]: the cell of each node and all that cell's parents."""
        network = self.ground.network
        table = np.empty((network.node_count, HAZARD_RESOLUTION + 1), np.uint64)
        for node in range(network.node_count):
            cell = h3.latlng_to_cell(
                float(network.node_lat[node]), float(network.node_lon[node]), HAZARD_RESOLUTION
            )
            table[node] = [h3.cell_to_parent(cell, r) for r in range(HAZARD_RESOLUTION + 1)]
        return table

    def nodes_in(self, cells: tuple[int, ...]) -> Bools:
        """bool[nodes]: which nodes compacted cells hold."""
        wanted = np.array(cells, np.uint64)
        resolution = (wanted >> np.uint64(52)) & np.uint64(15)
        inside = np.zeros(self.ground.network.node_count, bool)
        for r in np.unique(resolution):
            inside |= np.isin(self.node_cells[:, int(r)], wanted[resolution == r])
        return inside

    def find_line(self, name: str, structure: Way) -> Line | None:
        """The shape of a bridge or underpass by its street's name: (lat, lon) from end to end."""
        network = self.ground.network
        for link in np.flatnonzero(network.link_way & structure):
            if network.name_of(int(link)) == name:
                lats, lons = network.shape_of(int(link))
                return [(float(lat), float(lon)) for lat, lon in zip(lats, lons, strict=True)]
        return None

    def get_line(self, name: str, structure: Way) -> Line:
        """As `find_line`.

        Raises:
            DrillError: this area has none of that name.
        """
        line = self.find_line(name, structure)
        if line is None:
            raise DrillError(
                f"this area has no {structure.name} called {name!r}: the drill plays in the made-up city only "
                "(mio area build --synthetic)"
            )
        return line


def _municipalities(areas: bytes) -> tuple[CodedName, ...]:
    found = []
    for feature in json.loads(areas)["features"]:
        for ref in feature["properties"]["refs"]:
            scheme, _, code = ref.partition("/")
            if scheme == "muni":
                found.append(CodedName(code, feature["properties"]["name"]))
    return tuple(found)
