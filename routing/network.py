"""The network: frozen columns in one memory-mapped file. Knows ways and their properties, no profile and no shelter."""

import hashlib
import json
import os
import struct
from dataclasses import dataclass, field, fields
from enum import IntEnum, IntFlag
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from routing.errors import NetworkError

FORMAT = 2
"""2: road classes, signed speeds, climbs and turn restrictions."""
FAMILY = b"MIONET\x00"
MAGIC = FAMILY + bytes([FORMAT])
ALIGN = 64


class Way(IntFlag):
    """Properties of a link; bits of `link_way`."""

    FOOT = 1  # walkable from its first to its last point
    FOOT_BACK = 2  # and the other way
    CAR = 4
    CAR_BACK = 8
    STEPS = 16
    BRIDGE = 32
    TUNNEL = 64  # also underpasses
    FORD = 128
    WHEELCHAIR_NO = 256  # steps, kerbs, stiles or surfaces that exclude a wheelchair
    SURFACE_UNKNOWN = 512  # nothing said about the surface
    WHEELCHAIR_YES = 1024  # somebody who looked says that a wheelchair passes
    STROLLER_NO = 2048
    INCLINE_KNOWN = 4096  # signed or measured
    WIDTH_KNOWN = 8192
    KERB_UNKNOWN = 16384  # a crossing, and nothing said about its kerbs
    INDOOR = 32768


class RoadClass(IntEnum):
    """What a link was built for; values of `link_class`. Links of one class are not alike for walkers: see `Way`."""

    UNKNOWN = 0
    MOTORWAY = 1
    MOTORWAY_LINK = 2
    TRUNK = 3
    TRUNK_LINK = 4
    PRIMARY = 5
    PRIMARY_LINK = 6
    SECONDARY = 7
    SECONDARY_LINK = 8
    TERTIARY = 9
    TERTIARY_LINK = 10
    UNCLASSIFIED = 11
    RESIDENTIAL = 12
    LIVING_STREET = 13
    SERVICE = 14
    TRACK = 15
    PEDESTRIAN = 16
    FOOTWAY = 17
    CYCLEWAY = 18
    STEPS = 19
    BARRIER = 20  # no length: what stands on a node between the ways that meet there


