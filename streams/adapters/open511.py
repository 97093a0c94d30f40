"""Open511 events, as JSON and as XML: one report an event. Only a road whose state is CLOSED is closed."""

from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from streams.adapters.document import Document, bounded
from streams.adapters.geojson import read_geometry
from streams.adapters.gml import find_gml
from streams.adapters.json_fields import names_of, objects_at, text_at
from streams.adapters.reading import Reading, RefusedError, Source
from streams.adapters.roads import Silent, closure_id, find_drawing, read_roads
from streams.adapters.safe_xml import text_of
from streams.adapters.times import find_iso, parse_iso
from streams.events.base import Action
from streams.events.closures import ClosureReport, Geometry, Mode

FORMAT = "open511"
CLOSED = "CLOSED"
OVER = "ARCHIVED"
WALKERS = frozenset({"SIDEWALK", "PEDESTRIAN"})
"""Of `impacted_systems`: an event that names walkers closes to them too."""


@dataclass(frozen=True)
class _Event:
    """An event of either form. `drawn`: GeoJSON's geometry, or the XML element `geography`."""

    id: str
    status: str
    updated: str
    fields: dict[str, str]
    roads: tuple[dict[str, Any], ...]
    intervals: tuple[str, ...]
    systems: tuple[str, ...]
    drawn: object

    def __str__(self) -> str:
        """The head of the event, for a rejection."""
        return f"{self.id} {self.status} {self.updated} {self.fields}"


def is_open511(document: Document) -> bool:
    """Told by the XML root `open511`, or by events with status and event_type."""
    if document.looks_like_xml:
        return document.xml.tag == "open511"
    value = document.json if document.looks_like_json else None
    if not isinstance(value, dict) or not isinstance(value.get("events"), list):
        return False
    first = next((event for event in value["events"] if isinstance(event, dict)), None)
    return (
        {"id", "event_type"} <= set(first) if first is not None else "meta" in value or "pagination" in value
    )


def read_open511(document: Document, source: Source) -> Reading:
    """One report an event. An event that is over is ARCHIVED; a list may be a page or a choice, so nothing ends by absence."""
    if document.looks_like_xml:
        events = [_of_xml(event) for event in document.xml.findall("events/event")]
    else:
        events = [_of_json(event) for event in objects_at(document.json, "events")]
    return read_roads(
        FORMAT,
        source,
        bounded(events, lambda number: f"events[{number}]"),
        identify=lambda event: event.id,
        make=lambda event: _read(event, source),
    )


def _of_json(event: dict[str, Any]) -> _Event:
    schedule = event.get("schedule")
    intervals = schedule.get("intervals") if isinstance(schedule, dict) else None
    return _Event(
        id=text_at(event, "id"),
        status=text_at(event, "status"),
        updated=text_at(event, "updated"),
        fields={name: text_at(event, name) for name in ("event_type", "headline", "description")},
        roads=tuple(objects_at(event, "roads")),
        intervals=names_of(intervals),
        systems=tuple(
            s for road in objects_at(event, "roads") for s in names_of(road.get("impacted_systems"))
        ),
        drawn=event.get("geography"),
    )


def _of_xml(event: Element) -> _Event:
    roads = tuple(
        {part.tag: (part.text or "").strip() for part in road} for road in event.findall("roads/road")
    )
    return _Event(
        id=text_of(event, "id"),
        status=text_of(event, "status"),
        updated=text_of(event, "updated"),
        fields={name: text_of(event, name) for name in ("event_type", "headline", "description")},
        roads=roads,
        intervals=tuple((i.text or "").strip() for i in event.findall("schedule/intervals/interval")),
        systems=tuple(
            (s.text or "").strip() for s in event.findall("roads/road/impacted_systems/impacted_system")
        ),
        drawn=event.find("geography"),
    )


def _read(event: _Event, source: Source) -> ClosureReport | Silent:
    ident = closure_id(source, event.id)
    states = {text_at(road, "state").upper() for road in event.roads} - {""}
    if not states and event.status != OVER:
        return Silent("they do not say whether a road is closed")
    as_of_ms = parse_iso(event.updated, "updated")
    names = tuple(dict.fromkeys(name for road in event.roads if (name := text_at(road, "name"))))
    if event.status == OVER or CLOSED not in states:
        return ClosureReport(
            id=ident,
            source=source.id,
            as_of_ms=as_of_ms,
            action=Action.CANCEL,
            cause=event.fields["event_type"],
            road_names=names,
        )
    starts_at_ms, ends_at_ms = _span(event.intervals)
    drawn, misdrawn = find_drawing(lambda: _geometry(event.drawn))
    return ClosureReport(
        id=ident,
        source=source.id,
        as_of_ms=as_of_ms,
        modes=(Mode.FOOT, Mode.CAR) if WALKERS & {s.upper() for s in event.systems} else (Mode.CAR,),
        cause=event.fields["event_type"],
        description=_description(event),
        road_names=names,
        geometry=drawn,
        misdrawn=misdrawn,
        starts_at_ms=starts_at_ms,
        ends_at_ms=ends_at_ms,
    )


def _description(event: _Event) -> str:
    """Headline and text, and where on the road: direction, from, to."""
    where = (
        f"{label} {value}"
        for road in event.roads
        if text_at(road, "state").upper() == CLOSED
        for label, name in (("direction", "direction"), ("from", "from"), ("to", "to"))
        if (value := text_at(road, name))
    )
    words = (event.fields["headline"], event.fields["description"], ", ".join(where))
    return " / ".join(word for word in words if word)


def _span(intervals: tuple[str, ...]) -> tuple[int | None, int | None]:
    """From the first start to the last end, where all are known. Times without an offset are the jurisdiction's own, which is
    not in the document: they are not guessed, the closure then holds until it is archived.
    """
    starts, ends = (
        zip(*(interval.partition("/")[::2] for interval in intervals), strict=True) if intervals else ((), ())
    )
    return _bound(starts, min), _bound(ends, max)


def _bound(times: tuple[str, ...], choose: Any) -> int | None:  # noqa: ANN401 - min or max
    try:
        known = [find_iso(text, "schedule") for text in times]
    except RefusedError:
        return None
    return None if None in known else choose(known, default=None)


def _geometry(drawn: object) -> Geometry | None:
    if isinstance(drawn, Element):
        return find_gml(drawn)
    return None if drawn is None else read_geometry(drawn)
