"""The area folder: its files, what its index says, and how it is replaced whole or not at all."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import msgspec

from services.area.errors import AreaFolderError

FORMAT = 1
INDEX = "area.json"
NETWORK = "network.mio"
AREAS = "areas.geojson"
ZONES = "zones.geojson"
SITES = "sites.jsonl"
BASEMAP = "basemap.pmtiles"


@dataclass(frozen=True, slots=True)
class Municipality:
    """JIS X 0402 code (5 digits) and name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaInfo:
    """What `area.json` says. bbox: south, west, north, east in degrees. sites, shelters: how many of each are in the area."""

    name: str
    source: str
    attribution: tuple[str, ...]
    bbox: tuple[float, float, float, float]
    network_hash: str
    municipalities: tuple[Municipality, ...]
    synthetic: bool
    sites: int
    shelters: int
    skipped: dict[str, int] = field(default_factory=dict)
    """What the builder left out, by reason, with how many."""
    notes: tuple[str, ...] = ()
    """What a reader of this area must know: assumptions, over-warning, missing parts."""
    format: int = FORMAT


def read_area(folder: Path) -> AreaInfo:
    """Reads a folder's index.

    Raises:
        AreaFolderError: it is no area folder, or one of another format; says how to build it.
    """
    path = folder / INDEX
    try:
        info = msgspec.json.decode(path.read_bytes(), type=AreaInfo)
    except OSError as error:
        raise AreaFolderError(
            f"{folder} is no area folder: {path} cannot be read ({error.strerror}); build one with mio area build"
        ) from None
    except msgspec.DecodeError as error:
        raise AreaFolderError(f"{path}: {error}; build the area again with mio area build") from None
    if info.format != FORMAT:
        raise AreaFolderError(
            f"{path}: format {info.format}, this version reads {FORMAT}; build the area again"
        )
    return info


def write_info(folder: Path, info: AreaInfo) -> None:
    """Writes the index; it comes last, so that a folder without it is no area."""
    (folder / INDEX).write_bytes(msgspec.json.format(msgspec.json.encode(info), indent=1) + b"\n")


def write_geojson(path: Path, collection: dict[str, Any]) -> None:
    """Writes a FeatureCollection."""
    path.write_text(json.dumps(collection, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


@contextmanager
def replace_folder(out: Path) -> Iterator[Path]:
    """Gives an empty folder beside `out` to write into; on success it takes the place of `out`, otherwise nothing changes.

    Raises:
        AreaFolderError: `out` holds something that is no area.
    """
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / INDEX).exists())):
        raise AreaFolderError(f"{out} exists and is no area folder: give an empty or new folder with --out")
    out.parent.mkdir(parents=True, exist_ok=True)
    building = Path(mkdtemp(prefix=f".{out.name}.building-", dir=out.parent))
    building.chmod(0o755)
    try:
        yield building
        if out.exists():
            former = building.with_name(f"{building.name}.former")
            out.rename(former)
            building.rename(out)
            shutil.rmtree(former)
        else:
            building.rename(out)
    finally:
        shutil.rmtree(building, ignore_errors=True)
