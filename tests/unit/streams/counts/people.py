"""Made-up people who walk about a made-up town for an evening and a night, and what is shown of them: for the attacks."""

import sys
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from streams.counts.hold import HIDDEN, hold
from streams.counts.noise import CellKeys
from streams.sharing.counts import CountRules

Grid = npt.NDArray[np.int64]

SIDE, BLOCK = 24, 3
"""The town is square; its cells are in blocks of nine, in place of H3's parents of seven."""
MINUTES = 360
NIGHT_FROM = 240
FEWER_THAN = 10


@dataclass(frozen=True)
class Town:
    """Where everybody is in each minute: cell[minutes, people]; and each one's record key, uint64[people]."""

    cell: Grid
    key: npt.NDArray[np.uint64]

    def counts(self, place: Grid, places: int) -> Grid:
        """People per minute and place, when a cell belongs to `place[cell]`."""
        return np.array([np.bincount(place[row], minlength=places) for row in self.cell])

    def key_sums(self, place: Grid, places: int) -> npt.NDArray[np.uint64]:
        """The sum of their keys modulo 2^64, likewise."""
        sums = np.zeros((len(self.cell), places), np.uint64)
        for minute, row in enumerate(self.cell):
            np.add.at(sums[minute], place[row], self.key)
        return sums


CELLS = np.arange(SIDE * SIDE)
BLOCKS = (CELLS // SIDE) // BLOCK * (SIDE // BLOCK) + (CELLS % SIDE) // BLOCK


def make_town(seed: int, people: int = 5_000) -> Town:
    """Homes in clusters; walks of one cell in four minutes to somewhere near and back; hardly any at night."""
    dice = np.random.default_rng(seed)
    centres = dice.uniform(3, SIDE - 3, (24, 2))
    spread = dice.normal(0, 1.6, (people, 2))
    home = np.clip(centres[dice.integers(0, len(centres), people)] + spread, 0, SIDE - 1).astype(np.int64)
    at, goal = home.copy(), home.copy()
    leaves = dice.exponential(150, people)
    rows = []
    for minute in range(MINUTES):
        starts = (leaves <= minute) & (at == goal).all(axis=1)
        away = (at != home).any(axis=1)
        near = np.clip(home + dice.integers(-4, 5, (people, 2)), 0, SIDE - 1)
        goal[starts & away] = home[starts & away]
        goal[starts & ~away] = near[starts & ~away]
        rest = dice.exponential(150 if minute < NIGHT_FROM else 1_500, people)
        leaves[starts] = minute + rest[starts]
        if minute % 4 == 0:
            step = np.sign(goal - at)
            step[step[:, 0] != 0, 1] = 0  # one side at a time
            at += step
        rows.append(at[:, 0] * SIDE + at[:, 1])
    return Town(np.array(rows), dice.integers(0, 2**64, people, dtype=np.uint64))


def show_threshold(counts: Grid) -> Grid:
    """The rule that is not enough: the exact number from ten up."""
    return np.where(counts >= FEWER_THAN, counts, HIDDEN)


def show(
    counts: Grid, key_sums: npt.NDArray[np.uint64], rules: CountRules, *, secret: bytes = bytes(32)
) -> Grid:
    """What is shown in each minute by cell key and hold."""
    keys = CellKeys(secret, bound=rules.bound, spread=rules.spread)
    shown = np.full(counts.shape[1], HIDDEN)
    rows = []
    for now, sums in zip(counts, key_sums, strict=True):
        shown = hold(shown, keys.draw(now, sums.tolist()), rules, fewer_than=FEWER_THAN)
        rows.append(shown)
    return np.array(rows)


def say(gain: str) -> None:
    """Prints what an attack gained; `pytest -s` shows it."""
    sys.stdout.write(f"{gain}\n")
