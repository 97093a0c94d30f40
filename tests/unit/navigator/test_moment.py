import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import routing
from services.navigator.answers import Answer, Moment
from services.navigator.cover import CellCover, lineage
from services.navigator.links import LinkCache
from services.navigator.state import World, is_active
from streams.cells import cells_of_shape, covers
from streams.events.alerts import Condition, Severity
from streams.events.base import Hazard
from streams.events.closures import Geometry, Mode
from streams.events.shelters import Layer, Opening
from tests.unit.navigator.situations import (
    BOTH,
    TUNNEL,
    alert,
    at,
    by_id,
    closure,
    site,
    street,
    stretch,
    zone,
)

SITES = by_id(site(1), site(4, Hazard.TSUNAMI), site(9, Hazard.TSUNAMI, Hazard.FLOOD))


def ask(moment: Moment, index: float, **more: object) -> Answer:
    return moment.answer(*at(index), profile="adult", **more)  # type: ignore[arg-type]


def goal(moment: Moment, index: float, **more: object) -> str | None:
    """The place that is named, or the reason to stay."""
    found = ask(moment, index, **more).route
    return found.reason if isinstance(found, routing.Stay) else found.target


@pytest.mark.parametrize(
    ("hazards", "expected"),
    [
        ((), "E1"),
        ((Hazard.TSUNAMI,), "E4"),
        ((Hazard.TSUNAMI, Hazard.FLOOD), "E9"),
        ((Hazard.VOLCANO,), "no-target"),
    ],
)
def test_the_hazards_in_force_at_the_origin_decide_which_site_suits(
    hazards: tuple[Hazard, ...], expected: str
) -> None:
    world = World(hazards=by_id(*(alert(h, -1, 11) for h in hazards)), places=SITES)
    assert goal(Moment.of(street(), world), 2) == expected


def test_a_hazard_elsewhere_does_not_decide() -> None:
    moment = Moment.of(street(), World(hazards=by_id(alert(Hazard.TSUNAMI, 6, 11)), places=SITES))
    assert goal(moment, 2) == "E1"
    assert ask(moment, 2).active == ()
    assert [a.hazard for a in ask(moment, 8).active] == [Hazard.TSUNAMI]


def test_a_hazard_that_the_walker_names_counts_too() -> None:
    moment = Moment.of(street(zone(Hazard.TSUNAMI, 3.5, 4.5)), World(places=SITES))
    assert goal(moment, 2) == "E1"
    # the way to E4 and beyond leads through the mapped zone, which counts as if it were in force
    assert goal(moment, 2, extra=frozenset({Hazard.TSUNAMI})) == "cut-off"
    assert goal(moment, 6, extra=frozenset({Hazard.TSUNAMI})) == "E9"


def test_a_mapped_zone_is_a_membrane_only_where_its_hazard_is_in_force() -> None:
    ground = street(zone(Hazard.FLOOD, 1.5, 8.5))
    hazards = by_id(alert(Hazard.FLOOD, 5.5, 11))
    moment = Moment.of(ground, World(hazards=hazards, places=SITES))
    inside = moment.overlay.inside
    lon = ground.network.node_lon
    assert inside[lon > at(5.4)[1]].sum() == 3
    assert not inside[lon < at(4.9)[1]].any()
    elsewhere = Moment.of(ground, World(hazards=by_id(alert(Hazard.TSUNAMI, -1, 11)), places=SITES))
    assert not elsewhere.overlay.inside.any()


def test_nobody_outside_is_led_through_a_zone_in_force() -> None:
    ground, places = street(zone(Hazard.FLOOD, 4.5, 6.5)), by_id(site(9, Hazard.FLOOD))
    assert goal(Moment.of(ground, World(places=places)), 2) == "E9"
    assert (
        goal(Moment.of(ground, World(hazards=by_id(alert(Hazard.FLOOD, -1, 11)), places=places)), 2)
        == "cut-off"
    )


@pytest.mark.parametrize(("hazard", "expected"), [(Hazard.FLOOD, "cut-off"), (Hazard.EARTHQUAKE, "E9")])
def test_underpasses_are_closed_where_water_comes(hazard: Hazard, expected: str) -> None:
    ground = street(ways=(BOTH,) * 5 + (TUNNEL,) + (BOTH,) * 4)
    world = World(hazards=by_id(alert(hazard, -1, 11)), places=by_id(site(9, hazard)))
    assert goal(Moment.of(ground, world), 2) == expected


def test_expired_telegrams_and_low_levels_do_not_count() -> None:
    expired = alert(Hazard.FLOOD, -1, 11, valid_until_ms=100)
    low = alert(Hazard.TSUNAMI, -1, 11, level=None, zones=())
    moment = Moment.of(street(), World(hazards=by_id(expired, low), places=SITES, at_ms=100))
    assert ask(moment, 2).active == ()
    advisory = Condition(hazard=Hazard.FLOOD, severity=Severity.ADVISORY, code="", name="", level=2)
    assert not is_active(advisory)
    assert is_active(Condition(hazard=Hazard.TSUNAMI, severity=Severity.ADVISORY, code="", name=""))


