"""Entities of NGSI v2 and NGSI-LD: alone, in a list, in a notification or as GeoJSON features; simplified or normalised.

Here they become plain fields; what each type of entity means is in `ngsi_kinds`.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from streams.adapters.document import Document, bounded
from streams.adapters.ngsi_kinds import KINDS, Entity
from streams.adapters.reading import Findings, Reading, RefusedError, Source, clip
from streams.adapters.times import parse_iso

FORMAT = "ngsi"
CHANGED = ("dateModified", "modifiedAt", "dateObserved", "observedAt")
NOT_ATTRIBUTES = frozenset({"id", "type", "@id", "@type", "@context", "geometry", "properties"})
WRAPPED = ("value", "object", "languageMap", "@value")


def is_ngsi(document: Document) -> bool:
    """Told by id and type, or by a notification's data."""
    return document.looks_like_json and next(_entities(document.json), None) is not None


def read_ngsi(document: Document, source: Source) -> Reading:
    """All entities of the types that are read; another type is a note."""
    found = Findings(source)
    value = document.json
    notified_at = value.get("notifiedAt") if isinstance(value, dict) else None
    kinds: set[str] = set()
    aside: Counter[str] = Counter()
    for place, raw in bounded(_entities(value), lambda number: f"entity[{number}]"):
        if isinstance(raw, RefusedError):
            found.refuse(raw, place=place)
            continue
        kind = _kind(raw)
        kinds.add(kind)
        try:
            event = (
                KINDS[kind](_entity(raw, kind, notified_at, found, place), source) if kind in KINDS else None
            )
        except RefusedError as error:
            found.refuse(error, place=place, record=str(raw))
            continue
        if event is None:
            aside[kind] += 1
        else:
            found.events.append(event)
    found.notes += [
        f"{count} of type {clip(kind)}: not relevant, no danger and no place to go to"
        for kind, count in aside.items()
    ]
    return found.reading(FORMAT, clip(next(iter(kinds))) if len(kinds) == 1 else "")


def _entities(value: object) -> Iterator[dict[str, Any]]:
    """The entities of a document, whatever they stand in; nothing where it holds none."""
    if (
        isinstance(value, dict)
        and isinstance(value.get("data"), list | dict)
        and ("subscriptionId" in value or value.get("type") == "Notification")
    ):
        value = value["data"]
    if isinstance(value, dict) and value.get("type") == "FeatureCollection":
        value = value.get("features")
    for entity in value if isinstance(value, list) else [value]:
        if isinstance(entity, dict) and _kind(entity) and _id(entity):
            yield entity


def _id(entity: dict[str, Any]) -> str:
    """Under its name, or the one that it has in JSON-LD; empty where it has none."""
    written = entity.get("id", entity.get("@id"))
    return written.strip() if isinstance(written, str) else ""


def _kind(entity: dict[str, Any]) -> str:
    """The type without its namespace; empty where it has none. A feature's is in its properties."""
    written = entity.get("type", entity.get("@type"))
    if written == "Feature":
        properties = entity.get("properties")
        written = properties.get("type") if isinstance(properties, dict) else None
    if isinstance(written, list):
        written = written[0] if written else None
    return written.rpartition("/")[2] if isinstance(written, str) else ""


def _entity(raw: dict[str, Any], kind: str, notified_at: object, found: Findings, place: str) -> Entity:
    properties = raw.get("properties")
    attributes = properties if raw.get("type") == "Feature" and isinstance(properties, dict) else raw
    fields = {name: unwrap(value) for name, value in attributes.items() if name not in NOT_ATTRIBUTES}
    if "location" not in fields and raw.get("geometry") is not None:
        fields["location"] = unwrap(raw["geometry"])
    times = [fields[name] for name in CHANGED if isinstance(fields.get(name), str)]
    times += [
        time
        for time in (_observed(attributes), notified_at, fields.get("dateIssued"))
        if isinstance(time, str) and time
    ]
    as_of_ms = _first_readable(times)
    if as_of_ms is None:
        as_of_ms = found.source.received_at_ms
        found.notes.append(
            f"{place}: says no time; taken as of its arrival (subscribe with dateModified or modifiedAt)"
        )
    return Entity(id=_id(raw), kind=kind, fields=fields, as_of_ms=as_of_ms)


def _first_readable(times: list[str]) -> int | None:
    """The first of these times that has an offset; None where there is none at all.

    Raises:
        RefusedError: there are times, and none can be read.
    """
    for number, time in enumerate(times, start=1):
        try:
            return parse_iso(time, "dateModified")
        except RefusedError:
            if number == len(times):
                raise
    return None


def _observed(attributes: dict[str, Any]) -> str:
    """The latest observedAt or modifiedAt of its attributes; empty where none has one."""
    times = (
        value[name]
        for value in attributes.values()
        if isinstance(value, dict)
        for name in ("observedAt", "modifiedAt")
        if isinstance(value.get(name), str)
    )
    return max(times, default="")


def unwrap(value: object) -> Any:  # noqa: ANN401 - whatever the sender wrote
    """The value of a normalised attribute, or what stands there; never more than four layers."""
    for _ in range(4):
        if not isinstance(value, dict) or "coordinates" in value:
            return value
        name = next((name for name in WRAPPED if name in value), None)
        if name is None:
            return value
        value = value[name]
    return value
