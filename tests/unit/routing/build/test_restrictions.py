"""Turn restrictions: from relations to pairs of edges, and cars that keep them, held to a slow search over all sequences of edges."""

from dataclasses import replace
from heapq import heappop, heappush
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import routing
from routing.kernels.turns import INF, build_turn_forest
from routing.profiles import CAR, CLOSED, edge_costs
from tests.unit.routing.build.maps import Map, place_of
from tests.unit.routing.oracles import BOTH, STEP, network_of

Way = routing.Way
CARS = Way.CAR | Way.CAR_BACK
ROAD = "highway=residential"
CROSS = [" n ", "wxe", " s "]
ARMS = [("wx", ROAD), ("xe", ROAD), ("nx", ROAD), ("xs", ROAD)]


def turn(rule: str, start: int = 1, goal: int = 2, **more: str) -> tuple[str, list[tuple[str, str, str]]]:
    extra = "".join(f" {k.replace('_', ':')}={v}" for k, v in more.items())
    members = [("w", str(start), "from"), ("n", "x", "via"), ("w", str(goal), "to")]
    return f"type=restriction restriction={rule}{extra}", members


def pairs(where: Map) -> set[tuple[str, str, bool]]:
    """The kept turns, by the letters where their edges begin and end."""
    network, found = where.network, set()
    letters = {place_of(c, where.drawing): c for line in where.drawing for c in line if c != " "}
    spots = {(round(a, 4), round(o, 4)): c for (a, o), c in letters.items()}

    def name(edge: int) -> str:
        ends = (int(network.edge_tail[edge]), int(network.edge_head[edge]))
        return "".join(
            spots[round(float(network.node_lat[n]), 4), round(float(network.node_lon[n]), 4)] for n in ends
        )

    for start, goal, only in zip(network.turn_from, network.turn_to, network.turn_only, strict=True):
        assert network.edge_head[start] == network.edge_tail[goal]
        found.add((name(int(start)), name(int(goal)), bool(only)))
    return found


@pytest.mark.parametrize(
    ("relation", "kept"),
    [
        (turn("no_straight_on"), {("wx", "xe", False)}),
        (turn("no_left_turn", 1, 3), {("wx", "xn", False)}),
        (turn("no_right_turn", 3, 1), {("nx", "xw", False)}),
        (turn("only_straight_on"), {("wx", "xe", True)}),
        (turn("no_u_turn", 4, 4), {("sx", "xs", False)}),
        (turn("no_straight_on", **{"except": "psv;motorcar"}), set()),
        (turn("no_straight_on", **{"except": "bicycle"}), {("wx", "xe", False)}),
        (("type=restriction restriction:hgv=no_left_turn", turn("x")[1]), set()),
        (("type=restriction:bus restriction=no_left_turn", turn("x")[1]), set()),
        (("type=restriction restriction:motorcar=no_left_turn", turn("x")[1]), {("wx", "xe", False)}),
        (
            ("type=restriction restriction:conditional=no_left_turn+@+(07:00-09:00)", turn("x")[1]),
            {("wx", "xe", False)},
        ),
    ],
)
def test_a_restriction_becomes_a_pair_of_edges(
    tmp_path: Path, relation: tuple[str, list[tuple[str, str, str]]], kept: set[tuple[str, str, bool]]
) -> None:
    where = Map(tmp_path, CROSS, ways=ARMS, relations=[relation])
    assert pairs(where) == kept
    assert where.network.skipped == {}


def test_no_entry_and_no_exit_name_several_ways(tmp_path: Path) -> None:
    entry = [("w", "1", "from"), ("w", "3", "from"), ("n", "x", "via"), ("w", "2", "to")]
    leave = [("w", "4", "from"), ("n", "x", "via"), ("w", "1", "to"), ("w", "3", "to")]
    relations = [
        ("type=restriction restriction=no_entry", entry),
        ("type=restriction restriction=no_exit", leave),
    ]
    where = Map(tmp_path, CROSS, ways=ARMS, relations=relations)
    assert pairs(where) == {
        ("wx", "xe", False),
        ("nx", "xe", False),
        ("sx", "xw", False),
        ("sx", "xn", False),
    }


