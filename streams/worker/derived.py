"""Which states follow from a row of the worker's tables. Emits nothing; the steps do, and `streams.state_diff` asks whether they did."""

import msgspec

from streams.broker import Message
from streams.cells import Gazetteer
from streams.codec import encode
from streams.events.repairs import RepairKind, repair_key
from streams.folds.closures import ClosureFile, closure_state
from streams.folds.hazards import Series, hazard_state
from streams.folds.repairs import list_line
from streams.folds.shelters import Place, shelter_state
from streams.topics import CLOSURES, HAZARDS, REPAIRS, SHELTERS, Topic

States = tuple[tuple[Topic, Message], ...]
"""Topic, key and value; a value of None is a tombstone."""


def states_of_series(gazetteer: Gazetteer, key: bytes, series: Series) -> States:
    """`hazards`."""
    return ((HAZARDS, Message(key, _state(hazard_state(series, gazetteer)))),)


def states_of_place(gazetteer: Gazetteer, key: bytes, place: Place) -> States:
    """`shelters`, and `repairs` where there is, or was, something to repair."""
    ident = key.decode()
    state = (SHELTERS, Message(key, _state(shelter_state(ident, place))))
    if not place.flawed:
        return (state,)
    line = _state(list_line(ident, place, gazetteer))
    return (state, (REPAIRS, Message(repair_key(RepairKind.SITE, ident).encode(), line)))


def states_of_closure(key: bytes, file: ClosureFile) -> States:
    """`closures`."""
    state = closure_state(file.report, file.repair) if file.report else None
    return ((CLOSURES, Message(key, _state(state))),)


def _state(struct: msgspec.Struct | None) -> bytes | None:
    return None if struct is None else encode(struct)
