"""To a given place: by which way, or why nobody is sent there and what is told instead."""

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import structlog
from pydantic import TypeAdapter

import routing
from routing.landmarks import LANDMARKS
from services.kit.health import Readiness
from services.navigator.answers import Moment
from services.navigator.app import make_app
from services.navigator.ground import Ground
from services.navigator.guides import Guides
from services.navigator.live import Live
from services.navigator.state import World as State
from services.navigator.trips import YOURS, Goal, Scout, find_goal, plan_trip
from services.navigator.trips_models import NoTripAnswer, TripAnswer
from services.navigator.warm import FieldKey
from streams.clock import ManualClock
from streams.events.base import Hazard
from streams.events.shelters import Layer, Opening, ShelterState
from streams.events.sources import Says
from streams.folds.sources import Silence
from streams.world import World
from tests.unit.navigator.situations import TUNNEL, alert, at, by_id, closure, site, source_of, street, zone
from tests.unit.navigator.test_departure import NOW as WAVE_NOW
from tests.unit.navigator.test_departure import ORIGIN, PLACES, coast, wave
from tests.unit.routing.oracles import BOTH

ANSWER: TypeAdapter[TripAnswer | NoTripAnswer] = TypeAdapter(TripAnswer | NoTripAnswer)
SITES = by_id(site(1), site(4, Hazard.TSUNAMI), site(9, Hazard.TSUNAMI, Hazard.FLOOD))
FLOODED = zone(Hazard.FLOOD, 4.5, 6.5)
NOW = 2_000


class Town:
    """A navigator over a street, and a client."""

    def __init__(self, live: Live, client: httpx.AsyncClient, clock: ManualClock) -> None:
        self.live, self.client, self.clock = live, client, clock

    def set(self, **state: Any) -> None:  # noqa: ANN401
        self.live.moment = Moment.of(
            self.live.moment.ground, State(**{"places": SITES, **state}), former=self.live.moment
        )

    async def post(self, start: float, to: object, **more: object) -> httpx.Response:
        return await self.client.post("/v1/routes/to", json={"from": spot(start), "to": to, **more})

    async def ask(self, start: float, to: object, **more: object) -> dict[str, Any]:
        response = await self.post(start, to, **more)
        assert response.status_code == 200, response.text
        ANSWER.validate_json(response.content)
        body: dict[str, Any] = response.json()
        return body


def spot(index: float) -> dict[str, float]:
    lat, lon = at(index)
    return {"lat": lat, "lon": lon}


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async for made in town_over(street(FLOODED)):
        yield made


