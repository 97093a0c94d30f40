"""From rows of the view to what the page is given: columns, gates, areas, ages."""

from typing import Any

import pytest

from dashboard_api.staff.mirror import Mirror
from dashboard_api.staff.rows import RowReader
from dashboard_api.staff.scope import Scope
from dashboard_api.staff.snapshots import choose_encoding
from services.kit.problems import Problem
from streams.cells import Gazetteer, cell_name
from streams.codec import encode
from streams.events.alerts import Condition, HazardState, HazardZone, Severity
from streams.events.base import AreaRef, Hazard, Status
from streams.events.cells import AS_OF, SharedAsOf, SharedCount
from streams.events.closures import Misplacement
from streams.events.repairs import Repair, RepairKind
from streams.events.shelters import ShelterState
from streams.events.sources import Says, SourceHealth, Trouble
from streams.sharing.decide import Decider
from streams.sharing.versions import IN_SERVICE, read_version
from streams.topics import HAZARDS, REPAIRS, SHARED, SHELTERS, SOURCES
from streams.view.port import Change, Row, ViewSnapshot

CELL = 0x892E6116877FFFF
AREA = AreaRef("city", "9910100", "澪北市")


def reader(*served: str, gazetteer: Gazetteer | None = None) -> RowReader:
    return RowReader(Scope(Decider.load(), served or ("99101",)), gazetteer or Gazetteer({}, {}))


def count_of(recipient: str, shown: int | None, *, as_of_ms: int = 5, cell: int = CELL) -> Change:
    value = SharedCount(
        recipient=recipient, cell=cell, shown=shown, as_of_ms=as_of_ms, fewer_than=10, policy="2026-1", row=1
    )
    return Change("1-0", SHARED.name, f"{recipient}|{cell_name(cell)}", encode(value))


def alert_of(*cells: int) -> Change:
    condition = Condition(
        hazard=Hazard.FLOOD, severity=Severity.WARNING, code="18", name="レベル３洪水警報", level=3
    )
    state = HazardState(
        series="jma/x", telegram_id="t", kind="VPWW55", source="jma", status=Status.EXERCISE, title="気象警報",
        headline="", issuer="架空気象台", issued_at_ms=7,
        zones=(HazardZone(area=AREA, condition=condition, cells=cells),),
    )  # fmt: skip
    return Change("1-0", HAZARDS.name, state.series, encode(state))


def test_counts_come_as_columns_of_one_length_and_few_stays_unknown() -> None:
    mirror = Mirror(reader())
    mirror.apply(
        [count_of("staff:99101", None), count_of("staff:99101", 12, cell=CELL + 0x40000)],
        event_id="1-0",
        now_ms=1,
    )
    cells = mirror.cells()
    assert dict(zip(cells.cell, cells.shown, strict=True)) == {
        cell_name(CELL): None,
        cell_name(CELL + 0x40000): 12,
    }
    assert len(cells.as_of_ms) == len(cells.municipality) == 2


def as_of(recipient: str, at_ms: int) -> Change:
    value = SharedAsOf(recipient=recipient, as_of_ms=at_ms)
    return Change("1-0", SHARED.name, f"{recipient}|{AS_OF}", encode(value))


def test_the_age_of_all_figures_of_a_town_is_told_at_once_and_is_no_cell() -> None:
    mirror = Mirror(reader("99101"))
    change = mirror.apply(
        [count_of("staff:99101", 12), as_of("staff:99101", 60_000)], event_id="1-0", now_ms=1
    )
    assert [(s.kind, s.source, s.newest_ms) for s in change.sources] == [("counts", "staff:99101", 60_000)]
    assert (change.cells.cell, change.cells_gone) == ([cell_name(CELL)], [])


def test_the_age_of_another_towns_figures_leaves_no_trace() -> None:
    change = Mirror(reader("99101")).apply([as_of("staff:99102", 60_000)], event_id="1-0", now_ms=1)
    assert (change.cells.cell, change.cells_gone, change.sources) == ([], [], [])


@pytest.mark.parametrize("recipient", ["staff:99102", "guardian:99101", "99101", ""])
def test_a_count_for_somebody_else_leaves_no_trace(recipient: str) -> None:
    change = Mirror(reader("99101")).apply([count_of(recipient, 99)], event_id="1-0", now_ms=1)
    assert (change.cells.cell, change.cells_gone, change.sources) == ([], [], [])


def test_a_policy_that_no_longer_permits_hides_counts_that_are_still_in_the_view() -> None:
    forbid = '@id("shut")\nforbid (principal, action, resource) when { true };'
    version = read_version(IN_SERVICE)
    shut = Decider("shut", version.policies + forbid, version.schema)
    scope = Scope(shut, ["99101"])
    change = Mirror(RowReader(scope, Gazetteer({}, {}))).apply(
        [count_of("staff:99101", 99)], event_id="1-0", now_ms=1
    )
    assert change.cells.cell == []
    assert [(s.permitted, s.row) for s in scope.statement()] == [(False, None)]


