"""Differences between worker, Kafka and Redis: each kind once, and none where all say the same."""

from collections.abc import Mapping

import pytest

from services.cli.state_lines import as_text
from streams.broker import Record
from streams.cells import Gazetteer
from streams.codec import encode
from streams.events.closures import ClosureReport
from streams.events.shelters import Layer, SiteReport, UnplacedSite
from streams.folds.closures import ClosureFile
from streams.folds.hazards import Series
from streams.folds.shelters import Place
from streams.state_diff import DERIVED, TABLES, Difference, Holder, Kind, Newest, compare_all, count_kinds
from streams.topics import (
    CLOSURES,
    HAZARDS,
    REPAIRS,
    SHELTERS,
    WORKER_CLOSURES,
    WORKER_PLACES,
    WORKER_SERIES,
    Topic,
)
from streams.view.port import VIEWED, Row
from streams.worker.derived import states_of_closure, states_of_place, states_of_series
from tests.unit.streams.given import telegram

NOWHERE = Gazetteer.load(b'{"type": "FeatureCollection", "features": []}')
SITE = SiteReport(id="s-1", source="list", layer=Layer.SITE, name="丘の公園", lat=34.5, lon=135.2)
UNPLACED = UnplacedSite(id="s-2", source="list", layer=Layer.SITE, name="波の塔", why="no-position")
SERIES = Series((telegram(at=1),))


class System:
    """What each of the three holds; whoever changes one of them makes a difference."""

    def __init__(self) -> None:
        places = {b"s-1": Place(listed=SITE), b"s-2": Place(unplaced=UNPLACED, flawed=True), b"s-3": Place()}
        closure = ClosureFile(ClosureReport(id="c-1", source="roads", as_of_ms=1))
        self.tables: dict[Topic, dict[bytes, bytes | None]] = {
            WORKER_SERIES: {b"x": encode(SERIES)},
            WORKER_PLACES: {key: encode(place) for key, place in places.items()},
            WORKER_CLOSURES: {b"c-1": encode(closure)},
        }
        said = [*states_of_series(NOWHERE, b"x", SERIES), *states_of_closure(b"c-1", closure)]
        for key, place in places.items():
            said += states_of_place(NOWHERE, key, place)
        self.states: dict[Topic, dict[bytes, bytes | None]] = {topic: {} for topic in (*DERIVED, *VIEWED)}
        for topic, message in said:
            self.states[topic][message.key] = message.value
        self.states[REPAIRS][b"closure/c-9"] = b"of the navigator"
        self.rows = {
            topic.name: {
                key.decode(): Row(key.decode(), value, offset)
                for offset, (key, value) in enumerate(self.states[topic].items())
                if value is not None
            }
            for topic in VIEWED
        }

    def differences(self) -> set[Difference]:
        read: dict[Topic, Newest] = {
            topic: records(rows) for topic, rows in (self.tables | self.states).items()
        }
        return compare_all(NOWHERE, read, self.rows)


def records(rows: Mapping[bytes, bytes | None]) -> dict[bytes, Record]:
    return {key: Record(0, offset, 0, key, value) for offset, (key, value) in enumerate(rows.items())}


@pytest.fixture
def system() -> System:
    return System()


def test_where_all_say_the_same_there_is_no_difference(system: System) -> None:
    assert system.states[SHELTERS][b"s-3"] is None
    assert b"site/s-2" in system.states[REPAIRS]
    assert system.differences() == set()
    assert set(system.tables) == set(TABLES)


@pytest.mark.parametrize("topic", [HAZARDS, SHELTERS, CLOSURES, REPAIRS])
def test_a_state_that_does_not_follow_from_the_workers_row_is_the_workers(
    system: System, topic: Topic
) -> None:
    key = {HAZARDS: "x", SHELTERS: "s-1", CLOSURES: "c-1", REPAIRS: "site/s-2"}[topic]
    right = system.rows[topic.name][key]
    system.states[topic][key.encode()] = b"other"
    system.rows[topic.name][key] = Row(key, b"other", right.version)
    assert system.differences() == {Difference(Holder.WORKER, topic.name, Kind.OTHER, key)}
    system.states[topic][key.encode()] = None
    del system.rows[topic.name][key]
    assert system.differences() == {Difference(Holder.WORKER, topic.name, Kind.EXTRA, key)}


def test_a_state_of_which_the_worker_knows_nothing_is_told(system: System) -> None:
    system.tables[WORKER_CLOSURES] = {}
    assert system.differences() == {Difference(Holder.WORKER, "closures", Kind.LACKS, "c-1")}


def test_a_row_that_nobody_can_read_is_told_and_what_should_follow_from_it_as_well(system: System) -> None:
    system.tables[WORKER_PLACES][b"s-1"] = b"?"
    assert system.differences() == {
        Difference(Holder.WORKER, "worker-places-changelog", Kind.UNREADABLE, "s-1"),
        Difference(Holder.WORKER, "shelters", Kind.LACKS, "s-1"),
    }


def test_each_way_in_which_redis_may_be_wrong_has_its_name(system: System) -> None:
    rows, offset = system.rows["shelters"], 0
    for row, kind in (
        (None, Kind.LACKS),
        (Row("s-1", b"other", offset), Kind.OTHER),
        (Row("s-1", b"other", offset - 1), Kind.OLDER),
        (Row("s-1", rows["s-1"].value, offset + 1), Kind.NEWER),
    ):
        system.rows["shelters"] = {key: value for key, value in rows.items() if key != "s-1"}
        if row is not None:
            system.rows["shelters"]["s-1"] = row
        versions = None if row is None or kind is Kind.OTHER else (offset, row.version)
        (found,) = system.differences()
        assert (found.holder, found.topic, found.kind, found.key) == (Holder.REDIS, "shelters", kind, "s-1")
        assert versions is None or found.versions == versions


def test_what_redis_alone_holds_is_told_also_where_kafka_has_a_tombstone(system: System) -> None:
    gone = list(system.states[SHELTERS]).index(b"s-3")
    system.rows["shelters"] |= {"s-3": Row("s-3", b"old", gone - 1), "s-9": Row("s-9", b"?", 7)}
    system.rows["sources"] = {"feed": Row("feed", b"?", 1)}
    assert {(d.topic, d.kind, d.key) for d in system.differences()} == {
        ("shelters", Kind.OLDER, "s-3"),
        ("shelters", Kind.EXTRA, "s-9"),
        ("sources", Kind.EXTRA, "feed"),
    }


def test_differences_are_counted_by_kind_named_up_to_a_limit_and_come_with_what_helps() -> None:
    found = {Difference(Holder.REDIS, "shelters", Kind.LACKS, f"s-{n}") for n in range(30)}
    found.add(Difference(Holder.WORKER, "closures", Kind.OTHER, "c-1"))
    assert count_kinds(found) == {
        (Holder.REDIS, "shelters", Kind.LACKS): 30,
        (Holder.WORKER, "closures", Kind.OTHER): 1,
    }
    text = as_text(found, most=5)
    assert "30 keys of shelters: the view in Redis lacks it" in text
    assert "and 26 more" in text
    assert "mio state rewrite" in text
    assert "send the newest document" in text
    only = as_text({Difference(Holder.REDIS, "shelters", Kind.OLDER, "s-1", (5, 3))}, most=5)
    assert "shelters  s-1: the view in Redis has an older version (Kafka: offset 5, there: 3)" in only
    assert "send the newest document" not in only
    assert "no difference" in as_text(set(), most=5)
