"""The files of `routing.publish` as they are unpacked and checked; what they say of the network. Answers are in `routing.published`.

The layout is specified in docs/reference/published-fields.md. Every byte is checked before it is used: what is damaged, cut short
or made up is refused by name, and no file can make the reader loop or take more memory than its bounds say.
"""

import struct
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from routing.errors import RoutingError
from routing.geo import METRES_PER_DEGREE
from routing.kernels.publish import decode_varints

FIELD_MAGIC = b"MIOFLD\x00\x01"
NETWORK_MAGIC = b"MIOWAY\x00\x01"
UNIT = 1e-7
"""Degrees: the unit of node coordinates, as in OpenStreetMap. Points between the nodes are kept to FINE units."""
FINE = 10
MAX_BODY = 256 << 20
"""Bytes that a file may unpack to."""
OPEN, LEAVE_ONLY, BARRED, ISLAND, DEARER = range(5)
"""Codes of an edge: open; closed, but whoever stands on it may leave by it; leads into a zone; cut off from the rest, so that
nobody is snapped to it. DEARER + k: open, and each metre counts k + 2 times."""

Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 24)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0)]
Speed = Annotated[float, msgspec.Meta(gt=0)]
Ints = npt.NDArray[np.int32]


class PublishedError(RoutingError):
    """A file that is damaged, cut short, of another version or of another network."""


class NetworkHeader(msgspec.Struct, frozen=True):
    """bbox: south, west, north, east; it fixes the plane in which a place is snapped."""

    network: str
    nodes: Count
    links: Count
    points: Count
    bbox: tuple[float, float, float, float]
    attribution: str


class PublishedProfile(msgspec.Struct, frozen=True):
    """What the costs of the edges follow from: see `routing.profiles.Profile`."""

    name: str
    speed_m_s: Speed
    steps_m_s: Speed | None
    excluded: int
    bits: tuple[int, int]


class PublishedTarget(msgspec.Struct, frozen=True):
    """A place to flee to. It hangs on `link` (-1: on none) after `share` of it."""

    id: str
    name: str
    lat: float
    lon: float
    link: Annotated[int, msgspec.Meta(ge=-1)]
    share: Annotated[float, msgspec.Meta(ge=0, le=1)]


class FieldHeader(msgspec.Struct, frozen=True, omit_defaults=True):
    """For whom, against what, how old, how long valid. ends: (node, target) where ways end. notice: to be shown with each answer."""

    network: str
    area: str
    profile: PublishedProfile
    hazards: tuple[str, ...]
    made_at_ms: Milliseconds
    expires_at_ms: Milliseconds
    targets: tuple[PublishedTarget, ...]
    ends: tuple[tuple[Count, Count], ...]
    notice: str = ""


@dataclass(frozen=True)
class PublishedNetwork:
    """Links in the file's order; link i has the edges 2 i (first to last point) and 2 i + 1 (back).

    lat, lon: int64[nodes] in units. link_u, link_v, link_way: int64[links]. length_m: float64[links].
    shape_start: int64[links + 1] into shape_lat, shape_lon: float64, both ends included.
    """

    header: NetworkHeader
    lat: npt.NDArray[np.int64]
    lon: npt.NDArray[np.int64]
    link_u: npt.NDArray[np.int64]
    link_v: npt.NDArray[np.int64]
    link_way: npt.NDArray[np.int64]
    length_m: npt.NDArray[np.float64]
    shape_start: npt.NDArray[np.int64]
    shape_lat: npt.NDArray[np.float64]
    shape_lon: npt.NDArray[np.float64]

    @cached_property
    def by_tail(self) -> tuple[Ints, Ints, Ints]:
        """edge_head, out_start, out_edge."""
        return by_tail(self.link_u, self.link_v, self.header.nodes)

    def snap(self, lat: float, lon: float, usable: npt.NDArray[np.bool_]) -> tuple[int, float, float]:
        """(link, share, distance in metres) of the nearest usable link; link -1: there is none."""
        ax, ay, bx, by, link, before, total = self._segments
        south, west, _, _ = self.header.bbox
        px, py = (lon - west) * self._metres_per_lon, (lat - south) * METRES_PER_DEGREE
        dx, dy = bx - ax, by - ay
        square = np.maximum(dx * dx + dy * dy, 1e-18)
        share = np.clip(((px - ax) * dx + (py - ay) * dy) / square, 0, 1)
        away = np.hypot(px - ax - share * dx, py - ay - share * dy)
        away[~usable[link]] = np.inf
        best = int(np.argmin(away)) if len(away) else -1
        if best < 0 or np.isinf(away[best]):
            return -1, 0.0, np.inf
        on = int(link[best])
        along = (before[best] + share[best] * np.sqrt(square[best])) / max(float(total[on]), 1e-9)
        return on, float(min(1.0, along)), float(away[best])

    @property
    def _metres_per_lon(self) -> float:
        south, _, north, _ = self.header.bbox
        return METRES_PER_DEGREE * float(np.cos(np.radians((south + north) / 2)))

    @cached_property
    def _segments(self) -> tuple[npt.NDArray[Any], ...]:
        south, west, _, _ = self.header.bbox
        x = (self.shape_lon - west) * self._metres_per_lon
        y = (self.shape_lat - south) * METRES_PER_DEGREE
        link = np.repeat(np.arange(self.header.links), np.diff(self.shape_start))
        first = np.flatnonzero(link[:-1] == link[1:])
        length = np.hypot(x[first + 1] - x[first], y[first + 1] - y[first])
        total = np.bincount(link[first], weights=length, minlength=self.header.links)
        before = np.cumsum(length) - length
        before -= before[np.searchsorted(link[first], link[first])]
        return x[first], y[first], x[first + 1], y[first + 1], link[first], before, total


