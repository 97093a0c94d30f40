"""What all events share: the struct's habits, areas, actions and the rejection that a bad record becomes."""

from enum import StrEnum

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """A thing that happened or was said. Immutable; unknown fields are ignored, so that an older reader lives on."""


class Status(StrEnum):
    """Whether a document means it. Only `ACTUAL` may ever touch the real world."""

    ACTUAL = "actual"  # 通常
    EXERCISE = "exercise"  # 訓練
    TEST = "test"  # 試験


class Action(StrEnum):
    """What a document does to what was said before."""

    ISSUE = "issue"  # 発表
    CORRECT = "correct"  # 訂正
    CANCEL = "cancel"  # 取消


class Hazard(StrEnum):
    """What threatens. The first eight are the flags of the national shelter lists; the rest have no flag."""

    FLOOD = "flood"  # 洪水
    LANDSLIDE = "landslide"  # 崖崩れ、土石流及び地滑り
    STORM_SURGE = "storm_surge"  # 高潮
    EARTHQUAKE = "earthquake"  # 地震
    TSUNAMI = "tsunami"  # 津波
    FIRE = "fire"  # 大規模な火事
    INLAND_FLOOD = "inland_flood"  # 内水氾濫
    VOLCANO = "volcano"  # 火山現象
    WIND = "wind"
    WAVE = "wave"
    SNOW = "snow"
    OTHER = "other"


SITE_HAZARDS: tuple[Hazard, ...] = (
    Hazard.FLOOD,
    Hazard.LANDSLIDE,
    Hazard.STORM_SURGE,
    Hazard.EARTHQUAKE,
    Hazard.TSUNAMI,
    Hazard.FIRE,
    Hazard.INLAND_FLOOD,
    Hazard.VOLCANO,
)
"""The hazards for which a site can be designated, in the order of the national list's columns."""


class AreaRef(msgspec.Struct, frozen=True):
    """An area as a document names it.

    `scheme` says which code table: `city` (JMA class20, 7 digits), `district` (JMA forecast areas, 6 digits),
    `tsunami` (津波予報区, 3 digits), `river` (予報区域/河川), `quake` (震度観測の市町村/地域), `muni` (JIS X 0402, 5 digits).
    """

    scheme: str
    code: str
    name: str

    @property
    def ref(self) -> str:
        """`scheme/code`, the form in which areas are looked up."""
        return f"{self.scheme}/{self.code}"


class Rejection(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="rejection"):
    """A record that could not become an event. It goes to the dead-letter topic whole and can be replayed."""

    source: str
    place: str  # where in the document: line 12, features[3].geometry, Body/Warning[2]/Item[5]
    reason: str  # a stable code, such as coordinates-missing
    detail: str  # one sentence: the thing, the value, the bound, the remedy
    record: str = ""  # the record itself as text, shortened to 4,000 characters
