"""Keeps how each declared source is: folds its contacts, tells the stream, and says aloud when one falls silent or comes back."""

import asyncio
import contextlib
from collections.abc import Iterable, Sequence

import structlog
from prometheus_client import Counter, Gauge

from services.ingest.declared import Declared
from services.kit.metrics import REGISTRY
from streams.broker import Broker, BrokerError, Message, Publisher, Record
from streams.clock import Clock
from streams.codec import CodecError, decode, encode
from streams.events.sources import SourceHealth
from streams.folds.sources import Contact, Outcome, declare, find_silence, fold_contact
from streams.topics import SOURCES

TICK_S = 0.5
LAST_S = 2.0
"""For what is left to tell when the process ends."""
HEARTBEAT_SHARE = 10
"""A contact without news is told when a tenth of what is expected has passed since the one that was told last."""

CONTACTS = Counter(
    "mio_source_contacts", "Contacts with a source by outcome", ["source", "outcome"], registry=REGISTRY
)
SILENT = Gauge(
    "mio_source_silent", "1 while a source is silent for longer than expected", ["source"], registry=REGISTRY
)

_log = structlog.get_logger(__name__)


class Watch:
    """The health of every declared source. Nothing here waits for a source or for the broker, but `open` and `run`."""

    def __init__(self, declared: Iterable[Declared], publisher: Publisher, clock: Clock) -> None:
        self._publisher = publisher
        self._clock = clock
        now_ms = clock.now_ms()
        self._rows = {source.id: source.health(now_ms) for source in declared}
        self._held: dict[str, SourceHealth] = {}
        self._told: dict[str, SourceHealth] = {}
        self._silent: set[str] = set()

    async def open(self, broker: Broker) -> None:
        """Takes over what is known, and takes away what is not declared any more.

        Raises:
            BrokerUnavailableError: it does not answer.
        """
        follower = await broker.follow(SOURCES, self._apply)
        await follower.wait_caught_up()
        known = dict(self._held)
        self._rows = {key: declare(known.get(key), row) for key, row in self._rows.items()}
        gone = [Message(key.encode(), None) for key in known if key not in self._rows]
        await self._publisher.publish(SOURCES, [*gone, *map(_message, self._rows.values())])
        self._told = dict(self._rows)

    def _apply(self, records: Sequence[Record]) -> None:
        for record in records:
            key = record.key.decode(errors="replace")
            self._held.pop(key, None)
            try:
                if record.value is not None:
                    self._held[key] = decode(record.value, SourceHealth)
            except CodecError as error:
                _log.error(
                    "the state of a source cannot be read; it begins anew", source=key, error=str(error)
                )

    def is_declared(self, source: str) -> bool:
        """Whether a source of that name is declared."""
        return source in self._rows

    def note(self, source: str, outcome: Outcome, detail: str = "") -> None:
        """A contact with a declared source, now."""
        CONTACTS.labels(source, str(outcome)).inc()
        known = self._rows[source]
        self._rows[source] = row = fold_contact(known, Contact(self._clock.now_ms(), outcome, detail))
        if row.trouble and (row.trouble, row.detail) != (known.trouble, known.detail):
            _log.warning("trouble with a source", source=source, trouble=str(row.trouble), detail=row.detail)

    def list_all(self) -> list[SourceHealth]:
        """By id."""
        return [row for _, row in sorted(self._rows.items())]

    async def run(self) -> None:
        """Until cancelled: tells what changed, again and again while the broker is away; at the end, what is left to tell."""
        try:
            await self._keep_telling()
        finally:
            rest = {key: row for key, row in self._rows.items() if row != self._told.get(key)}
            with contextlib.suppress(BrokerError, TimeoutError):
                async with asyncio.timeout(LAST_S):
                    await self._publish(rest)

    async def _keep_telling(self) -> None:
        is_reached = True
        while True:
            self.look()
            try:
                await self.tell()
                is_reached = True
            except BrokerError as error:
                if is_reached:
                    _log.warning("the state of sources waits for the broker", error=str(error))
                is_reached = False
            await asyncio.sleep(TICK_S)

    def look(self) -> None:
        """Says which sources fell silent and which came back."""
        now_ms = self._clock.now_ms()
        for key, row in self._rows.items():
            silence = find_silence(row, now_ms)
            SILENT.labels(key).set(silence is not None)
            if silence is None and key in self._silent:
                self._silent.discard(key)
                _log.info("a source is heard again", source=key)
            elif silence is not None and key not in self._silent:
                self._silent.add(key)
                since = (
                    "never heard" if silence.since_ms is None else f"{(now_ms - silence.since_ms) // 1000} s"
                )
                says = ", ".join(row.says)
                _log.error("a source is silent", source=key, says=says, silent=since, contact=row.contact)

    async def tell(self) -> None:
        """Publishes what readers have to know.

        Raises:
            BrokerUnavailableError: it does not answer; told the next time.
        """
        await self._publish(
            {key: row for key, row in self._rows.items() if _is_worth_telling(row, self._told.get(key))}
        )

    async def _publish(self, rows: dict[str, SourceHealth]) -> None:
        if rows:
            await self._publisher.publish(SOURCES, [_message(row) for row in rows.values()])
            self._told |= rows


def _message(row: SourceHealth) -> Message:
    return Message(row.id.encode(), encode(row))


def _is_worth_telling(row: SourceHealth, told: SourceHealth | None) -> bool:
    """Every change but a contact that only confirms the last one: of those, a few in the time that is expected."""
    if told is None or row.heard_ms is None or told.heard_ms is None:
        return row != told
    if (row.trouble, row.detail) != (told.trouble, told.detail):
        return True
    rhythms = [every for every in (row.expected_s, row.news_s) if every is not None]
    pause_ms = min(rhythms, default=600) * 1000 // HEARTBEAT_SHARE
    news_gap = (row.news_ms or 0) - (told.news_ms or 0)
    return row.heard_ms - told.heard_ms >= pause_ms or news_gap >= pause_ms
