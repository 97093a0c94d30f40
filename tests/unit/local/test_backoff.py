"""How long a dead child waits."""

from hypothesis import given
from hypothesis import strategies as st

from services.local.backoff import FORGIVEN_AFTER_S, LONGEST_S, BackOff


def test_each_death_in_a_row_doubles_the_pause() -> None:
    backoff = BackOff()
    assert [backoff.pause_s(ran_s=1) for _ in range(7)] == [0.5, 1, 2, 4, 8, 15, 15]


def test_a_long_life_is_forgiven() -> None:
    backoff = BackOff(deaths_in_a_row=6)
    assert backoff.pause_s(ran_s=FORGIVEN_AFTER_S) == 0.5


@given(st.lists(st.floats(min_value=0, max_value=1e6), max_size=2000))
def test_nobody_waits_longer_than_the_longest_pause(lives: list[float]) -> None:
    backoff = BackOff()
    assert all(0 < backoff.pause_s(ran_s=life) <= LONGEST_S for life in lives)
