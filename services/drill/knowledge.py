"""What everybody can know from the documents so far: the same pure folds as the worker's, in one process. No Kafka, no I/O."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.drill.city import City
from services.navigator.state import World
from streams.adapters.registry import AnyEvent, Source, read
from streams.events.alerts import HazardState, Telegram
from streams.events.base import Rejection
from streams.events.closures import ClosureReport, ClosureSnapshot, ClosureState
from streams.events.shelters import ShelterReport, ShelterSnapshot, ShelterState, SiteReport, UnplacedSite
from streams.folds.closures import closure_state, fold_closure
from streams.folds.hazards import Series, fold_telegram, hazard_state
from streams.folds.shelters import Place, fold_shelter_report, fold_site, fold_unplaced, shelter_state
from streams.folds.snapshots import ClosureLists, ShelterLists, fold_shelter_snapshot, fold_snapshot


@dataclass(frozen=True, kw_only=True)
class Document:
    """One document as it is sent: bytes of an authentic format, with the source and file name that go with it."""

    at_ms: int
    source: str
    name: str
    body: bytes


@dataclass
class Knowledge:
    """The tables of the worker's folds, filled from documents."""

    city: City
    series: dict[str, Series] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    reports: dict[str, ClosureReport] = field(default_factory=dict)
    lists: dict[str, ClosureLists] = field(default_factory=dict)
    open_lists: dict[str, ShelterLists] = field(default_factory=dict)

    @classmethod
    def of(cls, city: City) -> "Knowledge":
        """Begins with the area's own list of places, as ingest does."""
        known = cls(city)
        known.hear(city.places)
        return known

    def hear_document(self, document: Document) -> tuple[Rejection, ...]:
        """Reads a document as ingest would; returns what could not be read."""
        reading = read(document.body, Source(document.source, document.at_ms), name=document.name)
        self.hear(reading.events)
        return reading.rejections

    def hear(self, events: Iterable[AnyEvent]) -> None:
        """Folds events, in any order and however often."""
        for event in events:
            if isinstance(event, Telegram):
                self.series[event.series] = fold_telegram(self.series.get(event.series), event)
            elif isinstance(event, SiteReport):
                self.places[event.id] = fold_site(self.places.get(event.id), event)
            elif isinstance(event, UnplacedSite):
                self.places[event.id] = fold_unplaced(self.places.get(event.id), event)
            elif isinstance(event, ShelterReport):
                self.places[event.id] = fold_shelter_report(self.places.get(event.id), event)
            elif isinstance(event, ClosureSnapshot):
                self.lists[event.id], ended = fold_snapshot(self.lists.get(event.id), event)
                self.hear(ended)
            elif isinstance(event, ShelterSnapshot):
                self.open_lists[event.id], closed = fold_shelter_snapshot(
                    self.open_lists.get(event.id), event
                )
                self.hear(closed)
            else:
                self.reports[event.id] = fold_closure(self.reports.get(event.id), event)

    def hazards(self) -> dict[str, HazardState]:
        """State topic `hazards`: what each series says now."""
        states = {key: hazard_state(series, self.city.gazetteer) for key, series in self.series.items()}
        return {key: state for key, state in states.items() if state is not None}

    def shelters(self) -> dict[str, ShelterState]:
        """State topic `shelters`."""
        states = {key: shelter_state(key, place) for key, place in self.places.items()}
        return {key: state for key, state in states.items() if state is not None}

    def closures(self) -> dict[str, ClosureState]:
        """State topic `closures`."""
        states = {key: closure_state(report) for key, report in self.reports.items()}
        return {key: state for key, state in states.items() if state is not None}

    def world(self, at_ms: int) -> World:
        """The moment's state in the form that the navigator answers from."""
        return World(self.hazards(), self.shelters(), self.closures(), at_ms)
