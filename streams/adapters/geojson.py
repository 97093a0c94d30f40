"""GeoJSON (RFC 7946) from strangers: features, and geometry as (lat, lon) parts. Knows no property."""

from collections.abc import Iterator
from typing import Any

from streams.adapters.document import MAX_RECORDS, Document, too_many
from streams.adapters.places import read_position
from streams.adapters.reading import RefusedError, clip
from streams.events.closures import Geometry

KINDS = {
    "point": ("point", 0),
    "multipoint": ("point", 1),
    "linestring": ("line", 1),
    "multilinestring": ("line", 2),
    "polygon": ("polygon", 2),
    "multipolygon": ("polygon", 3),
}
"""Type in small letters: kind, and how deeply its positions are nested. Feeds write POINT too; the letters' case is no reason."""
WGS84 = ("CRS84", "EPSG::4326", "EPSG:4326", "EPSG::6668", "EPSG:6668")
"""JGD2011 (6668) differs from WGS 84 by centimetres."""
LEAST = {"point": 1, "line": 2, "polygon": 4}

Position = tuple[float, float]


def is_collection(document: Document) -> bool:
    """Whether the document is a JSON object of type FeatureCollection."""
    if not document.looks_like_json:
        return False
    try:
        value = document.json
    except RefusedError:
        return False
    return isinstance(value, dict) and value.get("type") == "FeatureCollection"


def first_properties(document: Document) -> dict[str, Any]:
    """Properties of the first feature that has any; what a format is told by."""
    features = document.json.get("features")
    found = (
        (f.get("properties") for f in features if isinstance(f, dict)) if isinstance(features, list) else ()
    )
    return next((p for p in found if isinstance(p, dict) and p), {})


def features_of(
    document: Document, *, any_crs: bool = False
) -> Iterator[tuple[str, dict[str, Any] | RefusedError]]:
    """Each feature with its place; one that is no object is a refusal. any_crs: the caller asks `check_crs` for each record.

    Raises:
        RefusedError: `crs-not-wgs84`, `geojson-malformed`.
    """
    if not any_crs:
        check_crs(document.json)
    features = document.json.get("features")
    if not isinstance(features, list):
        raise RefusedError("geojson-malformed", "features: expected an array", place="features")
    for index, feature in enumerate(features[: MAX_RECORDS + 1]):
        place = f"features[{index}]"
        if index == MAX_RECORDS:
            yield place, too_many()
            return
        if isinstance(feature, dict) and isinstance(feature.get("properties"), dict):
            yield place, feature
        else:
            yield place, RefusedError("geojson-malformed", "expected a Feature with properties")


def check_crs(collection: dict[str, Any]) -> None:
    """Refuses a collection that names another coordinate system than WGS 84 degrees."""
    crs = collection.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if name and not name.endswith(WGS84):
        raise RefusedError(
            "crs-not-wgs84",
            f"crs {clip(name)}: not WGS 84 degrees; reproject to EPSG:4326 (RFC 7946, 4)",
            place="crs",
        )


def read_geometry(geometry: object) -> Geometry:
    """Points, lines or rings of a geometry.

    Raises:
        RefusedError: `geometry-missing`, `geometry-unknown`, `geometry-malformed`, or a reason of `read_position`.
    """
    if geometry is None:
        raise RefusedError("geometry-missing", "geometry is null: say where it is")
    written = geometry.get("type") if isinstance(geometry, dict) else None
    known = KINDS.get(written.lower()) if isinstance(written, str) else None
    if known is None or not isinstance(geometry, dict):
        raise RefusedError(
            "geometry-unknown", f"type {clip(written)!r}: expected Point, LineString or Polygon"
        )
    kind, depth = known
    parts = tuple(_parts(geometry.get("coordinates"), depth))
    if kind == "point":
        parts = tuple((position,) for part in parts for position in part)
    if not parts or any(len(part) < LEAST[kind] for part in parts):
        raise RefusedError("geometry-malformed", f"{written}: a part has fewer than {LEAST[kind]} positions")
    return Geometry(kind, parts)


def _parts(coordinates: object, depth: int) -> Iterator[tuple[Position, ...]]:
    if depth == 0:
        yield (_position(coordinates),)
    elif not isinstance(coordinates, list):
        raise RefusedError("geometry-malformed", f"coordinates {clip(coordinates)}: expected an array")
    elif depth == 1:
        yield tuple(_position(position) for position in coordinates)
    else:
        for inner in coordinates:
            yield from _parts(inner, depth - 1)


def _position(position: object) -> Position:
    if not isinstance(position, list) or len(position) < 2:
        raise RefusedError("geometry-malformed", f"position {clip(position)}: expected [longitude, latitude]")
    return read_position(position[1], position[0])
