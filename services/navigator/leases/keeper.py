"""Keeps the book true: tells it what is known of shelters, writes it anew when it was wiped, takes in what came late."""

import asyncio
import secrets
from collections.abc import Sequence

import structlog

from services.navigator.leases.log import LeaseLog
from services.navigator.leases.port import BookError, LeaseBook, Places
from services.navigator.state import CLOSED_TO_PEOPLE
from streams.broker import Broker, BrokerError, Follower, Record
from streams.clock import Clock
from streams.codec import CodecError, decode
from streams.events.leases import Lease, LeaseEvent, Stage, Why
from streams.events.shelters import Opening, ShelterState
from streams.topics import SHELTERS

CHECK_S = 0.5
"""How often the book is looked at; a wipe that somebody meets is mended at once."""
RESTATE_CHECKS = 60
"""After so many looks everything known of shelters is said again: a book written by a replica that lagged becomes true."""
PATIENT_LOOKS = 10
"""A start may look so often before it is worth a warning that no lease can be given."""
HOLD_MS = 10_000
"""How long a replica has the right to write an empty book; the next may try when it died."""

_log = structlog.get_logger(__name__)


class Keeper:
    """One replica's care for the book. shelters: the newest state of each place that was read."""

    def __init__(self, book: LeaseBook, log: LeaseLog, clock: Clock) -> None:
        self._book = book
        self._log = log
        self._clock = clock
        self._places: dict[str, Places] = {}
        self._unsaid: dict[str, Places] = {}
        self._awake = asyncio.Event()
        self._follower: Follower | None = None
        self._opened = ""
        self._looks = 0
        self.shelters: dict[str, ShelterState] = {}
        self.is_open = False
        """False while no lease can be given: the book is away, or is being written."""

    def shut(self) -> None:
        """Somebody found the book empty or away: nobody else need wait for it until it was looked at."""
        self.is_open = False
        self._awake.set()

    async def follow(self, broker: Broker) -> None:
        """Begins to read what is known of shelters; survives the broker."""
        self._follower = await broker.follow(SHELTERS, self._apply)

    def _apply(self, records: Sequence[Record]) -> None:
        for record in records:
            shelter = record.key.decode(errors="replace")
            try:
                state = None if record.value is None else decode(record.value, ShelterState)
            except CodecError as error:
                _log.error("a state that cannot be read is left out", topic=SHELTERS.name, error=str(error))
                continue
            if state is None:
                self.shelters.pop(shelter, None)
            else:
                self.shelters[shelter] = state
            self._places[shelter] = self._unsaid[shelter] = places_of(shelter, record.offset, state)
        self._awake.set()

    async def run(self) -> None:
        """Until cancelled; what fails is tried again."""
        while True:
            try:
                await self._look()
                self.is_open = True
            except (BookError, BrokerError) as error:
                if self.is_open or self._looks == PATIENT_LOOKS:
                    _log.warning("no leases for now: answers go on without them", error=str(error))
                self.is_open = False
            self._looks += 1
            try:
                async with asyncio.timeout(CHECK_S):  # wait_for of Python 3.11 can lose a cancellation
                    await self._awake.wait()
            except TimeoutError:
                continue
            self._awake.clear()

    async def _look(self) -> None:
        if await self._book.find_book() is None:
            self.is_open = False
            await self._write_anew()
        if self._looks % RESTATE_CHECKS == 0:
            self._unsaid = dict(self._places)
        await self._say_places()
        if late := self._log.take_late():
            await self._add_late(late)

    async def _say_places(self) -> None:
        unsaid, self._unsaid = self._unsaid, {}
        try:
            await self._book.set_places(list(unsaid.values()))
        except BookError:
            self._unsaid = {**unsaid, **self._unsaid}
            raise

    async def _write_anew(self) -> None:
        """From the log, once everything in it that is older than the new book was read.

        Raises:
            BookError, BrokerError: it stays shut; somebody tries again.
        """
        if self._follower is None or not self._follower.caught_up or not self._log.has_read_all:
            raise BookError("the states or the lease events were not read yet")
        name = f"{self._clock.now_ms()}-{secrets.token_hex(4)}"
        if not await self._book.begin(name, hold_ms=HOLD_MS):
            raise BookError("another replica writes the book")
        await self._log.begin_book(name)
        await self._book.set_places(list(self._places.values()))
        leases = self._log.list_counting()
        await self._book.restore(name, leases)
        if not await self._book.open(name):
            raise BookError(f"writing took longer than {HOLD_MS} ms")
        self._opened = name
        _log.info("the lease book was written anew", leases=len(leases), shelters=len(self._places))

    async def _add_late(self, late: Sequence[Lease]) -> None:
        """Only the replica that wrote the book, so that one answer stands. What has no room is lost, and said to be."""
        if await self._book.find_book() != self._opened:
            return
        lost = await self._book.add_late(late, now_ms=self._clock.now_ms())
        _log.warning("leases came late into a new book", taken=len(late) - len(lost), lost=len(lost))
        await self._log.write([LeaseEvent(why=Why.LOST, lease=_ended(x, self._clock)) for x in lost])


def _ended(lease: Lease, clock: Clock) -> Lease:
    return Lease(
        lease.id, lease.seq + 1, Stage.ENDED, lease.shelter, lease.party, lease.until_ms, clock.now_ms(),
        lease.book,
    )  # fmt: skip


def places_of(shelter: str, version: int, state: ShelterState | None) -> Places:
    """What a state says of room. An unknown capacity is not leased; an unknown head count leaves the capacity as it is."""
    if state is None or state.capacity is None or state.opening in CLOSED_TO_PEOPLE:
        return Places(shelter, version, None)
    if state.headcount is None:
        return Places(shelter, version, state.capacity)
    return Places(shelter, version, state.capacity - state.headcount, state.reported_as_of_ms or 0)


def why_not(state: ShelterState | None) -> str:
    """Why no place is kept there: no-such-place | closed | capacity-unknown | full."""
    if state is None:
        return "no-such-place"
    if state.opening is Opening.CLOSED:
        return "closed"
    if state.opening is not Opening.FULL and state.capacity is None:
        return "capacity-unknown"
    return "full"
