"""VTSE41 (津波警報・注意報・予報) of status 訓練: what is expected on one coast, and its lifting."""

from dataclasses import dataclass

from services.drill.jma_xml import CodedName, Envelope, headline_item, information, jst, report
from services.drill.xml_text import tag, text

COAST_CODES = "津波予報区"
KIND_CODES = "警報等情報要素／津波警報・注意報・予報"
MAJOR = CodedName("52", "大津波警報")
WARNING = CodedName("51", "津波警報")
ADVISORY = CodedName("62", "津波注意報")
LIFTED = CodedName("60", "津波注意報解除")
NOTHING = CodedName("00", "津波なし")


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """One coast: what stands, what stood before, the first wave and its height where they are told."""

    coast: CodedName
    kind: CodedName
    before: CodedName = NOTHING
    arrival_at_ms: int | None = None
    height_m: float | None = None
    height_text: str = ""


@dataclass(frozen=True, kw_only=True)
class Quake:
    """The earthquake behind it; a place on open water and a magnitude, both made up."""

    at_ms: int
    name: str
    coordinate: str  # ISO 6709, such as +33.5+135.9-10000/
    magnitude: str


def tsunami(forecast: Forecast, quake: Quake, *, at_ms: int, event_id: str, headline: str) -> bytes:
    """One telegram about one coast."""
    envelope = Envelope(
        title="津波警報・注意報・予報a",
        head_title=forecast.kind.name,
        at_ms=at_ms,
        office="澪湾気象台（架空）",
        info_kind="津波警報・注意報・予報",
        info_kind_version="1.0_1",
        headline=headline,
        event_id=event_id,
    )
    item = headline_item(forecast.kind, (forecast.coast,), code_type=COAST_CODES)
    return report(
        envelope,
        informations=(information("津波予報領域表現", (item,)),),
        body=(
            tag("Tsunami", tag("Forecast", _code_define(), _item(forecast))),
            _earthquake(quake),
            _comments(headline),
        ),
        section="seismology1",
    )


def _code_define() -> str:
    paths = (
        ("Item/Area/Code", COAST_CODES),
        ("Item/Category/Kind/Code", KIND_CODES),
        ("Item/Category/LastKind/Code", KIND_CODES),
    )
    return tag("CodeDefine", *(text("Type", name, xpath=path) for path, name in paths))


def _item(forecast: Forecast) -> str:
    arrival = forecast.arrival_at_ms
    first = tag("FirstHeight", text("ArrivalTime", jst(arrival))) if arrival is not None else ""
    height = ""
    if forecast.height_m is not None:
        figure = text(
            "jmx_eb:TsunamiHeight",
            f"{forecast.height_m:g}",
            type_="津波の高さ",
            unit="m",
            description=forecast.height_text,
        )
        height = tag("MaxHeight", figure)
    return tag(
        "Item",
        tag("Area", forecast.coast.xml()),
        tag("Category", tag("Kind", forecast.kind.xml()), tag("LastKind", forecast.before.xml())),
        first,
        height,
    )


def _earthquake(quake: Quake) -> str:
    area = tag(
        "Area",
        text("Name", quake.name),
        text("Code", "999", type_="震央地名"),
        text("jmx_eb:Coordinate", quake.coordinate, description="架空の震源"),
    )
    return tag(
        "Earthquake",
        text("OriginTime", jst(quake.at_ms)),
        text("ArrivalTime", jst(quake.at_ms)),
        tag("Hypocenter", area),
        text("jmx_eb:Magnitude", quake.magnitude, type_="Mj", description=f"Ｍ{quake.magnitude}（訓練）"),
    )


def _comments(headline: str) -> str:
    body = headline + "\n高い所、またはこの津波に適した避難場所へ逃げてください。"
    comment = tag("WarningComment", text("Text", body), text("Code", ""), codeType="固定付加文")
    return tag("Comments", comment)
