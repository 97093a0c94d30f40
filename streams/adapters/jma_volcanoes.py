"""Bodies of volcano telegrams by municipality: VFVO50 (噴火警報・予報) and VFVO56 (噴火速報)."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from streams.adapters.jma_envelope import Said, forecast_area, read_items
from streams.adapters.safe_xml import text_of
from streams.events.alerts import AreaConditions, Condition, Severity
from streams.events.base import Hazard

CITIES = "（対象市町村等）"
WARNINGS = {
    "01": Severity.EMERGENCY,  # 噴火警報 (居住地域): a special warning
    "02": Severity.WARNING,  # 火口周辺警報
    "03": Severity.WARNING,  # 噴火警報（周辺海域）
    "04": Severity.NONE,  # 噴火予報：警報解除
    "05": Severity.NONE,  # 噴火予報
}
"""噴火警戒レベル is not the 警戒レベル of floods and landslides; no level is made of it."""


def read_volcano_warning(report: Element) -> Iterator[Said]:
    """VFVO50."""
    return _by_city(report, WARNINGS)


def read_eruption(report: Element) -> Iterator[Said]:
    """VFVO56: it erupts now, or seems to."""
    return _by_city(report, {})


def _by_city(report: Element, severities: dict[str, Severity]) -> Iterator[Said]:
    def read(item: Element) -> Iterator[AreaConditions]:
        code, name = text_of(item, "Kind/Code"), text_of(item, "Kind/Name")
        severity = severities.get(code, Severity.WARNING)
        condition = Condition(hazard=Hazard.VOLCANO, severity=severity, code=code, name=name)
        for area in item.findall("Areas/Area"):
            yield AreaConditions(area=forecast_area(area), conditions=(condition,))

    for table in report.findall("Body/VolcanoInfo"):
        if table.get("type", "").endswith(CITIES):
            yield from read_items(table.findall("Item"), "Body/VolcanoInfo/Item", read)
