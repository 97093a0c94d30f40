"""From links with shapes to a Network: ends become nodes in Hilbert order, links become directed edges. One way for all sources."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from routing.errors import NetworkError
from routing.geo import distance_m
from routing.kernels.hilbert import hilbert_index
from routing.network import Network, Way

HILBERT_ORDER = 16
PER_LINK = ("u", "v", "way", "layer", "name", "road_class", "max_kmh")


@dataclass(frozen=True)
class Turns:
    """Turns that cars may not take, between links that meet: one row each.

    from_link, to_link: int64[n], rows of `Links`; from_forward, to_forward: bool[n], whether they are driven from first to last
    point. only: bool[n], true: no other turn than this.
    """

    from_link: npt.NDArray[np.int64]
    from_forward: npt.NDArray[np.bool_]
    to_link: npt.NDArray[np.int64]
    to_forward: npt.NDArray[np.bool_]
    only: npt.NDArray[np.bool_]

    @classmethod
    def none(cls) -> "Turns":
        nowhere, no = np.empty(0, np.int64), np.empty(0, bool)
        return cls(nowhere, no, nowhere, no, no)


@dataclass(frozen=True)
class Links:
    """What a source found. Ends are any integer ids; equal ids are the same node.

    u, v: int64[n]; way: uint16[n]; layer: int8[n]; name: int32[n] into names (-1 none); road_class, max_kmh: uint8[n] (as in
    `Network`; None: unknown everywhere);
    start: int64[n + 1] into lat, lon (float64[points], both ends included).
    """

    u: npt.NDArray[np.int64]
    v: npt.NDArray[np.int64]
    way: npt.NDArray[np.uint16]
    layer: npt.NDArray[np.int8]
    name: npt.NDArray[np.int32]
    start: npt.NDArray[np.int64]
    lat: npt.NDArray[np.float64]
    lon: npt.NDArray[np.float64]
    names: tuple[str, ...]
    attribution: str
    skipped: dict[str, int] = field(default_factory=dict)
    road_class: npt.NDArray[np.uint8] | None = None
    max_kmh: npt.NDArray[np.uint8] | None = None
    turns: Turns = field(default_factory=Turns.none)


def make_network(links: Links) -> Network:
    """The network of these links.

    Raises:
        NetworkError: there is no link, or the coordinates are no degrees.
    """
    if len(links.u) == 0:
        raise NetworkError(
            f"the source holds no way that anybody may use (skipped: {links.skipped or 'nothing'}); "
            "check that it is a road network of the right place"
        )
    _require_degrees(links)
    links = _in_order(links)
    node_ids, ends = np.unique(np.concatenate([links.u, links.v]), return_inverse=True)
    count = len(links.u)
    first, last = links.start[:-1], links.start[1:] - 1
    lat, lon = np.empty(len(node_ids)), np.empty(len(node_ids))
    lat[ends[:count]], lon[ends[:count]] = links.lat[first], links.lon[first]
    lat[ends[count:]], lon[ends[count:]] = links.lat[last], links.lon[last]
    order = np.argsort(_hilbert(lat, lon), kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    u, v = place[ends[:count]].astype(np.int32), place[ends[count:]].astype(np.int32)
    edges = _edges(u, v, links.way, len(order))
    unknown = np.zeros(count, np.uint8)
    return Network(
        node_lat=lat[order],
        node_lon=lon[order],
        link_u=u,
        link_v=v,
        link_length_m=_lengths(links),
        link_way=links.way,
        link_layer=links.layer,
        link_name=links.name,
        link_class=unknown if links.road_class is None else links.road_class,
        link_max_kmh=unknown if links.max_kmh is None else links.max_kmh,
        shape_start=links.start.astype(np.int32),
        shape_lat=links.lat,
        shape_lon=links.lon,
        names=links.names,
        attribution=links.attribution,
        skipped=links.skipped,
        **edges,
        **_turns(links.turns, edges["edge_link"], edges["edge_forward"], count),
    )


def _turns(
    turns: Turns, edge_link: npt.NDArray[np.int32], edge_forward: npt.NDArray[np.bool_], links: int
) -> dict[str, Any]:
    """Turns between links as turns between edges; one of an edge that does not exist (against a one-way) forbids nothing."""
    edge_of = np.full((links, 2), -1, np.int32)
    edge_of[edge_link, edge_forward.astype(np.int8)] = np.arange(len(edge_link), dtype=np.int32)
    start = edge_of[turns.from_link, turns.from_forward.astype(np.int8)]
    end = edge_of[turns.to_link, turns.to_forward.astype(np.int8)]
    real = (start >= 0) & (end >= 0)
    rows = np.unique(np.column_stack([start, end, turns.only])[real], axis=0)
    return {
        "turn_from": rows[:, 0].astype(np.int32),
        "turn_to": rows[:, 1].astype(np.int32),
        "turn_only": rows[:, 2].astype(bool),
    }


def _require_degrees(links: Links) -> None:
    bad = ~((np.abs(links.lat) <= 90) & (np.abs(links.lon) <= 180))
    if bad.any():
        where = int(np.flatnonzero(bad)[0])
        swapped = bool((np.abs(links.lat) <= 180).all() and (np.abs(links.lon) <= 90).all())
        raise NetworkError(
            f"coordinates are not degrees: the first is ({links.lat[where]}, {links.lon[where]}), {int(bad.sum())} in all. "
            + ("Latitude and longitude seem swapped" if swapped else "Local or projected metres?")
            + ": convert the source to WGS 84 first"
        )


def _in_order(links: Links) -> Links:
    """Links in an order of their own, whatever the order of the source: the same ways give the same network and ties."""
    first, last = links.start[:-1], links.start[1:] - 1
    middle = (first + last) // 2
    ends = [np.minimum(c[first], c[last]) for c in (links.lat, links.lon)]
    order = np.lexsort(
        (links.way, links.lon[middle], links.lat[middle], links.v, links.u, _lengths(links), *ends)
    )
    counts = np.diff(links.start)[order]
    start = np.concatenate([[0], np.cumsum(counts)])
    points = np.repeat(links.start[:-1][order] - start[:-1], counts) + np.arange(start[-1])
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    moved = [name for name in PER_LINK if getattr(links, name) is not None]
    return replace(
        links,
        **{name: getattr(links, name)[order] for name in moved},
        turns=replace(
            links.turns, from_link=place[links.turns.from_link], to_link=place[links.turns.to_link]
        ),
        start=start,
        lat=links.lat[points],
        lon=links.lon[points],
    )


def _hilbert(lat: npt.NDArray[np.float64], lon: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    side = (1 << HILBERT_ORDER) - 1

    def scaled(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        span = max(float(np.ptp(values)), 1e-9)
        return np.asarray((values - values.min()) / span * side, np.int64)

    return np.asarray(hilbert_index(scaled(lon), scaled(lat), HILBERT_ORDER))


def _lengths(links: Links) -> npt.NDArray[np.float32]:
    steps = np.zeros(len(links.lat))
    steps[1:] = distance_m(links.lat[:-1], links.lon[:-1], links.lat[1:], links.lon[1:])
    steps[links.start[:-1]] = 0  # the step from the former link's end is none
    return np.asarray(np.add.reduceat(steps, links.start[:-1]), np.float32)


def _edges(
    u: npt.NDArray[np.int32], v: npt.NDArray[np.int32], way: npt.NDArray[np.uint16], nodes: int
) -> dict[str, Any]:
    there = (way & (Way.FOOT | Way.CAR)) > 0
    back = (way & (Way.FOOT_BACK | Way.CAR_BACK)) > 0
    link = np.arange(len(u), dtype=np.int32)
    tail = np.concatenate([u[there], v[back]])
    head = np.concatenate([v[there], u[back]])
    edge_link = np.concatenate([link[there], link[back]])
    forward = np.concatenate([np.ones(int(there.sum()), bool), np.zeros(int(back.sum()), bool)])
    order = np.lexsort((~forward, edge_link, tail, head))
    tail, head, edge_link, forward = tail[order], head[order], edge_link[order], forward[order]
    out_edge = np.argsort(tail, kind="stable").astype(np.int32)
    return {
        "in_start": _starts(head, nodes),
        "edge_tail": tail,
        "edge_head": head,
        "edge_link": edge_link,
        "edge_forward": forward,
        "out_start": _starts(tail, nodes),
        "out_edge": out_edge,
        "edge_climb_m": np.full(len(tail), np.nan, np.float32),
        "edge_pace": np.full(len(tail), np.nan, np.float32),
    }


def _starts(nodes_of_edges: npt.NDArray[np.int32], nodes: int) -> npt.NDArray[np.int32]:
    starts = np.zeros(nodes + 1, np.int32)
    np.cumsum(np.bincount(nodes_of_edges, minlength=nodes), out=starts[1:])
    return starts
