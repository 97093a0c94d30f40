"""CAP alerts, one interesting field at a time: what an update ends, what is not for people, and how areas are drawn."""

import itertools

import pytest

from streams.adapters.registry import Reading, Source, read
from streams.adapters.times import parse_iso
from streams.cells import Gazetteer, covers
from streams.events.alerts import Severity, Telegram
from streams.events.base import Action, Hazard, Status
from streams.folds.hazards import Series, fold_telegram, hazard_state

SOURCE = Source("cap", 0)
POLYGON = "<polygon>34.0,135.0 34.0,135.1 34.1,135.1 34.0,135.0</polygon>"


def area(inner: str = POLYGON, name: str = "Minato") -> str:
    return f"<area><areaDesc>{name}</areaDesc>{inner}</area>"


def info(*, event: str = "Flood", severity: str = "Severe", extra: str = "", areas: str | None = None) -> str:
    return (
        f"<info><category>Met</category><event>{event}</event><urgency>Immediate</urgency><severity>{severity}</severity>"
        f"<certainty>Observed</certainty>{extra}{area() if areas is None else areas}</info>"
    )


def alert(
    identifier: str = "A1",
    *,
    kind: str = "Alert",
    sent: str = "2026-09-01T10:00:00+09:00",
    status: str = "Actual",
    scope: str = "Public",
    references: str = "",
    infos: str | None = None,
    version: str = "1.2",
) -> bytes:
    return (
        f'<alert xmlns="urn:oasis:names:tc:emergency:cap:{version}"><identifier>{identifier}</identifier><sender>city@example</sender>'
        f"<sent>{sent}</sent><status>{status}</status><msgType>{kind}</msgType><scope>{scope}</scope>"
        f"{f'<references>{references}</references>' if references else ''}{info() if infos is None else infos}</alert>"
    ).encode()


def telegrams(document: bytes) -> list[Telegram]:
    reading = read(document, SOURCE)
    assert (reading.format, reading.rejections) == ("cap", ())
    return [event for event in reading.events if isinstance(event, Telegram)]


def refused(document: bytes) -> tuple[str, str]:
    reading = read(document, SOURCE)
    assert reading.events == ()
    (rejection,) = reading.rejections
    return rejection.reason, rejection.place


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_an_alert_of_each_version_is_one_telegram_of_its_own_series(version: str) -> None:
    (telegram,) = telegrams(
        alert(version=version, infos=info(extra="<expires>2026-09-01T12:00:00+09:00</expires>"))
    )
    assert (telegram.series, telegram.kind) == ("cap/city@example/A1", "CAP")
    assert (telegram.status, telegram.action) == (Status.ACTUAL, Action.ISSUE)
    assert telegram.issued_at_ms == parse_iso("2026-09-01T01:00:00Z", "")
    assert telegram.valid_until_ms == parse_iso("2026-09-01T03:00:00Z", "")
    (conditions,) = telegram.areas
    assert [(c.hazard, c.severity, c.level) for c in conditions.conditions] == [
        (Hazard.FLOOD, Severity.WARNING, None)
    ]
    assert conditions.polygons == (((34.0, 135.0), (34.0, 135.1), (34.1, 135.1), (34.0, 135.0)),)


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("Extreme", Severity.EMERGENCY),
        ("Minor", Severity.ADVISORY),
        ("Unknown", Severity.WARNING),
        ("", Severity.WARNING),
    ],
)
def test_an_unknown_severity_is_not_calm(word: str, severity: Severity) -> None:
    (telegram,) = telegrams(alert(infos=info(severity=word)))
    assert telegram.areas[0].conditions[0].severity is severity


def test_all_clear_leaves_nothing_in_force() -> None:
    (telegram,) = telegrams(alert(infos=info(extra="<responseType>AllClear</responseType>")))
    assert {c.severity for c in telegram.areas[0].conditions} == {Severity.NONE}


@pytest.mark.parametrize(("word", "status"), [("Exercise", Status.EXERCISE), ("Test", Status.TEST)])
def test_an_exercise_says_so(word: str, status: Status) -> None:
    assert [t.status for t in telegrams(alert(status=word))] == [status]