def test_of_several_statements_the_gravest_is_told() -> None:
    grave = alert(Hazard.FLOOD, -1, 11, level=5, series="river", issued_at_ms=1)
    newer = alert(Hazard.FLOOD, -1, 11, level=3, issued_at_ms=2)
    moment = Moment.of(street(), World(hazards=by_id(grave, newer), places=SITES))
    assert [a.condition.level for a in ask(moment, 2).active] == [5]


@pytest.mark.parametrize(
    "hidden",
    [
        {"opening": Opening.FULL},
        {"opening": Opening.CLOSED},
        {"layer": Layer.SHELTER},
        {"lat": None, "lon": None},
    ],
)
def test_full_closed_unplaced_places_and_shelters_are_no_target(hidden: dict[str, object]) -> None:
    moment = Moment.of(street(), World(places=by_id(site(1, **hidden), site(4))))
    assert goal(moment, 1) == "E4"


@pytest.mark.parametrize("opening", [Opening.UNKNOWN, Opening.NOT_OPEN, Opening.OPEN])
def test_a_site_does_not_have_to_be_opened_first(opening: Opening) -> None:
    assert goal(Moment.of(street(), World(places=by_id(site(1, opening=opening)))), 2) == "E1"


def test_a_closure_for_walkers_closes_and_one_for_cars_does_not() -> None:
    def moment(*modes: Mode) -> Moment:
        return Moment.of(street(), World(places=by_id(site(1)), closures=by_id(closure(3.5, modes=modes))))

    assert goal(moment(Mode.FOOT, Mode.CAR), 6) == "cut-off"
    assert goal(moment(Mode.CAR), 6) == "E1"


def test_closures_begin_and_end_by_the_clock() -> None:
    timed = closure(3.5, starts_at_ms=100, ends_at_ms=200)
    reasons = [
        goal(Moment.of(street(), World(places=by_id(site(1)), closures=by_id(timed), at_ms=now)), 6)
        for now in (99, 100, 199, 200)
    ]
    assert reasons == ["E1", "cut-off", "cut-off", "E1"]


def test_closures_that_cannot_be_placed_are_counted_and_those_of_other_areas_are_not() -> None:
    nowhere = closure(None)
    broken = closure(2, geometry=Geometry("polygon", (((34.0, 135.0),),)))
    elsewhere = closure(900)
    moment = Moment.of(street(), World(places=SITES, closures=by_id(nowhere, broken, elsewhere)))
    assert set(ask(moment, 2).unplaced_closures) == {"cNone", "c2"}


def test_what_did_not_change_is_taken_over() -> None:
    ground, links = street(zone(Hazard.FLOOD, 4.5, 6.5)), LinkCache()
    hazards = by_id(alert(Hazard.FLOOD, -1, 11))
    first = Moment.of(ground, World(hazards, SITES, by_id(closure(3.5))), links=links)
    key = ("adult", frozenset({Hazard.FLOOD}))
    made = first.field(key)
    fuller = SITES | by_id(site(4, Hazard.TSUNAMI, headcount=300))
    second = Moment.of(ground, World(hazards, fuller, by_id(closure(3.5))), former=first, links=links)
    assert second.overlay is first.overlay
    assert second.field(key) is made
    assert second.get_place("E4").headcount == 300
    third = Moment.of(ground, World(hazards, SITES, {}), former=second, links=links)
    assert third.field(key) is not made
    fourth = Moment.of(ground, World({}, SITES, {}), former=third, links=links)
    assert not fourth.overlay.membranes


def test_a_moment_made_from_a_former_one_equals_one_made_anew() -> None:
    ground = street(zone(Hazard.FLOOD, 4.5, 6.5), ways=(BOTH,) * 5 + (TUNNEL,) + (BOTH,) * 4)
    worlds = [
        World({}, SITES, {}),
        World(by_id(alert(Hazard.FLOOD, -1, 11)), SITES, {}),
        World(by_id(alert(Hazard.FLOOD, -1, 11)), SITES, by_id(closure(3.5))),
        World(by_id(alert(Hazard.FLOOD, 7, 11)), SITES | by_id(site(9, opening=Opening.FULL)), {}),
        World({}, SITES, by_id(closure(3.5), closure(1.5))),
    ]
    former = None
    for world in worlds:
        former, fresh = Moment.of(ground, world, former=former), Moment.of(ground, world)
        for index in np.arange(0, 10.01, 0.5):
            assert goal(former, index) == goal(fresh, index)
            assert ask(former, index).route == ask(fresh, index).route


@settings(max_examples=60, deadline=None)
@given(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02), st.floats(0.001, 0.02))
def test_covers_in_columns_equal_covers_one_by_one(north: float, east: float, size: float) -> None:
    grid = np.mgrid[-0.02:0.02:12j, -0.02:0.02:12j].reshape(2, -1)
    lat, lon = 34.0 + grid[0], 135.0 + grid[1]
    cells = frozenset(cells_of_shape(stretch(0, 1).buffer(size)))
    told = CellCover(lat, lon).holds(cells)
    assert told.tolist() == [covers(cells, *p) for p in zip(lat.tolist(), lon.tolist(), strict=True)]
    assert (not lineage(34.0 + north, 135.0 + east).isdisjoint(cells)) == covers(
        cells, 34.0 + north, 135.0 + east
    )