@dataclass(frozen=True)
class Network:
    """Nodes in Hilbert order, links between them, and the directed edges of both.

    node_lat, node_lon: float64[nodes], degrees.
    link_u, link_v: int32[links], end nodes. link_length_m: float32[links]. link_way: uint16[links], bits of `Way`.
    link_layer: int8[links]. link_name: int32[links] into `names`, -1 for none.
    link_class: uint8[links], `RoadClass`. link_max_kmh: uint8[links], the signed speed limit, 0 where nothing is known.
    shape_start: int32[links + 1] into shape_lat, shape_lon: float64[points], both ends of the link included.
    Directed edges are sorted by head (then tail, then link):
    in_start: int32[nodes + 1]; edge_tail, edge_head, edge_link: int32[edges]; edge_forward: bool[edges].
    out_start: int32[nodes + 1], out_edge: int32[edges]: the same edges by tail.
    edge_climb_m: float32[edges], metres gained on the way along the edge. edge_pace: float32[edges], times as long as on the flat
    (Tobler). Both NaN where no elevation is known.
    turn_from, turn_to: int32[turns], edges, sorted; turn_only: bool[turns]. Cars that come by turn_from may not go on by turn_to;
    where turn_only, they may go on by no other edge. Walkers turn as they like.
    """

    node_lat: npt.NDArray[np.float64]
    node_lon: npt.NDArray[np.float64]
    link_u: npt.NDArray[np.int32]
    link_v: npt.NDArray[np.int32]
    link_length_m: npt.NDArray[np.float32]
    link_way: npt.NDArray[np.uint16]
    link_layer: npt.NDArray[np.int8]
    link_name: npt.NDArray[np.int32]
    link_class: npt.NDArray[np.uint8]
    link_max_kmh: npt.NDArray[np.uint8]
    shape_start: npt.NDArray[np.int32]
    shape_lat: npt.NDArray[np.float64]
    shape_lon: npt.NDArray[np.float64]
    in_start: npt.NDArray[np.int32]
    edge_tail: npt.NDArray[np.int32]
    edge_head: npt.NDArray[np.int32]
    edge_link: npt.NDArray[np.int32]
    edge_forward: npt.NDArray[np.bool_]
    out_start: npt.NDArray[np.int32]
    out_edge: npt.NDArray[np.int32]
    edge_climb_m: npt.NDArray[np.float32]
    edge_pace: npt.NDArray[np.float32]
    turn_from: npt.NDArray[np.int32]
    turn_to: npt.NDArray[np.int32]
    turn_only: npt.NDArray[np.bool_]
    names: tuple[str, ...] = ()
    attribution: str = ""
    skipped: dict[str, int] = field(default_factory=dict)
    content_hash: str = ""

    @property
    def node_count(self) -> int:
        return len(self.node_lat)

    @property
    def link_count(self) -> int:
        return len(self.link_u)

    @property
    def edge_count(self) -> int:
        return len(self.edge_tail)

    @cached_property
    def bbox(self) -> tuple[float, float, float, float]:
        """South, west, north, east."""
        lat, lon = self.shape_lat, self.shape_lon
        return float(lat.min()), float(lon.min()), float(lat.max()), float(lon.max())

    @cached_property
    def edge_of_link(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """int32[links] twice: the link's edge from first to last point, and back; -1 where there is none."""
        there = np.full(self.link_count, -1, np.int32)
        back = there.copy()
        ids = np.arange(self.edge_count, dtype=np.int32)
        there[self.edge_link[self.edge_forward]] = ids[self.edge_forward]
        back[self.edge_link[~self.edge_forward]] = ids[~self.edge_forward]
        return there, back

    def edges_along(
        self, links: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        """(row of `links`, edge) for each edge along each of them: there before back."""
        edges = np.stack([column[links] for column in self.edge_of_link], axis=1).ravel()
        real = edges >= 0
        return np.repeat(np.arange(len(links)), 2)[real], edges[real]

    def streets_of(self, edges: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """The same edges; where a network was made from another one, the edges of that."""
        return edges

    def by_node(self, values: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """The same values; where a network was made from another one, what they, given by node of that, say of its own nodes."""
        return values

    def by_edge(self, values: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """The same for values by edge."""
        return values

    @cached_property
    def turn_start(self) -> npt.NDArray[np.int32]:
        """int32[edges + 1] into turn_to and turn_only, by the edge that a car comes by."""
        starts = np.zeros(self.edge_count + 1, np.int32)
        np.cumsum(np.bincount(self.turn_from, minlength=self.edge_count), out=starts[1:])
        return starts

    def name_of(self, link: int) -> str:
        """The street's name; empty if it has none."""
        index = int(self.link_name[link])
        return self.names[index] if index >= 0 else ""

    def shape_of(self, link: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Latitudes and longitudes of the link's points, first to last."""
        part = slice(int(self.shape_start[link]), int(self.shape_start[link + 1]))
        return self.shape_lat[part], self.shape_lon[part]

    def save(self, path: Path) -> str:
        """Writes one file, whole or not at all; returns the content hash (SHA-256 of the columns)."""
        digest = hashlib.sha256()
        columns: dict[str, dict[str, Any]] = {}
        arrays = [(name, np.ascontiguousarray(getattr(self, name))) for name in COLUMNS]
        position = 0
        for name, array in arrays:
            digest.update(array.data)
            columns[name] = {"dtype": array.dtype.str, "count": len(array), "at": position}
            position += array.nbytes + -array.nbytes % ALIGN
        header = {
            "format": FORMAT, "columns": columns, "names": self.names, "attribution": self.attribution,
            "skipped": self.skipped, "content_hash": digest.hexdigest(),
        }  # fmt: skip
        text = json.dumps(header, ensure_ascii=False).encode()
        text += b" " * (-(len(MAGIC) + 4 + len(text)) % ALIGN)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        with part.open("wb") as file:
            file.write(MAGIC + struct.pack("<I", len(text)) + text)
            for _, array in arrays:
                file.write(array.data)
                file.write(bytes(-array.nbytes % ALIGN))
        part.replace(path)
        return digest.hexdigest()

    @classmethod
    def load(cls, path: Path) -> "Network":
        """Opens a saved network; the columns stay on disk until they are touched.

        Raises:
            NetworkError: no such file, another format, or cut short.
        """
        try:
            data = np.memmap(path, np.uint8, "r")
        except (OSError, ValueError) as error:
            raise NetworkError(f"{path}: cannot be opened ({error}); build it with mio area build") from error
        header, base = _read_header(path, data)
        arrays = {}
        for name in COLUMNS:
            column = header["columns"][name]
            kind = np.dtype(column["dtype"])
            first = base + column["at"]
            last = first + kind.itemsize * column["count"]
            if last > len(data):
                raise NetworkError(f"{path}: cut short in {name}; build it again with mio area build")
            arrays[name] = np.asarray(data[first:last]).view(kind)  # a plain array: slicing a memmap is slow
        return cls(
            **arrays, names=tuple(header["names"]), attribution=header["attribution"],
            skipped=header["skipped"], content_hash=header["content_hash"],
        )  # fmt: skip


def _read_header(path: Path, data: npt.NDArray[np.uint8]) -> tuple[dict[str, Any], int]:
    """The header, and where the columns begin."""
    start = len(MAGIC) + 4
    remedy = "build it again with mio area build"
    if bytes(data[: len(FAMILY)]) != FAMILY or len(data) < start:
        raise NetworkError(f"{path}: not a network; {remedy}")
    if (found := int(data[len(FAMILY)])) != FORMAT:
        age = "an older" if found < FORMAT else "a newer"
        raise NetworkError(
            f"{path}: a network of format {found}, of {age} version; this one reads {FORMAT}; {remedy}"
        )
    (size,) = struct.unpack("<I", bytes(data[len(MAGIC) : start]))
    try:
        header = json.loads(bytes(data[start : start + size]))
    except ValueError as error:
        raise NetworkError(f"{path}: the header cannot be read ({error}); {remedy}") from None
    if not isinstance(header, dict) or set(header.get("columns", ())) != set(COLUMNS):
        raise NetworkError(f"{path}: other columns than those of format {FORMAT}; {remedy}")
    return header, start + size


COLUMNS = tuple(
    f.name for f in fields(Network) if f.name not in ("names", "attribution", "skipped", "content_hash")
)
