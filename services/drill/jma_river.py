"""VXKO (指定河川洪水予報) of status 訓練: the flood forecast of one river."""

from services.drill.jma_xml import CodedName, Envelope, headline_item, information, report
from services.drill.xml_text import tag, text

TITLE = "指定河川洪水予報"
LEVELS = {
    2: (CodedName("20", "氾濫注意情報"), "洪水注意報（発表）"),
    3: (CodedName("30", "氾濫警戒情報"), "洪水警報（発表）"),
    4: (CodedName("40", "氾濫危険情報"), "洪水警報"),
    5: (CodedName("51", "氾濫発生情報"), "洪水警報"),
}
DIGITS = "０１２３４５"


def river_flood(
    level: int,
    *,
    at_ms: int,
    river: CodedName,
    district: CodedName,
    office: str,
    serial: int,
    message: str,
) -> bytes:
    """The forecast of one river at an alert level from 2 to 5."""
    kind, condition = LEVELS[level]
    areas = (
        (f"{TITLE}（予報区域）", f"{TITLE}（予報区域）", river),
        (f"{TITLE}（河川）", "河川", river),
        (f"{TITLE}（府県予報区等）", "気象情報／府県予報区・細分区域等", district),
    )
    main = tag(
        "Item",
        tag("Kind", tag("Property", text("Type", "主文"), text("Text", message))),
        tag("Areas", tag("Area", river.xml()), codeType="河川"),
    )
    return report(
        _envelope(river, office, at_ms, serial, headline=f"【警戒レベル{DIGITS[level]}相当情報［洪水］】{message}", name=kind.name),
        informations=tuple(
            information(type_, (headline_item(kind, (area,), code_type=codes, condition=condition),))
            for type_, codes, area in areas
        ),
        body=(text("Notice", "この電文は訓練です。"), tag("Warning", main, type_=TITLE)),
        section="meteorology1",
    )  # fmt: skip


def cancel_river_flood(*, at_ms: int, river: CodedName, office: str, serial: int) -> bytes:
    """Takes back all that was said of the river."""
    envelope = _envelope(
        river,
        office,
        at_ms,
        serial,
        headline=f"{river.name}の洪水予報を取り消します。",
        name="洪水予報",
        info_type="取消",
    )
    return report(
        envelope, informations=(), body=(text("Notice", envelope.headline),), section="meteorology1"
    )


def _envelope(
    river: CodedName,
    office: str,
    at_ms: int,
    serial: int,
    *,
    headline: str,
    name: str,
    info_type: str = "発表",
) -> Envelope:
    return Envelope(
        title=TITLE,
        head_title=f"{river.name}{name}",
        at_ms=at_ms,
        office=office,
        info_kind=TITLE,
        info_kind_version="1.1_1",
        headline=headline,
        event_id=river.code,
        serial=str(serial),
        info_type=info_type,
    )
