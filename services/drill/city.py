"""The made-up city as the drill sees it: its ground, places and areas, read from the area folder. Knows no script and no people."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from routing.network import Way
from services.drill.closures import Line
from services.drill.jma_xml import CodedName
from services.navigator.ground import Ground, load_ground
from streams.cells import Gazetteer
from streams.codec import decode
from streams.events.shelters import SiteReport


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

    def get_line(self, name: str, structure: Way) -> Line:
        """The shape of a bridge or underpass by its street's name: (lat, lon) from end to end.

        Raises:
            DrillError: this area has none of that name.
        """
        network = self.ground.network
        for link in np.flatnonzero(network.link_way & structure):
            if network.name_of(int(link)) == name:
                lats, lons = network.shape_of(int(link))
                return [(float(lat), float(lon)) for lat, lon in zip(lats, lons, strict=True)]
        raise DrillError(
            f"this area has no {structure.name} called {name!r}: the drill plays in the made-up city only "
            "(mio area build --synthetic)"
        )


def _municipalities(areas: bytes) -> tuple[CodedName, ...]:
    found = []
    for feature in json.loads(areas)["features"]:
        for ref in feature["properties"]["refs"]:
            scheme, _, code = ref.partition("/")
            if scheme == "muni":
                found.append(CodedName(code, feature["properties"]["name"]))
    return tuple(found)
