"""The plan of a tour is the best of all there are, found by trying them; and it is told stop by stop."""

from collections.abc import Iterator, Sequence

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import routing
from routing.errors import PlaceError, RoutingError
from routing.kernels.tour import LEFT_BEHIND, NEVER, plan_tour
from routing.tours import MOST_PICK_UPS, NO_WAY, PickUp, Tour, find_tour
from routing.walking import Target
from tests.unit.routing.test_targets import big, corner, open_lattice

EXACT = settings(max_examples=200, deadline=None)
WAITING, ABOARD, ARRIVED = range(3)


class Priced:
    """Ways by a table of costs between places that stand nowhere."""

    def __init__(self, costs: dict[tuple[str, str], int], default: int = NO_WAY) -> None:
        self.table, self.default = costs, default

    def costs(self, origins: Sequence[Target], goals: Sequence[Target]) -> np.ndarray:
        rows = [[self.table.get((o.id, g.id), self.default) for g in goals] for o in origins]
        return np.array(rows, np.int64).reshape(len(origins), len(goals))

    def way(self, origin: Target, goal: Target) -> routing.Route | routing.Stay:
        raise AssertionError((origin, goal))


def place(name: str, price: int = 0) -> Target:
    return Target(name, 34.0, 135.0, price)


def plans(
    cost: np.ndarray, party: list[int], drop: list[int], room: int, states: tuple[int, ...], at: int
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """(worth, stops) of every plan from here on."""
    count = len(party)
    if ABOARD not in states:
        left = sum(p for p, s in zip(party, states, strict=True) if s == WAITING)
        yield int(LEFT_BEHIND) * left, ()
    for goal in range(1, len(cost)):
        if cost[at, goal] >= NEVER:
            continue
        after = list(states)
        if goal <= count:
            aboard = sum(p for p, s in zip(party, states, strict=True) if s == ABOARD)
            if states[goal - 1] != WAITING or aboard + party[goal - 1] > room:
                continue
            after[goal - 1] = ABOARD
        else:
            out = [i for i in range(count) if states[i] == ABOARD and drop[i] == goal]
            if not out:
                continue
            for i in out:
                after[i] = ARRIVED
        for worth, stops in plans(cost, party, drop, room, tuple(after), goal):
            yield worth + int(cost[at, goal]), (goal, *stops)


@st.composite
def tables(draw: st.DrawFn) -> tuple[np.ndarray, list[int], list[int], int]:
    """Up to 3 pick-ups and 3 drops; some ways do not exist, and many cost the same."""
    count, drops = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    places = 1 + count + drops
    values = st.sampled_from([0, 1, 2, 3, 5, int(NEVER)])
    row = st.lists(values, min_size=places, max_size=places)
    cost = np.array(draw(st.lists(row, min_size=places, max_size=places)), np.int64)
    party = draw(st.lists(st.integers(1, 3), min_size=count, max_size=count))
    drop = draw(st.lists(st.integers(1 + count, places - 1), min_size=count, max_size=count))
    return cost, party, drop, draw(st.integers(1, 7))


@EXACT
@given(tables())
def test_the_loop_finds_the_best_of_all_plans_and_of_equal_ones_the_first(
    table: tuple[np.ndarray, list[int], list[int], int],
) -> None:
    cost, party, drop, room = table
    count = len(party)
    best, action = np.empty((3**count, len(cost)), np.int64), np.empty((3**count, len(cost)), np.int8)
    plan_tour(cost, np.array(party), np.array(drop), room, best, action)
    expected = min(plans(cost, party, drop, room, (WAITING,) * count, 0))
    assert best[0, 0] == expected[0]
    state, at, stops = 0, 0, []
    while (goal := int(action[state, at])) >= 0:
        stops.append(goal)
        if goal <= count:
            state += 3 ** (goal - 1)
        else:
            aboard = [i for i in range(count) if state // 3**i % 3 == ABOARD and drop[i] == goal]
            state += sum(3**i for i in aboard)
        at = goal
    assert tuple(stops) == expected[1]


def stops_of(tour: Tour) -> list[str]:
    return [leg.goal.id for leg in tour.legs]


@EXACT
@given(st.data())
def test_of_the_common_places_the_best_for_all_is_taken(data: st.DataObject) -> None:
    names = ["a", "b", "c"][: data.draw(st.integers(1, 3))]
    commons = ["x", "y", "z"]
    everything = ["start", *names, *commons]
    costs = {
        (o, g): data.draw(st.sampled_from([1, 2, 3, 4, NO_WAY]))
        for o in everything
        for g in everything
        if o != g
    }
    room = data.draw(st.sampled_from([1, 2, None]))
    pick_ups = [PickUp(place(name)) for name in names]
    tour = find_tour(
        Priced(costs), place("start"), pick_ups=pick_ups, commons=[place(c) for c in commons], room=room
    )
    found = []
    for common in commons:
        stops = ["start", *names, common]
        cost = np.array([[costs.get((o, g), NO_WAY) for g in stops] for o in stops])
        if room is None or room >= len(names):
            cost[-1] = NO_WAY  # nobody gets out before the end
        worth, order = min(
            plans(cost, [1] * len(names), [len(stops) - 1] * len(names), room or 9, (0,) * len(names), 0)
        )
        found.append((worth, common, [stops[i] for i in order]))
    worth, common, order = min(found, key=lambda f: f[:2])
    assert stops_of(tour) == order
    assert tour.cost + len(tour.left) * int(LEFT_BEHIND) == worth
    assert tour.common == (place(common) if order else None)


def along(*names: str, step: int = 10) -> dict[tuple[str, str], int]:
    """Places on a line."""
    at = {name: number * step for number, name in enumerate(names)}
    return {(o, g): abs(at[o] - at[g]) for o in names for g in names}


def test_each_is_brought_to_their_own_shelter_and_the_order_follows_from_all_of_it() -> None:
    ways = Priced(along("home", "anna", "school", "bo", "hall"))
    pick_ups = [
        PickUp(place("bo"), drop=place("hall")),
        PickUp(place("anna"), drop=place("school"), party=2),
    ]
    tour = find_tour(ways, place("home"), pick_ups=pick_ups)
    assert stops_of(tour) == ["anna", "school", "bo", "hall"]
    assert [(leg.picked, leg.dropped, leg.aboard) for leg in tour.legs] == [
        (("anna",), (), 0), ((), ("anna",), 2), (("bo",), (), 0), ((), ("bo",), 1),
    ]  # fmt: skip
    assert [leg.origin.id for leg in tour.legs] == ["home", "anna", "school", "bo"]
    assert (tour.cost, tour.left, tour.common) == (40, (), None)


def test_a_full_vehicle_drops_and_comes_back() -> None:
    ways = Priced(along("home", "anna", "bo", "hall"))
    pick_ups = [PickUp(place("anna"), party=2), PickUp(place("bo"))]
    roomy = find_tour(ways, place("home"), pick_ups=pick_ups, commons=[place("hall")], room=3)
    assert stops_of(roomy) == ["anna", "bo", "hall"]
    small = find_tour(ways, place("home"), pick_ups=pick_ups, commons=[place("hall")], room=2)
    assert stops_of(small) == ["anna", "hall", "bo", "hall"]
    assert max(leg.aboard for leg in small.legs) == 2
    assert small.cost == 10 + 20 + 10 + 10


def test_whom_no_plan_serves_is_left_and_told() -> None:
    costs = along("home", "anna", "bo", "hall")
    del costs["home", "bo"], costs["anna", "bo"], costs["hall", "bo"]
    pick_ups = [PickUp(place("bo")), PickUp(place("anna"), party=3), PickUp(place("cleo"))]
    tour = find_tour(Priced(costs), place("home"), pick_ups=pick_ups, commons=[place("hall")])
    assert (stops_of(tour), tour.left) == (["anna", "hall"], ("bo", "cleo"))
    assert find_tour(
        Priced(costs), place("home"), pick_ups=pick_ups, commons=[place("hall")], room=2
    ) == Tour((), None, 0, ("anna", "bo", "cleo"))


def test_most_persons_count_before_the_shortest_way() -> None:
    costs = along("home", "near", "hall") | {("home", "far"): 900, ("far", "hall"): 900}
    pick_ups = [PickUp(place("near")), PickUp(place("far"), party=4)]
    tour = find_tour(Priced(costs), place("home"), pick_ups=pick_ups, commons=[place("hall")])
    assert (stops_of(tour), tour.left) == (["far", "hall"], ("near",))


def test_a_common_place_counts_with_its_price() -> None:
    ways = Priced(along("home", "anna", "hall", "school"))
    dear = place("hall", price=50)
    tour = find_tour(ways, place("home"), pick_ups=[PickUp(place("anna"))], commons=[dear, place("school")])
    assert tour.common == place("school")
    alone = find_tour(ways, place("home"), pick_ups=[PickUp(place("anna"))], commons=[dear])
    assert alone.cost == 10 + 10 + 50


def test_the_order_in_which_pick_ups_are_named_does_not_matter() -> None:
    ways = Priced({}, default=7)
    pick_ups = [PickUp(place(name)) for name in "dbca"]
    commons = [place("y"), place("x")]
    one, other = (
        find_tour(ways, place("home"), pick_ups=p, commons=c)
        for p, c in ((pick_ups, commons), (pick_ups[::-1], commons[::-1]))
    )
    assert one == other
    assert stops_of(one) == ["a", "b", "c", "d", "x"]


@pytest.mark.parametrize(
    ("pick_ups", "commons", "message"),
    [
        ([], [place("x")], "0 pick-ups: a tour has 1 to 6"),
        ([PickUp(place(str(n))) for n in range(MOST_PICK_UPS + 1)], [place("x")], "7 pick-ups"),
        ([PickUp(place("a")), PickUp(place("a"))], [place("x")], "two pick-ups have one id"),
        ([PickUp(place("a"), party=0)], [place("x")], "pick-up a: a party of 0"),
        ([PickUp(place("a"))], [], "pick-up a has no drop"),
        ([PickUp(place("a"))], [place("x"), Target("x", 1.0, 2.0)], "two places to drop have the id 'x'"),
    ],
)
def test_what_cannot_be_planned_is_refused(
    pick_ups: list[PickUp], commons: list[Target], message: str
) -> None:
    with pytest.raises(RoutingError, match=message):
        find_tour(Priced({}), place("home"), pick_ups=pick_ups, commons=commons)


def test_six_pick_ups_on_real_ways_cost_what_their_ways_cost() -> None:
    ways = big(open_lattice())
    spots = [(1, 7), (7, 1), (8, 8), (4, 0), (0, 4), (5, 5)]
    pick_ups = [PickUp(corner(row, column, f"p{n}")) for n, (row, column) in enumerate(spots)]
    commons = [corner(8, 0, "north"), corner(0, 8, "east")]
    tour = find_tour(ways, corner(0, 0, "start"), pick_ups=pick_ups, commons=commons, room=4)
    assert tour.left == ()
    assert sum(len(leg.dropped) for leg in tour.legs) == 6
    for leg in tour.legs:
        found = ways.way(leg.origin, leg.goal)
        assert isinstance(found, routing.Route)
        assert found.cost == leg.cost
    with pytest.raises(PlaceError):
        find_tour(ways, Target("start", 10.0, 10.0), pick_ups=pick_ups, commons=commons)
