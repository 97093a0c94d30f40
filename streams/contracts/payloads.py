"""What the records of each topic carry: the struct of a JSON value, or the layout of bytes. The manifest says the rest."""

from dataclasses import dataclass
from typing import get_args

import msgspec

from streams.codec import POSITION_COLUMNS
from streams.events.alerts import HazardState, Telegram
from streams.events.cells import CellCount, CountSecret, SharedAsOf, SharedCount
from streams.events.choices import PolicyChosen
from streams.events.closures import ClosureRepair, ClosureReport, ClosureSnapshot, ClosureState
from streams.events.consents import ConsentState
from streams.events.declarations import DeclarationEvent
from streams.events.disclosures import ChainRoot, Disclosure
from streams.events.leases import BookOpened, LeaseEvent
from streams.events.letters import LetterMark
from streams.events.repairs import Repair
from streams.events.shelters import (
    ShelterReport,
    ShelterSnapshot,
    ShelterState,
    SiteRepair,
    SiteReport,
    UnplacedSite,
)
from streams.events.sources import SeenEntry, SourceHealth
from streams.folds.cells import KEY, VALUE
from streams.folds.closures import ClosureFile
from streams.folds.hazards import Series
from streams.folds.shelters import Place
from streams.folds.snapshots import ClosureLists, ShelterLists
from streams.topics import Topic

JSON = "application/json"
MSGPACK = "application/msgpack"
OCTETS = "application/octet-stream"


@dataclass(frozen=True)
class Payload:
    """What a record's value is. `kinds`: the structs that a JSON value may be; `layout`: in words, where it is none."""

    kinds: tuple[type[msgspec.Struct], ...] = ()
    layout: str = ""
    content_type: str = JSON
    binary_key: bool = False


def get_payload(topic: Topic) -> Payload:
    """What `topic` carries.

    Raises:
        KeyError: with the place where to say it.
    """
    if topic.name.endswith(DEAD_LETTER_SUFFIX):
        return _DEAD_LETTER
    try:
        return _PAYLOADS[topic.name]
    except KeyError:
        raise KeyError(f"{topic.name}: say in {__name__} what its records carry") from None


DEAD_LETTER_SUFFIX = ".dlq"
_DEAD_LETTER = Payload(
    layout="The record or document that was refused, whole and unchanged; the headers say why.",
    content_type=OCTETS,
)
_POSITIONS = Payload(
    layout="A map: `received_at_ms`, and columns of equal length as bytes, little-endian: "
    + ", ".join(f"`{name}` {kind}" for name, kind in POSITION_COLUMNS)
    + ". Latitude and longitude in degrees WGS 84; both NaN: forget this device.",
    content_type=MSGPACK,
    binary_key=True,
)
_PARTIALS = Payload(
    layout=f"Key `{KEY.format}`: cell, partition. Value `{VALUE.format}`: people, key sum, as_of_ms (Python's `struct`).",
    content_type=OCTETS,
    binary_key=True,
)
_CHECKPOINTS = Payload(
    layout="Chunks of one compressed snapshot of a partition, and its manifest last. For the crowd's own eyes.",
    content_type=OCTETS,
    binary_key=True,
)
_PAYLOADS: dict[str, Payload] = {
    "telegrams": Payload((Telegram,)),
    "site-reports": Payload((SiteReport, UnplacedSite)),
    "shelter-reports": Payload((ShelterReport,)),
    "closure-reports": Payload((ClosureReport,)),
    "site-repairs": Payload((SiteRepair,)),
    "closure-repairs": Payload((ClosureRepair,)),
    "whole-lists": Payload((ClosureSnapshot, ShelterSnapshot)),
    "positions": _POSITIONS,
    "lease-events": Payload((LeaseEvent, BookOpened)),
    "declarations": Payload(get_args(DeclarationEvent)),
    "disclosures": Payload((Disclosure,)),
    "disclosure-roots": Payload((ChainRoot,)),
    "policy-choices": Payload((PolicyChosen,)),
    "letter-marks": Payload((LetterMark,)),
    "hazards": Payload((HazardState,)),
    "shelters": Payload((ShelterState,)),
    "closures": Payload((ClosureState,)),
    "repairs": Payload((Repair,)),
    "cell-partials": _PARTIALS,
    "sources": Payload((SourceHealth,)),
    "seen-entries": Payload((SeenEntry,)),
    "cells": Payload((CellCount,)),
    "shared": Payload((SharedAsOf, SharedCount)),
    "count-secrets": Payload((CountSecret,)),
    "consents": Payload((ConsentState,)),
    "position-checkpoints": _CHECKPOINTS,
    "worker-series-changelog": Payload((Series,)),
    "worker-places-changelog": Payload((Place,)),
    "worker-closures-changelog": Payload((ClosureFile, ClosureReport)),
    "worker-lists-changelog": Payload((ClosureLists, ShelterLists)),
}
