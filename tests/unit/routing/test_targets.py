"""A search and a tree say what a field of that one target says, to the last edge; and what was written for a question is wiped off."""

from dataclasses import fields, replace
from itertools import product

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import routing
from routing import landmarks
from routing.batch import Reader, Streets
from routing.errors import PlaceError
from routing.kernels.alt import DIST, NEXT, UNKNOWN, Marks
from routing.kernels.forest import INF
from routing.landmarks import make_marks, no_marks
from routing.targets import AT_ONCE, Pages, Search, Trees
from routing.tours import NO_WAY
from tests.unit.routing.oracles import (
    STEP,
    cheapest,
    check_walk,
    networks,
    networkx_distances,
    overlays_on,
    scipy_distances,
)
from tests.unit.routing.test_repair import SIDE, lattice

EXACT = settings(max_examples=100, deadline=None)
PROFILES = st.sampled_from(["adult", "slow", "wheelchair"])


@st.composite
def situations(draw: st.DrawFn) -> routing.Weights:
    """A random network under closures and zones, with some way that may be used."""
    walking = draw(
        st.builds(walking_on, networks(), PROFILES).filter(lambda walking: bool(walking.usable.any()))
    )
    return routing.Weights.of(walking, draw(overlays_on(walking.network)))


def walking_on(network: routing.Network, profile: str) -> routing.Walking:
    return routing.Walking.of(routing.Snapper(network), routing.get_profile(profile))


@st.composite
def places_on(draw: st.DrawFn, network: routing.Network, name: str) -> routing.Target:
    """On a node, on a link, or beside one."""
    link = draw(st.integers(0, network.link_count - 1))
    lat, lon = network.shape_of(link)
    at, beside = draw(st.sampled_from([0, 1, 2])), draw(st.sampled_from([0.0, 0.0, 0.0001]))
    return routing.Target(name, float(lat[at]) + beside, float(lon[at]))


