"""DATEX II situations, version 2 and 3: one report a record. Only what closes a road or carriageway altogether closes."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, tostring

from streams.adapters.datex_places import find_geometry, list_road_names
from streams.adapters.document import Document, bounded
from streams.adapters.reading import RECORD_CHARS, Reading, RefusedError, Source, clip
from streams.adapters.roads import Silent, Whole, closure_id, find_drawing, read_roads
from streams.adapters.safe_xml import text_of
from streams.adapters.times import find_iso
from streams.events.base import Action, Status
from streams.events.closures import ClosureReport, Mode

FORMAT = "datex2"
ROOTS = frozenset({"d2LogicalModel", "payload", "payloadPublication", "messageContainer", "d2Payload"})
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
CLOSING_MANAGEMENT = frozenset(
    {"roadClosed", "carriagewayClosures", "closedPermanentlyForTheWinter", "iceRoadClosed"}
)
CLOSING_CONSTRICTION = frozenset({"roadBlocked", "carriagewayBlocked"})
FOR_ALL = frozenset(
    {"", "anyVehicle", "car", "carOrLightVehicle", "motorVehicle", "allVehicles", "vehicleWithoutTrailer"}
)
"""Kinds of vehicle whose ban is a ban of cars. A road closed to lorries only is open."""
MEASURES = ("heightCharacteristic", "lengthCharacteristic", "widthCharacteristic", "grossWeightCharacteristic", "heaviestAxleWeightCharacteristic")  # fmt: skip
STATUSES = {"real": Status.ACTUAL, "test": Status.TEST, "technicalExercise": Status.EXERCISE, "securityExercise": Status.EXERCISE}  # fmt: skip
SECRET = frozenset({"restrictedToAuthorities", "internalUse"})
SNAPSHOTS = frozenset({"snapshot", "snapshotPull", "snapshotPush"})


@dataclass(frozen=True)
class _Record:
    """A situationRecord, and what the head of its situation says of all its records."""

    element: Element
    status: Status | RefusedError

    def __str__(self) -> str:
        """As XML, for a rejection."""
        return tostring(self.element, encoding="unicode")[:RECORD_CHARS]


def is_datex(document: Document) -> bool:
    """Told by its root, or by that root inside SOAP."""
    if not document.looks_like_xml:
        return False
    root = document.xml
    return root.tag in ROOTS or (root.tag == "Envelope" and root.find(".//d2LogicalModel") is not None)


def read_datex(document: Document, source: Source) -> Reading:
    """All records of all situations; other publications (signs, tables, measurements) are a note."""
    root = document.xml
    publications = _publications(root)
    kinds = [publication.get(TYPE, "").rpartition(":")[2] for publication in publications]
    situations = [situation for publication in publications for situation in publication.findall("situation")]
    if not situations and "SituationPublication" not in kinds:
        kind = next((kind for kind in kinds if kind), "")
        note = f"{kind or 'a publication'}: not relevant, it carries no situations"
        return Reading(FORMAT, (), (), (note,), kind)
    published_at_ms = find_iso(text_of(root, ".//publicationTime"), "publicationTime")
    is_whole = bool(
        SNAPSHOTS
        & {
            (e.text or "").strip()
            for tag in ("updateMethod", "codedExchangeProtocol")
            for e in root.iter(tag)
        }
    )
    whole_at_ms = published_at_ms if is_whole else None
    return read_roads(
        FORMAT,
        source,
        _records(situations),
        identify=lambda record: record.element.get("id", "").strip(),
        make=lambda record: _read(record, source, published_at_ms, whole_at_ms=whole_at_ms),
        whole=None if whole_at_ms is None else Whole(whole_at_ms, _part(root)),
    )


def _publications(root: Element) -> list[Element]:
    """Where situations may stand: version 2 has payloadPublication in its model, version 3 payload alone or in a container."""
    if root.tag in {"payload", "payloadPublication", "d2Payload"}:
        return [root]
    model = root if root.tag in ROOTS else root.find(".//d2LogicalModel")
    return (
        [] if model is None else [child for child in model if child.tag in {"payload", "payloadPublication"}]
    )


def _part(root: Element) -> str:
    """Which list of its supplier it is, so that two of one source do not end each other."""
    names = (text_of(root, f".//{tag}") for tag in ("nationalIdentifier", "feedType"))
    return "/".join(name for name in names if name)


def _records(situations: list[Element]) -> Iterator[tuple[str, _Record | RefusedError]]:
    pairs = (
        (f"situation[{s}]/situationRecord[{r}]", _Record(record, status))
        for s, situation in enumerate(situations, start=1)
        for status in (_status(situation),)
        for r, record in enumerate(situation.findall("situationRecord"), start=1)
    )
    for place, pair in bounded(pairs, lambda number: f"situationRecord[{number + 1}]"):
        yield (place, pair) if isinstance(pair, RefusedError) else pair


def _read(
    record: _Record, source: Source, published_at_ms: int | None, *, whole_at_ms: int | None
) -> ClosureReport | Silent:
    element = record.element
    if isinstance(record.status, RefusedError):
        raise record.status
    version_at_ms = find_iso(text_of(element, "situationRecordVersionTime"), "situationRecordVersionTime")
    as_of_ms = next((at for at in (whole_at_ms, version_at_ms, published_at_ms) if at is not None), None)
    if as_of_ms is None:
        raise RefusedError("time-missing", "neither situationRecordVersionTime nor publicationTime")
    ident = closure_id(source, element.get("id", "").strip())
    closes = _closes(element)
    if not closes or _is_over(element):
        return ClosureReport(
            id=ident,
            source=source.id,
            as_of_ms=as_of_ms,
            action=Action.CANCEL,
            cause=_cause(element),
            status=record.status,
        )
    drawn, misdrawn = find_drawing(lambda: find_geometry(element))
    return ClosureReport(
        id=ident,
        source=source.id,
        as_of_ms=as_of_ms,
        modes=(Mode.CAR,),
        cause=_cause(element),
        description=_comment(element),
        road_names=list_road_names(element),
        geometry=drawn,
        misdrawn=misdrawn,
        starts_at_ms=_time(element, "overallStartTime"),
        ends_at_ms=_time(element, "overallEndTime"),
        status=record.status,
    )


def _status(situation: Element) -> Status | RefusedError:
    """Whether a situation is meant; a refusal where it may not be passed on or does not say what it is."""
    written = text_of(situation, "headerInformation/informationStatus") or "real"
    if written not in STATUSES:
        return RefusedError(
            "status-unknown", f"informationStatus {clip(written)!r}: expected one of {', '.join(STATUSES)}"
        )
    if text_of(situation, "headerInformation/confidentiality") in SECRET:
        return RefusedError(
            "record-confidential", "its confidentiality keeps it to authorities; ask for a public feed"
        )
    return STATUSES[written]


def _closes(element: Element) -> bool:
    """Whether it closes the road to cars; lane closures, narrow roads and bans of lorries do not."""
    management = text_of(element, "roadOrCarriagewayOrLaneManagementType")
    constriction = text_of(element, "impact/trafficConstrictionType")
    operational = text_of(element, "impact/numberOfOperationalLanes")
    says_so = management in CLOSING_MANAGEMENT or constriction in CLOSING_CONSTRICTION or operational == "0"
    return says_so and _is_for_all(element)


def _is_for_all(element: Element) -> bool:
    for vehicles in element.iter("forVehiclesWithCharacteristicsOf"):
        types = {(e.text or "").strip() for e in vehicles.iter("vehicleType")} or {""}
        if not types & FOR_ALL or any(vehicles.find(measure) is not None for measure in MEASURES):
            return False
    return True


def _is_over(element: Element) -> bool:
    ended = any(
        text_of(element, f"management/lifeCycleManagement/{word}") in {"true", "1"}
        for word in ("cancel", "end")
    )
    return ended or text_of(element, "validity/validityStatus") == "suspended"


def _time(element: Element, name: str) -> int | None:
    return find_iso(text_of(element, f"validity/validityTimeSpecification/{name}"), name)


def _cause(element: Element) -> str:
    """The feed's own words: its cause, else its management, else its type."""
    words = (
        text_of(element, "cause/causeType"),
        text_of(element, "roadOrCarriagewayOrLaneManagementType"),
        text_of(element, "abnormalTrafficType"),
        element.get(TYPE, "").rpartition(":")[2],
    )
    return next((word for word in words if word), "")


def _comment(element: Element) -> str:
    values = element.findall("generalPublicComment/comment/values/value")
    return " / ".join(text for value in values if (text := (value.text or "").strip()))
