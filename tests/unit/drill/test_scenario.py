"""Every document of the scenario is authentic: the real reader takes it whole, with the meaning that the script gives it."""

import json
from itertools import pairwise

import pytest

from routing import Route, Way
from services.cli.demo import HOME
from services.drill.city import City, DrillError
from services.drill.jma_xml import CodedName
from services.drill.knowledge import Document, Knowledge
from services.drill.scenario import MINUTE_MS, Scenario, make_scenario
from services.drill.script import BRIDGE
from services.drill.status_csv import PlaceRow, PlaceStatus, status_document, with_check_digit
from services.navigator.answers import Moment
from streams.adapters.registry import Source, read
from streams.events.alerts import Severity, Telegram
from streams.events.base import Action, Hazard, Status
from streams.events.closures import ClosureReport, Mode
from streams.events.shelters import Opening, ShelterReport

NORTH, SOUTH, EAST = "city/9910100", "city/9910200", "city/9910300"


def events_of(document: Document) -> tuple[object, ...]:
    reading = read(document.body, Source(document.source, document.at_ms), name=document.name)
    assert reading.rejections == ()
    assert reading.notes == ()
    return reading.events


def telegram_at(scenario: Scenario, minute: float, kind: str) -> Telegram:
    at_ms = scenario.start_ms + round(minute * MINUTE_MS)
    found = [e for d in scenario.documents() for e in events_of(d) if isinstance(e, Telegram)]
    return next(t for t in found if t.issued_at_ms == at_ms and t.kind.startswith(kind))


def levels(telegram: Telegram) -> dict[str, set[int | None]]:
    return {a.area.ref: {c.level for c in a.conditions} for a in telegram.areas}


def test_each_document_becomes_exactly_one_event_without_rejection(scenario: Scenario) -> None:
    for document in scenario.documents():
        assert len(events_of(document)) == 1, document.name


def test_each_telegram_is_an_exercise(scenario: Scenario) -> None:
    telegrams = [e for d in scenario.documents() for e in events_of(d) if isinstance(e, Telegram)]
    assert len(telegrams) >= 20
    assert {t.status for t in telegrams} == {Status.EXERCISE}
    assert all("訓練" in t.headline for t in telegrams)


def test_the_same_start_gives_the_same_bytes(city: City, scenario: Scenario) -> None:
    assert make_scenario(city, start_ms=scenario.start_ms) == scenario


def test_heavy_rain_rises_level_by_level_and_is_lifted(scenario: Scenario) -> None:
    seen = [levels(telegram_at(scenario, m, "VPWW55")) for m in (0, 10, 26, 48, 88, 110)]
    assert [s.get(SOUTH) for s in seen] == [{2}, {3}, {4}, {5}, {3}, set()]
    assert [s.get(EAST) for s in seen] == [{2}, {2}, {3}, {4}, {2}, set()]


@pytest.mark.parametrize(
    ("kind", "minutes", "expected", "hazard"),
    [
        ("VPWW56", (5, 20, 38), [2, 3, 4], Hazard.LANDSLIDE),
        ("VPWW57", (0, 20, 38, 94), [2, 3, 4, 2], Hazard.STORM_SURGE),
    ],
)
def test_landslide_and_surge_rise_in_the_north(
    scenario: Scenario, kind: str, minutes: tuple[int, ...], expected: list[int], hazard: Hazard
) -> None:
    found = [telegram_at(scenario, minute, kind) for minute in minutes]
    assert [levels(t)[NORTH] for t in found] == [{level} for level in expected]
    assert {c.hazard for t in found for a in t.areas for c in a.conditions} == {hazard}


def test_the_gale_has_a_grade_and_no_level(scenario: Scenario) -> None:
    gale = telegram_at(scenario, 10, "VPWW58")
    assert {(c.level, c.severity) for a in gale.areas for c in a.conditions} == {(None, Severity.WARNING)}


def test_the_river_rises_to_level_five_and_is_then_taken_back(scenario: Scenario) -> None:
    found = [telegram_at(scenario, minute, "VXKO") for minute in (5, 15, 26, 48)]
    assert [levels(t)["river/99990001"] for t in found] == [{2}, {3}, {4}, {5}]
    cancelled = telegram_at(scenario, 105, "VXKO")
    assert cancelled.action is Action.CANCEL
    assert {t.series for t in (*found, cancelled)} == {cancelled.series}


