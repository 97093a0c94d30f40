"""A network from an OpenStreetMap extract (.osm.pbf, .osm, .osm.gz), read by pyosmium."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import osmium

from routing.build.columns import Links, make_network
from routing.build.tags import layer_of, name_of, node_blocks, way_of
from routing.errors import NetworkError
from routing.network import Network

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
NODE_KEYS = ("barrier", "foot", "access", "locked")
Progress = Callable[[str], None]


@dataclass
class _Ways:
    """What the first pass collects, in lists that become columns."""

    refs: list[int] = field(default_factory=list)
    start: list[int] = field(default_factory=lambda: [0])
    way: list[int] = field(default_factory=list)
    layer: list[int] = field(default_factory=list)
    name: list[int] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)


def read_osm(path: Path, *, progress: Progress = lambda _: None) -> Network:
    """Reads ways, then the nodes that they use.

    Raises:
        NetworkError: the file cannot be read, or holds no usable way.
    """
    if ".osc" in path.suffixes:
        raise NetworkError(f"{path}: a file of changes, no extract; apply it to an extract first")
    try:
        progress("reading ways")
        ways = _read_ways(path)
        progress("reading nodes")
        ids, where = np.unique(np.array(ways.refs, np.int64), return_inverse=True)
        lat, lon, blocked = _read_nodes(path, ids, ways.skipped)
    except (RuntimeError, OSError) as error:
        raise NetworkError(f"{path}: cannot be read as OpenStreetMap data ({error})") from error
    progress("joining")
    return make_network(_split(ways, where.astype(np.int64), lat, lon, blocked))


def _read_ways(path: Path) -> _Ways:
    ways = _Ways()
    for item in osmium.FileProcessor(str(path), osmium.osm.WAY):
        if not isinstance(item, osmium.osm.Way):
            continue
        tags = dict(item.tags)
        way, why = way_of(tags)
        if why:
            if why != "not a way":
                ways.skipped[why] += 1
            continue
        refs = [node.ref for node in item.nodes]
        if len(refs) < 2:
            ways.skipped["a way of one node"] += 1
            continue
        ways.refs += refs
        ways.start.append(len(ways.refs))
        ways.way.append(int(way))
        ways.layer.append(layer_of(tags))
        name = name_of(tags)
        ways.name.append(ways.names.setdefault(name, len(ways.names)) if name else -1)
    return ways


def _read_nodes(
    path: Path, ids: npt.NDArray[np.int64], skipped: Counter[str]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    lat, lon = np.full(len(ids), np.nan), np.full(len(ids), np.nan)
    blocked = np.zeros(len(ids), bool)
    if len(ids) == 0:
        return lat, lon, blocked
    found, lats, lons, barred = [], [], [], []
    nodes = osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(osmium.filter.IdFilter(ids.tolist()))
    for node in nodes:
        if not isinstance(node, osmium.osm.Node):
            continue
        found.append(node.id)
        lats.append(node.lat)
        lons.append(node.lon)
        if len(node.tags) and node_blocks({k: node.tags[k] for k in NODE_KEYS if k in node.tags}):
            barred.append(node.id)
    index = np.searchsorted(ids, np.array(found, np.int64))
    lat[index], lon[index] = lats, lons
    blocked[np.searchsorted(ids, np.array(barred, np.int64))] = True
    skipped["barriers on nodes"] += len(barred)
    return lat, lon, blocked


def _split(
    ways: _Ways,
    where: npt.NDArray[np.int64],
    lat: npt.NDArray[np.float64],
    lon: npt.NDArray[np.float64],
    blocked: npt.NDArray[np.bool_],
) -> Links:
    """Ways become links between junctions. At a barrier a link ends blind; one that lacks a node's place is left out."""
    start = np.array(ways.start, np.int64)
    uses = np.bincount(where, minlength=len(lat))
    junction = (uses > 1) | blocked
    if len(start) > 1:
        junction[where[start[:-1]]] = True
        junction[where[start[1:] - 1]] = True
    is_end = junction[where]
    last_of_way = np.zeros(len(where), bool)
    last_of_way[start[1:] - 1] = True
    ends = np.flatnonzero(is_end)
    keep = ~last_of_way[ends[:-1]] if len(ends) else np.zeros(0, bool)
    first, last = ends[:-1][keep], ends[1:][keep]
    way_of_point = np.repeat(np.arange(len(start) - 1), np.diff(start))
    missing = np.isnan(lat[where])
    gaps = np.concatenate([[0], np.cumsum(missing)])
    complete = gaps[last + 1] == gaps[first]
    distinct = (where[first] != where[last]) | (last - first > 2)
    ways.skipped["links with nodes outside the extract"] += int((~complete).sum())
    ways.skipped["links of no length"] += int((complete & ~distinct).sum())
    good = complete & distinct
    first, last = first[good], last[good]
    counts = last - first + 1
    starts = np.concatenate([[0], np.cumsum(counts)])
    points = np.repeat(first - starts[:-1], counts) + np.arange(starts[-1])
    owner = way_of_point[first]
    return Links(
        u=_blind(where[first], blocked, len(lat)),
        v=_blind(where[last], blocked, len(lat) + len(first)),
        way=np.array(ways.way, np.uint16)[owner],
        layer=np.array(ways.layer, np.int8)[owner],
        name=np.array(ways.name, np.int32)[owner],
        start=starts,
        lat=lat[where[points]],
        lon=lon[where[points]],
        names=tuple(ways.names),
        attribution=ATTRIBUTION,
        skipped={k: v for k, v in ways.skipped.items() if v},
    )


def _blind(ends: npt.NDArray[np.int64], blocked: npt.NDArray[np.bool_], fresh: int) -> npt.NDArray[np.int64]:
    """Ends at a blocked node become nodes of their own, numbered from `fresh`: nobody passes, but the way up to it stays."""
    return np.where(blocked[ends], fresh + np.arange(len(ends)), ends)
