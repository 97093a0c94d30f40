"""A network from an OpenStreetMap extract (.osm.pbf, .osm, .osm.gz), read by pyosmium."""

from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium

from routing.build.access import Tags
from routing.build.barriers import Rules, mark_of
from routing.build.columns import make_network
from routing.build.relations import Relations
from routing.build.split import Points, Ways, split
from routing.build.tags import CLOSED_AT_TIMES, NO_WAY, class_of, layer_of, max_kmh_of, name_of, way_of
from routing.build.wheels import knows_kerb
from routing.errors import NetworkError
from routing.network import Network

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
SINGLE = "ways of one node"
SAYS_NOTHING = frozenset(
    [
        "name",
        "ref",
        "source",
        "note",
        "created_by",
        "alt_name",
        "old_name",
        "old_ref",
        "int_ref",
        "loc_name",
        "wikidata",
        "wikipedia",
    ]
)
"""Keys that no rule reads; ways that differ in nothing else are alike."""
Progress = Callable[[str], None]
AS_READ = Rules()


def read_osm(path: Path, *, rules: Rules = AS_READ, progress: Progress = lambda _: None) -> Network:
    """Reads relations, then ways, then the nodes that they use.

    Raises:
        NetworkError: the file cannot be read, or holds no usable way.
    """
    if ".osc" in path.suffixes:
        raise NetworkError(f"{path}: a file of changes, no extract; apply it to an extract first")
    try:
        progress("reading squares and turn restrictions")
        relations = read_relations(path)
        progress("reading ways")
        ways, refs = read_ways(path, relations)
        progress("reading nodes")
        points = read_points(path, refs, rules, ways.skipped)
    except (RuntimeError, OSError) as error:
        raise NetworkError(f"{path}: cannot be read as OpenStreetMap data ({error})") from error
    progress("joining")
    try:
        return make_network(split(ways, points, attribution=ATTRIBUTION))
    except NetworkError as error:
        raise NetworkError(f"{path}: {error}") from None


def read_relations(path: Path) -> Relations:
    """Squares and turn restrictions."""
    relations = Relations()
    for item in osmium.FileProcessor(str(path), osmium.osm.RELATION):
        if isinstance(item, osmium.osm.Relation) and item.tags.get("type") is not None:
            relations.add(dict(item.tags), [(m.type, m.ref, m.role) for m in item.members])
    return relations


@dataclass(frozen=True, slots=True)
class _Kind:
    """What the rules make of tags: worked out once for all ways that are alike."""

    bits: int
    why: str
    layer: int
    road_class: int
    max_kmh: int

    @classmethod
    def of(cls, tags: Tags) -> "_Kind":
        bits, why = way_of(tags)
        return cls(int(bits), why, layer_of(tags), int(class_of(tags)), max_kmh_of(tags))


class _Collector:
    """Rows of ways, in lists that become columns."""

    def __init__(self, relations: Relations) -> None:
        self.relations = relations
        self.skipped: Counter[str] = Counter(relations.skipped)
        self.refs = array("q")
        self.start = array("q", [0])
        self.rows: list[tuple[int, int, int, int, int, int]] = []
        self.names: dict[str, int] = {}
        self.kinds: dict[tuple[tuple[str, str], ...], _Kind] = {}

    def kind_of(self, tags: Tags) -> _Kind:
        """What the rules make of these tags."""
        key = tuple(item for item in tags.items() if item[0] not in SAYS_NOTHING)
        if (kind := self.kinds.get(key)) is None:
            kind = self.kinds[key] = _Kind.of(tags)
        return kind

    def add(self, way_id: int, own: Tags, refs: list[int]) -> None:
        """Takes a way, or counts why not."""
        tags, kind = own, self.kind_of(own)
        if kind.why == NO_WAY and way_id in self.relations.rings:
            tags = self.relations.rings[way_id]
            kind = self.kind_of(tags)
        if kind.why and kind.why != NO_WAY and (not kind.bits or kind.why == CLOSED_AT_TIMES):
            self.skipped[kind.why] += 1
        if not kind.bits:
            return
        if len(refs) < 2:
            self.skipped[SINGLE] += 1
            return
        self.refs.extend(refs)
        self.start.append(len(self.refs))
        name = name_of(tags)
        index = self.names.setdefault(name, len(self.names)) if name else -1
        self.rows.append((way_id, kind.bits, kind.layer, index, kind.road_class, kind.max_kmh))

    def ways(self) -> Ways:
        """The columns."""
        ids, way, layer, name, road_class, max_kmh = np.array(self.rows, np.int64).reshape(-1, 6).T
        return Ways(
            ids=ids,
            start=np.array(self.start, np.int64),
            way=way.astype(np.uint16),
            layer=layer.astype(np.int8),
            name=name.astype(np.int32),
            road_class=road_class.astype(np.uint8),
            max_kmh=max_kmh.astype(np.uint8),
            names=tuple(self.names),
            restrictions=tuple(self.relations.restrictions),
            skipped=self.skipped,
        )


def read_ways(path: Path, relations: Relations) -> tuple[Ways, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """The ways that somebody may use, and int64[points] of the nodes' ids, way after way."""
    collector = _Collector(relations)
    for item in osmium.FileProcessor(str(path), osmium.osm.WAY):
        if isinstance(item, osmium.osm.Way):
            collector.add(item.id, dict(item.tags), [node.ref for node in item.nodes])
    return collector.ways(), np.array(collector.refs, np.int64)


def read_points(
    path: Path, refs: np.ndarray[tuple[int], np.dtype[np.int64]], rules: Rules, skipped: Counter[str]
) -> Points:
    """Places and marks of the nodes that the ways use."""
    ids, where = np.unique(refs, return_inverse=True)
    count = len(ids)
    points = Points(
        where.astype(np.int64), ids, np.full(count, np.nan), np.full(count, np.nan),
        np.zeros(count, np.uint16), np.zeros(count, np.uint16), np.zeros(count, bool),
    )  # fmt: skip
    if count == 0:
        return points
    found, lats, lons = array("q"), array("d"), array("d")
    tagged: list[tuple[int, dict[str, str]]] = []
    nodes = osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(osmium.filter.IdFilter(ids.tolist()))
    for node in nodes:
        if not isinstance(node, osmium.osm.Node):
            continue
        found.append(node.id)
        lats.append(node.lat)
        lons.append(node.lon)
        if len(node.tags):
            tagged.append((node.id, dict(node.tags)))
    index = np.searchsorted(ids, np.array(found, np.int64))
    points.lat[index], points.lon[index] = lats, lons
    _mark(points, tagged, rules, skipped)
    return points


def _mark(
    points: Points, tagged: list[tuple[int, dict[str, str]]], rules: Rules, skipped: Counter[str]
) -> None:
    places = np.searchsorted(points.ids, np.array([ref for ref, _ in tagged], np.int64)).tolist()
    for place, (_, tags) in zip(places, tagged, strict=True):
        points.knows_kerb[place] = knows_kerb(tags)
        if mark := mark_of(tags, rules):
            points.takes[place], points.adds[place] = int(mark.takes), int(mark.adds)
            skipped[mark.why] += 1
