"""Vector tiles of the area's own streets (layer `road`), so that a page needs no map server. Runs tippecanoe; draws no hazard."""

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import orjson

from routing.network import Network, RoadClass, Way

MIN_ZOOM = 6
MAX_ZOOM = 14
"""At zoom 14 a tile's grid is 0.6 m at Osaka; the page magnifies it for 15 and above."""
MAJOR = (
    RoadClass.MOTORWAY, RoadClass.MOTORWAY_LINK, RoadClass.TRUNK, RoadClass.TRUNK_LINK,
    RoadClass.PRIMARY, RoadClass.PRIMARY_LINK, RoadClass.SECONDARY, RoadClass.SECONDARY_LINK,
)  # fmt: skip
FIRST_ZOOM = {"major": MIN_ZOOM, "street": 11, "path": 13, "steps": 13}
REPORT_EVERY = 50_000

Progress = Callable[[str], object]


def build_basemap(network: Network, out: Path, *, progress: Progress) -> None:
    """Writes `out` (pmtiles) whole or not at all; the same network gives the same tiles.

    Raises:
        FileNotFoundError: tippecanoe is not installed beside this Python, nor on the PATH.
        CalledProcessError: tippecanoe failed; its last words are in `stderr`.
    """
    with TemporaryDirectory(dir=out.parent, prefix=".basemap-") as work:
        part = Path(work) / "basemap.pmtiles"
        command = [
            _tippecanoe(), "--output", part.name, "--layer", "road", "--temporary-directory", ".",
            "--minimum-zoom", str(MIN_ZOOM), "--maximum-zoom", str(MAX_ZOOM), "--no-tile-size-limit",
            "--no-feature-limit", "--simplification", "4", "--quiet", "--name", "road", "--description", "",
            "--attribution", network.attribution,
        ]  # fmt: skip
        errors = Path(work) / "errors"
        with errors.open("wb") as said:
            process = subprocess.Popen(command, cwd=work, stdin=subprocess.PIPE, stderr=said)
            _feed(process, _report(list_lines(network), network.link_count, progress))
        if process.wait():
            words = errors.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise subprocess.CalledProcessError(process.returncode, command[0], stderr=words)
        part.rename(out)


def _feed(process: "subprocess.Popen[bytes]", lines: Iterator[bytes]) -> None:
    """Streams the lines; a program that ended early speaks by its exit code."""
    assert process.stdin is not None  # noqa: S101
    with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
        for line in lines:
            pipe.write(line + b"\n")


def _tippecanoe() -> str:
    beside = Path(sys.executable).parent / "tippecanoe"
    found = str(beside) if beside.exists() else shutil.which("tippecanoe")
    if found is None:
        raise FileNotFoundError("tippecanoe is not installed; `make` puts it into .venv")
    return found


def _report(lines: Iterator[bytes], total: int, progress: Progress) -> Iterator[bytes]:
    for number, line in enumerate(lines, 1):
        if number % REPORT_EVERY == 0:
            progress(f"drawing the basemap: {number:,} of {total:,} links")
        yield line


def list_lines(network: Network) -> Iterator[bytes]:
    """One GeoJSON feature per link that can be seen, in the network's order: class (major|street|path|steps), bridge, tunnel, name."""
    lon_lat = np.round(np.column_stack([network.shape_lon, network.shape_lat]), 6)
    major = find_major(network)
    for link in np.flatnonzero(network.link_class != RoadClass.BARRIER):  # these have no length
        way = int(network.link_way[link])
        kind = _class(way, is_major=bool(major[link]))
        properties: dict[str, str | bool] = {"class": kind}
        if name := network.name_of(int(link)):
            properties["name"] = name
        properties |= {
            word: True for bit, word in ((Way.BRIDGE, "bridge"), (Way.TUNNEL, "tunnel")) if way & bit
        }
        shape = lon_lat[network.shape_start[link] : network.shape_start[link + 1]]
        yield orjson.dumps(
            {
                "type": "Feature",
                "tippecanoe": {"minzoom": FIRST_ZOOM[kind]},
                "properties": properties,
                "geometry": {"type": "LineString", "coordinates": shape},
            },
            option=orjson.OPT_SERIALIZE_NUMPY,
        )


def _class(way: int, *, is_major: bool) -> str:
    if way & Way.STEPS:
        return "steps"
    if not way & (Way.CAR | Way.CAR_BACK):
        return "path"
    return "major" if is_major else "street"


def find_major(network: Network) -> npt.NDArray[np.bool_]:
    """bool[links]: roads that lead through the town or out of it, by class."""
    return np.isin(network.link_class, [int(c) for c in MAJOR])
