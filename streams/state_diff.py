"""Where the worker's tables, Kafka's state topics and the view in Redis do not say the same. Pure; reads nothing, mends nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from streams.broker import Record
from streams.cells import Gazetteer
from streams.codec import CodecError, decode
from streams.events.repairs import RepairKind, repair_key
from streams.folds.closures import read_closure_file
from streams.folds.hazards import Series
from streams.folds.shelters import Place
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
from streams.worker.derived import States, states_of_closure, states_of_place, states_of_series

Newest = Mapping[bytes, Record]
"""The newest record of each key of a compacted topic, tombstones too."""
TABLES: tuple[Topic, ...] = (WORKER_SERIES, WORKER_PLACES, WORKER_CLOSURES)
"""The changelogs: what the worker holds is what they hold, since it acknowledges no event before its row is there."""
DERIVED: tuple[Topic, ...] = (HAZARDS, SHELTERS, CLOSURES, REPAIRS)
_SITES = repair_key(RepairKind.SITE, "")


class Holder(StrEnum):
    """Who does not say what Kafka's state topic says."""

    WORKER = "worker"
    REDIS = "redis"


class Kind(StrEnum):
    """What is different. Each is told as that of the holder against the state topic."""

    LACKS = "lacks it"
    EXTRA = "has it alone"
    OTHER = "says something else"
    OLDER = "has an older version"
    NEWER = "claims a newer version"
    UNREADABLE = "cannot be read"


@dataclass(frozen=True, order=True, slots=True)
class Difference:
    """One key of one state topic. versions: offsets in the topic and in the holder, where it has them."""

    holder: Holder
    topic: str
    kind: Kind
    key: str
    versions: tuple[int, int] | None = None


def list_alive(newest: Newest) -> dict[bytes, bytes]:
    """Key and value, without tombstones."""
    return {key: record.value for key, record in newest.items() if record.value is not None}


def compare_view(topic: Topic, newest: Newest, rows: Mapping[str, Row]) -> Iterator[Difference]:
    """What the view's rows say against the topic."""
    known = {key.decode(): record for key, record in newest.items()}
    for key, record in known.items():
        row = rows.get(key)
        if row is None:
            if record.value is not None:
                yield Difference(Holder.REDIS, topic.name, Kind.LACKS, key)
            continue
        kind = _kind_of(record, row)
        if kind is not None:
            yield Difference(Holder.REDIS, topic.name, kind, key, (record.offset, row.version))
    for key in rows.keys() - known.keys():
        yield Difference(Holder.REDIS, topic.name, Kind.EXTRA, key)


def _kind_of(record: Record, row: Row) -> Kind | None:
    if row.version < record.offset:
        return Kind.OLDER
    if row.version > record.offset:
        return Kind.NEWER
    return None if row.value == record.value else Kind.OTHER


def compare_worker(
    gazetteer: Gazetteer, tables: Mapping[Topic, Newest], states: Mapping[Topic, Newest]
) -> Iterator[Difference]:
    """What follows from the worker's rows against the topics that it writes."""
    expected: dict[Topic, dict[bytes, bytes]] = {topic: {} for topic in DERIVED}
    for table, derive in _derivations(gazetteer).items():
        for key, row in list_alive(tables[table]).items():
            try:
                follows = derive(key, row)
            except (CodecError, UnicodeDecodeError):
                yield Difference(Holder.WORKER, table.name, Kind.UNREADABLE, key.decode(errors="replace"))
                continue
            for topic, message in follows:
                if message.value is not None:
                    expected[topic][message.key] = message.value
    for topic in DERIVED:
        alive = list_alive(states[topic])
        if topic is REPAIRS:  # the navigator writes lines of its own
            alive = {key: value for key, value in alive.items() if key.startswith(_SITES.encode())}
        yield from _compare(topic, alive, expected[topic])


def _compare(
    topic: Topic, said: Mapping[bytes, bytes], follows: Mapping[bytes, bytes]
) -> Iterator[Difference]:
    for key in said.keys() | follows.keys():
        if said.get(key) == follows.get(key):
            continue
        kind = Kind.LACKS if key not in follows else Kind.EXTRA if key not in said else Kind.OTHER
        yield Difference(Holder.WORKER, topic.name, kind, key.decode(errors="replace"))


def _derivations(gazetteer: Gazetteer) -> dict[Topic, Callable[[bytes, bytes], States]]:
    return {
        WORKER_SERIES: lambda key, row: states_of_series(gazetteer, key, decode(row, Series)),
        WORKER_PLACES: lambda key, row: states_of_place(gazetteer, key, decode(row, Place)),
        WORKER_CLOSURES: lambda key, row: states_of_closure(key, read_closure_file(row)),
    }


def compare_all(
    gazetteer: Gazetteer, read: Mapping[Topic, Newest], view: Mapping[str, Mapping[str, Row]]
) -> set[Difference]:
    """All differences at one moment. read: the topics of `TABLES`, `DERIVED` and `VIEWED`; view: rows by topic name."""
    found = set(compare_worker(gazetteer, read, read))
    for topic in VIEWED:
        found.update(compare_view(topic, read[topic], view.get(topic.name, {})))
    return found


def count_kinds(differences: Iterable[Difference]) -> dict[tuple[Holder, str, Kind], int]:
    """How many there are of each, in a fixed order."""
    counts: dict[tuple[Holder, str, Kind], int] = {}
    for one in sorted(differences):
        counts[one.holder, one.topic, one.kind] = counts.get((one.holder, one.topic, one.kind), 0) + 1
    return counts
