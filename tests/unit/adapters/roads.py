"""Given road feeds: what a document of each format becomes, one interesting field at a time."""

from streams.adapters.registry import Reading, Source, read
from streams.events.base import Action
from streams.events.closures import ClosureReport, ClosureSnapshot

SOURCE = Source("road", 5)


def read_road(document: bytes | str, *, name: str = "") -> Reading:
    return read(document.encode() if isinstance(document, str) else document, SOURCE, name=name)


def reports(reading: Reading) -> list[ClosureReport]:
    return [event for event in reading.events if isinstance(event, ClosureReport)]


def closed(reading: Reading) -> list[str]:
    return [report.id for report in reports(reading) if report.action is not Action.CANCEL]


def opened(reading: Reading) -> list[str]:
    return [report.id for report in reports(reading) if report.action is Action.CANCEL]


def whole(reading: Reading) -> ClosureSnapshot | None:
    found = [event for event in reading.events if isinstance(event, ClosureSnapshot)]
    assert len(found) < 2
    return found[0] if found else None


def reasons(reading: Reading) -> list[tuple[str, str]]:
    return [(rejection.reason, rejection.place) for rejection in reading.rejections]
