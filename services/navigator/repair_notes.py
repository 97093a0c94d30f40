"""Tells the view which closures have no place of their own: keeps the topic `repairs` at the newest moment's repair list."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from services.navigator.answers import Moment
from streams.broker import Broker, BrokerError, Follower, Message, Publisher, Record
from streams.codec import encode
from streams.events.closures import ClosureRepair, Misplacement
from streams.topics import REPAIRS

TICK_S = 0.5

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
        wanted = {m.closure.id: _row(m.closure.id, str(m.how)) for m in moment.repair_list}
        known = frozenset(self._rows) if self._known is None else self._known
        gone = [key for key in self._rows if key in known and key not in wanted]
        new = [key for key, row in wanted.items() if self._rows.get(key) != row]
        if gone or new:
            messages = [Message(key.encode(), wanted.get(key)) for key in (*gone, *new)]
            await publisher.publish(REPAIRS, messages)
        self._rows = wanted | {key: row for key, row in self._rows.items() if key not in (*gone, *wanted)}
        self._known, self._told = frozenset(wanted), moment

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
            if record.value is None:
                self._rows.pop(key, None)
            else:
                self._rows[key] = record.value


def _row(closure: str, why: str) -> bytes:
    return encode(ClosureRepair(id=closure, why=Misplacement(why)))
