"""Spreads people while places fill: prices for those who ask anew, other places for those on their way to a shut door.

Every replica does this by itself: prices follow from one book, and a lease that was moved is not moved again.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog

from routing.errors import RoutingError
from services.navigator.answers import Moment
from services.navigator.leases.candidates import list_near
from services.navigator.leases.desk import Desk
from services.navigator.leases.keeper import Keeper, places_of
from services.navigator.leases.port import BATCH, BookError, Room, Wish
from services.navigator.leases.prices import list_prices
from services.navigator.state import CLOSED_TO_PEOPLE
from streams.events.shelters import ShelterState

LOOK_S = 2.0
"""How often rooms are looked at: so often at most do prices change, and so long may somebody walk to a shut door unknowingly."""

_log = structlog.get_logger(__name__)


class Balance:
    """One replica's look at rooms. find_moment: None before the first whole reading. set_prices: takes the prices of all places."""

    def __init__(
        self,
        desk: Desk,
        keeper: Keeper,
        find_moment: Callable[[], Moment | None],
        set_prices: Callable[[Mapping[str, int]], None],
    ) -> None:
        self._desk = desk
        self._keeper = keeper
        self._find_moment = find_moment
        self._set_prices = set_prices
        self._prices: Mapping[str, int] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Once: prices as rooms are now, and whoever walks to a shut door gets another place."""
        known = {key: s for key, s in self._keeper.shelters.items() if s.capacity is not None}
        rooms = await self._rooms(known)
        open_to_people = {
            key: s.capacity or 0 for key, s in known.items() if s.opening not in CLOSED_TO_PEOPLE
        }
        prices = list_prices(rooms, open_to_people, self._prices)
        if prices != self._prices:
            self._prices = prices
            self._set_prices(prices)
        for key, state in known.items():
            if state.opening in CLOSED_TO_PEOPLE and rooms[key].walking:
                await self._move(state)

    async def _rooms(self, known: Mapping[str, ShelterState]) -> dict[str, Room]:
        """By the book; where it is away, by what is reported alone."""
        try:
            return {room.shelter: room for room in await self._desk.list_rooms(list(known))}
        except BookError:
            return {key: Room(key, places_of(key, 0, state).room, 0, 0) for key, state in known.items()}

    async def _move(self, left: ShelterState) -> None:
        moment = self._find_moment()
        if moment is None:
            return
        try:
            candidates = await asyncio.to_thread(list_near, moment, left)
            walking = await self._desk.list_walking(left.id)
            wishes = [Wish(lease.id, lease.party, tuple(candidates)) for lease in walking]
            moved = 0
            for start in range(0, len(wishes), BATCH):
                moved += await self._move_some(left.id, wishes[start : start + BATCH])
        except (BookError, RoutingError) as error:
            _log.warning(
                "those on their way to a shut place stay as they are", place=left.id, error=str(error)
            )
            return
        if moved:
            _log.info("leases moved from a shut place", place=left.id, moved=moved, of=len(wishes))

    async def _move_some(self, left: str, wishes: Sequence[Wish]) -> int:
        outcomes = await self._desk.move_all(left, wishes)
        return sum(outcome.lease is not None and outcome.lease.shelter != left for outcome in outcomes)
