"""GSI's national list of 指定緊急避難場所 and 指定避難所: GeoJSON by municipality, and GSI's own CSV columns."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from streams.adapters.document import Document, Row
from streams.adapters.geojson import (
    check_crs,
    features_of,
    first_properties,
    is_collection,
    read_geometry,
)
from streams.adapters.places import find_yes, place_row, read_flags, read_position, written
from streams.adapters.reading import Reading, RefusedError, Source, clip, read_each
from streams.events.shelters import Layer, SiteReport, UnplacedSite

ID, NAME, ADDRESS = "共通ID", "施設・場所名", "住所"
ALSO_SHELTER = "指定避難所との住所同一"
ALSO_SITE = "指定緊急避難場所との住所同一"
"""The column of the evacuation list; the emergency list has `ALSO_SHELTER` instead."""
_COMMON_ID = re.compile(r"E([0-9]{5})[0-9]{8}")


def is_gsi_geojson(document: Document) -> bool:
    """Told by 共通ID; GSI's stub for a municipality without a list is this format too."""
    if is_collection(document):
        return ID in first_properties(document)
    return document.looks_like_json and b'"unavailable"' in document.head and b"dataType" in document.head


def read_gsi_geojson(document: Document, source: Source) -> Reading:
    """One report a feature.

    Raises:
        RefusedError: `list-unavailable`, `json-malformed`, or a reason of `features_of`.
    """
    value = document.json
    if not isinstance(value, dict) or value.get("type") != "FeatureCollection":
        code = value.get("code") if isinstance(value, dict) else None
        raise RefusedError(
            "list-unavailable",
            f"municipality {code}: the list says it is unavailable; the wards of a designated city stand in the city's list",
        )
    features = features_of(document, any_crs=True)
    return read_each("gsi-geojson", source, features, lambda feature: _of_feature(feature, source, value))


def _of_feature(
    feature: dict[str, Any], source: Source, collection: dict[str, Any]
) -> SiteReport | UnplacedSite:
    fields = {column: "" if value is None else str(value) for column, value in feature["properties"].items()}

    def position() -> tuple[float, float]:
        check_crs(collection)
        return _point(feature)

    geometry = feature.get("geometry")
    drawn = geometry.get("coordinates") if isinstance(geometry, dict) else None
    return _site(fields, source, position, at="" if drawn is None else clip(drawn, chars=80))


def _point(feature: Mapping[str, object]) -> tuple[float, float]:
    geometry = read_geometry(feature.get("geometry"))
    if geometry.kind != "point":
        raise RefusedError("geometry-unknown", f"{geometry.kind}: a place of the list is a Point")
    return geometry.parts[0][0]


def is_gsi_csv(document: Document) -> bool:
    """Told by the columns 共通ID and 施設・場所名."""
    return {ID, NAME} <= set(document.columns)


def read_gsi_csv(document: Document, source: Source) -> Reading:
    """One report a line."""
    return read_each("gsi-csv", source, document.rows(), lambda row: _of_row(row, source))


def _of_row(row: Row, source: Source) -> SiteReport | UnplacedSite:
    lat, lon = row.get("緯度"), row.get("経度")
    return _site(row.fields, source, lambda: read_position(lat, lon), at=written(lat, lon))


def _site(
    fields: Mapping[str, str], source: Source, position: Callable[[], tuple[float, float]], *, at: str
) -> SiteReport | UnplacedSite:
    def value(column: str) -> str:
        return fields.get(column, "").strip()

    layer = Layer.SHELTER if ALSO_SITE in fields else Layer.SITE
    ident = value(ID)
    if not ident or not value(NAME):
        raise RefusedError("id-missing", f"{ID} {ident!r}, {NAME} {value(NAME)!r}: both are needed")
    common = _COMMON_ID.fullmatch(ident)
    suits, unsuited = read_flags(value)
    said = UnplacedSite(
        id=ident,
        source=source.id,
        layer=layer,
        name=value(NAME),
        suits=suits,
        unsuited=unsuited,
        address=value(ADDRESS),
        municipality=common[1] if common else "",
        also_shelter=find_yes(value(ALSO_SHELTER)) if layer is Layer.SITE else None,
        accepts=value("受入対象者"),
        why="",
        written=at,
    )
    return place_row(said, position)
