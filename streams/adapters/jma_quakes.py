"""Bodies of quakes that were felt: VXSE51 (by region) and VXSE53 (by municipality). A record of shaking, not a forecast."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from streams.adapters.jma_envelope import Said, coded_name, read_items
from streams.adapters.safe_xml import text_of
from streams.events.alerts import AreaConditions, Condition, Severity
from streams.events.base import AreaRef, Hazard

INTENSITIES = {
    "1": ("震度１", Severity.NONE),
    "2": ("震度２", Severity.NONE),
    "3": ("震度３", Severity.NONE),
    "4": ("震度４", Severity.ADVISORY),
    "5-": ("震度５弱", Severity.WARNING),
    "5+": ("震度５強", Severity.WARNING),
    "6-": ("震度６弱", Severity.CRITICAL),
    "6+": ("震度６強", Severity.EMERGENCY),
    "7": ("震度７", Severity.EMERGENCY),
}
"""From 震度５弱 on walls and shelves fall (JMA's 震度階級関連解説表); from 6弱 JMA calls its own forecast a special warning."""
NOT_HEARD_OF = "震度５弱以上未入電"


def read_intensities(report: Element) -> Iterator[Said]:
    """Municipalities where the telegram names them, else regions. No municipality is counted twice through its region."""
    regions = report.findall("Body/Intensity/Observation/Pref/Area")
    areas = [area for region in regions for area in region.findall("City") or [region]]
    return read_items(areas, "Body/Intensity/Observation//Area", _shaken)


def _shaken(area: Element) -> Iterator[AreaConditions]:
    yield AreaConditions(area=AreaRef("quake", *coded_name(area)), conditions=tuple(_conditions(area)))


def _conditions(area: Element) -> Iterator[Condition]:
    code = text_of(area, "MaxInt")
    name, severity = INTENSITIES.get(code, (f"震度{code}", Severity.WARNING))
    if text_of(area, "Condition") == NOT_HEARD_OF and code not in {"5-", "5+", "6-", "6+", "7"}:
        # a silent seismometer is not a calm one
        code, name, severity = "5-?", NOT_HEARD_OF, Severity.WARNING
    if code:
        yield Condition(hazard=Hazard.EARTHQUAKE, severity=severity, code=code, name=name)
