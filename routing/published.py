"""Answers from a published field as a phone does: no server, no clock. The reference for other readers; the files are `routing.published_files`."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from routing.errors import PlaceError
from routing.geo import require_place
from routing.kernels.publish import decode_ranks, find_ends
from routing.network import Way
from routing.profiles import CLOSED
from routing.published_files import (
    DEARER,
    FIELD_MAGIC,
    ISLAND,
    LEAVE_ONLY,
    OPEN,
    FieldHeader,
    Ints,
    PublishedError,
    PublishedNetwork,
    PublishedProfile,
    PublishedTarget,
    read_header,
    read_network,
    unpack,
)
from routing.snap import REACH_M

HERE_M = 0.05
"""Whoever is no further than this from a crossing or a target stands at it."""


@dataclass(frozen=True)
class PublishedWay:
    """The answer. edges: in the file's numbers, from the origin's own to the target's own; both may be walked in part.

    cost_ds: as weighed, with a zone's dear metres; `seconds` as walked. snap_m: from the place to the nearest way.
    """

    target: PublishedTarget
    edges: tuple[int, ...]
    cost_ds: int
    seconds: float
    length_m: float
    snap_m: float = 0.0


@dataclass(frozen=True, slots=True)
class _Leg:
    """A part of an edge at either end of a way."""

    edge: int
    share: float


@dataclass(frozen=True)
class PublishedField:
    """A field as it was when it was made. cost: int64[edges] as weighed, CLOSED is no way; time: int64[edges] as walked.

    code: uint8[edges]. next_edge: int32[nodes], -1 for none. target: int32[nodes], index into the header's targets, -1 for none.
    """

    header: FieldHeader
    network: PublishedNetwork
    code: npt.NDArray[np.uint8]
    cost: npt.NDArray[np.int64]
    time: npt.NDArray[np.int64]
    next_edge: Ints
    target: Ints

    @cached_property
    def usable(self) -> npt.NDArray[np.bool_]:
        """bool[links]: those to which a place may be snapped."""
        return np.asarray(((self.time < CLOSED) & (self.code != ISLAND)).reshape(-1, 2).any(axis=1))

    def is_expired(self, now_ms: int) -> bool:
        """Whether it may no longer be followed: roads may have closed since."""
        return now_ms >= self.header.expires_at_ms

    def route_from(self, node: int) -> PublishedWay | None:
        """The way from a node; None: no target can be reached."""
        return None if self.target[node] < 0 else self._finish([], node, 0.0)

    def route(self, lat: float, lon: float) -> PublishedWay | None:
        """The way from a place; None: no target can be reached from there.

        Raises:
            PlaceError: it cannot be a place, or is more than 5 km from any way.
        """
        require_place(lat, lon)
        link, share, away = self.network.snap(lat, lon, self.usable)
        if away > REACH_M:
            raise PlaceError(
                f"({lat}, {lon}) is more than {REACH_M / 1000:.0f} km from any way of {self.header.area}"
            )
        legs = [leg for leg in (_Leg(2 * link, 1 - share), _Leg(2 * link + 1, share)) if self._leads_on(leg)]
        directs = self._directs(link, share)
        if (arrived := self._arrived(legs, directs, away)) is not None:
            return arrived
        choices = directs + [
            (
                self._leaving(leg) + self._weighed(self._head(leg)),
                int(self.target[self._head(leg)]),
                leg,
                True,
            )
            for leg in legs
            if self._leaving(leg) < CLOSED
        ]
        if not choices:
            return None
        _, target, leg, goes_on = min(choices, key=lambda c: (c[0], c[1], c[2].edge))
        return self._finish([leg], self._head(leg), away) if goes_on else self._total([leg], target, away)

    def _arrived(
        self, legs: list[_Leg], directs: list[tuple[int, int, _Leg, bool]], away: float
    ) -> PublishedWay | None:
        """For whoever stands at a crossing or at a target: the crossing's answer, or the target where that is nearer."""
        here = min(
            (leg for leg in legs if self._length_m(leg) < HERE_M), key=lambda leg: leg.share, default=None
        )
        crossing = None if here is None else self._finish([], self._head(here), away)
        reached = [
            (cost, index, leg.edge, leg)
            for cost, index, leg, _ in directs
            if self._length_m(leg) < HERE_M and (crossing is None or cost < crossing.cost_ds)
        ]
        if not reached:
            return crossing
        _, target, _, leg = min(reached, key=lambda c: c[:3])
        return self._total([leg], target, away)

    def _leads_on(self, leg: _Leg) -> bool:
        return bool(self.target[self._head(leg)] >= 0)

    def _length_m(self, leg: _Leg) -> float:
        return float(self.network.length_m[leg.edge // 2]) * leg.share

    def _head(self, leg: _Leg) -> int:
        return int(self.network.by_tail[0][leg.edge])

    def _leaving(self, leg: _Leg) -> int:
        """Cost for whoever stands on an edge: a closed one may be left, a zone may not be entered."""
        cost = self.time[leg.edge] if self.code[leg.edge] == LEAVE_ONLY else self.cost[leg.edge]
        return int(CLOSED if cost >= CLOSED else round(cost * leg.share))

    def _directs(self, link: int, share: float) -> list[tuple[int, int, _Leg, bool]]:
        """Targets on the origin's own link, reached without passing a node."""
        found = []
        for index, target in enumerate(self.header.targets):
            for edge in (2 * link, 2 * link + 1) if target.link == link else ():
                leg = _Leg(edge, abs(target.share - share))
                is_ahead = (edge % 2 == 1) == (target.share < share)
                if self.cost[edge] < CLOSED and (is_ahead or self._length_m(leg) < HERE_M):
                    found.append((round(self.cost[edge] * leg.share), index, leg, False))
        return found

    def _weighed(self, node: int) -> int:
        """The field's cost from a node that has a way."""
        edges, end = self._follow(node)
        last = self._last_leg(end)
        return int(self.cost[edges].sum() + round(self.cost[last.edge] * last.share))

    def _follow(self, node: int) -> tuple[list[int], int]:
        """The edges from a node, and the node where they end."""
        edges = []
        while (edge := int(self.next_edge[node])) >= 0:
            edges.append(edge)
            node = int(self.network.by_tail[0][edge])
        return edges, node

    def _last_leg(self, node: int) -> _Leg:
        """From the node where a way ends to its target, on the target's own link."""
        target = self.header.targets[self.target[node]]
        both = (_Leg(2 * target.link, target.share), _Leg(2 * target.link + 1, 1 - target.share))
        tails = (self.network.link_u[target.link], self.network.link_v[target.link])
        legs = [
            leg
            for leg, tail in zip(both, tails, strict=True)
            if tail == node and self.cost[leg.edge] < CLOSED
        ]
        return min(legs, key=lambda leg: (round(self.cost[leg.edge] * leg.share), leg.edge))

    def _finish(self, first: list[_Leg], node: int, away: float) -> PublishedWay:
        edges, end = self._follow(node)
        legs = [*first, *(_Leg(edge, 1.0) for edge in edges), self._last_leg(end)]
        return self._total(legs, int(self.target[node]), away)

    def _total(self, legs: list[_Leg], target: int, away: float) -> PublishedWay:
        edges = tuple(leg.edge for leg in legs)
        cost = sum(
            round((self.time if self.cost[leg.edge] >= CLOSED else self.cost)[leg.edge] * leg.share)
            for leg in legs
        )
        seconds = sum(round(self.time[leg.edge] * leg.share) for leg in legs) / 10
        length = sum(self._length_m(leg) for leg in legs)
        return PublishedWay(self.header.targets[target], edges, cost, seconds, length, away)


def read(field: bytes, network: bytes) -> PublishedField:
    """Both files at once.

    Raises:
        PublishedError: either is no such file, damaged, or they do not belong together.
    """
    return read_field(field, read_network(network))


def read_field(data: bytes, network: PublishedNetwork) -> PublishedField:
    """A field of a network.

    Raises:
        PublishedError: no such file, damaged, cut short, of another version or of another network.
    """
    body = unpack(data, FIELD_MAGIC, "field")
    header, at = read_header(body, FieldHeader, "field")
    nodes, edges = network.header.nodes, 2 * network.header.links
    if header.network != network.header.network:
        raise PublishedError(
            f"field of network {header.network[:12]}, read with network {network.header.network[:12]}: fetch that network"
        )
    if len(body) - at != edges + nodes:
        raise PublishedError(
            f"field: {len(body) - at} bytes for {edges} edges and {nodes} nodes: fetch it again"
        )
    code, ranks = body[at : at + edges], body[at + edges :]
    cost, time = _costs(network, header.profile, code)
    next_edge, ends = np.empty(nodes, np.int32), np.empty(nodes, bool)
    head, out_start, out_edge = network.by_tail
    wrong = decode_ranks(
        out_start, out_edge, head, cost < CLOSED, network.lon, network.lat, ranks, next_edge, ends
    )
    if wrong >= 0:
        raise PublishedError(f"field: node {wrong} goes on by an edge that there is not: fetch it again")
    end = np.empty(nodes, np.int32)
    wrong = find_ends(next_edge, head, ends, end)
    if wrong >= 0:
        raise PublishedError(f"field: the way from node {wrong} goes round: fetch it again")
    target = _targets(header, network, cost, ends)
    return PublishedField(
        header, network, code, cost, time, next_edge, np.where(end >= 0, target[end], -1).astype(np.int32)
    )


def _targets(
    header: FieldHeader, network: PublishedNetwork, cost: npt.NDArray[np.int64], ends: npt.NDArray[np.bool_]
) -> Ints:
    """int32[nodes]: the target of each node where ways end, which must hang on an open edge from there."""
    target = np.full(network.header.nodes, -1, np.int32)
    for node, index in header.ends:
        if node >= len(target) or index >= len(header.targets):
            raise PublishedError(f"field: a way ends at node {node} for target {index}, which there is not")
        link = header.targets[index].link
        tails = () if not 0 <= link < network.header.links else (network.link_u[link], network.link_v[link])
        if not any(tail == node and cost[2 * link + side] < CLOSED for side, tail in enumerate(tails)):
            raise PublishedError(
                f"field: target {index} cannot be reached from node {node}, where its ways end"
            )
        target[node] = index
    lost = np.flatnonzero(ends != (target >= 0))
    if len(lost):
        raise PublishedError(f"field: node {int(lost[0])} ends ways and has no target, or the reverse")
    return target


def _costs(
    network: PublishedNetwork, profile: PublishedProfile, code: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """int64[edges] twice: as weighed and as walked."""
    way = network.link_way
    steps = (way & Way.STEPS) > 0
    speed = np.where(steps, profile.steps_m_s or profile.speed_m_s, profile.speed_m_s)
    walked = np.minimum(np.maximum(1, np.rint(network.length_m / speed * 10)), CLOSED - 1).astype(np.int64)
    barred = (way & profile.excluded) > 0
    if profile.steps_m_s is None:
        barred |= steps
    allowed = np.column_stack([(way & bit) > 0 for bit in profile.bits]) & ~barred[:, None]
    time = np.where(allowed, walked[:, None], CLOSED).ravel()
    factor = np.where(code >= DEARER, code.astype(np.int64) - DEARER + 2, 1)
    is_open = (time < CLOSED) & ((code == OPEN) | (code == ISLAND) | (code >= DEARER))
    return np.where(is_open, np.minimum(time * factor, CLOSED - 1), CLOSED), time
