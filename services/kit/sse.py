"""Server-sent events from one source to many readers: each frame is encoded once, a slow reader is told and slows nobody.

It knows bytes and ids, not what they mean. Ids are those of the view's changes: `<milliseconds>-<sequence>`.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi.responses import StreamingResponse

MEDIA_TYPE = "text/event-stream"
KEPT_FRAMES = 512
RETRY_MS = 1_000

EventId = tuple[int, int]


class GoneError(Exception):
    """What came after that id is no longer kept, or the id was never ours: the reader takes a new snapshot."""


def parse_id(text: str) -> EventId:
    """`<milliseconds>-<sequence>` as numbers that compare.

    Raises:
        GoneError: it is not such an id.
    """
    milliseconds, _, sequence = text.partition("-")
    if not (milliseconds.isascii() and milliseconds.isdecimal() and len(milliseconds) <= 18):
        raise GoneError(f"{text[:40]!r} is not the id of an event")
    if not (sequence.isascii() and sequence.isdecimal() and len(sequence) <= 18):
        raise GoneError(f"{text[:40]!r} is not the id of an event")
    return int(milliseconds), int(sequence)


def encode_frame(event: str, data: bytes, *, event_id: str | None = None) -> bytes:
    """One event on the wire. `data` is JSON without line breaks."""
    head = b"" if event_id is None else b"id: " + event_id.encode() + b"\n"
    return head + b"event: " + event.encode() + b"\ndata: " + data + b"\n\n"


@dataclass(frozen=True, slots=True)
class _Kept:
    number: int
    event_id: EventId | None
    data: bytes


class Ring:
    """The newest frames, shared by all readers. A reader is a number: that of the frame it wants next."""

    def __init__(self, *, kept: int = KEPT_FRAMES) -> None:
        self._frames: deque[_Kept] = deque()
        self._kept = kept
        self._next = 0
        self._floor: EventId = (0, 0)
        self._head: EventId = (0, 0)
        self._grew = asyncio.Event()
        self._is_closed = False

    @property
    def head(self) -> EventId:
        """The newest id."""
        return self._head

    def restart(self, event_id: str) -> None:
        """Forgets everything and goes on after `event_id`; whoever still reads is out of date."""
        self._frames.clear()
        self._next += 1
        self._floor = self._head = parse_id(event_id)
        self._wake()

    def publish(self, data: bytes, *, event_id: str | None = None) -> None:
        """Adds a frame that is already encoded. One without an id is for those who read now; nobody resumes from it."""
        number = parse_id(event_id) if event_id is not None else None
        self._frames.append(_Kept(self._next, number, data))
        self._next += 1
        self._head = number or self._head
        if len(self._frames) > self._kept:
            self._floor = self._frames.popleft().event_id or self._floor
        self._wake()

    def close(self) -> None:
        """Ends all readers: the process ends."""
        self._is_closed = True
        self._wake()

    def _wake(self) -> None:
        self._grew.set()
        self._grew = asyncio.Event()

    def after(self, event_id: EventId) -> int:
        """The reader that has seen everything up to `event_id`.

        Raises:
            GoneError: the frames after it are not all here.
        """
        if not self._floor <= event_id <= self._head:
            raise GoneError("events after that id are not kept here")
        later = (f.number for f in self._frames if f.event_id is not None and f.event_id > event_id)
        return next(later, self._next)

    async def read(self, reader: int) -> AsyncIterator[bytes]:
        """Frames from that reader's on, until the ring is closed.

        Raises:
            GoneError: the reader was so slow that its next frame was dropped.
        """
        while not self._is_closed:
            grew = self._grew
            if reader < self._next:
                yield self._take(reader)
                reader += 1
            else:
                await grew.wait()

    def _take(self, number: int) -> bytes:
        oldest = self._frames[0].number if self._frames else self._next
        if number < oldest:
            raise GoneError("the reader is too slow: its next event was dropped")
        return self._frames[number - oldest].data


def respond(frames: AsyncIterator[bytes]) -> StreamingResponse:
    """The response that streams them; no proxy may keep or delay it."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(frames, media_type=MEDIA_TYPE, headers=headers)
