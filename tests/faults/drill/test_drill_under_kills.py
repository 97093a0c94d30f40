"""The whole system during a drill, its processes and its broker killed on the way: the end state equals the oracle's."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.drill.city import City
from services.drill.drill import Drill
from services.drill.oracle import EndState, Oracle
from services.drill.people import make_people
from services.drill.player import Player, Progress
from services.drill.scenario import make_scenario
from services.drill.sender import Sender, make_client
from services.local.plan import Plan, read_secrets
from services.local.ports import free_base
from services.local.supervisor import Supervisor
from streams.broker import Record
from streams.broker_kafka import KafkaBroker
from streams.clock import ScenarioClock, SystemClock
from streams.codec import decode
from streams.events.alerts import HazardState
from streams.events.cells import CellCount
from streams.events.closures import ClosureState
from streams.events.shelters import ShelterState
from streams.topics import CELLS, CLOSURES, HAZARDS, SHELTERS, Topic
from streams.world import World

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]
START_MS = 1_788_238_800_000
SPEED = 40.0
"""Positions wait while the broker is away, 10 s, and 16 on a busy machine; the gateway refuses them after 14 scenario minutes, 21 s here."""
FIRST_EVENTS = 13
"""The script up to the major tsunami warning: 66 of its 120 minutes, a hundred seconds here."""
KILLS = {
    14: ("worker", "counts"),
    27: ("crowd", "gateway"),
    39: ("kafka",),
    55: ("ingest", "worker", "counts"),
}
"""Scenario minute -> who gets SIGKILL."""
SETTLE_S = 90
STATES: dict[Topic, type[Any]] = {
    HAZARDS: HazardState,
    SHELTERS: ShelterState,
    CLOSURES: ClosureState,
    CELLS: CellCount,
}


@pytest.fixture
def clock() -> ScenarioClock:
    return ScenarioClock(START_MS, SystemClock().now_ms(), SPEED)


@pytest.fixture
def supervisor(made_up_city: Path, tmp_path: Path, clock: ScenarioClock) -> Iterator[Supervisor]:
    plan = Plan(
        state=tmp_path,
        area=made_up_city,
        port_base=free_base(),
        clock=f"scenario:{clock.scenario_start_ms}:{clock.wall_start_ms}:{clock.speed}",
    )
    supervisor = Supervisor(plan)
    supervisor.start()
    yield supervisor
    supervisor.stop()


class Killer:
    """Kills at the scenario's minutes, whatever is being sent just then."""

    def __init__(self, kill: Callable[[str], None]) -> None:
        self._kill = kill
        self._start_ms = 0
        self.killed: list[str] = []
        self._left = dict(KILLS)

    def __call__(self, progress: Progress) -> None:
        self._start_ms = self._start_ms or progress.at_ms
        for minute in [m for m in self._left if progress.at_ms >= self._start_ms + m * 60_000]:
            for name in self._left.pop(minute):
                self._kill(name)
                self.killed.append(name)


async def test_the_end_state_equals_the_oracle_though_everybody_was_killed_on_the_way(
    supervisor: Supervisor, clock: ScenarioClock
) -> None:
    plan = supervisor.plan
    city = City.load(plan.area)
    people = make_people(city, count=2_000)
    oracle, killer = Oracle(city, len(people)), Killer(supervisor.kill)
    waits: list[str] = []
    async with make_client(read_secrets(plan.state)["MIO_PARTNER_KEY"]) as client:
        sender = Sender(client, plan.url("ingest"), plan.url("gateway"), waits.append)
        devices = await sender.register(int(people.consents.sum()))
        whole = make_scenario(city, start_ms=clock.now_ms())
        drill = Drill(city, replace(whole, events=whole.events[:FIRST_EVENTS]), people)
        await Player(drill, clock, sender, devices, killer, oracle).play()
    assert sorted(killer.killed) == sorted(name for names in KILLS.values() for name in names)
    assert waits
    assert sender.refused.total() == 0
    expected = as_state(oracle.end_state())
    held = await settle(supervisor.kafka, expected)
    assert held == expected


def as_state(end: EndState) -> dict[str, Any]:
    """The oracle's end in the form that the state topics are read in."""
    return {
        HAZARDS.name: end.hazards,
        SHELTERS.name: end.shelters,
        CLOSURES.name: end.closures,
        CELLS.name: end.people,
    }


async def settle(bootstrap: str, expected: dict[str, Any]) -> dict[str, Any]:
    """What the state topics hold once they hold what is expected, or when the patience is over."""
    rows: dict[str, dict[Any, Any]] = {topic.name: {} for topic in STATES}
    broker = KafkaBroker(bootstrap, World.DRILL, SystemClock())
    for topic, kind in STATES.items():
        await broker.follow(topic, partial(apply, rows[topic.name], kind))
    deadline = asyncio.get_running_loop().time() + SETTLE_S
    while rows != expected and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.5)
    await broker.close()
    return rows


def apply(rows: dict[Any, Any], kind: type[Any], records: list[Record]) -> None:
    for record in records:
        state = decode(record.value, kind) if record.value is not None else None
        if kind is CellCount:
            if state is None or not state.count:
                rows.pop(int(record.key, 16), None)
            else:
                rows[state.cell] = state.count
        elif state is None:
            rows.pop(record.key.decode(), None)
        else:
            rows[record.key.decode()] = state
