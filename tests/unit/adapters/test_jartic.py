"""交通規制情報: bans of passage that hold at all hours, and what is set aside."""

import pytest

from streams.adapters.registry import Reading
from streams.adapters.times import parse_iso
from streams.events.closures import ClosureReport, Geometry, Mode
from tests.unit.adapters.roads import opened, read_road, reasons, reports

PLACE = "135.5 34.5;135.6 34.6"
COLUMNS = (
    "都道府県コード", "共通規制種別コード", "点・線・面コード", "県別規制種別名称", "ユニークキー", "データ更新区分コード", "データ更新日", "意思決定廃止日",
    "路線名(代表)", "規制場所の経度緯度", "対象車両コード1_A", "対象車両コード1_B", "対象車両コード1_C", "対象車両コード1_D",
    "規制時間1_開始", "規制時間1_終了", "規制曜日コード1", "対象期間1_開始", "規制時間2_開始", "規制時間2_終了", "対象車両コード2_A",
)  # fmt: skip
GIVEN = {"共通規制種別コード": "4", "点・線・面コード": "2", "県別規制種別名称": "通行禁止", "ユニークキー": "K1", "データ更新日": "2026/4/1", "規制場所の経度緯度": PLACE}  # fmt: skip


def table(*rows: dict[str, str], name: str = "") -> Reading:
    lines = [COLUMNS, *((tuple((GIVEN | row).get(column, "") for column in COLUMNS)) for row in rows)]
    text = "\r\n".join(",".join(f'"{field}"' for field in line) for line in lines)
    return read_road(text.encode("cp932"), name=name)


def only(reading: Reading) -> ClosureReport:
    assert (reading.format, reading.rejections) == ("jartic-csv", ())
    (report,) = reports(reading)
    return report


def test_a_ban_of_vehicles_closes_to_cars_from_the_day_of_its_last_change_in_japan() -> None:
    report = only(table({"路線名(代表)": "国道1号"}))
    assert (report.id, report.modes, report.cause, report.road_names) == (
        "road/K1",
        (Mode.CAR,),
        "通行禁止",
        ("国道1号",),
    )
    assert report.as_of_ms == parse_iso("2026-04-01T00:00:00+09:00", "")
    assert report.geometry == Geometry("line", (((34.5, 135.5), (34.6, 135.6)),))


def test_a_ban_of_walkers_closes_to_them_only() -> None:
    assert only(table({"共通規制種別コード": "8"})).modes == (Mode.FOOT,)


@pytest.mark.parametrize("kind", ["5", "7", "11", "63", "112", ""])
def test_other_regulations_close_nothing_and_are_counted(kind: str) -> None:
    reading = table({"共通規制種別コード": kind}, {"共通規制種別コード": kind})
    assert reading.events == ()
    assert [note.split()[0] for note in reading.notes] == ["2"]


@pytest.mark.parametrize(
    ("row", "closes"),
    [
        ({"対象車両コード1_A": "1"}, True),
        ({"対象車両コード1_A": "10"}, True),
        ({"対象車両コード1_C": "100100100"}, False),
        ({"対象車両コード1_A": "1", "規制時間1_開始": "0", "規制時間1_終了": "2400"}, True),
        ({"規制時間1_開始": "730", "規制時間1_終了": "900"}, False),
        ({"規制曜日コード1": "2"}, False),
        ({"対象期間1_開始": "1201"}, False),
        (
            {
                "対象車両コード1_C": "100",
                "規制時間2_開始": "730",
                "規制時間2_終了": "900",
                "対象車両コード2_A": "1",
            },
            False,
        ),
        (
            {
                "規制時間1_開始": "730",
                "規制時間1_終了": "900",
                "規制時間2_開始": "0",
                "規制時間2_終了": "2400",
            },
            True,
        ),
    ],
)
def test_only_what_binds_cars_at_all_hours_closes(row: dict[str, str], closes: bool) -> None:  # noqa: FBT001
    assert len(reports(table(row))) == closes


@pytest.mark.parametrize("row", [{"意思決定廃止日": "2026/3/1"}, {"データ更新区分コード": "3"}])
def test_what_is_abolished_is_open(row: dict[str, str]) -> None:
    assert opened(table(row)) == ["road/K1"]


@pytest.mark.parametrize(
    ("code", "place", "geometry"),
    [
        ("1", "135.5 34.5", Geometry("point", (((34.5, 135.5),),))),
        ("1", PLACE, Geometry("point", (((34.5, 135.5),), ((34.6, 135.6),)))),
        ("2", "135.5 34.5", Geometry("point", (((34.5, 135.5),),))),
        ("3", "135.5 34.5;135.6 34.5;135.6 34.6", Geometry("polygon", (((34.5, 135.5), (34.5, 135.6), (34.6, 135.6), (34.5, 135.5)),))),
        ("3", PLACE, Geometry("line", (((34.5, 135.5), (34.6, 135.6)),))),
        ("2", "", None),
    ],
)  # fmt: skip
def test_the_number_of_positions_decides_what_is_drawn(
    code: str, place: str, geometry: Geometry | None
) -> None:
    assert only(table({"点・線・面コード": code, "規制場所の経度緯度": place})).geometry == geometry


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"規制場所の経度緯度": "13.5 34.5;135.6 34.6"}, "coordinates-out-of-range"),
        ({"規制場所の経度緯度": "135.5;34.5"}, "coordinates-missing"),
        ({"データ更新日": "2026/13/1"}, "time-invalid"),
        ({"データ更新日": ""}, "time-missing"),
        ({"ユニークキー": ""}, "id-missing"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(row: dict[str, str], reason: str) -> None:
    assert reasons(table({}, row | {"ユニークキー": row.get("ユニークキー", "K2")})) == [(reason, "line 3")]


def test_without_a_day_the_month_of_the_files_name_counts() -> None:
    report = only(table({"データ更新日": ""}, name="大阪府警_202607_k_2.1.csv"))
    assert report.as_of_ms == parse_iso("2026-07-01T00:00:00+09:00", "")


def test_an_outline_of_more_than_128_kib_in_one_field_is_read() -> None:
    place = ";".join(f"{135 + n / 10_000:.4f} 34.5" for n in range(9_000))
    report = only(table({"規制場所の経度緯度": place}))
    assert report.geometry is not None
    assert len(report.geometry.parts[0]) == 9_000
