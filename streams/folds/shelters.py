"""What is known of a place: the newest row of a list, the newest report and the newest repair, field by field, each with its age."""

import msgspec

from streams.codec import encode
from streams.events.base import Action
from streams.events.repairs import Repaired
from streams.events.shelters import (
    Layer,
    Listed,
    Opening,
    ShelterReport,
    ShelterState,
    SiteRepair,
    SiteReport,
    UnplacedSite,
)


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """The worker's table, key = shelter id. flawed: a row of it was on the repair list once, so that its end must be told too."""

    listed: SiteReport | None = None
    reported: ShelterReport | None = None
    unplaced: UnplacedSite | None = None
    repair: SiteRepair | None = None
    flawed: bool = False


def fold_site(known: Place | None, report: SiteReport) -> Place:
    """After a list's row: the newer list stands; a list without a date yields to any other."""
    place = known or Place()
    standing = max(
        (r for r in (place.listed, report) if r), key=lambda r: (r.as_of_ms or 0, r.source, encode(r))
    )
    return msgspec.structs.replace(place, listed=standing)


def fold_unplaced(known: Place | None, record: UnplacedSite) -> Place:
    """After a list's row without a usable position; as `fold_site`."""
    place = known or Place()
    standing = max(
        (r for r in (place.unplaced, record) if r), key=lambda r: (r.as_of_ms or 0, r.source, encode(r))
    )
    return msgspec.structs.replace(place, unplaced=standing, flawed=True)


def fold_site_repair(known: Place | None, repair: SiteRepair) -> Place:
    """After somebody placed it, or took that back: the newer act stands."""
    place = known or Place()
    standing = max((r for r in (place.repair, repair) if r), key=lambda r: (r.at_ms, encode(r)))
    return msgspec.structs.replace(place, repair=standing)


def fold_shelter_report(known: Place | None, report: ShelterReport) -> Place:
    """After a report: the newer stands whole; what it does not say is unknown again."""
    place = known or Place()
    standing = max(
        (r for r in (place.reported, report) if r), key=lambda r: (r.as_of_ms, r.source, encode(r))
    )
    return msgspec.structs.replace(place, reported=standing)


def standing_row(place: Place) -> SiteReport | UnplacedSite | None:
    """The row that stands: the newer; of two as old the one that says where it is."""
    listed, unplaced = place.listed, place.unplaced
    if listed is None or unplaced is None:
        return listed or unplaced
    return unplaced if (unplaced.as_of_ms or 0) > (listed.as_of_ms or 0) else listed


def find_repair(place: Place) -> SiteRepair | None:
    """The repair that holds: made of a row that said what the standing one says. One of a position ends when the row has its own."""
    row, repair = standing_row(place), place.repair
    if row is None or repair is None or repair.action is Action.CANCEL:
        return None
    if (repair.name, repair.address) != (row.name, row.address):
        return None
    return None if isinstance(row, SiteReport) and repair.lat is not None else repair


def find_position(place: Place) -> tuple[float, float] | None:
    """The row's own; else as repaired; else where an older row of the same id and name lay, until somebody has looked."""
    row, repair = standing_row(place), find_repair(place)
    if isinstance(row, SiteReport):
        return row.lat, row.lon
    if repair is not None and repair.lat is not None and repair.lon is not None:
        return repair.lat, repair.lon
    older = place.listed
    if row is None or older is None or older.removed or older.name != row.name:
        return None
    return older.lat, older.lon


def shelter_state(shelter_id: str, place: Place) -> ShelterState | None:
    """State for the topic `shelters`; None (a tombstone) when the list took the place off, or only a repair is known."""
    row, reported = standing_row(place), place.reported
    if (row is None and reported is None) or (row is not None and row.removed):
        return None
    position, repair = find_position(place), find_repair(place)
    return ShelterState(
        id=shelter_id,
        layer=row.layer if row else Layer.SITE,
        name=row.name if row else (reported.name if reported else ""),
        lat=position[0] if position else None,
        lon=position[1] if position else None,
        suits=row.suits if row else (),
        unsuited=row.unsuited if row else (),
        capacity=_capacity(row, reported),
        municipality=(repair.municipality if repair else "") or (row.municipality if row else ""),
        address=row.address if row else "",
        accepts=row.accepts if row else "",
        repaired=repaired_of(repair) if repair else None,
        opening=reported.opening if reported else Opening.UNKNOWN,
        headcount=reported.headcount if reported else None,
        listed_source=row.source if row else "",
        listed_as_of_ms=row.as_of_ms if row else None,
        reported_source=reported.source if reported else "",
        reported_as_of_ms=reported.as_of_ms if reported else None,
    )


def repaired_of(repair: SiteRepair) -> Repaired:
    """What is shown of a repair."""
    return Repaired(at_ms=repair.at_ms, by=repair.by, candidate=repair.candidate)


def _capacity(row: Listed | None, reported: ShelterReport | None) -> int | None:
    if reported is not None and reported.capacity is not None:
        return reported.capacity
    return row.capacity if row else None
