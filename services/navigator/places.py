"""A place to flee to as the JSON that apps read; null is unknown."""

from typing import Any

from streams.events.shelters import ShelterState


def render_place(place: ShelterState) -> dict[str, Any]:
    """A site or shelter; null is unknown."""
    return {
        "id": place.id,
        "name": place.name,
        "layer": str(place.layer),
        "lat": place.lat,
        "lon": place.lon,
        "suits": [str(h) for h in place.suits],
        "opening": str(place.opening),
        "capacity": place.capacity,
        "headcount": place.headcount,
        "listed": {"source": place.listed_source, "as_of_ms": place.listed_as_of_ms},
        "reported": {"source": place.reported_source, "as_of_ms": place.reported_as_of_ms},
    }
