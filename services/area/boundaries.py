"""Boundaries of municipalities: GeoJSON that carries our `refs` already, or the properties of 国土数値情報 N03."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import box, mapping, shape
from shapely.geometry.base import BaseGeometry

from services.area.codes import TSUNAMI_AREAS, refs_of
from services.area.errors import AreaFolderError
from services.area.folder import Municipality

BBox = tuple[float, float, float, float]
CODE, NAMES = "N03_007", ("N03_003", "N03_004")


@dataclass(frozen=True)
class Boundaries:
    """What goes into `areas.geojson`, the municipalities among it, and what a reader must know."""

    collection: dict[str, Any]
    municipalities: tuple[Municipality, ...]
    notes: tuple[str, ...]


def read_boundaries(path: Path, bbox: BBox) -> Boundaries:
    """Boundaries that touch the network's `bbox` (south, west, north, east).

    Raises:
        AreaFolderError: no GeoJSON, no known properties, or nothing here; names the feature.
    """
    window = box(bbox[1], bbox[0], bbox[3], bbox[2])
    ready: list[dict[str, Any]] = []
    by_code: dict[str, list[BaseGeometry]] = {}
    names: dict[str, str] = {}
    for number, feature in enumerate(read_features(path)):
        place = f"{path}: features[{number}]"
        found, properties = _shape(feature, place), feature.get("properties") or {}
        if not found.intersects(window):
            continue
        if isinstance(properties.get("refs"), list):
            ready.append(feature)
        elif isinstance(code := properties.get(CODE), str) and len(code) == 5:
            by_code.setdefault(code, []).append(found)
            names[code] = "".join(properties.get(name) or "" for name in NAMES) or code
        elif properties.get(CODE, "") is not None:
            raise AreaFolderError(
                f"{place}: neither 'refs' nor a 5-digit '{CODE}' among {sorted(properties)}"
            )
    features = ready + [
        _feature(shapely.union_all(parts), refs_of(code), names[code]) for code, parts in by_code.items()
    ]
    if not features:
        raise AreaFolderError(f"{path}: no boundary touches the network ({bbox}); is it of another place?")
    known = {m.code: m for m in _municipalities(ready)}
    known |= {code: Municipality(code, names[code]) for code in by_code}
    return Boundaries(
        {"type": "FeatureCollection", "features": features},
        tuple(known[code] for code in sorted(known)),
        _notes(by_code),
    )


def whole_network(bbox: BBox, codes: Iterable[str], name: str) -> Boundaries:
    """One feature that covers the network, with the refs of every municipality that the lists name."""
    found = sorted(set(codes))
    refs = tuple(dict.fromkeys(ref for code in found for ref in refs_of(code)))
    feature = _feature(box(bbox[1], bbox[0], bbox[3], bbox[2]), refs, name)
    note = (
        f"no boundaries were given: an alert for any of {', '.join(found)} counts everywhere in this area; give --areas to be exact"
        if found
        else "neither boundaries nor lists name a municipality: no alert will ever reach this area; give --areas"
    )
    return Boundaries(
        {"type": "FeatureCollection", "features": [feature]},
        tuple(Municipality(code, code) for code in found),
        (note, *_notes(found)),
    )


def read_features(path: Path) -> list[dict[str, Any]]:
    """Features of a GeoJSON file in degrees.

    Raises:
        AreaFolderError: it cannot be read or is no FeatureCollection.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise AreaFolderError(f"{path}: cannot be read as GeoJSON ({error})") from None
    if not isinstance(document, dict) or not isinstance(document.get("features"), list):
        raise AreaFolderError(f"{path}: no GeoJSON FeatureCollection (TopoJSON must be converted first)")
    return [feature for feature in document["features"] if isinstance(feature, dict)]


def _shape(feature: dict[str, Any], place: str) -> BaseGeometry:
    try:
        found = shapely.make_valid(shape(feature["geometry"]))
    except (KeyError, TypeError, AttributeError, ValueError, shapely.errors.ShapelyError) as error:
        raise AreaFolderError(f"{place}: no geometry that can be read ({error!r})") from None
    if found.is_empty:
        raise AreaFolderError(f"{place}: the geometry is empty")
    west, south, east, north = found.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise AreaFolderError(
            f"{place}: bounds {found.bounds} are not degrees of [lon, lat]; convert it to WGS 84 first"
        )
    return found


def check_zones(path: Path, hazards: Iterable[str]) -> dict[str, Any]:
    """A file of hazard-map zones, its geometries and its hazards checked.

    Raises:
        AreaFolderError: names the feature and what is expected.
    """
    known, features = set(hazards), read_features(path)
    for number, feature in enumerate(features):
        place = f"{path}: features[{number}]"
        _shape(feature, place)
        properties = feature.get("properties") or {}
        hazard, after = properties.get("hazard"), properties.get("arrives_after_min")
        if hazard not in known:
            raise AreaFolderError(
                f"{place}: property 'hazard' is {hazard!r}; expected one of {sorted(known)}"
            )
        if after is not None and (isinstance(after, bool) or not isinstance(after, int | float) or after < 0):
            raise AreaFolderError(
                f"{place}: property 'arrives_after_min' is {after!r}; expected minutes from 0 on, or none where nobody knows"
            )
    return {"type": "FeatureCollection", "features": features}


def note_zones(path: Path, zones: dict[str, Any], bbox: BBox) -> tuple[str, ...]:
    """What a reader must know of a hazard map that says nothing about this network: zones that touch it nowhere."""
    window = box(bbox[1], bbox[0], bbox[3], bbox[2])
    if any(shape(feature["geometry"]).intersects(window) for feature in zones["features"]):
        return ()
    words = (
        f"{path.name}: none of {len(zones['features'])} zones touches the network ({bbox}): is the hazard map of another place, "
        "or are its positions [lat, lon] instead of [lon, lat]?"
    )
    return (words,)


def _feature(geometry: BaseGeometry, refs: tuple[str, ...], name: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"refs": list(refs), "name": name},
        "geometry": mapping(geometry),
    }


def _municipalities(features: list[dict[str, Any]]) -> list[Municipality]:
    found = []
    for feature in features:
        properties = feature["properties"]
        codes = [ref.removeprefix("muni/") for ref in properties["refs"] if str(ref).startswith("muni/")]
        found += [Municipality(code, str(properties.get("name") or code)) for code in codes[:1]]
    return found


def _notes(codes: Iterable[str]) -> tuple[str, ...]:
    prefectures = sorted({code[:2] for code in codes} & TSUNAMI_AREAS.keys())
    if not prefectures:
        return ()
    areas = " ".join(TSUNAMI_AREAS[p] for p in prefectures)
    return (
        f"a tsunami warning for any coast of the prefecture (JMA areas {areas}) counts in every municipality, also inland",
    )
