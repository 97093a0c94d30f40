"""A recorded mix of events in any order with repeats, and what must be true after it, computed without any fold."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import h3.api.basic_int as h3
import msgspec

from streams.broker import Message
from streams.codec import encode
from streams.events.base import Action
from streams.events.closures import ClosureReport, Mode
from streams.events.shelters import Layer, Opening, ShelterReport, SiteReport
from streams.folds.cells import KEY, VALUE
from streams.topics import (
    CELL_PARTIALS,
    CELLS,
    CLOSURE_REPORTS,
    CLOSURES,
    HAZARDS,
    SHELTER_REPORTS,
    SHELTERS,
    SITE_REPORTS,
    TELEGRAMS,
    Topic,
)
from tests.integration.worker.city import Tail, telegram

STATES = (HAZARDS, SHELTERS, CLOSURES, CELLS)
"""Exact; what staff are shown of a cell is drawn."""
THINGS = 25
CELLS_OF_TOWN = [h3.latlng_to_cell(34.5, 135.27, 9), *h3.grid_ring(h3.latlng_to_cell(34.5, 135.27, 9), 1)][:5]
Expected = dict[str, Any]


@dataclass
class Mix:
    """What is sent, in order, and what each state topic must say in the end: key -> value, None for a tombstone."""

    sent: list[tuple[Topic, Message]] = field(default_factory=list)
    expected: dict[Topic, Expected] = field(default_factory=lambda: {topic: {} for topic in STATES})


def make_mix(seed: int) -> Mix:
    """Histories of things, interleaved: what the worker folds."""
    dice = random.Random(seed)
    mix = Mix()
    for number in range(THINGS):
        _alerts(mix, dice, f"series-{number}")
        _closures(mix, dice, f"closure-{number}")
        _places(mix, dice, f"place-{number}")
    mix.sent += dice.choices(mix.sent, k=len(mix.sent) // 4)
    dice.shuffle(mix.sent)
    return mix


def _alerts(mix: Mix, dice: random.Random, series: str) -> None:
    times = range(1, dice.randint(3, 5))  # with their cancellations, no more than a series remembers
    events = {at: telegram(series, at=at, event=f"e{at}") for at in times}
    cancelled = {at for at in times if dice.random() < 0.3}
    cancels = [telegram(series, at=at + 100, action=Action.CANCEL, event=f"e{at}") for at in cancelled]
    mix.sent += [(TELEGRAMS, Message(series.encode(), encode(e))) for e in [*events.values(), *cancels]]
    left = [at for at in times if at not in cancelled]
    mix.expected[HAZARDS][series] = max(left) if left else None


def _closures(mix: Mix, dice: random.Random, closure: str) -> None:
    reports = [
        ClosureReport(
            id=closure, source="road", as_of_ms=at, modes=(Mode.CAR,), cause=f"cause {at}",
            action=Action.CANCEL if dice.random() < 0.3 else Action.ISSUE,
        )
        for at in range(1, 6)
    ]  # fmt: skip
    mix.sent += [(CLOSURE_REPORTS, Message(closure.encode(), encode(r))) for r in reports]
    last = reports[-1]
    mix.expected[CLOSURES][closure] = None if last.action is Action.CANCEL else last.cause


def _places(mix: Mix, dice: random.Random, place: str) -> None:
    site = SiteReport(
        id=place, source="list", layer=Layer.SHELTER, name=f"name of {place}", lat=34.5, lon=135.27
    )
    reports = [
        ShelterReport(id=place, source="staff", as_of_ms=at, opening=dice.choice([*Opening]), headcount=dice.randint(0, 90))
        for at in range(1, 6)
    ]  # fmt: skip
    mix.sent.append((SITE_REPORTS, Message(place.encode(), encode(site))))
    mix.sent += [(SHELTER_REPORTS, Message(place.encode(), encode(r))) for r in reports]
    mix.expected[SHELTERS][place] = (site.name, str(reports[-1].opening), reports[-1].headcount)


def add_partials(mix: Mix, seed: int) -> None:
    """What the counts fold, mixed in: in order per key, as their one writer sends them."""
    dice = random.Random(seed)
    counts: dict[tuple[int, int], int] = {}
    for at in range(300):
        cell, part, count = dice.choice(CELLS_OF_TOWN), dice.randrange(12), dice.randint(0, 9)
        counts[cell, part] = count
        # all rows of a cell go to one partition, as the crowd sends them
        value = VALUE.pack(count, 1, at) if count else None
        message = Message(
            KEY.pack(cell, part), value, partition=CELLS_OF_TOWN.index(cell) % CELL_PARTIALS.partitions
        )
        mix.sent.insert(dice.randint(_after_last(mix, message.key), len(mix.sent)), (CELL_PARTIALS, message))
    for cell in {cell for cell, _ in counts}:
        people = sum(n for (c, _), n in counts.items() if c == cell)
        mix.expected[CELLS][f"{cell:x}"] = people


def _after_last(mix: Mix, key: bytes) -> int:
    return max((i + 1 for i, (t, m) in enumerate(mix.sent) if t is CELL_PARTIALS and m.key == key), default=0)


def said(topic: Topic, value: bytes | None) -> Any:  # noqa: ANN401
    """The part of a state that the mix predicts."""
    if value is None:
        return None
    state: dict[str, Any] = msgspec.json.decode(value)
    if topic is HAZARDS:
        return state["issued_at_ms"]
    if topic is CLOSURES:
        return state["cause"]
    if topic is SHELTERS:
        return (state.get("name", ""), state.get("opening", "unknown"), state.get("headcount"))
    return state["count"]


def differences(mix: Mix, tails: Mapping[Topic, Tail]) -> list[str]:
    """Where the topics do not say what the mix predicts; empty when all is right."""
    return [
        f"{topic.name} {key}: expected {wanted!r}, got {found!r}"
        for topic, rows in mix.expected.items()
        for key, wanted in rows.items()
        if (found := said(topic, tails[topic].rows[key]) if key in tails[topic].rows else "nothing") != wanted
    ]
