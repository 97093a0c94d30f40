"""The loops over positions and rows: what a position does to its device's row, and how rows become bytes.

Shapes. A table of devices is open-addressed: `slots` int32[power of two], -1 empty, else a row of `device` uint64,
`cell` int32 (number of an H3 cell, FORGOTTEN after a forget), `heard_ms` int64, `doubts` uint8. A table of cells has, per
cell number: `count` int32, `key_sum` uint32, `as_of_ms` int64, `dirty` uint8; `centre_m` float32[cells, 3], metres from the
earth's centre, is common to all tables. `marks` int64[MARKS] holds the scalars named below.
"""

import numpy as np
from numba import njit

from streams.crowd.rules import BUCKET_MS, DOUBTED, FASTEST_M_PER_S, REFRESH_MS, SLACK_M, TTL_MS

UNKNOWN, BORDER, INVALID, FORGET = -1, -2, -3, -4
"""Instead of a cell number: ask H3 once for the lattice point; ask H3 for this position; no position; both NaN."""
FORGOTTEN = -1
"""Cell of a device that is counted nowhere. It is remembered so that older positions that come late do not bring it back."""

DEVICES, WATERMARK, CUTOFF, ACCEPTED, LATE, REPEATED, AHEAD, NO_PLACE, JUMPED, FORGETS, EXPIRED = range(11)
MARKS = 11
LONG_AGO_MS = -(1 << 60)

_U = np.uint64


@njit(cache=True, nogil=True)
def mix(x):
    """Spreads 64 bits over 64 bits, one to one (splitmix64's finisher; Steele, Lea, Flood 2014)."""
    x ^= x >> _U(30)
    x *= _U(0xBF58476D1CE4E5B9)
    x ^= x >> _U(27)
    x *= _U(0x94D049BB133111EB)
    return x ^ (x >> _U(31))


@njit(cache=True, nogil=True)
def mix_many(x):
    """`mix` of each: uint64[n]."""
    out = np.empty_like(x)
    for i in range(len(x)):
        out[i] = mix(x[i])
    return out


@njit(cache=True, nogil=True)
def record_key(device):
    """What a device adds to its cell's key sum: the upper half of its keyed hash."""
    return np.uint32(device >> _U(32))


@njit(cache=True, nogil=True)
def index_devices(slots, device, devices):
    """Builds the slots of the first `devices` rows anew."""
    slots[:] = -1
    mask = _U(len(slots) - 1)
    for i in range(devices):
        h = mix(device[i]) & mask
        while slots[h] >= 0:
            h = (h + _U(1)) & mask
        slots[h] = i


@njit(cache=True, nogil=True)
def recount(device, cell, devices, count, key_sum):
    """Counts and key sums of the cells from the table of devices."""
    for i in range(devices):
        if cell[i] != FORGOTTEN:
            count[cell[i]] += 1
            key_sum[cell[i]] += record_key(device[i])


@njit(cache=True, nogil=True)
def _touch(cell, as_of_ms, dirty, marks):
    as_of_ms[cell] = marks[WATERMARK]
    dirty[cell] = 1


@njit(cache=True, nogil=True)
def _leave(row, device, cell, count, key_sum, as_of_ms, dirty, marks):
    old = cell[row]
    if old != FORGOTTEN:
        count[old] -= 1
        key_sum[old] -= record_key(device[row])
        _touch(old, as_of_ms, dirty, marks)


@njit(cache=True, nogil=True)
def _expire(slots, device, cell, heard_ms, doubts, count, key_sum, as_of_ms, dirty, marks):
    kept = 0
    for row in range(marks[DEVICES]):
        if heard_ms[row] < marks[CUTOFF]:
            _leave(row, device, cell, count, key_sum, as_of_ms, dirty, marks)
            marks[EXPIRED] += 1
            continue
        if kept != row:
            device[kept] = device[row]
            cell[kept] = cell[row]
            heard_ms[kept] = heard_ms[row]
            doubts[kept] = doubts[row]
        kept += 1
    if kept != marks[DEVICES]:
        marks[DEVICES] = kept
        index_devices(slots, device, kept)


@njit(cache=True, nogil=True)
def _is_jump(old, new, elapsed_ms, centre_m):
    x = centre_m[old, 0] - centre_m[new, 0]
    y = centre_m[old, 1] - centre_m[new, 1]
    z = centre_m[old, 2] - centre_m[new, 2]
    reach_m = SLACK_M + FASTEST_M_PER_S * elapsed_ms / 1000
    return x * x + y * y + z * z > reach_m * reach_m


