import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import routing
from services.navigator.answers import Answer, Moment
from services.navigator.cover import CellCover, lineage
from services.navigator.ground import Ground
from services.navigator.links import LinkCache
from services.navigator.state import World, is_active
from services.navigator.warm import KEPT_FIELDS
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
from tests.unit.routing.oracles import network_of

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


KEYS = [("adult", frozenset[Hazard]()), ("slow", frozenset({Hazard.TSUNAMI})), ("slow", frozenset[Hazard]())]


def columns(moment: Moment) -> dict[object, tuple[bytes, ...]]:
    return {
        key: tuple(column.tobytes() for column in (made.cost, made.dist, made.next_edge, made.target))
        for key, made in moment.fields.items()
    }


def test_warm_fields_are_repaired_and_the_former_moment_stays_as_it_was() -> None:
    ground = street(zone(Hazard.TSUNAMI, 4.5, 6.5))
    worlds = [
        World({}, SITES, by_id(closure(3.5))),
        World(by_id(alert(Hazard.TSUNAMI, -1, 11)), SITES, by_id(closure(3.5), closure(1.5))),
        World({}, SITES | by_id(site(9, opening=Opening.FULL)), {}),
        World({}, SITES, {}, prices_ds={"E1": 4_000}),
        World({}, SITES, {}),
    ]
    moment = Moment.of(ground, World(places=SITES))
    for key in KEYS:
        moment.field(key)
        moment.field(key, frozenset({Hazard.TSUNAMI}))
        moment.field(key, layer=Layer.SHELTER)
    for world in worlds:
        former, kept = moment, columns(moment)
        moment, fresh = Moment.of(ground, world, former=former), Moment.of(ground, world)
        for key in columns(moment):
            fresh.fields.get(key)
        assert columns(moment) == columns(fresh)
        assert columns(former) == kept
        assert {key for key, _ in moment.fields.items()} == {key for key, _ in former.fields.items()}
    assert (
        len({id(made.weights) for _, made in moment.fields.items()}) == 4
    )  # two profiles, with and without assumed zones


def test_few_fields_are_kept_and_the_least_used_goes_first() -> None:
    moment = Moment.of(street(), World(places=SITES))
    hazards = [Hazard.FLOOD, Hazard.TSUNAMI, Hazard.FIRE, Hazard.VOLCANO, Hazard.LANDSLIDE]
    keys = [(p, frozenset(hazards[:n])) for p in routing.PROFILES for n in range(len(hazards) + 1)]
    first = moment.field(keys[0])
    for key in keys[1:KEPT_FIELDS]:
        moment.field(key)
    assert moment.field(keys[0]) is first
    moment.field(keys[KEPT_FIELDS])
    kept = [(k.profile, k.hazards) for k, _ in moment.fields.items()]
    assert len(kept) == KEPT_FIELDS
    assert keys[0] in kept
    assert keys[1] not in kept


def test_shelters_are_another_layer_without_flags() -> None:
    places = by_id(
        site(1, Hazard.TSUNAMI),
        site(4, layer=Layer.SHELTER),
        site(9, layer=Layer.SHELTER, opening=Opening.FULL),
    )
    moment = Moment.of(street(), World(by_id(alert(Hazard.TSUNAMI, -1, 11)), places))
    assert goal(moment, 8) == "E1"
    assert goal(moment, 8, layer=Layer.SHELTER) == "E4"


def test_a_price_sends_elsewhere_until_it_falls() -> None:
    ground = street()
    moment = Moment.of(ground, World(places=SITES))
    for prices, expected in (({}, "E1"), ({"E1": 4_000}, "E4"), ({"E1": 100}, "E1")):
        moment = Moment.of(ground, World(places=SITES, prices_ds=prices), former=moment)
        found = ask(moment, 2).route
        assert isinstance(found, routing.Route)
        assert found.target == expected
        assert found.cost == pytest.approx(found.seconds * 10 + prices.get(expected, 0))


@pytest.mark.parametrize(("level", "expected"), [(2, "E9"), (3, "E9"), (4, "cut-off"), (None, "cut-off")])
def test_an_announced_zone_is_dearer_and_one_in_force_is_shut(level: int | None, expected: str) -> None:
    ground = street(zone(Hazard.FLOOD, 4.5, 6.5))
    hazards = by_id(alert(Hazard.FLOOD, -1, 11, level=level))
    moment = Moment.of(ground, World(hazards, by_id(site(9, Hazard.FLOOD))))
    assert goal(moment, 2) == expected
    if level == 3:
        found = ask(moment, 2).route
        assert isinstance(found, routing.Route)
        assert found.cost > found.seconds * 10 * 1.3


def test_a_tsunami_zone_is_shut_whatever_the_level() -> None:
    ground = street(zone(Hazard.TSUNAMI, 4.5, 6.5))
    moment = Moment.of(
        ground, World(by_id(alert(Hazard.TSUNAMI, -1, 11, level=3)), by_id(site(9, Hazard.TSUNAMI)))
    )
    assert goal(moment, 2) == "cut-off"


def test_a_closure_without_a_drawing_closes_the_road_of_its_name_and_waits_for_staff() -> None:
    ground = street(names=("旧街道",) * 3 + ("一般国道 99号",) + ("旧街道",) * 6)
    named = closure(None, road_names=("国道９９号線",))
    unknown = closure(2, geometry=None, road_names=("県道1号",))
    broken = closure(5, geometry=Geometry("polygon", (((34.0, 135.0),),)), modes=(Mode.CAR,))
    world = World(places=by_id(site(1)), closures=by_id(named, unknown, broken))
    moment = Moment.of(ground, world)
    assert goal(moment, 6) == "cut-off"
    assert goal(moment, 2) == "E1"
    assert {m.closure.id: str(m.how) for m in moment.repair_list} == {
        "cNone": "by-name",
        "c2": "not-drawn",
        "c5": "not-drawn",
    }
    assert ask(moment, 2).unplaced_closures == (
        "c2",
    )  # the one by name closes, the broken one says nothing about walkers


def test_a_closure_where_no_road_is_waits_for_staff() -> None:
    spots = [(34.0, 135.0), (34.01, 135.0), (34.01, 135.01)]
    ground = Ground(network_of(spots, [(0, 1, BOTH), (1, 2, BOTH)], [0.0, 0.0]), ())
    off = closure(2, geometry=Geometry("point", (((34.003, 135.007),),)))
    moment = Moment.of(ground, World(closures=by_id(off)))
    assert [(m.closure.id, str(m.how)) for m in moment.repair_list] == [("c2", "no-road-there")]
    assert moment.unplaced == ("c2",)
