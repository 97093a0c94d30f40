"""Road closures as GeoJSON, this project's own exchange format: see docs/reference/feeds.md for its properties."""

from typing import Any

from streams.adapters.document import Document
from streams.adapters.geojson import check_crs, features_of, first_properties, is_collection, read_geometry
from streams.adapters.json_fields import names_of, text_at
from streams.adapters.reading import Reading, RefusedError, Source, clip, read_each
from streams.adapters.roads import find_drawing
from streams.adapters.times import find_iso, parse_iso
from streams.events.base import Action
from streams.events.closures import ClosureReport, Geometry, Mode, Structure

ACTIONS = {"closed": Action.ISSUE, "open": Action.CANCEL}
TOLD_BY = {"id", "status", "as_of"}


def is_closures(document: Document) -> bool:
    """Told by the properties id, status and as_of."""
    return is_collection(document) and set(first_properties(document)) >= TOLD_BY


def read_closures(document: Document, source: Source) -> Reading:
    """One report a feature; one that cannot be drawn is a closure without geometry, for the repair list.

    Raises:
        RefusedError: the collection as a whole (see `features_of`).
    """
    return read_each(
        "closures-geojson",
        source,
        features_of(document, any_crs=True),
        lambda feature: _closure(feature, source, document.json),
    )


def _closure(feature: dict[str, Any], source: Source, collection: dict[str, Any]) -> ClosureReport:
    properties, geometry = feature["properties"], feature.get("geometry")
    action = _one_of(properties, "status", ACTIONS)
    ident = text_at(properties, "id")
    if not ident:
        raise RefusedError("id-missing", "id: empty; without one a closure cannot be opened again")

    def draw() -> Geometry:
        check_crs(collection)
        return read_geometry(geometry)

    drawn, misdrawn = (None, "") if action is Action.CANCEL else find_drawing(draw)
    return ClosureReport(
        id=ident,
        source=source.id,
        as_of_ms=parse_iso(text_at(properties, "as_of"), "as_of"),
        action=action,
        modes=_modes(properties.get("modes")),
        cause=text_at(properties, "cause"),
        description=text_at(properties, "description"),
        road_names=names_of(properties.get("road_names")),
        geometry=drawn,
        misdrawn=misdrawn,
        structure=_one_of(properties, "structure", STRUCTURES),
        starts_at_ms=find_iso(text_at(properties, "starts_at"), "starts_at"),
        ends_at_ms=find_iso(text_at(properties, "ends_at"), "ends_at"),
    )


STRUCTURES = {"": Structure.UNKNOWN, **{structure.value: structure for structure in Structure}}


def _one_of(properties: dict[str, Any], name: str, choices: dict[str, Any]) -> Any:  # noqa: ANN401 - the table's
    word = text_at(properties, name)
    if word not in choices:
        raise RefusedError(
            f"{name}-unknown", f"{name} {clip(word)!r}: expected one of {', '.join(c for c in choices if c)}"
        )
    return choices[word]


def _modes(value: object) -> tuple[Mode, ...]:
    """Whom it stops; empty where the feed does not say."""
    if value is None:
        return ()
    known = {mode.value: mode for mode in Mode}
    if not isinstance(value, list) or not all(isinstance(m, str) and m in known for m in value):
        raise RefusedError("modes-unknown", f"modes {clip(value)}: expected an array of {', '.join(known)}")
    return tuple(dict.fromkeys(known[m] for m in value))
