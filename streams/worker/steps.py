"""One step of each state: (what the table holds, the event's key and bytes) -> (what it holds now, what is emitted). Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from streams.broker import Message
from streams.cells import Gazetteer
from streams.codec import CodecError, decode, encode
from streams.events.alerts import Telegram
from streams.events.base import Status
from streams.events.closures import ClosureReport, ClosureSnapshot
from streams.events.shelters import ShelterReport, ShelterSnapshot, SiteReport
from streams.folds.closures import closure_state, fold_closure
from streams.folds.hazards import Series, fold_telegram, hazard_state
from streams.folds.shelters import Place, fold_shelter_report, fold_site, shelter_state
from streams.folds.snapshots import fold_shelter_snapshot, fold_snapshot
from streams.topics import CLOSURE_REPORTS, CLOSURES, HAZARDS, SHELTER_REPORTS, SHELTERS, Topic
from streams.world import World

PLACE_REPORT: Any = SiteReport | ShelterReport
WHOLE_LIST: Any = ClosureSnapshot | ShelterSnapshot


class RefusedError(ValueError):
    """An event that can be read and may not be folded. `reason` is a stable code."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True)
class Context:
    """What the steps know besides the row and the event."""

    world: World
    gazetteer: Gazetteer


@dataclass(frozen=True, slots=True)
class Step:
    """The table's new row and the messages that follow from it."""

    row: bytes
    messages: tuple[tuple[Topic, Message], ...]


TakeStep = Callable[[Context, bytes | None, bytes, bytes | None], Step]
"""(context, row, key, value) -> Step; raises CodecError or RefusedError."""


def step_telegram(context: Context, row: bytes | None, key: bytes, value: bytes | None) -> Step:
    """`telegrams` -> `hazards`."""
    telegram: Telegram = _read(value, Telegram)
    _admit(context, telegram.status, key=key, wanted=telegram.series)
    series = fold_telegram(decode(row, Series) if row else None, telegram)
    message = Message(key, _state(hazard_state(series, context.gazetteer)))
    return Step(encode(series), ((HAZARDS, message),))


def step_place(context: Context, row: bytes | None, key: bytes, value: bytes | None) -> Step:
    """`site-reports` and `shelter-reports` -> `shelters`."""
    report: SiteReport | ShelterReport = _read(value, PLACE_REPORT)
    _admit(context, report.status, key=key, wanted=report.id)
    known = decode(row, Place) if row else None
    place = fold_site(known, report) if isinstance(report, SiteReport) else fold_shelter_report(known, report)
    return Step(encode(place), ((SHELTERS, Message(key, _state(shelter_state(report.id, place)))),))


def step_closure(context: Context, row: bytes | None, key: bytes, value: bytes | None) -> Step:
    """`closure-reports` -> `closures`."""
    report: ClosureReport = _read(value, ClosureReport)
    _admit(context, report.status, key=key, wanted=report.id)
    standing = fold_closure(decode(row, ClosureReport) if row else None, report)
    return Step(encode(standing), ((CLOSURES, Message(key, _state(closure_state(standing)))),))


def step_whole_list(context: Context, row: bytes | None, key: bytes, value: bytes | None) -> Step:
    """`whole-lists` -> `closure-reports`, `shelter-reports`: what left its list is open again, or has closed."""
    snapshot: ClosureSnapshot | ShelterSnapshot = _read(value, WHOLE_LIST)
    _admit(context, snapshot.status, key=key, wanted=snapshot.id)
    newest: ClosureSnapshot | ShelterSnapshot
    ended: tuple[ClosureReport | ShelterReport, ...]
    if isinstance(snapshot, ClosureSnapshot):
        newest, ended = fold_snapshot(decode(row, ClosureSnapshot) if row else None, snapshot)
        topic = CLOSURE_REPORTS
    else:
        newest, ended = fold_shelter_snapshot(decode(row, ShelterSnapshot) if row else None, snapshot)
        topic = SHELTER_REPORTS
    messages = tuple((topic, Message(report.id.encode(), encode(report))) for report in ended)
    return Step(encode(newest), messages)


def _read(value: bytes | None, kind: Any) -> Any:  # noqa: ANN401
    if value is None:
        raise CodecError("a record without a value: an event topic has no tombstones")
    return decode(value, kind)


def _admit(context: Context, status: Status, *, key: bytes, wanted: str) -> None:
    if context.world is World.REAL and status is not Status.ACTUAL:
        raise RefusedError("other-world", f"status {status}: the real world takes {Status.ACTUAL} only")
    if key != wanted.encode():
        raise RefusedError(
            "wrong-key", f"the key is {key!r}, the event's own is {wanted!r}: they must be the same"
        )


def _state(struct: msgspec.Struct | None) -> bytes | None:
    return None if struct is None else encode(struct)
