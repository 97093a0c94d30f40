"""Which edge a vehicle may go on by after which (Caldwell 1961: turns as edges between edges), and what closures make of turning back."""

import numpy as np
from numba import njit

CLOSED = np.int32(1 << 30)
NEVER, ALWAYS, AT_DEAD_ENDS = 0, 1, 2
"""Whether one may turn from an edge into another."""


@njit(cache=True, nogil=True)
def judge_turn(start, goal, edge_link, edge_tail, edge_head, turn_start, turn_to, turn_only):
    """Whether a vehicle that comes by edge `start` may go on by edge `goal`, which begins where `start` ends.

    Where any `only` names the former, its goals alone are allowed; otherwise all but those forbidden. Back along the same link
    only where nothing else leads on.
    """
    listed = False
    any_only = False
    for i in range(turn_start[start], turn_start[start + 1]):
        if turn_only[i]:
            any_only = True
        if turn_to[i] == goal:
            if not turn_only[i]:
                return NEVER
            listed = True
    if any_only:
        return ALWAYS if listed else NEVER
    if edge_link[start] != edge_link[goal] or edge_tail[start] == edge_head[start]:
        return ALWAYS
    return AT_DEAD_ENDS


@njit(cache=True, nogil=True)
def list_turns(chosen, number, in_start, edge_link, edge_tail, edge_head, turn_start, turn_to, turn_only):
    """Edges between edges: (start: int32[k + 1], tail: int32[m], street: int32[m], is_back: bool[m]).

    chosen: int32[k], edges that vehicles use, in order; number: int32[edges], place of each among them, -1 if none. Whoever has
    passed the i-th of them stands at node nodes + i; start[i] is the first of the rows that lead there, which all stand for the
    edge street[row]. Its first row begins at the edge's own node: one who sets out there. The others begin
    where those stand who have passed an edge before it and may turn. is_back: only at dead ends.
    """
    nodes = len(in_start) - 1
    most = len(chosen)
    for f in chosen:
        most += in_start[edge_tail[f] + 1] - in_start[edge_tail[f]]
    start = np.empty(len(chosen) + 1, np.int32)
    tail, street = np.empty(most, np.int32), np.empty(most, np.int32)
    is_back = np.zeros(most, np.bool_)
    row = 0
    for i in range(len(chosen)):
        f = chosen[i]
        start[i], tail[row], street[row] = row, edge_tail[f], f
        row += 1
        for e in range(in_start[edge_tail[f]], in_start[edge_tail[f] + 1]):
            if number[e] < 0:
                continue
            verdict = judge_turn(e, f, edge_link, edge_tail, edge_head, turn_start, turn_to, turn_only)
            if verdict != NEVER:
                tail[row], street[row] = nodes + number[e], f
                is_back[row] = verdict == AT_DEAD_ENDS
                row += 1
    start[len(chosen)] = row
    return start, tail[:row], street[:row], is_back[:row]


@njit(cache=True, nogil=True)
def settle_backs(rows, street, edge_tail, edge_link, out_start, out_edge, street_cost, cost):
    """Brings the cost of turns back up to date: that of the street at a dead end, CLOSED where anything else leads on.

    rows: int32[k] into street, cost: int32[turns]. edge_*, out_*, street_cost: by edge of the streets.
    """
    for row in rows:
        f = street[row]
        cost[row] = street_cost[f]
        node = edge_tail[f]
        for i in range(out_start[node], out_start[node + 1]):
            other = out_edge[i]
            if street_cost[other] < CLOSED and edge_link[other] != edge_link[f]:
                cost[row] = CLOSED
                break


@njit(cache=True, nogil=True)
def list_concerned(edges, start, number, is_back, edge_tail, back_start, back_row, marked):
    """int32[k]: rows of `list_turns` whose cost may change when that of these edges did, each once.

    back_start: int32[nodes + 1] into back_row, the turns back at each node. marked: bool[nodes] zeros, left so.
    """
    most = 0
    for f in edges:
        if number[f] >= 0:
            most += start[number[f] + 1] - start[number[f]]
        if not marked[edge_tail[f]]:
            marked[edge_tail[f]] = True
            most += back_start[edge_tail[f] + 1] - back_start[edge_tail[f]]
    rows = np.empty(most, np.int32)
    count = 0
    for f in edges:
        if number[f] >= 0:
            for row in range(start[number[f]], start[number[f] + 1]):
                if not is_back[row]:
                    rows[count] = row
                    count += 1
        node = edge_tail[f]
        if marked[node]:
            marked[node] = False
            for i in range(back_start[node], back_start[node + 1]):
                rows[count] = back_row[i]
                count += 1
    return rows[:count]
