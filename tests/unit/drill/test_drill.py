"""The drill as a whole: deterministic, within capacity, never over what is closed."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from services.drill.city import City
from services.drill.drill import Drill, Tick
from services.drill.knowledge import Knowledge
from services.drill.oracle import Oracle
from services.drill.people import People
from services.drill.scenario import Scenario
from services.drill.walkers import State
from streams.adapters.registry import Source, read
from streams.events.shelters import Opening, ShelterReport

TO_THE_TSUNAMI = 250
"""Ticks until a little after the tsunami warning."""


def crowded(city: City) -> City:
    """The same city with places for five people each."""
    return replace(city, places=tuple(_small(p) for p in city.places))


def _small(place: object) -> object:
    import msgspec

    return msgspec.structs.replace(place, capacity=5, capacity_text="5人")


def reports_of(tick: Tick) -> Iterator[ShelterReport]:
    for document in tick.documents:
        if document.name.endswith(".csv"):
            for event in read(document.body, Source(document.source, tick.at_ms), name=document.name).events:
                assert isinstance(event, ShelterReport)
                yield event


def test_the_same_seed_gives_the_same_documents_and_positions(
    city: City, scenario: Scenario, people: People
) -> None:
    runs = (islice(Drill(city, scenario, people), TO_THE_TSUNAMI) for _ in range(2))
    for one, other in zip(*runs, strict=True):
        assert one.documents == other.documents
        assert (one.spots.who == other.spots.who).all()
        assert (one.spots.lat == other.spots.lat).all()
        assert (one.spots.lon == other.spots.lon).all()


def test_nobody_without_consent_is_ever_in_what_is_sent(
    city: City, scenario: Scenario, people: People
) -> None:
    for tick in islice(Drill(city, scenario, people), 160):
        assert people.consents[tick.spots.who].all()


def test_people_set_out_arrive_and_are_counted(city: City, scenario: Scenario, people: People) -> None:
    drill = Drill(city, scenario, people)
    ticks = list(drill)
    assert ticks[0].counts[State.HOME] == len(people)
    assert ticks[-1].counts[State.ARRIVED] > len(people) / 4
    assert drill.walkers.inside.sum() == ticks[-1].counts[State.ARRIVED]
    assert all(sum(t.counts.values()) == len(people) for t in ticks)


def test_a_full_place_says_so_and_no_headcount_exceeds_its_capacity(
    city: City, scenario: Scenario, people: People
) -> None:
    full: set[str] = set()
    drill = Drill(crowded(city), scenario, people)
    for tick in islice(drill, 180):
        assert (drill.walkers.inside <= drill.walkers.capacity).all()
        for report in reports_of(tick):
            assert report.headcount is None or report.headcount <= 5
            if report.opening is Opening.FULL:
                assert report.headcount == 5
                full.add(report.id)
    assert len(full) > 10


def test_walkers_enter_no_edge_that_is_forbidden_to_them(
    city: City, scenario: Scenario, people: People
) -> None:
    drill = Drill(city, scenario, people)
    seen_forbidden = False
    guidance, before = drill.guidance, drill.walkers.edge.copy()
    for tick in islice(drill, TO_THE_TSUNAMI):
        edge = drill.walkers.edge
        entered = np.flatnonzero((edge != before) & (edge >= 0) & (drill.walkers.state == State.WALKING))
        if drill.guidance is guidance:
            assert not guidance.forbidden[edge[entered]].any(), tick.at_ms
        seen_forbidden |= bool(guidance.forbidden.any())
        guidance, before = drill.guidance, edge.copy()
    assert seen_forbidden


def test_whoever_is_on_the_bridge_when_it_floods_turns_back(
    city: City, scenario: Scenario, people: People
) -> None:
    drill = Drill(city, scenario, people)
    network = city.ground.network
    for _ in islice(drill, 100):
        pass
    walkers = drill.walkers
    caught = np.flatnonzero((walkers.state == State.WALKING) & (walkers.edge >= 0))[:1]
    edge = walkers.edge[caught].copy()
    walked_ds = walkers.cost[people.profile[caught], edge] - walkers.left_ds[caught]
    drill.guidance.forbidden = drill.guidance.forbidden.copy()
    drill.guidance.forbidden[edge] = True
    walkers.replan(drill.guidance, np.zeros(len(city.places), bool), now_s=1500)
    assert network.edge_link[walkers.edge[caught]] == network.edge_link[edge]
    assert walkers.node[caught] == network.edge_tail[edge]
    assert walkers.left_ds[caught] == pytest.approx(walked_ds)
    walkers.replan(drill.guidance, np.zeros(len(city.places), bool), now_s=1515)
    assert walkers.node[caught] == network.edge_tail[edge]


def test_people_in_a_place_without_the_tsunami_flag_move_on_when_the_warning_comes(
    city: City, scenario: Scenario, people: People
) -> None:
    drill = Drill(city, scenario, people)
    unfit = np.array(["tsunami" in p.unsuited and p.layer == "site" and p.lon < 135.225 for p in city.places])
    before = 0
    for tick in drill:
        minute = (tick.at_ms - scenario.start_ms) // 60_000
        if minute == 59:
            before = int(drill.walkers.inside[unfit].sum())
        if minute == 80:
            break
    assert before > 0
    assert drill.walkers.inside[unfit].sum() == 0


def test_positions_move_at_a_walkers_pace(city: City, scenario: Scenario, people: People) -> None:
    last: dict[int, tuple[int, float, float]] = {}
    for tick in islice(Drill(city, scenario, people), 180):
        spots = zip(tick.spots.who.tolist(), tick.spots.lat.tolist(), tick.spots.lon.tolist(), strict=True)
        for who, lat, lon in spots:
            if who in last:
                at_ms, old_lat, old_lon = last[who]
                metres = np.hypot((lat - old_lat) * 111_195, (lon - old_lon) * 91_640)
                # 1.3 m/s is the fastest pace; a door can lie 300 m from the network, and is reached at once
                assert metres <= 1.35 * (tick.at_ms - at_ms) / 1000 + 310
            last[who] = (tick.at_ms, lat, lon)


def test_the_oracle_ends_where_the_drill_does_whatever_the_order(
    city: City, scenario: Scenario, people: People
) -> None:
    drill = Drill(city, scenario, people)
    forward, backward = Oracle(city, len(people)), Oracle(city, len(people))
    ticks = list(islice(drill, 180))
    for oracle, order in ((forward, ticks), (backward, ticks[::-1])):
        for tick in order:
            for document in tick.documents:
                oracle.told_document(document)
            oracle.told_positions(tick.spots, at_ms=tick.at_ms)
    assert forward.end_state() == backward.end_state()
    known: Knowledge = drill.knowledge
    assert forward.end_state().hazards == known.hazards()
    assert forward.end_state().closures == known.closures()
    assert sum(forward.end_state().people.values()) == people.consents.sum()


def test_the_oracle_forgets_devices_that_were_not_heard_in_time(
    city: City, scenario: Scenario, people: People
) -> None:
    oracle = Oracle(city, len(people))
    tick = next(iter(Drill(city, scenario, people)))
    oracle.told_positions(tick.spots, at_ms=tick.at_ms)
    assert sum(oracle.people_per_cell(heard_since_ms=tick.at_ms).values()) == len(tick.spots.who)
    assert oracle.people_per_cell(heard_since_ms=tick.at_ms + 1) == {}
