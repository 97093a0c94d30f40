"""The view's rows as the page shows them, kept up to date in memory: decoded once, filtered by the gate. No I/O."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

import structlog

from dashboard_api.staff.payloads import (
    Alert,
    Cells,
    Change,
    Closure,
    DataSource,
    DeclaredSource,
    Repair,
    Shelter,
)
from dashboard_api.staff.rows import Count, RowReader
from dashboard_api.staff.sources import Sources
from streams.codec import CodecError, decode
from streams.dangers import hazards_at
from streams.events.alerts import HazardState
from streams.events.base import Hazard
from streams.topics import CLOSURES, HAZARDS, REPAIRS, SHARED, SHELTERS, SOURCES, Topic
from streams.view.port import Change as ViewChange
from streams.view.port import ViewSnapshot

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class Table(Generic[T]):
    """One topic's rows by key."""

    def __init__(self, read: Callable[[bytes], T | None]) -> None:
        self._read = read
        self.rows: dict[str, T] = {}
        self.states: dict[str, bytes] = {}
        """The rows as the view holds them: what a repair answers to, and what a place is judged by."""

    def put(self, change: ViewChange) -> T | None:
        """The row now; None where there is none, where it is not for us, or cannot be read."""
        now = self._find(change.key, change.value)
        if now is None or change.value is None:
            self.rows.pop(change.key, None)
            self.states.pop(change.key, None)
        else:
            self.rows[change.key] = now
            self.states[change.key] = change.value
        return now

    def _find(self, key: str, value: bytes | None) -> T | None:
        try:
            return None if value is None else self._read(value)
        except CodecError as error:
            _log.error("a row of the view cannot be read, so it is not shown", key=key, error=str(error))
            return None


class Mirror:
    """All that the page shows, as of the last change that was put in."""

    def __init__(self, reader: RowReader) -> None:
        self._reader = reader
        self._counts = Table(reader.count)
        self._shelters = Table(reader.shelter)
        self._closures = Table(reader.closure)
        self._repairs = Table(reader.repair)
        self._alerts = Table(reader.alert)
        self._declared = Table(reader.source)
        self._sources = Sources()

    def load(self, snapshot: ViewSnapshot) -> None:
        """Begins anew from a snapshot."""
        tables = (self._counts, self._shelters, self._closures, self._repairs, self._alerts, self._declared)
        for table in tables:
            table.rows.clear()
            table.states.clear()
        self._sources = Sources()
        changes = (
            ViewChange("", topic, key, row.value)
            for topic, rows in snapshot.rows.items()
            for key, row in rows.items()
        )
        self.apply(changes, event_id=snapshot.last_id, now_ms=0)

    def apply(self, changes: Iterable[ViewChange], *, event_id: str, now_ms: int) -> Change:
        """Puts the changes in, each key once, and says what the page has to do. Does not depend on what was there before."""
        counts: list[Count] = []
        to = Change(
            id=event_id, now_ms=now_ms, cells=columns([]), cells_gone=[], shelters=[], shelters_gone=[],
            closures=[], closures_gone=[], repairs=[], repairs_gone=[], alerts=[], alerts_gone=[], sources=[], declared=[], declared_gone=[],
        )  # fmt: skip
        for change in changes:
            if change.topic == SHARED.name:
                self._put_as_of(change)
                cell = self._reader.find_cell(change.key)
                if cell is not None:
                    _sort(self._counts.put(change), cell, counts, to.cells_gone)
            elif change.topic == SHELTERS.name:
                _sort(self._shelters.put(change), change.key, to.shelters, to.shelters_gone)
            elif change.topic == CLOSURES.name:
                _sort(self._closures.put(change), change.key, to.closures, to.closures_gone)
            elif change.topic == REPAIRS.name:
                _sort(self._repairs.put(change), change.key, to.repairs, to.repairs_gone)
            elif change.topic == HAZARDS.name:
                _sort(self._alerts.put(change), change.key, to.alerts, to.alerts_gone)
            elif change.topic == SOURCES.name:
                _sort(self._declared.put(change), change.key, to.declared, to.declared_gone)
        self._note(counts, to)
        to.cells = columns(counts)
        to.sources = self._sources.listed()
        return to

    def _put_as_of(self, change: ViewChange) -> None:
        told = None if change.value is None else self._reader.as_of(change.key, change.value)
        if told is not None:
            self._sources.note("counts", *told)

    def _note(self, counts: list[Count], change: Change) -> None:
        for count in counts:
            self._sources.note("counts", f"staff:{count.municipality}", count.as_of_ms)
        for shelter in change.shelters:
            self._sources.note("shelter_lists", shelter.listed_source, shelter.listed_as_of_ms)
            self._sources.note("shelter_reports", shelter.reported_source, shelter.reported_as_of_ms)
        for closure in change.closures:
            self._sources.note("closures", closure.source, closure.as_of_ms)
        for alert in change.alerts:
            self._sources.note("alerts", alert.source, alert.issued_at_ms)

    def cells(self, municipality: str | None = None) -> Cells:
        """Counts of all municipalities that this page may see, or of one."""
        rows = self._counts.rows.values()
        return columns([c for c in rows if municipality in (None, c.municipality)])

    def shelters(self) -> list[Shelter]:
        return list(self._shelters.rows.values())

    def closures(self) -> list[Closure]:
        return list(self._closures.rows.values())

    def repairs(self) -> list[Repair]:
        return list(self._repairs.rows.values())

    def find(self, topic: Topic, key: str) -> bytes | None:
        """The state of a place, a closure or a line of the repair list, as its topic holds it."""
        states = {
            SHELTERS: self._shelters.states,
            CLOSURES: self._closures.states,
            REPAIRS: self._repairs.states,
        }
        return states[topic].get(key)

    def hazards_at(self, lat: float | None, lon: float | None, *, now_ms: int) -> frozenset[Hazard]:
        """Hazards in force at a place."""
        states = [decode(value, HazardState) for value in self._alerts.states.values()]
        return hazards_at(states, lat, lon, now_ms=now_ms)

    def alerts(self) -> list[Alert]:
        return list(self._alerts.rows.values())

    def declared(self) -> list[DeclaredSource]:
        return list(self._declared.rows.values())

    def sources(self) -> list[DataSource]:
        return self._sources.listed()


def columns(counts: list[Count]) -> Cells:
    """Rows as columns."""
    return Cells.model_construct(
        cell=[c.cell for c in counts],
        shown=[c.shown for c in counts],
        as_of_ms=[c.as_of_ms for c in counts],
        municipality=[c.municipality for c in counts],
    )


def _sort(row: T | None, name: str, changed: list[T], gone: list[str]) -> None:
    if row is None:
        gone.append(name)
    else:
        changed.append(row)
