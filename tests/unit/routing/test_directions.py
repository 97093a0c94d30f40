import numpy as np
import pytest

import routing
from routing.directions import cut, describe, make_course, turn_at
from routing.geo import bearing_deg, compass, distance_m
from tests.unit.routing.oracles import BOTH, STEP, network_of


def course_of(
    *ways: routing.Way, spots: list[tuple[float, float]] | None = None
) -> tuple[routing.Network, list[str]]:
    """The keys of the steps along links that follow one another."""
    spots = spots or [(34.0, 135.0 + i * STEP) for i in range(len(ways) + 1)]
    network = network_of(spots, [(i, i + 1, way) for i, way in enumerate(ways)], [0.0] * len(ways))
    order = np.argsort(
        [
            min(network.shape_lon[network.shape_start[i]], network.shape_lon[network.shape_start[i] + 2])
            for i in range(len(ways))
        ]
    )
    sections = [
        (int(i), 0.0, 1.0)
        if network.shape_lon[network.shape_start[i]] < network.shape_lon[network.shape_start[i] + 2]
        else (int(i), 1.0, 0.0)
        for i in order
    ]
    course = make_course(network, sections)
    steps = describe(network, course)
    assert sum(step.length_m for step in steps) == pytest.approx(float(course.legs_m().sum()))
    return network, [step.key for step in steps]


def test_one_street_straight_on_is_one_step() -> None:
    assert course_of(BOTH, BOTH, BOTH)[1] == ["depart", "arrive"]


def test_a_bridge_of_two_links_is_crossed_once() -> None:
    bridge = BOTH | routing.Way.BRIDGE
    assert course_of(BOTH, bridge, bridge, BOTH)[1] == ["depart", "bridge", "straight", "arrive"]


def test_stairs_and_tunnels_are_told() -> None:
    steps, tunnel = BOTH | routing.Way.STEPS, BOTH | routing.Way.TUNNEL
    assert course_of(steps, tunnel, BOTH)[1] == ["depart", "steps", "tunnel", "straight", "arrive"]


@pytest.mark.parametrize(
    ("last", "key"),
    [((1.0, 1.2), "turn-left"), ((-1.0, 1.2), "turn-right"), ((0.2, 2.0), "straight")],
)
def test_turns_are_told_from_the_last_stretch_before_them(last: tuple[float, float], key: str) -> None:
    points = [(34.0, 135.0), (34.0, 135.0 + STEP), (34.0 + last[0] * STEP, 135.0 + last[1] * STEP)]
    assert turn_at(points, 1) == key


def test_going_back_where_one_came_from_is_a_turn_back() -> None:
    assert turn_at([(34.0, 135.0), (34.0, 135.001), (34.0, 135.0)], 1) == "turn-back"


def test_a_section_without_length_leaves_no_step() -> None:
    network = network_of([(34.0, 135.0), (34.0, 135.0 + STEP)], [(0, 1, BOTH)], [0.0])
    course = make_course(network, [(0, 0.0, 0.0), (0, 0.0, 1.0)])
    assert len(course.points) == 3
    assert course.links == (0,)


def test_an_origin_that_is_the_target_is_a_way_of_no_length() -> None:
    network = network_of([(34.0, 135.0), (34.0, 135.0 + STEP)], [(0, 1, BOTH)], [0.0])
    course = make_course(network, [(0, 0.5, 0.5)])
    assert float(course.legs_m().sum()) == 0
    assert [s.key for s in describe(network, course)] == ["depart", "arrive"]


def test_a_part_of_a_link_is_cut_at_its_shares_in_either_direction() -> None:
    network = network_of([(34.0, 135.0), (34.0, 135.0 + STEP)], [(0, 1, BOTH)], [0.0])
    there = cut(network, 0, 0.25, 0.75)
    assert there[::-1] == cut(network, 0, 0.75, 0.25)
    lat, lon = np.array(there).T
    walked = float(distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:]).sum())
    assert walked == pytest.approx(float(network.link_length_m[0]) / 2, rel=1e-6)


@pytest.mark.parametrize(
    ("lat", "lon", "name"), [(1, 0, "north"), (0, 1, "east"), (-1, -1, "southwest"), (1, -0.01, "north")]
)
def test_directions_have_names(lat: float, lon: float, name: str) -> None:
    assert compass(bearing_deg(0, 0, lat, lon)) == name
