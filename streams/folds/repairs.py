"""Which rows of lists belong on the repair list, and why. Places none of them."""

from streams.cells import Gazetteer
from streams.events.repairs import Repair, RepairKind
from streams.events.shelters import SiteReport
from streams.folds.shelters import Place, find_repair, repaired_of, standing_row

MUNICIPALITY_UNKNOWN = "municipality-unknown"


def has_unknown_code(row: SiteReport, gazetteer: Gazetteer) -> bool:
    """Whether a row lies in a municipality of this area and names one that this area does not have: most have been merged."""
    if row.removed or not row.municipality or f"muni/{row.municipality}" in gazetteer.cells:
        return False
    return bool(gazetteer.find_municipality(row.lat, row.lon))


def list_line(shelter_id: str, place: Place, gazetteer: Gazetteer) -> Repair | None:
    """The place's line of the repair list; None where it has nothing to be repaired."""
    row, repair = standing_row(place), find_repair(place)
    if row is None or row.removed:
        return None
    done = repaired_of(repair) if repair else None
    if isinstance(row, SiteReport):
        if not has_unknown_code(row, gazetteer):
            return None
        why, written, at = MUNICIPALITY_UNKNOWN, row.municipality, ""
        is_open = repair is None or not repair.municipality
    else:
        why, written, at = row.why, row.written, row.place
        is_open = repair is None or repair.lat is None
    return Repair(
        kind=RepairKind.SITE,
        id=shelter_id,
        why=why,
        is_open=is_open,
        written=written,
        place=at,
        repaired=done,
    )
