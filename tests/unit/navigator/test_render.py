from typing import Any

import hypothesis.strategies as st
import orjson
import pytest
from hypothesis import given
from pydantic import TypeAdapter

import routing
from routing.batch import Streets
from services.navigator.answers import Moment
from services.navigator.ground import Ground
from services.navigator.models import RouteAnswer, StayAnswer
from services.navigator.polyline import decode_polyline6, encode_polyline6
from services.navigator.render import render
from services.navigator.shelf import Shelf
from services.navigator.state import World
from streams.events.base import Hazard
from streams.events.shelters import Opening
from streams.events.sources import Says
from streams.folds.sources import Silence
from streams.world import World as WorldName
from tests.unit.navigator.situations import (
    BOTH,
    TUNNEL,
    alert,
    at,
    by_id,
    closure,
    site,
    source_of,
    street,
    zone,
)
from tests.unit.routing.oracles import network_of

ANSWER: TypeAdapter[RouteAnswer | StayAnswer] = TypeAdapter(RouteAnswer | StayAnswer)


def body_of(
    world: World,
    index: float = 2,
    *,
    profile: str = "adult",
    language: str = "ja",
    name: WorldName = WorldName.DRILL,
    ground: Ground | None = None,
    now_ms: int = 2_000,
) -> dict[str, Any]:
    moment = Moment.of(ground or street(zone(Hazard.FLOOD, 4.5, 6.5)), world)
    answer = moment.answer(*at(index), profile=profile)
    shelf = Shelf(moment, Streets(moment.ground.snapper))
    body = render(
        answer, shelf, profile=profile, language=language, world=name, now_ms=now_ms, heard_ms=1_900
    )
    sent: dict[str, Any] = orjson.loads(orjson.dumps(body))
    ANSWER.validate_python(sent)
    return sent


PLACES = by_id(
    site(1, listed_as_of_ms=10),
    site(3, capacity=200, headcount=20, reported_source="city", reported_as_of_ms=900),
)


def test_an_answer_names_place_way_time_and_the_next_two() -> None:
    body = body_of(World(places=PLACES))
    assert body["kind"] == "route"
    assert body["shelter"]["id"] == "E1"
    assert body["minutes"] == pytest.approx(body["length_m"] / 60, abs=0.1)
    assert [other["shelter"]["id"] for other in body["alternatives"]] == ["E3"]
    assert body["geometry"]["coordinates"][0] == [pytest.approx(at(2)[1]), 34.0]
    drawn = [(lat, lon) for lon, lat in body["geometry"]["coordinates"]]
    assert decode_polyline6(body["polyline6"]) == [pytest.approx(p) for p in drawn]


def test_unknown_stays_unknown() -> None:
    shelter = body_of(World(places=PLACES))["shelter"]
    assert shelter["capacity"] is None
    assert shelter["headcount"] is None
    assert shelter["opening"] == "unknown"
    assert shelter["reported"] == {"source": "", "as_of_ms": None}


def test_every_source_is_named_with_its_age() -> None:
    world = World(by_id(alert(Hazard.TSUNAMI, 8, 9)), PLACES, by_id(closure(8.5)), at_ms=1_500)
    as_of = body_of(world)["as_of"]
    assert as_of["state_ms"] == 1_500
    assert as_of["heard_ms"] == 1_900
    assert [(s["kind"], s["source"], s["as_of_ms"]) for s in as_of["sources"]] == [
        ("alerts", "jma", 1_000),
        ("closures", "roads", 500),
        ("shelter list", "list", 10),
        ("shelter status", "city", 900),
    ]


@pytest.mark.parametrize(("name", "notice"), [(WorldName.DRILL, "訓練"), (WorldName.REAL, None)])
def test_the_drill_says_so(name: WorldName, notice: str | None) -> None:
    body = body_of(World(places=PLACES), name=name)
    assert (body["drill"], body["notice"]) == (notice is not None, notice)


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en", "zh", "ko", "vi"])
def test_an_answer_to_stay_has_a_reason_in_words(language: str) -> None:
    flood = by_id(alert(Hazard.FLOOD, -1, 11))
    for world, reason, key in (
        (World(), "no-target", "stay-no-site"),
        (World(hazards=flood, places=PLACES), "no-target", "stay-no-target"),
        (World(hazards=flood, places=by_id(site(9, Hazard.FLOOD))), "cut-off", "stay-cut-off"),
    ):
        body = body_of(world, language=language)
        assert (body["kind"], body["reason"], body["why"]["key"]) == ("stay", reason, key)
        assert len(body["why"]["text"]) > 15


def test_warnings_tell_zone_closure_unknown_surface_and_unplaced_closures() -> None:
    world = World(
        by_id(alert(Hazard.FLOOD, -1, 11)), by_id(site(9, Hazard.FLOOD)), by_id(closure(5.3), closure(None))
    )
    keys = [w["key"] for w in body_of(world, 5.3)["warnings"]]
    assert keys == ["warn-closed", "warn-zone", "warn-unplaced"]


