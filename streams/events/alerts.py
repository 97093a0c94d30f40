"""Alerts of every format, one event per document; and what is in force after them."""

from enum import StrEnum

import msgspec

from streams.events.base import Action, AreaRef, Event, Hazard, Status


class Severity(StrEnum):
    """How much a condition asks for where it carries no alert level (wind, tsunami, quake)."""

    NONE = "none"  # lifted, or a forecast without danger
    ADVISORY = "advisory"  # 注意報
    WARNING = "warning"  # 警報
    CRITICAL = "critical"  # 危険警報
    EMERGENCY = "emergency"  # 特別警報, 大津波警報


class Condition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing said about one area."""

    hazard: Hazard
    severity: Severity
    code: str  # the issuer's code, such as JMA 43
    name: str  # the issuer's words, such as レベル４大雨危険警報
    level: int | None = None  # 警戒レベル相当 1-5; None where the issuer gives none
    level_is_lower_bound: bool = False  # VPWW53/54 carry level 4 as 警報
    arrival_at_ms: int | None = None  # first wave, where forecast
    height_m: float | None = None  # None is unknown, not zero


class AreaConditions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that a document says of one area. No conditions means: nothing is in force there any more."""

    area: AreaRef
    conditions: tuple[Condition, ...] = ()
    polygons: tuple[
        tuple[tuple[float, float], ...], ...
    ] = ()  # rings of (lat, lon), where the document draws them


class Telegram(Event, frozen=True, kw_only=True, tag="telegram"):
    """One alert document. Later documents of the same `series` replace earlier ones whole."""

    id: str  # deterministic: the same bytes give the same id
    series: str  # what replaces what, such as jma/VPWW55/松江地方気象台
    kind: str  # the issuer's document type, such as VPWW55
    source: str
    status: Status
    action: Action
    title: str
    headline: str
    issuer: str
    issued_at_ms: int
    event_id: str = ""
    serial: int = 0
    valid_until_ms: int | None = None
    areas: tuple[AreaConditions, ...] = ()
    withdraws: tuple[str, ...] = ()  # kinds that a cancellation takes back; empty: every kind of its series


class HazardZone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One condition on the ground: compacted H3 cells. An area that this system does not serve makes no zone."""

    area: AreaRef
    condition: Condition
    cells: tuple[int, ...] = ()
    widened: bool = False  # its code is not known here: the cells are those of the whole municipality


class HazardState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """State topic `hazards`, key = series: what this series says now."""

    series: str
    telegram_id: str
    kind: str
    source: str
    status: Status
    title: str
    headline: str
    issuer: str
    issued_at_ms: int
    valid_until_ms: int | None = None
    zones: tuple[HazardZone, ...] = ()
