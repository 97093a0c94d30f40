import threading
from collections.abc import AsyncIterator
from typing import Any

import h3.api.basic_int as h3
import httpx
import pytest
import shapely

import routing
from services.kit.health import Readiness
from services.kit.http import create_app
from services.navigator.answers import Moment
from services.navigator.live import Live
from services.navigator.state import World
from services.navigator.what_if import (
    NOBODY,
    SupposedHazard,
    Supposition,
    suppose,
    suppose_world,
    survey,
    what_if,
)
from services.navigator.what_if_models import WhatIfAnswer
from services.navigator.what_if_routes import what_if_routes
from streams.clock import ManualClock
from streams.events.base import Hazard
from streams.events.shelters import Opening
from streams.world import World as WorldName
from tests.unit.navigator.situations import alert, at, by_id, closure, site, street, stretch, zone

PLACES = by_id(site(1), site(4, Hazard.TSUNAMI), site(9, Hazard.TSUNAMI, Hazard.FLOOD))


def moment_of(**state: dict[str, Any]) -> Moment:
    return Moment.of(street(), World(places=PLACES, at_ms=1_000, **state))


def goal(moment: Moment, index: float) -> str:
    found = moment.answer(*at(index), profile="adult").route
    return found.reason if isinstance(found, routing.Stay) else found.target


def snapshot(moment: Moment) -> tuple[object, ...]:
    """Everything of a moment that an answer is made from."""
    field, overlay = moment.field(("adult", frozenset())), moment.overlay
    kept = id(field), field.dist.tobytes(), field.next_edge.tobytes(), field.target.tobytes()
    closures = {cause: links.tobytes() for cause, links in overlay.closures.items()}
    return moment.world, id(overlay), closures, list(overlay.membranes), moment.unplaced, kept


def test_a_survey_says_for_every_node_what_a_route_from_there_says() -> None:
    moment = moment_of(hazards=by_id(alert(Hazard.FLOOD, 6.5, 11)), closures=by_id(closure(2.5)))
    found = survey(moment, "adult")
    network = moment.ground.network
    for node in range(network.node_count):
        lat, lon = float(network.node_lat[node]), float(network.node_lon[node])
        answer = moment.answer(lat, lon, profile="adult").route
        place = found.ids[found.place[node]] if found.place[node] != NOBODY else None
        if isinstance(answer, routing.Stay):
            assert place is None
        else:
            assert place == answer.target
            assert found.time[node] / 10 == pytest.approx(answer.seconds, abs=0.2)


def test_a_closed_link_sends_those_behind_it_elsewhere_and_nobody_else() -> None:
    difference = what_if(moment_of(), Supposition(closures=[closure(1.5)]), profile="adult")
    # node 2 goes to E4 in place of E1; nobody else is concerned
    assert (difference.moved, difference.cut_off, difference.reconnected) == (1, 0, 0)
    (cell,) = [c for c in difference.cells if c.moved]
    assert cell.cell == h3.latlng_to_cell(*at(2), 9)
    assert [(m.before, m.after, m.nodes) for m in cell.moves] == [("E1", "E4", 1)]
    assert cell.minutes_most is not None
    assert cell.minutes_most > 0


def test_whoever_loses_every_way_is_cut_off_and_whoever_gains_one_is_reconnected() -> None:
    places = by_id(site(1.4))
    ends = Supposition(closures=[closure(0.5)])
    difference = what_if(Moment.of(street(), World(places=places)), ends, profile="adult")
    assert (difference.cut_off, difference.moved) == (1, 0)
    assert difference.cells[0].cut_off == 1
    assert difference.cells[0].moves[0].after is None
    cut = Moment.of(street(), World(places=places, closures=by_id(closure(0.5))))
    assert what_if(cut, Supposition(reopened=["c0.5"]), profile="adult").reconnected == 1


def test_a_full_place_sends_its_people_to_others_and_a_new_place_draws_them() -> None:
    full = what_if(moment_of(), Supposition(openings={"E4": Opening.FULL}), profile="adult")
    assert full.moved == 4
    assert {(m.before, m.after) for c in full.cells for m in c.moves} == {("E4", "E1"), ("E4", "E9")}
    more = what_if(moment_of(), Supposition(places=[site(6)]), profile="adult")
    assert {m.after for c in more.cells for m in c.moves} == {"E6"}
    assert all(c.minutes_most is not None and c.minutes_most < 0 for c in more.cells)


