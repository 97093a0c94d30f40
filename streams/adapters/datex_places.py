"""Where a DATEX II record lies: lines and areas where they are drawn, else ends and points, else nothing. Reads no meaning.

A reference without coordinates (Alert-C, a predefined location, a kilometre) cannot be placed here: the closure goes without
a geometry, to the repair list, with the names that it has.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from streams.adapters.gml import find_gml
from streams.adapters.places import read_position
from streams.adapters.safe_xml import text_of
from streams.events.closures import Geometry

LOCATIONS = ("groupOfLocations", "locationReference")
"""Version 2 and version 3."""
ROAD_NAMES = ("roadName", "roadNumber")
Position = tuple[float, float]


def find_location(record: Element) -> Element | None:
    """The record's own location; its detour's is another element."""
    return next((found for tag in LOCATIONS if (found := record.find(tag)) is not None), None)


def find_geometry(record: Element) -> Geometry | None:
    """What is drawn of the record's location, the most exact first; None where nothing is.

    Raises:
        RefusedError: it is drawn, and cannot be read.
    """
    location = find_location(record)
    if location is None:
        return None
    drawn = find_gml(location) or _open_lr(location)
    if drawn is not None:
        return drawn
    ends = tuple(_ends(location)) or tuple(_points(location))
    return Geometry("point", tuple((position,) for position in dict.fromkeys(ends))) if ends else None


def _open_lr(location: Element) -> Geometry | None:
    """The points of an OpenLR line in their order: its path runs through them."""
    lines = []
    for reference in location.iter("openlrLinear"):
        coordinates = reference.findall(".//openlrCoordinate") or reference.findall(".//openlrCoordinates")
        lines.append(tuple(_position(c) for c in coordinates))
    drawn = tuple(line for line in lines if len(line) > 1)
    return Geometry("line", drawn) if drawn else None


def _ends(location: Element) -> Iterator[Position]:
    """Start and end of a TPEG line: the way between them is not known, and a straight line would close other roads."""
    for linear in location.iter("tpegLinearLocation"):
        for end in ("from", "to"):
            element = linear.find(f"{end}/pointCoordinates")
            if element is not None:
                yield _position(element)


def _points(location: Element) -> Iterator[Position]:
    exact = [e for tag in ("pointCoordinates", "openlrCoordinate") for e in location.iter(tag)]
    for element in exact or location.iter("locationForDisplay"):
        yield _position(element)
    if not exact:
        for element in location.iter("coordinatesForDisplay"):
            yield _position(element)


def _position(element: Element) -> Position:
    return read_position(text_of(element, "latitude"), text_of(element, "longitude"))


def list_road_names(record: Element) -> tuple[str, ...]:
    """Names and numbers of the roads of the record's location."""
    location = find_location(record)
    if location is None:
        return ()
    names = [_text(element) for tag in ROAD_NAMES for element in location.iter(tag)]
    return tuple(dict.fromkeys(name for name in names if name))


def _text(element: Element) -> str:
    """Its own text, else the first of its `values/value`."""
    return (element.text or "").strip() or text_of(element, "values/value")