def test_the_tsunami_warning_has_its_coast_height_and_first_wave(scenario: Scenario) -> None:
    warning, major = (telegram_at(scenario, minute, "VTSE41") for minute in (60, 66))
    (area,) = warning.areas
    (condition,) = area.conditions
    assert area.area.ref == "tsunami/999"
    assert (condition.severity, condition.height_m) == (Severity.WARNING, 3.0)
    assert condition.arrival_at_ms == scenario.start_ms + 85 * MINUTE_MS
    assert major.areas[0].conditions[0].severity is Severity.EMERGENCY


def test_nothing_but_advisories_stands_when_the_drill_is_over(city: City, scenario: Scenario) -> None:
    knowledge = Knowledge.of(city)
    for document in scenario.documents():
        assert knowledge.hear_document(document) == ()
    standing = [z.condition for state in knowledge.hazards().values() for z in state.zones]
    assert {c.severity for c in standing} == {Severity.ADVISORY}
    assert set(knowledge.closures()) == {"mio-underpass-5"}


def test_the_bridge_is_closed_for_walkers_and_cars_where_it_stands_on_the_map(
    city: City, scenario: Scenario
) -> None:
    reports = [e for d in scenario.documents() for e in events_of(d) if isinstance(e, ClosureReport)]
    closed = next(r for r in reports if r.id == BRIDGE.id and r.action is Action.ISSUE)
    assert set(closed.modes) == {Mode.FOOT, Mode.CAR}
    knowledge = Knowledge.of(city)
    knowledge.hear([closed])
    world = knowledge.world(closed.as_of_ms)
    moment = Moment.of(city.ground, world)
    links = moment.overlay.closures[BRIDGE.id]
    assert [city.ground.network.name_of(int(link)) for link in links] == ["澪3号橋"]


def test_a_closure_says_in_words_that_it_is_a_drill(scenario: Scenario) -> None:
    closures = [json.loads(d.body) for d in scenario.documents() if d.name.endswith(".geojson")]
    assert closures
    assert all("訓練" in c["features"][0]["properties"]["description"] for c in closures)


def test_events_are_in_the_order_of_time(scenario: Scenario) -> None:
    assert all(a.at_ms < b.at_ms for a, b in pairwise(scenario.events))
    assert scenario.end_ms - scenario.start_ms == 120 * MINUTE_MS


def test_another_area_is_refused_by_name(city: City) -> None:
    with pytest.raises(DrillError, match="淀川大橋"):
        city.get_line("淀川大橋", Way.BRIDGE)


def test_a_place_report_is_read_back_and_an_unknown_headcount_stays_unknown() -> None:
    rows = [
        PlaceRow(municipality="99101", id="E1", name="あ", status=status, headcount=count, capacity=100)
        for status, count in ((PlaceStatus.FULL, 100), (PlaceStatus.NOT_OPEN, None))
    ]
    reading = read(status_document(rows, at_ms=1_788_238_815_000), Source("city/99101", 0), name="x.csv")
    full, unknown = reading.events
    assert isinstance(full, ShelterReport)
    assert isinstance(unknown, ShelterReport)
    assert (full.opening, full.headcount, full.capacity) == (Opening.FULL, 100, 100)
    assert full.as_of_ms == 1_788_238_815_000
    assert (unknown.opening, unknown.headcount) == (Opening.NOT_OPEN, None)


def test_the_check_digit_is_that_of_real_municipalities() -> None:
    assert with_check_digit("27100") == "271004"
    assert with_check_digit("13101") == "131016"


def test_text_in_a_telegram_is_escaped() -> None:
    assert CodedName("1", "<&>").xml() == "<Name>&lt;&amp;&gt;</Name><Code>1</Code>"


def test_the_tsunami_warning_moves_the_demos_first_answer_to_a_site_with_the_tsunami_flag(
    city: City, scenario: Scenario
) -> None:
    suits = {p.id: p.suits for p in city.places}
    knowledge = Knowledge.of(city)
    documents = list(scenario.documents())
    minute_60 = scenario.start_ms + 60 * MINUTE_MS
    for document in documents:
        if document.at_ms < minute_60:
            knowledge.hear_document(document)
    before = way_from_home(knowledge, minute_60)
    knowledge.hear_document(next(d for d in documents if d.name.endswith("VTSE41.xml")))
    after = way_from_home(knowledge, minute_60)
    assert Hazard.TSUNAMI not in suits[before]
    assert Hazard.TSUNAMI in suits[after]


def way_from_home(knowledge: Knowledge, at_ms: int) -> str:
    moment = Moment.of(knowledge.city.ground, knowledge.world(at_ms))
    route = moment.answer(HOME["lat"], HOME["lon"], profile="adult").route
    assert isinstance(route, Route)
    return route.target