@pytest.mark.parametrize(
    ("document", "reason", "place"),
    [
        (alert(scope="Private"), "alert-not-public", "scope"),
        (alert(scope=""), "alert-incomplete", "scope"),
        (alert(status="Real"), "status-unknown", "status"),
        (alert(kind="Chat"), "action-unknown", "msgType"),
        (alert("a b"), "identifier-invalid", "identifier"),
        (alert(sent="2026-09-01T10:00:00"), "time-without-offset", "document"),
        (alert(kind="Cancel"), "references-missing", "references"),
        (alert(kind="Update", references="nonsense"), "references-invalid", "references"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(document: bytes, reason: str, place: str) -> None:
    assert refused(document) == (reason, place)


@pytest.mark.parametrize(
    "document", [alert(status="Draft"), alert(status="System"), alert(kind="Ack"), alert(kind="Error")]
)
def test_what_is_not_for_people_is_set_aside_with_a_note(document: bytes) -> None:
    reading = read(document, SOURCE)
    assert (reading.events, reading.rejections) == ((), ())
    assert "not relevant" in reading.notes[0]


def test_a_search_for_a_person_is_set_aside() -> None:
    reading = read(alert(infos=info().replace("Met", "Rescue")), SOURCE)
    assert (reading.events, reading.rejections) == ((), ())


def test_the_same_said_again_in_another_language_counts_once_and_japanese_comes_first() -> None:
    infos = info(event="Flood", extra="<language>en-US</language>") + info(
        event="洪水", extra="<language>ja-JP</language>"
    )
    (telegram,) = telegrams(alert(infos=infos))
    assert [a.conditions[0].name for a in telegram.areas] == ["洪水"]


def test_a_circle_becomes_a_ring_and_one_without_radius_a_place() -> None:
    (telegram,) = telegrams(
        alert(infos=info(areas=area("<circle>34.5,135.5 1.0</circle><circle>34.6,135.6 0</circle>")))
    )
    ring, point = telegram.areas[0].polygons
    assert set(point) == {(34.6, 135.6)}
    assert max(lat for lat, _ in ring) == pytest.approx(34.5 + 1 / 111.32, abs=1e-6)
    state = hazard_state(Series((telegram,)), Gazetteer({}, {}))
    assert state is not None
    cells = frozenset(state.zones[0].cells)
    assert covers(cells, 34.507, 135.5)
    assert not covers(cells, 34.515, 135.5)


def test_an_area_by_code_is_its_municipality_and_one_by_nothing_is_refused_while_the_alert_stands() -> None:
    coded = "<geocode><valueName>JISX0402</valueName><value>271004</value></geocode>"
    (telegram,) = telegrams(alert(infos=info(areas=area(coded, "大阪市"))))
    assert telegram.areas[0].area.ref == "muni/27100"
    reading = read(alert(infos=info(areas=area("", "somewhere") + area())), SOURCE)
    assert [(r.reason, r.place) for r in reading.rejections] == [("area-unplaced", "info[1]/area[1]")]
    assert isinstance(reading.events[0], Telegram)
    assert len(reading.events[0].areas) == 2


def test_a_broken_polygon_is_refused_with_its_place_and_the_others_stand() -> None:
    broken = "<polygon>34.0,135.0 x,135.1 34.1,135.1</polygon>"
    reading = read(alert(infos=info(areas=area(broken + POLYGON))), SOURCE)
    assert [(r.reason, r.place) for r in reading.rejections] == [
        ("coordinates-invalid", "info[1]/area[1]/polygon[1]")
    ]
    assert isinstance(reading.events[0], Telegram)
    assert len(reading.events[0].areas[0].polygons) == 1


def test_the_same_alert_laid_out_otherwise_is_the_same_event() -> None:
    plain = alert()
    spread = plain.replace(b"><", b">\n  <")
    assert telegrams(plain) == telegrams(spread)


FIRST = alert("A1", sent="2026-09-01T10:00:00+09:00")
SECOND = alert(
    "A2",
    kind="Update",
    sent="2026-09-01T11:00:00+09:00",
    references="city@example,A1,2026-09-01T10:00:00+09:00",
)
THIRD = alert(
    "A3",
    kind="Update",
    sent="2026-09-01T12:00:00+09:00",
    references="city@example,A2,2026-09-01T11:00:00+09:00",
)
END = alert(
    "A4",
    kind="Cancel",
    sent="2026-09-01T13:00:00+09:00",
    references="city@example,A3,2026-09-01T12:00:00+09:00",
)


def standing(documents: tuple[bytes, ...]) -> set[str]:
    """Series with something in force after these documents in this order."""
    table: dict[str, Series] = {}
    for document in documents:
        for telegram in telegrams(document):
            table[telegram.series] = fold_telegram(table.get(telegram.series), telegram)
    states = {series: hazard_state(row, Gazetteer({}, {})) for series, row in table.items()}
    return {series for series, state in states.items() if state is not None and state.zones}


def test_updates_that_name_only_the_one_before_end_it_in_any_order() -> None:
    for order in itertools.permutations((FIRST, SECOND, THIRD, FIRST)):
        assert standing(order) == {"cap/city@example/A3"}


def test_a_cancellation_ends_what_it_names_in_any_order() -> None:
    for order in itertools.permutations((FIRST, SECOND, THIRD, END)):
        assert standing(order) == set()


def feed(inner: str) -> Reading:
    return read(f'<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id>{inner}</feed>'.encode(), SOURCE)


def test_a_feed_that_carries_the_alert_is_the_alert() -> None:
    reading = feed(f"<entry><id>1</id><content type='text/xml'>{alert().decode()}</content></entry>")
    assert (reading.format, reading.rejections) == ("atom", ())
    assert list(reading.events) == telegrams(alert())


def test_a_feed_that_only_points_to_alerts_says_where_they_are() -> None:
    links = '<link rel="self" href="https://x/self"/><link href="https://x/page"/><link type="application/cap+xml" href="https://x/cap"/>'
    reading = feed(f"<entry><title>T</title>{links}</entry><entry><title>none</title></entry>")
    assert reading.events == ()
    assert "https://x/cap" in reading.notes[0]
    assert [(r.reason, r.place) for r in reading.rejections] == [("alert-missing", "entry[2]")]


def test_an_empty_feed_says_nothing() -> None:
    reading = feed("")
    assert (reading.events, reading.rejections, len(reading.notes)) == ((), (), 1)


def envelope(content: str, *, status: str = "Actual", kind: str = "Report") -> bytes:
    return (
        '<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0"><dateTimeSent>2026-09-01T10:00:00+09:00</dateTimeSent>'
        f"<distributionStatus>{status}</distributionStatus><distributionType>{kind}</distributionType>"
        f"<contentObject><xmlContent><embeddedXMLContent>{content}</embeddedXMLContent></xmlContent></contentObject></EDXLDistribution>"
    ).encode()


def test_an_actual_alert_in_an_envelope_of_an_exercise_is_an_exercise() -> None:
    reading = read(envelope(alert().decode(), status="Exercise"), SOURCE)
    assert (reading.format, reading.kind, reading.rejections) == ("edxl", "CAP", ())
    assert [event.status for event in reading.events] == [Status.EXERCISE]


@pytest.mark.parametrize("encoding", ["Shift_JIS", "EUC-JP", "ISO-2022-JP", "UTF-16", "UTF-8"])
def test_an_alert_in_any_of_japans_encodings_is_the_same(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + alert(infos=info(event="洪水")).decode()
    assert telegrams(text.encode(encoding)) == telegrams(alert(infos=info(event="洪水")))


def test_bytes_that_are_not_of_the_encoding_they_declare_are_refused() -> None:
    broken = b'<?xml version="1.0" encoding="Shift_JIS"?><alert>\x81</alert>'
    assert [r.reason for r in read(broken, SOURCE).rejections] == ["encoding-unknown"]


def test_a_document_type_is_refused_in_every_encoding() -> None:
    attack = '<?xml version="1.0" encoding="Shift_JIS"?><!DOCTYPE a [<!ENTITY x "y">]><alert>&x;</alert>'
    assert [r.reason for r in read(attack.encode("cp932"), SOURCE).rejections] == ["xml-forbidden"]


def test_an_alert_within_an_alert_is_not_read_again() -> None:
    inner = alert("A2").decode()
    reading = feed(f"<entry><content>{alert('A1', infos=info() + inner).decode()}</content></entry>")
    assert [event.series for event in reading.events if isinstance(event, Telegram)] == [
        "cap/city@example/A1"
    ]
