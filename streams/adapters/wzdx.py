"""WZDx 4 (and 3) work zones: one report a feature. Only `all-lanes-closed` closes a road to cars, only closed sidewalks to walkers."""

from typing import Any

from streams.adapters.document import Document
from streams.adapters.geojson import features_of, is_collection, read_geometry
from streams.adapters.json_fields import names_of, objects_at, text_at
from streams.adapters.reading import Reading, Source
from streams.adapters.roads import Silent, Whole, closure_id, find_drawing, read_roads
from streams.adapters.times import find_iso, parse_iso
from streams.events.base import Action
from streams.events.closures import ClosureReport, Geometry, Mode

FORMAT = "wzdx"
FEED_INFO = ("feed_info", "road_event_feed_info")
"""Version 4 and version 3."""
ALL_CLOSED = "all-lanes-closed"
OVER = frozenset({"completed", "cancelled"})
OTHER_EVENTS = {"detour": "a detour is the way round, not what is closed"}


def is_wzdx(document: Document) -> bool:
    """Told by `feed_info` beside the features."""
    return is_collection(document) and any(isinstance(document.json.get(name), dict) for name in FEED_INFO)


def read_wzdx(document: Document, source: Source) -> Reading:
    """One report a road event. A feed is whole: what it does not name any more has ended.

    Raises:
        RefusedError: the collection as a whole (see `features_of`), or a feed that does not say when it is of.
    """
    info = next(document.json[name] for name in FEED_INFO if isinstance(document.json.get(name), dict))
    as_of_ms = parse_iso(text_at(info, "update_date"), "feed_info.update_date")
    return read_roads(
        FORMAT,
        source,
        features_of(document),
        identify=lambda feature: text_at(feature, "id") or text_at(feature["properties"], "road_event_id"),
        make=lambda feature: _read(feature, source, as_of_ms),
        whole=Whole(as_of_ms, text_at(info, "publisher")),
    )


def _read(feature: dict[str, Any], source: Source, as_of_ms: int) -> ClosureReport | Silent:
    properties = feature["properties"]
    core = properties.get("core_details")
    core = core if isinstance(core, dict) else properties
    event, impact = text_at(core, "event_type"), text_at(properties, "vehicle_impact")
    ident = closure_id(source, text_at(feature, "id") or text_at(properties, "road_event_id"))
    if event in OTHER_EVENTS:
        return Silent(OTHER_EVENTS[event])
    modes = _closed_modes(properties, impact)
    is_over = text_at(properties, "event_status") in OVER
    if not modes and not is_over and impact in {"", "unknown"}:
        return Silent("its impact on vehicles is unknown")
    road_names = names_of(core.get("road_names")) or names_of(core.get("road_name"))
    if not modes or is_over:
        return ClosureReport(
            id=ident,
            source=source.id,
            as_of_ms=as_of_ms,
            action=Action.CANCEL,
            cause=impact,
            road_names=road_names,
        )
    drawn, misdrawn = find_drawing(lambda: _geometry(feature))
    return ClosureReport(
        id=ident,
        source=source.id,
        as_of_ms=as_of_ms,
        modes=modes,
        cause=event,
        description=" ".join(
            word for word in (text_at(core, "description"), text_at(core, "direction")) if word
        ),
        road_names=road_names,
        geometry=drawn,
        misdrawn=misdrawn,
        starts_at_ms=find_iso(text_at(properties, "start_date"), "start_date"),
        ends_at_ms=find_iso(text_at(properties, "end_date"), "end_date"),
    )


def _closed_modes(properties: dict[str, Any], impact: str) -> tuple[Mode, ...]:
    lanes = objects_at(properties, "lanes")
    walks = [text_at(lane, "status") for lane in lanes if text_at(lane, "type") == "sidewalk"]
    foot = (Mode.FOOT,) if walks and all(status == "closed" for status in walks) else ()
    return foot + ((Mode.CAR,) if impact == ALL_CLOSED else ())


def _geometry(feature: dict[str, Any]) -> Geometry | None:
    """A MultiPoint has the two ends of a work zone only: the way between them is not known."""
    return None if feature.get("geometry") is None else read_geometry(feature["geometry"])
