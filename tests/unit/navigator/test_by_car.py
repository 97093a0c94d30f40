"""By car: the same answers on the streets' own rules, and the words that say what a car's answer does not know."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

import routing
from services.navigator.answers import Moment
from services.navigator.state import World as State
from services.navigator.words import LOCALES, say
from streams.events.base import Hazard
from streams.events.closures import Mode
from tests.unit.navigator.situations import at, by_id, closure, site, street
from tests.unit.navigator.test_departure import NOW as WAVE_NOW
from tests.unit.navigator.test_departure import ORIGIN, PLACES, coast, wave
from tests.unit.navigator.test_trips import Town, keys, spot, town_over
from tests.unit.routing.oracles import BOTH

Way = routing.Way
ROAD = BOTH | Way.CAR | Way.CAR_BACK
EASTWARD = BOTH | Way.CAR
WORDS = ["warn-car", "warn-car-roads"]
ALL_WORDS = [*WORDS, "warn-car-stay", "why-nearest-car"]
SITES = by_id(site(1), site(9, Hazard.TSUNAMI, Hazard.FLOOD))
WAYS = (ROAD, ROAD, EASTWARD, ROAD, ROAD, ROAD, ROAD, ROAD, ROAD, BOTH)
"""Cars may not go back west between 3 and 2, nor east of 9."""


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async for made in town_over(street(ways=WAYS)):
        made.set(places=SITES)
        yield made


async def ask(town: Town, start: float, **more: object) -> dict[str, Any]:
    response = await town.client.post("/v1/routes", json={"from": spot(start), **more})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_a_car_keeps_one_ways_that_walkers_do_not_know(town: Town) -> None:
    walks, drives = await ask(town, 3.5), await ask(town, 3.5, profile="car", language="en")
    assert (walks["shelter"]["id"], drives["shelter"]["id"]) == ("E1", "E9")
    assert drives["profile"] == "car"
    assert (walks["why"]["key"], drives["why"]["key"]) == ("why-nearest", "why-nearest-car")
    assert set(drives["minutes_by_profile"].values()) == {None}
    assert drives["minutes"] < drives["length_m"] / 60
    assert drives["geometry"]["coordinates"][0] == pytest.approx([at(3.5)[1], at(3.5)[0]])


async def test_every_answer_for_a_car_says_that_one_flees_on_foot_as_a_rule(town: Town) -> None:
    body = await ask(town, 3.5, profile="car", language="en")
    assert keys(body) == WORDS
    assert "flee on foot" in body["warnings"][0]["text"]
    assert keys(await ask(town, 3.5)) == []


def test_the_words_are_there_in_every_language() -> None:
    told = {say(key, language) for key in ALL_WORDS for language in LOCALES}
    assert len(told) == len(ALL_WORDS) * len(LOCALES)
    assert {say("why-suits-car", language, hazards=("flood",)) for language in LOCALES}


async def test_closures_for_cars_are_theirs_and_those_for_walkers_are_not(town: Town) -> None:
    town.set(places=SITES, closures=by_id(closure(5.5, modes=(Mode.CAR,)), closure(None, modes=(Mode.CAR,))))
    drives = await ask(town, 3.5, profile="car")
    assert (drives["kind"], drives["reason"]) == ("stay", "cut-off")
    assert keys(drives) == ["warn-car-stay", "warn-unplaced"]
    assert keys(await ask(town, 4.5)) == []
    town.set(places=SITES, closures=by_id(closure(5.5), closure(None)))
    assert (await ask(town, 3.5, profile="car"))["kind"] == "route"
    assert keys(await ask(town, 3.5, profile="car")) == WORDS


async def test_after_a_change_a_car_hears_of_it(town: Town) -> None:
    first = await ask(town, 1.5, profile="car")
    town.set(places=by_id(site(9, Hazard.TSUNAMI)))
    then = await ask(town, 1.5, profile="car")
    assert (first["shelter"]["id"], then["shelter"]["id"]) == ("E1", "E9")


async def test_a_car_drives_to_a_given_place_and_on_a_tour(town: Town) -> None:
    trip = await town.ask(3.5, spot(7.5), profile="car")
    assert trip["kind"] == "route"
    assert set(WORDS) <= set(keys(trip))
    back = await town.ask(3.5, spot(1.5), profile="car")
    assert (back["kind"], back["reason"]) == ("stay", "cut-off")
    asked = {"from": spot(3.5), "pick_ups": [{"ref": "a", "place": spot(6.5)}], "profile": "car"}
    tour = await town.client.post("/v1/tours", json=asked)
    assert tour.status_code == 200, tour.text
    assert tour.json()["legs"][-1]["to"]["shelter"]["id"] == "E9"


async def test_a_wave_that_walkers_cannot_outrun_may_leave_time_for_a_car() -> None:
    async for town in town_over(street(coast(), ways=(ROAD,) * 10)):
        for after_s, on_foot, by_car in ((600, "route", "route"), (60, "stay", "route"), (1, "stay", "stay")):
            town.live.moment = Moment.of(
                town.live.moment.ground,
                State(hazards=by_id(wave(after_s)), places=PLACES, at_ms=WAVE_NOW),
            )
            town.clock.advance((WAVE_NOW - town.clock.now_ms()) / 1000)
            assert (await ask(town, ORIGIN))["kind"] == on_foot
            driven = await ask(town, ORIGIN, profile="car")
            assert driven["kind"] == by_car, after_s
        assert driven["reason"] == "too-late"


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v1/routes/batch", {"lat": [34.0], "lon": [135.0], "profile": "car"}),
        ("/v1/what-if", {"profile": "car"}),
    ],
)
async def test_what_is_for_walkers_only_refuses_cars(town: Town, path: str, asked: dict[str, object]) -> None:
    assert (await town.client.post(path, json=asked)).status_code == 422
