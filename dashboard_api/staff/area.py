"""The area folder as the staff page needs it: its name and municipalities, and which cells an area code covers."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from dashboard_api.staff.older import read_older_lists
from dashboard_api.staff.payloads import Municipality
from services.kit.settings import SettingsError
from streams.cells import Gazetteer
from streams.events.shelters import SiteReport

FILES = {
    "areas.geojson": "application/geo+json",
    "zones.geojson": "application/geo+json",
    "basemap.pmtiles": "application/vnd.pmtiles",
}
"""What of the folder is public, and as which media type."""


class _Facts(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    bbox: tuple[float, float, float, float]
    municipalities: tuple[dict[str, str], ...] = ()
    attribution: tuple[str, ...] = ()
    synthetic: bool = False


@dataclass(frozen=True)
class Area:
    """`bbox`: south, west, north, east. `municipalities`: those that this page serves. `older`: places of older lists."""

    folder: Path
    name: str
    bbox: tuple[float, float, float, float]
    attribution: tuple[str, ...]
    synthetic: bool
    municipalities: tuple[Municipality, ...]
    gazetteer: Gazetteer
    older: tuple[SiteReport, ...] = ()


def open_area(folder: Path, served: str = "") -> Area:
    """Reads `area.json` and `areas.geojson`. `served`: codes by comma; all of the area's where empty.

    Raises:
        SettingsError: no such folder, or a code that the area does not hold.
    """
    try:
        facts = msgspec.json.decode((folder / "area.json").read_bytes(), type=_Facts)
        gazetteer = Gazetteer.load((folder / "areas.geojson").read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise SettingsError(
            f"MIO_AREA={folder}: not an area folder ({error}); `mio area build` makes one"
        ) from error
    known = {m["code"]: m["name"] for m in facts.municipalities}
    wanted = [code.strip() for code in served.split(",") if code.strip()] or list(known)
    if strangers := [code for code in wanted if code not in known]:
        raise SettingsError(
            f"MIO_MUNICIPALITIES names {', '.join(strangers)}; the area holds {', '.join(known)}"
        )
    return Area(
        folder=folder,
        name=facts.name,
        bbox=facts.bbox,
        attribution=facts.attribution,
        synthetic=facts.synthetic,
        municipalities=tuple(Municipality(code=code, name=known[code]) for code in wanted),
        gazetteer=gazetteer,
        older=read_older_lists(folder),
    )
