"""Bodies of tsunami telegrams: VTSE41/51 (grade, first wave and height by 津波予報区) and VTSE52 (from offshore gauges)."""

import math
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from streams.adapters.jma_envelope import Said, coded_name, read_items
from streams.adapters.safe_xml import text_of
from streams.adapters.times import find_iso, parse_iso
from streams.events.alerts import AreaConditions, Condition, Severity
from streams.events.base import AreaRef, Hazard

GRADES = {
    "00": Severity.NONE,  # 津波なし
    "50": Severity.NONE,  # 警報解除
    "51": Severity.WARNING,  # 津波警報
    "52": Severity.EMERGENCY,  # 大津波警報
    "53": Severity.EMERGENCY,  # 大津波警報：発表
    "60": Severity.NONE,  # 津波注意報解除
    "62": Severity.ADVISORY,  # 津波注意報
    "71": Severity.NONE,  # 津波予報（若干の海面変動）
    "72": Severity.NONE,
    "73": Severity.NONE,
}
ARRIVED = ("到達中", "到達を確認", "既に津波到達")
"""Words of FirstHeight/Condition that say: it is there. The arrival is then no later than the telegram."""

WARNING_ABOVE_M = 1.0
EMERGENCY_ABOVE_M = 3.0
"""JMA's own bounds of 津波警報 and 大津波警報; used for VTSE52, which estimates heights and names no grade."""


def read_forecast(report: Element) -> Iterator[Said]:
    """VTSE41/51. A lifted area, and one where the sea only stirs, has `Severity.NONE`."""
    items = report.findall("Body/Tsunami/Forecast/Item")
    return read_items(items, "Body/Tsunami/Forecast/Item", lambda item: _forecast(item, report))


def read_estimation(report: Element) -> Iterator[Said]:
    """VTSE52: what the coasts behind the gauges must expect. A height still unknown counts as an advisory at least."""
    items = report.findall("Body/Tsunami/Estimation/Item")
    return read_items(items, "Body/Tsunami/Estimation/Item", lambda item: _estimate(item, report))


def _forecast(item: Element, report: Element) -> Iterator[AreaConditions]:
    code, name = text_of(item, "Category/Kind/Code"), text_of(item, "Category/Kind/Name")
    severity = GRADES[code] if code in GRADES else _severity_by_name(name)
    yield _about(item, report, severity=severity, code=code, name=name)


def _severity_by_name(name: str) -> Severity:
    """A code that the table does not know is not taken for calm."""
    words = (("解除", Severity.NONE), ("大津波", Severity.EMERGENCY), ("注意報", Severity.ADVISORY))
    return next((severity for word, severity in words if word in name), Severity.WARNING)


def _estimate(item: Element, report: Element) -> Iterator[AreaConditions]:
    height = _height_m(item)
    severity = Severity.ADVISORY
    if height is not None and height > WARNING_ABOVE_M:
        severity = Severity.EMERGENCY if height > EMERGENCY_ABOVE_M else Severity.WARNING
    yield _about(item, report, severity=severity, code="VTSE52", name="沖合の観測による津波の推定")


def _about(item: Element, report: Element, *, severity: Severity, code: str, name: str) -> AreaConditions:
    """The words beside the figures (巨大, １０ｍ超, 津波到達中と推測) stay with the name: a figure alone would drop them."""
    height = item.find("MaxHeight/TsunamiHeight")
    said = (
        height.get("description", "") if height is not None else "",
        text_of(item, "FirstHeight/Condition"),
    )
    words = "、".join(word for word in said if word)
    condition = Condition(
        hazard=Hazard.TSUNAMI,
        severity=severity,
        code=code,
        name=f"{name}（{words}）" if words and severity is not Severity.NONE else name,
        arrival_at_ms=_arrival_at_ms(item, report),
        height_m=_height_m(item),
    )
    area = AreaRef("tsunami", *coded_name(item.find("Area")))
    return AreaConditions(area=area, conditions=(condition,))


def _arrival_at_ms(item: Element, report: Element) -> int | None:
    arrival = find_iso(text_of(item, "FirstHeight/ArrivalTime"), "FirstHeight/ArrivalTime")
    if arrival is None and any(word in text_of(item, "FirstHeight/Condition") for word in ARRIVED):
        return parse_iso(text_of(report, "Head/ReportDateTime"), "Head/ReportDateTime")
    return arrival


def _height_m(item: Element) -> float | None:
    """Metres; None where JMA writes NaN (巨大, 高い) or nothing."""
    try:
        height = float(text_of(item, "MaxHeight/TsunamiHeight") or math.nan)
    except ValueError:
        return None
    return height if math.isfinite(height) else None
