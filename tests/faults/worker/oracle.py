"""What must be true after a recorded mix of events, found at once by sorting all of them. No fold, no order of arrival, no Kafka."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from services.ingest.parcel import make_message
from streams.adapters.registry import AnyEvent, Source
from streams.broker import Message
from streams.cells import Gazetteer, cells_of_rings
from streams.codec import encode
from streams.events.alerts import HazardState, HazardZone, Severity, Telegram
from streams.events.base import Action
from streams.events.closures import ClosureReport, ClosureSnapshot, ClosureState, Mode
from streams.events.shelters import Opening, ShelterReport, ShelterSnapshot, ShelterState, SiteReport
from streams.topics import CLOSURES, HAZARDS, SHELTERS, Topic

REMEMBERED = 8
"""Documents of a series that count, the newest (docs/adr/0002)."""
Rows = dict[str, bytes | None]


@dataclass
class Told:
    """All events, in the order in which their senders first sent them."""

    telegrams: dict[str, list[Telegram]] = field(default_factory=lambda: defaultdict(list))
    sites: dict[str, list[SiteReport]] = field(default_factory=lambda: defaultdict(list))
    reports: dict[str, list[ShelterReport]] = field(default_factory=lambda: defaultdict(list))
    closures: dict[str, list[ClosureReport]] = field(default_factory=lambda: defaultdict(list))
    closure_lists: dict[str, list[ClosureSnapshot]] = field(default_factory=lambda: defaultdict(list))
    shelter_lists: dict[str, list[ShelterSnapshot]] = field(default_factory=lambda: defaultdict(list))

    def hear(self, events: Iterable[AnyEvent]) -> None:
        for event in events:
            if isinstance(event, Telegram):
                self.telegrams[event.series].append(event)
            elif isinstance(event, SiteReport):
                self.sites[event.id].append(event)
            elif isinstance(event, ShelterReport):
                self.reports[event.id].append(event)
            elif isinstance(event, ClosureSnapshot):
                self.closure_lists[event.id].append(event)
            elif isinstance(event, ShelterSnapshot):
                self.shelter_lists[event.id].append(event)
            else:
                self.closures[event.id].append(event)


def end_state(told: Told, gazetteer: Gazetteer) -> dict[Topic, Rows]:
    """Each state topic: key -> the bytes of its last record, None for a tombstone."""
    hazards = {key: _hazard(documents, gazetteer) for key, documents in told.telegrams.items()}
    closures = {key: list(reports) for key, reports in told.closures.items()}
    for lists in told.closure_lists.values():
        for name, as_of_ms, last in _left([(one.as_of_ms, one.closures, one) for one in lists]):
            gone = ClosureReport(
                id=name, source=last.source, as_of_ms=as_of_ms, action=Action.CANCEL, status=last.status
            )
            closures.setdefault(name, []).append(gone)
    reports = {key: list(said) for key, said in told.reports.items()}
    for opened in told.shelter_lists.values():
        for name, as_of_ms, newest in _left([(one.as_of_ms, one.shelters, one) for one in opened]):
            shut = ShelterReport(
                id=name, source=newest.source, as_of_ms=as_of_ms, opening=Opening.CLOSED, status=newest.status
            )
            reports.setdefault(name, []).append(shut)
    places = told.sites.keys() | reports.keys()
    return {
        HAZARDS: hazards,
        CLOSURES: {key: _closure(said) for key, said in closures.items()},
        SHELTERS: {key: _shelter(key, told.sites.get(key, []), reports.get(key, [])) for key in places},
    }


def _hazard(documents: Sequence[Telegram], gazetteer: Gazetteer) -> bytes | None:
    def rank(one: Telegram) -> tuple[Any, ...]:
        return (one.issued_at_ms, one.serial, one.action is Action.CORRECT, one.id)

    newest_first = sorted({one.id: one for one in documents}.values(), key=rank, reverse=True)[:REMEMBERED]
    cancels = [one for one in newest_first if one.action is Action.CANCEL]
    for one in newest_first:
        taken_back = any(
            (not c.event_id or c.event_id == one.event_id)
            and (not c.withdraws or one.kind in c.withdraws)
            and one.issued_at_ms <= c.issued_at_ms
            for c in cancels
        )
        if one.action is Action.CANCEL or taken_back:
            continue
        over = one.valid_until_ms is not None and one.valid_until_ms <= newest_first[0].issued_at_ms
        if over and one is not newest_first[0]:
            return None
        return encode(_shared(HazardState, one, telegram_id=one.id, zones=tuple(_zones(one, gazetteer))))
    return None


def _zones(telegram: Telegram, gazetteer: Gazetteer) -> Iterable[HazardZone]:
    for said in telegram.areas:
        cells = cells_of_rings(said.polygons, within=gazetteer.box) or gazetteer.cells.get(said.area.ref, ())
        # a part of a municipality whose code nobody here knows: seven digits, the first five name the whole
        is_new = not cells and said.area.scheme in {"city", "quake"} and len(said.area.code) == 7
        cells = gazetteer.cells.get(f"muni/{said.area.code[:5]}", ()) if is_new else cells
        for condition in said.conditions:
            if cells and condition.severity is not Severity.NONE:
                yield HazardZone(area=said.area, condition=condition, cells=cells, widened=is_new)


def _closure(reports: Sequence[ClosureReport]) -> bytes | None:
    last = max(reports, key=lambda one: (one.as_of_ms, one.action is Action.CANCEL, encode(one)))
    if last.action is Action.CANCEL:
        return None
    return encode(_shared(ClosureState, last, modes=last.modes or (Mode.CAR,), modes_assumed=not last.modes))


def _shelter(key: str, sites: Sequence[SiteReport], reports: Sequence[ShelterReport]) -> bytes | None:
    row = max(sites, key=lambda one: (one.as_of_ms or 0, one.source, encode(one)), default=None)
    said = max(reports, key=lambda one: (one.as_of_ms, one.source, encode(one)), default=None)
    if row is not None and row.removed:
        return None
    known: dict[str, Any] = {"id": key}
    if row is not None:
        listed = _shared(ShelterState, row)
        known |= {name: getattr(listed, name) for name in ShelterState.__struct_fields__}
        known |= {"listed_source": row.source, "listed_as_of_ms": row.as_of_ms}
    if said is not None:
        known |= {"opening": said.opening, "headcount": said.headcount}
        known |= {"reported_source": said.source, "reported_as_of_ms": said.as_of_ms}
        known |= {"capacity": said.capacity} if said.capacity is not None else {}
        known |= {} if row is not None else {"name": said.name}
    return encode(ShelterState(**known))


def _shared(kind: Any, event: msgspec.Struct, **more: Any) -> Any:  # noqa: ANN401
    """A state with the fields of the same names."""
    names = [name for name in kind.__struct_fields__ if name in event.__struct_fields__ and name not in more]
    return kind(**{name: getattr(event, name) for name in names}, **more)


def _left(lists: Sequence[tuple[int, tuple[str, ...], Any]]) -> Iterable[tuple[str, int, Any]]:
    """What was named by a list and not by the next one, with the moment before that next one. Lists come in order, some twice."""
    moments: dict[int, tuple[set[str], Any]] = {}
    for at_ms, names, one in lists:
        moments.setdefault(at_ms, (set(), one))[0].update(names)
    in_order = sorted(moments.items())
    for (_, (before, _)), (at_ms, (after, one)) in itertools.pairwise(in_order):
        for name in before - after:
            yield name, at_ms - 1, one


def messages_of(events: Iterable[AnyEvent], source: Source) -> list[tuple[Topic, Message]]:
    """The events as ingest writes them."""
    return [make_message(event, source) for event in events]
