"""Live-traffic JSON as Transport for NSW publishes it: one report a hazard. Only ROAD_CLOSURE, or a road that is Closed, closes."""

import html
import re
from typing import Any

from streams.adapters.document import Document
from streams.adapters.geojson import features_of, first_properties, is_collection, read_geometry
from streams.adapters.json_fields import objects_at, text_at
from streams.adapters.reading import Reading, RefusedError, Source, clip
from streams.adapters.roads import Whole, closure_id, find_drawing, read_roads
from streams.events.base import Action
from streams.events.closures import ClosureReport, Geometry, Mode

FORMAT = "nsw-livetraffic"
TOLD_BY = {"headline", "mainCategory", "periods", "roads"}
MAX_EPOCH_MS = 4_102_444_800_000
"""The year 2100."""
_TAGS = re.compile(r"<[^<>]{0,300}>")


def is_nsw(document: Document) -> bool:
    """Told by the layer's name and time of publication, or by what its hazards have."""
    if not is_collection(document):
        return False
    value = document.json
    return ("layerName" in value and "lastPublished" in value) or set(first_properties(document)) >= TOLD_BY


def read_nsw(document: Document, source: Source) -> Reading:
    """One report a hazard; a layer is whole: what it does not name any more has ended.

    Raises:
        RefusedError: the collection as a whole (see `features_of`).
    """
    value = document.json
    published_at_ms = _find_ms(value, "lastPublished")
    layer = text_at(value, "layerName")
    return read_roads(
        FORMAT,
        source,
        features_of(document),
        identify=lambda feature: text_at(feature, "id"),
        make=lambda feature: _read(feature, source, published_at_ms),
        whole=None if published_at_ms is None or not layer else Whole(published_at_ms, layer),
    )


def _read(feature: dict[str, Any], source: Source, published_at_ms: int | None) -> ClosureReport:
    properties = feature["properties"]
    updated_at_ms = _find_ms(properties, "lastUpdated")
    as_of_ms = published_at_ms if published_at_ms is not None else updated_at_ms
    if as_of_ms is None:
        raise RefusedError(
            "time-missing", "neither lastPublished nor lastUpdated, in milliseconds since 1970"
        )
    ident, cause = closure_id(source, text_at(feature, "id")), text_at(properties, "mainCategory")
    names = tuple(
        dict.fromkeys(
            name for road in objects_at(properties, "roads") if (name := text_at(road, "mainStreet"))
        )
    )
    if properties.get("ended") is True or properties.get("isEnded") is True or not _closes(properties):
        return ClosureReport(
            id=ident, source=source.id, as_of_ms=as_of_ms, action=Action.CANCEL, cause=cause, road_names=names
        )
    drawn, misdrawn = find_drawing(lambda: _geometry(feature))
    return ClosureReport(
        id=ident,
        source=source.id,
        as_of_ms=as_of_ms,
        modes=(Mode.CAR,),
        cause=cause,
        description=_description(properties),
        road_names=names,
        geometry=drawn,
        misdrawn=misdrawn,
        starts_at_ms=_find_ms(properties, "start"),
        ends_at_ms=_find_ms(properties, "end"),
    )


def _closes(properties: dict[str, Any]) -> bool:
    planned = any(
        text_at(period, "closureType") == "ROAD_CLOSURE" for period in objects_at(properties, "periods")
    )
    lanes = (lane for road in objects_at(properties, "roads") for lane in objects_at(road, "impactedLanes"))
    return planned or any(text_at(lane, "extent") == "Closed" for lane in lanes)


def _find_ms(fields: dict[str, Any], name: str) -> int | None:
    """Milliseconds since 1970; None where it is absent, negative or not a number.

    Raises:
        RefusedError: `time-invalid`.
    """
    value = fields.get(name)
    if value is None or isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        return None
    if value > MAX_EPOCH_MS:
        raise RefusedError(
            "time-invalid", f"{name} {clip(value)}: beyond 2100; expected milliseconds since 1970"
        )
    return int(value)


def _description(properties: dict[str, Any]) -> str:
    """Headline, when it is closed, and advice: without HTML, and without the blanks that stand for nothing."""
    periods = (
        " ".join(
            word
            for name in ("fromDay", "toDay", "startTime", "finishTime", "direction")
            if (word := text_at(p, name))
        )
        for p in objects_at(properties, "periods")
        if text_at(p, "closureType") == "ROAD_CLOSURE"
    )
    words = (text_at(properties, "headline"), "; ".join(periods), text_at(properties, "otherAdvice"))
    return " / ".join(plain for word in words if (plain := _plain(word)))


def _plain(text: str) -> str:
    return " ".join(html.unescape(_TAGS.sub(" ", text)).split())


def _geometry(feature: dict[str, Any]) -> Geometry | None:
    return None if feature.get("geometry") is None else read_geometry(feature["geometry"])
