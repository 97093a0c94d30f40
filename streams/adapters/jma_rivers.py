"""Bodies of river floods: 指定河川洪水予報 (VXKO50-89) and 水位周知河川 (VXSU50-89)."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from streams.adapters.jma_codes import river_condition
from streams.adapters.jma_envelope import CITY_DIGITS, Said, coded_name, read_items
from streams.adapters.reading import RefusedError
from streams.adapters.safe_xml import text_of
from streams.events.alerts import AreaConditions, Condition
from streams.events.base import AreaRef

RIVER_TABLES = ("（予報区域）", "（発表区間）", "（河川）")
"""Head tables that name a stretch of river or a river; the table of prefectures would flood a whole prefecture."""
FLOODED = "浸水想定地区"


def read_rivers(report: Element) -> Iterator[Said]:
    """The forecast's stretch and rivers, and the municipalities of which a part is expected to be flooded."""
    seen: dict[AreaRef, Condition] = {}
    for table in report.findall("Head/Headline/Information"):
        if table.get("type", "").endswith(RIVER_TABLES):
            for said in read_items(table.findall("Item"), "Head/Headline/Information/Item", _river_areas):
                if isinstance(said, RefusedError):
                    yield said
                elif said.area not in seen:
                    seen[said.area] = said.conditions[0]
                    yield said
    if seen:
        strongest = max(seen.values(), key=lambda c: c.level or 0)
        for area in dict.fromkeys(_flooded_cities(report)):
            yield AreaConditions(area=area, conditions=(strongest,))


def _river_areas(item: Element) -> Iterator[AreaConditions]:
    condition = river_condition(text_of(item, "Kind/Code"), text_of(item, "Kind/Name"))
    for area in item.findall("Areas/Area"):
        yield AreaConditions(area=AreaRef("river", *coded_name(area)), conditions=(condition,))


def _flooded_cities(report: Element) -> Iterator[AreaRef]:
    for item in report.findall("Body/Warning/Item"):
        kinds = {text_of(item, "Kind/Name"), text_of(item, "Kind/Property/Type")}
        if not any(kind.startswith(FLOODED) for kind in kinds):
            continue
        for area in item.findall("Areas/Area"):
            code = text_of(area, "CityCode")
            if len(code) == CITY_DIGITS and code.strip("0"):
                yield AreaRef("city", code, text_of(area, "City"))
