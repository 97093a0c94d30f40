"""Emergency declarations: proposed by one person, approved by another. Officers are references; nobody's data is in here."""

from enum import StrEnum

import msgspec

from streams.events.base import Event, Status


class Officer(msgspec.Struct, frozen=True):
    """Who acts, in the role that was checked when they did. A governor's municipality is the prefecture, such as 27000."""

    id: str
    role: str
    municipality: str


class Channel(StrEnum):
    """How an approval came."""

    DEVICE = "device"
    CODE = "code"  # a one-time code of the approver's printed sheet, entered by somebody else


class Scope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is opened: a polygon, or persons by reference. `ring`: (lat, lon), degrees, open or closed."""

    ring: tuple[tuple[float, float], ...] = ()
    subjects: tuple[str, ...] = ()


class Proposed(Event, frozen=True, kw_only=True, tag="proposed"):
    """Topic `declarations`, key = id. Opens nothing."""

    id: str
    at_ms: int
    by: Officer
    municipality: str
    row: int
    policy: str
    purpose: str
    basis: str
    reason: str
    hours: int
    status: Status
    scope: Scope
    telegram: str = ""  # the one it stands on, if it does: taken back, it takes the opening with it
    request: str = ""  # number of the request, where somebody asked for it


class Approved(Event, frozen=True, kw_only=True, tag="approved"):
    """Opens the gate. proposal: digest of the one proposal that was read and approved. code: digest of the one-time code, if one was used."""

    id: str
    at_ms: int
    by: Officer
    proposal: str
    channel: Channel = Channel.DEVICE
    code: str = ""


class Renewed(Event, frozen=True, kw_only=True, tag="renewed"):
    """Another period from now on, up to the row's bound."""

    id: str
    at_ms: int
    by: Officer


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """What was shared under one declaration, to one role: numbers and times, nobody's reference."""

    role: str
    recipients: int
    persons: int
    looks: int
    first_ms: int
    last_ms: int


class Closed(Event, frozen=True, kw_only=True, tag="closed"):
    """Ends it at once. `shared` is published; empty: nothing was."""

    id: str
    at_ms: int
    by: Officer
    shared: tuple[Shared, ...] = ()


DeclarationEvent = Proposed | Approved | Renewed | Closed
