"""Plays a drill on the scenario clock: sends what each tick holds, in order, and tells how far it is. Decides nothing itself."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from services.drill.drill import Drill, Tick
from services.drill.oracle import Oracle
from services.drill.sender import Devices, Sender
from services.drill.walkers import State
from streams.clock import ScenarioClock


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the drill is; `what` is the newest cue. `behind_s`: scenario seconds that sending lags behind the clock."""

    at_ms: int
    end_ms: int
    what: str
    is_new: bool
    walking: int
    arrived: int
    turned_away: int
    positions: int
    documents: int
    refused: int
    behind_s: float


@dataclass
class Player:
    """One run. `devices`: the subjects of those who agreed, in the order of the people.

    All that was acknowledged is also told to `oracle`, where one is given.
    """

    drill: Drill
    clock: ScenarioClock
    sender: Sender
    devices: Devices
    on_progress: Callable[[Progress], None]
    oracle: Oracle | None = None
    what: str = ""
    sent_documents: int = 0
    sent_positions: int = 0
    _by_person: Devices = field(init=False)

    def __post_init__(self) -> None:
        consents = self.drill.people.consents
        self._by_person = np.full(len(consents), "", object)
        self._by_person[consents] = self.devices

    async def play(self) -> None:
        """From the first tick to the last; returns when the last is acknowledged.

        Raises:
            DrillError: ingest or the gateway refuses something for good.
        """
        ticks = self.drill.ticks()
        while (tick := await asyncio.to_thread(next, ticks, None)) is not None:
            await asyncio.sleep(self.clock.wall_seconds_until(tick.at_ms))
            await self._send(tick)
            self.on_progress(self._progress(tick))

    async def _send(self, tick: Tick) -> None:
        for document in tick.documents:
            await self.sender.send_document(document)
            self.sent_documents += 1
            if self.oracle:
                self.oracle.told_document(document)
        await self.sender.send_positions(tick.spots, self._by_person, at_ms=tick.at_ms)
        self.sent_positions += len(tick.spots.who)
        if self.oracle:
            self.oracle.told_positions(tick.spots, at_ms=tick.at_ms)

    def _progress(self, tick: Tick) -> Progress:
        self.what = tick.what or self.what
        return Progress(
            at_ms=tick.at_ms,
            end_ms=self.drill.scenario.end_ms,
            what=self.what,
            is_new=bool(tick.what),
            walking=tick.counts[State.WALKING],
            arrived=tick.counts[State.ARRIVED],
            turned_away=tick.turned_away,
            positions=self.sent_positions,
            documents=self.sent_documents,
            refused=self.sender.refused.total(),
            behind_s=max(0.0, (self.clock.now_ms() - tick.at_ms) / 1000),
        )
