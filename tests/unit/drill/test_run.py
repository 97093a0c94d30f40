"""The drill's thread: it tells its end and its failure, and stops when told to, whatever it waits for."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from routing.errors import RoutingError
from services.drill.run import DrillPlan, DrillThread
from services.local.ports import free_port
from services.local.wait import wait_until
from streams.clock import ScenarioClock, SystemClock


@pytest.fixture
def plan(area: Path) -> DrillPlan:
    nobody = f"http://127.0.0.1:{free_port()}"
    return DrillPlan(
        area=area,
        clock=ScenarioClock(1_788_238_800_000, SystemClock().now_ms(), 60),
        ingest=nobody,
        gateway=nobody,
        partner_key="x",
    )


def test_it_waits_for_a_gateway_that_is_away_and_can_be_stopped_meanwhile(plan: DrillPlan) -> None:
    said: list[str] = []
    drill = DrillThread(plan, on_progress=lambda _: None, say=said.append)
    drill.start()
    assert wait_until(lambda: len(said) >= 2, timeout_s=20)
    assert "trying again" in said[0]
    began = time.monotonic()
    drill.stop()
    drill.wait()
    assert time.monotonic() - began < 3


def test_its_failure_reaches_whoever_waits(plan: DrillPlan, tmp_path: Path) -> None:
    drill = DrillThread(replace(plan, area=tmp_path), on_progress=lambda _: None, say=lambda _: None)
    drill.start()
    with pytest.raises((RoutingError, OSError)):
        drill.wait()


def test_stopping_before_it_began_is_harmless(plan: DrillPlan) -> None:
    DrillThread(plan, on_progress=lambda _: None, say=lambda _: None).stop()
