"""Time is given, never taken."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.clock import ManualClock, ScenarioClock, SystemClock, parse_clock


@given(st.integers(0, 10**9), st.floats(0.1, 60))
def test_a_scenario_runs_as_many_times_as_fast_as_the_wall(passed_ms: int, speed: float) -> None:
    clock = ScenarioClock(1_000, 50, speed, ManualClock(50 + passed_ms))
    assert clock.now_ms() == pytest.approx(1_000 + passed_ms * speed, abs=1)


def test_waiting_for_a_scenario_moment_takes_its_share_of_wall_time_and_never_less_than_none() -> None:
    wall = ManualClock(0)
    clock = ScenarioClock(0, 0, 60, wall)
    assert clock.wall_seconds_until(120_000) == pytest.approx(2)
    wall.advance(5)
    assert clock.wall_seconds_until(120_000) == 0


def test_two_processes_with_the_same_numbers_agree() -> None:
    wall = ManualClock(77_000)
    assert ScenarioClock(5, 7, 3, wall).now_ms() == ScenarioClock(5, 7, 3, wall).now_ms()


def test_the_system_clock_is_the_machines() -> None:
    before = time.time() * 1000
    assert before - 1 <= SystemClock().now_ms() <= time.time() * 1000 + 1


def test_what_the_launcher_hands_over_is_understood() -> None:
    assert isinstance(parse_clock("system"), SystemClock)
    clock = parse_clock("scenario:10:20:1.5")
    assert isinstance(clock, ScenarioClock)
    assert (clock.scenario_start_ms, clock.wall_start_ms, clock.speed) == (10, 20, 1.5)


@pytest.mark.parametrize(
    "text", ["", "utc", "scenario", "scenario:1:2", "scenario:1:2:3:4", "scenario:a:2:3"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"clock|invalid literal"):
        parse_clock(text)
