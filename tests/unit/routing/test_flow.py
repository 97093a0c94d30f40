"""Ways for a crowd: nobody is lost, no target is overfilled while others have room, and a queue is gone round where that is quicker."""

from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import routing
from routing.flow import plan_flow, plan_nearest, step_of
from routing.kernels.flow import push_flow
from routing.queues import Crowd, Passages, replay
from tests.unit.routing.oracles import BOTH, STEP, network_of
from tests.unit.routing.test_queues import crowds


@settings(max_examples=80, deadline=None)
@given(crowds(), st.data())
def test_whoever_has_a_way_is_led_to_a_target(case: tuple[Passages, Crowd], data: st.DataObject) -> None:
    passages, crowd = case
    targets = passages.target_count
    places = np.array(data.draw(st.lists(st.integers(0, 30), min_size=targets, max_size=targets)), np.int64)
    plan = plan_flow(passages, crowd, places=places, rounds=data.draw(st.integers(1, 6)))
    seen, nearest = (replay(passages, crowd, p) for p in (plan, plan_nearest(passages, crowd)))
    assert np.array_equal(np.isnan(seen.arrived_s), np.isnan(nearest.arrived_s))
    assert seen.loads(targets).sum() + seen.stranded == len(crowd)


@settings(max_examples=80, deadline=None)
@given(crowds(), st.integers(1, 5))
def test_the_average_flow_is_kept_at_every_crossing(case: tuple[Passages, Crowd], rounds: int) -> None:
    passages, crowd = case
    nodes = passages.node_count
    persons = np.bincount(crowd.node, minlength=nodes).astype(float)
    flow, spread, load = np.zeros(len(passages.head)), np.zeros(len(passages.head)), np.empty(nodes)
    next_edge = plan_nearest(passages, crowd).next_edge[0]
    for number in range(1, rounds + 1):
        push_flow(
            next_edge, passages.head, persons, np.zeros(nodes), passages.rate / 10, step_of(number), flow, spread, load
        )  # fmt: skip
    into = np.bincount(passages.head, weights=flow, minlength=nodes)
    out = np.bincount(passages.tail, weights=flow, minlength=nodes)
    led = next_edge >= 0
    np.testing.assert_allclose((into + persons)[led], out[led], atol=1e-9)
    reached = load[passages.first_target :]
    np.testing.assert_allclose(into[passages.first_target :], reached, atol=1e-9)
    assert reached.sum() == pytest.approx(persons[led].sum())
    assert (spread >= 0).all()


def fork() -> tuple[Passages, int, dict[str, int]]:
    """A crossing from where a short way and one of twice its length lead to the target, both through two links."""
    spots = [(34.0, 135.0), (34.0, 135.0 + STEP), (34.0, 135.0 + 2 * STEP), (34.0 + 1.7 * STEP, 135.0 + STEP)]
    ends = [(0, 1, BOTH), (1, 2, BOTH), (0, 3, BOTH), (3, 2, BOTH)]
    network = network_of(spots, ends, [0.0] * 4)
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    field = routing.Field.build(
        walking, [routing.Target("T", 34.0, 135.0 + 2 * STEP)], routing.Overlay(network)
    )
    at = {
        name: int(np.argmin(abs(network.node_lat - lat) + abs(network.node_lon - lon)))
        for name, (lat, lon) in zip(("start", "short", "end", "long"), spots, strict=True)
    }
    return Passages.of(field), at["start"], at


def test_a_crowd_goes_round_a_queue_and_one_person_does_not() -> None:
    passages, start, at = fork()
    narrow = np.where((passages.tail == at["short"]) | (passages.head == at["short"]), 0.5, 5.0)
    passages = replace(passages, rate=narrow)
    many, one = (Crowd(np.full(count, start, np.int32), np.zeros(count, np.int64)) for count in (600, 1))
    places = np.array([1000])
    nearest, spread = (
        replay(passages, many, plan)
        for plan in (plan_nearest(passages, many), plan_flow(passages, many, places=places))
    )
    assert spread.clearance_s < nearest.clearance_s / 3
    alone = plan_flow(passages, one, places=places)
    assert (
        replay(passages, one, alone).clearance_s
        == replay(passages, one, plan_nearest(passages, one)).clearance_s
    )


def row_of_targets(places: list[int], people: int) -> tuple[Passages, Crowd, np.ndarray]:
    """Targets along a street, everybody at its western end."""
    spots = [(34.0, 135.0 + i * STEP) for i in range(len(places) + 1)]
    network = network_of(spots, [(i, i + 1, BOTH) for i in range(len(places))], [0.0] * len(places))
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    targets = [routing.Target(f"T{i}", 34.0, 135.0 + (i + 0.5) * STEP) for i in range(len(places))]
    field = routing.Field.build(walking, targets, routing.Overlay(network))
    west = int(np.argmin(network.node_lon))
    return (
        Passages.of(field),
        Crowd(np.full(people, west, np.int32), np.zeros(people, np.int64)),
        np.array(places),
    )


def test_no_target_takes_in_more_than_its_places_while_others_have_room() -> None:
    passages, crowd, places = row_of_targets([10, 25, 30, 500], 70)
    seen = replay(passages, crowd, plan_flow(passages, crowd, places=places))
    assert seen.over(places) == 0
    assert seen.loads(4).sum() == 70


def test_where_places_are_too_few_everybody_is_still_led_somewhere() -> None:
    passages, crowd, places = row_of_targets([10, 25], 70)
    seen = replay(passages, crowd, plan_flow(passages, crowd, places=places))
    assert seen.stranded == 0
    assert seen.over(places) == 35
    assert (seen.loads(2) >= places).all()


def test_the_same_people_get_the_same_plan() -> None:
    passages, crowd, places = row_of_targets([10, 25, 500], 70)
    one, other = (plan_flow(passages, crowd, places=places) for _ in range(2))
    assert np.array_equal(one.tree, other.tree)
    assert np.array_equal(one.next_edge, other.next_edge)


def test_progress_is_told_round_by_round() -> None:
    passages, crowd, places = row_of_targets([10, 25], 5)
    told: list[tuple[int, int]] = []
    plan_flow(passages, crowd, places=places, rounds=4, progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_nobody_at_all_is_planned_for_too() -> None:
    passages, crowd, places = row_of_targets([10], 0)
    plan = plan_flow(passages, crowd, places=places)
    assert len(plan.tree) == 0
    assert np.isnan(replay(passages, crowd, plan).clearance_s)
