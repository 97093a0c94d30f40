"""Positions and lines of GML in road feeds: `pos` and `posList`, latitude before longitude as EPSG:4326 has it. Knows no feed."""

from xml.etree.ElementTree import Element

from streams.adapters.places import read_position
from streams.adapters.reading import RefusedError, clip
from streams.events.closures import Geometry

Position = tuple[float, float]
LON_FIRST = ("CRS84", "crs84")
"""Names of reference systems that put the longitude first."""


def read_positions(element: Element, *, dimension: int = 2) -> tuple[Position, ...]:
    """Numbers of a `pos` or `posList`.

    Raises:
        RefusedError: `geometry-malformed`, or a reason of `read_position`.
    """
    numbers = (element.text or "").replace(",", " ").split()
    size = int(written) if (written := element.get("srsDimension", "")) in {"2", "3"} else dimension
    if not numbers or len(numbers) % size:
        raise RefusedError(
            "geometry-malformed",
            f"{element.tag} {clip(element.text or '')!r}: not pairs of latitude and longitude",
        )
    lon_first = element.get("srsName", "").endswith(LON_FIRST)
    pairs = (numbers[at : at + 2] for at in range(0, len(numbers), size))
    return tuple(read_position(b, a) if lon_first else read_position(a, b) for a, b in pairs)


def find_gml(parent: Element) -> Geometry | None:
    """Polygons, lines or points below `parent`, the first kind of these that is there.

    Raises:
        RefusedError: a reason of `read_positions`; `geometry-malformed` where a line or ring is too short.
    """
    rings = parent.findall(".//exterior//posList")
    if rings:
        return _geometry("polygon", rings, least=4)
    lines = parent.findall(".//posList")
    if lines:
        return _geometry("line", lines, least=2)
    points = parent.findall(".//pos")
    if points:
        return Geometry("point", tuple((position,) for p in points for position in read_positions(p)))
    return None


def _geometry(kind: str, lists: list[Element], *, least: int) -> Geometry:
    parts = tuple(read_positions(element) for element in lists)
    if any(len(part) < least for part in parts):
        raise RefusedError("geometry-malformed", f"a {kind} of fewer than {least} positions")
    return Geometry(kind, parts)
