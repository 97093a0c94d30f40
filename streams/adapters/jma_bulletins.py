"""Bodies of VPBS50-52 (気象防災速報) and of messages that name no area (VYSE50, VYSE60)."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from streams.adapters.jma_envelope import Said, forecast_area, read_items
from streams.adapters.safe_xml import text_of
from streams.events.alerts import AreaConditions, Condition, Severity
from streams.events.base import Hazard

_RAIN = (Hazard.INLAND_FLOOD, Hazard.FLOOD, Hazard.LANDSLIDE)
TAGS = {
    "線状降水帯": (_RAIN, Severity.CRITICAL),
    "記録": (_RAIN, Severity.WARNING),
    "大雪": ((Hazard.SNOW,), Severity.WARNING),
    "竜巻": ((Hazard.WIND,), Severity.ADVISORY),
}
"""Words of the 情報タグ. A band of rain means: level 4 is reached or near; the level itself comes by VPWW55/56."""
UNKNOWN_TAG = ((Hazard.OTHER,), Severity.ADVISORY)


def read_bulletin(report: Element) -> Iterator[Said]:
    """The districts of each tag."""
    items = report.findall("Head/Headline/Information/Item")
    return read_items(items, "Head/Headline/Information/Item", _tagged)


def read_message(_report: Element) -> tuple[Said, ...]:
    """A message to all, such as 南海トラフ地震臨時情報: its headline is what it says; it closes no place."""
    return ()


def _tagged(item: Element) -> Iterator[AreaConditions]:
    tag = text_of(item, "Kind/Condition") or text_of(item, "Kind/Name")
    hazards, severity = next((meaning for word, meaning in TAGS.items() if word in tag), UNKNOWN_TAG)
    code = text_of(item, "Kind/Code")
    conditions = tuple(Condition(hazard=h, severity=severity, code=code, name=tag) for h in hazards)
    for area in item.findall("Areas/Area"):
        yield AreaConditions(area=forecast_area(area), conditions=conditions)
