"""Fields and networks as small files, with which a phone finds its way without a server. Written here, read by `routing.published`.

The layout is specified in docs/reference/published-fields.md. Links are put in order of their end nodes; link i has the edges
2 i (from its first to its last point) and 2 i + 1 (back), whether or not anybody may use them.
"""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from routing.errors import NetworkError, RoutingError
from routing.field import Field
from routing.geo import METRES_PER_DEGREE
from routing.kernels.publish import encode_ranks, encode_varints
from routing.network import Network
from routing.profiles import CLOSED, Profile
from routing.published_files import (
    BARRED,
    DEARER,
    FIELD_MAGIC,
    FINE,
    ISLAND,
    LEAVE_ONLY,
    NETWORK_MAGIC,
    OPEN,
    UNIT,
    FieldHeader,
    NetworkHeader,
    PublishedProfile,
    PublishedTarget,
    by_tail,
)

SIMPLIFY_M = 0.5
"""Points are left out that lie no further than this from the line without them."""
NETWORK_LEVEL = 9
FIELD_LEVEL = 6
"""Of zlib: a network is packed once, a field on each change (9 saves 5 % more and takes thirteen times as long)."""
ZLIB_BEGIN = b"\x78\x9c"
"""Deflate, a window of 32 KiB, the usual level (RFC 1950, section 2.2)."""


