import string
from typing import Any

import hypothesis.strategies as st
import orjson
import pytest
from hypothesis import given
from pydantic import TypeAdapter

from services.navigator.answers import Moment
from services.navigator.models import RouteAnswer, StayAnswer
from services.navigator.polyline import decode_polyline6, encode_polyline6
from services.navigator.render import render
from services.navigator.state import World
from services.navigator.words import _EN, _JA
from streams.events.base import Hazard
from streams.world import World as WorldName
from tests.unit.navigator.situations import alert, at, by_id, closure, site, street, zone

ANSWER: TypeAdapter[RouteAnswer | StayAnswer] = TypeAdapter(RouteAnswer | StayAnswer)


def body_of(
    world: World,
    index: float = 2,
    *,
    profile: str = "adult",
    language: str = "ja",
    name: WorldName = WorldName.DRILL,
) -> dict[str, Any]:
    moment = Moment.of(street(zone(Hazard.FLOOD, 4.5, 6.5)), world)
    answer = moment.answer(*at(index), profile=profile)
    body = render(
        answer, moment, profile=profile, language=language, world=name, now_ms=2_000, heard_ms=1_900
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


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_answer_to_stay_has_a_reason_in_words(language: str) -> None:
    flood = by_id(alert(Hazard.FLOOD, -1, 11))
    for world, reason, key in (
        (World(), "no-target", "stay-no-site"),
        (World(hazards=flood, places=PLACES), "no-target", "stay-no-target"),
        (World(hazards=flood, places=by_id(site(9, Hazard.FLOOD))), "cut-off", "stay-cut-off"),
    ):
        body = body_of(world, language=language)
        assert (body["kind"], body["reason"], body["why"]["key"]) == ("stay", reason, key)
        assert len(body["why"]["text"]) > 20


def test_warnings_tell_zone_closure_unknown_surface_and_unplaced_closures() -> None:
    world = World(
        by_id(alert(Hazard.FLOOD, -1, 11)), by_id(site(9, Hazard.FLOOD)), by_id(closure(5.3), closure(None))
    )
    keys = [w["key"] for w in body_of(world, 5.3)["warnings"]]
    assert keys == ["warn-closed", "warn-zone", "warn-unplaced"]


@pytest.mark.parametrize("key", sorted(_JA))
def test_both_languages_say_the_same_things(key: str) -> None:
    def names(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert names(_JA[key]) == names(_EN[key])
    assert _JA.keys() == _EN.keys()


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), max_size=20))
def test_polylines_come_back_to_a_millionth_of_a_degree(points: list[tuple[float, float]]) -> None:
    back = decode_polyline6(encode_polyline6(points))
    assert back == [pytest.approx(p, abs=6e-7) for p in points]
