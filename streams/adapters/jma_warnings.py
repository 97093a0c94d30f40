"""Bodies of warnings by municipality: VPWW50-61, and the tables of the same shape (VXWW50, VPHW50/51, VPOA50)."""

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

from streams.adapters.jma_codes import warning_conditions
from streams.adapters.jma_envelope import Said, forecast_area, read_items
from streams.adapters.safe_xml import text_of
from streams.events.alerts import AreaConditions, Condition, Severity
from streams.events.base import Hazard

FINEST_FIRST = (
    "（市町村等）",
    "（市町村等をまとめた地域等）",
    "（一次細分区域等）",
    "（府県予報区等）",
    "（発表細分）",
    "",
)
"""A telegram says the same thing for areas of several sizes; only the finest table is read, so that nothing counts twice."""
NOT_IN_FORCE = frozenset({"解除", "なし", "発表警報・注意報はなし"})

ReadKind = Callable[[str, str, str], tuple[Condition, ...]]
"""Code, name and condition of a Kind to what it means."""


def read_warnings(report: Element) -> Iterator[Said]:
    """VPWW55-61: 警戒レベル in the code."""
    return _read_table(
        report, lambda code, name, word: warning_conditions(code, name, word, transitional=False)
    )


def read_transitional(report: Element) -> Iterator[Said]:
    """VPWW53/54 and the older VPWW50: a 警報 may hide a 危険警報, so its level is a lower bound."""
    return _read_table(
        report, lambda code, name, word: warning_conditions(code, name, word, transitional=True)
    )


def read_landslide(report: Element) -> Iterator[Said]:
    """VXWW50 土砂災害警戒情報: where in force it is level 4."""
    return _read_table(
        report,
        lambda code, name, _: (
            Condition(
                hazard=Hazard.LANDSLIDE,
                severity=Severity.CRITICAL,
                code=code,
                name=f"土砂災害警戒情報（{name}）",
                level=4,
            ),
        ),
    )


def read_tornado(report: Element) -> Iterator[Said]:
    """VPHW50/51 竜巻注意情報; it ends by itself at ValidDateTime."""
    return _read_table(report, lambda code, name, _: (_plain(Hazard.WIND, Severity.ADVISORY, code, name),))


def read_record_rain(report: Element) -> Iterator[Said]:
    """VPOA50 記録的短時間大雨情報: rain as falls once in years, while a warning stands."""
    hazards = (Hazard.INLAND_FLOOD, Hazard.FLOOD, Hazard.LANDSLIDE)
    return _read_table(
        report, lambda code, name, _: tuple(_plain(h, Severity.WARNING, code, name) for h in hazards)
    )


def _plain(hazard: Hazard, severity: Severity, code: str, name: str) -> Condition:
    return Condition(hazard=hazard, severity=severity, code=code, name=name)


def _read_table(report: Element, read_kind: ReadKind) -> Iterator[Said]:
    tables = list(report.findall("Body/Warning"))
    finest = next((t for suffix in FINEST_FIRST for t in tables if t.get("type", "").endswith(suffix)), None)

    def read(item: Element) -> Iterator[AreaConditions]:
        area = forecast_area(item.find("Area"))
        yield AreaConditions(area=area, conditions=tuple(_in_force(item, read_kind)))

    if finest is not None:
        yield from read_items(finest.findall("Item"), f"Body/Warning[{finest.get('type')}]/Item", read)


def _in_force(item: Element, read_kind: ReadKind) -> Iterator[Condition]:
    for kind in item.findall("Kind"):
        code, status = text_of(kind, "Code"), text_of(kind, "Status")
        if code and code not in {"0", "00"} and status not in NOT_IN_FORCE:
            yield from read_kind(code, text_of(kind, "Name"), text_of(kind, "Condition"))
