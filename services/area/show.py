"""What an area folder holds, as figures for a table. Reads the folder; prints nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from routing import Network, Way
from services.area.boundaries import read_features
from services.area.folder import BASEMAP, NETWORK, SITES, ZONES, AreaInfo, read_area
from streams.codec import decode
from streams.events.shelters import Layer, SiteReport

KINDS = (
    ("on foot", Way.FOOT | Way.FOOT_BACK),
    ("by car", Way.CAR | Way.CAR_BACK),
    ("stairs", Way.STEPS),
    ("bridges", Way.BRIDGE),
    ("tunnels, underpasses", Way.TUNNEL),
    ("fords", Way.FORD),
    ("surface unknown", Way.SURFACE_UNKNOWN),
)


@dataclass(frozen=True)
class Overview:
    """An opened area folder."""

    info: AreaInfo
    network: Network
    places: tuple[SiteReport, ...]
    has_zones: bool
    has_basemap: bool

    def km_by_kind(self) -> list[tuple[str, float]]:
        """Kilometres of links of each kind; a link may be of several."""
        way, length = self.network.link_way, self.network.link_length_m
        return [(name, float(length[(way & bits) > 0].sum(dtype=np.float64)) / 1000) for name, bits in KINDS]

    def flags(self, layer: Layer) -> list[tuple[str, int]]:
        """How many places of a layer suit each hazard."""
        found = Counter(str(h) for p in self.places if p.layer is layer for h in p.suits)
        return found.most_common()

    def capacity(self, layer: Layer) -> tuple[int, int, int]:
        """(places with a known capacity, their sum, places where it is unknown)."""
        known = [p.capacity for p in self.places if p.layer is layer and p.capacity is not None]
        return len(known), sum(known), sum(p.layer is layer for p in self.places) - len(known)


def open_overview(folder: Path) -> Overview:
    """Opens what `mio area show` tells.

    Raises:
        AreaFolderError: no area folder.
        NetworkError: its network cannot be read.
    """
    info = read_area(folder)
    return Overview(
        info,
        Network.load(folder / NETWORK),
        read_sites(folder),
        (folder / ZONES).exists(),
        (folder / BASEMAP).exists(),
    )


def read_sites(folder: Path) -> tuple[SiteReport, ...]:
    """The folder's list of sites and shelters."""
    lines: Sequence[bytes] = (folder / SITES).read_bytes().splitlines()
    return tuple(decode(line, SiteReport) for line in lines if line)


def read_zones(folder: Path) -> list[dict[str, Any]]:
    """The hazard-map zones as GeoJSON features; none where the folder has no hazard map."""
    return read_features(folder / ZONES) if (folder / ZONES).exists() else []
