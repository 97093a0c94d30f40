"""Where leases are asked for: gathers what comes at once, asks the book, tells the log. Knows no HTTP."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from secrets import token_urlsafe
from typing import TypeVar

from services.navigator.leases.gather import Gather
from services.navigator.leases.keeper import Keeper, why_not
from services.navigator.leases.log import LeaseLog
from services.navigator.leases.port import BATCH, BookError, Granted, LeaseBook, Room, Wish
from streams.clock import Clock
from streams.events.leases import Lease, LeaseEvent, Stage, Why
from streams.events.shelters import ShelterState

LEASE_MS = 10 * 60_000
"""How long a place is kept without a word from its holder; who walks longer renews."""

A = TypeVar("A")


def make_secret() -> str:
    """What a holder shows: 128 bits that nobody guesses."""
    return token_urlsafe(16)


def lease_id(secret: str) -> str:
    """The pseudonym under which a lease is kept, listed and logged; from it nobody comes back to the secret."""
    return blake2b(secret.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A wish's end, and whether the log has it. passed: the candidates before the one that was granted, and why not each."""

    lease: Lease | None
    passed: tuple[tuple[str, str], ...]
    is_logged: bool


class Desk:
    """One replica's desk. Raises `BookError` where the book cannot be asked."""

    def __init__(self, book: LeaseBook, log: LeaseLog, keeper: Keeper, clock: Clock) -> None:
        self._book = book
        self._log = log
        self._keeper = keeper
        self._clock = clock
        self._takes: Gather[Wish, Outcome] = Gather(self.take_all, limit=BATCH)
        self._renewals: Gather[str, Lease | None] = Gather(self._renew_all, limit=BATCH)

    def find_shelter(self, shelter: str) -> ShelterState | None:
        """What is known of a place; None if nothing is."""
        return self._keeper.shelters.get(shelter)

    async def take(self, wish: Wish) -> Outcome:
        """One party's place; gathered with those who ask in the same moment."""
        return await self._takes.ask(wish)

    async def take_all(self, wishes: Sequence[Wish]) -> list[Outcome]:
        """Many parties' places, in order."""
        return await self._grant(wishes, leaving="")

    async def move_all(self, shelter: str, wishes: Sequence[Wish]) -> list[Outcome]:
        """Finds other places for those on their way to a shelter that takes nobody any more. No lease: none has room."""
        return await self._grant(wishes, leaving=shelter)

    async def _grant(self, wishes: Sequence[Wish], *, leaving: str) -> list[Outcome]:
        now = self._clock.now_ms()
        granted = await self._ask(
            lambda: self._book.take(wishes, now_ms=now, until_ms=now + LEASE_MS, leaving=leaving)
        )
        why = Why.MOVED if leaving else Why.TAKEN
        is_logged = await self._log.write(
            [
                LeaseEvent(why=why, lease=g.lease, left=leaving)
                for g in granted
                if g.lease is not None and not g.stood
            ]
        )
        return [
            Outcome(g.lease, self._passed(wish, g), is_logged)
            for wish, g in zip(wishes, granted, strict=True)
        ]

    def _passed(self, wish: Wish, granted: Granted) -> tuple[tuple[str, str], ...]:
        return tuple((c, why_not(self.find_shelter(c))) for c in wish.candidates[: granted.passed])

    async def renew(self, lease: str) -> Lease | None:
        """Keeps a place for another while; None: there is no such lease any more."""
        return await self._renewals.ask(lease)

    async def _renew_all(self, ids: Sequence[str]) -> list[Lease | None]:
        now = self._clock.now_ms()
        leases = await self._ask(lambda: self._book.renew(ids, now_ms=now, until_ms=now + LEASE_MS))
        await self._log.write(
            [
                LeaseEvent(why=Why.RENEWED, lease=x)
                for x in leases
                if x is not None and x.stage is Stage.WALKING
            ]
        )
        return leases

    async def check_in(self, lease: str) -> Lease | None:
        """The party is there; None: there is no such lease any more."""
        now = self._clock.now_ms()
        return await self._note(Why.CHECKED_IN, lambda: self._book.check_in(lease, now_ms=now))

    async def release(self, lease: str) -> Lease | None:
        """The party goes elsewhere; None: there is nothing to give back."""
        now = self._clock.now_ms()
        return await self._note(Why.RELEASED, lambda: self._book.release(lease, now_ms=now))

    async def _note(self, why: Why, call: Callable[[], Awaitable[Lease | None]]) -> Lease | None:
        changed = await self._ask(call)
        if changed is not None:
            await self._log.write([LeaseEvent(why=why, lease=changed)])
        return changed

    def find_left(self, lease: str) -> str | None:
        """The shelter that a lease was moved away from; None: it was not moved."""
        return self._log.moved_from.get(lease)

    async def list_rooms(self, shelters: Sequence[str]) -> list[Room]:
        """The accounts of these shelters."""
        now = self._clock.now_ms()
        return await self._ask(lambda: self._book.list_rooms(shelters, now_ms=now))

    async def list_walking(self, shelter: str) -> list[Lease]:
        """Those on their way to a shelter: pseudonyms, party sizes, times."""
        now = self._clock.now_ms()
        return await self._ask(lambda: self._book.list_walking(shelter, now_ms=now))

    async def _ask(self, call: Callable[[], Awaitable[A]]) -> A:
        """Raises:
        BookError: no leases now; whoever keeps the book is told.
        """
        if not self._keeper.is_open:
            raise BookError("the lease book is away, or is being written anew")
        try:
            return await call()
        except BookError:
            self._keeper.shut()
            raise
