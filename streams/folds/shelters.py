"""What is known of a place: the newest row of a list and the newest report, field by field, each with its age."""

import msgspec

from streams.codec import encode
from streams.events.shelters import Layer, Opening, ShelterReport, ShelterState, SiteReport


class Place(msgspec.Struct, frozen=True):
    """The worker's table, key = shelter id."""

    listed: SiteReport | None = None
    reported: ShelterReport | None = None


def fold_site(known: Place | None, report: SiteReport) -> Place:
    """After a list's row: the newer list stands; a list without a date yields to any other."""
    place = known or Place()
    standing = max(
        (r for r in (place.listed, report) if r), key=lambda r: (r.as_of_ms or 0, r.source, encode(r))
    )
    return msgspec.structs.replace(place, listed=standing)


def fold_shelter_report(known: Place | None, report: ShelterReport) -> Place:
    """After a report: the newer stands whole; what it does not say is unknown again."""
    place = known or Place()
    standing = max(
        (r for r in (place.reported, report) if r), key=lambda r: (r.as_of_ms, r.source, encode(r))
    )
    return msgspec.structs.replace(place, reported=standing)


def shelter_state(shelter_id: str, place: Place) -> ShelterState | None:
    """State for the topic `shelters`; None (a tombstone) when the list took the place off."""
    listed, reported = place.listed, place.reported
    if listed is not None and listed.removed:
        return None
    return ShelterState(
        id=shelter_id,
        layer=listed.layer if listed else Layer.SITE,
        name=listed.name if listed else (reported.name if reported else ""),
        lat=listed.lat if listed else None,
        lon=listed.lon if listed else None,
        suits=listed.suits if listed else (),
        unsuited=listed.unsuited if listed else (),
        capacity=_capacity(listed, reported),
        municipality=listed.municipality if listed else "",
        address=listed.address if listed else "",
        accepts=listed.accepts if listed else "",
        opening=reported.opening if reported else Opening.UNKNOWN,
        headcount=reported.headcount if reported else None,
        listed_source=listed.source if listed else "",
        listed_as_of_ms=listed.as_of_ms if listed else None,
        reported_source=reported.source if reported else "",
        reported_as_of_ms=reported.as_of_ms if reported else None,
    )


def _capacity(listed: SiteReport | None, reported: ShelterReport | None) -> int | None:
    if reported is not None and reported.capacity is not None:
        return reported.capacity
    return listed.capacity if listed else None
