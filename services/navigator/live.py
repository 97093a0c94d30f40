"""Keeps the newest moment: follows the state topics, makes a new moment in a thread, swaps it in. Answers never wait."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from prometheus_client import Histogram

from services.kit.metrics import REGISTRY
from services.navigator.answers import Ground, LinkCache, Moment
from services.navigator.state import World
from streams.broker import Broker, Follower, Record
from streams.clock import Clock
from streams.codec import CodecError, decode
from streams.events.alerts import HazardState
from streams.events.closures import ClosureState
from streams.events.shelters import ShelterState
from streams.events.sources import SourceHealth
from streams.folds.sources import Silence, list_silences
from streams.topics import CLOSURES, HAZARDS, SHELTERS, SOURCES, Topic

TICK_S = 0.5
"""How often the clock is asked whether something began or ended: closures, telegrams, silences. A drill's clock runs fast."""
KINDS: tuple[tuple[Topic, type[Any]], ...] = (
    (HAZARDS, HazardState),
    (SHELTERS, ShelterState),
    (CLOSURES, ClosureState),
    (SOURCES, SourceHealth),
)

REBUILD_SECONDS = Histogram(
    "mio_navigator_moment_seconds",
    "Time from a change of state to the moment that answers from it",
    registry=REGISTRY,
)

_log = structlog.get_logger(__name__)


class Live:
    """The state as it comes in, and the moment that answers are given from."""

    def __init__(self, ground: Ground, clock: Clock) -> None:
        self._ground = ground
        self._clock = clock
        self._links = LinkCache()
        self._rows: dict[Topic, dict[str, Any]] = {topic: {} for topic, _ in KINDS}
        self._prices_ds: Mapping[str, int] = {}
        self._changed = asyncio.Event()
        self._followers: list[Follower] = []
        self._prepares: list[Callable[[Moment], None]] = []
        self.moment = Moment.of(ground, World(at_ms=clock.now_ms()))
        self.is_ready = False
        """True once a moment stands that was made from everything that the topics held."""

    async def follow(self, broker: Broker) -> None:
        """Starts following; survives the broker."""
        for topic, kind in KINDS:
            self._followers.append(await broker.follow(topic, self._apply(topic, kind)))

    def _apply(self, topic: Topic, kind: type[Any]) -> Callable[[Sequence[Record]], None]:
        rows = self._rows[topic]

        def apply(records: Sequence[Record]) -> None:
            for record in records:
                key = record.key.decode(errors="replace")
                if record.value is None:
                    rows.pop(key, None)
                    continue
                try:
                    rows[key] = decode(record.value, kind)
                except CodecError as error:
                    _log.error("a state that cannot be read is left out", topic=topic.name, error=str(error))
            # sources are heard every few seconds: only a silence that begins or ends is worth a moment
            if topic is not SOURCES or self._silences() != self.moment.world.silences:
                self._changed.set()

        return apply

    def set_prices(self, prices_ds: Mapping[str, int]) -> None:
        """Prices of places by id, in deciseconds, for the next moment and those after it; whoever is not named has none."""
        self._prices_ds = dict(prices_ds)
        self._changed.set()

    def prepare_with(self, prepare: Callable[[Moment], None]) -> None:
        """Calls it with each new moment, in the thread that made it, before anybody is answered from there."""
        self._prepares.append(prepare)

    @property
    def heard_ms(self) -> int | None:
        """When the broker last answered for every topic; None before that."""
        times = [follower.heard_at_ms for follower in self._followers]
        return None if None in times else min((t for t in times if t is not None), default=None)

    async def run(self) -> None:
        """Until cancelled: a new moment after each change, or when something begins or ends by the clock."""
        await asyncio.gather(*(follower.wait_caught_up() for follower in self._followers))
        self._changed.set()
        while True:
            try:
                async with asyncio.timeout(TICK_S):  # wait_for of Python 3.11 can lose a cancellation
                    await self._changed.wait()
            except TimeoutError:
                if not self._due():
                    continue
            self._changed.clear()
            began = time.perf_counter()
            self.moment = await asyncio.to_thread(self._make_moment, self._world())
            REBUILD_SECONDS.observe(time.perf_counter() - began)
            self.is_ready = True

    def _make_moment(self, world: World) -> Moment:
        moment = Moment.of(self._ground, world, former=self.moment, links=self._links)
        for prepare in self._prepares:
            prepare(moment)
        return moment

    def _world(self) -> World:
        return World(
            dict(self._rows[HAZARDS]),
            dict(self._rows[SHELTERS]),
            dict(self._rows[CLOSURES]),
            self._clock.now_ms(),
            self._prices_ds,
            self._silences(),
        )

    def _silences(self) -> tuple[Silence, ...]:
        return list_silences(self._rows[SOURCES].values(), self._clock.now_ms())

    def _due(self) -> bool:
        """Whether the clock alone changed what is in force."""
        now, then = self._clock.now_ms(), self.moment.world.at_ms
        times = [t for c in self._rows[CLOSURES].values() for t in (c.starts_at_ms, c.ends_at_ms)]
        times += [h.valid_until_ms for h in self._rows[HAZARDS].values()]
        if any(t is not None and then < t <= now for t in times):
            return True
        return self._silences() != self.moment.world.silences