def test_a_supposed_hazard_counts_where_it_is_drawn_or_everywhere() -> None:
    everywhere = what_if(moment_of(), Supposition(hazards=[SupposedHazard(Hazard.TSUNAMI)]), profile="adult")
    assert {m.before for c in everywhere.cells for m in c.moves} == {"E1"}
    west = stretch(-0.5, 0.5)
    drawn = what_if(moment_of(), Supposition(hazards=[SupposedHazard(Hazard.TSUNAMI, west)]), profile="adult")
    assert drawn.moved == 1


def test_a_supposed_hazard_makes_its_mapped_zone_a_membrane() -> None:
    moment = Moment.of(street(zone(Hazard.TSUNAMI, 2.5, 3.5)), World(places=PLACES))
    supposed = suppose(moment, Supposition(hazards=[SupposedHazard(Hazard.TSUNAMI)]))
    assert goal(moment, 2) == "E1"
    assert goal(supposed, 2) == "cut-off"


def test_a_lifted_hazard_no_longer_decides() -> None:
    moment = moment_of(hazards=by_id(alert(Hazard.TSUNAMI, -1, 11)))
    assert goal(moment, 1) == "E4"
    assert goal(suppose(moment, Supposition(lifted=[Hazard.TSUNAMI])), 1) == "E1"
    assert what_if(moment, Supposition(lifted=[Hazard.FLOOD]), profile="adult").cells == ()


def test_nothing_supposed_changes_nothing() -> None:
    difference = what_if(moment_of(closures=by_id(closure(2.5))), Supposition(), profile="adult")
    assert (difference.moved, difference.cut_off, difference.cells) == (0, 0, ())
    assert difference.nodes == 11


def test_a_question_leaves_the_moment_in_force_as_it_was() -> None:
    moment = moment_of(hazards=by_id(alert(Hazard.FLOOD, 6.5, 11)), closures=by_id(closure(2.5)))
    goal(moment, 2)
    before = snapshot(moment)
    world = moment.world
    supposition = Supposition(
        closures=[closure(1.5), closure(2.5, as_of_ms=900)], reopened=["c2.5"], openings={"E4": Opening.FULL},
        places=[site(6)], hazards=[SupposedHazard(Hazard.TSUNAMI)], lifted=[Hazard.FLOOD],
    )  # fmt: skip
    assert what_if(moment, supposition, profile="slow").moved
    assert snapshot(moment) == before
    assert moment.world is world
    assert set(world.places) == set(PLACES)
    assert list(suppose_world(world, supposition).closures) == ["c1.5", "c2.5"]


@pytest.fixture
def turn() -> threading.Semaphore:
    return threading.Semaphore()


@pytest.fixture
async def live() -> Live:
    return Live(street(), ManualClock(1_000))


@pytest.fixture
async def client(live: Live, turn: threading.Semaphore) -> AsyncIterator[httpx.AsyncClient]:
    live.is_ready = True
    live.moment = moment_of(hazards=by_id(alert(Hazard.FLOOD, 6.5, 11)), closures=by_id(closure(2.5)))
    app = create_app("navigator", Readiness(), description="")
    app.include_router(what_if_routes(live, WorldName.DRILL, ManualClock(5_000), turn=turn))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://navigator") as opened:
        yield opened


def point(index: float) -> dict[str, Any]:
    lat, lon = at(index)
    return {"type": "Point", "coordinates": [lon, lat]}


async def ask(client: httpx.AsyncClient, **body: object) -> httpx.Response:
    return await client.post("/v1/what-if", json=body)


