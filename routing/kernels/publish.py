"""Columns as varints, and next edges as ranks among the edges that are still possible; the way back checks every byte."""

import numpy as np
from numba import njit

NONE = 255
"""Rank of a node with no way."""
END = 254
"""Rank of a node where ways end."""
UNKNOWN, WALKING = -2, -3
"""End of a node's way: not asked yet, and on the way that is being followed."""
MOST_BYTES = 9
"""That a value below 2^62 takes."""


@njit(cache=True, nogil=True)
def encode_varints(values):
    """int64[n] below 2^62 -> uint8[]: zigzag, then seven bits a byte, lowest first, the high bit says that more follow."""
    out = np.empty(MOST_BYTES * len(values), np.uint8)
    size = 0
    for i in range(len(values)):
        rest = ~(values[i] << 1) if values[i] < 0 else values[i] << 1
        while rest > 127:
            out[size] = (rest & 127) | 128
            size += 1
            rest >>= 7
        out[size] = rest
        size += 1
    return out[:size].copy()


@njit(cache=True, nogil=True)
def decode_varints(data, start, out):
    """Fills out: int64[n] from data: uint8[]; returns where it stopped, -1 if a value is cut short or longer than 35 bits."""
    at = start
    for i in range(len(out)):
        value = np.int64(0)
        shift = 0
        while True:
            if at >= len(data) or shift == 35:
                return -1
            byte = np.int64(data[at])
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        out[i] = (value >> 1) ^ -(value & 1)
    return at


@njit(inline="always")
def _is_possible(node, edge, is_open, edge_head, next_edge, ends):
    """Whether an edge can be the next one, given the nodes before: it is open, its end has a way, and that does not lead back."""
    head = edge_head[edge]
    if not is_open[edge]:
        return False
    if head < node:
        return ends[head] or (next_edge[head] >= 0 and edge_head[next_edge[head]] != node)
    return head > node


@njit(cache=True, nogil=True)
def _list_possible(v, out_start, out_edge, edge_head, is_open, next_edge, ends, x, y, ahead, found):
    """Writes the possible next edges of v into found: int32[], the one that leads most nearly `ahead` first; returns how many.

    x, y: int64[nodes] coordinates; ahead: (x, y), the direction of the last node that had a next edge. Only products and one
    quotient of doubles decide, which every language rounds alike.
    """
    count = 0
    best, best_at = -np.inf, 0
    for i in range(out_start[v], out_start[v + 1]):
        e = out_edge[i]
        if not _is_possible(v, e, is_open, edge_head, next_edge, ends):
            continue
        dx, dy = float(x[edge_head[e]] - x[v]), float(y[edge_head[e]] - y[v])
        along = (dx * ahead[0] + dy * ahead[1]) / max(abs(dx), abs(dy), 1.0)
        if along > best:
            best, best_at = along, count
        found[count] = e
        count += 1
    for i in range(best_at, 0, -1):
        found[i], found[i - 1] = found[i - 1], found[i]
    return count


@njit(cache=True, nogil=True)
def encode_ranks(out_start, out_edge, edge_head, is_open, x, y, next_edge, ends, ranks):
    """Fills ranks: uint8[nodes]. next_edge: int32[nodes], -1 for none; ends: bool[nodes]. Returns a node of too many edges, or -1."""
    found = np.empty(len(out_edge), np.int32)
    ahead = (0.0, 0.0)
    for v in range(len(ranks)):
        ranks[v] = END if ends[v] else NONE
        if next_edge[v] < 0:
            continue
        _list_possible(v, out_start, out_edge, edge_head, is_open, next_edge, ends, x, y, ahead, found)
        rank = 0
        while found[rank] != next_edge[v]:
            rank += 1
        if rank >= END:
            return v
        ranks[v] = rank
        head = edge_head[next_edge[v]]
        ahead = (float(x[head] - x[v]), float(y[head] - y[v]))
    return -1


@njit(cache=True, nogil=True)
def decode_ranks(out_start, out_edge, edge_head, is_open, x, y, ranks, next_edge, ends):
    """Fills next_edge and ends from ranks; returns the first node whose rank names no possible edge, or -1."""
    found = np.empty(len(out_edge), np.int32)
    ahead = (0.0, 0.0)
    for v in range(len(ranks)):
        next_edge[v] = -1
        ends[v] = ranks[v] == END
        if ranks[v] >= END:
            continue
        count = _list_possible(
            v, out_start, out_edge, edge_head, is_open, next_edge, ends, x, y, ahead, found
        )
        if ranks[v] >= count:
            return v
        next_edge[v] = found[ranks[v]]
        head = edge_head[next_edge[v]]
        ahead = (float(x[head] - x[v]), float(y[head] - y[v]))
    return -1


@njit(cache=True, nogil=True)
def find_ends(next_edge, edge_head, ends, end):
    """Fills end: int32[nodes], the node where the way ends, -1 if it has none; returns a node whose way goes round, or -1."""
    stack = np.empty(len(end), np.int32)
    end[:] = UNKNOWN
    for start in range(len(end)):
        v, size = start, 0
        while end[v] == UNKNOWN and next_edge[v] >= 0:
            end[v] = WALKING
            stack[size] = v
            size += 1
            v = edge_head[next_edge[v]]
        if end[v] == WALKING:
            return v
        if end[v] == UNKNOWN:
            end[v] = v if ends[v] else -1
        for i in range(size):
            end[stack[i]] = end[v]
    return -1
