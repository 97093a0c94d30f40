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
from streams.events.closures import ClosureRepair, ClosureReport, ClosureSnapshot
from streams.events.shelters import ShelterReport, ShelterSnapshot, SiteRepair, SiteReport, UnplacedSite
from streams.folds.closures import ClosureFile, fold_closure, fold_closure_repair, read_closure_file
from streams.folds.hazards import Series, fold_telegram
from streams.folds.repairs import has_unknown_code
from streams.folds.shelters import Place, fold_shelter_report, fold_site, fold_site_repair, fold_unplaced
from streams.folds.snapshots import ClosureLists, ShelterLists, fold_shelter_snapshot, fold_snapshot
from streams.topics import CLOSURE_REPORTS, SHELTER_REPORTS
from streams.worker.derived import States, states_of_closure, states_of_place, states_of_series
from streams.world import World

PlaceEvent = SiteReport | UnplacedSite | SiteRepair | ShelterReport
PLACE_EVENT: Any = PlaceEvent
CLOSURE_EVENT: Any = ClosureReport | ClosureRepair
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
    messages: States


TakeStep = Callable[[Context, bytes | None, bytes, bytes | None], Step]
"""(context, row, key, value) -> Step; raises CodecError or RefusedError."""


def step_telegram(context: Context, row: bytes | None, key: bytes, value: bytes | None) -> Step:
    """`telegrams` -> `hazards`."""
    telegram: Telegram = _read(value, Telegram)
    _admit(context, telegram.status, key=key, wanted=telegram.series)
    series = fold_telegram(decode(row, Series) if row else None, telegram)
    return Step(encode(series), states_of_series(context.gazetteer, key, series))


def step_place(context: Context, row: bytes | None, key: bytes, value: bytes | None) -> Step:
    """`site-reports`, `shelter-reports` and `site-repairs` -> `shelters`, and `repairs` where there is, or was, something to repair."""
    event: PlaceEvent = _read(value, PLACE_EVENT)
    status = Status.ACTUAL if isinstance(event, SiteRepair) else event.status
    _admit(context, status, key=key, wanted=event.id)
    place = _fold_place(context, decode(row, Place) if row else None, event)
    return Step(encode(place), states_of_place(context.gazetteer, key, place))


def _fold_place(context: Context, known: Place | None, event: PlaceEvent) -> Place:
    if isinstance(event, UnplacedSite):
        return fold_unplaced(known, event)
    if isinstance(event, SiteRepair):
        return fold_site_repair(known, event)
    if isinstance(event, ShelterReport):
        return fold_shelter_report(known, event)
    place = fold_site(known, event)
    flawed = place.flawed or has_unknown_code(event, context.gazetteer)
    return msgspec.structs.replace(place, flawed=flawed)


def step_closure(context: Context, row: bytes | None, key: bytes, value: bytes | None) -> Step:
    """`closure-reports` and `closure-repairs` -> `closures`."""
    event: ClosureReport | ClosureRepair = _read(value, CLOSURE_EVENT)
    status = Status.ACTUAL if isinstance(event, ClosureRepair) else event.status
    _admit(context, status, key=key, wanted=event.id)
    known = read_closure_file(row)
    if isinstance(event, ClosureRepair):
        file = ClosureFile(known.report, fold_closure_repair(known.repair, event))
    else:
        file = ClosureFile(fold_closure(known.report, event), known.repair)
    return Step(encode(file), states_of_closure(key, file))


def step_whole_list(context: Context, row: bytes | None, key: bytes, value: bytes | None) -> Step:
    """`whole-lists` -> `closure-reports`, `shelter-reports`: what left its list is open again, or has closed."""
    snapshot: ClosureSnapshot | ShelterSnapshot = _read(value, WHOLE_LIST)
    _admit(context, snapshot.status, key=key, wanted=snapshot.id)
    lists: ClosureLists | ShelterLists
    ended: tuple[ClosureReport | ShelterReport, ...]
    if isinstance(snapshot, ClosureSnapshot):
        lists, ended = fold_snapshot(decode(row, ClosureLists) if row else None, snapshot)
        topic = CLOSURE_REPORTS
    else:
        lists, ended = fold_shelter_snapshot(decode(row, ShelterLists) if row else None, snapshot)
        topic = SHELTER_REPORTS
    messages = tuple((topic, Message(report.id.encode(), encode(report))) for report in ended)
    return Step(encode(lists), messages)


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
