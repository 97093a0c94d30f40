"""The table of JMA's telegram titles: which are read, by what, and why the others are set aside.

A telegram does not carry its type (VPWW55): it is known by Control/Title. Where several types share a title (VXKO50-89,
the typhoon forecasts) the table names the group.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from streams.adapters import (
    jma_bulletins,
    jma_quakes,
    jma_rivers,
    jma_tsunami,
    jma_volcanoes,
    jma_warnings,
)
from streams.adapters.jma_envelope import Said

ReadBody = Callable[[Element], Iterable[Said]]

HOUR_MS = 3_600_000
BY_OFFICE, BY_EVENT = "{office}", "{event}"


@dataclass(frozen=True, kw_only=True)
class Title:
    """One line of the table.

    series: what replaces what, behind `jma/`; `{office}` and `{event}` are filled in.
    holds_ms: how long it stands where JMA neither lifts it nor says until when; None: until replaced.
    withdraws_own_kind_only: its 取消 leaves the other types of its series standing.
    """

    kind: str
    read: ReadBody
    series: str
    holds_ms: int | None = None
    withdraws_own_kind_only: bool = False


def _warnings(kind: str, read: ReadBody, *, by: str = BY_OFFICE, holds_ms: int | None = None) -> Title:
    return Title(kind=kind, read=read, series=f"{kind}/{by}", holds_ms=holds_ms)


def _quake(kind: str) -> Title:
    # JMA does not lift a quake; it asks for caution for about a week
    return Title(
        kind=kind,
        read=jma_quakes.read_intensities,
        series=f"quake/{BY_EVENT}",
        holds_ms=7 * 24 * HOUR_MS,
        withdraws_own_kind_only=True,
    )


_R06 = "気象警報・注意報（Ｒ０６）"
_WARN, _OLD = jma_warnings.read_warnings, jma_warnings.read_transitional

TITLES: dict[str, Title] = {
    f"{_R06}（大雨）": _warnings("VPWW55", _WARN),
    f"{_R06}（土砂災害）": _warnings("VPWW56", _WARN),
    f"{_R06}（土砂）": _warnings("VPWW56", _WARN),
    f"{_R06}（高潮）": _warnings("VPWW57", _WARN),
    f"{_R06}（暴風）": _warnings("VPWW58", _WARN),
    f"{_R06}（暴風・暴風雪）": _warnings("VPWW58", _WARN),
    f"{_R06}（波浪）": _warnings("VPWW59", _WARN),
    f"{_R06}（大雪）": _warnings("VPWW60", _WARN),
    f"{_R06}（その他注意報）": _warnings("VPWW61", _WARN),
    f"{_R06}（その他）": _warnings("VPWW61", _WARN),
    # all of Japan every ten minutes, the same Kinds; three missed issues and it no longer stands
    f"{_R06}（集約通報）": _warnings("VPWS50", _WARN, holds_ms=HOUR_MS // 2),
    "気象特別警報・警報・注意報": _warnings("VPWW53", _OLD),
    "気象警報・注意報（Ｈ２７）": _warnings("VPWW54", _OLD),
    "気象警報・注意報": _warnings("VPWW50", _OLD),
    "土砂災害警戒情報": _warnings("VXWW50", jma_warnings.read_landslide, by=BY_EVENT),
    "指定河川洪水予報": _warnings("VXKO", jma_rivers.read_rivers, by=BY_EVENT),
    "水位周知河川に関する情報": _warnings("VXSU", jma_rivers.read_rivers, by=BY_EVENT),
    "竜巻注意情報": _warnings("VPHW50", jma_warnings.read_tornado, holds_ms=HOUR_MS),
    "竜巻注意情報（目撃情報付き）": _warnings("VPHW51", jma_warnings.read_tornado, holds_ms=HOUR_MS),
    "記録的短時間大雨情報": _warnings("VPOA50", jma_warnings.read_record_rain, holds_ms=3 * HOUR_MS),
    "府県気象防災速報": _warnings("VPBS50", jma_bulletins.read_bulletin, holds_ms=3 * HOUR_MS),
    "津波警報・注意報・予報a": Title(kind="VTSE41", read=jma_tsunami.read_forecast, series="tsunami"),
    "津波情報a": Title(
        kind="VTSE51", read=jma_tsunami.read_forecast, series="tsunami", withdraws_own_kind_only=True
    ),
    "沖合の津波観測に関する情報": _warnings(
        "VTSE52", jma_tsunami.read_estimation, by=BY_EVENT, holds_ms=HOUR_MS
    ),
    "震度速報": _quake("VXSE51"),
    "震源・震度に関する情報": _quake("VXSE53"),
    "噴火警報・予報": _warnings("VFVO50", jma_volcanoes.read_volcano_warning, by=BY_EVENT),
    "噴火速報": _warnings("VFVO56", jma_volcanoes.read_eruption, by=BY_EVENT, holds_ms=24 * HOUR_MS),
    "南海トラフ地震臨時情報": Title(kind="VYSE50", read=jma_bulletins.read_message, series="VYSE50"),
    "北海道・三陸沖後発地震注意情報": Title(kind="VYSE60", read=jma_bulletins.read_message, series="VYSE60"),
}

_FORECAST = "a forecast; the warnings that follow from it come by VPWW55-61"
_TEXT = "commentary in words; the warnings themselves come by their own telegrams"
_SEASON = "weather of a season, no danger to flee from"
_SEA = "for ships at sea"
_CHART = "a weather chart"
_EEW = "over before a way to safety can be walked; what was felt comes by VXSE51/53"
_HYPOCENTRE = "names the source of a quake and no place that was shaken; that comes by VXSE51/53"
_ASH = "where ash falls; what to flee from comes by VFVO50 and VFVO56"

NOT_RELEVANT: dict[str, tuple[str, str]] = {
    "気象特別警報報知": (
        "VPNO50",
        "repeats that a special warning exists; VPWW53-61 carry it with its areas",
    ),
    "大雨危険度通知": ("VPRN50", "danger grades by grid; the levels of municipalities come by VPWW55/56"),
    "気象警報・注意報時系列情報（Ｒ０６）": ("VPWP50", _FORECAST),
    "警報級の可能性（明日まで）": ("VPFD60", _FORECAST),
    "早期注意情報（明後日まで）": ("VPFD61", _FORECAST),
    "警報級の可能性（明後日以降）": ("VPFW60", _FORECAST),
    "熱中症警戒アラート": ("VPFT50", "heat: no place to flee from and none to flee to"),
    "緊急地震速報（警報）": ("VXSE43", _EEW),
    "緊急地震速報（予報）": ("VXSE44", _EEW),
    "緊急地震速報（地震動予報）": ("VXSE45", _EEW),
    "緊急地震速報配信テスト": ("VXSE42", "tests the line"),
    "震源に関する情報": ("VXSE52", _HYPOCENTRE),
    "顕著な地震の震源要素更新のお知らせ": ("VXSE61", _HYPOCENTRE),
    "地震回数に関する情報": ("VXSE60", _HYPOCENTRE),
    "地震の活動状況等に関する情報": ("VXSE56", _TEXT),
    "長周期地震動に関する観測情報": (
        "VXSE62",
        "sways high floors; what was felt on the ground comes by VXSE53",
    ),
    "南海トラフ地震関連解説情報": ("VYSE51", _TEXT),
    "地震・津波に関するお知らせ": ("VZSE40", _TEXT),
    "火山に関するお知らせ": ("VZVO40", _TEXT),
    "火山の状況に関する解説情報": ("VFVO51", _TEXT),
    "噴火に関する火山観測報": ("VFVO52", "an observation; the warning comes by VFVO50 and VFVO56"),
    "火山現象に関する海上警報・海上予報": ("VFSV", _SEA),
    "降灰予報（定時）": ("VFVO53", _ASH),
    "降灰予報（速報）": ("VFVO54", _ASH),
    "降灰予報（詳細）": ("VFVO55", _ASH),
    "推定噴煙流向報": ("VFVO60", _ASH),
    "全般台風情報": ("VPTI50", _TEXT),
    "全般台風情報（定型）": ("VPTI51", _TEXT),
    "全般台風情報（詳細）": ("VPTI52", _TEXT),
    "台風の暴風域に入る確率": ("VPTA50", _FORECAST),
    "台風解析・予報情報（３日予報）": ("VPTW40-41", _FORECAST),
    "台風解析・予報情報（５日予報）": ("VPTW50-51", _FORECAST),
    "台風解析・予報情報（５日予報）（Ｈ３０）": ("VPTW60-65", _FORECAST),
    "全般気象情報": ("VPZJ50", _TEXT),
    "全般気象解説情報": ("VPZJ51", _TEXT),
    "地方気象情報": ("VPCJ50", _TEXT),
    "地方気象解説情報": ("VPCJ51", _TEXT),
    "府県気象情報": ("VPFJ50", _TEXT),
    "府県気象解説情報": ("VPFJ51", _TEXT),
    "全般潮位情報": ("VMCJ50", _TEXT),
    "地方潮位情報": ("VMCJ51", _TEXT),
    "府県潮位情報": ("VMCJ52", _TEXT),
    "全般気象解説情報（潮位）": ("VMCJ53", _TEXT),
    "地方気象解説情報（潮位）": ("VMCJ54", _TEXT),
    "府県気象解説情報（潮位）": ("VMCJ55", _TEXT),
    "府県天気予報": ("VPFD50", _FORECAST),
    "府県天気予報（Ｒ１）": ("VPFD51", _FORECAST),
    "府県天気概況": ("VPFG50", _TEXT),
    "府県週間天気予報": ("VPFW50", _FORECAST),
    "全般海上警報（定時）": ("VPZU50", _SEA),
    "全般海上警報（臨時）": ("VPZU51", _SEA),
    "全般海上警報（定時）（Ｈ２９）": ("VPZU52", _SEA),
    "全般海上警報（臨時）（Ｈ２９）": ("VPZU53", _SEA),
    "地方海上警報": ("VPCU50", _SEA),
    "地方海上警報（Ｈ２８）": ("VPCU51", _SEA),
    "地方海上予報": ("VPCY50", _SEA),
    "地方海上予報（Ｈ２８）": ("VPCY51", _SEA),
    "季節観測": ("VGSK50", _SEASON),
    "生物季節観測": ("VGSK55", _SEASON),
    "特殊気象報": ("VGSK60", _SEASON),
    "紫外線観測データ": ("VGUV50", _SEASON),
    "早期天候情報": ("VPAW51", _SEASON),
    "全般天候情報": ("VPZI50", _SEASON),
    "地方天候情報": ("VPCI50", _SEASON),
    "全般１か月予報": ("VPZK50", _SEASON),
    "全般３か月予報": ("VPZK50", _SEASON),
    "全般暖・寒候期予報": ("VPZK50", _SEASON),
    "全般季節予報（２週間気温予報）": ("VPZK70", _SEASON),
    "地方１か月予報": ("VPCK50", _SEASON),
    "地方３か月予報": ("VPCK50", _SEASON),
    "地方暖・寒候期予報": ("VPCK50", _SEASON),
    "地方季節予報（２週間気温予報）": ("VPCK70", _SEASON),
    "地上実況図": ("VZSA50", _CHART),
    "アジア太平洋地上実況図": ("VZSA60", _CHART),
    "地上２４時間予想図": ("VZSF50", _CHART),
    "地上４８時間予想図": ("VZSF51", _CHART),
    "アジア太平洋海上悪天２４時間予想図": ("VZSF60", _CHART),
    "アジア太平洋海上悪天４８時間予想図": ("VZSF61", _CHART),
}
"""Title: type, and why it is set aside. Setting aside is said in a note; a title in neither table is a rejection."""
