"""One reader of the view for all pages: it keeps the mirror, and fans out each change as one frame that was encoded once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog

from dashboard_api.staff.mirror import Mirror
from dashboard_api.staff.payloads import Change, PageStatus
from dashboard_api.staff.rows import RowReader
from services.kit.sse import RETRY_MS, GoneError, Ring, encode_frame, parse_id
from streams.clock import Clock, ScenarioClock
from streams.topics import CLOSURES, HAZARDS
from streams.view.port import Change as ViewChange
from streams.view.port import View, ViewError, ViewGoneError
from streams.world import World

BATCH_S = 1.0
"""Counts and shelters are told at most this often; alerts and closures at once, with whatever waits."""
STATUS_S = 5.0
RETRY_S = 0.5
URGENT = frozenset({HAZARDS.name, CLOSURES.name})

Pending = dict[tuple[str, str], ViewChange]

_log = structlog.get_logger(__name__)


class Feed:
    """The living state of one process."""

    def __init__(self, view: View, reader: RowReader, *, clock: Clock, world: World) -> None:
        self._view = view
        self._reader = reader
        self._clock = clock
        self._world = world
        self.mirror = Mirror(reader)
        self.ring = Ring()
        self.head = "0-0"
        self.asked = asyncio.Event()
        self.version = 0
        self._is_whole = False
        self._away_since_ms: int | None = None
        self.is_live = False
        self._pending: Pending = {}
        self._last_read = "0-0"
        self._arrived = asyncio.Event()
        self._urgent = asyncio.Event()

    async def run(self) -> None:
        """Follows the view until cancelled. When it is away, says so, and goes on by itself when it is back."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tick())
            group.create_task(self._follow_for_ever())

    async def _follow_for_ever(self) -> None:
        while True:
            try:
                await self._begin()
                self._set_live(live=True)
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._read())
                    group.create_task(self._flush_for_ever())
            except* ViewGoneError:
                _log.warning("the view was wiped or went on without us; reading it whole")
                self._is_whole = False
            except* ViewError as errors:
                if self._pending:
                    self._flush()
                self._set_live(live=False)
                _log.warning("the view is away", error=str(errors.exceptions[0]))
            self.asked.set()
            await asyncio.sleep(RETRY_S)

    async def _begin(self) -> None:
        """Asks the view; takes all of it, unless what is here can be gone on from."""
        snapshot = await self._view.snapshot()
        self.asked.set()
        if snapshot.last_id == "0-0":
            raise ViewError("the view is empty: the view process has not written it yet")
        if self._is_whole:
            return
        self._pending.clear()
        self.mirror.load(snapshot)
        self.head = self._last_read = snapshot.last_id
        self.ring.restart(self.head)
        self._is_whole = True
        self.version += 1

    async def _read(self) -> None:
        async for change in self._view.changes(self._last_read):
            self._pending[change.topic, change.key] = change
            self._last_read = change.id
            self._arrived.set()
            if change.topic in URGENT:
                self._urgent.set()

    async def _flush_for_ever(self) -> None:
        while True:
            await self._arrived.wait()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._urgent.wait(), BATCH_S)
            self._flush()

    def _flush(self) -> None:
        """One frame of all that waits. Its id is that of the newest change in it, so a page can go on from any frame."""
        self._arrived.clear()
        self._urgent.clear()
        change = self.mirror.apply(
            self._pending.values(), event_id=self._last_read, now_ms=self._clock.now_ms()
        )
        self._pending.clear()
        self.head = change.id
        self.version += 1
        self.ring.publish(_change_frame(change), event_id=change.id)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(STATUS_S)
            self._publish_status()

    def _set_live(self, *, live: bool) -> None:
        if live != self.is_live:
            self.is_live = live
            self._away_since_ms = None if live else self._clock.now_ms()
            self._publish_status()

    def _publish_status(self) -> None:
        self.version += 1
        self.ring.publish(self._status_frame())

    def _status_frame(self) -> bytes:
        return encode_frame("status", self.status().model_dump_json().encode())

    def status(self) -> PageStatus:
        """The world's clock, and whether what is shown is live."""
        now_ms = self._clock.now_ms()
        return PageStatus(
            world=self._world,
            now_ms=now_ms,
            speed=self._clock.speed if isinstance(self._clock, ScenarioClock) else 1.0,
            view="live" if self.is_live else "away",
            view_as_of_ms=now_ms if self.is_live else self._away_since_ms,
        )

    async def missed(self, after: str) -> Change:
        """All changes after an id up to the head, as one.

        Raises:
            GoneError: the view no longer keeps them, or the id is not ours.
            ViewError: the view is away.
        """
        head = self.ring.head
        if not parse_id(after) <= head:
            raise GoneError(f"{after} is newer than anything here")
        pending: Pending = {}
        last = after
        if parse_id(after) < head:
            try:
                async for change in self._view.changes(after):
                    pending[change.topic, change.key] = change
                    last = change.id
                    if parse_id(last) >= head:
                        break
            except ViewGoneError as error:
                raise GoneError(str(error)) from error
        told = Mirror(self._reader).apply(pending.values(), event_id=last, now_ms=self._clock.now_ms())
        told.sources = self.mirror.sources()
        return told

    async def stream(self, after: str | None) -> AsyncIterator[bytes]:
        """One page's events: status, what it missed after `after`, then all that comes; `resync` when it fell behind."""
        yield f"retry: {RETRY_MS}\n\n".encode() + self._status_frame()
        try:
            reader = self.ring.after(self.ring.head if after is None else parse_id(after))
        except GoneError:
            try:
                change = await self.missed(after or "")
                reader = self.ring.after(parse_id(change.id))
            except (GoneError, ViewError) as error:
                yield _resync_frame(str(error))
                return
            yield _change_frame(change)
        try:
            async for frame in self.ring.read(reader):
                yield frame
        except GoneError as error:
            yield _resync_frame(str(error))


def _change_frame(change: Change) -> bytes:
    return encode_frame("change", change.model_dump_json().encode(), event_id=change.id)


def _resync_frame(reason: str) -> bytes:
    _log.info("a page is told to take a new snapshot", reason=reason)
    return encode_frame("resync", b"{}")
