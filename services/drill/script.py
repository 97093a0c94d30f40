"""The script: a typhoon and a tsunami in two hours, minute by minute. Data only; scenario.py makes documents of it.

Made for the synthetic city: the hill lies in 澪南市 and the sea in the west; 澪3号橋 crosses the river in 澪南市.
"""

from dataclasses import dataclass

from services.drill.jma_tsunami import ADVISORY, LIFTED, MAJOR, WARNING
from services.drill.jma_warnings import GALE, LANDSLIDE, RAIN, SURGE, WarningKind
from services.drill.jma_xml import CodedName

MINUTES = 120
"""Scenario minutes from the first cue to the end."""


@dataclass(frozen=True)
class Warn:
    """Alert levels of one kind in 澪南市, 澪北市, 浜手町; 0 is none."""

    kind: WarningKind
    levels: tuple[int, int, int]


@dataclass(frozen=True)
class River:
    """The flood forecast of the river; level 0 takes back what was said of it."""

    level: int
    message: str = ""


@dataclass(frozen=True)
class Tsunami:
    """The tsunami forecast of the bay. `arrival_minute`: of the script."""

    kind: CodedName
    height_m: float | None = None
    height_text: str = ""
    arrival_minute: float | None = None


@dataclass(frozen=True)
class Close:
    """Closes a bridge or underpass, named by its street."""

    id: str
    road: str
    structure: str
    modes: tuple[str, ...]
    cause: str
    description: str


@dataclass(frozen=True)
class Reopen:
    """Ends a closure by its id."""

    id: str


@dataclass(frozen=True)
class OpenPlaces:
    """The municipality opens its sites and shelters: an index into the municipalities."""

    municipality: int


@dataclass(frozen=True)
class ShutPlace:
    """One place takes nobody any more: the n-th site of a municipality. Whoever is in must move on."""

    municipality: int
    site: int


Order = Warn | River | Tsunami | Close | Reopen | OpenPlaces | ShutPlace


@dataclass(frozen=True)
class Cue:
    """What happens at a minute, in one sentence, and the documents that say so."""

    minute: float
    what: str
    orders: tuple[Order, ...] = ()


BRIDGE = Close(
    "mio-bridge-3", "澪3号橋", "bridge", ("foot", "car"), "冠水", "澪3号橋は冠水のため全面通行止め"
)
UNDERPASS = Close(
    "mio-underpass-5",
    "せせらぎ通6丁目",
    "tunnel",
    ("foot", "car"),
    "冠水",
    "アンダーパスが冠水し全面通行止め",
)
UNDERPASS_CARS = Close(
    "mio-underpass-3", "あさひ通4丁目", "tunnel", ("car",), "冠水", "アンダーパスの車道が冠水し車両通行止め"
)

SCRIPT = (
    Cue(
        0,
        "台風が近づき、大雨・強風・高潮の注意報が出ました",
        (Warn(RAIN, (2, 2, 2)), Warn(GALE, (2, 2, 2)), Warn(SURGE, (2, 2, 0))),
    ),
    Cue(5, "土砂災害注意報、川の氾濫注意情報（レベル２）", (Warn(LANDSLIDE, (2, 0, 0)), River(2, "澪川は氾濫注意水位に達しました"))),
    Cue(
        10,
        "大雨警報（レベル３）。避難場所が開きはじめました",
        (Warn(RAIN, (3, 3, 2)), Warn(GALE, (3, 3, 3)), OpenPlaces(0), OpenPlaces(1)),
    ),
    Cue(15, "氾濫警戒情報（レベル３）。浜手町も避難場所を開きました", (River(3, "澪川は避難判断水位に達しました"), OpenPlaces(2))),
    Cue(20, "土砂災害警報と高潮警報（レベル３）。高齢者などは避難を", (Warn(LANDSLIDE, (3, 0, 0)), Warn(SURGE, (3, 3, 2)))),
    Cue(26, "大雨危険警報と氾濫危険情報（レベル４）", (Warn(RAIN, (4, 4, 3)), River(4, "澪川は氾濫危険水位に達しました"))),
    Cue(32, "澪3号橋が冠水、全面通行止め", (BRIDGE,)),
    Cue(38, "土砂災害と高潮の危険警報（レベル４）", (Warn(LANDSLIDE, (4, 0, 0)), Warn(SURGE, (4, 4, 3)))),
    Cue(43, "アンダーパス２か所が冠水（１か所は車のみ通行止め）", (UNDERPASS, UNDERPASS_CARS)),
    Cue(48, "氾濫発生情報と大雨特別警報（レベル５）", (River(5, "澪川で氾濫が発生しました"), Warn(RAIN, (4, 5, 4)))),
    Cue(54, "避難場所１か所が浸水のため閉鎖。中の人は次の避難場所へ", (ShutPlace(1, 3),)),
    Cue(60, "強い地震。澪湾に津波警報", (Tsunami(WARNING, 3, "３ｍ", 85),)),
    Cue(66, "大津波警報に切り替え。海側の人はただちに避難を", (Tsunami(MAJOR, 5, "５ｍ", 82),)),
    Cue(82, "津波の第一波が届く見込みの時刻"),
    Cue(88, "大雨は警報（レベル３）に下がりました", (Warn(RAIN, (3, 3, 2)), Warn(GALE, (2, 2, 2)))),
    Cue(94, "高潮警報は注意報に。アンダーパス１か所が通れます", (Warn(SURGE, (2, 2, 0)), Reopen(UNDERPASS_CARS.id))),
    Cue(100, "津波警報に切り替え", (Tsunami(WARNING, 2, "２ｍ"),)),
    Cue(105, "川の洪水予報を取り消し。土砂災害は注意報に", (River(0), Warn(LANDSLIDE, (2, 0, 0)))),
    Cue(110, "津波注意報に切り替え。大雨警報は解除", (Tsunami(ADVISORY, 1, "１ｍ"), Warn(RAIN, (0, 0, 0)))),
    Cue(115, "津波注意報を解除。澪3号橋が通れます", (Tsunami(LIFTED), Reopen(BRIDGE.id), Warn(GALE, (0, 0, 0)))),
    Cue(MINUTES, "訓練は終わりです"),
)  # fmt: skip
