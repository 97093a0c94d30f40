"""The lease book's port: who keeps how many places where. Redis is behind it, or a double in memory. Knows no HTTP and no Kafka."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from streams.events.leases import Lease

BATCH = 250
"""Walkers in one call: long enough to be cheap, short enough that nobody waits for it."""


class BookError(Exception):
    """Anything the book cannot do now. Nothing was changed, or what was changed lapses by itself."""


class BookAwayError(BookError):
    """Nobody answers behind the port."""


class BookWipedError(BookError):
    """The book was emptied, and nothing is granted from an empty book: it has to be written anew first."""


@dataclass(frozen=True, slots=True)
class Places:
    """What is known of a shelter's room. `version` grows: an older statement never wins.

    room: places beside the people counted inside; below zero where more came than fit; None where no place can be promised: the capacity is
    unknown, or the shelter takes nobody. counted_at_ms: the people who checked in until then are in the head count already.
    """

    shelter: str
    version: int
    room: int | None
    counted_at_ms: int = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """A party that wants to go to the first of these shelters with room for all of it. id: the lease it will be."""

    id: str
    party: int
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Granted:
    """A wish's end. lease: None where no candidate had room. passed: how many candidates had none.

    stood: the lease had been granted before (to this or another replica); that answer stands.
    """

    lease: Lease | None
    passed: int
    stood: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """A shelter's account. walking: people on the way with a lease; arrived: people checked in since the head count."""

    shelter: str
    room: int | None
    walking: int
    arrived: int

    @property
    def free(self) -> int | None:
        """Places that can be promised; None where none can be."""
        return None if self.room is None else self.room - self.walking - self.arrived


class LeaseBook(Protocol):
    """One world's book. Every call is atomic; times are the caller's clock; lapsed leases give their places back first.

    Every method raises `BookAwayError`; those that read or write leases raise `BookWipedError` until the book is open.
    """

    async def set_places(self, places: Sequence[Places]) -> None:
        """Takes in what is known of shelters. Leases that stand are not touched, even where room became less."""
        ...

    async def take(
        self, wishes: Sequence[Wish], *, now_ms: int, until_ms: int, leaving: str = ""
    ) -> list[Granted]:
        """Grants in order, each at its first candidate with room. A wish with the id of a lease that stands gets that lease,
        unless it is at the shelter `leaving`: then the lease moves, or stays where it is if nobody has room.
        """
        ...

    async def renew(self, ids: Sequence[str], *, now_ms: int, until_ms: int) -> list[Lease | None]:
        """Keeps walking leases until `until_ms`; those that arrived are as they are; None: lapsed, ended or never granted."""
        ...

    async def check_in(self, lease_id: str, *, now_ms: int) -> Lease | None:
        """The party is there: its places are head count from now on. Twice is once."""
        ...

    async def release(self, lease_id: str, *, now_ms: int) -> Lease | None:
        """Gives a walking lease's places back; returns it as ended. None: there is none to end."""
        ...

    async def list_walking(self, shelter: str, *, now_ms: int) -> list[Lease]:
        """Those on their way to a shelter, in the order in which they lapse."""
        ...

    async def list_rooms(self, shelters: Sequence[str], *, now_ms: int) -> list[Room]:
        """The accounts of these shelters."""
        ...

    async def find_book(self) -> str | None:
        """The name of the open book; None while it is empty."""
        ...

    async def begin(self, book: str, *, hold_ms: int) -> bool:
        """Takes the right to write an empty book anew, and clears what was left of it. False: it is open, or another writes.

        The right ends after `hold_ms` of the book's own time, so that a writer who died does not keep the book shut.
        """
        ...

    async def restore(self, book: str, leases: Sequence[Lease]) -> None:
        """Writes leases into the book that `begin` was given; nothing happens for any other. The same lease twice is once."""
        ...

    async def open(self, book: str) -> bool:
        """Ends the writing: from now on places are granted. False: the right had ended."""
        ...

    async def add_late(self, leases: Sequence[Lease], *, now_ms: int) -> list[Lease]:
        """Takes in leases that were granted from a former book: those with room. Returns those that have none."""
        ...

    async def close(self) -> None: ...
