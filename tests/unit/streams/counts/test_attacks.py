"""Four attacks on the counts that staff are shown, on simulated people; each prints what it gains (`pytest -s`).

Beside each the rule that is not enough: the exact number from ten up.
"""

from collections.abc import Sequence

import numpy as np
import pytest

from streams.counts.hold import HIDDEN, hold
from streams.sharing.counts import CountRules
from tests.unit.streams.counts.people import (
    BLOCKS,
    CELLS,
    FEWER_THAN,
    MINUTES,
    NIGHT_FROM,
    SIDE,
    Grid,
    Town,
    make_town,
    say,
    show,
    show_threshold,
)  # fmt: skip

RULES = CountRules()
NOISE = np.arange(-RULES.bound, RULES.bound + 1)
HOUR = 60


@pytest.fixture(scope="module")
def town() -> Town:
    return make_town(seed=11)


@pytest.fixture(scope="module")
def counts(town: Town) -> Grid:
    return town.counts(CELLS, len(CELLS))


@pytest.fixture(scope="module")
def shown(town: Town, counts: Grid) -> Grid:
    return show(counts, town.key_sums(CELLS, len(CELLS)), RULES)


def test_no_area_with_fewer_than_six_people_is_ever_a_number_and_figures_are_near_the_truth(
    counts: Grid, shown: Grid
) -> None:
    told = shown != HIDDEN
    assert told.sum() > 5_000
    assert counts[told].min() >= FEWER_THAN - RULES.bound
    error = np.abs(shown - counts)[told]
    hidden = 1 - told[counts >= FEWER_THAN].mean()
    say(
        f"in truth: mean error {error.mean():.2f}, largest {error.max()}; hidden though ten or more {hidden:.1%}"
    )
    assert error.max() <= RULES.hold + RULES.bound
    assert error.mean() < RULES.bound


def subtract(parents: Grid, children: Grid, counts: Grid) -> tuple[int, int]:
    """(guesses, right ones) of the only hidden cell of a block: the block's figure minus those of the others."""
    guesses = right = 0
    for minute in range(0, MINUTES, 3):
        hidden = children[minute] == HIDDEN
        blocks = np.bincount(BLOCKS[hidden], minlength=len(parents[0]))
        known = np.bincount(BLOCKS, np.where(hidden, 0, children[minute])).astype(int)
        for cell in np.flatnonzero(hidden & (blocks[BLOCKS] == 1)):
            block = BLOCKS[cell]
            if counts[minute, cell] and parents[minute, block] != HIDDEN:
                guess = np.clip(parents[minute, block] - known[block], 1, FEWER_THAN - 1)
                guesses, right = guesses + 1, right + int(guess == counts[minute, cell])
    return guesses, right


def test_parent_minus_children_gains_next_to_nothing(town: Town, counts: Grid, shown: Grid) -> None:
    blocks = int(BLOCKS.max()) + 1
    whole = town.counts(BLOCKS, blocks)
    asked, exact = subtract(show_threshold(whole), show_threshold(counts), counts)
    protected = show(whole, town.key_sums(BLOCKS, blocks), RULES)
    guesses, right = subtract(protected, shown, counts)
    say(
        f"parent minus children: right {right / guesses:.0%} of {guesses}; by a threshold {exact / asked:.0%} of {asked}"
    )
    assert exact == asked
    assert right / guesses < 0.3, "guessing the commonest of nine numbers is about as good"


def is_there(shown: Grid, others: Grid, groups: Sequence[int]) -> float:
    """Log-odds that one more person is in a cell, for whoever knows all others and all figures: the law of the rule itself."""
    odds, seen = 0.0, set[int]()
    for before, now, known, group in zip(shown[:-1], shown[1:], others[1:], groups[1:], strict=True):
        if group in seen and before == now:
            continue  # the same group draws the same noise: nothing new
        seen.add(group)
        chances = [
            (
                hold(np.full(len(NOISE), before), known + more + NOISE, RULES, fewer_than=FEWER_THAN) == now
            ).mean()
            for more in (0, 1)
        ]
        if 0 in chances:
            return float("inf") if chances[1] else float("-inf")
        odds += float(np.log(chances[1] / chances[0]))
    return odds


def test_all_but_one_takes_hours_of_knowing_everybody_else(town: Town, counts: Grid, shown: Grid) -> None:
    sums = town.key_sums(CELLS, len(CELLS))
    steady = np.flatnonzero((counts.min(axis=0) >= 12) & (counts.max(axis=0) <= 60))
    rates = {}
    for hours in (1, 6):
        found = 0.0
        for number, cell in enumerate(steady):
            inside = number % 2  # of half of the cells the target is one, of the others not
            span = slice(0, hours * HOUR)
            odds = is_there(shown[span, cell], counts[span, cell] - inside, sums[span, cell].tolist())
            found += 0.5 if odds == 0 else float((odds > 0) == bool(inside))
        rates[hours] = found / len(steady)
    say(
        f"all but one: right {rates[1]:.0%} after 1 h, {rates[6]:.0%} after 6 h ({len(steady)} cells; 50 % is a guess)"
    )
    assert len(steady) >= 20
    assert rates[1] < 0.85


def test_averaging_finds_no_truth(town: Town, counts: Grid, shown: Grid) -> None:
    steady = np.flatnonzero((counts.min(axis=0) >= 14) & (shown.min(axis=0) != HIDDEN))
    hour = np.abs((shown[-HOUR:, steady] - counts[-HOUR:, steady]).mean(axis=0)).mean()
    whole = np.abs((shown[:, steady] - counts[:, steady]).mean(axis=0)).mean()
    say(f"averaging: error of the average {hour:.2f} after 1 h, {whole:.2f} after 6 h; of a threshold's 0")
    assert hour > 1.5
    assert whole > 0.5
    asleep = np.flatnonzero((np.diff(town.cell, axis=0) == 0).all(axis=0))
    group = asleep[:30]
    still = show(np.full((MINUTES, 1), len(group)), np.full((MINUTES, 1), town.key[group].sum()), RULES)
    assert len(np.unique(still)) == 1, "a group that sleeps is one figure all night"


def moves_seen(shown: Grid, town: Town, counts: Grid) -> tuple[int, int]:
    """(moves of one person alone at night between two cells of which one is shown, those that both figures betray)."""
    moves = seen = 0
    for minute in range(NIGHT_FROM, MINUTES - 1):
        changed = counts[minute + 1] - counts[minute]
        for person in np.flatnonzero(town.cell[minute] != town.cell[minute + 1]):
            a, b = town.cell[minute, person], town.cell[minute + 1, person]
            if abs(changed[a]) == abs(changed[b]) == 1:
                moves += 1
                seen += int(
                    shown[minute, a] != shown[minute + 1, a] and shown[minute, b] != shown[minute + 1, b]
                )
    return moves, seen


def test_a_lone_walker_at_night_is_not_followed(town: Town, counts: Grid, shown: Grid) -> None:
    moves, exact = moves_seen(show_threshold(counts), town, counts)
    _, seen = moves_seen(shown, town, counts)
    say(
        f"lone walker: {seen / moves:.1%} of {moves} moves betray themselves; by a threshold {exact / moves:.1%}"
    )
    assert exact > 10 * max(seen, 1)
    alone = np.zeros((SIDE, SIDE * SIDE), np.int64)
    alone[np.arange(SIDE), np.arange(SIDE)] = 1
    keys = alone.astype(np.uint64) * town.key[0]
    assert (show(alone, keys, RULES) == HIDDEN).all(), "through empty streets there is nothing to see"
