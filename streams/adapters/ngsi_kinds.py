"""What entities mean: places and shelters of datamodels.jp, road restrictions, alerts of the Smart Data Models. Fields in, events out."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from streams.adapters.areas import Ring
from streams.adapters.geojson import read_geometry
from streams.adapters.hazard_words import hazards_of
from streams.adapters.json_fields import names_of, text_at
from streams.adapters.places import find_count, municipality_of, place_id, place_row
from streams.adapters.reading import AnyEvent, RefusedError, Source, clip
from streams.adapters.roads import closure_id, find_drawing
from streams.adapters.times import find_iso
from streams.events.alerts import AreaConditions, Condition, Severity, Telegram
from streams.events.base import SITE_HAZARDS, Action, AreaRef, Hazard, Status
from streams.events.closures import ClosureReport, Geometry
from streams.events.shelters import Layer, Opening, ShelterReport, SiteReport, UnplacedSite

HAZARD_TYPES = dict(
    zip(
        ("flood", "landslide", "stormSurge", "earthquake", "tsunami", "greatFire", "inlandFlood", "eruption"),
        SITE_HAZARDS,
        strict=True,
    )
)
OPENINGS = {"open": Opening.OPEN, "closed": Opening.CLOSED, "full": Opening.FULL, "": Opening.UNKNOWN}
RESTRICTIONS = {"closed": Action.ISSUE, "limited": Action.CANCEL, "open": Action.CANCEL}
NOT_FOR_CARS = frozenset({"closedHeavyVehicle", "laneRestriction", "alternatingOneWay", "mobileRestriction", "chainRestriction", "chainGuidance"})  # fmt: skip
"""Categories of a restriction that leave a car a way through, whatever its status says in general."""
SEVERITIES = {
    "informational": Severity.NONE,
    "low": Severity.ADVISORY,
    "medium": Severity.ADVISORY,
    "high": Severity.WARNING,
    "critical": Severity.EMERGENCY,
}
DANGERS = frozenset({"weather", "naturalDisaster", "environment", ""})
"""Categories of an Alert that somebody may have to flee from; traffic, security, health and agriculture are not."""


@dataclass(frozen=True)
class Entity:
    """An entity as plain fields, and as of when they are true."""

    id: str
    kind: str
    fields: dict[str, Any]
    as_of_ms: int

    def text(self, name: str) -> str:
        """A field as text; empty where there is none."""
        return text_at(self.fields, name)


def _list_id(entity: Entity, own: str) -> str:
    """The id under which lists and reports meet: 共通ID, else the municipality's own, else the entity's."""
    municipality = municipality_of(entity.text("localGovernmentCode"))
    national = entity.text("nationalShelterId")
    return national or place_id(entity.text(own) or entity.id, municipality)


def _read_place(entity: Entity, source: Source, *, layer: Layer, own: str) -> SiteReport | UnplacedSite:
    name = entity.text("name")
    if not name:
        raise RefusedError("name-missing", "no name: a person could not find it")
    suits = _hazards(entity.fields.get("hazardTypes"))
    address = entity.fields.get("address")
    location = entity.fields.get("location")
    said = UnplacedSite(
        id=_list_id(entity, own),
        source=source.id,
        layer=layer,
        name=name,
        suits=suits,
        unsuited=tuple(h for h in SITE_HAZARDS if h not in suits) if suits else (),
        capacity=_count(entity, "maxCapacity"),
        name_kana=entity.text("nameKana"),
        address=text_at(address, "addressText") if isinstance(address, dict) else entity.text("address"),
        municipality=municipality_of(entity.text("localGovernmentCode")),
        also_shelter=_find_flag(entity.fields.get("alsoDesignatedShelter")),
        as_of_ms=entity.as_of_ms,
        why="",
        written="" if location is None else clip(location, chars=80),
    )
    return place_row(said, lambda: _point(location))


def _point(location: object) -> tuple[float, float]:
    if location is None:
        raise RefusedError("coordinates-missing", "no location: geocode the address, then send it again")
    geometry = read_geometry(location)
    if geometry.kind != "point":
        raise RefusedError("geometry-unknown", f"{geometry.kind}: a place of the list is a Point")
    return geometry.parts[0][0]


def read_site(entity: Entity, source: Source) -> SiteReport | UnplacedSite:
    """EvacuationSite, 指定緊急避難場所."""
    return _read_place(entity, source, layer=Layer.SITE, own="externalSiteId")


def read_designated(entity: Entity, source: Source) -> SiteReport | UnplacedSite:
    """DesignatedShelter, 指定避難所."""
    return _read_place(entity, source, layer=Layer.SHELTER, own="externalShelterId")


def _hazards(value: object) -> tuple[Hazard, ...]:
    words = names_of(value)
    for word in words:
        if word not in HAZARD_TYPES:
            raise RefusedError(
                "flag-invalid", f"hazardTypes {clip(word)!r}: expected some of {', '.join(HAZARD_TYPES)}"
            )
    return tuple(hazard for word, hazard in HAZARD_TYPES.items() if word in words)


def _find_flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _count(entity: Entity, name: str) -> int | None:
    return find_count(entity.text(name), name)


def read_shelter(entity: Entity, source: Source) -> ShelterReport:
    """EvacuationShelter: open or not today, and how many people."""
    word = entity.text("openingStatus").lower()
    if word not in OPENINGS:
        raise RefusedError(
            "status-unknown",
            f"openingStatus {clip(word)!r}: expected one of {', '.join(w for w in OPENINGS if w)}",
        )
    return ShelterReport(
        id=_list_id(entity, "externalShelterId"),
        source=source.id,
        as_of_ms=entity.as_of_ms,
        opening=OPENINGS[word],
        headcount=_count(entity, "evacueeTotal"),
        households=_count(entity, "evacueeHouseholds"),
        capacity=_count(entity, "maxCapacity"),
        name=entity.text("name"),
    )


def read_restriction(entity: Entity, source: Source) -> ClosureReport:
    """RoadRestriction: only `closed` closes; limited and open take back what was closed."""
    word, category = entity.text("restrictionStatus"), entity.text("regulationCategory")
    if word not in RESTRICTIONS:
        raise RefusedError(
            "status-unknown", f"restrictionStatus {clip(word)!r}: expected one of {', '.join(RESTRICTIONS)}"
        )
    action = Action.CANCEL if category in NOT_FOR_CARS else RESTRICTIONS[word]
    location = entity.fields.get("location")
    is_drawn = action is not Action.CANCEL and location is not None
    drawn, misdrawn = find_drawing(lambda: read_geometry(location) if is_drawn else None)
    return ClosureReport(
        id=closure_id(source, entity.id),
        source=source.id,
        as_of_ms=entity.as_of_ms,
        action=action,
        cause=category,
        description=" / ".join(filter(None, (entity.text("statusLabel"), entity.text("description")))),
        road_names=names_of(entity.fields.get("roadName")),
        geometry=drawn,
        misdrawn=misdrawn,
        starts_at_ms=find_iso(entity.text("validFrom"), "validFrom"),
        ends_at_ms=find_iso(entity.text("validTo"), "validTo"),
    )


def read_alert(entity: Entity, source: Source) -> Telegram | None:
    """Alert and WeatherAlert: each is a series of its own, and a later state of the entity replaces it. None: no danger."""
    category, sub = entity.text("category"), entity.text("subCategory") or entity.text("subcategory")
    if category not in DANGERS:
        return None
    severity = SEVERITIES.get(entity.text("severity"), Severity.WARNING)
    hazards = hazards_of(f"{sub} {category}".replace("_", " "))
    condition_of = (Condition(hazard=h, severity=severity, code=sub, name=sub or category) for h in hazards)
    said = msgspec.json.encode(
        (source.id, entity.id, entity.kind, entity.fields), enc_hook=str, order="deterministic"
    )
    return Telegram(
        id=f"ngsi-{hashlib.blake2b(said, digest_size=16).hexdigest()}",
        series=f"ngsi/{entity.kind}/{source.id}/{entity.id}",
        kind=entity.kind,
        source=source.id,
        status=Status.ACTUAL,
        action=Action.ISSUE,
        title=sub or category or entity.kind,
        headline=entity.text("description") or sub or category,
        issuer=entity.text("alertSource") or source.id,
        issued_at_ms=entity.as_of_ms,
        valid_until_ms=find_iso(entity.text("validTo"), "validTo"),
        areas=(AreaConditions(area=_area(entity), conditions=tuple(condition_of), polygons=_rings(entity)),),
    )


def _area(entity: Entity) -> AreaRef:
    """Its municipality where the address has a code, else what it is called."""
    address = entity.fields.get("address")
    parts = address if isinstance(address, dict) else {}
    code = municipality_of(text_at(parts, "localGovernmentCode") or text_at(parts, "jisMunicipalityCode"))
    name = " ".join(filter(None, (text_at(parts, "addressRegion"), text_at(parts, "addressLocality"))))
    name = clip(name or entity.text("address") or entity.id, chars=200)
    return AreaRef("muni", code, name) if code else AreaRef("ngsi", clip(entity.id, chars=100), name)


def _rings(entity: Entity) -> tuple[Ring, ...]:
    location = entity.fields.get("location")
    geometry: Geometry | None = None if location is None else read_geometry(location)
    if geometry is None:
        return ()
    if geometry.kind == "polygon":
        return geometry.parts
    return tuple((position,) * 4 for part in geometry.parts for position in part)


KINDS: dict[str, Callable[[Entity, Source], AnyEvent | None]] = {
    "EvacuationSite": read_site,
    "DesignatedShelter": read_designated,
    "EvacuationShelter": read_shelter,
    "RoadRestriction": read_restriction,
    "Alert": read_alert,
    "WeatherAlert": read_alert,
}
"""Types that are read, by the last part of their name."""
