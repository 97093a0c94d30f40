"""L-Alert: evacuation orders in new and old words, and shelters, one interesting field at a time."""

import itertools

import pytest

from streams.adapters.registry import Reading, Source, read
from streams.adapters.times import parse_iso
from streams.cells import Gazetteer
from streams.events.alerts import Severity, Telegram
from streams.events.base import Action, Hazard, Status
from streams.events.shelters import Opening, ShelterReport
from streams.folds.hazards import Series, fold_telegram, hazard_state

SOURCE = Source("lalert", 0)
HERE = Gazetteer({"muni/99101": (1, 2)}, {})


def message(
    body: str,
    *,
    category: str = "EvacuationOrder",
    kind: str = "Report",
    revision: int = 1,
    at: str = "2026-09-01T10:00:00+09:00",
    status: str = "Actual",
    headline: str = "川の水位が上がったため",
    code: str = "991015",
    document: str = "D1",
) -> bytes:
    return (
        f"""<EDXLDistribution><dateTimeSent>{at}</dateTimeSent><distributionStatus>{status}</distributionStatus>
<distributionType>{kind}</distributionType><targetArea><areaName>澪北市</areaName><jisX0402>{code}</jisX0402></targetArea>
<contentObject><xmlContent><embeddedXMLContent><Report><Control><Title>{category}</Title></Control><Head><Title>澪北市 避難情報</Title>
<ReportDateTime>{at}</ReportDateTime><Headline><Text>{headline}</Text></Headline></Head>{body}</Report></embeddedXMLContent></xmlContent>
<documentRevision>{revision}</documentRevision><documentID>{document}</documentID><category>{category}</category></contentObject>
</EDXLDistribution>"""
    ).encode()


def area(name: str = "一丁目", *, circle: str = "", polygon: str = "", code: str = "991015") -> str:
    return (
        f"<Area><Location><circle>{circle}</circle><polygon>{polygon}</polygon><areaName>{name}</areaName>"
        f"<jisX0402>{code}</jisX0402></Location></Area>"
    )


def order(sort: str = "避難指示", *areas: str, lift: str = "発令", disaster: str = "") -> str:
    return (
        f"<EvacuationOrder><Disaster><DisasterName>{disaster}</DisasterName></Disaster><Detail><Sort>{sort}</Sort>"
        f"<IssueOrLift>{lift}</IssueOrLift><Areas>{''.join(areas) or area()}</Areas></Detail></EvacuationOrder>"
    )


def only(document: bytes) -> Telegram:
    reading = read(document, SOURCE)
    assert (reading.format, reading.kind, reading.rejections) == ("edxl", "EvacuationOrder", ())
    (telegram,) = reading.events
    assert isinstance(telegram, Telegram)
    return telegram


@pytest.mark.parametrize(
    ("word", "level", "severity"),
    [
        ("緊急安全確保", 5, Severity.EMERGENCY),
        ("災害発生情報", 5, Severity.EMERGENCY),
        ("避難指示", 4, Severity.CRITICAL),
        ("避難指示（緊急）", 4, Severity.CRITICAL),
        ("避難勧告", 4, Severity.CRITICAL),
        ("高齢者等避難", 3, Severity.WARNING),
        ("避難準備・高齢者等避難開始", 3, Severity.WARNING),
        ("避難準備", 3, Severity.WARNING),
        ("警戒区域", None, Severity.WARNING),
    ],
)
def test_an_order_has_its_level_in_new_words_and_old(
    word: str, level: int | None, severity: Severity
) -> None:
    telegram = only(message(order(word)))
    assert telegram.kind == "EvacuationOrder"
    (conditions,) = telegram.areas
    assert {(c.level, c.severity, c.name) for c in conditions.conditions} == {(level, severity, word)}


def test_the_hazard_is_in_the_words_and_unknown_where_they_do_not_say() -> None:
    said = only(message(order(disaster="台風第10号"), headline="土砂災害のおそれと河川の氾濫のため"))
    assert {c.hazard for c in said.areas[0].conditions} == {Hazard.LANDSLIDE, Hazard.FLOOD, Hazard.WIND}
    unsaid = only(message(order(), headline="安全のため"))
    assert [c.hazard for c in unsaid.areas[0].conditions] == [Hazard.OTHER]


def test_a_block_that_is_a_point_stands_for_its_municipality_and_keeps_its_name() -> None:
    blocks = [area(f"{n}丁目", circle="34.5,135.5,0") for n in range(15)]
    telegram = only(message(order("避難指示", *blocks)))
    (conditions,) = telegram.areas
    assert conditions.area.ref == "muni/99101"
    assert "0丁目、1丁目" in conditions.area.name
    assert "ほか3" in conditions.area.name
    state = hazard_state(Series((telegram,)), HERE)
    assert state is not None
    assert {zone.cells for zone in state.zones} == {(1, 2)}


