"""Speeds: of walkers by day and night, of cars by class of road and signed limit."""

from pathlib import Path

import numpy as np
import pytest

import routing
from routing.profiles import CAR, CLOSED, edge_costs
from tests.unit.routing.build.maps import Map

METRES = 92.2 * 5  # five steps of 0.001 degrees of longitude at 34 degrees north


@pytest.mark.parametrize("name", list(routing.PROFILES))
def test_night_makes_every_walker_slower_by_a_fifth(name: str) -> None:
    day = routing.get_profile(name)
    night = day.at_night()
    assert night.speed_m_s == pytest.approx(0.8 * day.speed_m_s)
    assert night.steps_m_s == (None if day.steps_m_s is None else pytest.approx(0.8 * day.steps_m_s))
    assert (night.name, night.excluded) == (day.name, day.excluded)


def test_a_way_takes_a_quarter_more_at_night(tmp_path: Path) -> None:
    where = Map(tmp_path, ["a    b"], ways=[("ab", "highway=footway")])
    adult = routing.get_profile("adult")
    assert where.minutes("a", "b", adult.at_night()) == pytest.approx(
        (where.minutes("a", "b", adult) or 0) * 1.25, rel=0.01
    )


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ("highway=primary", 65), ("highway=primary maxspeed=50", 50), ("highway=residential maxspeed=50", 25),
        ("highway=living_street", 10), ("highway=track motor_vehicle=yes", 5), ("highway=pedestrian motor_vehicle=yes", 10),
    ],
)  # fmt: skip
def test_a_car_drives_at_the_speed_of_the_road_and_never_above_the_sign(
    tmp_path: Path, tags: str, kmh: float
) -> None:
    network = Map(tmp_path, ["a    b"], ways=[("ab", tags)]).network
    assert edge_costs(network, CAR).tolist() == pytest.approx([METRES / (kmh / 3.6) * 10] * 2, rel=0.01)


@pytest.mark.parametrize("tags", ["highway=footway", "highway=steps", "highway=residential motor_vehicle=no"])
def test_a_car_keeps_off_footways(tmp_path: Path, tags: str) -> None:
    network = Map(tmp_path, ["a    b"], ways=[("ab", tags)]).network
    assert (edge_costs(network, CAR) == CLOSED).all()


def test_a_car_has_lights_and_does_not_mind_a_hill() -> None:
    assert CAR.at_night() is CAR
    assert not CAR.slopes
    assert np.all([p.slopes for p in routing.PROFILES.values()])
