"""Turn restrictions: from relations to pairs of edges. That cars keep them is told in `test_cars`."""

from pathlib import Path

import pytest

import routing
from routing.cars import Driving, weigh
from tests.unit.routing.build.maps import STEP as MAP_STEP
from tests.unit.routing.build.maps import Map, place_of

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


def test_a_car_goes_round_the_block_where_a_turn_is_forbidden(tmp_path: Path) -> None:
    drawing = ["a b", "c x", "d e"]
    ways = [("ab", ROAD), ("ac", ROAD), ("cx", ROAD), ("bx", ROAD), ("xe", ROAD), ("cd", ROAD), ("de", ROAD)]
    relation = (
        "type=restriction restriction=no_left_turn",
        [("w", "3", "from"), ("n", "x", "via"), ("w", "5", "to")],
    )
    free, ruled = (Map(tmp_path, drawing, ways=ways, relations=r) for r in ([], [relation]))
    seconds = []
    for where in (free, ruled):
        streets = where.network
        field = routing.Field.of(
            weigh(Driving.on(routing.Snapper(streets)), routing.Overlay(streets)),
            [routing.Target("T", *place_of("e", drawing))],
        )
        lat, lon = place_of("c", drawing)
        found = routing.find_route(field, lat, lon + MAP_STEP / 2)
        assert isinstance(found, routing.Route)
        seconds.append(found.seconds)
    assert seconds[1] > seconds[0]