async def town_over(ground: Ground) -> AsyncIterator[Town]:
    clock = ManualClock(NOW)
    live = Live(ground, clock)
    live.is_ready = True
    app = make_app(live, Readiness(), world=World.DRILL, clock=clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://navigator") as client:
        made = Town(live, client, clock)
        made.set()
        yield made


def keys(body: dict[str, Any]) -> list[str]:
    return [warning["key"] for warning in body["warnings"]]


async def test_a_place_of_ones_own_is_reached_by_the_way_that_a_field_of_it_tells(town: Town) -> None:
    body = await town.ask(2.2, spot(7.6), language="en")
    assert (body["kind"], body["notice"], body["to"]) == ("route", "訓練", {**spot(7.6), "shelter": None})
    goal = routing.Target("g", *at(7.6))
    field = routing.Field.build(town.live.moment.ground.walking("adult"), [goal], town.live.moment.overlay)
    found = routing.find_route(field, *at(2.2))
    assert isinstance(found, routing.Route)
    assert body["minutes"] == round(found.seconds / 60, 1)
    assert body["geometry"]["coordinates"] == [[round(lon, 6), round(lat, 6)] for lat, lon in found.points]
    assert body["steps"][-1]["text"] == "Arrive: the place that you named"
    assert body["why"]["text"] == "This is the way to the place that you named."
    assert body["warnings"] == []


async def test_a_place_of_the_list_is_named_whatever_its_layer_and_wherever_a_nearer_one_is(
    town: Town,
) -> None:
    shelter = ShelterState(id="S", name="体育館", layer=Layer.SHELTER, lat=at(9)[0], lon=at(9)[1])
    town.set(places={**SITES, "S": shelter})
    body = await town.ask(1, {"shelter": "S"})
    assert (body["to"]["shelter"]["id"], body["steps"][-1]["text"]) == ("S", "到着：体育館")
    assert (await town.ask(1, {"shelter": "E4"}))["to"]["shelter"]["id"] == "E4"


@pytest.mark.parametrize(
    ("opening", "reason"), [(Opening.FULL, "goal-full"), (Opening.CLOSED, "goal-closed")]
)
async def test_whoever_wants_to_a_place_that_takes_nobody_is_told_where_to_go_instead(
    town: Town, opening: Opening, reason: str
) -> None:
    town.set(places=SITES | by_id(site(4, opening=opening)))
    body = await town.ask(3, {"shelter": "E4"})
    assert (body["kind"], body["reason"]) == ("stay", reason)
    assert (body["instead"]["kind"], body["instead"]["shelter"]["id"]) == ("route", "E1")
    assert body["to"]["shelter"]["opening"] == str(opening)


async def test_nobody_is_sent_into_a_zone_in_force_also_not_from_inside_it(town: Town) -> None:
    town.set(hazards=by_id(alert(Hazard.FLOOD, 0, 10)))
    for start in (2, 5):
        body = await town.ask(start, spot(5.5), language="en")
        assert (body["kind"], body["reason"], body["why"]["hazards"]) == ("stay", "goal-in-danger", ["flood"])
        assert body["why"]["text"].startswith("Do not go to the place that you named: danger is in force")
    assert body["instead"]["shelter"]["id"] == "E9"
    town.set()
    assert (await town.ask(2, spot(5.5)))["kind"] == "route"


async def test_a_site_for_this_danger_may_stand_in_its_zone_and_is_reached_from_inside_only(
    town: Town,
) -> None:
    tower = site(5.5, Hazard.FLOOD)
    town.set(places=SITES | by_id(tower), hazards=by_id(alert(Hazard.FLOOD, 0, 10)))
    assert (await town.ask(5, {"shelter": tower.id}))["kind"] == "route"
    outside = await town.ask(3, {"shelter": tower.id})
    assert (outside["reason"], outside["why"]["hazards"]) == ("through-danger", ["flood"])
    # another school there is not for floods
    town.set(places=SITES | by_id(site(5.5, Hazard.TSUNAMI)), hazards=by_id(alert(Hazard.FLOOD, 0, 10)))
    assert (await town.ask(5, {"shelter": tower.id}))["reason"] == "goal-in-danger"


async def test_a_way_through_danger_and_one_that_is_closed_are_told_apart(town: Town) -> None:
    town.set(hazards=by_id(alert(Hazard.FLOOD, 3, 8)))
    body = await town.ask(2, spot(8))
    assert (body["reason"], body["instead"]["shelter"]["id"]) == ("through-danger", "E1")
    town.set(hazards=by_id(alert(Hazard.FLOOD, 3, 8)), closures=by_id(closure(7.5)))
    assert (await town.ask(2, spot(8)))["reason"] == "cut-off"
    town.set(closures=by_id(closure(7.5)))
    assert (await town.ask(2, spot(8)))["reason"] == "cut-off"


async def test_behind_a_tunnel_that_may_fill_one_is_cut_off_by_danger() -> None:
    ways = (BOTH,) * 5 + (TUNNEL,) + (BOTH,) * 4
    async for town in town_over(street(ways=ways)):
        assert (await town.ask(2, spot(8)))["kind"] == "route"
        town.set(hazards=by_id(alert(Hazard.FLOOD, 4, 7)))
        body = await town.ask(2, spot(8))
        assert (body["reason"], body["why"]["hazards"]) == ("through-danger", ["flood"])


async def test_a_zone_with_a_danger_announced_may_be_entered_and_is_told(town: Town) -> None:
    town.set(hazards=by_id(alert(Hazard.FLOOD, 0, 10, level=3)))
    body = await town.ask(3, spot(5.5), language="en")
    assert (body["kind"], keys(body)) == ("route", ["warn-goal-announced"])
    assert "flood" in body["warnings"][0]["text"]


async def test_that_nobody_knows_whether_a_place_is_safe_is_told(town: Town) -> None:
    town.set(hazards=by_id(alert(Hazard.LANDSLIDE, 7, 10)))
    assert keys(await town.ask(2, spot(8))) == ["warn-goal-hazard"]
    body = await town.ask(2, {"shelter": "E9"})
    assert keys(body) == ["warn-goal-unsuited"]
    assert body["warnings"][0]["arguments"] == {"name": "第9小学校", "hazards": ["landslide"]}
    town.set(hazards=by_id(alert(Hazard.FLOOD, 7, 10)))
    assert keys(await town.ask(2, {"shelter": "E9"})) == []


async def test_the_zones_of_a_hazard_that_the_walker_names_count(town: Town) -> None:
    body = await town.ask(2, spot(5.5), hazards=["flood"])
    assert (body["reason"], body["why"]["hazards"]) == ("goal-in-danger", ["flood"])


async def test_a_way_that_a_wave_would_cut_off_is_told_to_nobody() -> None:
    async for town in town_over(street(coast())):
        for after_s, kind in ((600, "route"), (60, "stay")):
            state = wave(after_s)
            town.live.moment = Moment.of(
                town.live.moment.ground, State(hazards=by_id(state), places=PLACES, at_ms=WAVE_NOW)
            )
            town.clock.advance((WAVE_NOW - town.clock.now_ms()) / 1000)
            body = await town.ask(ORIGIN, spot(8), language="en")
            assert body["kind"] == kind
            assert len(body["departure"]["arrivals"]) == 1
        assert body["reason"] == "too-late"
        assert body["instead"]["kind"] == "stay"


async def test_a_place_far_from_every_way_is_told(town: Town) -> None:
    body = await town.ask(2, {"lat": at(3)[0] + 0.01, "lon": at(3)[1]})
    assert (body["reason"], body["instead"]["shelter"]["id"]) == ("goal-off", "E1")


async def test_where_one_stands_and_what_has_no_place_is_told_as_on_every_way(town: Town) -> None:
    town.set(closures=by_id(closure(2.5), closure(None)))
    assert keys(await town.ask(2.5, spot(4))) == ["warn-closed", "warn-unplaced"]


@pytest.mark.parametrize(
    ("start", "to", "problem", "field"),
    [
        ({"lat": 135.0, "lon": 34.0}, spot(1), "no-such-place", "from"),
        ({"lat": 35.0, "lon": 135.0}, spot(1), "no-such-place", "from"),
        (spot(1), {"lat": 135.0, "lon": 34.0}, "no-such-place", "to"),
        (spot(1), {"lat": 35.0, "lon": 135.0}, "no-such-place", "to"),
        (spot(1), {"shelter": "E5"}, "unknown-id", "to.shelter"),
        (spot(1), {"shelter": "nowhere"}, "no-such-place", "to.shelter"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_its_name(
    town: Town, start: object, to: object, problem: str, field: str
) -> None:
    town.set(places={**SITES, "nowhere": ShelterState(id="nowhere", name="どこか")})
    response = await town.client.post("/v1/routes/to", json={"from": start, "to": to})
    assert response.status_code == 422
    assert response.json()["type"] == f"urn:miotsukushi:problem:{problem}"
    assert response.json()["field"] == field


async def test_before_the_first_whole_reading_nothing_is_guessed(town: Town) -> None:
    town.live.is_ready = False
    assert (await town.post(1, spot(2))).status_code == 503


def ask_often(guides: Guides, moment: Moment, goal: Goal) -> Scout:
    scout = Scout(guides, moment, profile="adult", start=at(2), extra=frozenset())
    for _ in range(5):
        plan_trip(scout, goal, now_ms=NOW)
    return scout


def test_a_tree_is_kept_for_a_place_of_the_list_and_for_nobodys_own() -> None:
    ground = street()
    guides, moment = Guides(), Moment.of(ground, State(places=SITES))
    listed = find_goal(moment, "E9")
    assert listed is not None
    mine = Goal(routing.Target(YOURS, *at(9)))
    masked = Goal(routing.Target("E9", *at(8)))  # an id of the list at another place is no place of the list
    scout = ask_often(guides, moment, listed)
    assert scout.ways.find(listed.target) is not None
    for own in (mine, masked):
        assert ask_often(guides, moment, own).ways.find(own.target) is None


def test_the_next_moment_takes_trees_over_and_answers_as_a_new_one_would() -> None:
    ground = street()
    guides, moment = Guides(), Moment.of(ground, State(places=SITES))
    goal = find_goal(moment, "E9")
    assert goal is not None
    ask_often(guides, moment, goal)
    later = Moment.of(ground, State(places=SITES, closures=by_id(closure(5.5))), former=moment)
    scout = Scout(guides, later, profile="adult", start=at(2), extra=frozenset())
    tree = scout.ways.find(goal.target)
    assert tree is not None
    assert tree.weights is later.fields.get(FieldKey("adult")).weights
    trip = plan_trip(scout, goal, now_ms=NOW)
    fresh = Scout(Guides(), later, profile="adult", start=at(2), extra=frozenset())
    assert trip.way == plan_trip(fresh, goal, now_ms=NOW).way


def test_landmarks_are_made_beside_the_answers_and_used_from_then_on() -> None:
    moment = Moment.of(street(), State(places=SITES))
    guides = Guides()
    first = guides.ways(moment, FieldKey("adult"))
    deadline = time.monotonic() + 30
    while guides.ways(moment, FieldKey("adult")).search.marks.columns.shape[1] == 0:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    ways = guides.ways(moment, FieldKey("adult"))
    assert ways.search.marks.columns.shape[1] == 2 * LANDMARKS
    start, goal = routing.Target("", *at(1.5)), routing.Target("", *at(8.5))
    found, plain = ways.way(start, goal), first.way(start, goal)
    assert isinstance(found, routing.Route)
    assert isinstance(plain, routing.Route)
    assert (found.edges, found.cost) == (plain.edges, plain.cost)


async def test_no_place_and_no_reference_of_a_question_is_logged(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    with structlog.testing.capture_logs() as logs:
        await town.ask(2, spot(7.123))
        await town.client.post("/v1/routes/to", json={"from": spot(2), "to": spot(999.123)})
        waiting = [{"ref": "grandmother", "place": spot(5.123)}]
        await town.client.post("/v1/tours", json={"from": spot(2), "pick_ups": waiting})
        await town.client.post("/v1/tours", json={"from": spot(2), "pick_ups": waiting * 2})
    assert logs == []
    secrets = ("grandmother", *(str(spot(index)["lon"]) for index in (7.123, 5.123, 999.123)))
    assert not [line for line in caplog.messages if any(secret in line for secret in secrets)]


async def test_a_way_to_a_given_place_says_whose_silence_it_may_suffer_from(town: Town) -> None:
    town.set(silences=(Silence(source_of(Says.ALERTS), None),))
    assert keys(await town.ask(2.2, spot(7.6))) == ["warn-unheard-alerts"]
    town.set(
        places=SITES | by_id(site(4, opening=Opening.FULL)), silences=(Silence(source_of(Says.ALERTS), 1),)
    )
    refused = await town.ask(3, {"shelter": "E4"})
    assert (refused["kind"], keys(refused)) == ("stay", ["warn-silent-alerts"])
