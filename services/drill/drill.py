"""The drill as a sequence of values: tick by tick, the documents and positions to send. Pure and deterministic; player.py sends them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from services.drill.city import City, DrillError
from services.drill.guidance import Guidance, find_danger, unfit_places
from services.drill.knowledge import Document, Knowledge
from services.drill.people import People
from services.drill.scenario import Event, Scenario
from services.drill.status_csv import PlaceRow, PlaceStatus, status_document
from services.drill.walkers import Spots, State, Walkers
from services.navigator.ground import Bools
from services.navigator.links import LinkCache

TICK_S = 15
WALKING_EVERY = 2
"""A walker's device reports each second tick: 30 s, half of them at a time."""
RESTING_EVERY = 32
"""Who does not move reports each 8 minutes: well within the 15 after which a device is only 'last seen'."""
STATUS_EVERY = 20
"""Municipalities report headcounts each 5 minutes; a place that has become full, at once."""


@dataclass(frozen=True, kw_only=True)
class Tick:
    """What is sent at one moment. `what`: the cue's sentence, empty where nothing new happened."""

    at_ms: int
    what: str
    documents: tuple[Document, ...]
    spots: Spots
    counts: dict[State, int]
    turned_away: int


class Drill:
    """Plays one scenario over one population. Iterate once."""

    def __init__(self, city: City, scenario: Scenario, people: People) -> None:
        self.city = city
        self.scenario = scenario
        self.people = people
        self.walkers = Walkers(city, people)
        self.knowledge = Knowledge.of(city)
        self.guidance: Guidance
        self._links = LinkCache()
        self._status = [PlaceStatus.NOT_OPEN] * len(city.places)
        self._reported: dict[int, tuple[PlaceStatus, int]] = {}
        self._unfit: Bools
        self._replan(0)

    def __iter__(self) -> Iterator[Tick]:
        return self.ticks()

    def ticks(self) -> Iterator[Tick]:
        """Every tick from the first cue to the last."""
        events = list(self.scenario.events)
        last = (self.scenario.end_ms - self.scenario.start_ms) // (TICK_S * 1000)
        for number in range(last + 1):
            at_ms = self.scenario.start_ms + number * TICK_S * 1000
            due = [e for e in events if e.at_ms <= at_ms]
            del events[: len(due)]
            yield self._tick(number, at_ms, due)

    def _tick(self, number: int, at_ms: int, due: list[Event]) -> Tick:
        now_s = number * TICK_S
        full = self.walkers.step(self.guidance, now_s=now_s, seconds=TICK_S) if number else []
        for place in full:
            self._status[place] = PlaceStatus.FULL
        for event in due:
            self._order_places(event)
        scripted = [document for event in due for document in event.documents]
        orders = any(event.opens or event.shuts for event in due)
        is_round = orders or number % STATUS_EVERY == 0
        reports = self._place_reports(range(len(self.city.places)) if is_round else full, at_ms)
        documents = (*scripted, *reports)
        for document in documents:
            self._hear(document)
        if scripted or orders or full:
            self._replan(now_s)
        return Tick(
            at_ms=at_ms,
            what="、".join(event.what for event in due),
            documents=documents,
            spots=self.walkers.spots(self._who_reports(number)),
            counts=self.walkers.count_by_state,
            turned_away=self.walkers.turned_away,
        )

    def _order_places(self, event: Event) -> None:
        for number, place in enumerate(self.city.places):
            if place.id in event.opens and self._status[number] is PlaceStatus.NOT_OPEN:
                self._status[number] = PlaceStatus.OPEN
            if place.id in event.shuts:
                self._status[number] = PlaceStatus.CLOSED

    def _hear(self, document: Document) -> None:
        rejections = self.knowledge.hear_document(document)
        if rejections:
            first = rejections[0]
            raise DrillError(
                f"our own document {document.name} is not read back: {first.place}: {first.reason}: {first.detail}"
            )

    def _replan(self, now_s: float) -> None:
        world = self.knowledge.world(self.scenario.start_ms + int(now_s * 1000))
        self.guidance = Guidance(self.city, world, find_danger(self.city, world), self._links)
        self._unfit = unfit_places(self.city, world)
        self.walkers.replan(self.guidance, self._unfit, now_s=now_s)

    def _place_reports(self, places: Iterable[int], at_ms: int) -> list[Document]:
        """One CSV for each municipality that has news of one of these places."""
        news: dict[str, list[PlaceRow]] = {}
        for number in places:
            place, inside = self.city.places[number], int(self.walkers.inside[number])
            status = self._current_status(number, inside, place.capacity)
            if self._reported.get(number) == (status, inside):
                continue
            self._reported[number] = (status, inside)
            row = PlaceRow(
                municipality=place.municipality,
                id=place.id,
                name=place.name,
                status=status,
                headcount=None if status is PlaceStatus.NOT_OPEN and not inside else inside,
                capacity=place.capacity,
            )
            news.setdefault(place.municipality, []).append(row)
        return [
            Document(
                at_ms=at_ms,
                source=f"city/{code}",
                name=f"shelters-{code}.csv",
                body=status_document(rows, at_ms=at_ms),
            )
            for code, rows in sorted(news.items())
        ]

    def _current_status(self, number: int, inside: int, capacity: int | None) -> PlaceStatus:
        """Full and open follow the headcount; shut stays shut."""
        status = self._status[number]
        if status is PlaceStatus.FULL and capacity is not None and inside < capacity:
            status = PlaceStatus.OPEN
        self._status[number] = status
        return status

    def _who_reports(self, number: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Devices that agreed and whose turn it is; at the first tick all of them."""
        rows = np.arange(len(self.people))
        moving = self.walkers.state == State.WALKING
        turn = np.where(moving, (rows + number) % WALKING_EVERY == 0, (rows + number) % RESTING_EVERY == 0)
        return np.flatnonzero(self.people.consents & (turn | (number == 0)))
