"""The noise of cell keys: unbiased, bounded, the same for the same group, and unknowable without the secret."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.counts.noise import CellKeys, noise_law

SECRET = bytes(32)
RULES = [(4, None), (2, None), (8, None), (8, 8.0)]
key_sums = st.integers(0, 2**64 - 1)


@pytest.mark.parametrize(("bound", "spread"), RULES)
def test_the_law_is_unbiased_within_its_bound_and_never_below_nobody(
    bound: int, spread: float | None
) -> None:
    noise = np.arange(-bound, bound + 1)
    for count in range(bound + 3):
        law = noise_law(count, bound=bound, spread=spread)
        assert law.sum() == pytest.approx(1)
        assert law @ noise == pytest.approx(0, abs=1e-9)
        assert not law[noise < -count].any()


def test_away_from_nobody_the_law_of_most_entropy_is_the_even_one() -> None:
    assert noise_law(4, bound=4) == pytest.approx(np.full(9, 1 / 9))
    assert noise_law(4000, bound=4) == pytest.approx(np.full(9, 1 / 9))


def test_near_nobody_the_law_falls_off_by_the_same_factor_at_each_step() -> None:
    law = noise_law(1, bound=4)[3:]
    steps = law[1:] / law[:-1]
    assert steps == pytest.approx(np.full(5, steps[0]))
    assert steps[0] < 1


def test_a_spread_that_is_asked_for_is_what_comes() -> None:
    noise = np.arange(-8, 9)
    assert noise_law(30, bound=8, spread=8.0) @ noise**2 == pytest.approx(8)
    assert noise_law(1, bound=8, spread=8.0) @ noise**2 < 8, "one person allows no more"


def test_nobody_stays_nobody() -> None:
    keys = CellKeys(SECRET, bound=4)
    assert keys.draw(np.zeros(500, np.int64), list(range(500))).tolist() == [0] * 500


@given(st.lists(st.tuples(st.integers(0, 1000), key_sums), min_size=1, max_size=20))
def test_what_is_drawn_lies_within_the_bound_and_does_not_depend_on_company(
    rows: list[tuple[int, int]],
) -> None:
    keys = CellKeys(SECRET, bound=4)
    counts, sums = np.array([c for c, _ in rows], np.int64), [s for _, s in rows]
    drawn = keys.draw(counts, sums)
    assert (np.abs(drawn - counts) <= 4).all()
    assert (drawn >= 0).all()
    alone = [int(keys.draw(counts[i : i + 1], sums[i : i + 1])[0]) for i in range(len(rows))]
    assert drawn.tolist() == alone


def test_many_groups_draw_every_noise_alike_often() -> None:
    drawn = CellKeys(SECRET, bound=4).draw(np.full(18_000, 50, np.int64), list(range(18_000)))
    found = np.bincount(drawn - 46, minlength=9)
    # nine kinds, 2,000 each expected: six standard deviations are 253
    assert np.abs(found - 2_000).max() < 253


def test_another_secret_draws_otherwise_and_the_same_one_alike() -> None:
    counts, sums = np.full(200, 50, np.int64), list(range(200))
    first = CellKeys(SECRET, bound=4).draw(counts, sums)
    assert (first == CellKeys(SECRET, bound=4).draw(counts, sums)).all()
    other = CellKeys(b"other" * 6, bound=4).draw(counts, sums)
    assert (first == other).mean() < 0.3
