"""Entities of NGSI, one interesting attribute at a time, in every form that a platform sends them in."""

import json
from typing import Any

import pytest

from streams.adapters.registry import Reading, Source, read
from streams.adapters.times import parse_iso
from streams.events.alerts import Severity, Telegram
from streams.events.base import SITE_HAZARDS, Action, Hazard
from streams.events.closures import ClosureReport, Geometry
from streams.events.shelters import Layer, Opening, ShelterReport, SiteReport, UnplacedSite

NOON = parse_iso("2026-09-01T12:00:00+09:00", "")
SOURCE = Source("orion", 77)
POINT = {"type": "Point", "coordinates": [135.5, 34.6]}
Fields = dict[str, Any]

SITE: Fields = {
    "id": "urn:ngsi-ld:EvacuationSite:0002", "type": "EvacuationSite", "name": "番町小学校", "externalSiteId": "13101-0002",
    "nationalShelterId": "E1310100002201", "localGovernmentCode": "131016", "address": {"addressText": "六番町8"}, "location": POINT,
    "hazardTypes": ["flood", "greatFire"], "maxCapacity": 300, "alsoDesignatedShelter": True, "dateModified": "2026-09-01T03:00:00Z",
}  # fmt: skip
SHELTER: Fields = {
    "id": "urn:x:1", "type": "EvacuationShelter", "externalShelterId": "0012", "localGovernmentCode": "131016", "openingStatus": "open",
    "evacueeTotal": 30, "evacueeHouseholds": 12, "dateModified": "2026-09-01T03:00:00Z",
}  # fmt: skip
ROAD: Fields = {
    "id": "urn:x:R", "type": "RoadRestriction", "roadName": "県道14号", "location": POINT, "restrictionStatus": "closed",
    "regulationCategory": "closedWeather", "statusLabel": "通行止め中", "description": "冠水", "validFrom": "2026-09-01T02:00:00Z",
    "dateModified": "2026-09-01T03:00:00Z",
}  # fmt: skip
ALERT: Fields = {
    "id": "urn:x:A", "type": "Alert", "category": "weather", "subCategory": "flood", "severity": "high", "description": "川があふれる",
    "location": {"type": "Polygon", "coordinates": [[[135, 34], [136, 34], [136, 35], [135, 34]]]},
    "dateIssued": "2026-09-01T01:00:00Z", "dateModified": "2026-09-01T03:00:00Z", "validTo": "2026-09-01T05:00:00Z", "alertSource": "city",
}  # fmt: skip


def read_json(value: object) -> Reading:
    return read(json.dumps(value).encode(), SOURCE)


def only(value: object) -> Any:  # noqa: ANN401 - the event of whatever type
    reading = read_json(value)
    assert (reading.format, reading.rejections) == ("ngsi", ())
    (event,) = reading.events
    return event


def normalised(entity: Fields, *, linked: bool) -> Fields:
    def attribute(name: str, value: object) -> object:
        if name == "location":
            return {"type": "GeoProperty" if linked else "geo:json", "value": value}
        if name.startswith(("date", "valid")):
            return (
                {"type": "Property", "value": {"@type": "DateTime", "@value": value}}
                if linked
                else {"type": "DateTime", "value": value}
            )
        return {"type": "Property" if linked else "Text", "value": value}

    return {
        name: value if name in {"id", "type"} else attribute(name, value) for name, value in entity.items()
    }


def as_feature(entity: Fields) -> Fields:
    inner = {name: value for name, value in entity.items() if name not in {"id", "location"}}
    return {
        "id": entity["id"],
        "type": "Feature",
        "geometry": {"type": "GeoProperty", "value": entity.get("location")},
        "properties": inner,
    }


@pytest.mark.parametrize("entity", [SITE, SHELTER, ROAD, ALERT], ids=lambda e: str(e["type"]))
def test_every_form_of_an_entity_is_the_same_event(entity: Fields) -> None:
    event = only(entity)
    assert only([entity]) == event
    assert only({"subscriptionId": "s", "data": [entity]}) == event
    assert (
        only({"id": "n", "type": "Notification", "notifiedAt": "2026-09-01T09:00:00Z", "data": [entity]})
        == event
    )
    for linked in (False, True):
        form = only(normalised(entity, linked=linked) | {"@context": "https://x"})
        assert form == event
    assert only(entity | {"type": f"https://uri.example/{entity['type']}"}) == event
    linked_data = {
        "@id" if name == "id" else "@type" if name == "type" else name: v for name, v in entity.items()
    }
    assert only(linked_data) == event
    if "location" in entity:
        assert only(as_feature(entity)) == event
        assert only({"type": "FeatureCollection", "features": [as_feature(entity)]}) == event