@pytest.mark.parametrize(
    ("relation", "why"),
    [
        (turn("no_loitering"), "turn restrictions of unknown kind (no_loitering)"),
        (("type=restriction restriction=no_u_turn", [("w", "1", "from"), ("w", "3", "via"), ("w", "2", "to")]), "turn restrictions that lead over a way"),
        (("type=restriction restriction=no_u_turn", [("w", "1", "from"), ("w", "2", "to")]), "turn restrictions without from, via or to"),
        (turn("no_left_turn", 1, 99), "turn restrictions on ways that no car uses or that are not in the extract"),
        (turn("no_left_turn", 1, 5), "turn restrictions that are ambiguous"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_counted_with_the_reason(
    tmp_path: Path, relation: tuple[str, list[tuple[str, str, str]]], why: str
) -> None:
    where = Map(tmp_path, CROSS, ways=[*ARMS, ("exw", "highway=service")], relations=[relation])
    assert pairs(where) == set()
    assert where.network.skipped == {why: 1}


def test_a_restriction_at_a_bollard_is_counted(tmp_path: Path) -> None:
    where = Map(
        tmp_path, CROSS, ways=ARMS, nodes={"x": "barrier=bollard"}, relations=[turn("no_straight_on")]
    )
    assert where.network.skipped == {"turn restrictions at a barrier": 1, "barriers that stop cars only": 1}


def test_a_restriction_on_a_direction_that_nobody_has_forbids_nothing(tmp_path: Path) -> None:
    arms = [("wx", ROAD), ("ex", "highway=motorway"), *ARMS[2:]]
    assert pairs(Map(tmp_path, CROSS, ways=arms, relations=[turn("no_straight_on")])) == set()


@st.composite
def streets(draw: st.DrawFn) -> routing.Network:
    """Few crossings, many links, one-ways, and random turns between edges that meet."""
    count = draw(st.integers(2, 6))
    node = st.integers(0, count - 1)
    ways = st.sampled_from([CARS, CARS, Way.CAR, Way.CAR_BACK, BOTH])
    ends = draw(st.lists(st.tuples(node, node, ways), min_size=1, max_size=14))
    bends = [STEP / 3 if u == v else draw(st.sampled_from([0.0, STEP / 2])) for u, v, _ in ends]
    network = network_of([(34.0 + (i % 3) * STEP, 135.0 + i // 3 * STEP) for i in range(count)], ends, bends)
    meeting = [
        (start, goal)
        for start in range(network.edge_count)
        for goal in range(network.edge_count)
        if network.edge_head[start] == network.edge_tail[goal]
    ]
    chosen = draw(st.lists(st.sampled_from(meeting), max_size=8, unique=True)) if meeting else []
    rows = sorted((start, goal, draw(st.booleans())) for start, goal in chosen)
    starts, goals, only = np.array(rows, np.int32).reshape(-1, 3).T
    return replace(network, turn_from=starts, turn_to=goals, turn_only=only.astype(bool))


def allowed(network: routing.Network, cost: np.ndarray, start: int, goal: int) -> bool:
    """The rules in words."""
    rows = np.flatnonzero(network.turn_from == start)
    no = {int(network.turn_to[r]) for r in rows if not network.turn_only[r]}
    only = {int(network.turn_to[r]) for r in rows if network.turn_only[r]}
    if goal in no or (only and goal not in only):
        return False
    if only:
        return True
    back = (
        network.edge_link[start] == network.edge_link[goal]
        and network.edge_tail[start] != network.edge_head[start]
    )
    onward = [
        e
        for e in range(network.edge_count)
        if network.edge_tail[e] == network.edge_head[start]
        and cost[e] < CLOSED
        and network.edge_link[e] != network.edge_link[start]
    ]
    return not back or not onward


def forward_search(
    network: routing.Network, cost: np.ndarray, first: int, seeds: list[tuple[int, int, int]]
) -> int:
    """Least deciseconds from the beginning of an edge, by searching forwards through states (edge)."""
    best, seen, heap = int(INF), set(), [(0, first)]
    while heap:
        spent, edge = heappop(heap)
        if edge in seen:
            continue
        seen.add(edge)
        best = min([best, *(spent + c for e, c, _ in seeds if e == edge)])
        for other in range(network.edge_count):
            meets = network.edge_head[edge] == network.edge_tail[other] and cost[other] < CLOSED
            if meets and allowed(network, cost, edge, other):
                heappush(heap, (spent + int(cost[edge]), other))
    return best


@settings(max_examples=150, deadline=None)
@given(streets(), st.data())
def test_cars_keep_every_rule_and_take_the_shortest_way_that_is_left(
    network: routing.Network, data: st.DataObject
) -> None:
    cost = edge_costs(network, CAR)
    open_edges = [int(e) for e in np.flatnonzero(cost < CLOSED)]
    chosen = data.draw(st.lists(st.sampled_from(open_edges), max_size=3)) if open_edges else []
    seeds = [(edge, int(cost[edge]) // (2 + number % 2), number) for number, edge in enumerate(chosen)]
    dist, next_edge, target = run(network, cost, seeds)
    for edge in range(network.edge_count):
        if cost[edge] >= CLOSED:
            assert (dist[edge], next_edge[edge], target[edge]) == (INF, -1, -1)
            continue
        assert dist[edge] == forward_search(network, cost, edge, seeds)
        options = [(c, t, -1) for e, c, t in seeds if e == edge]
        options += [
            (int(cost[edge] + dist[other]), int(target[other]), other)
            for other in open_edges
            if network.edge_tail[other] == network.edge_head[edge]
            and dist[other] < INF
            and allowed(network, cost, edge, other)
        ]
        assert (dist[edge], target[edge], next_edge[edge]) == min(options, default=(INF, -1, -1))


def run(
    network: routing.Network, cost: np.ndarray, seeds: list[tuple[int, int, int]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    edges = network.edge_count
    dist, next_edge, target = (np.empty(edges, np.int32) for _ in range(3))
    rows = np.array(seeds, np.int32).reshape(-1, 3).T.copy()
    largest = max([int(c) for c in cost if c < CLOSED], default=1)
    build_turn_forest(
        network.in_start, network.edge_tail, network.edge_head, network.edge_link, network.out_start, network.out_edge, cost,
        network.turn_start, network.turn_to, network.turn_only, rows[0], rows[1], rows[2],
        dist, next_edge, target, 1 << (largest + 1).bit_length(),
    )  # fmt: skip
    return dist, next_edge, target


def test_a_car_goes_round_the_block_where_a_turn_is_forbidden(tmp_path: Path) -> None:
    drawing = ["a b", "c x", "d e"]
    ways = [("ab", ROAD), ("ac", ROAD), ("cx", ROAD), ("bx", ROAD), ("xe", ROAD), ("cd", ROAD), ("de", ROAD)]
    relation = (
        "type=restriction restriction=no_left_turn",
        [("w", "3", "from"), ("n", "x", "via"), ("w", "5", "to")],
    )
    free, ruled = (Map(tmp_path, drawing, ways=ways, relations=r) for r in ([], [relation]))
    lengths = []
    for where in (free, ruled):
        network, cost = where.network, edge_costs(where.network, CAR)
        ends = (network.node_lat, network.node_lon)
        at = {
            c: int(np.argmin(sum(abs(e - p) for e, p in zip(ends, place_of(c, drawing), strict=True))))
            for c in "cxe"
        }
        edge = {
            (int(t), int(h)): e
            for e, (t, h) in enumerate(zip(network.edge_tail, network.edge_head, strict=True))
        }
        goal, start = edge[at["x"], at["e"]], edge[at["c"], at["x"]]
        lengths.append(int(run(network, cost, [(goal, 1, 0)])[0][start]))
    assert lengths[1] > lengths[0]
