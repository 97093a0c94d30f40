"""DATEX II, version 2 and 3: what closes, what ends it, and where it lies."""

import pytest

from streams.adapters.registry import Reading
from streams.adapters.times import parse_iso
from streams.events.base import Status
from streams.events.closures import ClosureReport, Geometry, Mode
from tests.unit.adapters.roads import closed, opened, read_road, reasons, reports, whole

POINT = "<groupOfLocations><pointByCoordinates><pointCoordinates><latitude>34.5</latitude><longitude>135.5</longitude></pointCoordinates></pointByCoordinates></groupOfLocations>"
CLOSED = "<roadOrCarriagewayOrLaneManagementType>roadClosed</roadOrCarriagewayOrLaneManagementType>"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def record(
    inner: str = CLOSED,
    *,
    ident: str = "R1",
    kind: str = "RoadOrCarriagewayOrLaneManagement",
    version: str = "2026-09-01T10:00:00+09:00",
    place: str = POINT,
    validity: str = "<validityStatus>active</validityStatus>",
) -> str:
    return (
        f'<situationRecord xmlns:xsi="{XSI}" xsi:type="{kind}" id="{ident}" version="1">'
        f"<situationRecordVersionTime>{version}</situationRecordVersionTime><validity>{validity}</validity>{place}{inner}</situationRecord>"
    )


def situation(*records: str, head: str = "<informationStatus>real</informationStatus>") -> str:
    return f'<situation id="S1"><headerInformation>{head}</headerInformation>{"".join(records)}</situation>'


def v2(*situations: str, exchange: str = "") -> Reading:
    return read_road(
        f'<d2LogicalModel xmlns="http://datex2.eu/schema/2/2_0" modelBaseVersion="2"><exchange>{exchange}</exchange>'
        f'<payloadPublication xmlns:xsi="{XSI}" xsi:type="SituationPublication"><publicationTime>2026-09-01T11:00:00+09:00</publicationTime>'
        f"{''.join(situations)}</payloadPublication></d2LogicalModel>"
    )


def only(reading: Reading) -> ClosureReport:
    assert (reading.format, reading.rejections) == ("datex2", ())
    (report,) = reports(reading)
    return report


def test_a_closed_road_is_closed_to_cars_at_its_place_and_time() -> None:
    times = (
        "<validityTimeSpecification><overallStartTime>2026-09-01T09:00:00+09:00</overallStartTime>"
        "<overallEndTime>2026-09-02T09:00:00+09:00</overallEndTime></validityTimeSpecification>"
    )
    report = only(v2(situation(record(validity=times))))
    assert (report.id, report.modes, report.cause) == ("road/R1", (Mode.CAR,), "roadClosed")
    assert report.as_of_ms == parse_iso("2026-09-01T01:00:00Z", "")
    assert (report.starts_at_ms, report.ends_at_ms) == (
        report.as_of_ms - 3_600_000,
        report.as_of_ms + 82_800_000,
    )
    assert report.geometry == Geometry("point", (((34.5, 135.5),),))


@pytest.mark.parametrize(
    ("inner", "closes"),
    [
        (CLOSED, True),
        (CLOSED.replace("roadClosed", "carriagewayClosures"), True),
        (CLOSED.replace("roadClosed", "laneClosures"), False),
        ("<impact><trafficConstrictionType>roadBlocked</trafficConstrictionType></impact>", True),
        ("<impact><trafficConstrictionType>lanesPartiallyObstructed</trafficConstrictionType></impact>", False),
        ("<impact><numberOfOperationalLanes>0</numberOfOperationalLanes></impact>", True),
        ("<impact><numberOfOperationalLanes>1</numberOfOperationalLanes></impact>", False),
        ("<abnormalTrafficType>slowTraffic</abnormalTrafficType>", False),
        (CLOSED + "<forVehiclesWithCharacteristicsOf><vehicleType>lorry</vehicleType></forVehiclesWithCharacteristicsOf>", False),
        (CLOSED + "<forVehiclesWithCharacteristicsOf><vehicleType>lorry</vehicleType><vehicleType>car</vehicleType></forVehiclesWithCharacteristicsOf>", True),
        (CLOSED + "<forVehiclesWithCharacteristicsOf><grossWeightCharacteristic/></forVehiclesWithCharacteristicsOf>", False),
        (CLOSED + "<management><lifeCycleManagement><cancel>true</cancel></lifeCycleManagement></management>", False),
        (CLOSED + "<management><lifeCycleManagement><end>true</end></lifeCycleManagement></management>", False),
    ],
)  # fmt: skip
def test_only_what_closes_the_whole_road_to_cars_closes_and_the_rest_withdraws(
    inner: str,
    closes: bool,  # noqa: FBT001
) -> None:
    reading = v2(situation(record(inner)))
    assert (closed(reading), opened(reading)) == ((["road/R1"], []) if closes else ([], ["road/R1"]))


