"""A supporter's tour: who is fetched in which order, who cannot be and why, and where all are brought."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from services.navigator.answers import Moment
from services.navigator.state import World as State
from services.navigator.tours_models import NoTourAnswer, TourAnswer
from streams.events.base import Hazard
from streams.events.shelters import Opening
from streams.events.sources import Says
from streams.folds.sources import Silence
from tests.unit.navigator.situations import alert, at, by_id, closure, site, source_of, street
from tests.unit.navigator.test_departure import NOW as WAVE_NOW
from tests.unit.navigator.test_departure import PLACES, coast, wave
from tests.unit.navigator.test_trips import FLOODED, SITES, Town, keys, spot, town_over

ANSWER: TypeAdapter[TourAnswer | NoTourAnswer] = TypeAdapter(TourAnswer | NoTourAnswer)


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async for made in town_over(street(FLOODED)):
        yield made


def wait(ref: str, index: float, **more: object) -> dict[str, Any]:
    return {"ref": ref, "place": spot(index), **more}


async def ask(town: Town, start: float, *pick_ups: dict[str, Any], **more: object) -> dict[str, Any]:
    asked = {"from": spot(start), "pick_ups": pick_ups, **more}
    response = await town.client.post("/v1/tours", json=asked)
    assert response.status_code == 200, response.text
    ANSWER.validate_json(response.content)
    body: dict[str, Any] = response.json()
    return body


def stops(body: dict[str, Any]) -> list[str]:
    return [leg["to"]["ref"] or leg["to"]["shelter"]["id"] for leg in body["legs"]]


def reasons(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {row["ref"]: row["reason"]["key"] for row in rows}


async def test_all_are_fetched_on_the_shortest_way_and_brought_to_the_site_that_is_best_for_all(
    town: Town,
) -> None:
    body = await ask(town, 2, wait("b", 3.2, persons=2), wait("a", 2.5), wait("c", 1.8), language="en")
    assert (body["kind"], body["notice"], body["bring_to"]["id"]) == ("tour", "訓練", "E4")
    assert stops(body) == ["c", "a", "b", "E4"]
    assert [leg["aboard"] for leg in body["legs"]] == [0, 1, 2, 4]
    assert [(leg["picks_up"], leg["drops"]) for leg in body["legs"]][2:] == [
        (["b"], []),
        ([], ["a", "b", "c"]),
    ]
    assert body["why"]["key"] == "why-tour"
    assert body["legs"][0]["steps"][-1]["text"] == "Arrive: the next pick-up"
    assert body["legs"][3]["steps"][-1]["text"] == "Arrive: 第4小学校"
    minutes = [leg["minutes"] for leg in body["legs"]]
    assert body["minutes"] == pytest.approx(sum(minutes), abs=0.3)
    assert [leg["starts_after_min"] for leg in body["legs"]] == pytest.approx(
        [sum(minutes[:n]) for n in range(4)], abs=0.3
    )
    assert body["left"] == body["moved"] == body["warnings"] == []


async def test_with_few_seats_the_tour_drops_in_between(town: Town) -> None:
    body = await ask(town, 2, wait("a", 3, persons=2), wait("b", 5), seats=2)
    assert stops(body) == ["a", "E4", "b", "E4"]
    assert max(leg["aboard"] for leg in body["legs"]) == 2
    too_many = await ask(town, 2, wait("a", 3, persons=3), wait("b", 5), seats=2)
    assert (stops(too_many), reasons(too_many["left"])) == (["b", "E4"], {"a": "left-too-many"})
    assert too_many["why"]["key"] == "why-tour-part"


async def test_each_may_have_a_place_of_their_own(town: Town) -> None:
    body = await ask(
        town, 2, wait("a", 3, to={"shelter": "E9"}), wait("b", 5, to=spot(6)), to={"shelter": "E4"}
    )
    assert body["bring_to"] is None
    ends = {ref: leg["to"] for leg in body["legs"] for ref in leg["drops"]}
    assert (ends["a"]["shelter"]["id"], ends["b"]["lon"]) == ("E9", spot(6)["lon"])
    body = await ask(town, 2, wait("a", 3), to={"shelter": "E9"})
    assert stops(body) == ["a", "E9"]


async def test_whose_place_takes_nobody_is_brought_to_the_best_site_and_told_why(town: Town) -> None:
    town.set(places=SITES | by_id(site(9, opening=Opening.FULL)), hazards=by_id(alert(Hazard.FLOOD, 4, 7)))
    body = await ask(town, 2, wait("a", 3, to={"shelter": "E9"}), wait("b", 3.5, to=spot(5.5)), language="en")
    assert stops(body)[-1] == body["bring_to"]["id"] == "E4"
    assert reasons(body["moved"]) == {"a": "refused-goal-full", "b": "refused-goal-in-danger"}
    assert body["moved"][0]["reason"]["text"].startswith("第9小学校 is full.")


async def test_nobody_is_sent_into_danger_to_fetch_somebody(town: Town) -> None:
    town.set(hazards=by_id(alert(Hazard.FLOOD, 4, 7)))
    far = {"lat": at(3)[0] + 0.01, "lon": at(3)[1]}
    body = await ask(town, 2, wait("in", 5.5), wait("behind", 8), wait("a", 3), {"ref": "off", "place": far})
    assert stops(body) == ["a", "E4"]
    assert reasons(body["left"]) == {
        "in": "left-in-danger", "behind": "left-through-danger", "off": "left-off",
    }  # fmt: skip
    assert "洪水" in body["left"][0]["reason"]["text"]
    town.set(closures=by_id(closure(6.5)))
    assert reasons((await ask(town, 2, wait("behind", 8)))["left"]) == {"behind": "left-cut-off"}


async def test_the_site_must_suit_what_is_in_force_where_anybody_waits(town: Town) -> None:
    town.set(hazards=by_id(alert(Hazard.TSUNAMI, 2.6, 3.4)))
    body = await ask(town, 1, wait("a", 1.5), wait("b", 3))
    assert body["hazards"] == []
    assert body["bring_to"]["id"] == "E4"
    assert body["why"]["hazards"] == ["tsunami"]
    town.set(hazards=by_id(alert(Hazard.VOLCANO, 2.6, 3.4)))
    one = await ask(town, 1, wait("a", 1.5), wait("b", 3))
    assert (stops(one), reasons(one["left"])) == (["a", "E1"], {"b": "left-no-site"})
    none = await ask(town, 1, wait("b", 3))
    assert (none["kind"], reasons(none["left"])) == ("stay", {"b": "left-no-site"})


async def test_where_nobody_can_be_fetched_the_supporter_is_told_their_own_way(town: Town) -> None:
    town.set(hazards=by_id(alert(Hazard.FLOOD, 4, 7)))
    body = await ask(town, 2, wait("in", 5.5))
    assert (body["kind"], body["why"]["key"]) == ("stay", "why-no-tour")
    assert body["instead"]["shelter"]["id"] == "E1"


async def test_whoever_waits_where_no_way_leads_on_is_left_and_told() -> None:
    async for town in town_over(street()):
        town.set(closures=by_id(closure(3.5)))
        body = await ask(town, 2, wait("a", 3, to={"shelter": "E4"}))
        assert (body["kind"], reasons(body["left"])) == ("stay", {"a": "left-no-way-on"})


async def test_a_tour_that_a_wave_would_overtake_is_told_to_nobody() -> None:
    async for town in town_over(street(coast())):
        town.clock.advance((WAVE_NOW - town.clock.now_ms()) / 1000)
        for after_s, kind in ((600, "tour"), (60, "stay")):
            town.live.moment = Moment.of(
                town.live.moment.ground, State(hazards=by_id(wave(after_s)), places=PLACES, at_ms=WAVE_NOW)
            )
            body = await ask(town, 3.5, wait("a", 4.5), to=spot(8))
            assert body["kind"] == kind
        assert reasons(body["left"]) == {"a": "left-too-late"}


async def test_where_the_supporter_stands_is_told_on_the_first_way(town: Town) -> None:
    town.set(closures=by_id(closure(2.5), closure(None)))
    body = await ask(town, 2.5, wait("a", 3.5))
    assert keys(body) == ["warn-unplaced"]
    assert [keys(leg) for leg in body["legs"]] == [["warn-closed"], []]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"pick_ups": [wait("a", 1), wait("a", 2)]}, "pick_ups"),
        ({"pick_ups": [wait("a", 1), wait("b", 999)]}, "pick_ups.1.place"),
        ({"pick_ups": [{"ref": "a", "place": {"lat": 135.0, "lon": 34.0}}]}, "pick_ups.0.place"),
        ({"pick_ups": [wait("a", 1, to={"shelter": "?"})]}, "pick_ups.0.to.shelter"),
        ({"pick_ups": [wait("a", 1, to=spot(999))]}, "pick_ups.0.to"),
        ({"pick_ups": [wait("a", 1)], "to": {"shelter": "?"}}, "to.shelter"),
        ({"pick_ups": [wait("a", 1)], "from": spot(999)}, "from"),
        ({"pick_ups": []}, "pick_ups"),
        ({"pick_ups": [wait(str(n), 1) for n in range(7)]}, "pick_ups"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_its_name(
    town: Town, asked: dict[str, object], field: str
) -> None:
    response = await town.client.post("/v1/tours", json={"from": spot(1), **asked})
    assert response.status_code == 422
    assert response.json()["field"] == field


async def test_a_tour_says_whose_silence_it_may_suffer_from(town: Town) -> None:
    town.set(silences=(Silence(source_of(Says.CLOSURES), 1_000),))
    body = await ask(town, 2, wait("a", 2.5), language="en")
    assert keys(body) == ["warn-silent-closures"]
    assert [silent["since_ms"] for silent in body["as_of"]["silent"]] == [1_000]
