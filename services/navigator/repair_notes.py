"""Tells the view which closures have no place of their own: keeps the topic `repairs` at the newest moment's repair list."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from services.navigator.answers import Moment
from services.navigator.road_candidates import RoadNames
from streams.broker import Broker, BrokerError, Follower, Message, Publisher, Record
from streams.codec import encode
from streams.events.closures import ClosureState
from streams.events.repairs import Repair, RepairKind, repair_key
from streams.topics import REPAIRS

TICK_S = 0.5
PLACED = "placed"
"""Why of a closure that staff have placed: it stays on the list, so that it can be taken back."""
OURS = repair_key(RepairKind.CLOSURE, "")
"""How the keys of closures begin; the other rows of the topic are the worker's."""

_log = structlog.get_logger(__name__)


class RepairNotes:
    """One replica's part. All write the same rows; each takes away only what it knew itself, so that one that lags takes nothing.

    find_moment: the newest; None until one stands that was made from everything that the topics held.
    """

    def __init__(self, find_moment: Callable[[], Moment | None], broker: Broker) -> None:
        self._find_moment = find_moment
        self._broker = broker
        self._publisher: Publisher | None = None
        self._follower: Follower | None = None
        self._rows: dict[str, bytes] = {}
        self._names: RoadNames | None = None
        self._known: frozenset[str] | None = None
        self._told: Moment | None = None
        self._is_reached = True

    async def run(self) -> None:
        """Until cancelled: writes what changed, again and again while the broker is away."""
        while True:
            try:
                await self._write()
                self._is_reached = True
            except BrokerError as error:
                if self._is_reached:
                    _log.warning("the repair list waits for the broker", error=str(error))
                self._is_reached = False
            await asyncio.sleep(TICK_S)

    async def _write(self) -> None:
        publisher, follower = await self._open()
        moment = self._find_moment()
        if moment is None or moment is self._told or not follower.caught_up:
            return
        wanted = await asyncio.to_thread(self._list_rows, moment)
        known = frozenset(self._rows) if self._known is None else self._known
        gone = [key for key in self._rows if key in known and key not in wanted]
        new = [key for key, row in wanted.items() if self._rows.get(key) != row]
        if gone or new:
            messages = [Message(key.encode(), wanted.get(key)) for key in (*gone, *new)]
            await publisher.publish(REPAIRS, messages)
        self._rows = wanted | {key: row for key, row in self._rows.items() if key not in (*gone, *wanted)}
        self._known, self._told = frozenset(wanted), moment

    def _list_rows(self, moment: Moment) -> dict[str, bytes]:
        """Closures without a place, and those in force that staff have placed."""
        if self._names is None:
            self._names = RoadNames(moment.ground)
        whys = {c.id: (c, PLACED) for c in moment.world.closures_in_force() if c.repaired is not None}
        whys |= {m.closure.id: (m.closure, str(m.how)) for m in moment.repair_list}
        lines = (self._line(closure, why) for closure, why in whys.values())
        return {line.key: encode(line) for line in lines}

    def _line(self, closure: ClosureState, why: str) -> Repair:
        candidates = self._names.find_candidates(closure) if self._names else ()
        return Repair(
            kind=RepairKind.CLOSURE,
            id=closure.id,
            why=why,
            is_open=why != PLACED,
            written=closure.misdrawn,
            candidates=candidates,
            repaired=closure.repaired,
        )

    async def _open(self) -> tuple[Publisher, Follower]:
        if self._publisher is None:
            await self._broker.ensure_topics([REPAIRS])
            self._publisher = await self._broker.publisher()
        if self._follower is None:
            self._follower = await self._broker.follow(REPAIRS, self._apply)
        return self._publisher, self._follower

    def _apply(self, records: Sequence[Record]) -> None:
        for record in records:
            key = record.key.decode(errors="replace")
            if not key.startswith(OURS):
                continue
            if record.value is None:
                self._rows.pop(key, None)
            else:
                self._rows[key] = record.value