def test_a_suspended_closure_is_open() -> None:
    assert opened(v2(situation(record(validity="<validityStatus>suspended</validityStatus>")))) == ["road/R1"]


def test_version_3_reads_the_same() -> None:
    location = (
        '<sit:locationReference xsi:type="loc:LinearLocation"><loc:gmlLineString srsName="EPSG:4326"><loc:posList>34.5 135.5 34.6 135.6</loc:posList>'
        "</loc:gmlLineString><loc:supplementaryPositionalDescription><loc:roadInformation><loc:roadName>国道1号</loc:roadName></loc:roadInformation>"
        "</loc:supplementaryPositionalDescription></sit:locationReference>"
    )
    reading = read_road(
        f'<d2:payload xmlns:d2="urn:d2" xmlns:com="urn:c" xmlns:sit="urn:s" xmlns:loc="urn:l" xmlns:xsi="{XSI}" xsi:type="sit:SituationPublication">'
        '<com:publicationTime>2026-09-01T11:00:00+09:00</com:publicationTime><sit:situation id="S">'
        '<sit:situationRecord xsi:type="sit:RoadOrCarriagewayOrLaneManagement" id="R9"><sit:situationRecordVersionTime>2026-09-01T10:00:00+09:00'
        "</sit:situationRecordVersionTime><sit:validity><com:validityStatus>active</com:validityStatus></sit:validity>"
        f"<sit:cause><sit:causeType>environmentalObstruction</sit:causeType></sit:cause>{location}"
        "<sit:roadOrCarriagewayOrLaneManagementType>roadClosed</sit:roadOrCarriagewayOrLaneManagementType></sit:situationRecord></sit:situation></d2:payload>"
    )
    report = only(reading)
    assert (report.id, report.cause, report.road_names) == (
        "road/R9",
        "environmentalObstruction",
        ("国道1号",),
    )
    assert report.geometry == Geometry("line", (((34.5, 135.5), (34.6, 135.6)),))
    assert whole(reading) is None


def coordinates(tag: str, lat: float, lon: float) -> str:
    return f"<{tag}><latitude>{lat}</latitude><longitude>{lon}</longitude></{tag}>"


@pytest.mark.parametrize(
    ("place", "geometry"),
    [
        ("", None),
        ("<groupOfLocations><alertCLinear><alertCLocationTableNumber>9</alertCLocationTableNumber></alertCLinear></groupOfLocations>", None),
        (f"<groupOfLocations>{coordinates('locationForDisplay', 34.5, 135.5)}</groupOfLocations>", Geometry("point", (((34.5, 135.5),),))),
        (
            "<groupOfLocations><tpegLinearLocation><to>" + coordinates("pointCoordinates", 34.6, 135.6) + "</to><from>"
            + coordinates("pointCoordinates", 34.5, 135.5) + "</from></tpegLinearLocation></groupOfLocations>",
            Geometry("point", (((34.5, 135.5),), ((34.6, 135.6),))),
        ),
        (
            "<groupOfLocations><openlrLinear><locationReferencePoint>" + coordinates("openlrCoordinate", 34.5, 135.5)
            + "</locationReferencePoint><lastLocationReferencePoint>" + coordinates("openlrCoordinate", 34.6, 135.6)
            + "</lastLocationReferencePoint></openlrLinear></groupOfLocations>",
            Geometry("line", (((34.5, 135.5), (34.6, 135.6)),)),
        ),
        (
            "<groupOfLocations><gmlMultiPolygon><gmlPolygon><exterior><LinearRing><posList>34 135 34 136 35 136 34 135</posList></LinearRing></exterior></gmlPolygon></gmlMultiPolygon></groupOfLocations>",
            Geometry("polygon", (((34.0, 135.0), (34.0, 136.0), (35.0, 136.0), (34.0, 135.0)),)),
        ),
    ],
    ids=["none", "alert-c", "display", "tpeg", "openlr", "area"],
)  # fmt: skip
def test_a_place_is_read_as_exactly_as_it_is_drawn_and_a_closure_without_one_is_not_dropped(
    place: str, geometry: Geometry | None
) -> None:
    assert only(v2(situation(record(place=place)))).geometry == geometry


