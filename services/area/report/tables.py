"""The report's figures as CSV files for spreadsheets: UTF-8 with a byte-order mark, Japanese and English column names."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from routing.bottlenecks import Bottleneck
from services.area.folder import AreaInfo
from services.area.report.analysis import CLASSES, Basis, Situation
from services.area.report.figures import day, mean_minutes, when
from services.area.report.words import CLASSES as CLASS_WORDS
from services.area.report.words import HAZARDS, KINDS, PROFILES, Pair, pair

REACH, BOTTLENECKS, CATCHMENTS = "reach.csv", "bottlenecks.csv", "catchments.csv"
UNKNOWN = " / ".join(pair("unknown"))
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so would be run by a spreadsheet."""

Row = Sequence[object]


def write_tables(
    out: Path, info: AreaInfo, basis: Basis, situations: Sequence[Situation], *, made_ms: int
) -> None:
    """Writes the three files; each row carries the mark, the source and the age of its figures."""
    mark = " / ".join(pair("made-up")) if info.synthetic else ""
    tail = (info.name, mark, f"{info.source} {info.network_hash[:12]}", when(made_ms)[0])
    tail_names = ("地域 area", "訓練 drill", "道路網 network", "作成 made")
    write_table(
        out / REACH, (*REACH_NAMES, *tail_names), ((*row, *tail) for row in _reach(basis, situations))
    )
    write_table(
        out / BOTTLENECKS,
        (*BOTTLENECK_NAMES, *tail_names),
        ((*row, *tail) for row in _bottlenecks(basis, situations)),
    )
    write_table(
        out / CATCHMENTS, (*CATCHMENT_NAMES, *tail_names), ((*row, *tail) for row in _catchments(situations))
    )


def write_table(path: Path, names: Row, rows: Iterable[Row]) -> None:
    """One file for spreadsheets; no cell of it runs as a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _both(words: Pair) -> str:
    return " / ".join(words)


REACH_NAMES = (
    "災害 hazard", "災害名 hazard name", "歩く人 walker", "市区町村コード code", "市区町村 municipality", "単位 unit",
    "計 total", *(_both(CLASS_WORDS[kind]) for kind in range(CLASSES)), "15分以内の割合 share within 15 min",
    "使える場所 sites", "人口の出典 source of people",
)  # fmt: skip
BOTTLENECK_NAMES = (
    "災害 hazard", "災害名 hazard name", "種類 kind", "名前 name", "緯度 lat", "経度 lon", "単位 unit", "今ここを通る pass here",
    "行けなくなる lose every way", "遠くなる walk longer", "平均何分 mean min", "最大何分 most min", "行けない交差点 stranded crossings",
    "遠くなる交差点 lengthened crossings",
)  # fmt: skip
CATCHMENT_NAMES = (
    "災害 hazard", "災害名 hazard name", "場所ID site id", "緊急避難場所 site", "緯度 lat", "経度 lon", "受け持つ道km street km",
    "住民 people", "定員 capacity", "不足 short by", "一覧 list", "一覧の日付 list date",
)  # fmt: skip


def _hazard(situation: Situation) -> tuple[str, str]:
    key = str(situation.hazard or "none")
    return key, _both(HAZARDS[key])


def _reach(basis: Basis, situations: Sequence[Situation]) -> Iterator[Row]:
    """Metres of street, then people where they are known."""
    names = [(d.code, d.name) for d in basis.districts] + [("", _both(pair("outside")))]
    source = basis.residents.source if basis.residents else ""
    for situation in situations:
        for unit, table in (("m", situation.streets), ("people", situation.people)):
            for profile, shares in table.items():
                for number, (code, name) in enumerate(names):
                    classes = shares.row(number)
                    yield (
                        *_hazard(situation), _both(PROFILES[profile]), code, name, unit, round(float(classes.sum())),
                        *(round(float(each)) for each in classes),
                        _share(shares.within(15, number)), len(situation.suitable), source if unit == "people" else "",
                    )  # fmt: skip


def _share(share: float | None) -> object:
    return "" if share is None else round(share, 4)


def _bottlenecks(basis: Basis, situations: Sequence[Situation]) -> Iterator[Row]:
    unit = "people" if basis.residents else "crossings"
    for situation in situations:
        worst: dict[bytes, Bottleneck] = {
            one.links.tobytes(): one for one in (*situation.stranding, *situation.lengthening)
        }
        for one in worst.values():
            yield (
                *_hazard(situation), _both(KINDS[one.kind]), one.name, round(one.lat, 6), round(one.lon, 6), unit,
                round(one.carried), round(one.stranded), round(one.lengthened), round(mean_minutes(one), 1),
                round(one.worst_s / 60, 1), *one.nodes,
            )  # fmt: skip


def _catchments(situations: Sequence[Situation]) -> Iterator[Row]:
    for situation in situations:
        for row in situation.catchments:
            place = row.place
            yield (
                *_hazard(situation), place.id, place.name, place.lat, place.lon, round(row.street_m / 1000, 2),
                _known(row.people), _known(place.capacity), _known(row.missing), place.listed_source,
                _both_days(place.listed_as_of_ms),
            )  # fmt: skip


def _known(figure: float | None) -> object:
    return UNKNOWN if figure is None else round(figure)


def _both_days(at_ms: int | None) -> str:
    return _both(pair("date-unknown")) if at_ms is None else day(at_ms)[0]
