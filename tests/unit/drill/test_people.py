"""Residents are generated, of all profiles, and the same for a seed."""

import dataclasses

import numpy as np

from routing.profiles import CLOSED, PROFILES
from services.drill.city import City
from services.drill.people import CONSENT, People, make_people


def columns(people: People) -> list[np.ndarray]:
    return [
        getattr(people, f.name) for f in dataclasses.fields(people) if isinstance(f.default, type(dataclasses.MISSING))
    ]  # fmt: skip


def test_the_same_seed_gives_the_same_people_and_another_seed_others(city: City) -> None:
    one, same, other = (make_people(city, count=500, seed=seed) for seed in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(columns(one), columns(same), strict=True))
    assert (one.home != other.home).any()


def test_there_are_thirty_thousand_of_all_profiles_who_say_that_they_are_generated(city: City) -> None:
    people = make_people(city)
    assert len(people) == 30_000
    assert (np.bincount(people.profile, minlength=len(PROFILES)) > 500).all()
    assert "generated" in people.note
    assert abs(people.consents.mean() - CONSENT) < 0.02


def test_everybody_can_leave_home_on_their_own_legs_or_wheels(city: City, people: People) -> None:
    network = city.ground.network
    for number, name in enumerate(PROFILES):
        cost = city.ground.walking(name).cost
        leaves = np.zeros(network.node_count, bool)
        leaves[network.edge_tail[cost < CLOSED]] = True
        assert leaves[people.home[people.profile == number]].all(), name
