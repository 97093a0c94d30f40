"""What a place costs as it fills: deciseconds by which it counts as farther away. Pure: rooms in, prices out.

`routing.assign.settle_prices` has the best prices where it is known who is still to come. Here nobody knows: positions are not kept.
So a price follows from what is known: the share of a place's capacity that is still free.
"""

from collections.abc import Mapping

from services.navigator.leases.port import Room

FREE_SHARE = 0.5
"""A place of which more than this is free costs nothing."""
LAST_DS = 9_000
"""What the last free place costs: a quarter of an hour's walk."""
NONE_DS = 36_000
"""What a place costs that has none left and is not said to be full: an hour, so it is told only where there is nothing else."""
STEP_DS = 300
"""Prices go by half minutes, so that replicas agree and no head count of one moves a field."""


def price_of(room: Room, capacity: int) -> int:
    """The price of one place; 0 where nothing is promised there, since unknown room is neither scarce nor plenty."""
    if room.free is None or capacity <= 0:
        return 0
    if room.free <= 0:
        return NONE_DS
    taken = max(0.0, 1 - room.free / capacity / FREE_SHARE)
    return round(taken * taken * LAST_DS / STEP_DS) * STEP_DS


def list_prices(
    rooms: Mapping[str, Room], capacities: Mapping[str, int], former: Mapping[str, int]
) -> Mapping[str, int]:
    """Prices of all places that cost something. A price that would move by one step stays: it must not swing to and fro."""
    prices = {}
    for shelter, capacity in capacities.items():
        fresh, known = price_of(rooms[shelter], capacity), former.get(shelter, 0)
        price = known if abs(fresh - known) <= STEP_DS and fresh else fresh
        if price:
            prices[shelter] = price
    return prices
