"""Whether a place can be used now, for one hazard, and why: from its flags, its state today, what is in force there, and ages. Pure.

Unknown is never yes. It says what is known of the place itself, not whether a way leads there.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from streams.events.base import SITE_HAZARDS, Hazard
from streams.events.shelters import Layer, Opening, ShelterState

STALE_REPORT_MS = 3_600_000
"""Places report by the hour; an older word that it is open says nothing about now."""


class Verdict(StrEnum):
    """The worst of all reasons: one no makes it no, one unknown makes it unknown."""

    YES = "yes"
    UNKNOWN = "unknown"
    NO = "no"


class Reason(StrEnum):
    """Stable codes; the value's beginning says nothing, `VERDICTS` does."""

    DESIGNATED = "designated"  # the list says that it suits this hazard
    NOT_SUITED = "not-suited"  # the list says that it does not
    FLAG_UNKNOWN = "flag-unknown"  # the list says neither
    NO_FLAG_FOR_THIS = "no-flag-for-this"  # no site is ever designated for such a hazard: wind, waves, snow
    NOT_A_SITE = "not-a-site"  # a shelter to live in after: it carries no flags
    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"
    NOT_OPEN = "not-open"
    OPENING_UNKNOWN = "opening-unknown"
    REPORT_OLD = "report-old"  # it was said to be open, too long ago
    NO_POSITION = "no-position"  # nobody knows where it is
    POSITION_REPAIRED = "position-repaired"  # staff placed it
    OTHER_DANGER = "other-danger"  # another hazard is in force there that it does not suit
    OTHER_DANGER_UNKNOWN = "other-danger-unknown"  # another is in force there, and the list does not say


VERDICTS: dict[Reason, Verdict] = {
    Reason.DESIGNATED: Verdict.YES,
    Reason.NOT_SUITED: Verdict.NO,
    Reason.FLAG_UNKNOWN: Verdict.UNKNOWN,
    Reason.NO_FLAG_FOR_THIS: Verdict.UNKNOWN,
    Reason.NOT_A_SITE: Verdict.UNKNOWN,
    Reason.OPEN: Verdict.YES,
    Reason.FULL: Verdict.NO,
    Reason.CLOSED: Verdict.NO,
    Reason.NOT_OPEN: Verdict.NO,
    Reason.OPENING_UNKNOWN: Verdict.UNKNOWN,
    Reason.REPORT_OLD: Verdict.UNKNOWN,
    Reason.NO_POSITION: Verdict.UNKNOWN,
    Reason.POSITION_REPAIRED: Verdict.YES,
    Reason.OTHER_DANGER: Verdict.NO,
    Reason.OTHER_DANGER_UNKNOWN: Verdict.UNKNOWN,
}
_GRAVITY = {Verdict.YES: 0, Verdict.UNKNOWN: 1, Verdict.NO: 2}
_OPENINGS = {
    Opening.OPEN: Reason.OPEN,
    Opening.FULL: Reason.FULL,
    Opening.CLOSED: Reason.CLOSED,
    Opening.NOT_OPEN: Reason.NOT_OPEN,
    Opening.UNKNOWN: Reason.OPENING_UNKNOWN,
}


@dataclass(frozen=True)
class Use:
    """Whether a place can be used for a hazard. reasons: all that were weighed, those that decided first."""

    hazard: Hazard
    verdict: Verdict
    reasons: tuple[Reason, ...]


def judge_use(place: ShelterState, hazard: Hazard, *, in_force: Collection[Hazard], now_ms: int) -> Use:
    """For one hazard. in_force: those in force where the place is, this one or others; where nobody knows where it is, none."""
    reasons = [_flag(place, hazard), _opening(place, now_ms), *_position(place)]
    reasons += _others(place, hazard, in_force)
    ordered = sorted(dict.fromkeys(reasons), key=lambda reason: -_GRAVITY[VERDICTS[reason]])
    return Use(hazard, VERDICTS[ordered[0]], tuple(ordered))


def _flag(place: ShelterState, hazard: Hazard) -> Reason:
    if place.layer is not Layer.SITE:
        return Reason.NOT_A_SITE
    if hazard not in SITE_HAZARDS:
        return Reason.NO_FLAG_FOR_THIS
    if hazard in place.suits:
        return Reason.DESIGNATED
    return Reason.NOT_SUITED if hazard in place.unsuited else Reason.FLAG_UNKNOWN


def _opening(place: ShelterState, now_ms: int) -> Reason:
    """A place that was full or closed stays so until somebody says otherwise; one that was open does not stay open."""
    said = _OPENINGS[place.opening]
    if said is not Reason.OPEN:
        return said
    if place.capacity is not None and place.headcount is not None and place.headcount >= place.capacity:
        return Reason.FULL
    at_ms = place.reported_as_of_ms
    return Reason.OPEN if at_ms is not None and now_ms - at_ms <= STALE_REPORT_MS else Reason.REPORT_OLD


def _position(place: ShelterState) -> list[Reason]:
    if place.lat is None or place.lon is None:
        return [Reason.NO_POSITION]
    return [Reason.POSITION_REPAIRED] if place.repaired is not None else []


def _others(place: ShelterState, hazard: Hazard, in_force: Collection[Hazard]) -> list[Reason]:
    others = [other for other in in_force if other is not hazard and other in SITE_HAZARDS]
    if place.layer is not Layer.SITE:
        return [Reason.OTHER_DANGER_UNKNOWN] if others else []
    found = []
    if any(other in place.unsuited for other in others):
        found.append(Reason.OTHER_DANGER)
    if any(other not in place.suits and other not in place.unsuited for other in others):
        found.append(Reason.OTHER_DANGER_UNKNOWN)
    return found