def test_a_site_is_a_row_of_the_list_under_its_national_id() -> None:
    assert only(SITE) == SiteReport(
        id="E1310100002201", source="orion", layer=Layer.SITE, name="番町小学校", lat=34.6, lon=135.5, suits=(Hazard.FLOOD, Hazard.FIRE),
        unsuited=tuple(h for h in SITE_HAZARDS if h not in {Hazard.FLOOD, Hazard.FIRE}), capacity=300, address="六番町8", municipality="13101",
        also_shelter=True, as_of_ms=NOON,
    )  # fmt: skip
    assert only(SITE | {"nationalShelterId": ""}).id == "13101-0002"
    assert only(SITE | {"hazardTypes": None}).unsuited == ()
    assert only(SITE | {"type": "DesignatedShelter"}).layer is Layer.SHELTER


def test_a_shelter_meets_its_list_by_municipality_and_id() -> None:
    assert only(SHELTER) == ShelterReport(
        id="13101-0012", source="orion", as_of_ms=NOON, opening=Opening.OPEN, headcount=30, households=12
    )
    assert only(SHELTER | {"evacueeTotal": None}).headcount is None
    assert only(SHELTER | {"openingStatus": "full"}).opening is Opening.FULL


def test_a_restriction_closes_only_where_it_says_closed() -> None:
    report: ClosureReport = only(ROAD)
    assert (report.id, report.action, report.modes, report.cause) == (
        "orion/urn:x:R",
        Action.ISSUE,
        (),
        "closedWeather",
    )
    assert (report.description, report.road_names) == ("通行止め中 / 冠水", ("県道14号",))
    assert report.geometry == Geometry("point", (((34.6, 135.5),),))
    assert report.starts_at_ms == NOON - 3_600_000
    for word in ("limited", "open"):
        assert only(ROAD | {"restrictionStatus": word}).action is Action.CANCEL
    assert only(ROAD | {"regulationCategory": "alternatingOneWay"}).action is Action.CANCEL
    assert only(ROAD | {"location": None}).geometry is None


def test_an_alert_is_a_series_of_its_own() -> None:
    telegram: Telegram = only(ALERT)
    assert (telegram.series, telegram.kind, telegram.issued_at_ms) == (
        "ngsi/Alert/orion/urn:x:A",
        "Alert",
        NOON,
    )
    assert [(c.hazard, c.severity, c.level) for c in telegram.areas[0].conditions] == [
        (Hazard.FLOOD, Severity.WARNING, None)
    ]
    assert len(telegram.areas[0].polygons[0]) == 4
    assert only(ALERT | {"severity": "informational"}).areas[0].conditions[0].severity is Severity.NONE
    placed = only(ALERT | {"location": None, "address": {"localGovernmentCode": "271004"}})
    assert placed.areas[0].area.ref == "muni/27100"


@pytest.mark.parametrize("category", ["traffic", "security", "health", "agriculture"])
def test_an_alert_that_nobody_flees_from_is_a_note(category: str) -> None:
    reading = read_json(ALERT | {"category": category})
    assert (reading.events, reading.rejections) == ((), ())
    assert "not relevant" in reading.notes[0]


def test_the_moment_is_the_entitys_the_attributes_or_the_notifications_in_this_order() -> None:
    bare = {name: value for name, value in SHELTER.items() if name != "dateModified"}
    observed = bare | {
        "openingStatus": {"type": "Property", "value": "open", "observedAt": "2026-09-01T02:00:00Z"}
    }
    assert only(bare | {"modifiedAt": "2026-09-01T03:00:00Z"}).as_of_ms == NOON
    assert only(observed).as_of_ms == NOON - 3_600_000
    assert (
        only({"type": "Notification", "notifiedAt": "2026-09-01T03:00:00Z", "data": [bare]}).as_of_ms == NOON
    )
    assert only(bare | {"dateIssued": "2026-09-01T03:00:00Z"}).as_of_ms == NOON
    reading = read_json(bare)
    assert [event.as_of_ms for event in reading.events if isinstance(event, ShelterReport)] == [77]
    assert "says no time" in reading.notes[0]


@pytest.mark.parametrize(
    ("entity", "reason"),
    [
        (SHELTER | {"openingStatus": "perhaps"}, "status-unknown"),
        (ROAD | {"restrictionStatus": ""}, "status-unknown"),
        (SHELTER | {"evacueeTotal": -3}, "number-invalid"),
        (SITE | {"name": ""}, "name-missing"),
        (SITE | {"hazardTypes": ["meteor"]}, "flag-invalid"),
        (SHELTER | {"dateModified": "2026-09-01T03:00:00"}, "time-without-offset"),
    ],
)
def test_what_is_wrong_is_named_with_its_entity(entity: Fields, reason: str) -> None:
    reading = read_json([SHELTER, entity])
    assert [(r.reason, r.place) for r in reading.rejections] == [(reason, "entity[1]")]
    assert len(reading.events) == 1


def test_a_site_without_a_location_is_for_the_repair_list() -> None:
    (site,) = read_json(SITE | {"location": None}).events
    assert isinstance(site, UnplacedSite)
    assert (site.why, site.written, site.place) == ("coordinates-missing", "", "")


def test_other_types_are_counted_by_name() -> None:
    reading = read_json([{"id": "1", "type": "Road"}, {"id": "2", "type": "Road"}])
    assert reading.notes == ("2 of type Road: not relevant, no danger and no place to go to",)