def test_the_second_place_has_its_reasons() -> None:
    places = by_id(site(1), site(4, capacity=100, headcount=90))
    (other,) = body_of(World(places=places), 2.0, language="en")["alternatives"]
    assert [r["key"] for r in other["reasons"]] == ["second-farther", "second-fuller"]
    assert other["reasons"][1]["arguments"] == {"percent": 90}
    assert other["why_second"] == f"{other['reasons'][0]['arguments']['minutes']} min farther, fuller (90 %)"


@pytest.mark.parametrize(
    ("nearer", "key"),
    [
        ({}, "passed-unsuited"),
        ({"suits": (Hazard.TSUNAMI,), "opening": Opening.FULL}, "passed-full"),
        ({"suits": (Hazard.TSUNAMI,), "opening": Opening.CLOSED}, "passed-closed"),
    ],
)
def test_a_nearer_site_that_nobody_is_sent_to_is_named_with_the_reason(
    nearer: dict[str, Any], key: str
) -> None:
    suits = nearer.pop("suits", ())
    places = by_id(site(2, *suits, **nearer), site(4, Hazard.TSUNAMI))
    body = body_of(World(by_id(alert(Hazard.TSUNAMI, -1, 11)), places), 1.0, language="en")
    (passed,) = body["passed_over"]
    assert (passed["shelter"]["id"], passed["reason"]["key"]) == ("E2", key)
    assert "第2小学校" in passed["reason"]["text"]


def test_nothing_is_passed_over_where_the_nearest_is_chosen() -> None:
    assert body_of(World(places=by_id(site(2), site(4))), 1.0)["passed_over"] == []


def test_minutes_are_told_for_every_profile() -> None:
    minutes = body_of(World(places=by_id(site(4))), 1.0)["minutes_by_profile"]
    assert minutes["slow"] == pytest.approx(2 * minutes["adult"], abs=0.1)
    assert minutes["child"] == pytest.approx(minutes["adult"] / 0.9, abs=0.1)


def test_where_stairs_are_wheels_have_no_minutes() -> None:
    stairs = street(ways=(BOTH,) * 2 + (BOTH | routing.Way.STEPS,) + (BOTH,) * 7)
    minutes = body_of(World(places=by_id(site(4))), 1.0, ground=stairs)["minutes_by_profile"]
    assert (minutes["stroller"], minutes["wheelchair"]) == (None, None)
    assert minutes["slow"] > minutes["adult"]


def test_a_passage_that_water_may_fill_is_named_where_the_way_goes_past_it() -> None:
    spots = [at(0), at(1), at(2), (34.002, at(1)[1])]
    ways = [(0, 1, BOTH), (1, 2, BOTH), (1, 3, TUNNEL)]
    ground = Ground(network_of(spots, ways, [0.0] * 3), ())
    flood = by_id(alert(Hazard.FLOOD, -1, 11))
    wet = body_of(World(flood, by_id(site(2, Hazard.FLOOD))), 0.3, ground=ground, language="en")
    (warning,) = wet["warnings"]
    assert (warning["key"], warning["arguments"]) == ("warn-underpass", {"street": "", "hazards": ["flood"]})
    assert "the street" in warning["text"]
    dry = body_of(World(places=by_id(site(2, Hazard.FLOOD))), 0.3, ground=ground)
    assert dry["warnings"] == []


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), max_size=20))
def test_polylines_come_back_to_a_millionth_of_a_degree(points: list[tuple[float, float]]) -> None:
    back = decode_polyline6(encode_polyline6(points))
    assert back == [pytest.approx(p, abs=6e-7) for p in points]


SILENT = (
    Silence(source_of(Says.CLOSURES, Says.SHELTER_LISTS), 1_000),
    Silence(source_of(Says.CLOSURES, Says.ALERTS, id="x", name="県"), 1_900),
)


@pytest.mark.parametrize("places", [PLACES, {}], ids=["route", "stay"])
def test_an_answer_says_whose_silence_it_may_suffer_from_and_since_when(places: dict[str, Any]) -> None:
    told = body_of(World(places=places, silences=SILENT), language="en", now_ms=12 * 60_000 + 1_000)
    texts = [w["text"] for w in told["warnings"] if w["key"].startswith("warn-silent")]
    assert texts == [
        "No news of warnings from 県 for 11 min. There may be newer warnings.",
        "No news of road closures from 道路課, 県 for 12 min. More roads may be closed.",
    ]
    assert [(s["source"], s["says"], s["since_ms"]) for s in told["as_of"]["silent"]] == [
        ("roads", ["closures", "shelter_lists"], 1_000),
        ("x", ["closures", "alerts"], 1_900),
    ]


def test_a_source_that_was_never_heard_is_not_said_to_be_silent_for_some_minutes() -> None:
    never = (*SILENT, Silence(source_of(Says.CLOSURES, id="y", name="国"), None))
    told = body_of(World(places=PLACES, silences=never))
    (warning,) = (w for w in told["warnings"] if w["key"] == "warn-unheard-closures")
    assert "まだ一度も届いていません" in warning["text"]
    assert warning["arguments"] == {"sources": ["道路課", "県", "国"]}


def test_without_silence_nothing_is_said_of_it() -> None:
    told = body_of(World(places=PLACES))
    assert told["as_of"]["silent"] == []
    assert [w for w in told["warnings"] if "silent" in w["key"] or "unheard" in w["key"]] == []
