"""From the script to dated documents: what stood before, serial numbers, places on the map. Pure: the same start gives the same bytes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import singledispatchmethod

from routing.network import Way
from services.drill.city import City
from services.drill.closures import Closure, closure_document
from services.drill.jma_river import cancel_river_flood, river_flood
from services.drill.jma_tsunami import NOTHING, Forecast, Quake, tsunami
from services.drill.jma_warnings import Step, warning
from services.drill.jma_xml import JST, CodedName
from services.drill.knowledge import Document
from services.drill.script import (
    SCRIPT,
    Close,
    Cue,
    OpenPlaces,
    Order,
    Reopen,
    River,
    ShutPlace,
    Tsunami,
    Warn,
)
from streams.events.shelters import Layer

DISTRICT = CodedName("990000", "澪県")
RIVER = CodedName("99990001", "澪川")
COAST = CodedName("999", "澪湾")
OFFICE = "澪湾気象台（架空）"
QUAKE_PLACE = "架空の海域"
WAYS = {"bridge": Way.BRIDGE, "tunnel": Way.TUNNEL}
JMA_SOURCE, ROAD_SOURCE = "jma", "roads"
MINUTE_MS = 60_000


@dataclass(frozen=True, kw_only=True)
class Event:
    """One cue in time: the sentence, its documents, and the places that it opens or shuts (by id)."""

    at_ms: int
    what: str
    documents: tuple[Document, ...] = ()
    opens: tuple[str, ...] = ()
    shuts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """All events of a drill, in order."""

    start_ms: int
    events: tuple[Event, ...]

    @property
    def end_ms(self) -> int:
        return self.events[-1].at_ms

    def documents(self) -> Iterator[Document]:
        """Every scripted document, in order."""
        for event in self.events:
            yield from event.documents


def make_scenario(city: City, *, start_ms: int) -> Scenario:
    """Writes the whole script for a city.

    Raises:
        DrillError: the area is not the made-up city.
    """
    writer = _Writer(city, start_ms)
    return Scenario(start_ms, tuple(writer.event(cue) for cue in SCRIPT))


@dataclass
class _Writer:
    """Remembers what stood before, so that each document can say so."""

    city: City
    start_ms: int
    levels: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    closures: dict[str, Closure] = field(default_factory=dict)
    tsunami: CodedName = NOTHING
    serial: int = 0
    quake_ms: int = 0

    def event(self, cue: Cue) -> Event:
        at_ms = self._at(cue.minute)
        written = [self.write(order, at_ms, cue.what) for order in cue.orders]
        return Event(
            at_ms=at_ms,
            what=cue.what,
            documents=tuple(document for document in written if document),
            opens=tuple(id_ for o in cue.orders if isinstance(o, OpenPlaces) for id_ in self._places(o)),
            shuts=tuple(self._sites(o.municipality)[o.site] for o in cue.orders if isinstance(o, ShutPlace)),
        )

    @singledispatchmethod
    def write(self, _order: Order, _at_ms: int, _what: str) -> Document | None:
        """The document that carries out an order; None where the places' own reports do."""
        return None

    @write.register
    def _(self, order: Warn, at_ms: int, what: str) -> Document:
        before = self.levels.get(order.kind.telegram, (0, 0, 0))
        self.levels[order.kind.telegram] = order.levels
        cities = (CodedName(f"{m.code}00", m.name) for m in self.city.municipalities)
        steps = [Step(*row) for row in zip(cities, order.levels, before, strict=True)]
        body = warning(order.kind, steps, at_ms=at_ms, headline=what, district=DISTRICT, office=OFFICE)
        return Document(
            at_ms=at_ms, source=JMA_SOURCE, name=self._name(at_ms, order.kind.telegram), body=body
        )

    @write.register
    def _(self, order: River, at_ms: int, _what: str) -> Document:
        self.serial += 1
        if order.level:
            body = river_flood(
                order.level,
                at_ms=at_ms,
                river=RIVER,
                district=DISTRICT,
                office=OFFICE,
                serial=self.serial,
                message=order.message,
            )
        else:
            body = cancel_river_flood(at_ms=at_ms, river=RIVER, office=OFFICE, serial=self.serial)
        return Document(at_ms=at_ms, source=JMA_SOURCE, name=self._name(at_ms, "VXKO50"), body=body)

    @write.register
    def _(self, order: Tsunami, at_ms: int, what: str) -> Document:
        self.quake_ms = self.quake_ms or at_ms - 3 * MINUTE_MS
        forecast = Forecast(
            coast=COAST,
            kind=order.kind,
            before=self.tsunami,
            arrival_at_ms=None if order.arrival_minute is None else self._at(order.arrival_minute),
            height_m=order.height_m,
            height_text=order.height_text,
        )
        self.tsunami = order.kind
        quake = Quake(at_ms=self.quake_ms, name=QUAKE_PLACE, coordinate="+33.0+135.5-20000/", magnitude="8.1")
        event_id = datetime.fromtimestamp(self.quake_ms / 1000, JST).strftime("%Y%m%d%H%M%S")
        body = tsunami(forecast, quake, at_ms=at_ms, event_id=event_id, headline=what)
        return Document(at_ms=at_ms, source=JMA_SOURCE, name=self._name(at_ms, "VTSE41"), body=body)

    @write.register
    def _(self, order: Close, at_ms: int, _what: str) -> Document:
        closure = Closure(
            id=order.id,
            road=order.road,
            line=self.city.get_line(order.road, WAYS[order.structure]),
            structure=order.structure,
            modes=order.modes,
            cause=order.cause,
            description=order.description,
        )
        self.closures[order.id] = closure
        return self._closure(closure, at_ms, is_open=False)

    @write.register
    def _(self, order: Reopen, at_ms: int, _what: str) -> Document:
        return self._closure(self.closures[order.id], at_ms, is_open=True)

    def _closure(self, closure: Closure, at_ms: int, *, is_open: bool) -> Document:
        body = closure_document(closure, at_ms=at_ms, is_open=is_open)
        return Document(at_ms=at_ms, source=ROAD_SOURCE, name=f"{closure.id}.geojson", body=body)

    def _at(self, minute: float) -> int:
        return self.start_ms + round(minute * MINUTE_MS)

    def _name(self, at_ms: int, telegram: str) -> str:
        return f"{datetime.fromtimestamp(at_ms / 1000, JST):%Y%m%d%H%M%S}_{telegram}.xml"

    def _places(self, order: OpenPlaces) -> list[str]:
        code = self.city.municipalities[order.municipality].code
        return [p.id for p in self.city.places if p.municipality == code]

    def _sites(self, municipality: int) -> list[str]:
        code = self.city.municipalities[municipality].code
        return [p.id for p in self.city.places if p.municipality == code and p.layer is Layer.SITE]