@njit(cache=True, nogil=True)
def fold_positions(
    new_device, new_at_ms, new_cell, ends, limits_ms, centre_m, slots, device, cell, heard_ms, doubts, count, key_sum,
    as_of_ms, dirty, marks,
):  # fmt: skip
    """Folds positions in the order of the log. ends: int64[batches], where each batch ends; limits_ms: newest time it may hold.

    Invariant: after each position, count[c] is the number of rows whose cell is c, and key_sum[c] the sum of their keys.
    The newest time of a device wins; a forget wins over a position of its own time, and over all before it. A doubted
    position is heard, so that it counts once however often it comes, and moves nobody.
    The result is a function of the sequence of batches alone, however it is cut into calls.
    """
    mask = _U(len(slots) - 1)
    i = 0
    for b in range(len(ends)):
        while i < ends[b]:
            t = new_at_ms[i]
            c = new_cell[i]
            d = new_device[i]
            i += 1
            if c == INVALID:
                marks[NO_PLACE] += 1
                continue
            if c == FORGET:
                t = min(t, limits_ms[b])
            elif t > limits_ms[b]:
                marks[AHEAD] += 1
                continue
            elif t > marks[WATERMARK]:
                marks[WATERMARK] = t
                cutoff = t // BUCKET_MS * BUCKET_MS - TTL_MS
                if cutoff > marks[CUTOFF]:
                    marks[CUTOFF] = cutoff
                    _expire(slots, device, cell, heard_ms, doubts, count, key_sum, as_of_ms, dirty, marks)
            if t < marks[CUTOFF]:
                marks[LATE] += 1
                continue
            h = mix(d) & mask
            while slots[h] >= 0 and device[slots[h]] != d:
                h = (h + _U(1)) & mask
            row = slots[h]
            if row < 0:
                row = marks[DEVICES]
                marks[DEVICES] += 1
                slots[h] = row
                device[row] = d
                cell[row] = FORGOTTEN
                heard_ms[row] = t
                doubts[row] = 0
            elif t < heard_ms[row] or (t == heard_ms[row] and c != FORGET):
                marks[REPEATED] += 1
                continue
            elapsed_ms = t - heard_ms[row]
            heard_ms[row] = t
            old = cell[row]
            if c == FORGET:
                marks[FORGETS] += 1
                _leave(row, device, cell, count, key_sum, as_of_ms, dirty, marks)
                cell[row] = FORGOTTEN
                continue
            if old == c:
                marks[ACCEPTED] += 1
                doubts[row] = 0
                if marks[WATERMARK] - as_of_ms[c] >= REFRESH_MS:
                    _touch(c, as_of_ms, dirty, marks)
                continue
            if old != FORGOTTEN and doubts[row] < DOUBTED and _is_jump(old, c, elapsed_ms, centre_m):
                marks[JUMPED] += 1
                doubts[row] += 1
                continue
            marks[ACCEPTED] += 1
            doubts[row] = 0
            _leave(row, device, cell, count, key_sum, as_of_ms, dirty, marks)
            cell[row] = c
            count[c] += 1
            key_sum[c] += record_key(d)
            _touch(c, as_of_ms, dirty, marks)


@njit(cache=True, nogil=True)
def frame(keys, values, told, rows, out):
    """Writes Kafka records of some rows of keys uint8[all, k] and values uint8[all, v] into `out`; returns their length.

    told: bool[all], False for a tombstone. Numbers are zigzag varints: n is written as 2n, seven bits a byte; -1, the length of a tombstone's value, as 1.
    """
    at = 0
    key_width = keys.shape[1]
    for i in range(len(rows)):
        row = rows[i]
        value_width = values.shape[1] if told[row] else 0
        offset_bytes = 1 if i < 64 else 2 if i < 8192 else 3
        length = 5 + offset_bytes + key_width + value_width
        out[at] = (length * 2 & 127) | (128 if length > 63 else 0)
        at += 1
        if length > 63:
            out[at] = length * 2 >> 7
            at += 1
        out[at] = 0  # attributes
        out[at + 1] = 0  # milliseconds after the batch's time
        at += 2
        offset = i * 2
        while offset > 127:
            out[at] = (offset & 127) | 128
            offset >>= 7
            at += 1
        out[at] = offset
        out[at + 1] = key_width * 2
        at += 2
        for k in range(key_width):
            out[at + k] = keys[row, k]
        at += key_width
        out[at] = value_width * 2 if told[row] else 1
        at += 1
        for k in range(value_width):
            out[at + k] = values[row, k]
        at += value_width
        out[at] = 0  # headers
        at += 1
    return at
