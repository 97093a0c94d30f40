"""Leases: places in a shelter that are kept for somebody on the way. Knows nobody: a lease is a digest that only its holder can make."""

from enum import StrEnum

import msgspec

from streams.events.base import Event


class Stage(StrEnum):
    """How far it has come. A walking lease lapses by its own time, and no event says so."""

    WALKING = "walking"
    ARRIVED = "arrived"  # checked in: part of the head count from now on
    ENDED = "ended"  # given back, or lost


class Why(StrEnum):
    """What made the event."""

    TAKEN = "taken"
    RENEWED = "renewed"
    MOVED = "moved"  # to another shelter, because the former takes nobody any more
    CHECKED_IN = "checked-in"
    RELEASED = "released"
    LOST = "lost"  # its event came after the book had been written anew, and its place was gone


class Lease(msgspec.Struct, frozen=True):
    """One lease, whole. `seq` grows with each change: of two statements about one lease the higher is true."""

    id: str  # BLAKE2b of the secret that its holder shows; nobody can renew or release by this
    seq: int
    stage: Stage
    shelter: str
    party: int  # persons
    until_ms: int  # walking: lapses then, unless renewed
    at_ms: int  # of the last change
    book: str  # the book in which the last change was written


class LeaseEvent(Event, frozen=True, kw_only=True, tag="lease"):
    """Topic `lease-events`, key = shelter id."""

    why: Why
    lease: Lease
    left: str = ""  # moved: the shelter before


class BookOpened(Event, frozen=True, kw_only=True, tag="lease-book"):
    """Written into every partition before a book is made anew: what comes after it from another book is late."""

    book: str
    at_ms: int
