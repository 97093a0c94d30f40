"""Records of a list that have no usable coordinates, with what they say of themselves. Places none of them."""

from collections.abc import Iterator

from streams.adapters.document import Document, Row
from streams.adapters.places import municipality_of, place_id, read_position
from streams.adapters.reading import RefusedError
from streams.adapters.recommended_csv import CODE, ID, LAT, LON, NAME
from streams.repair.candidates import Unplaced

ADDRESS = ("所在地_連結表記", "住所", "address")


def list_unplaced(document: Document, *, municipality: str = "") -> Iterator[Unplaced]:
    """Lines of a list of places that name a place and do not say where it is. `municipality`: of lists that have no code."""
    for place, row in document.rows():
        if isinstance(row, Row) and row.get(*NAME) and not _is_placed(row):
            code = municipality_of(row.get(*CODE)) or municipality
            yield Unplaced(
                id=place_id(row.get(*ID), code) if row.get(*ID) else "",
                name=row.get(*NAME),
                address=row.get(*ADDRESS),
                municipality=code,
                place=place,
            )


def _is_placed(row: Row) -> bool:
    try:
        read_position(row.get(*LAT), row.get(*LON))
    except RefusedError:
        return False
    return True