@dataclass(frozen=True)
class Layout:
    """The links of a network in the order of the file. links: int32[links], edges: int32[2 * links], -1 where there is none.

    out_start: int32[nodes + 1], out_edge: int32[2 * links], edge_head: int32[2 * links]: edges of the file, by tail.
    """

    network: Network
    links: npt.NDArray[np.int32]
    edges: npt.NDArray[np.int32]
    edge_head: npt.NDArray[np.int32]
    out_start: npt.NDArray[np.int32]
    out_edge: npt.NDArray[np.int32]

    @classmethod
    def of(cls, network: Network) -> "Layout":
        """Made once per network."""
        links = np.lexsort((network.link_v, network.link_u)).astype(np.int32)
        there, back = network.edge_of_link
        edges = np.column_stack([there[links], back[links]]).ravel()
        return cls(
            network, links, edges, *by_tail(network.link_u[links], network.link_v[links], network.node_count)
        )

    @cached_property
    def places(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Latitudes and longitudes of the nodes in units."""
        lat, lon = self.network.node_lat, self.network.node_lon
        return np.rint(lat / UNIT).astype(np.int64), np.rint(lon / UNIT).astype(np.int64)


def publish_network(layout: Layout) -> bytes:
    """What a phone needs to know of the network once: nodes, links with their properties and lengths, and their shapes.

    Raises:
        NetworkError: it was never saved, so that nothing says which network it is.
    """
    network, links = layout.network, layout.links
    _require_hash(network)
    lat, lon = layout.places
    u, v = network.link_u[links].astype(np.int64), network.link_v[links].astype(np.int64)
    counts, shape_lat, shape_lon = _shapes(network, links, lat[u], lon[u])
    columns = (
        np.diff(lat, prepend=0), np.diff(lon, prepend=0), np.diff(u, prepend=0), v - u, network.link_way[links],
        np.rint(network.link_length_m[links].astype(np.float64) * 100), counts, shape_lat, shape_lon,
    )  # fmt: skip
    header = NetworkHeader(
        network.content_hash,
        network.node_count,
        network.link_count,
        len(shape_lat),
        network.bbox,
        network.attribution,
    )
    body = b"".join(encode_varints(c.astype(np.int64)).tobytes() for c in columns)
    return NETWORK_MAGIC + zlib.compress(_with_length(header) + body, NETWORK_LEVEL)


def publish_field(
    field: Field,
    layout: Layout,
    *,
    area: str,
    hazards: Sequence[str],
    names: Mapping[str, str],
    made_at_ms: int,
    expires_at_ms: int,
    notice: str = "",
) -> bytes:
    """One field as it stands. names: of targets by id; the id stands for a name that is missing. notice: to be shown with each answer.

    Raises:
        RoutingError: it expires before it was made, or belongs to another network than the layout.
        NetworkError: the network was never saved.
    """
    network = field.network
    _require_hash(network)
    if layout.network is not network:
        raise RoutingError(
            f"the layout is of network {layout.network.content_hash[:12]}, not of this field's: make its own"
        )
    if expires_at_ms <= made_at_ms:
        raise RoutingError(
            f"made at {made_at_ms} and expired at {expires_at_ms}: it must be valid for a while"
        )
    ends = (field.target >= 0) & (field.next_edge < 0)
    header = FieldHeader(
        network.content_hash,
        area,
        _header_profile(field.walking.profile),
        tuple(hazards),
        made_at_ms,
        expires_at_ms,
        _header_targets(field, layout, names),
        tuple((int(node), int(field.target[node])) for node in np.flatnonzero(ends)),
        notice,
    )
    codes, ranks = _codes(field, layout).tobytes(), _ranks(field, layout, ends).tobytes()
    return FIELD_MAGIC + _squeeze([_with_length(header), codes, ranks])


def _require_hash(network: Network) -> None:
    if not network.content_hash:
        raise NetworkError("the network has no content hash: save it and load it again before publishing")


def _with_length(header: NetworkHeader | FieldHeader) -> bytes:
    text = msgspec.json.encode(header)
    return struct.pack("<I", len(text)) + text


def _squeeze(parts: Sequence[bytes]) -> bytes:
    """One zlib stream (RFC 1950) of parts that are nothing alike: each gets the way of deflating that makes it smallest.

    Ranks follow no pattern that repeats; matches cost them a fifth more than Huffman's codes alone.
    """
    last = zlib.compressobj(wbits=-zlib.MAX_WBITS).flush()
    check = zlib.adler32(b"".join(parts))
    return ZLIB_BEGIN + b"".join(map(_smallest, parts)) + last + struct.pack(">I", check)


def _smallest(part: bytes) -> bytes:
    """Deflated blocks without a last one, up to a whole byte."""
    made = []
    for strategy in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_HUFFMAN_ONLY):
        deflate = zlib.compressobj(FIELD_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, strategy)
        made.append(deflate.compress(part) + deflate.flush(zlib.Z_SYNC_FLUSH))
    return min(made, key=len)


def _header_profile(profile: Profile) -> PublishedProfile:
    bits = (int(profile.bits[0]), int(profile.bits[1]))
    return PublishedProfile(profile.name, profile.speed_m_s, profile.steps_m_s, int(profile.excluded), bits)


def _header_targets(field: Field, layout: Layout, names: Mapping[str, str]) -> tuple[PublishedTarget, ...]:
    place = np.full(field.network.link_count, -1, np.int64)
    place[layout.links] = np.arange(field.network.link_count)
    return tuple(
        PublishedTarget(
            target.id,
            names.get(target.id, target.id),
            round(target.lat, 7),
            round(target.lon, 7),
            -1 if snap is None else int(place[snap.link]),
            0.0 if snap is None else round(snap.share, 6),
        )
        for target, snap in zip(field.targets, field.snaps, strict=True)
    )


def _codes(field: Field, layout: Layout) -> npt.NDArray[np.uint8]:
    """uint8[2 * links]: how the field's costs differ from the profile's own."""
    overlay, edges = field.overlay, layout.edges
    free, cost = (
        np.where(edges >= 0, c[edges], CLOSED).astype(np.int64) for c in (field.walking.cost, field.cost)
    )
    factor = np.clip(np.rint(cost / free), 1, 255 - DEARER).astype(np.int64)
    codes = np.where(factor > 1, DEARER + factor - 2, OPEN)
    link = np.repeat(layout.links, 2)
    leaves = (overlay.closed | overlay.crossing)[link] & ~overlay.enters[edges]
    codes = np.where(cost >= CLOSED, np.where(leaves, LEAVE_ONLY, BARRED), codes)
    codes = np.where(free >= CLOSED, OPEN, codes)  # forbidden by the profile: said by the network already
    return np.where(field.walking.usable[link] | (free >= CLOSED), codes, ISLAND).astype(np.uint8)


def _ranks(field: Field, layout: Layout, ends: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    place = np.full(field.network.edge_count, -1, np.int32)
    exists = layout.edges >= 0
    place[layout.edges[exists]] = np.flatnonzero(exists)
    next_edge = np.where(field.next_edge >= 0, place[field.next_edge], -1).astype(np.int32)
    is_open = exists & (field.cost[layout.edges] < CLOSED)
    ranks = np.empty(field.network.node_count, np.uint8)
    lat, lon = layout.places
    crowded = encode_ranks(
        layout.out_start, layout.out_edge, layout.edge_head, is_open, lon, lat, next_edge, ends, ranks
    )
    if crowded >= 0:
        raise NetworkError(f"node {crowded} has more than 253 ways out: the format has no rank for them")
    return ranks


def _shapes(
    network: Network,
    links: npt.NDArray[np.int32],
    from_lat: npt.NDArray[np.int64],
    from_lon: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """How many points lie between the ends of each link, and where: steps of FINE units, from the first node on."""
    south, west, north, _ = network.bbox
    scale = np.array([METRES_PER_DEGREE * np.cos(np.radians((south + north) / 2)), METRES_PER_DEGREE])
    of_link = np.repeat(np.arange(network.link_count), np.diff(network.shape_start))
    points = np.column_stack([network.shape_lon - west, network.shape_lat - south]) * scale
    lines = shapely.linestrings(points, indices=of_link)[links]
    kept, of_line = shapely.get_coordinates(
        shapely.simplify(lines, SIMPLIFY_M, preserve_topology=False), return_index=True
    )
    first = np.diff(of_line, prepend=-1) != 0
    inner = ~first & ~np.append(first[1:], True)
    line, steps = of_line[inner], []
    for start, column, origin in ((from_lat, 1, south), (from_lon, 0, west)):
        place = np.rint(((kept[inner, column] / scale[column] + origin) / UNIT - start[line]) / FINE).astype(
            np.int64
        )
        before = np.where(np.diff(line, prepend=-1) != 0, 0, np.append(0, place[:-1])[: len(place)])
        steps.append(place - before)
    return np.bincount(line, minlength=len(links)).astype(np.int64), steps[0], steps[1]
