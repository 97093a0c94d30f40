"""The judge of plans: persons walk and queue exactly as a slow replay of each edge says, and nobody is lost."""

from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import routing
from routing.errors import RoutingError
from routing.flow import plan_nearest
from routing.queues import STAIRS_M, Crowd, Passages, Plan, persons_per_s, replay
from tests.unit.routing.oracles import BOTH, STEP, fields, network_of

RATES = (0.05, 0.4, 1.3, 5.2)


@st.composite
def crowds(draw: st.DrawFn) -> tuple[Passages, Crowd]:
    """Passages of any width, and up to 25 persons who set out within two minutes."""
    passages = Passages.of(draw(fields()))
    count = len(passages.head)
    rate = np.array(draw(st.lists(st.sampled_from(RATES), min_size=count, max_size=count)), float)
    person = st.tuples(st.integers(0, passages.first_target - 1), st.integers(0, 1200))
    persons = draw(st.lists(person, min_size=1, max_size=25))
    node, ready = np.array(persons, np.int64).T
    return replace(passages, rate=rate), Crowd(node.astype(np.int32), ready)


def arrivals_by_edges(passages: Passages, crowd: Crowd, plan: Plan) -> dict[int, int]:
    """Milliseconds of each person's arrival on a plan of one forest: edge after edge, those behind it before it."""
    next_edge = plan.next_edge[0]
    waiting: dict[int, list[tuple[int, int]]] = {}
    for person, (node, ready) in enumerate(zip(crowd.node.tolist(), crowd.ready_ds.tolist(), strict=True)):
        if plan.tree[person] >= 0:
            waiting.setdefault(node, []).append((ready * 100, person))
    behind = dict.fromkeys(range(passages.node_count), 0)
    for edge in next_edge[next_edge >= 0].tolist():
        behind[int(passages.head[edge])] += 1
    arrived: dict[int, int] = {}
    ready_nodes = [v for v, count in behind.items() if count == 0]
    while ready_nodes:
        node = ready_nodes.pop()
        edge, last = int(next_edge[node]), -np.inf
        if edge < 0:
            arrived |= {person: at for at, person in waiting.get(node, [])}
            continue
        head = int(passages.head[edge])
        for at, person in sorted(waiting.get(node, [])):
            last = max(float(at + 100 * int(passages.time[edge])), last + 1000 / passages.rate[edge])
            waiting.setdefault(head, []).append((int(np.ceil(last)), person))
        behind[head] -= 1
        if behind[head] == 0:
            ready_nodes.append(head)
    return arrived


@settings(max_examples=150, deadline=None)
@given(crowds())
def test_everybody_arrives_when_the_slow_replay_says(case: tuple[Passages, Crowd]) -> None:
    passages, crowd = case
    plan = plan_nearest(passages, crowd)
    seen = replay(passages, crowd, plan)
    expected = arrivals_by_edges(passages, crowd, plan)
    told = {i: round(s * 1000) for i, s in enumerate(seen.arrived_s.tolist()) if np.isfinite(s)}
    assert told == expected
    assert seen.stranded == len(crowd) - len(expected)


@settings(max_examples=100, deadline=None)
@given(crowds())
def test_nobody_is_lost_and_nobody_overtakes_their_own_walking_time(case: tuple[Passages, Crowd]) -> None:
    passages, crowd = case
    seen = replay(passages, crowd, plan_nearest(passages, crowd))
    came = np.isfinite(seen.arrived_s)
    assert np.array_equal(came, seen.target >= 0)
    assert seen.loads(passages.target_count).sum() == came.sum() == len(crowd) - seen.stranded
    doors = passages.head >= passages.first_target
    assert seen.used[doors].sum() == came.sum()
    assert (seen.waited_s[came] >= 0).all()
    assert (seen.trip_s[came] >= seen.waited_s[came]).all()
    into = np.bincount(passages.head, weights=seen.used, minlength=passages.node_count)
    out = np.bincount(passages.tail, weights=seen.used, minlength=passages.node_count)
    start = np.bincount(crowd.node[came], minlength=passages.node_count)
    inner = slice(0, passages.first_target)
    assert np.array_equal((into + start)[inner], out[inner])


def corridor(way: routing.Way = BOTH) -> routing.Field:
    """One street of some 46 m, with a target at its eastern end."""
    network = network_of([(34.0, 135.0), (34.0, 135.0 + STEP)], [(0, 1, way)], [0.0])
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    target = routing.Target("T", 34.0, 135.0 + STEP)
    return routing.Field.build(walking, [target], routing.Overlay(network))


def test_a_queue_lets_through_as_many_a_second_as_the_way_is_wide() -> None:
    field = corridor()
    passages = Passages.of(field)
    west = int(np.argmin(field.network.node_lon))
    crowd = Crowd(np.full(131, west, np.int32), np.zeros(131, np.int64))
    seen = replay(passages, crowd, plan_nearest(passages, crowd))
    one = Crowd(crowd.node[:1], crowd.ready_ds[:1])
    alone = replay(passages, one, plan_nearest(passages, one))
    assert alone.clearance_s == pytest.approx(field.dist[west] / 10, abs=0.2)
    rate = passages.rate[(passages.tail == west) & (passages.head >= passages.first_target)]
    assert seen.clearance_s - alone.clearance_s == pytest.approx(130 / rate.max(), abs=0.2)


def test_stairs_are_narrower_and_slower_than_streets() -> None:
    level, stairs = (persons_per_s(corridor(way).network)[0] for way in (BOTH, BOTH | routing.Way.STEPS))
    assert stairs == STAIRS_M
    assert stairs < level


def test_over_capacity_is_counted_by_person() -> None:
    field = corridor()
    passages = Passages.of(field)
    crowd = Crowd(np.zeros(7, np.int32), np.zeros(7, np.int64))
    seen = replay(passages, crowd, plan_nearest(passages, crowd))
    assert seen.over([5]) == 2
    assert seen.over([7]) == 0


def test_who_is_ready_later_arrives_later() -> None:
    passages = Passages.of(corridor())
    crowd = Crowd(np.zeros(2, np.int32), np.array([0, 9000]))
    seen = replay(passages, crowd, plan_nearest(passages, crowd))
    assert seen.arrived_s[1] - seen.arrived_s[0] == pytest.approx(900)
    assert seen.trip_s[1] == seen.trip_s[0]


def test_more_persons_than_can_be_told_apart_are_refused() -> None:
    passages = Passages.of(corridor())
    many = np.broadcast_to(np.int32(0), 1 << 24)
    with pytest.raises(RoutingError, match="16,777,216 persons"):
        replay(passages, Crowd(many, np.zeros(1, np.int64)), Plan(np.zeros((1, 1), np.int32), many))
