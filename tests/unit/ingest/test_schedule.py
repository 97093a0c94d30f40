"""When a source is asked next: never sooner than its publisher allows, never later than it must be."""

import random
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.schedule import JITTER, LONGEST_S, MOST_ALLOWED_S, Schedule, read_allowed_s

NOW_S = 1_764_000_000.0
INTERVALS = st.integers(10, 86_400)
ROUNDS = st.lists(st.tuples(st.booleans(), st.floats(0, 200_000)), min_size=1, max_size=40)


def schedule(interval_s: float, seed: int = 1) -> Schedule:
    return Schedule(interval_s, random.Random(seed))


@given(INTERVALS, ROUNDS, st.integers(0, 2**32))
def test_the_wait_is_never_shorter_than_allowed_and_never_longer_than_needed(
    interval_s: int, rounds: list[tuple[bool, float]], seed: int
) -> None:
    plan = schedule(interval_s, seed)
    for failed, allowed_s in rounds:
        wait_s = plan.wait_s(failed=failed, allowed_s=allowed_s)
        assert wait_s >= interval_s
        assert wait_s >= min(allowed_s, MOST_ALLOWED_S)
        longest = max(interval_s, min(allowed_s, MOST_ALLOWED_S), LONGEST_S if failed else 0)
        assert wait_s <= longest * (1 + JITTER)


@given(st.integers(10, 400), st.integers(1, 60))
def test_each_failure_doubles_the_wait_to_a_bound_and_one_good_answer_ends_it(
    interval_s: int, count: int
) -> None:
    plan = schedule(interval_s)
    waits = [plan.wait_s(failed=True) for _ in range(count)]
    least = [max(interval_s, min(interval_s * 2.0 ** (n + 1), LONGEST_S)) for n in range(count)]
    assert all(low <= wait <= low * (1 + JITTER) for low, wait in zip(least, waits, strict=True))
    assert plan.wait_s(failed=False) <= interval_s * (1 + JITTER)


def test_towns_do_not_ask_in_the_same_second() -> None:
    waits = [schedule(60, seed).wait_s(failed=False) for seed in range(50)]
    assert len({round(wait) for wait in waits}) > 4


@pytest.mark.parametrize(
    ("status", "headers", "allowed_s"),
    [
        (200, {}, 0),
        (200, {"cache-control": "public, max-age=120"}, 120),
        (200, {"cache-control": "max-age=120", "age": "50"}, 70),
        (200, {"cache-control": "max-age=120, no-cache"}, 0),
        (304, {"cache-control": 'max-age="30"'}, 30),
        (200, {"cache-control": "s-maxage=600"}, 0),
        (503, {"retry-after": "900"}, 900),
        (429, {"retry-after": formatdate(NOW_S + 90, usegmt=True)}, 90),
        (429, {"retry-after": formatdate(NOW_S - 90, usegmt=True)}, 0),
        (503, {"retry-after": "soon"}, 0),
        (503, {"cache-control": "max-age=120"}, 0),
        (503, {"retry-after": "９"}, 0),
    ],
)
def test_a_publisher_is_taken_at_its_word(status: int, headers: dict[str, str], allowed_s: float) -> None:
    assert read_allowed_s(status, headers, now_s=NOW_S) == pytest.approx(allowed_s, abs=1)


@given(st.integers(100, 599), st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_no_header_breaks_it(status: int, retry: str, control: str, age: str) -> None:
    headers = {"retry-after": retry, "cache-control": control, "age": age}
    assert read_allowed_s(status, headers, now_s=NOW_S) >= 0
