"""One event through an agent without Faust: folded, or a dead letter with its reason; never an exception of the event's making."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cells import Gazetteer
from streams.codec import decode, encode
from streams.events.base import Action, Status
from streams.events.closures import ClosureReport
from streams.events.shelters import Opening, ShelterReport, ShelterSnapshot
from streams.topics import (
    CLOSURE_REPORTS,
    HAZARDS,
    SHELTER_REPORTS,
    SITE_REPORTS,
    TELEGRAMS,
    WHOLE_LISTS,
    Topic,
)
from streams.worker.contiguity import Contiguity, GapError
from streams.worker.outbox import Emission
from streams.worker.service import LARGEST_BYTES, Fold, fold_event
from streams.worker.steps import Context, TakeStep, step_closure, step_place, step_telegram, step_whole_list
from streams.world import World
from tests.unit.streams.given import SERIES, closure, report, site, snapshot, telegram


class Table:
    """A table without a changelog."""

    def __init__(self) -> None:
        self.rows: dict[bytes, bytes] = {}

    def get(self, key: bytes) -> bytes | None:
        return self.rows.get(key)

    def write(self, key: bytes, row: bytes, *, partition: int) -> str:
        self.rows[key] = row
        return f"written to {partition}"


def make_fold(step: TakeStep, *topics: Topic, world: World = World.DRILL, **fields: Any) -> Fold:  # noqa: ANN401
    context = Context(world, Gazetteer({}, {}))
    table: Any = Table()
    return Fold(table, step, context, {t.full_name(world): t for t in topics}, **fields)


def feed(fold: Fold, key: bytes | None, value: bytes | None, *, offset: int = 0) -> Emission:
    name = next(iter(fold.topics))
    message = SimpleNamespace(topic=name, partition=2, offset=offset, key=key, value=value)
    return fold_event(fold, SimpleNamespace(message=message))


def reason(emission: Emission) -> str:
    assert not emission.messages
    assert not emission.written
    return emission.letters[0][1].reason


def test_an_event_becomes_a_row_and_a_state_and_the_row_can_be_waited_for() -> None:
    fold = make_fold(step_telegram, TELEGRAMS)
    emission = feed(fold, SERIES.encode(), encode(telegram(1)))
    assert [(t, m.key) for t, m in emission.messages] == [(HAZARDS, SERIES.encode())]
    assert emission.written == ("written to 2",)
    assert not emission.letters


@pytest.mark.parametrize(
    ("step", "topic", "event", "key"),
    [
        (step_telegram, TELEGRAMS, telegram(1), SERIES),
        (step_place, SITE_REPORTS, site(1), "s"),
        (step_place, SHELTER_REPORTS, report(1), "s"),
        (step_closure, CLOSURE_REPORTS, closure(1), "c"),
        (step_whole_list, WHOLE_LISTS, snapshot(1, "x"), "feed"),
    ],
)
def test_an_event_under_another_key_is_refused_and_changes_no_row(
    step: TakeStep,
    topic: Topic,
    event: Any,  # noqa: ANN401
    key: str,
) -> None:
    fold = make_fold(step, topic)
    table: Any = fold.table
    for wrong in (b"other", b"", None):
        assert reason(feed(fold, wrong, encode(event))) == "wrong-key"
    assert table.rows == {}
    assert feed(fold, key.encode(), encode(event)).written


def test_a_list_without_a_closure_of_the_one_before_withdraws_it_under_the_closures_own_key() -> None:
    fold = make_fold(step_whole_list, WHOLE_LISTS)
    assert feed(fold, b"feed", encode(snapshot(1, "a", "b"))).messages == ()
    emission = feed(fold, b"feed", encode(snapshot(2, "b")))
    ((topic, message),) = emission.messages
    assert (topic, message.key) == (CLOSURE_REPORTS, b"a")
    withdrawal = decode(message.value or b"", ClosureReport)
    assert (withdrawal.action, withdrawal.as_of_ms) == (Action.CANCEL, 1)


def test_a_list_that_is_read_again_says_again_what_it_ended_for_that_may_never_have_been_said() -> None:
    fold = make_fold(step_whole_list, WHOLE_LISTS)
    history = [encode(snapshot(at, *names)) for at, names in ((1, "ab"), (2, "b"), (3, "bc"), (4, ""))]
    first = [feed(fold, b"feed", event).messages for event in history]
    assert [len(messages) for messages in first] == [0, 1, 0, 2]
    assert [feed(fold, b"feed", event).messages for event in history] == first


def test_a_shelter_that_left_the_list_of_the_open_ones_has_closed() -> None:
    fold = make_fold(step_whole_list, WHOLE_LISTS)
    for at, named in ((1, ("a", "b")), (2, ("b",))):
        opened = ShelterSnapshot(id="town", source="town", as_of_ms=at, shelters=named)
        emission = feed(fold, b"town", encode(opened))
    ((topic, message),) = emission.messages
    assert (topic, message.key) == (SHELTER_REPORTS, b"a")
    closed = decode(message.value or b"", ShelterReport)
    assert (closed.opening, closed.headcount, closed.as_of_ms) == (Opening.CLOSED, None, 1)


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST])
def test_an_exercise_never_touches_the_real_world(status: Status) -> None:
    real = make_fold(step_telegram, TELEGRAMS, world=World.REAL)
    assert reason(feed(real, SERIES.encode(), encode(telegram(1, status=status)))) == "other-world"
    assert feed(real, SERIES.encode(), encode(telegram(1, status=Status.ACTUAL))).messages


def test_a_record_without_a_value_is_refused() -> None:
    assert reason(feed(make_fold(step_closure, CLOSURE_REPORTS), b"c", None)) == "undecodable"


@given(st.none() | st.binary(max_size=40), st.none() | st.binary(max_size=80))
def test_hostile_records_become_dead_letters_whole(key: bytes | None, value: bytes | None) -> None:
    for step, topic in (
        (step_telegram, TELEGRAMS),
        (step_place, SITE_REPORTS),
        (step_closure, CLOSURE_REPORTS),
    ):
        emission = feed(make_fold(step, topic), key, value)
        topic_of_letter, letter = emission.letters[0]
        assert topic_of_letter is topic
        assert (letter.key, letter.value, letter.reason) == (key or b"", value, "undecodable")
        assert letter.place == f"{topic.full_name(World.DRILL)}[2]@0"


def test_whatever_a_step_raises_is_a_dead_letter_that_says_so() -> None:
    def broken(_context: Context, _row: bytes | None, _key: bytes, _value: bytes | None) -> Any:  # noqa: ANN401
        raise ZeroDivisionError("a fold's own mistake")

    emission = feed(make_fold(broken, TELEGRAMS), b"k", b"v")
    assert reason(emission) == "not-foldable"
    assert "a fold's own mistake" in emission.letters[0][1].detail


def test_an_event_whose_state_the_broker_would_refuse_each_time_is_a_dead_letter() -> None:
    fold = make_fold(step_closure, CLOSURE_REPORTS)
    emission = feed(fold, b"c", encode(closure(1, description="x" * LARGEST_BYTES)))
    assert reason(emission) == "too-large"
    table: Any = fold.table
    assert table.rows == {}


def test_a_gap_is_raised_before_anything_is_folded() -> None:
    fold = make_fold(step_telegram, TELEGRAMS, contiguity=Contiguity())
    feed(fold, SERIES.encode(), encode(telegram(1)), offset=4)
    table: Any = fold.table
    before = dict(table.rows)
    with pytest.raises(GapError):
        feed(fold, SERIES.encode(), encode(telegram(2)), offset=6)
    assert table.rows == before


def test_the_same_event_again_gives_the_same_row_and_the_same_state() -> None:
    fold = make_fold(step_telegram, TELEGRAMS)
    first = feed(fold, SERIES.encode(), encode(telegram(1)))
    table: Any = fold.table
    before = dict(table.rows)
    again = feed(fold, SERIES.encode(), encode(telegram(1)))
    assert again.messages == first.messages
    assert table.rows == before
