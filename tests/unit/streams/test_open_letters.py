"""Which dead letters are open: each content once, marks answered, nobody's data described."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.broker import Record
from streams.broker_memory import MemoryBroker
from streams.clock import ManualClock
from streams.dead_letters import DeadLetter, Way, bury
from streams.events.letters import LetterMark, Outcome
from streams.open_letters import Choice, Letter, Letters, UnknownLetterError, count_by, read_letter
from streams.topics import LEASE_EVENTS, POSITIONS, SITE_REPORTS, TELEGRAMS, Topic, dead_letters
from streams.world import World


def record(
    value: bytes | None = b"x", *, at: int = 1, offset: int = 0, key: bytes = b"jma", **headers: str
) -> Record:
    told = {"reason": "undecodable", "place": "jma/a.xml", "way": "document", **headers}
    return Record(0, offset, at, key, value, tuple((name, text.encode()) for name, text in told.items()))


def letters(*records: Record, topic: Topic = TELEGRAMS) -> Letters:
    found = Letters()
    for one in records:
        found.add(topic, one)
    return found


def mark(letter: Letter, outcome: Outcome, *, upto: int | None = None) -> LetterMark:
    return LetterMark(
        letter=letter.id, topic=letter.topic.name, outcome=outcome, at_ms=5, by="防災課",
        upto=letter.offset if upto is None else upto,
    )  # fmt: skip


async def test_what_was_buried_is_read_back_with_the_way_it_goes_back() -> None:
    broker = MemoryBroker(World.DRILL, ManualClock(9_000))
    await broker.ensure_topics([dead_letters(SITE_REPORTS)])
    letter = DeadLetter(
        b"city/99101", b"a,b", "coordinates-missing", "line 2: x", "city/99101/list.csv", Way.DOCUMENT, 7_000
    )
    await bury(
        broker, SITE_REPORTS, [letter, DeadLetter(b"k", None, "undecodable", "", "drill.site-reports[3]@17")]
    )
    document, tombstone = (read_letter(SITE_REPORTS, r) for r in broker.records(dead_letters(SITE_REPORTS)))
    assert (document.way, document.source, document.name) == (Way.DOCUMENT, "city/99101", "list.csv")
    assert (document.received_at_ms, document.buried_at_ms, document.size) == (7_000, 9_000, 3)
    assert (tombstone.way, tombstone.partition, tombstone.value) == (Way.RECORD, 3, None)
    assert document.partition is None


def test_the_same_bytes_refused_again_are_one_letter_as_of_when_it_first_came() -> None:
    found = letters(
        record(at=1, offset=0, received_at_ms="100"),
        record(at=9, offset=4, received_at_ms="900", reason="format-unknown"),
        record(b"y", at=5, offset=2),
    )
    other, same = found.list_open()
    assert (other.size, same.times, same.reason, same.buried_at_ms) == (1, 2, "format-unknown", 9)
    assert same.received_at_ms == 100


@given(st.permutations(range(4)))
def test_marks_and_letters_may_be_read_in_any_order(order: list[int]) -> None:
    first = record(offset=0)
    name = read_letter(TELEGRAMS, first)
    found = Letters()
    steps = [
        lambda: found.add(TELEGRAMS, first),
        lambda: found.add(TELEGRAMS, record(b"y", offset=1)),
        lambda: found.mark(mark(name, Outcome.REPLAYED)),
        lambda: found.mark(mark(name, Outcome.SHOWN)),
    ]
    for number in order:
        steps[number]()
    assert [letter.offset for letter in found.list_open()] == [1]


def test_a_replayed_letter_is_open_again_when_it_is_refused_again_and_a_dropped_one_is_not() -> None:
    found = letters(record(offset=0))
    (letter,) = found.list_open()
    found.mark(mark(letter, Outcome.REPLAYED))
    assert found.list_open() == []
    found.add(TELEGRAMS, record(offset=1))
    (again,) = found.list_open()
    found.mark(mark(again, Outcome.DROPPED))
    found.add(TELEGRAMS, record(offset=2))
    assert found.list_open() == []
    assert [m.outcome for m in found.list_marks(again)] == [Outcome.REPLAYED, Outcome.DROPPED]


def test_to_have_looked_closes_nothing() -> None:
    found = letters(record())
    found.mark(mark(found.list_open()[0], Outcome.SHOWN))
    assert len(found.list_open()) == 1


@pytest.mark.parametrize(
    ("choice", "chosen"),
    [
        (Choice(), {0, 1, 2}),
        (Choice(reason="time-invalid"), {1, 2}),
        (Choice(source="city"), {1}),
        (Choice(topic="telegrams"), {0, 1, 2}),
        (Choice(topic="positions"), set()),
        (Choice(before_ms=20), {0}),
        (Choice(reason="time-invalid", source="jma"), {2}),
    ],
)
def test_letters_are_chosen_by_reason_source_topic_and_age(choice: Choice, chosen: set[int]) -> None:
    found = letters(
        record(b"0", at=10, offset=0),
        record(b"1", at=20, offset=1, key=b"city", reason="flag-invalid,time-invalid"),
        record(b"2", at=30, offset=2, reason="time-invalid"),
    )
    assert {letter.offset for letter in found.list_open(choice)} == chosen


def test_they_are_counted_by_reason_and_a_letter_of_two_reasons_under_both() -> None:
    found = letters(
        record(b"0", reason="a,b"),
        record(b"1", offset=1, reason="a"),
        record(b"2", offset=2, key=b"city", reason="a"),
    ).list_open()
    assert count_by(found) == {("a",): 3, ("b",): 1}
    assert count_by(found, names=("reason", "source")) == {("a", "jma"): 2, ("b", "jma"): 1, ("a", "city"): 1}


@pytest.mark.parametrize("topic", [POSITIONS, LEASE_EVENTS])
def test_of_a_private_letter_the_key_is_not_told(topic: Topic) -> None:
    (letter,) = letters(record(key=b"somebody", way="record", place="x[1]@2"), topic=topic).list_open()
    assert (letter.is_private, letter.source, letter.name) == (True, "", "")


def test_only_the_bytes_that_are_asked_for_are_kept() -> None:
    wanted = read_letter(TELEGRAMS, record(b"0")).id
    found = Letters((wanted,))
    for number in range(3):
        found.add(TELEGRAMS, record(str(number).encode(), offset=number))
    assert [letter.value for letter in found.list_open()] == [b"0", None, None]
    assert (found.get(wanted).value, found.get(wanted[:6]).id) == (b"0", wanted)


def test_an_id_must_mean_one_letter() -> None:
    found = letters(record(b"0"), record(b"1", offset=1))
    for beginning in ("", "no"):
        with pytest.raises(UnknownLetterError, match="mio dlq list"):
            found.get(beginning)


@given(st.binary(max_size=20), st.none() | st.binary(max_size=20), st.lists(st.tuples(st.sampled_from(
    ["reason", "place", "way", "received_at_ms", "topic"]), st.binary(max_size=12)), max_size=6))  # fmt: skip
def test_any_record_is_a_letter(key: bytes, value: bytes | None, headers: list[tuple[str, bytes]]) -> None:
    letter = read_letter(TELEGRAMS, Record(0, 0, 3, key, value, tuple(headers)))
    assert letter.size == len(value or b"")
    assert letter.partition is None or letter.partition < TELEGRAMS.partitions