def coarse_marks(walking: routing.Walking, writable: int) -> Marks:
    """Landmarks whose distances are rounded as much as those of a large country."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(landmarks, "WRITABLE", writable)
        return make_marks(walking, count=4)


def search_by(weights: routing.Weights, marks: Marks | None = None) -> Search:
    network = weights.walking.network
    return Search(weights, marks or no_marks(network), Pages(network.node_count))


def by_field(weights: routing.Weights, origin: routing.Target, goal: routing.Target) -> object:
    return routing.find_route(routing.Field.of(weights, [goal]), origin.lat, origin.lon, alternatives=0)


def said(found: routing.Route | routing.Stay) -> tuple[object, ...]:
    """All that an answer says, of whatever kind of route it is."""
    return tuple(
        getattr(found, f.name)
        for f in fields(routing.Stay if isinstance(found, routing.Stay) else routing.Route)
    )


@EXACT
@given(situations(), st.sampled_from([3, 20, 60_000]), st.data())
def test_a_search_finds_the_very_way_of_a_field_of_that_target(
    weights: routing.Weights, writable: int, data: st.DataObject
) -> None:
    network = weights.walking.network
    plain, drawn = search_by(weights), search_by(weights, coarse_marks(weights.walking, writable))
    for _ in range(3):
        origin, goal = data.draw(places_on(network, "o")), data.draw(places_on(network, "g"))
        expected = by_field(weights, origin, goal)
        assert drawn.way(origin, goal) == expected
        assert plain.way(origin, goal) == expected


@EXACT
@given(situations(), st.data())
def test_compiled_loops_read_of_a_search_what_they_read_of_a_field(
    weights: routing.Weights, data: st.DataObject
) -> None:
    network, streets = weights.walking.network, Streets(weights.walking.snapper)
    search = replace(search_by(weights), streets=streets)
    for _ in range(3):
        origin, goal = data.draw(places_on(network, "o")), data.draw(places_on(network, "g"))
        reader = Reader(streets, routing.Field.of(weights, [goal]))
        expected = reader.find(origin.lat, origin.lon, alternatives=0)
        assert said(search.way(origin, goal)) == said(expected)


@EXACT
@given(situations(), st.data())
def test_a_way_is_a_walk_of_its_cost_and_two_other_engines_know_none_cheaper(
    weights: routing.Weights, data: st.DataObject
) -> None:
    network = weights.walking.network
    origin, goal = data.draw(places_on(network, "o")), data.draw(places_on(network, "g"))
    found = search_by(weights, make_marks(weights.walking, count=3)).way(origin, goal)
    field = routing.Field.of(weights, [goal])
    least = [
        cheapest(replace(field, dist=as_ints(oracle(field))), found.snap)
        for oracle in (scipy_distances, networkx_distances)
    ]
    if isinstance(found, routing.Stay):
        assert least == [None, None]
        return
    check_walk(field, found)
    assert least == [found.cost, found.cost]


def as_ints(dist: np.ndarray) -> np.ndarray:
    return np.where(np.isinf(dist), INF, dist).astype(np.int32)


@EXACT
@given(situations(), st.data())
def test_a_table_of_costs_holds_the_costs_of_the_ways(weights: routing.Weights, data: st.DataObject) -> None:
    network = weights.walking.network
    origins = [data.draw(places_on(network, f"o{n}")) for n in range(4)]
    goals = [data.draw(places_on(network, f"g{n}")) for n in range(3)]
    search = search_by(weights, make_marks(weights.walking, count=2))
    trees = Trees(search, lambda goal: goal.id == "g1")
    trees.get(goals[1])
    expected = np.full((4, 3), NO_WAY)
    for (row, origin), (column, goal) in product(enumerate(origins), enumerate(goals)):
        found = search.way(origin, goal)
        if isinstance(found, routing.Route):
            expected[row, column] = found.cost
    assert np.array_equal(search.costs(origins, goals), expected)
    assert np.array_equal(trees.costs(origins, goals), expected)


@EXACT
@given(situations(), st.integers(1, 5), st.sampled_from([3, 20, 60_000]))
def test_landmarks_never_say_more_than_a_way_costs_while_nothing_is_closed(
    weights: routing.Weights, count: int, writable: int
) -> None:
    walking, network = weights.walking, weights.walking.network
    marks = coarse_marks(walking, writable)
    half = marks.columns.shape[1] // 2
    known = np.where(marks.columns == UNKNOWN, -1, marks.columns.astype(np.int64))
    for node in range(network.node_count):
        goal = routing.Target("g", float(network.node_lat[node]), float(network.node_lon[node]))
        field = routing.Field.of(routing.Weights.of(walking, routing.Overlay(network)), [goal])
        at = [n for n in range(network.node_count) if field.dist[n] == 0]
        for end, start, column in product(at, np.flatnonzero(field.dist < INF), range(2 * half)):
            here, there = known[start, column], known[end, column]
            quanta = here - there if column < half else there - here
            if min(here, there) >= 0:
                assert marks.quantum * (quanta - 1) + 1 <= field.dist[start]


def big(weights: routing.Weights) -> Search:
    return search_by(weights, make_marks(weights.walking, count=8))


def corner(row: float, column: float, name: str = "") -> routing.Target:
    return routing.Target(name, 34.0 + row * STEP, 135.0 + column * STEP)


@pytest.mark.parametrize("seed", range(3))
def test_on_a_lattice_full_of_ties_the_canonical_way_is_found_whatever_closes(seed: int) -> None:
    network, rng = lattice(), np.random.default_rng(seed)
    walking = walking_on(network, "adult")
    marks, pages = coarse_marks(walking, 40), Pages(network.node_count)
    trees = Trees(search_by(routing.Weights.of(walking, routing.Overlay(network)), marks), lambda _: True)
    for _ in range(60):
        links = rng.choice(network.link_count, int(rng.choice([0, 5, 30])), replace=False).astype(np.int32)
        inside = rng.random(network.node_count) < rng.choice([0, 0.2])
        grade = routing.FORBIDDEN if rng.random() < 0.5 else routing.DEARER
        zone = routing.Membrane(inside, np.zeros(network.link_count, bool), grade=grade)
        weights = routing.Weights.of(walking, routing.Overlay(network, {"c": np.sort(links)}, {"z": zone}))
        trees = trees.taken_over(Search(weights, marks, pages), lambda _: True)
        origin, goal = (corner(*rng.integers(0, SIDE, 2).tolist(), name) for name in "og")
        expected = by_field(weights, origin, goal)
        assert trees.search.way(origin, goal) == expected
        assert routing.find_route(trees.get(goal), origin.lat, origin.lon, alternatives=0) == expected


def open_lattice() -> routing.Weights:
    network = lattice()
    return routing.Weights.of(walking_on(network, "adult"), routing.Overlay(network))


def test_landmarks_draw_the_search_to_the_goal() -> None:
    weights = open_lattice()
    plain, drawn = search_by(weights), big(weights)
    origin, goal = corner(0, 0), corner(0, SIDE - 1)
    assert plain.seek(origin, goal)[0] == drawn.seek(origin, goal)[0]
    assert drawn.seek(origin, goal)[1] < plain.seek(origin, goal)[1] / 3


def test_whatever_a_search_wrote_is_wiped_off_also_after_an_error() -> None:
    weights = open_lattice()
    search = big(weights)
    search.way(corner(0, 0), corner(8, 8))
    search.costs([corner(0, 0), corner(3, 3)], [corner(8, 8)])
    with pytest.raises(ZeroDivisionError), search._searched(corner(8, 8), [corner(0, 0)]):
        raise ZeroDivisionError
    with search.pages.sheet() as sheet:
        assert (sheet.labels[:, DIST] == INF).all()
        assert (sheet.labels[:, NEXT] == -1).all()
        assert (sheet.dist == INF).all()
        assert (sheet.next_edge == -1).all()


def test_paper_is_used_again_and_never_more_than_a_few_sheets_at_once() -> None:
    pages = Pages(3)
    with pages.sheet() as one, pages.sheet() as other:
        assert one is not other
    with pages.sheet() as again:
        assert again is one or again is other
    for _ in range(AT_ONCE + 1):  # a sheet on which somebody failed is given back too
        with pytest.raises(ZeroDivisionError), pages.sheet():
            raise ZeroDivisionError


def test_the_goals_own_price_is_no_part_of_the_way() -> None:
    weights = open_lattice()
    dear = replace(corner(8, 8, "g"), price_ds=5000)
    search = big(weights)
    trees = Trees(search, lambda _: True)
    tree = trees.get(dear)
    assert tree.dist.min() == 0
    plain = search.costs([corner(0, 0)], [replace(dear, price_ds=0)])
    assert np.array_equal(search.costs([corner(0, 0)], [dear]), plain)
    assert np.array_equal(trees.costs([corner(0, 0)], [dear]), plain)


def test_a_goal_far_from_any_way_and_one_that_is_cut_off_are_told_apart() -> None:
    weights = open_lattice()
    search = big(weights)
    far = search.way(corner(0, 0), routing.Target("far", 34.02, 135.0))
    assert isinstance(far, routing.Stay)
    assert (far.reason, far.nearest_target) == ("no-target", "far")
    network = weights.walking.network
    around = np.flatnonzero((network.link_u == 0) | (network.link_v == 0)).astype(np.int32)
    shut = routing.Weights.of(weights.walking, routing.Overlay(network, {"works": around}))
    at_node_0 = routing.Target("g", float(network.node_lat[0]), float(network.node_lon[0]))
    cut = search_by(shut).way(corner(4.5, 4), at_node_0)
    assert isinstance(cut, routing.Stay)
    assert cut.reason == "cut-off"


def test_an_origin_that_is_none_is_refused_with_the_likely_mistake() -> None:
    search = big(open_lattice())
    with pytest.raises(PlaceError, match="swapped"):
        search.way(routing.Target("o", 135.0, 34.0), corner(0, 0))
    with pytest.raises(PlaceError, match="km outside"):
        search.costs([routing.Target("o", 36.0, 135.0)], [corner(0, 0)])


def test_a_tree_is_built_once_searches_have_cost_as_much_and_only_for_public_places() -> None:
    weights = open_lattice()
    trees = Trees(search_by(weights), lambda goal: goal.id == "public")
    for name in ("public", "private"):
        goal = corner(8, 8, name)
        asked = 0
        while trees.find(goal) is None and asked < 10:
            trees.way(corner(4, 4), goal)
            asked += 1
        assert (trees.find(goal) is not None) == (name == "public")
        assert trees.way(corner(0, 0), goal) == by_field(weights, corner(0, 0), goal)


def test_of_too_many_trees_the_least_used_goes() -> None:
    trees = Trees(big(open_lattice()), lambda _: True, kept=2)
    goals = [corner(0, n, str(n)) for n in range(3)]
    trees.get(goals[0])
    trees.get(goals[1])
    trees.find(goals[0])
    trees.get(goals[2])
    assert [trees.find(goal) is not None for goal in goals] == [True, False, True]


def test_trees_are_taken_over_and_mended_when_they_are_asked_for() -> None:
    weights = open_lattice()
    network = weights.walking.network
    goal, other = corner(8, 8, "g"), corner(0, 8, "h")
    before = Trees(big(weights), lambda _: True)
    tree, unused = before.get(goal), before.get(other)
    closed = routing.Overlay(network, {"works": np.arange(40, dtype=np.int32)})
    now = routing.Weights.of(weights.walking, closed)
    after = before.taken_over(search_by(now), lambda _: True)
    mended = after.find(goal)
    assert mended is not None
    assert mended.weights is now
    fresh = routing.Field.of(now, [goal])
    for name in ("dist", "next_edge", "target"):
        assert np.array_equal(getattr(mended, name), getattr(fresh, name)), name
    assert before.find(goal) is tree
    later = after.taken_over(search_by(weights), lambda _: True)
    again = later.find(other)
    assert again is unused
