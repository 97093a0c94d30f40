"""The areas that a report counts by: municipalities as the area folder draws them, and what lies outside all of them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from services.area.boundaries import read_features
from services.area.folder import AREAS

Floats = npt.NDArray[np.float64]
MUNICIPALITY = "muni/"


@dataclass(frozen=True)
class District:
    """A municipality, drawn in (lon, lat). code: JIS X 0402; empty where one shape stands for several municipalities."""

    code: str
    name: str
    shape: BaseGeometry


def read_districts(folder: Path, *, municipalities: int) -> tuple[District, ...]:
    """The folder's municipalities, by code; a single shape for several of them (no boundaries were given) has no code.

    Raises:
        AreaFolderError: the area file cannot be read.
    """
    found = []
    for feature in read_features(folder / AREAS):
        properties = feature["properties"]
        codes = [r.removeprefix(MUNICIPALITY) for r in properties["refs"] if r.startswith(MUNICIPALITY)]
        if codes:
            found.append(
                District(
                    codes[0],
                    str(properties.get("name") or codes[0]),
                    shapely.make_valid(shape(feature["geometry"])),
                )
            )
    if len(found) == 1 and municipalities > 1:
        return (District("", found[0].name, found[0].shape),)
    return tuple(sorted(found, key=lambda district: district.code))


def locate(districts: tuple[District, ...], lat: Floats, lon: Floats) -> npt.NDArray[np.int32]:
    """int32[n]: index of the district of each place; `len(districts)` is outside all of them."""
    found = np.full(len(lat), len(districts), np.int32)
    if districts and len(lat):
        tree = shapely.STRtree([district.shape for district in districts])
        place, district = tree.query(shapely.points(lon, lat), predicate="intersects")
        # on a common border the first district counts
        np.minimum.at(found, place, district.astype(np.int32))
    return found