def test_asking_for_a_municipality_that_is_not_served_is_refused_with_the_reason() -> None:
    with pytest.raises(Problem, match="no-rule-permits") as refused:
        reader("99101").scope.require("99102")
    assert (refused.value.body.status, refused.value.body.field) == (403, "municipality")
    reader("99101", "99102").scope.require("99102")


def test_a_tombstone_and_an_unreadable_row_take_the_row_away() -> None:
    mirror = Mirror(reader())
    state = ShelterState(id="E1", name="a", listed_source="gsi")
    for last in (None, b"{broken"):
        mirror.apply([Change("1-0", SHELTERS.name, "E1", encode(state))], event_id="1-0", now_ms=1)
        change = mirror.apply([Change("2-0", SHELTERS.name, "E1", last)], event_id="2-0", now_ms=2)
        assert (change.shelters, change.shelters_gone, mirror.shelters()) == ([], ["E1"], [])


def test_a_shelter_that_nobody_reported_has_no_figures() -> None:
    mirror = Mirror(reader())
    state = ShelterState(id="E1", listed_source="gsi")
    (shelter,) = mirror.apply(
        [Change("1-0", SHELTERS.name, "E1", encode(state))], event_id="1-0", now_ms=1
    ).shelters
    assert (shelter.headcount, shelter.capacity, shelter.opening) == (None, None, "unknown")


def test_cells_of_a_zone_are_sent_only_where_they_are_not_the_areas_own() -> None:
    gazetteer = Gazetteer({AREA.ref: (CELL,)}, {AREA.ref: "澪北市"})
    for cells, sent in (((CELL,), []), ((CELL + 0x40000,), [cell_name(CELL + 0x40000)])):
        change = Mirror(reader(gazetteer=gazetteer)).apply([alert_of(*cells)], event_id="1-0", now_ms=1)
        assert change.alerts[0].zones[0].cells == sent


def test_each_source_has_the_newest_time_it_gave() -> None:
    mirror = Mirror(reader())
    rows = {
        "a": Row(
            "a",
            encode(ShelterState(id="a", listed_source="gsi", reported_source="city", reported_as_of_ms=9)),
            0,
        ),
        "b": Row(
            "b",
            encode(ShelterState(id="b", listed_source="gsi", reported_source="city", reported_as_of_ms=3)),
            1,
        ),
    }
    mirror.load(ViewSnapshot({SHELTERS.name: rows}, "1-0"))
    assert [(s.kind, s.source, s.newest_ms) for s in mirror.sources()] == [
        ("shelter_reports", "city", 9),
        ("shelter_lists", "gsi", None),
    ]


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=0.5", "gzip"),
        ("", "identity"),
        ("zstd;q=0, gzip", "gzip"),
    ],
)
def test_the_best_encoding_that_the_client_takes(accepted: str, chosen: str) -> None:
    assert choose_encoding(accepted) == chosen


def test_a_closure_without_a_place_is_told_with_the_reason_until_it_has_one() -> None:
    mirror = Mirror(reader())
    row = encode(Repair(kind=RepairKind.CLOSURE, id="C1", why=Misplacement.NO_ROAD_THERE))
    change = mirror.apply([Change("1-0", REPAIRS.name, "closure/C1", row)], event_id="1-0", now_ms=1)
    assert [(r.key, r.why, r.is_open) for r in change.repairs] == [("closure/C1", "no-road-there", True)]
    assert mirror.repairs() == change.repairs
    assert mirror.find(REPAIRS, "closure/C1") == row
    gone = mirror.apply([Change("2-0", REPAIRS.name, "closure/C1", None)], event_id="2-0", now_ms=2)
    assert (gone.repairs, gone.repairs_gone, mirror.repairs()) == ([], ["closure/C1"], [])
    assert mirror.find(REPAIRS, "closure/C1") is None


def source_of(**more: object) -> SourceHealth:
    fields: dict[str, Any] = {"name": "道路課", "kind": "pull", "contact": "tel:0", "declared_ms": 1, **more}
    return SourceHealth(id="roads", says=(Says.CLOSURES,), **fields)


def test_a_declared_source_is_told_as_it_stands_and_taken_away_when_it_is_declared_no_more() -> None:
    mirror = Mirror(reader())
    state = source_of(
        expected_s=60, heard_ms=5, trouble=Trouble.FAILED, trouble_since_ms=9, detail="HTTP 503"
    )
    told = mirror.apply(
        [Change("1-0", SOURCES.name, "roads", encode(state))], event_id="1-0", now_ms=1
    ).declared
    assert [(s.id, s.says, s.heard_ms, s.news_ms, s.trouble, s.detail) for s in told] == [
        ("roads", [Says.CLOSURES], 5, None, Trouble.FAILED, "HTTP 503")
    ]
    assert mirror.declared() == told
    gone = mirror.apply([Change("1-1", SOURCES.name, "roads", None)], event_id="1-1", now_ms=1)
    assert (gone.declared_gone, mirror.declared()) == (["roads"], [])
