"""Time, injected. Nothing else in the product asks the machine what time it is."""

import time
from dataclasses import dataclass, field
from typing import Protocol


class Clock(Protocol):
    """What time it is in the world a process lives in."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class ScenarioClock:
    """A drill's clock: starts at `scenario_start_ms` when the wall shows `wall_start_ms`, runs `speed` times as fast.

    All processes of one drill are given the same three numbers, so they agree without talking.
    """

    scenario_start_ms: int
    wall_start_ms: int
    speed: float
    wall: Clock = field(default_factory=SystemClock)

    def now_ms(self) -> int:
        return self.scenario_start_ms + int((self.wall.now_ms() - self.wall_start_ms) * self.speed)

    def wall_seconds_until(self, scenario_ms: int) -> float:
        """Seconds on the wall until the scenario reaches `scenario_ms`; zero when it has passed."""
        return max(0.0, (scenario_ms - self.now_ms()) / 1000 / self.speed)


@dataclass
class ManualClock:
    """A clock that moves only when told to; for tests of folds and expiries."""

    at_ms: int = 0

    def now_ms(self) -> int:
        return self.at_ms

    def advance(self, seconds: float) -> None:
        """Moves the clock forward."""
        self.at_ms += int(seconds * 1000)


def parse_clock(text: str) -> Clock:
    """`system`, or `scenario:<start ms>:<wall start ms>:<speed>` as the launcher hands it to its children.

    Raises:
        ValueError: with the expected form, when the text is neither.
    """
    if text == "system":
        return SystemClock()
    kind, *parts = text.split(":")
    if kind == "scenario" and len(parts) == 3:
        return ScenarioClock(int(parts[0]), int(parts[1]), float(parts[2]))
    raise ValueError(f"clock {text!r}: expected 'system' or 'scenario:<start ms>:<wall start ms>:<speed>'")