def test_the_way_round_is_not_what_is_closed() -> None:
    detour = f"<alternativeRoute>{coordinates('pointCoordinates', 1, 2)}</alternativeRoute>"
    assert only(v2(situation(record(CLOSED + detour, place="")))).geometry is None


def test_records_of_one_situation_are_closures_of_their_own() -> None:
    reading = v2(situation(record(), record(ident="R2"), record("", ident="R3")))
    assert (closed(reading), opened(reading)) == (["road/R1", "road/R2"], ["road/R3"])


def test_a_push_ends_nothing_by_absence_and_a_snapshot_ends_all_else() -> None:
    assert whole(v2(situation(record()))) is None
    subscribed = "<subscription><updateMethod>snapshot</updateMethod></subscription>"
    supplier = (
        "<supplierIdentification><nationalIdentifier>NTIS</nationalIdentifier></supplierIdentification>"
    )
    reading = v2(situation(record(), record("", ident="R2")), exchange=subscribed + supplier)
    snapshot = whole(reading)
    assert snapshot is not None
    assert (snapshot.id, snapshot.closures) == ("road/NTIS", ("road/R1",))
    assert snapshot.as_of_ms == parse_iso("2026-09-01T02:00:00Z", "")
    assert {report.as_of_ms for report in reports(reading)} == {snapshot.as_of_ms}


def test_a_record_that_cannot_be_read_ends_nothing_and_one_without_an_id_stops_the_whole_list() -> None:
    subscribed = "<subscription><updateMethod>snapshot</updateMethod></subscription>"
    reading = v2(situation(record(version="yesterday"), record(ident="R2")), exchange=subscribed)
    assert reasons(reading) == [("time-invalid", "situation[1]/situationRecord[1]")]
    assert "situationRecord" in reading.rejections[0].record
    snapshot = whole(reading)
    assert snapshot is not None
    assert snapshot.closures == ("road/R1", "road/R2")
    nameless = v2(situation(record(ident=""), record(ident="R2")), exchange=subscribed)
    assert whole(nameless) is None
    assert "no id" in nameless.notes[0]


@pytest.mark.parametrize(
    ("head", "status"),
    [("<informationStatus>test</informationStatus>", Status.TEST), ("<informationStatus>securityExercise</informationStatus>", Status.EXERCISE), ("", Status.ACTUAL)],
)  # fmt: skip
def test_whether_it_is_meant(head: str, status: Status) -> None:
    assert only(v2(situation(record(), head=head))).status is status


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("<confidentiality>restrictedToAuthorities</confidentiality>", "record-confidential"),
        ("<informationStatus>perhaps</informationStatus>", "status-unknown"),
    ],
)
def test_what_may_not_be_passed_on_is_refused(head: str, reason: str) -> None:
    assert [r for r, _ in reasons(v2(situation(record(), head=head)))] == [reason]


def test_other_publications_are_a_note_and_an_empty_snapshot_ends_all() -> None:
    signs = read_road(
        f'<d2LogicalModel><payloadPublication xmlns:xsi="{XSI}" xsi:type="VmsPublication"/></d2LogicalModel>'
    )
    assert (signs.events, signs.rejections, signs.kind) == ((), (), "VmsPublication")
    empty = v2(exchange="<subscription><updateMethod>snapshot</updateMethod></subscription>")
    assert whole(empty) is not None
    assert reports(empty) == []
