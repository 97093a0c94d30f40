"""One step of each state: (what the table holds, the event's bytes) -> (what it holds now, what is emitted). Pure."""

from dataclasses import dataclass
from typing import Any

import msgspec

from streams.broker import Message
from streams.cells import Gazetteer, cell_name
from streams.codec import decode, encode
from streams.events.alerts import Telegram
from streams.events.closures import ClosureReport
from streams.events.shelters import ShelterReport, SiteReport
from streams.folds.cells import cell_count, decode_partial, fold_partial
from streams.folds.closures import closure_state, fold_closure
from streams.folds.hazards import Series, fold_telegram, hazard_state
from streams.folds.shelters import Place, fold_shelter_report, fold_site, shelter_state
from streams.topics import CELLS, CLOSURES, HAZARDS, SHARED, SHELTERS, Topic
from streams.worker.gate import CountsGate

PLACE_REPORT: Any = SiteReport | ShelterReport


@dataclass(frozen=True, slots=True)
class Step:
    """The table's new row (`key`, `row`) and the messages that follow from it."""

    key: bytes
    row: bytes
    messages: tuple[tuple[Topic, Message], ...]


def _state(struct: msgspec.Struct | None) -> bytes | None:
    return None if struct is None else encode(struct)


def step_telegram(gazetteer: Gazetteer, row: bytes | None, value: bytes) -> Step:
    """`telegrams` -> `hazards`."""
    telegram = decode(value, Telegram)
    series = fold_telegram(decode(row, Series) if row else None, telegram)
    key = telegram.series.encode()
    message = Message(key, _state(hazard_state(series, gazetteer)))
    return Step(key, encode(series), ((HAZARDS, message),))


def step_place(row: bytes | None, value: bytes) -> Step:
    """`site-reports` and `shelter-reports` -> `shelters`."""
    report: SiteReport | ShelterReport = decode(value, PLACE_REPORT)
    known = decode(row, Place) if row else None
    place = fold_site(known, report) if isinstance(report, SiteReport) else fold_shelter_report(known, report)
    key = report.id.encode()
    return Step(key, encode(place), ((SHELTERS, Message(key, _state(shelter_state(report.id, place)))),))


def step_closure(row: bytes | None, value: bytes) -> Step:
    """`closure-reports` -> `closures`."""
    report = decode(value, ClosureReport)
    standing = fold_closure(decode(row, ClosureReport) if row else None, report)
    key = standing.id.encode()
    return Step(key, encode(standing), ((CLOSURES, Message(key, _state(closure_state(standing)))),))


def step_partial(gate: CountsGate, row: bytes | None, key: bytes, value: bytes | None) -> Step:
    """`cell-partials` -> `cells`, and through the gate of row 1 -> `shared`."""
    partial = decode_partial(key, value)
    parts = fold_partial(decode(row, dict[str, tuple[int, int, int]]) if row else None, partial)
    count = cell_count(partial.cell, parts)
    name = cell_name(partial.cell).encode()
    messages = [(CELLS, Message(name, encode(count)))]
    shared = gate.let_through(count)
    if shared is not None:
        messages.append((SHARED, Message(f"{shared.recipient}|{name.decode()}".encode(), encode(shared))))
    return Step(partial.cell.to_bytes(8), msgspec.json.encode(parts), tuple(messages))