def by_tail(
    link_u: npt.NDArray[np.integer], link_v: npt.NDArray[np.integer], nodes: int
) -> tuple[Ints, Ints, Ints]:
    """edge_head: int32[2 * links]; out_start: int32[nodes + 1] into out_edge: int32[2 * links], the edges by tail."""
    tail = np.column_stack([link_u, link_v]).ravel()
    head = np.column_stack([link_v, link_u]).ravel().astype(np.int32)
    start = np.zeros(nodes + 1, np.int32)
    np.cumsum(np.bincount(tail, minlength=nodes), out=start[1:])
    return head, start, np.argsort(tail, kind="stable").astype(np.int32)


def read_network(data: bytes) -> PublishedNetwork:
    """The network of an area; kept as long as its hash is that of the fields.

    Raises:
        PublishedError: no such file, damaged, cut short, or of another version.
    """
    body = unpack(data, NETWORK_MAGIC, "network")
    header, at = read_header(body, NetworkHeader, "network")
    nodes, links, points = header.nodes, header.links, header.points
    columns = []
    for count in (nodes, nodes, links, links, links, links, links, points, points):
        if count > len(body) - at:
            raise PublishedError(
                f"network: {count} values announced and {len(body) - at} bytes left: fetch it again"
            )
        column = np.empty(count, np.int64)
        at = decode_varints(body, at, column)
        if at < 0:
            raise PublishedError("network: a value is cut short or too large: fetch it again")
        columns.append(column)
    if at != len(body):
        raise PublishedError(f"network: {len(body) - at} bytes too many: fetch it again")
    return _make_network(header, columns)


def _make_network(header: NetworkHeader, columns: list[npt.NDArray[np.int64]]) -> PublishedNetwork:
    lat, lon, u, by, way, length, inner, step_lat, step_lon = columns
    lat, lon, u = np.cumsum(lat), np.cumsum(lon), np.cumsum(u)
    v = u + by
    ends = np.concatenate([u, v])
    if len(ends) == 0 or ends.min() < 0 or ends.max() >= header.nodes:
        raise PublishedError(f"network: a link ends at no node of {header.nodes}: fetch it again")
    if min(inner.min(), length.min(), way.min()) < 0 or way.max() > 0xFFFF or inner.sum() != header.points:
        raise PublishedError(
            "network: lengths, properties or counts of points that cannot be: fetch it again"
        )
    start = np.concatenate([[0], np.cumsum(inner + 2)])
    shapes = [_shape(place, step, u, v, start) for place, step in ((lat, step_lat), (lon, step_lon))]
    if max(float(np.abs(s).max()) for s in shapes) > 180 or np.abs(shapes[0]).max() > 90:
        raise PublishedError("network: coordinates outside -90..90, -180..180: fetch it again")
    return PublishedNetwork(header, lat, lon, u, v, way, length / 100, start, *shapes)


def _shape(
    place: npt.NDArray[np.int64],
    step: npt.NDArray[np.int64],
    u: npt.NDArray[np.int64],
    v: npt.NDArray[np.int64],
    start: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """Degrees of all points: the first node, steps of FINE units from it, the last node."""
    first, last = start[:-1], start[1:] - 1
    steps = np.zeros(start[-1], np.int64)
    inner = np.ones(start[-1], bool)
    inner[first] = inner[last] = False
    steps[inner] = step * FINE
    units = np.cumsum(steps)
    units += np.repeat(place[u] - units[first], np.diff(start))
    units[last] = place[v]
    return units * UNIT


def unpack(data: bytes, magic: bytes, what: str) -> npt.NDArray[np.uint8]:
    """The body of a file; its checksum (Adler-32, RFC 1950) holds."""
    if data[:7] == magic[:7] and data[7:8] != magic[7:]:
        raise PublishedError(
            f"{what}: version {data[7:8].hex() or 'cut off'}, this reader knows {magic[7]}: update the reader"
        )
    if data[:8] != magic:
        raise PublishedError(
            f"{what}: begins with {data[:8]!r}, not with {magic!r}: it is another kind of file"
        )
    stream = zlib.decompressobj()
    try:
        body = stream.decompress(data[8:], MAX_BODY)
    except zlib.error as error:
        raise PublishedError(f"{what}: damaged ({error}): fetch it again") from None
    if stream.unconsumed_tail:
        raise PublishedError(
            f"{what}: unpacks to more than {MAX_BODY} bytes: it was not made by this program"
        )
    if not stream.eof or stream.unused_data:
        raise PublishedError(
            f"{what}: {len(data)} bytes are {'too many' if stream.eof else 'cut short'}: fetch it again"
        )
    return np.frombuffer(body, np.uint8)


Header = TypeVar("Header", NetworkHeader, FieldHeader)


def read_header(body: npt.NDArray[np.uint8], kind: type[Header], what: str) -> tuple[Header, int]:
    """The header, and where it ends."""
    size = struct.unpack("<I", body[:4].tobytes())[0] if len(body) >= 4 else len(body)
    if size > len(body) - 4:
        raise PublishedError(f"{what}: a header of {size} bytes in a body of {len(body)}: fetch it again")
    try:
        return msgspec.json.decode(body[4 : 4 + size].tobytes(), type=kind), 4 + size
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise PublishedError(f"{what}: the header cannot be read ({error}): fetch it again") from None
