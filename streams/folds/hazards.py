"""What a series of alert documents says now. The newest document stands; a cancellation takes back what it names."""

import msgspec

from streams.cells import Cells, Gazetteer, cells_of_rings
from streams.events.alerts import AreaConditions, HazardState, HazardZone, Severity, Telegram
from streams.events.base import Action, AreaRef

PARTS = frozenset({"city", "quake"})
"""Schemes whose codes are a municipality's and two digits more."""
PART_DIGITS, MUNICIPALITY_DIGITS = 7, 5
KEPT = 8
"""Documents of one series that are remembered, so that a cancellation can restore what stood before.

The newest by rank are kept, whatever they are: so the end state does not depend on the order of arrival.
"""


class Series(msgspec.Struct, frozen=True):
    """The worker's table, key = series: its latest documents, newest first, cancellations among them."""

    documents: tuple[Telegram, ...] = ()


def _rank(telegram: Telegram) -> tuple[int, int, bool, str]:
    """Newest first: issue time, serial, then a correction beats what it corrects; the id breaks ties for ever."""
    return (telegram.issued_at_ms, telegram.serial, telegram.action is Action.CORRECT, telegram.id)


def _taken_back(telegram: Telegram, cancellations: tuple[Telegram, ...]) -> bool:
    """A cancellation names an event and kinds; where it does not, it takes back all that was issued up to its own time."""
    return any(
        c.event_id in {"", telegram.event_id}
        and (not c.withdraws or telegram.kind in c.withdraws)
        and telegram.issued_at_ms <= c.issued_at_ms
        for c in cancellations
    )


def fold_telegram(known: Series | None, telegram: Telegram) -> Series:
    """The series after this document. The same document twice, or in any order, gives the same series."""
    documents = {d.id: d for d in (known.documents if known else ())}
    documents[telegram.id] = telegram
    newest = sorted(documents.values(), key=_rank, reverse=True)[:KEPT]
    return Series(tuple(newest))


def standing(series: Series) -> Telegram | None:
    """The document that stands: the newest that no cancellation took back."""
    cancellations = tuple(d for d in series.documents if d.action is Action.CANCEL)
    valid = (
        d for d in series.documents if d.action is not Action.CANCEL and not _taken_back(d, cancellations)
    )
    return next(valid, None)


def hazard_state(series: Series, gazetteer: Gazetteer) -> HazardState | None:
    """State for the topic `hazards`; None (a tombstone) when every document was taken back, or what is left had run out."""
    telegram = standing(series)
    if telegram is None or _ran_out(telegram, series):
        return None
    return HazardState(
        series=telegram.series,
        telegram_id=telegram.id,
        kind=telegram.kind,
        source=telegram.source,
        status=telegram.status,
        title=telegram.title,
        headline=telegram.headline,
        issuer=telegram.issuer,
        issued_at_ms=telegram.issued_at_ms,
        valid_until_ms=telegram.valid_until_ms,
        zones=_zones(telegram.areas, gazetteer),
    )


def _ran_out(telegram: Telegram, series: Series) -> bool:
    """A restored document whose time was over when it was restored. What stood before *it* stays replaced."""
    newest = series.documents[0]
    until_ms = telegram.valid_until_ms
    return newest.id != telegram.id and until_ms is not None and until_ms <= newest.issued_at_ms


def _zones(areas: tuple[AreaConditions, ...], gazetteer: Gazetteer) -> tuple[HazardZone, ...]:
    return tuple(
        HazardZone(area=area.area, condition=condition, cells=cells, widened=widened)
        for area in areas
        if area.conditions
        for cells, widened in [_cells(area, gazetteer)]
        if cells
        for condition in area.conditions
        if condition.severity is not Severity.NONE
    )


def _cells(area: AreaConditions, gazetteer: Gazetteer) -> tuple[Cells, bool]:
    """Of what is drawn, else of the area by its code; else, and then it is widened, of the municipality that the code names.

    Codes of parts of a municipality come and go: a warning too many, never one too few.
    """
    known = cells_of_rings(area.polygons, within=gazetteer.box) or gazetteer.cells_of(area.area)
    if known or area.area.scheme not in PARTS or len(area.area.code) != PART_DIGITS:
        return known, False
    whole = gazetteer.cells_of(AreaRef("muni", area.area.code[:MUNICIPALITY_DIGITS], area.area.name))
    return whole, bool(whole)
