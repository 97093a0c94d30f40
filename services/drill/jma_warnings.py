"""VPWW55-58 of status 訓練: heavy rain, landslide, storm surge and gale warnings of one prefecture, municipality by municipality."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.drill.jma_xml import CodedName, Envelope, headline_item, information, report
from services.drill.xml_text import tag, text

CITY_CODES = "気象・地震・火山情報／市町村等"
DISTRICT_CODES = "気象情報／府県予報区・細分区域等"
CITIES = "気象警報・注意報（市町村等）"
DISTRICTS = "気象警報・注意報（府県予報区等）"
NONE = 0
"""No warning and no advisory."""


@dataclass(frozen=True)
class WarningKind:
    """One of the telegrams since 2026-05: its word, its kinds by alert level, the name of its danger figure.

    `levels` of the gale warning are 2 (advisory) and 3 (warning) although it carries no alert level.
    """

    telegram: str
    word: str
    subject: str
    levels: Mapping[int, CodedName]
    danger: str


RAIN = WarningKind(
    "VPWW55",
    "大雨",
    "大雨",
    {
        2: CodedName("10", "レベル２大雨注意報"),
        3: CodedName("03", "レベル３大雨警報"),
        4: CodedName("43", "レベル４大雨危険警報"),
        5: CodedName("33", "レベル５大雨特別警報"),
    },
    "大雨浸水危険度",
)
LANDSLIDE = WarningKind(
    "VPWW56",
    "土砂",
    "土砂災害",
    {
        2: CodedName("29", "レベル２土砂災害注意報"),
        3: CodedName("09", "レベル３土砂災害警報"),
        4: CodedName("49", "レベル４土砂災害危険警報"),
        5: CodedName("39", "レベル５土砂災害特別警報"),
    },
    "土砂災害危険度",
)
SURGE = WarningKind(
    "VPWW57",
    "高潮",
    "高潮",
    {
        2: CodedName("19", "レベル２高潮注意報"),
        3: CodedName("08", "レベル３高潮警報"),
        4: CodedName("48", "レベル４高潮危険警報"),
        5: CodedName("38", "レベル５高潮特別警報"),
    },
    "高潮危険度",
)
GALE = WarningKind(
    "VPWW58", "暴風", "暴風", {2: CodedName("15", "強風注意報"), 3: CodedName("05", "暴風警報")}, ""
)


@dataclass(frozen=True)
class Step:
    """What stands in one area now, and what stood before."""

    area: CodedName
    level: int
    before: int


def warning(
    kind: WarningKind,
    steps: Sequence[Step],
    *,
    at_ms: int,
    headline: str,
    district: CodedName,
    office: str,
) -> bytes:
    """One telegram: all municipalities of the district, also those without a warning."""
    highest = Step(district, max(s.level for s in steps), max(s.before for s in steps))
    envelope = Envelope(
        title=f"気象警報・注意報（Ｒ０６）（{kind.word}）",
        head_title=f"{district.name}{kind.subject}警報・注意報",
        at_ms=at_ms,
        office=office,
        info_kind="気象警報・注意報",
        info_kind_version="1.5_0",
        headline=headline,
    )
    return report(
        envelope,
        informations=(
            information(DISTRICTS, _headline(kind, (highest,), DISTRICT_CODES)),
            information(CITIES, _headline(kind, steps, CITY_CODES)),
        ),
        body=(
            tag("Warning", _item(kind, highest, is_city=False), type_=DISTRICTS),
            tag("Warning", *(_item(kind, step, is_city=True) for step in steps), type_=CITIES),
        ),
        section="meteorology1",
    )


def _headline(kind: WarningKind, steps: Sequence[Step], code_type: str) -> tuple[str, ...]:
    lifted = CodedName("00", "解除")
    return tuple(
        headline_item(kind.levels.get(step.level, lifted), (step.area,), code_type=code_type)
        for step in steps
        if step.level or step.before
    )


def _item(kind: WarningKind, step: Step, *, is_city: bool) -> str:
    if not step.level and not step.before:
        return tag(
            "Item", tag("Kind", text("Status", "発表警報・注意報はなし")), tag("Area", step.area.xml())
        )
    changed = step.level != step.before
    status = "解除" if not step.level else "発表" if changed else "継続"
    last = kind.levels.get(step.before)
    parts = [
        kind.levels[step.level or step.before].xml(),
        text("Status", status),
        tag("LastKind", last.xml()) if last else "",
        _danger(kind, step.level) if is_city and step.level and kind.danger else "",
    ]
    return tag(
        "Item",
        tag("Kind", *parts),
        tag("Area", step.area.xml()),
        text("ChangeStatus", "警報・注意報種別に変化有" if changed else "変化無"),
        "" if is_city else text("FullStatus", "一部") + text("EditingMark", "0"),
    )


def _danger(kind: WarningKind, level: int) -> str:
    """The danger figure: 21 for level 2, 31 for level 3 and so on."""
    words = ("警戒レベル２", "警戒レベル３相当", "警戒レベル４相当", "警戒レベル５相当")
    figure = CodedName(f"{level}1", words[level - 2]).xml()
    return tag(
        "Property",
        text("Type", kind.danger),
        tag("SignificancyPart", tag("Base", tag("Significancy", figure, type_=kind.danger))),
    )
