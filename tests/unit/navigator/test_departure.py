"""When the time of a danger is known, nobody is told a way that it cuts off; and each answer says until when one may leave."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import msgspec
import pytest

import routing
from services.kit.health import Readiness
from services.navigator.answers import Answer, Moment
from services.navigator.app import make_app
from services.navigator.batch_models import BatchAnswer
from services.navigator.ground import Ground, HazardMapZone
from services.navigator.live import Live
from services.navigator.reasons import list_hurry
from services.navigator.shelf import Shelf
from services.navigator.state import World
from streams.clock import ManualClock
from streams.events.alerts import HazardState, Severity
from streams.events.base import Hazard
from streams.world import World as WorldName
from tests.unit.navigator.situations import alert, at, by_id, closure, site, street, zone

NOW = 1_756_700_000_000
SECOND = 1_000
STEP_S = 184.4
"""Seconds from node to node of the street."""
ORIGIN = 3.5
"""Inside the zone, 0.3 of a link from its end: E2 is inside and counts as nearer, E9 outside and is farther."""
INSIDE, OUTSIDE = site(2, Hazard.TSUNAMI), site(9, Hazard.TSUNAMI)
PLACES = by_id(INSIDE, OUTSIDE)


def wave(after_s: float | None, *, severity: Severity = Severity.WARNING, **more: object) -> HazardState:
    """A tsunami warning for the whole street, whose first wave comes so long after NOW; None: nobody says when."""
    state = alert(Hazard.TSUNAMI, -1, 11, level=None, issued_at_ms=NOW - 60_000, **more)
    (zone_state,) = state.zones
    arrival = None if after_s is None else NOW + int(after_s * SECOND)
    condition = msgspec.structs.replace(zone_state.condition, arrival_at_ms=arrival, severity=severity)
    return msgspec.structs.replace(state, zones=(msgspec.structs.replace(zone_state, condition=condition),))


def coast(*, arrives_after_min: float | None = None) -> HazardMapZone:
    return replace(zone(Hazard.TSUNAMI, -1, 3.8), arrives_after_min=arrives_after_min)


def moment_of(*hazards: HazardState, ground: Ground | None = None, **more: Any) -> Moment:  # noqa: ANN401
    ground = ground or street(coast())
    return Moment.of(ground, World(hazards=by_id(*hazards), places=PLACES, at_ms=NOW, **more))


def ask(moment: Moment, index: float = ORIGIN, *, after_s: float = 0) -> Answer:
    return moment.answer(*at(index), profile="adult", now_ms=NOW + int(after_s * SECOND))


def told(answer: Answer) -> str:
    return answer.route.reason if isinstance(answer.route, routing.Stay) else answer.route.target


def spare_s(answer: Answer) -> float | None:
    assert answer.hurry is not None
    return None if answer.hurry.spare_ds is None else answer.hurry.spare_ds / 10


def test_the_nearest_way_is_told_while_it_survives_and_says_until_when() -> None:
    answer = ask(moment_of(wave(600)))
    assert told(answer) == "E2"
    assert spare_s(answer) == pytest.approx(600 - 1.5 * STEP_S, abs=1)
    assert answer.hurry is not None
    assert answer.hurry.instead_of is None


def test_as_time_goes_by_the_same_moment_tells_the_way_that_survives_and_at_last_to_stay() -> None:
    moment = moment_of(wave(600))
    assert moment.leaving is not None
    before = moment.leaving.timetable
    later = ask(moment, after_s=400)
    assert (told(later), later.hurry and later.hurry.instead_of) == ("E9", "E2")
    assert spare_s(later) == pytest.approx(200 - 0.5 * STEP_S, abs=1)
    last = ask(moment, after_s=600 - 0.5 * STEP_S - 1)
    assert told(last) == "E9"
    late = ask(moment, after_s=600 - 0.5 * STEP_S + 1)
    assert (told(late), spare_s(late)) == ("too-late", None)
    assert moment.leaving.timetable is before


def test_a_place_from_which_the_danger_binds_no_way_has_all_the_time() -> None:
    answer = ask(moment_of(wave(60)), 6)
    assert (told(answer), spare_s(answer)) == ("E9", None)
    assert answer.hurry is not None
    assert [front.begins_at_ms for front in answer.hurry.fronts] == [NOW + 60_000]


@pytest.mark.parametrize("state", [wave(None), wave(60, severity=Severity.ADVISORY)])
def test_without_a_time_or_with_an_advisory_nothing_is_said_of_time(state: HazardState) -> None:
    moment = moment_of(state)
    assert moment.leaving is None
    answer = ask(moment)
    assert (told(answer), answer.hurry) == ("E2", None)


def test_the_map_says_how_long_the_danger_takes_to_a_zone() -> None:
    answer = ask(moment_of(wave(60), ground=street(coast(arrives_after_min=10))))
    assert told(answer) == "E2"
    assert spare_s(answer) == pytest.approx(660 - 1.5 * STEP_S, abs=1)


def test_a_zone_inside_another_is_reached_by_its_own_time() -> None:
    shore = replace(zone(Hazard.TSUNAMI, -1, 2.4), arrives_after_min=0, id="shore")
    ground = street(coast(arrives_after_min=20), shore)
    places = by_id(site(1, Hazard.TSUNAMI), OUTSIDE)
    moment = Moment.of(ground, World(hazards=by_id(wave(600)), places=places, at_ms=NOW))
    answer = ask(moment, 2.2)
    assert told(answer) == "E1"
    assert spare_s(answer) == pytest.approx(600 - 1.2 * STEP_S, abs=1)
    away = ask(moment, 2.2, after_s=400)
    assert told(away) == "E9"
    assert spare_s(away) == pytest.approx(200 - 0.8 * STEP_S, abs=1)


@pytest.mark.parametrize("after_s", [600, -600])
def test_where_no_map_is_at_hand_nobody_knows_how_far_the_wave_comes(after_s: float) -> None:
    moment = moment_of(wave(after_s), ground=street())
    answer = ask(moment)
    assert (told(answer), spare_s(answer)) == ("E2", None)
    (said,) = list_hurry(answer.hurry, Shelf(moment))
    assert (said.key, said.arguments) == ("warn-unmapped", {"hazards": ("tsunami",)})


@pytest.mark.parametrize(("level", "after_min", "bound"), [(5, 10, True), (5, None, False), (4, 10, False)])
def test_a_flood_has_a_time_once_it_has_begun_and_only_where_the_map_says_how_long_it_takes(
    level: int, after_min: float | None, *, bound: bool
) -> None:
    flood = alert(Hazard.FLOOD, -1, 11, level=level, issued_at_ms=NOW)
    ground = street(replace(zone(Hazard.FLOOD, -1, 3.8), arrives_after_min=after_min))
    places = by_id(site(2, Hazard.FLOOD), site(9, Hazard.FLOOD))
    answer = ask(Moment.of(ground, World(hazards=by_id(flood), places=places, at_ms=NOW)))
    assert told(answer) == "E2"
    assert (answer.hurry is not None and answer.hurry.spare_ds is not None) == bound


def test_a_road_that_will_be_closed_counts_until_then_while_a_danger_moves() -> None:
    shut = closure(7.5, starts_at_ms=NOW + 300_000)
    moment = moment_of(wave(600), closures=by_id(shut))
    beside = ask(moment, 7.4)
    assert (told(beside), spare_s(beside)) == ("E9", pytest.approx(300 - 0.6 * STEP_S, abs=1))
    assert told(ask(moment, 8.4)) == "E9"
    assert told(ask(moment, 6)) == "too-late"  # the only road is shut before they have passed it


def test_the_next_moment_takes_over_what_still_holds_and_nothing_else() -> None:
    former = moment_of(wave(600))
    ask(former, after_s=400)
    fuller = {**PLACES, "E9": msgspec.structs.replace(OUTSIDE, headcount=3)}
    world = World(hazards=former.world.hazards, places=fuller, at_ms=NOW + 5_000)
    same = Moment.of(former.ground, world, former=former)
    assert former.leaving is not None
    assert same.leaving is not None
    assert same.leaving.timetable is former.leaving.timetable
    assert [made for _, made in same.leaving.items()] == [made for _, made in former.leaving.items()]
    closed = replace(world, closures=by_id(closure(0.5)))
    changed = Moment.of(former.ground, closed, former=same)
    assert changed.leaving is not None
    assert changed.leaving.items() == []
    earlier = replace(world, hazards=by_id(wave(300)))
    other = Moment.of(former.ground, earlier, former=same)
    assert other.leaving is not None
    assert other.leaving.timetable is not same.leaving.timetable


@pytest.fixture
async def live() -> Live:
    made = Live(street(coast()), ManualClock(NOW))
    made.is_ready = True
    made.moment = moment_of(wave(600), ground=street(coast()))
    return made


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def client(live: Live, clock: ManualClock) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(live, Readiness(), world=WorldName.DRILL, clock=clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://navigator") as client:
        yield client


async def post(client: httpx.AsyncClient, index: float, language: str = "en") -> dict[str, Any]:
    lat, lon = at(index)
    response = await client.post("/v1/routes", json={"from": {"lat": lat, "lon": lon}, "language": language})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_an_answer_says_how_long_one_may_wait_and_who_says_when_the_danger_comes(
    client: httpx.AsyncClient, clock: ManualClock
) -> None:
    body = await post(client, ORIGIN)
    departure = body["departure"]
    assert departure["leave_within_min"] == 5
    assert departure["margin_min"] == pytest.approx((600 - 1.5 * STEP_S) / 60, abs=0.11)
    assert departure["leave_by_ms"] == pytest.approx(NOW + (600 - 1.5 * STEP_S) * SECOND, abs=1_000)
    (arrival,) = departure["arrivals"]
    assert (arrival["hazard"], arrival["source"], arrival["issued_at_ms"]) == ("tsunami", "jma", NOW - 60_000)
    assert arrival["arrives_at_ms"] == NOW + 600_000
    assert body["warnings"][0]["text"].startswith("Leave by this way within 5 minutes")
    assert body["why"]["key"] == "why-suits"
    clock.advance(400)
    body = await post(client, ORIGIN)
    assert (body["shelter"]["id"], body["departure"]["instead_of"]["id"]) == ("E9", "E2")
    assert (body["why"]["key"], body["passed_over"][0]["reason"]["key"]) == ("why-in-time", "passed-late")
    assert body["warnings"][0]["arguments"] == {"minutes": 1}
    assert "E2" not in {other["shelter"]["id"] for other in body["alternatives"]}
    clock.advance(195)
    body = await post(client, ORIGIN)
    assert (body["kind"], body["reason"], body["why"]["key"]) == ("stay", "too-late", "stay-too-late")
    assert "tsunami" in body["why"]["text"]


async def test_a_batch_says_of_each_place_what_a_single_answer_says(
    client: httpx.AsyncClient, clock: ManualClock
) -> None:
    indexes = [0.3, 1.4, 2.0, 2.2, 2.9, 3.2, 3.5, 3.7, 3.9, 4.0, 6.0]
    seen = set()
    for wait_s in (0, 250, 170, 60, 80, 300):
        clock.advance(wait_s)
        places = [at(index) for index in indexes]
        response = await client.post(
            "/v1/routes/batch", json={"lat": [p[0] for p in places], "lon": [p[1] for p in places]}
        )
        BatchAnswer.model_validate_json(response.content)
        body = response.json()
        departures = {row["index"]: row for row in body["departures"]}
        for row, index in enumerate(indexes):
            single = await post(client, index)
            shelter = body["rows"]["shelter"][row]
            if single["kind"] == "stay":
                assert shelter is None
                assert {"index": row, "reason": single["reason"]} in body["stays"]
                seen.add(single["reason"])
                continue
            assert body["shelters"][shelter] == single["shelter"]
            assert body["rows"]["polyline6"][row] == single["polyline6"]
            assert body["rows"]["length_m"][row] == single["length_m"]
            said, hurry = single["departure"], departures.get(row)
            if said["leave_by_ms"] is None and said["instead_of"] is None:
                assert hurry is None
                continue
            assert hurry is not None
            assert all(hurry[key] == said[key] for key in ("leave_within_min", "margin_min", "leave_by_ms"))
            instead = None if hurry["instead_of"] is None else body["shelters"][hurry["instead_of"]]
            assert instead == said["instead_of"]
            seen.add("instead" if instead else "in time")
    assert seen == {"in time", "instead", "too-late"}
