"""A network from the two tables that OSMnx users save: nodes.csv (osmid, y, x) and edges.csv (u, v, highway, geometry ...)."""

import ast
import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import shapely

from routing.build.columns import Links, make_network
from routing.build.osm_pbf import ATTRIBUTION
from routing.build.tags import class_of, layer_of, max_kmh_of, way_of
from routing.errors import NetworkError
from routing.network import Network, Way

NODE_COLUMNS = {"osmid", "x", "y"}
EDGE_COLUMNS = {"u", "v", "highway"}
BOTH = Way.FOOT | Way.FOOT_BACK


def read_graph_csv(folder: Path) -> Network:
    """Reads a folder with nodes.csv and edges.csv. Both directions of a street are one link; walkers use both.

    Raises:
        NetworkError: a file or column is missing, or a row cannot be read (with its line).
    """
    places = {
        int(row["osmid"]): (float(row["y"]), float(row["x"]))
        for row in _rows(folder / "nodes.csv", NODE_COLUMNS)
    }
    builder = _Builder(places)
    path = folder / "edges.csv"
    for line, row in enumerate(_rows(path, EDGE_COLUMNS), 2):
        try:
            builder.add(row)
        except (ValueError, KeyError, SyntaxError, shapely.errors.ShapelyError) as error:
            raise NetworkError(f"{path} line {line}: {error!r}") from error
    try:
        return make_network(builder.links())
    except NetworkError as error:
        raise NetworkError(f"{folder}: {error}") from None


def _rows(path: Path, wanted: set[str]) -> Iterable[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = wanted - set(reader.fieldnames or ())
            if missing:
                raise NetworkError(
                    f"{path}: columns {sorted(missing)} are missing; save the graph with OSMnx"
                )
            yield from reader
    except OSError as error:
        raise NetworkError(f"{path}: {error.strerror}") from error


def one_value(text: str) -> str:
    """OSMnx writes a list as its Python text when joined ways differ: the first counts."""
    if text.startswith("["):
        values = ast.literal_eval(text)
        return str(values[0]) if values else ""
    return text


class _Builder:
    """Collects links; the second direction of a street that is already there adds its permission."""

    def __init__(self, places: dict[int, tuple[float, float]]) -> None:
        self._places = places
        self._known: dict[tuple[object, ...], int] = {}
        self._u: list[int] = []
        self._v: list[int] = []
        self._way: list[Way] = []
        self._layer: list[int] = []
        self._class: list[int] = []
        self._max_kmh: list[int] = []
        self._name: list[int] = []
        self._names: dict[str, int] = {}
        self._points: list[list[tuple[float, float]]] = []
        self._skipped: Counter[str] = Counter()

    def add(self, row: dict[str, str]) -> None:
        """One directed edge of the table."""
        tags = {key: one_value(value) for key, value in row.items() if value}
        oneway = tags.get("oneway", "").lower() == "true"
        way, why = way_of({k: v for k, v in tags.items() if k != "oneway"})
        if not way:
            self._skipped[why] += 1
            return
        if way & Way.FOOT:
            way |= BOTH
        u, v = int(row["u"]), int(row["v"])
        points = self._shape(u, v, row.get("geometry", ""))
        if u == v and len(points) < 3:
            self._skipped["links of no length"] += 1
            return
        key = (min(u, v), max(u, v), tuple(sorted(points)))
        known = self._known.setdefault(key, len(self._u))
        if known < len(self._u):
            self._join(known, u, way, oneway=oneway)
            return
        self._u.append(u)
        self._v.append(v)
        self._way.append(way & ~Way.CAR_BACK if oneway else way)
        self._layer.append(layer_of(tags))
        self._class.append(class_of(tags))
        self._max_kmh.append(max_kmh_of(tags))
        name = tags.get("name", "")
        self._name.append(self._names.setdefault(name, len(self._names)) if name else -1)
        self._points.append(points)

    def _join(self, known: int, u: int, way: Way, *, oneway: bool) -> None:
        """A second row of the same street: its direction may be driven too."""
        if oneway and way & Way.CAR:
            way = (way & ~(Way.CAR | Way.CAR_BACK)) | (Way.CAR if u == self._u[known] else Way.CAR_BACK)
        self._way[known] |= way

    def _shape(self, u: int, v: int, geometry: str) -> list[tuple[float, float]]:
        if geometry:
            line = shapely.from_wkt(geometry)
            return [(lat, lon) for lon, lat in line.coords]
        return [self._places[u], self._places[v]]

    def links(self) -> Links:
        """The columns."""
        counts = [len(p) for p in self._points]
        flat = np.array([point for points in self._points for point in points], float).reshape(-1, 2)
        return Links(
            u=np.array(self._u, np.int64),
            v=np.array(self._v, np.int64),
            way=np.array([int(w) for w in self._way], np.uint16),
            layer=np.array(self._layer, np.int8),
            name=np.array(self._name, np.int32),
            start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            lat=flat[:, 0],
            lon=flat[:, 1],
            names=tuple(self._names),
            attribution=ATTRIBUTION,
            skipped=dict(self._skipped),
            road_class=np.array(self._class, np.uint8),
            max_kmh=np.array(self._max_kmh, np.uint8),
        )
