"""What happened to leases, in the event log and as this replica has read it. A wiped book is written anew from here."""

import asyncio
from collections.abc import Sequence

import structlog

from streams.broker import Broker, BrokerError, BrokerUnavailableError, Follower, Message, Publisher, Record
from streams.clock import Clock
from streams.codec import CodecError, decode, encode
from streams.events.leases import BookOpened, Lease, LeaseEvent, Why
from streams.folds.leases import counts, fold_lease
from streams.topics import LEASE_EVENTS

PATIENCE_S = 1.0
"""How long a lease waits for the broker's word; after that it is granted and its event is sent as soon as the broker is back."""
READ_BACK_S = 5.0
RETRY_S = 0.5
FORGET_MS = 3_600_000
"""How long a lease that is over is remembered, so that a statement that comes late does not bring it back."""

_log = structlog.get_logger(__name__)


class LeaseLog:
    """Writes and follows `lease-events`. leases: the newest statement about each lease that was read."""

    def __init__(self, broker: Broker, clock: Clock) -> None:
        self._broker = broker
        self._clock = clock
        self._publisher: Publisher | None = None
        self._follower: Follower | None = None
        self._unsent: dict[str, LeaseEvent] = {}
        self._sent: asyncio.Future[bool] | None = None
        self._awake = asyncio.Event()
        self._read = asyncio.Condition()
        self._book_of: dict[int, str] = {}
        self.leases: dict[str, Lease] = {}
        self.moved_from: dict[str, str] = {}
        """The former shelter of each lease that was moved, by the lease's id."""
        self.late: list[Lease] = []
        """Statements from a former book that came after a new one had been begun."""
        self.is_reached = True
        """False while the broker does not answer: then nobody waits for it."""

    @property
    def has_read_all(self) -> bool:
        """True once everything that the log held at the start was read."""
        return self._follower is not None and self._follower.caught_up

    async def write(self, events: Sequence[LeaseEvent]) -> bool:
        """True when the broker has them; False when they wait for it. Of two statements about one lease the newer is sent."""
        if not events:
            return True
        for event in events:
            known = self._unsent.get(event.lease.id)
            if known is None or known.lease.seq < event.lease.seq:
                self._unsent[event.lease.id] = event
        if self._sent is None:
            self._sent = asyncio.get_running_loop().create_future()
        sent = self._sent
        self._awake.set()
        if not self.is_reached:
            return False
        try:
            return await asyncio.wait_for(asyncio.shield(sent), PATIENCE_S)
        except TimeoutError:
            self.is_reached = False
            return False

    async def run(self) -> None:
        """Until cancelled: sends what waits, again and again while the broker is away."""
        while True:
            try:
                await self._open()
                await self._awake.wait()
                await self._send()
                self.is_reached = True
            except BrokerError as error:
                if self.is_reached:
                    _log.warning("lease events wait for the broker", error=str(error))
                self.is_reached = False
                await asyncio.sleep(RETRY_S)

    async def _open(self) -> None:
        if self._publisher is None:
            await self._broker.ensure_topics([LEASE_EVENTS])
            self._publisher = await self._broker.publisher()
        if self._follower is None:
            self._follower = await self._broker.follow(LEASE_EVENTS, self._apply)

    async def _send(self) -> None:
        assert self._publisher is not None  # noqa: S101
        self._awake.clear()
        events, self._unsent = self._unsent, {}
        sent, self._sent = self._sent, None
        messages = [Message(e.lease.shelter.encode(), encode(e)) for e in events.values()]
        try:
            await self._publisher.publish(LEASE_EVENTS, messages)
        except BrokerError:
            self._unsent = {**events, **self._unsent}
            self._awake.set()
            if sent is not None:
                sent.set_result(False)
            raise
        if sent is not None:
            sent.set_result(True)

    async def begin_book(self, book: str) -> None:
        """Writes into every partition that a new book begins, and returns when this replica has read all that came before.

        Raises:
            BrokerUnavailableError: the log cannot be written or read now; nobody knows what leases there are.
        """
        if self._publisher is None or not self.has_read_all:
            raise BrokerUnavailableError("the lease events were not read yet")
        said = encode(BookOpened(book=book, at_ms=self._clock.now_ms()))
        numbers = range(LEASE_EVENTS.partitions)
        await self._publisher.publish(
            LEASE_EVENTS, [Message(b"book", said, partition=number) for number in numbers]
        )
        try:
            async with asyncio.timeout(READ_BACK_S), self._read:
                await self._read.wait_for(lambda: all(self._book_of.get(n) == book for n in numbers))
        except TimeoutError as error:
            raise BrokerUnavailableError(f"lease events are not read back in {READ_BACK_S:.0f} s") from error

    async def _apply(self, records: Sequence[Record]) -> None:
        for record in records:
            try:
                said = decode(record.value or b"", LeaseEvent | BookOpened)  # type: ignore[arg-type]
            except CodecError as error:
                where = f"{record.partition}/{record.offset}"
                _log.error("a lease event that cannot be read is left out", at=where, error=str(error))
                continue
            if isinstance(said, BookOpened):
                self._book_of[record.partition] = said.book
            elif isinstance(said, LeaseEvent):
                if said.why is Why.MOVED:
                    self.moved_from[said.lease.id] = said.left
                self._take_in(said.lease, self._book_of.get(record.partition))
        async with self._read:
            self._read.notify_all()

    def _take_in(self, lease: Lease, book: str | None) -> None:
        self.leases[lease.id] = fold_lease(self.leases.get(lease.id), lease)
        if self.has_read_all and book is not None and lease.book != book:
            self.late.append(lease)

    def take_late(self) -> list[Lease]:
        """The late statements since the last call that are still the newest about their lease."""
        late, self.late = self.late, []
        return [lease for lease in late if self.leases.get(lease.id) == lease]

    def list_counting(self) -> list[Lease]:
        """The leases that count now; forgets those that are long over."""
        now = self._clock.now_ms()
        self.leases = {
            key: lease
            for key, lease in self.leases.items()
            if counts(lease, now) or max(lease.at_ms, lease.until_ms) > now - FORGET_MS
        }
        self.moved_from = {key: left for key, left in self.moved_from.items() if key in self.leases}
        return [lease for lease in self.leases.values() if counts(lease, now)]