def test_a_block_that_is_drawn_is_itself() -> None:
    drawn = [
        area("一丁目", circle="34.5,135.5,0.3"),
        area("二丁目", polygon="34.0,135.0 34.0,135.1 34.1,135.1"),
    ]
    telegram = only(message(order("避難指示", *drawn)))
    assert [(a.area.scheme, a.area.name, len(a.polygons)) for a in telegram.areas] == [
        ("town", "一丁目", 1),
        ("town", "二丁目", 1),
    ]


def test_a_place_without_any_code_is_refused_by_name_and_the_order_stands() -> None:
    reading = read(message(order("避難指示", area(code="")), code=""), SOURCE)
    assert [r.reason for r in reading.rejections] == ["area-unplaced"]
    assert [event.series for event in reading.events if isinstance(event, Telegram)] == [
        "lalert/EvacuationOrder/D1"
    ]


def test_what_is_lifted_is_not_in_force() -> None:
    assert only(message(order(lift="解除"))).areas[0].conditions == ()


ISSUED = message(order("避難指示"), revision=1, at="2026-09-01T10:00:00+09:00")
RAISED = message(order("緊急安全確保"), revision=2, at="2026-09-01T11:00:00+09:00", kind="Update")
LIFTED = message(
    order("緊急安全確保", lift="解除"), revision=3, at="2026-09-01T12:00:00+09:00", kind="Update"
)
TAKEN_BACK = message("", revision=2, at="2026-09-01T10:30:00+09:00", kind="Cancel")


def level_after(documents: tuple[bytes, ...]) -> int | None:
    row: Series | None = None
    for document in documents:
        row = fold_telegram(row, only(document))
    state = hazard_state(row, HERE) if row else None
    return max((z.condition.level or 0 for z in state.zones), default=None) if state else None


def test_revisions_replace_each_other_in_any_order_and_repeated() -> None:
    for history in itertools.permutations((ISSUED, RAISED, ISSUED)):
        assert level_after(history) == 5
    for history in itertools.permutations((ISSUED, RAISED, LIFTED)):
        assert level_after(history) is None


def test_a_cancellation_takes_the_document_back_in_any_order() -> None:
    assert level_after((ISSUED,)) == 4
    for history in itertools.permutations((ISSUED, TAKEN_BACK)):
        assert level_after(history) is None


def test_an_exercise_says_so_and_an_unknown_status_is_refused() -> None:
    assert only(message(order(), status="Exercise")).status is Status.EXERCISE
    assert [r.reason for r in read(message(order(), status="Maybe"), SOURCE).rejections] == ["status-unknown"]
    assert [r.reason for r in read(message(order(), kind="Error"), SOURCE).rejections] == ["action-unknown"]


def test_soap_and_namespaces_are_no_difference() -> None:
    inner = message(order()).decode()
    prefixed = (
        inner.replace("<", "<x:")
        .replace("<x:/", "</x:")
        .replace("<x:EDXLDistribution>", "<x:EDXLDistribution xmlns:x='urn:x'>")
    )
    wrapped = f"<s:Envelope xmlns:s='urn:s'><s:Body>{prefixed}</s:Body></s:Envelope>".encode()
    assert only(wrapped) == only(inner.encode())


def shelter(name: str = "北小学校", sort: str = "開設", count: str = "12") -> str:
    return (
        f"<Information><Location><areaName>{name}</areaName></Location><Sort>{sort}</Sort><Capacity>300</Capacity>"
        f"<NumberOf><HeadCount>{count}</HeadCount><Households>5</Households></NumberOf></Information>"
    )


def shelters(*infos: str, **fields: str) -> Reading:
    body = f"<Shelter><Informations>{''.join(infos)}</Informations></Shelter>"
    return read(message(body, category="Shelter", **fields), SOURCE)  # type: ignore[arg-type]


def test_a_shelter_is_reported_under_its_municipality_and_name() -> None:
    reading = shelters(shelter(), status="Exercise")
    assert reading.rejections == ()
    assert reading.events == (
        ShelterReport(
            id="99101/北小学校", source="lalert", as_of_ms=parse_iso("2026-09-01T01:00:00Z", ""), opening=Opening.OPEN,
            headcount=12, households=5, capacity=300, name="北小学校", status=Status.EXERCISE,
        ),
    )  # fmt: skip


def test_an_empty_count_is_unknown_and_a_bad_line_is_refused_alone() -> None:
    reading = shelters(shelter(count=""), shelter(sort="たぶん"), shelter(name=""))
    assert [event.headcount for event in reading.events if isinstance(event, ShelterReport)] == [None]
    assert [(r.reason, r.place) for r in reading.rejections] == [
        ("status-unknown", "contentObject[1]/Information[2]"),
        ("name-missing", "contentObject[1]/Information[3]"),
    ]


def test_other_categories_are_set_aside_by_name() -> None:
    reading = read(message("<Event/>", category="Event"), SOURCE)
    assert (reading.events, reading.rejections) == ((), ())
    assert "Event" in reading.notes[0]


def test_a_document_without_an_id_is_refused() -> None:
    assert [r.reason for r in read(message(order(), document=""), SOURCE).rejections] == ["id-missing"]


def test_a_cancellation_is_one() -> None:
    assert only(TAKEN_BACK).action is Action.CANCEL
