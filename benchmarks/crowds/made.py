"""People around a city who report one after the other: some stay, some walk about their homes. The same for the same seed."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from streams.codec import PositionColumns
from streams.topics import POSITION_PARTITIONS

START_MS = 1_790_000_000_000
MIDDLE = (34.7, 135.5)
CITY = (0.07, 0.11)
"""Standard deviation in degrees: 32,000 cells with anybody in them, for a million people."""
REGION = (0.15, 0.2)
"""100,000 cells."""
MOVED, REACH = 0.36, (0.0031, 0.0048)
"""Share that goes elsewhere between two reports, and how far from home in degrees at most: 350 m each way."""


@dataclass
class Walkers:
    """`devices` people; each partition's report in turn."""

    devices: int
    spread: tuple[float, float] = CITY
    seed: int = 1
    _random: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self._random = random = np.random.default_rng(self.seed)
        self.device = random.integers(1, 2**63, self.devices, dtype=np.uint64)
        self._home = [random.normal(m, s, self.devices) for m, s in zip(MIDDLE, self.spread, strict=True)]
        self._lat, self._lon = (column.copy() for column in self._home)
        partition = self.device % np.uint64(POSITION_PARTITIONS)
        self._members = [np.flatnonzero(partition == number) for number in range(POSITION_PARTITIONS)]
        self._next = [0] * POSITION_PARTITIONS

    def report(self, partition: int, size: int, now_ms: int) -> PositionColumns:
        """The next `size` people of a partition, as the gateway would have taken them at `now_ms`."""
        who = self._whose_turn(partition, size)
        moved = who[self._random.random(size) < MOVED]
        self._lat[moved] = self._home[0][moved] + self._random.uniform(-REACH[0], REACH[0], len(moved))
        self._lon[moved] = self._home[1][moved] + self._random.uniform(-REACH[1], REACH[1], len(moved))
        at_ms = now_ms - self._random.integers(0, 2_000, size)
        return PositionColumns(
            self.device[who], at_ms, self._lat[who].astype("f4"), self._lon[who].astype("f4"), now_ms
        )

    def _whose_turn(self, partition: int, size: int) -> npt.NDArray[np.intp]:
        members, first = self._members[partition], self._next[partition]
        self._next[partition] = (first + size) % len(members)
        return members[np.arange(first, first + size) % len(members)]