async def test_the_answer_names_cells_places_and_what_became_of_the_closures(
    client: httpx.AsyncClient, live: Live
) -> None:
    before = snapshot(live.moment)
    response = await ask(
        client,
        closures=[
            {"id": "x", "geometry": point(1.5)},
            {"id": "far", "geometry": {"type": "Point", "coordinates": [10.0, 10.0]}},
        ],
        shelters=[{"id": "E9", "opening": "full"}],
    )
    assert response.status_code == 200, response.text
    body = response.json()
    WhatIfAnswer.model_validate(body)
    assert (body["notice"], body["supposed"], body["now_ms"]) == ("訓練", True, 5_000)
    assert body["closures"] == {"links": {"x": 1}, "unplaced": [], "outside": ["far"]}
    assert body["cells_total"] == len(body["cells"])
    assert body["cells"][0]["cut_off"] > 0
    assert all(h3.get_resolution(h3.str_to_int(cell["cell"])) == 9 for cell in body["cells"])
    assert body["places"]["E9"] == "第9小学校"
    assert {"kind": "closures", "source": "roads", "as_of_ms": 500} in body["as_of"]["sources"]
    assert snapshot(live.moment) == before


async def test_the_gravest_cells_come_first_and_the_limit_is_told(client: httpx.AsyncClient) -> None:
    everything = (await ask(client, shelters=[{"id": "E9", "opening": "closed"}])).json()
    assert everything["cells_total"] > 1
    cut = [cell["cut_off"] for cell in everything["cells"]]
    assert cut == sorted(cut, reverse=True)
    one = (await ask(client, shelters=[{"id": "E9", "opening": "closed"}], limit=1)).json()
    assert (len(one["cells"]), one["cells_total"]) == (1, everything["cells_total"])


async def test_heights_in_a_drawing_say_nothing_here(client: httpx.AsyncClient) -> None:
    flat = [list(spot) for spot in stretch(-1, 11).exterior.coords]
    uneven = [[*spot, 7.5] if number % 2 else spot for number, spot in enumerate(flat)]
    answers = [
        (
            await ask(
                client, hazards=[{"hazard": "fire", "area": {"type": "Polygon", "coordinates": [ring]}}]
            )
        ).json()
        for ring in (flat, uneven)
    ]
    assert answers[0]["cells"] == answers[1]["cells"]


@pytest.mark.parametrize(
    ("body", "kind", "field"),
    [
        ({"shelters": [{"id": "E77", "opening": "full"}]}, "unknown-id", "shelters.0.id"),
        ({"reopened": ["c99"]}, "unknown-id", "reopened.0"),
        (
            {"closures": [{"id": "x", "geometry": {"type": "Point", "coordinates": [500000.0, 3500000.0]}}]},
            "no-such-place",
            "closures.0.geometry",
        ),
        (
            {
                "hazards": [
                    {"hazard": "flood", "area": {"type": "Polygon", "coordinates": [[[135.0, 34.0]] * 4]}}
                ]
            },
            "no-such-place",
            "hazards.0.area",
        ),
        ({"profile": "bird"}, "invalid-request", "profile"),
        ({"closures": [{"id": "x", "geometry": point(1.5)}] * 201}, "invalid-request", "closures"),
        ({"lines": []}, "invalid-request", "lines"),
        (
            {
                "closures": [
                    {
                        "id": f"c{n}",
                        "geometry": {"type": "LineString", "coordinates": [[135.0, 34.0]] * 6_000},
                    }
                    for n in range(2)
                ]
            },
            "too-large",
            None,
        ),
    ],
)
async def test_a_question_that_cannot_be_meant_is_refused_by_name(
    client: httpx.AsyncClient, body: dict[str, Any], kind: str, field: str | None
) -> None:
    response = await ask(client, **body)
    assert response.status_code == 422
    problem = response.json()
    assert problem["type"] == f"urn:miotsukushi:problem:{kind}"
    assert problem.get("field") == field


async def test_before_the_state_is_read_there_is_no_answer(client: httpx.AsyncClient, live: Live) -> None:
    live.is_ready = False
    response = await ask(client)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")


async def test_a_second_question_at_the_same_time_is_asked_to_wait(
    client: httpx.AsyncClient, turn: threading.Semaphore
) -> None:
    with turn:
        response = await ask(client)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert response.json()["type"] == "urn:miotsukushi:problem:busy"
    assert (await ask(client)).status_code == 200


def test_an_area_with_a_hole_leaves_the_hole_out() -> None:
    ring = shapely.box(134.999, 33.999, 135.03, 34.001).difference(stretch(-0.5, 0.5))
    supposed = suppose(moment_of(), Supposition(hazards=[SupposedHazard(Hazard.TSUNAMI, ring)]))
    assert goal(supposed, 0) == "E1"
    assert goal(supposed, 1) == "E4"
